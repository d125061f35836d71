"""Bodies of requests for the dashboard's own routes, limited in size and time."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

READ_SECONDS = 10.0
"""Time for a body of a few bytes."""


async def read_body(request: Request, longest: int, seconds: float = READ_SECONDS) -> str:
    """Return a body of ASCII text. Raises HTTPException: 413 above `longest` bytes, 408 after `seconds`, 400."""
    body = b""
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > longest:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return body.decode("ascii", errors="replace")
