"""Tests of notification addresses, sent by a short-lived process."""

import json
import subprocess
from collections.abc import Sequence

import structlog

from stressvision.core.errors import Message, Unavailable
from stressvision.core.program import build_command, build_environment
from stressvision.core.texts import Language
from stressvision.wire.settings import AddressResults

TIMEOUT_SECONDS = 40.0
COMMAND = build_command("stressvision.notifications")

log = structlog.get_logger()


def send_tests(addresses: Sequence[str], language: Language, command: Sequence[str] = COMMAND) -> AddressResults:
    """Send a test to each address, and return the results. Raise Unavailable where the process does not answer.

    Args:
        addresses: Of apprise; written to the process's standard input, so that no list of processes shows them.
        language: Language of the reasons of failures.
        command: The sending process.
    """
    try:
        done = subprocess.run(
            command,
            input=json.dumps(list(addresses)).encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            env=build_environment({"STRESSVISION_LANG": language}),
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.error("test of notifications not sent", reason=type(error).__name__)
        raise Unavailable(
            Message(
                es="La prueba no terminó en 40 segundos: el servidor de correo o la dirección no responden.",
                en="The test did not end within 40 seconds: the mail server or the address does not answer.",
            )
        ) from None
    return AddressResults.model_validate_json(done.stdout)
