"""The way out of every program: an exit code, and a sentence instead of a traceback."""

import sys
from collections.abc import Callable

from stressvision.core.errors import StressVisionError
from stressvision.core.texts import spoken_language as spoken_language

EXIT_REFUSED = 2


def run_program(main: Callable[[], int]) -> int:
    """Runs `main`; one of our errors becomes its message on standard error, and exit code 2."""
    try:
        return main()
    except StressVisionError as error:
        print(error.message.text(spoken_language()), file=sys.stderr)  # noqa: T201  the program's answer, not a log
        return EXIT_REFUSED
