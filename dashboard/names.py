"""What organisations are called on a page: by name, or peers by number.

Belongs here: names and the words of addresses. Does not belong here: what of an organisation's numbers is shown (the warehouse's policy).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import cached_property

from dashboard.readers import Reader
from dashboard.views import Row

POOLED = ("network", "region", "nation")
ENDINGS = (" NHS Foundation Trust", " NHS Trust", " University Health Board", " Health Board")


class Names:
    """Names of organisations as a reader may see them.

    Where peers are numbered, their code never reaches the page: addresses carry the number. Numbers are the same on every page and for every reader, and
    follow from a secret key, not from the alphabet.
    """

    def __init__(self, organisations: Iterable[Row], reader: Reader, is_named: bool, key: str):
        self.organisations = {row.organisation_code: row for row in organisations}
        self.reader, self._key = reader, key.encode()
        self.is_named = is_named or reader.is_office

    @cached_property
    def own(self) -> frozenset[str]:
        """The reader's provider with its sites and teams."""
        mine = self.reader.provider_code
        return frozenset(code for code, row in self.organisations.items() if mine and (code == mine or row.provider_code == mine))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Provider's code to its number, from 1."""
        providers = [code for code, row in self.organisations.items() if row.organisation_kind == "provider"]
        ordered = sorted(providers, key=lambda code: hmac.new(self._key, code.encode(), hashlib.sha256).digest())
        return {code: place for place, code in enumerate(ordered, start=1)}

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {self.slug(code): code for code in self.organisations if self.may_see(code)}

    def may_see(self, code: str) -> bool:
        """Sites and teams of peers are not shown where peers are numbered: their names tell whose they are."""
        row = self.organisations.get(code)
        return row is not None and (self._is_open(code) or row.organisation_kind == "provider")

    def _is_open(self, code: str) -> bool:
        return self.is_named or code in self.own or self.organisations[code].organisation_kind in POOLED

    def name(self, code: str) -> str:
        if code not in self.organisations:
            return code if self.is_named else "another organisation"
        if self._is_open(code):
            return self.organisations[code].organisation_name.removesuffix(" (made up)")
        number = self.numbers.get(code) or self.numbers.get(self.organisations[code].provider_code or "")
        return f"Provider {number}" if number else "another organisation"

    def short(self, code: str) -> str:
        """For narrow places."""
        return _shortened(self.name(code))

    def slug(self, code: str) -> str:
        """What stands for the organisation in an address."""
        return code if code not in self.organisations or self._is_open(code) else f"peer-{self.numbers.get(code, 0)}"

    def told(self, text: str) -> str:
        """What somebody wrote; where peers are numbered their names and codes in it give way to the number."""
        if self.is_named or not text:
            return text
        return (
            self._peers_words.sub(lambda found: self.name(self._peer_of_word.get(found[0].casefold(), "")), text)
            if self._peer_of_word
            else text
        )

    @cached_property
    def _peer_of_word(self) -> dict[str, str]:
        """What peers, their sites and teams are called -> code."""
        closed = [row for row in self.organisations.values() if not self._is_open(row.organisation_code)]
        said = ((word, row.organisation_code) for row in closed for word in _called(row))
        return {word.casefold(): code for word, code in said}

    @cached_property
    def _peers_words(self) -> re.Pattern[str]:
        words = sorted(self._peer_of_word, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)

    def code(self, slug: str) -> str | None:
        """The organisation that an address means, if the reader may see it."""
        return self._codes.get(slug)


def _called(row: Row) -> tuple[str, str, str]:
    name = row.organisation_name.removesuffix(" (made up)")
    return row.organisation_code, name, _shortened(name)


def _shortened(name: str) -> str:
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)
