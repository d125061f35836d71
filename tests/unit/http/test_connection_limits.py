"""Limits on connections that no request shows."""

import asyncio
import ssl
from pathlib import Path

import pytest

from stressvision.http import connection_limits
from tests.certificates import write_certificate


def test_handshake_that_is_not_completed_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_limits, "HEAD_SECONDS", 0.1)
    certificate, key = write_certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def wait_for_end() -> bytes:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(b"\x16\x03\x01\x02\x00\x01")
        ended = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        server.close()
        return ended

    with asyncio.Runner(loop_factory=connection_limits.create_loop) as runner:
        assert runner.run(wait_for_end()) == b""


def test_server_without_a_certificate_is_created() -> None:
    async def serve() -> bool:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        server.close()
        return server.is_serving()

    with asyncio.Runner(loop_factory=connection_limits.create_loop) as runner:
        assert runner.run(serve()) is False
