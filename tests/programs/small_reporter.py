"""One run of the reporter's work, in a process that kills itself before its n-th SQL statement.

`python -m tests.programs.small_reporter DATABASE_URL NOW STATEMENT`, NOW in ISO 8601. It uses SIGKILL, so that no
clean-up runs.
"""

import os
import signal
import sys
from datetime import datetime

from sqlalchemy import event

from stressvision.core.config import Settings
from stressvision.services.context import open_context
from tests.programs.simulated_plant import report_all


def main() -> None:
    url, now, last = sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
    context = open_context(Settings(database_url=url), lambda: now)
    statements = 0

    def kill_at_limit(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements >= last:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(context.database.engine, "before_cursor_execute", kill_at_limit)
    report_all(context)


if __name__ == "__main__":
    main()
