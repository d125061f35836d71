"""`python -m stressvision.notifications`: send a test to each address of a JSON list on standard input.

Results are written as JSON to standard output. The backend starts it for one request: apprise takes 36 MB.
"""

import json
import sys
from uuid import uuid4

from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import ServerUnreachable
from stressvision.core.program import run_program
from stressvision.notifications.message import compose_test_message
from stressvision.notifications.sender import send_message
from stressvision.services.notice_routing import configured_addresses
from stressvision.services.notifications import describe_address
from stressvision.wire.settings import AddressResults, TestedAddress


def main() -> int:
    """Send the tests."""
    settings = load_settings()
    addresses: list[str] = json.load(sys.stdin)
    results = [send_test(settings, address) for address in addresses]
    sys.stdout.write(AddressResults(targets=results).model_dump_json())
    return 0


def send_test(settings: Settings, address: str) -> TestedAddress:
    """Send a test to one address, and return its result."""
    label = describe_address(address)
    is_trusted = address in configured_addresses(settings).values()  # of the environment: stored ones are not loaded
    try:
        send_message(address, compose_test_message(settings, str(uuid4())), is_trusted=is_trusted)
    except ServerUnreachable as error:
        return TestedAddress(label=label, is_delivered=False, reason=error.message.text(settings.lang))
    return TestedAddress(label=label, is_delivered=True)


if __name__ == "__main__":
    raise SystemExit(run_program(main))
