"""ETags of polled answers: a reader that has the current one gets 304 and no body.

They are weak: the overview's own time is not part of it, and would change it each second. Answers remain `no-store`:
a program may keep its last one in memory, a cache may not.
"""

import re
from hashlib import blake2b

from starlette.responses import Response

_OWN_TIME = re.compile(rb'"timestamp":"[^"]*"')


def compute_etag(body: bytes, *, has_own_time: bool = False) -> str:
    """Return the ETag of a body. `has_own_time`: the first `timestamp` in it is the time at which it was computed."""
    content = _OWN_TIME.sub(b"", body, count=1) if has_own_time else body
    return f'W/"{blake2b(content, digest_size=12).hexdigest()}"'


def is_current(if_none_match: str | None, etag: str) -> bool:
    """Return whether the header If-None-Match of a request names the ETag."""
    if if_none_match is None:
        return False
    names = (name.strip() for name in if_none_match.split(","))
    return any(name == "*" or name.removeprefix("W/") == etag.removeprefix("W/") for name in names)


def respond(body: bytes, etag: str, if_none_match: str | None) -> Response:
    """Return the JSON answer, or 304 where the reader has it."""
    headers = {"ETag": etag}
    if is_current(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
