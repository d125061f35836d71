"""Whatever the log says about an employee has its words, for that person and for who looks at the log."""

import ast
from collections.abc import Iterator
from pathlib import Path

from stressvision import services
from stressvision.dashboard.texts import access
from stressvision.documents import own_data_texts

RECORDERS = {"record": (3, 4), "record_read": (2, 3), "submit_read": (2, 3)}
"""Of services/audit.py, with where each takes the action and the kind of what it is about."""


def recorded_actions() -> set[str]:
    """Every action that a service records about an employee, as its source has it."""
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
    """What an expression can be: a string, one of two, or whatever a name is bound to anywhere in its module."""
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


def test_the_source_tells_which_actions_there_are() -> None:
    spelled_out = {"enrol", "read_employee", "read_employee_state", "follow_employee", "read_audit", "erase"}
    handed_on = {"change_employee", "activate_employee", "deactivate_employee", "silence_begun", "silence_ended"}
    assert spelled_out | handed_on <= recorded_actions()


def test_whoever_reads_the_log_has_words_for_each() -> None:
    assert recorded_actions() - access.ACTIONS.keys() == set()


def test_the_person_has_words_for_each() -> None:
    """Of an erasure none are needed: after it there is nobody who could ask, and an id is never given twice."""
    assert recorded_actions() - own_data_texts.ACTIONS.keys() == {"erase"}
