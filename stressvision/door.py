"""The way out of every program: an exit code, and a sentence instead of a traceback."""

import os
import sys
from collections.abc import Callable

from stressvision.errors import Language, StressVisionError

EXIT_REFUSED = 2


def run_program(main: Callable[[], int]) -> int:
    """Runs `main`; one of our errors becomes its message on standard error, and exit code 2."""
    try:
        return main()
    except StressVisionError as error:
        # Settings may be what is wrong, so the language is read without them.
        language: Language = "en" if os.environ.get("STRESSVISION_LANG") == "en" else "es"
        print(error.message.text(language), file=sys.stderr)  # noqa: T201  the program's answer, not a log
        return EXIT_REFUSED
