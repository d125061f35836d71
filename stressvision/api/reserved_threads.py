"""Threads kept for health and authentication, which must not wait behind logins, documents and exports."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

THREADS = 4
"""Beside the 40 of all other requests."""

Result = TypeVar("Result")
_limiter: RunVar[CapacityLimiter] = RunVar("stressvision_reserved_threads")


async def run_reserved(function: Callable[[], Result]) -> Result:
    """Run a short function in one of the reserved threads."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(THREADS)
        _limiter.set(limiter)
    return await to_thread.run_sync(function, limiter=limiter)
