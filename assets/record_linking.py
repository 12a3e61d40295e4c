"""Which team's record a row of a file tells of, where a case has the records of several teams. A pure function of frames.

Belongs here: rows to the records that the same site told of the same person before. Does not belong here: which records are one case
(``assets.case_linking``), datasets whose records are cases (``assets.linking``).
What another site has said is never looked at, so the order in which sites send does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assets.linking import key_columns
from assets.random_ids import random_ids
from schemas.datasets import Dataset

PLACE = ["person_id", "site_code"]


def linking_fields(dataset: Dataset) -> list[str]:
    """Stored fields that linking reads."""
    link = dataset.case_link
    more = (link.chain.id, *link.apart) if link else ()
    names = (*dataset.record_key, *(dataset.match_rule.same if dataset.match_rule else ()), *more)
    return [name for name in dict.fromkeys(names) if dataset.field_by_name[name].is_stored]


@dataclass
class Told:
    """What names a record: the chain's number, its key, what tells it apart, what a correction must share, its clock date."""

    number: object
    key: tuple
    apart: tuple
    same: tuple
    clock_on: pd.Timestamp
    unit_id: str | None = None

    def is_apart(self, other: Told) -> bool:
        return any(mine is not None and its is not None and mine != its for mine, its in zip(self.apart, other.apart, strict=True))

    def is_told_alike(self, other: Told) -> bool:
        return bool(self.apart) and None not in self.apart and self.apart == other.apart

    def has_another_number(self, other: Told) -> bool:
        return self.number is not None and other.number is not None and self.number != other.number

    def is_named_by(self, row: Told) -> bool:
        """Whether the row tells of this record: by its number, else by its key."""
        if self.number is not None and self.number == row.number:
            return True
        if self.key != row.key:
            return False
        return self.is_told_alike(row) if self.has_another_number(row) else not self.is_apart(row)

    def learn(self, row: Told) -> None:
        self.number = row.number if row.number is not None else self.number
        self.apart = tuple(new if new is not None else old for new, old in zip(row.apart, self.apart, strict=True))
        self.key, self.same, self.clock_on = row.key, row.same, row.clock_on


def link_team_records(dataset: Dataset, records: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Match rows to team records, in the shape of ``assets.linking.link``: ``case_id`` is the team record's id.

    A row tells of the record with its number in the chain; else of the one with its key, unless what tells records apart differs; else, by the match
    rule, of the only one near enough that no other row of the file names. Else of a new one.
    """
    alone = ~records.duplicated(PLACE, keep=False) & ~_have_known(records, known)
    linked = pd.DataFrame({"case_id": None, "is_corrected": False, "is_new": True}, index=records.index)
    linked["case_id"] = linked["case_id"].astype(object)
    linked.loc[alone, "case_id"] = np.array(random_ids(int(alone.sum())), dtype=object)
    rest = records[~alone]
    of_place: dict[tuple, list[Told]] = {}
    for place, one in _told(dataset, known, known["case_id"]):
        of_place.setdefault(place, []).append(one)
    rows: dict[tuple, list[tuple[object, Told]]] = {}
    for row, (place, one) in zip(rest.index, _told(dataset, rest), strict=True):
        rows.setdefault(place, []).append((row, one))
    for place, told in rows.items():
        for row, unit_id, is_corrected, is_new in _link_place(dataset, told, of_place.get(place, [])):
            linked.loc[row, ["case_id", "is_corrected", "is_new"]] = [unit_id, is_corrected, is_new]
    return linked.astype({"is_corrected": bool, "is_new": bool})


def _have_known(records: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    if not len(known):
        return np.zeros(len(records), dtype=bool)
    return pd.MultiIndex.from_frame(records[PLACE]).isin(pd.MultiIndex.from_frame(known[PLACE]))


def _told(dataset: Dataset, frame: pd.DataFrame, unit_ids: Iterable[str] | None = None) -> Iterator[tuple[tuple, Told]]:
    """(place, what names it) of each row."""
    link, rule = dataset.case_link, dataset.match_rule
    key, same = key_columns(dataset, dataset.record_key), key_columns(dataset, rule.same if rule else ())
    columns = [_tuples(frame, names) for names in ([link.chain.id], key, list(link.apart), same, PLACE)]
    ids = [None] * len(frame) if unit_ids is None else unit_ids
    for number, key_, apart, same_, place, clock_on, unit_id in zip(*columns, frame["clock_on"], ids, strict=True):
        yield place, Told(number[0], key_, apart, same_, clock_on, unit_id)


def _tuples(frame: pd.DataFrame, names: list[str]) -> list[tuple]:
    if not names:
        return [()] * len(frame)
    return list(zip(*(frame[name].astype(object).where(frame[name].notna(), None) for name in names), strict=True))


def _link_place(dataset: Dataset, rows: list[tuple[object, Told]], units: list[Told]) -> Iterator[tuple]:
    """(row, unit, is corrected, is new) of the rows of one person at one site, in their order."""
    named = {id(unit) for _, row in rows for unit in units if unit.is_named_by(row)}
    fresh: set[str] = set()
    for index, row in rows:
        unit, is_corrected = next((unit for unit in reversed(units) if unit.is_named_by(row)), None), False
        if unit is None:
            unit = _corrected(dataset, row, [u for u in units if id(u) not in named and u.unit_id not in fresh])
            is_corrected = unit is not None
        if unit is None:
            unit = Told(row.number, row.key, row.apart, row.same, row.clock_on, random_ids(1)[0])
            units.append(unit)
            fresh.add(unit.unit_id)
        named.add(id(unit))
        unit.learn(row)
        yield index, unit.unit_id, is_corrected, unit.unit_id in fresh


def _corrected(dataset: Dataset, row: Told, units: list[Told]) -> Told | None:
    """The one record whose key the row corrects."""
    if dataset.match_rule is None or None in row.same:
        return None
    days = dataset.match_rule.within_days
    near = [u for u in units if u.same == row.same and abs((u.clock_on - row.clock_on).days) <= days]
    near = [u for u in near if u.key != row.key and not u.has_another_number(row)]
    return near[0] if len(near) == 1 else None
