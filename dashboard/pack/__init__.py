"""The board pack: a provider's pathways as a PDF of a few pages.

Belongs here: what is asked of the pack as a whole. Does not belong here: its content (``chapters``), its look (``pack.typ``, ``typeset``).
Texts reach the typesetter as data, never as markup; it is given a folder of fonts and nothing else, and fetches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.asked import ORGANISATIONS, Asked
from dashboard.names import Names
from dashboard.pack.chapters import chapter
from dashboard.pack.content import Pack
from dashboard.pack.typeset import Document, typeset
from dashboard.readers import Reader
from dashboard.standing import having, ordered


class NoPack(ValueError):
    """There is nothing to make a pack of; the message says why."""


@dataclass(frozen=True)
class Made:
    """The finished document and what one would call its file."""

    document: Document
    name: str


def board_pack(asked: Asked, code: str, pathways: Sequence[str] = ()) -> Made:
    """The pack of a provider, for the given pathways or all that have results. Raises ``NoPack``; remembered until data change."""
    wanted = tuple(pathways) or tuple(having(asked, code))
    _must_have(asked, code, wanted)
    key = ("pack", code, asked.provider, wanted)
    return asked.views.memory.get(key, lambda: _make(asked, code, wanted))


def _must_have(asked: Asked, code: str, wanted: Sequence[str]) -> None:
    found, name = having(asked, code), asked.names.name(code)
    unknown = [pathway for pathway in wanted if pathway not in ordered(asked)]
    if unknown:
        raise NoPack(f"there is no pathway {unknown[0]!r} with headline measures; there are: {', '.join(ordered(asked)) or 'none'}")
    if missing := [pathway for pathway in wanted if pathway not in found]:
        raise NoPack(f"{name} has no results of {words_of(missing)} yet: a pack can be made as soon as a first file has been accepted")
    if not wanted:
        raise NoPack(f"{name} has no results yet: a pack can be made as soon as a first file has been accepted")


def words_of(pathways: Sequence[str]) -> str:
    return ", ".join(pathway.replace("_", " ") for pathway in pathways)


def _make(asked: Asked, code: str, pathways: Sequence[str]) -> Made:
    board = for_board(asked, code)
    chapters = [chapter(board, code, pathway) for pathway in pathways]
    pack = Pack(board.names.name(code), chapters, board.data_at, datetime.now(UTC))
    return Made(
        typeset(pack),
        "-".join(("board-pack", code.lower(), *(p.replace("_", "-") for p in pathways if len(pathways) == 1), f"{pack.made_at:%Y-%m-%d}"))
        + ".pdf",
    )


def for_board(asked: Asked, code: str) -> Asked:
    """What the reader may see, under the names that the provider's own people see: the document is handed on to them."""
    board = Asked(asked.views, asked.configuration, asked.reader)
    board.names = Names(
        asked.rows(ORGANISATIONS), Reader("board", code), asked.configuration.has_named_peers, asked.configuration.key("peers")
    )
    return board
