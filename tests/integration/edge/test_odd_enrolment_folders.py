"""Any folder of stills and any words on the command line: a sentence that names the file, code 2, never a traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stressvision.commands.command_line import main
from stressvision.commands.enrolment import MOST_BYTES, read_stills
from stressvision.core.errors import InvalidInput

KINDS = ("text", "empty", "folder", "pipe", "dangling", "loop", "device", "huge")
NAMES = st.binary(min_size=1, max_size=40).map(lambda name: name.translate(None, b"/\0") or b"x")
ENTRIES = st.lists(st.tuples(NAMES, st.sampled_from(KINDS), st.sampled_from((b".jpg", b".PNG", b".jpeg"))), max_size=4)
WORDS = st.text(st.characters(exclude_characters="\0"), max_size=60).filter(lambda word: not word.startswith("-"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and names of bytes")


def add(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind in ("dangling", "loop", "device"):
        path.symlink_to({"dangling": "nowhere", "loop": path.name, "device": "/dev/zero"}[kind])
    else:
        with path.open("xb") as file:
            file.write(b"" if kind == "empty" else b"hola")
            if kind == "huge":
                file.truncate(MOST_BYTES + 1)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(entries=ENTRIES)
def test_odd_entry_is_named_on_one_line(entries: list[tuple[bytes, str, bytes]]) -> None:
    with TemporaryDirectory() as folder:
        for number in range(3):
            add(Path(folder, f"{number}.jpg"), "text")
        for name, kind, suffix in entries:
            with suppress(OSError):  # the name exists, or is too long
                add(Path(folder, os.fsdecode(name + suffix)), kind)
        present = [path.name for path in Path(folder).iterdir() if not path.name.startswith(".")]
        refused = {name for name in present if not is_acceptable(Path(folder, name))}
        try:
            stills = read_stills(Path(folder))
        except InvalidInput as error:
            assert refused
            shown = error.message.es
            assert any(escape(name) in shown for name in refused)
        else:
            assert not refused
            assert len(stills) == len(present)
            shown = "".join(still.name for still in stills)
        assert shown.isprintable()
        shown.encode()


def is_acceptable(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= MOST_BYTES


def escape(name: str) -> str:
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in name)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("odd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRESSVISION_DATABASE_URL", f"sqlite:///{folder}/t.db")
        patch.chdir(folder)
        yield folder


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    verb=st.sampled_from(
        ("enrol", "withdraw", "erase", "rights", "account", "token", "backup", "restore", "retention")
    ),
    options=st.lists(
        st.tuples(
            st.sampled_from(
                ("--code", "--name", "--photos", "--department", "--shift", "--device", "--role", "--days")
            ),
            WORDS,
        ),
        max_size=5,
    ),
    words=st.lists(WORDS, max_size=2),
)
def test_any_words_are_refused_with_a_sentence(
    work: Path,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    options: list[tuple[str, str]],
    words: list[str],
) -> None:
    arguments = [verb, *words, *(f"{option}={word}" for option, word in options), "--photos=absent"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["stressvision", *arguments])
        try:
            code: object = main()
        except SystemExit as ended:
            code = ended.code
    assert code == 2
    assert capsys.readouterr().err.strip()
