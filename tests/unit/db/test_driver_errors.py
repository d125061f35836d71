"""Sentences for errors of a database driver."""

import pytest
from sqlalchemy.engine import make_url

from stressvision.db.engine.driver_errors import explain_driver_error


@pytest.mark.parametrize("reason", ["connection refused by db.planta.example", "disk full", "permission denied"])
def test_address_of_a_server_is_not_in_the_sentence(reason: str) -> None:
    url = make_url("postgresql+psycopg://encargada:clave@db.planta.example:5433/planta")
    message = explain_driver_error(OSError(reason), url).message
    for text in (message.es, message.en):
        assert "«planta»" in text
        assert not any(part in text for part in ("encargada", "clave", "db.planta.example", "5433"))
