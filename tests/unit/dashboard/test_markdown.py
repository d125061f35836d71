"""Names in elements that render Markdown."""

from datetime import UTC

import pytest
from markdown_it import MarkdownIt

from stressvision.core.errors import Message
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext, escape_markdown

NAMES = [
    "![x](http://203.0.113.7/pixel.png)",
    "[Renueve su clave](http://203.0.113.7/)",
    "<http://203.0.113.7/>",
    "**Ana** _Torres_ `x` # y",
    "Ana\\[x](y)",
    "www.example.com o http://203.0.113.7",
]


@pytest.mark.parametrize("name", NAMES)
def test_name_shows_as_it_was_typed(name: str) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(escape_markdown(name))
    (inline,) = (token for token in tokens if token.type == "inline")
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}
    assert "".join(child.content for child in inline.children or []) == name


def test_text_for_markdown_escapes_values_and_keeps_the_sentence() -> None:
    context = PageContext(BackendClient("http://localhost:1", "es"), "es", UTC)  # type: ignore[arg-type]
    message = Message(es="**Borrar** a {name}", en="**Erase** {name}")
    assert context.markdown(message, name="[a](b)") == "**Borrar** a \\[a\\]\\(b\\)"
    assert context.markdown(message, name="Ana Torres Vega") == "**Borrar** a Ana Torres Vega"
