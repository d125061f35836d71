"""HTTP load with little cost of its own: raw keep-alive connections, each with one request at a time."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import cycle

MakeRequest = Callable[[], bytes]


class _Client(asyncio.Protocol):
    def __init__(self, make_request: MakeRequest, until: float) -> None:
        self.make_request, self.until = make_request, until
        self.answered = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self.make_request())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._end(RuntimeError((head + b"\n" + body).decode()[:600]))
            return
        self._buffer = body[length:]
        self.answered += 1
        if time.perf_counter() < self.until:
            self._transport.write(self.make_request())
        else:
            self._end(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or ConnectionResetError("the server closed the connection"))

    def _end(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error) if error else self.done.set_result(None)
            self._transport.close()


def measure_rate(ports: Sequence[int], make_request: MakeRequest, seconds: float, connections: int) -> float:
    """Return responses per second to continuous requests over `connections`, which the ports share.

    Raises:
        RuntimeError: a status other than 200.
    """
    return asyncio.run(_measure_rate(ports, make_request, seconds, connections))


async def _measure_rate(ports: Sequence[int], make_request: MakeRequest, seconds: float, connections: int) -> float:
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    clients = [_Client(make_request, began + seconds) for _ in range(connections)]
    for client, port in zip(clients, cycle(ports), strict=False):
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(client.done for client in clients))
    answered = sum(client.answered for client in clients)
    return answered / (time.perf_counter() - began)


def prepare_requests(make_request: MakeRequest, count: int) -> MakeRequest:
    """Prepare `count` requests beforehand, so that their cost is not part of the measurement."""
    made = deque(make_request() for _ in range(count))
    return lambda: made.popleft() if made else make_request()


def get(port: int, path: str) -> MakeRequest:
    """Return a function that returns the GET request."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    return lambda: request


def post(port: int, path: str, make_body: Callable[[], object]) -> MakeRequest:
    """Return a function that returns a POST request with a new body."""

    def make_request() -> bytes:
        body = json.dumps(make_body()).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    return make_request
