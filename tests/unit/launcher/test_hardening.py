"""Forbidden modules, calls and arguments, and the maximum size of a device's message."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.domain.emotions import Emotion
from stressvision.wire.detections import DetectionIn, DeviceHealth, SessionEnd, SessionStart
from stressvision.wire.values import Box

SOURCES = sorted((PROJECT_ROOT / "stressvision").rglob("*.py"))
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib", "telnetlib", "ftplib"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_ARGUMENTS = {"shell=True", "allow_pickle=True", "verify=False"}
LARGEST_PAYLOAD = 4096


def find_forbidden(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        found += [name for name in names if name.split(".")[0] in FORBIDDEN_MODULES]
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            found.append(node.func.id)
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func) in {"os.system", "os.popen"}:
            found.append(ast.unparse(node.func))
        words = {f"{word.arg}={ast.unparse(word.value)}" for word in node.keywords}
        found += sorted(words & FORBIDDEN_ARGUMENTS)
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_source_has_no_pickle_eval_or_shell(source: Path) -> None:
    assert find_forbidden(ast.parse(source.read_text(encoding="utf-8"))) == []


def test_forbidden_code_is_found() -> None:
    lines = ("import pickle", "from marshal import loads", "eval('1')", "os.system('x')", "run('x', shell=True)")
    bad = "\n".join((*lines, "get(u, verify=False)"))
    assert find_forbidden(ast.parse(bad)) == ["pickle", "marshal", "eval", "os.system", "shell=True", "verify=False"]


def test_largest_device_message_is_too_small_for_an_image() -> None:
    moment = datetime(2026, 11, 22, 15, 7, 30, 123000, tzinfo=UTC)
    third = 1 / 3
    detection = DetectionIn(
        event_id=uuid4(),
        device_id="d" * 64,
        session_id="s" * 200,
        timestamp=moment,
        track_id="t" * 64,
        employee_id=2**31 - 1,
        recognition_confidence=third,
        emotion=Emotion.NEUTRAL,
        emotion_confidence=third,
        emotion_vector=dict.fromkeys(Emotion, third),
        bounding_box=Box(x=10**6, y=10**6, w=10**6, h=10**6),
        frame_quality=third,
        processing_time_ms=10**6 / 3,
    )
    health = DeviceHealth(device_id="d" * 64, location="l" * 200, state="watching", detail="d" * 300)
    start = SessionStart(device_id="d" * 64, location="l" * 200, start_timestamp=moment)
    end = SessionEnd(end_timestamp=moment, fps_avg=third, frames_processed=2**31 - 1)
    assert len(detection.model_dump_json()) < 1024 + 200
    for message in (detection, health, start, end):
        assert len(message.model_dump_json().encode()) <= LARGEST_PAYLOAD
