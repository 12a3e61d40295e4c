"""A change idea: a kind of change that several providers may try, and learn from each other.

Belongs here: its shape, and how two spellings of it are told to be one. Does not belong here: a pathway's ideas (its folder).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SEPARATOR = ";"


@dataclass(frozen=True)
class ChangeIdea:
    """``name`` is that of the vocabulary, ``title`` how people write it."""

    title: str
    description: str

    @property
    def name(self) -> str:
        return name_of(self.title)


def name_of(text: str) -> str:
    """The vocabulary's name of an idea, whatever its case, spaces and punctuation; empty where the text has no letter or digit."""
    return "_".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


def ideas_in(text: str) -> dict[str, str]:
    """Name -> text of each idea in a cell, in their order, each once."""
    parts = [" ".join(part.split()) for part in text.split(SEPARATOR)]
    return {name_of(part): part for part in parts if name_of(part)}
