"""Every audit action about an employee has a text for the person and for readers of the log."""

import ast
from collections.abc import Iterator
from pathlib import Path

from stressvision import services
from stressvision.dashboard.texts import access
from stressvision.documents import own_data_texts

RECORDERS = {"record": (3, 4), "record_read": (2, 3), "submit_read": (2, 3)}
"""Functions of services/audit.py, with the positions of their action and entity type."""


def recorded_actions() -> set[str]:
    """Return every action that the source of a service records about an employee."""
    modules = [ast.parse(path.read_text("utf-8")) for path in sorted(Path(services.__path__[0]).rglob("*.py"))]
    return {
        action
        for module in modules
        for call in calls(module)
        if name_of(call) in RECORDERS
        for at_action, at_kind in [RECORDERS[name_of(call)]]
        if "employee" in words(module, call.args[at_kind])
        for action in words(module, call.args[at_action])
    }


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
    assert spelled_out | handed_on <= recorded_actions()


def test_dashboard_has_a_text_for_each_action() -> None:
    assert recorded_actions() - access.ACTIONS.keys() == set()


def test_own_data_has_a_text_for_each_action() -> None:
    """Erasure needs no text: afterwards no person can request the data, and ids are never reused."""
    assert recorded_actions() - own_data_texts.ACTIONS.keys() == {"erase"}
