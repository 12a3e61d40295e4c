"""Commands, targets, paths and settings that the documents name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.project_files import ROOT

README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(text: str) -> list[list[str]]:
    """The lines of each block of shell commands, without remarks."""
    found = re.findall(r"```sh\n(.*?)```", text, re.S)
    return [[line.partition("#")[0].strip() for line in block.splitlines() if line.partition("#")[0].strip()] for block in found]


def spans(text: str) -> list[str]:
    """What stands between back-ticks, and the lines of blocks."""
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return [*inline, *(line for block in blocks(text) for line in block)]


def starting_with(word: str) -> Iterator[tuple[str, list[str]]]:
    """(document, words after ``word``) of every span of every document that begins with it."""
    for document in DOCUMENTS:
        for span in spans(text_of(document)):
            first, *rest = re.sub(r"[\[\]]", "", span).split()
            if first == word:
                yield document.name, rest
