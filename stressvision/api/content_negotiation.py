"""Content negotiation by the Accept header."""

from collections.abc import Mapping
from typing import TypeVar

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

Format = TypeVar("Format")


def negotiate_format(accept: str, offered: Mapping[str, Format], default: Format) -> Format:
    """Return the format that an Accept header prefers, or `default`.

    Args:
        offered: formats by media type without parameters; parameters that a client adds (charset) are ignored.
    """
    accepted = parse_accept_header(accept)
    bare = MIMEAccept((media_type.partition(";")[0].strip(), quality) for media_type, quality in accepted)
    best = bare.best_match(offered)
    return offered[best] if best else default
