"""Which of several forms of an answer an Accept header prefers."""

from collections.abc import Mapping
from typing import TypeVar

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

Form = TypeVar("Form")


def preferred(accept: str, offered: Mapping[str, Form], otherwise: Form) -> Form:
    """`offered`: by media type, without parameters; those that a client adds (charset) do not count."""
    asked = parse_accept_header(accept)
    wanted = MIMEAccept((media_type.partition(";")[0].strip(), quality) for media_type, quality in asked)
    best = wanted.best_match(offered)
    return offered[best] if best else otherwise
