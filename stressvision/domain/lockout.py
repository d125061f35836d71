"""How long somebody who keeps failing to log in has to wait."""

from datetime import timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
"""Then 96 guesses a day are left, and a doctor who is needed is not kept out until the morning."""
FORGOTTEN_AFTER = timedelta(days=1)


class LockoutScope(StrEnum):
    """Who failed: this address at this account; anybody at this account; this address at any account."""

    PAIR = "pair"
    ACCOUNT = "account"
    ADDRESS = "address"


FREE_FAILURES = {LockoutScope.PAIR: 5, LockoutScope.ACCOUNT: 30, LockoutScope.ADDRESS: 50}
"""Before anybody has to wait. One address is stopped soon; to keep a doctor out, a stranger needs several."""


def wait_after(counted: LockoutScope, failures: int) -> timedelta:
    """From the last of this many failures until the next attempt is looked at: doubled with each."""
    beyond = failures - FREE_FAILURES[counted]
    if beyond < 0:
        return timedelta()
    return min(FIRST_WAIT * (1 << min(beyond, 16)), LONGEST_WAIT)
