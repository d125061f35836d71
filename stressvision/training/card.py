"""A model file and the card beside it, by which the run-time wrapper recognises the file."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path


def write_with_card(model: Path, content: bytes, description: Mapping[str, object]) -> None:
    """Write a model, and beside it its card: the file's name, its SHA-256, and what `description` says."""
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_bytes(content)
    card = {"model": model.name, "sha256": hashlib.sha256(content).hexdigest(), **description}
    text = json.dumps(card, indent=2, ensure_ascii=False)
    model.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
