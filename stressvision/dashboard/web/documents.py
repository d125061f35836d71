"""The HTML documents of the dashboard: Streamlit's page with our language, title and script, and its refusals."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup, escape

from stressvision.core.errors import ConfigurationError
from stressvision.core.texts import Language, Message
from stressvision.dashboard import texts
from stressvision.dashboard.html import STYLE

SCRIPT_PATH = "/sv/shell.js"
_HEAD = "<head>"
_STYLE = Markup(STYLE.read_text(encoding="utf-8"))  # noqa: S704  a file of this package
_MESSAGE_STYLE = Markup(
    ":root{color-scheme:light dark}"
    "body{font:15px/1.55 'Source Sans','Source Sans 3',system-ui,sans-serif;margin:0;color:#1A2433;background:#F4F6F9}"
    "main{max-width:32rem;margin:14vh auto 0;padding:2rem;background:#FFF;border:1px solid #DCE1E8;border-radius:6px}"
    ".mark{margin:0;font-weight:600;color:#1B4A86}h1{font-size:1.6rem;font-weight:600;margin:.75rem 0 .5rem}p{margin:0}"
    "p+p{margin-top:.5rem}"
    "a,button{display:inline-block;margin-top:1.25rem;padding:.45rem 1rem;border-radius:6px;background:#1B4A86;"
    "color:#FFF;text-decoration:none}a:hover,button:hover{background:#163D70}"
    ":is(a,button):focus-visible{outline:3px solid #8DB6EE;outline-offset:2px}"
    "button{border:0;font:inherit;font-weight:600;min-height:2.75rem;padding:.45rem 1.5rem;cursor:pointer}"
    "@media (max-width:560px){main{margin:0 auto;border:0;min-height:100vh;box-sizing:border-box}}"
    "@media (prefers-color-scheme:dark){body{color:#E4E9F0;background:#11161E}main{background:#1A212C;"
    "border-color:#2C3644}.mark{color:#8DB6EE}a,button{background:#3164AE}}"
)


def read_page(static_folder: Path, language: Language, time_zone: str) -> str:
    """Return Streamlit's page with the language, the product's name, our styles and the shell's script.

    The styles apply from the first paint, and the script runs before Streamlit's: no later element moves.
    Raise ConfigurationError where Streamlit's file is not as expected, after a change of its version.
    """
    page = (static_folder / "index.html").read_text(encoding="utf-8")
    start, title = '<html lang="en">', "<title>Streamlit</title>"
    if start not in page or title not in page or _HEAD not in page:
        raise ConfigurationError(
            Message(
                es="La versión instalada de Streamlit no es la que este tablero espera.",
                en="The installed version of Streamlit is not the one that this dashboard expects.",
            )
        )
    extra = Markup(
        '<script type="application/json" id="sv-texts">{}</script><script src="{}" defer></script><style>{}</style>'
    ).format(_as_json(_shell_texts(language, time_zone)), SCRIPT_PATH, _STYLE)
    return (
        page.replace(start, f'<html lang="{language}">')
        .replace(title, f"<title>{escape(texts.common.PRODUCT.text(language))}</title>")
        .replace(_HEAD, f"{_HEAD}{extra}", 1)
    )


def create_not_found(language: Language) -> str:
    """Return the document for an address that no page has."""
    link = Markup('<p><a href="/">{}</a></p>').format(texts.shell.TO_OVERVIEW.text(language))
    return _create_message(language, texts.shell.NOT_FOUND, texts.shell.NOT_FOUND_REMEDY, link)


def create_refusal(language: Language) -> str:
    """Return the document for a request under another name than the server's, or by a page of another site."""
    return _create_message(language, texts.shell.FORBIDDEN, texts.shell.FORBIDDEN_REMEDY, Markup(""))


def create_alert_page(
    language: Language,
    title: str,
    lines: Sequence[str],
    *,
    link: str = "/alertas",
    action: str = "",
    field: str = "",
    key: str = "",
) -> str:
    """Return the document of a link in a message.

    Args:
        language: Of the page.
        title: Its heading.
        lines: Its paragraphs.
        link: The page of the console that shows the alert.
        action: Address to which the form with the button is sent.
        field: Name of the form's field.
        key: Value of that field; empty: there is no form.
    """
    parts = Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
    if key:
        parts += Markup(
            '<form method="post" action="{}"><input type="hidden" name="{}" value="{}">'
            '<button type="submit">{}</button></form>'
        ).format(action, field, key, texts.alert_links.ACKNOWLEDGE.text(language))
    else:
        parts += Markup('<p><a href="{}">{}</a></p>').format(link, texts.alert_links.TO_ALERT.text(language))
    return create_document(language, title, parts)


def _create_message(language: Language, title: Message, remedy: Message, link: Markup) -> str:
    content = Markup("<p>{}</p>{}").format(remedy.text(language), link)
    return create_document(language, title.text(language), content)


def create_document(language: Language, title: str, content: Markup) -> str:
    """Return a document of the dashboard's own server."""
    return str(
        Markup(
            '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{} · {}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{}</style></head>'
            '<body><main><p class="mark">{}</p><h1>{}</h1>{}</main></body></html>'
        ).format(
            language,
            title,
            texts.common.PRODUCT.text(language),
            _MESSAGE_STYLE,
            texts.common.PRODUCT.text(language),
            title,
            content,
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
