"""Every audit action about a person or their alerts has a name in Spanish and English."""

import ast
from collections.abc import Iterator
from pathlib import Path

from stressvision import api, services
from stressvision.domain.alerts import AlertStatus
from stressvision.domain.audit import ACTIONS

RECORDERS = {"record": (3, 4), "record_read": (2, 3), "submit_read": (2, 3)}
"""Functions of services/audit.py, with the positions of their action and entity type."""
PEOPLE_RECORDERS = {"record_people_read": 2, "submit_people_read": 2}
"""Functions of services/audit.py that record reads of employees, with the position of their action."""
SHOWN_KINDS = {"employee", "alert"}
"""Entity types of the rows that the person is shown."""
FORMATTED = {
    "f'alert_{wanted}'": {f"alert_{status}" for status in AlertStatus if status is not AlertStatus.PENDING},
    "f'read_{kind}_summary'": {"read_daily_summary", "read_weekly_summary"},
}
"""Actions that the source composes, spelled out: another one has to be added here."""


def recorded_actions() -> set[str]:
    """Return every action that the source records about an employee or an alert."""
    paths = [path for package in (api, services) for path in sorted(Path(package.__path__[0]).rglob("*.py"))]
    modules = [ast.parse(path.read_text("utf-8")) for path in paths]
    return {
        action
        for module in modules
        for call in calls(module)
        for at_action in positions(module, call)
        for found in words(module, call.args[at_action])
        for action in FORMATTED.get(found, {found})
    }


def positions(module: ast.Module, call: ast.Call) -> Iterator[int]:
    """Yield the position of the action in a call that records something the person is shown."""
    name = name_of(call)
    if name in PEOPLE_RECORDERS:
        yield PEOPLE_RECORDERS[name]
    if name in RECORDERS:
        at_action, at_kind = RECORDERS[name]
        if SHOWN_KINDS & words(module, call.args[at_kind]):
            yield at_action


def calls(module: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(module) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def words(module: ast.Module, value: ast.expr) -> set[str]:
    """Return the possible values of an expression: a string, one of two, or all values bound to a name."""
    match value:
        case ast.Constant(value=str(word)):
            return {word}
        case ast.IfExp():
            return words(module, value.body) | words(module, value.orelse)
        case ast.Name():
            bound = [each for each in bindings(module, value.id) if ast.dump(each) != ast.dump(value)]
            return {word for each in bound for word in words(module, each)}
        case ast.JoinedStr():
            return {ast.unparse(value)}
    return set()


def bindings(module: ast.Module, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
            yield node.value
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args]
            for call in calls(module):
                if name in names and name_of(call) == node.name and len(call.args) > names.index(name):
                    yield call.args[names.index(name)]


def test_actions_are_found_in_the_source() -> None:
    spelled_out = {"enrol", "read_employee", "read_employee_state", "follow_employee", "read_audit", "erase"}
    handed_on = {"change_employee", "activate_employee", "deactivate_employee", "silence_begun", "silence_ended"}
    alerts = {"read_alert", "alert_acknowledged", "alert_resolved", "alert_noted", "alert_reopened", "alert_escalated"}
    of_people = {"read_alerts", "read_report", "read_statistics", "read_daily_summary", "stream_events"}
    assert spelled_out | handed_on | alerts | of_people <= recorded_actions()


def test_each_action_has_a_name() -> None:
    assert recorded_actions() - ACTIONS.keys() == set()


def test_names_are_words_in_both_languages() -> None:
    for action, name in ACTIONS.items():
        assert name.es != name.en
        assert "_" not in name.es + name.en, action
