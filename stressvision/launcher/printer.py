"""Display of the launcher: a live table on a terminal, plain lines elsewhere."""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TextIO

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from stressvision.core.errors import Language, Message
from stressvision.launcher.components import Component
from stressvision.launcher.health import NO_DETAIL
from stressvision.launcher.supervisor import ComponentState, ComponentView

STATE_TEXTS = {
    ComponentState.PENDING: Message(es="en espera", en="pending"),
    ComponentState.STARTING: Message(es="arrancando", en="starting"),
    ComponentState.RUNNING: Message(es="en marcha", en="running"),
    ComponentState.WAITING: Message(es="atención", en="attention"),
    ComponentState.BACKOFF: Message(es="reiniciando", en="restarting"),
    ComponentState.FATAL: Message(es="no arranca", en="failed"),
    ComponentState.STOPPING: Message(es="deteniendo", en="stopping"),
    ComponentState.STOPPED: Message(es="detenido", en="stopped"),
}
STATE_STYLES = {
    ComponentState.RUNNING: "green",
    ComponentState.WAITING: "yellow",
    ComponentState.BACKOFF: "yellow",
    ComponentState.FATAL: "bold red",
}
COLUMNS = (
    Message(es="Componente", en="Component"),
    Message(es="Estado", en="State"),
    Message(es="Puerto", en="Port"),
    Message(es="Dirección", en="Address"),
    Message(es="PID", en="PID"),
    Message(es="Memoria", en="Memory"),
)
LAUNCHER = "launcher"
NAME_WIDTH = 9
TAIL_LINES = 200


@dataclass(frozen=True)
class Row:
    """A component as the table shows it; `memory` in bytes."""

    view: ComponentView
    memory: int | None


@dataclass(frozen=True)
class PrintedLine:
    """A line of a component's log."""

    component: str
    text: str

    @property
    def prefixed(self) -> str:
        """The line after the name of its component."""
        return f"{self.component:<{NAME_WIDTH}} | {self.text}"


class Printer(Protocol):
    """Shows the state of the components. Its methods raise OSError where the output is closed."""

    def print_message(self, message: Message) -> None:
        """Print a message that stays on the screen."""

    def show(self, rows: Sequence[Row], lines: Sequence[PrintedLine]) -> None:
        """Show the present state and the log lines since the last call."""

    def close(self) -> None:
        """Release the terminal."""


def build_table(rows: Sequence[Row], language: Language) -> Group:
    """Return the table, at most 80 columns wide, with the components' details below it."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for title in COLUMNS:
        table.add_column(title.text(language), no_wrap=True)
    for row in rows:
        view = row.view
        table.add_row(
            view.component.label.text(language),
            Text(STATE_TEXTS[view.state].text(language), style=STATE_STYLES.get(view.state, "")),
            _format_ports(view.component),
            view.component.address or "-",
            str(view.pid or "-"),
            f"{row.memory / 1e6:.0f} MB" if row.memory else "-",
        )
    details = ((row.view.component.label, row.view.detail) for row in rows if row.view.detail != NO_DETAIL)
    return Group(table, *(Text(f" {label.text(language)}: {detail.text(language)}") for label, detail in details), "")


def print_table(rows: Sequence[Row], language: Language) -> None:
    """Print the table for `status`; without a terminal, 160 columns wide so that no line is cut."""
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160).print(build_table(rows, language))


class LiveTable:
    """The table, with the last log lines that fit the terminal below it."""

    def __init__(self, language: Language, console: Console) -> None:
        self._language = language
        self._console = console
        self._tail: deque[PrintedLine] = deque(maxlen=TAIL_LINES)
        self._live = Live(console=console, auto_refresh=False)

    def print_message(self, message: Message) -> None:
        """Print a message that stays on the screen."""
        self._console.print(Text(message.text(self._language)))

    def show(self, rows: Sequence[Row], lines: Sequence[PrintedLine]) -> None:
        """Show the present state and the log lines since the last call."""
        self._tail.extend(lines)
        room = max(3, self._console.height - 3 * len(rows) - 5)
        tail = [
            Text(line.prefixed, style="dim", no_wrap=True, overflow="ellipsis") for line in list(self._tail)[-room:]
        ]
        self._live.start()
        self._live.update(Group(build_table(rows, self._language), *tail), refresh=True)

    def close(self) -> None:
        """Release the terminal."""
        self._live.stop()


class PlainLines:
    """A line per change of state and per log line, prefixed with the name of its component."""

    def __init__(self, language: Language, out: TextIO) -> None:
        self._language = language
        self._out = out
        self._shown: dict[str, tuple[ComponentState, int | None]] = {}

    def print_message(self, message: Message) -> None:
        """Print a message that stays on the screen."""
        for line in message.text(self._language).splitlines():
            self._write(PrintedLine(LAUNCHER, line))

    def show(self, rows: Sequence[Row], lines: Sequence[PrintedLine]) -> None:
        """Show the present state and the log lines since the last call."""
        for line in lines:
            self._write(line)
        for row in rows:
            view = row.view
            if self._shown.get(view.component.name) != (view.state, view.pid):
                self._shown[view.component.name] = (view.state, view.pid)
                self._write(PrintedLine(LAUNCHER, self._describe(view)))

    def close(self) -> None:
        """Release the terminal."""
        self._out.flush()

    def _describe(self, view: ComponentView) -> str:
        parts = (
            f"pid {view.pid}" if view.pid else "",
            view.component.address if view.state is ComponentState.RUNNING else "",
            view.detail.text(self._language),
        )
        known = ", ".join(part for part in parts if part)
        name = view.component.label.text(self._language)
        return f"{name}: {STATE_TEXTS[view.state].text(self._language)}" + (f" ({known})" if known else "")

    def _write(self, line: PrintedLine) -> None:
        print(line.prefixed, file=self._out, flush=True)


class DetachablePrinter:
    """Forwards to another printer until its output is closed: the components must survive their terminal."""

    def __init__(self, printer: Printer) -> None:
        self._printer: Printer | None = printer

    def print_message(self, message: Message) -> None:
        """Print a message that stays on the screen."""
        self._attempt(lambda printer: printer.print_message(message))

    def show(self, rows: Sequence[Row], lines: Sequence[PrintedLine]) -> None:
        """Show the present state and the log lines since the last call."""
        self._attempt(lambda printer: printer.show(rows, lines))

    def close(self) -> None:
        """Release the terminal."""
        self._attempt(lambda printer: printer.close())

    def _attempt(self, write: Callable[[Printer], None]) -> None:
        if self._printer is None:
            return
        try:
            write(self._printer)
        except OSError:
            self._printer = None


def choose_printer(language: Language) -> Printer:
    """Return the live table on a terminal that can move its cursor, plain lines elsewhere."""
    console = Console()
    can_redraw = console.is_terminal and not console.is_dumb_terminal
    return DetachablePrinter(LiveTable(language, console) if can_redraw else PlainLines(language, sys.stdout))


def _format_ports(component: Component) -> str:
    return ", ".join(str(use.number) for use in component.ports) or "-"
