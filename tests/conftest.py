"""Fixtures of every test."""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings

# No test asserts how long something takes; Hypothesis would fail an example over 200 ms.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# The programs under test would inherit ignored signals from a runner under nohup or in the background.
for _signal in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, signal.default_int_handler if _signal is signal.SIGINT else signal.SIG_DFL)


class FakeClock:
    """A clock that moves only through `advance`."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 15, 7, 30, tzinfo=UTC)) -> None:
        self.now = now
        self._elapsed = timedelta()

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **step: float) -> datetime:
        """Let time pass: a `timedelta` of these arguments. Return the new time."""
        self.now += timedelta(**step)
        self._elapsed += timedelta(**step)
        return self.now

    def set_wrong(self, **error: float) -> datetime:
        """Set the clock ahead, or back by a negative error, without any time passing."""
        self.now += timedelta(**error)
        return self.now

    def monotonic(self) -> float:
        """Return the seconds that have passed, whatever the clock was set to."""
        return self._elapsed.total_seconds()


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock at a fixed moment."""
    return FakeClock()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep tests from reading the developer's settings and writing into the current folder."""
    for name in list(os.environ):
        if name.startswith("STRESSVISION_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))


@pytest.fixture(autouse=True)
def _own_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put `__main__` back after each test: Streamlit replaces it, and spawned processes would import its script."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
