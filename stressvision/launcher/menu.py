"""The menu: what there is to start, and the question."""

from collections.abc import Callable

from stressvision.core.errors import ConfigurationError, Language, Message
from stressvision.launcher.components import DEFAULT_OPTION, OPTIONS, Option, find_option

TITLE = Message(es="Stress Vision · Gloria S.A.", en="Stress Vision · Gloria S.A.")
QUESTION = Message(es=f"Opción [{DEFAULT_OPTION}]: ", en=f"Option [{DEFAULT_OPTION}]: ")
LEAVE = OPTIONS[-1]


def render_menu(language: Language) -> str:
    lines = [f"  {option.number}. {option.title.text(language)}" for option in OPTIONS]
    return "\n".join([TITLE.text(language), "", *lines, ""])


def ask_option(language: Language, read: Callable[[str], str]) -> Option:
    """Asks until the answer is an option; an empty one means the default, the end of input or Ctrl-C means leaving."""
    print(render_menu(language))
    while True:
        try:
            return find_option(read(QUESTION.text(language)).strip() or str(DEFAULT_OPTION))
        except ConfigurationError as error:
            print(error.message.text(language))
        except (EOFError, KeyboardInterrupt):
            print()
            return LEAVE
