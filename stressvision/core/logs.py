"""Structured logging to standard error, without personal data: identifiers, never names or faces."""

import logging
import sys

import structlog

from stressvision.core.config import Settings


def configure_logs(settings: Settings, component: str) -> None:
    """Configure structlog and the standard library's loggers alike; each line names its component."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )

    # Not a context variable: those do not reach the threads that a program starts.
    def add_component(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        event["component"] = component
        return event

    shared: list[structlog.types.Processor] = [
        add_component,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name in ("apscheduler", "urllib3", "alembic", "watchdog", "waitress.queue"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns about each job that is skipped because the previous run has not ended, which is intended here.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
