import io

from rich.console import Console

from stressvision.core.errors import Message
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.health import NO_DETAIL
from stressvision.launcher.printer import DetachablePrinter, LiveTable, PlainLines, PrintedLine, Row
from stressvision.launcher.session import describe_start
from stressvision.launcher.supervisor import ComponentState, ComponentView

API = Component(
    "api", Message(es="Backend", en="Backend"), (), address="http://127.0.0.1:8000", ports=(PortUse(8000, "S"),)
)
EDGE = Component("edge", Message(es="Pi (cámara)", en="Pi (camera)"), ())
NO_CAMERA = Message(es="sin cámara [0]", en="no camera [0]")


def row(component: Component, state: ComponentState, detail: Message = NO_DETAIL, *, memory: int | None = None) -> Row:
    return Row(ComponentView(component, state, 42, detail), memory)


class ClosedTerminal(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(5, "Input/output error")


def test_table_shows_components_and_last_log_lines() -> None:
    out = io.StringIO()
    table = LiveTable("es", Console(file=out, force_terminal=True, width=160, height=30))
    table.show(
        [row(API, ComponentState.RUNNING, memory=95_000_000), row(EDGE, ComponentState.WAITING, NO_CAMERA)],
        [PrintedLine("api", "[hi]")],
    )
    table.close()
    for shown in (
        "Backend",
        "en marcha",
        "8000",
        "http://127.0.0.1:8000",
        "42",
        "95 MB",
        "sin cámara [0]",
        "api       | [hi]",
    ):
        assert shown in out.getvalue()


def test_plain_output_has_a_line_per_state_change() -> None:
    out = io.StringIO()
    plain = PlainLines("en", out)
    plain.show([row(API, ComponentState.STARTING)], [])
    plain.show([row(API, ComponentState.STARTING, memory=1)], [])
    plain.show([row(API, ComponentState.RUNNING)], [PrintedLine("api", "listening")])
    assert out.getvalue().splitlines() == [
        "launcher  | Backend: starting (pid 42)",
        "api       | listening",
        "launcher  | Backend: running (pid 42, http://127.0.0.1:8000)",
    ]


def test_closed_terminal_raises_no_error() -> None:
    printer = DetachablePrinter(PlainLines("es", ClosedTerminal()))
    printer.print_message(NO_CAMERA)
    printer.show([row(API, ComponentState.RUNNING)], [])
    printer.close()


def test_start_message_lists_addresses_and_missing_components() -> None:
    api, edge = row(API, ComponentState.RUNNING).view, row(EDGE, ComponentState.WAITING, NO_CAMERA).view
    complete = describe_start([api], 6.2)
    assert "6 s" in complete.es
    assert "http://127.0.0.1:8000/api/docs" in complete.es
    partial = describe_start([api, edge], 6.2)
    assert "Pi (cámara): sin cámara [0]" in partial.es
    assert "Todo en marcha" not in partial.es
