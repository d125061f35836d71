"""Facts of one installation for its legal papers."""

from stressvision.db.queries.privacy.installation import count_installation
from stressvision.services.context import Context
from stressvision.wire.rights import InstallationFacts


def read_installation_facts(context: Context) -> InstallationFacts:
    """Return the counts of this installation; no person is named."""
    with context.database.read() as connection:
        return count_installation(connection)
