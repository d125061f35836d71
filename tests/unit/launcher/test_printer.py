import io

from rich.console import Console

from stressvision.core.errors import Message
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.printer import LiveTable, LogLine, PlainLines, Row, UntilClosed
from stressvision.launcher.session import describe_arrival
from stressvision.launcher.supervisor import NOTHING, ComponentState, ComponentView

API = Component(
    "api", Message(es="Backend", en="Backend"), (), address="http://127.0.0.1:8000", ports=(PortUse(8000, "S"),)
)
EDGE = Component("edge", Message(es="Pi (cámara)", en="Pi (camera)"), ())
NO_CAMERA = Message(es="sin cámara [0]", en="no camera [0]")


def row(component: Component, state: ComponentState, detail: Message = NOTHING, *, memory: int | None = None) -> Row:
    return Row(ComponentView(component, state, 42, detail), memory)


class GoneTerminal(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(5, "Input/output error")


def test_the_table_shows_what_is_known_of_each_component_and_the_last_log_lines() -> None:
    out = io.StringIO()
    table = LiveTable("es", Console(file=out, force_terminal=True, width=160, height=30))
    table.show(
        [row(API, ComponentState.RUNNING, memory=95_000_000), row(EDGE, ComponentState.WAITING, NO_CAMERA)],
        [LogLine("api", "[hi]")],
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


def test_without_a_terminal_a_line_is_written_when_a_state_changes_and_not_before() -> None:
    out = io.StringIO()
    plain = PlainLines("en", out)
    plain.show([row(API, ComponentState.STARTING)], [])
    plain.show([row(API, ComponentState.STARTING, memory=1)], [])
    plain.show([row(API, ComponentState.RUNNING)], [LogLine("api", "listening")])
    assert out.getvalue().splitlines() == [
        "launcher  | Backend: starting (pid 42)",
        "api       | listening",
        "launcher  | Backend: running (pid 42, http://127.0.0.1:8000)",
    ]


def test_a_terminal_that_is_gone_disturbs_nobody() -> None:
    printer = UntilClosed(PlainLines("es", GoneTerminal()))
    printer.say(NO_CAMERA)
    printer.show([row(API, ComponentState.RUNNING)], [])
    printer.close()


def test_the_arrival_gives_the_addresses_and_names_what_is_missing() -> None:
    api, edge = row(API, ComponentState.RUNNING).view, row(EDGE, ComponentState.WAITING, NO_CAMERA).view
    well = describe_arrival([api], 6.2)
    assert "6 s" in well.es
    assert "http://127.0.0.1:8000/api/docs" in well.es
    partly = describe_arrival([api, edge], 6.2)
    assert "Pi (cámara): sin cámara [0]" in partly.es
    assert "Todo en marcha" not in partly.es
