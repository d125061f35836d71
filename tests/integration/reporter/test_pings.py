"""The dead man's switch: which addresses are asked, and that one which does not answer hinders nothing."""

from pydantic import SecretStr

from stressvision.core.config import Settings
from stressvision.reporter.pings import Pings
from tests.integration.receivers import web_receiver
from tests.programs.running import free_port


class Watch:
    """Monotonic seconds that move by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_success_is_reported_once_a_minute_and_a_failure_at_once() -> None:
    watch = Watch()
    with web_receiver() as inbox:
        base = inbox.address.replace("json://", "http://")
        pings = Pings(Settings(ping_url=SecretStr(f"{base}/key/")), watch)
        for succeeded in (True, True, False, False, True, True):
            pings.report("due", succeeded=succeeded)
        pings.report("backup", succeeded=True)
        watch.seconds = 61
        pings.report("due", succeeded=True)
    path = base.split("/", 3)[3] if base.count("/") > 2 else ""
    start = f"/{path}/key/stressvision-".replace("//", "/")
    assert inbox.followed == [
        f"{start}due",
        f"{start}due/fail",
        f"{start}due/fail",
        f"{start}due",
        f"{start}backup",
        f"{start}due",
    ]


def test_address_that_does_not_answer_hinders_nothing() -> None:
    pings = Pings(Settings(ping_url=SecretStr(f"http://127.0.0.1:{free_port()}/key")))
    pings.report("due", succeeded=True)
    pings.report("due", succeeded=False)


def test_nothing_is_asked_without_an_address() -> None:
    Pings(Settings()).report("due", succeeded=True)
