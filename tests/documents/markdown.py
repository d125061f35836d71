"""Fenced blocks of a Markdown file, and the shell commands in them, as printed."""

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block. `line`: the first line of its text, counted from 1."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    text: str
    line: int

    @property
    def program(self) -> str:
        return self.text.split(maxsplit=1)[0]


def read_blocks(file: Path, language: str) -> list[Block]:
    content = file.read_text(encoding="utf-8")
    blocks = []
    for found in _FENCE.finditer(content):
        text = re.sub(rf"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
        blocks.append(Block(found["language"], text, content.count("\n", 0, found.start("text")) + 1))
    return [block for block in blocks if block.language == language]


def read_commands(block: Block) -> list[Command]:
    """Return the commands of a block. A backslash or an open quote continues a line; comments are left out."""
    commands = []
    pending: list[str] = []
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        if not pending and (not line.strip() or line.lstrip().startswith("#")):
            continue
        pending.append(line)
        text = "\n".join(pending)
        if not line.endswith("\\") and text.count('"') % 2 == 0 and text.count("'") % 2 == 0:
            commands.append(Command(text, number - len(pending) + 1))
            pending = []
    return commands
