"""The HTML documents of the dashboard: Streamlit's page with our language, title and script, and "not found"."""

import json
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup, escape

from stressvision.core.errors import ConfigurationError
from stressvision.core.texts import Language, Message
from stressvision.dashboard import texts

SCRIPT_PATH = "/sv/shell.js"
_HEAD_END = "</head>"


def read_page(static_folder: Path, language: Language, time_zone: str) -> str:
    """Return Streamlit's page with the language, the product's name and the shell's script.

    Raise ConfigurationError where Streamlit's file is not as expected, after a change of its version.
    """
    page = (static_folder / "index.html").read_text(encoding="utf-8")
    start, title = '<html lang="en">', "<title>Streamlit</title>"
    if start not in page or title not in page or _HEAD_END not in page:
        raise ConfigurationError(
            Message(
                es="La versión instalada de Streamlit no es la que este tablero espera.",
                en="The installed version of Streamlit is not the one that this dashboard expects.",
            )
        )
    extra = Markup('<script type="application/json" id="sv-texts">{}</script><script src="{}" defer></script>').format(
        _as_json(_shell_texts(language, time_zone)), SCRIPT_PATH
    )
    return (
        page.replace(start, f'<html lang="{language}">')
        .replace(title, f"<title>{escape(texts.common.PRODUCT.text(language))}</title>")
        .replace(_HEAD_END, f"{extra}{_HEAD_END}", 1)
    )


def create_not_found(language: Language) -> str:
    """Return the document for an address that no page has."""
    return str(
        Markup(
            '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;max-width:34rem;"
            "margin:15vh auto;padding:0 1.5rem}}h1{{font-size:1.6rem;margin:0 0 .5rem}}</style></head>"
            '<body><main><h1>{}</h1><p>{}</p><p><a href="/">{}</a></p></main></body></html>'
        ).format(
            language,
            texts.common.PRODUCT.text(language),
            texts.shell.NOT_FOUND.text(language),
            texts.shell.NOT_FOUND_REMEDY.text(language),
            texts.shell.TO_OVERVIEW.text(language),
        )
    )


def _shell_texts(language: Language, time_zone: str) -> dict[str, object]:
    spoken: Mapping[str, Message] = texts.shell.SCRIPT
    known = {name: message.text(language) for name, message in spoken.items()}
    translations = dict(texts.shell.STREAMLIT) if language == "es" else {}
    return {**known, "language": language, "timeZone": time_zone, "translations": translations}


def _as_json(values: Mapping[str, object]) -> Markup:
    """Return JSON that cannot end its script element."""
    return Markup(json.dumps(values, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704  nothing ends the script
