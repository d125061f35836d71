"""The end of the programs' logs, by level; without what concerns single persons for roles that may not see them."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from stressvision.core.clock import parse_moment
from stressvision.core.errors import InvalidInput
from stressvision.domain.auth import Role, sees_persons
from stressvision.services.context import Context
from stressvision.wire.system import LogLevel, LogLine, LogLines

TAIL_BYTES = 256 * 1024
"""Of each program's log: some thousand lines."""
LEVELS: tuple[LogLevel, ...] = ("debug", "info", "warning", "error")
_TEXT_LINE = re.compile(r"^(\S+T\S+Z)\s+\[(\w+)\s*\]\s+(.*)$")
_LEVELS: dict[str, LogLevel] = {"critical": "error", "exception": "error", "warn": "warning"}
_OF_PERSONS = re.compile(r"\b(alert|employee|notice|detections?|people|person)s?\b[=\s]", re.IGNORECASE)
"""Events from which the time of an alert or of a detection would follow."""
_COUNTS = re.compile(r" (?:after|bytes|position)=\S+")
"""Fields that grow with the number of detections."""

_OF_PROGRAMS = re.compile(r"(listening|stopped|started|settings applied|backup|Uvicorn)\b")
"""Events of level info about the programs themselves."""


def read_log_lines(
    context: Context, level: LogLevel, component: str | None, limit: int, role: Role | None = None
) -> LogLines:
    """Return lines of at least `level`, the newest first. `component`: one program's lines only."""
    folder = context.settings.run_dir / "logs"
    found = [
        line if sees_persons(role) else line.model_copy(update={"text": _COUNTS.sub("", line.text)})
        for path in sorted(folder.glob("*.log"))
        if component is None or path.stem == component
        for line in _read(path)
        if LEVELS.index(line.level) >= LEVELS.index(level) and (sees_persons(role) or _is_of_operation(line))
    ]
    found.sort(key=_moment, reverse=True)
    return LogLines(lines=found[:limit], total=len(found))


def _is_of_operation(line: LogLine) -> bool:
    """Return whether a line states nothing about persons: what programs do in their usual work follows detections."""
    is_expected = line.level in {"warning", "error"} or _OF_PROGRAMS.match(line.text)
    return bool(is_expected) and not _OF_PERSONS.search(line.text)


def _moment(line: LogLine) -> str:
    return "" if line.at is None else line.at.isoformat()


def _read(path: Path) -> Iterator[LogLine]:
    """Yield the lines at the end of a log; lines without a time follow the one before them."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    last: datetime | None = None
    for text in lines[1:] if size > TAIL_BYTES else lines:
        line = parse_line(path.stem, text, last)
        if line is not None:
            last = line.at
            yield line


def parse_line(component: str, text: str, last: datetime | None) -> LogLine | None:
    """Return one line of a log in either form; `last`: time of the line before. None for an empty line."""
    if not text.strip():
        return None
    if text.startswith("{"):
        try:
            values = json.loads(text)
            rest = {key: value for key, value in values.items() if key not in {"timestamp", "level", "component"}}
            message = " ".join([str(rest.pop("event", "")), *(f"{key}={value}" for key, value in rest.items())])
            return _build(component, str(values.get("level")), str(values.get("timestamp")), message)
        except (ValueError, AttributeError, RecursionError):
            pass
    matched = _TEXT_LINE.match(text)
    if matched is None:
        return LogLine(component=component, level="info", at=last, text=text)
    return _build(component, matched[2], matched[1], matched[3])


def _build(component: str, level: str, at: str, text: str) -> LogLine:
    known = _LEVELS.get(level, level)
    try:
        moment = parse_moment(at)
    except InvalidInput:
        moment = None
    text = text.replace(f" component={component}", "").strip()
    found = next((name for name in LEVELS if name == known), LEVELS[1])
    return LogLine(component=component, level=found, at=moment, text=text)
