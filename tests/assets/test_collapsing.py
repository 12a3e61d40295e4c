"""What a case says that several records tell of: ranking, sections, single values, in the order of the declaration."""

from __future__ import annotations

import pandas as pd
import pytest

from assets.collapsing import collapse
from schemas.case_links import AnyTrue, BestOf, Collapse, Earliest, First, Latest, MostFilled, Section, Where
from schemas.datasets import Dataset, DatasetKind
from schemas.expressions import field
from schemas.fields import Field, Kind, OnlyIf


def _field(name: str, kind: Kind, **more) -> Field:
    return Field(name, name, kind, "", **more)


FIELDS = (
    _field("team", Kind.TEXT), _field("ended_at", Kind.DATETIME), _field("handed_to", Kind.TEXT), _field("is_visit", Kind.BOOLEAN),
    _field("a_one", Kind.TEXT), _field("a_two", Kind.TEXT), _field("a_box", Kind.BOOLEAN, blank="FALSE"), _field("b_asked", Kind.TEXT),
    _field("b_at", Kind.DATETIME, only_if=OnlyIf(field("b_asked").equals("Y"))), _field("onset_at", Kind.DATETIME), _field("onset_type", Kind.TEXT),
    _field("is_locked", Kind.BOOLEAN),
)  # fmt: skip
COLLAPSE = Collapse(
    prefer=(Where(field("is_visit").equals(False)), Latest("ended_at"), MostFilled(), Where(field("handed_to").is_missing())),
    sections=(Section(("team",), (First(),)), Section(("a_",), (MostFilled("a_"),)), Section(("b_",))),
    fill=(Earliest("b_at"), BestOf(("onset_at", "onset_type"), "onset_type", ("P", "BE")), AnyTrue(("is_locked",))),
)
DATASET = Dataset("told", "1", "Told", "", DatasetKind.RECORDS, FIELDS, collapse=COLLAPSE)


def collapsed(*rows: dict) -> dict:
    frame = pd.DataFrame(
        [
            dict.fromkeys(f.name for f in FIELDS) | {"case_id": "x", "is_visit": False, "is_leading": n == 0} | row
            for n, row in enumerate(rows)
        ]
    )
    for item in FIELDS:
        frame[item.name] = (
            pd.to_datetime(frame[item.name]).astype("datetime64[us]") if item.kind is Kind.DATETIME else frame[item.name].astype(object)
        )
    row = collapse(DATASET, frame.assign(record_number=range(1, len(rows) + 1))).loc["x"]
    return {
        name: None if value is None or pd.isna(value) else (value.strftime("%d %H:%M") if hasattr(value, "strftime") else value)
        for name, value in row.items()
    }


@pytest.mark.parametrize(
    ("story", "rows", "told"),
    [
        ("the latest end decides", ({"ended_at": "2025-03-05", "handed_to": "q"}, {"ended_at": "2025-03-14"}), {"ended_at": "14 00:00", "handed_to": None}),
        ("an end is later than none", ({"ended_at": "2025-03-05", "handed_to": "q"}, {"is_locked": True}), {"ended_at": "05 00:00", "handed_to": "q"}),
        ("a visit never stands for the stay", ({"ended_at": "2025-03-05"}, {"ended_at": "2025-03-20", "is_visit": True}), {"ended_at": "05 00:00"}),
        ("the fuller of two with one end", ({"handed_to": "q", "onset_type": "P"}, {"handed_to": "r", "onset_type": "P", "onset_at": "2025-03-03"}), {"handed_to": "r"}),
        ("the team is the first one's", ({"team": "t"}, {"team": "u", "ended_at": "2025-03-14"}), {"team": "t"}),
        ("a section is the fullest record's, whole", ({"a_one": "1", "a_two": "2"}, {"a_one": "9", "ended_at": "2025-03-14"}), {"a_one": "1", "a_two": "2"}),
        ("of two as full the better record's", ({"a_one": "1"}, {"a_two": "9", "ended_at": "2025-03-14"}), {"a_one": None, "a_two": "9"}),
        ("an unticked box answers no section", ({"b_asked": "N", "a_one": "1"}, {"a_box": False, "ended_at": "2025-03-14"}), {"b_asked": "N", "a_one": "1"}),
        ("a section that only one answers is that one's", ({"b_asked": "N"}, {"ended_at": "2025-03-14"}), {"b_asked": "N"}),
        ("the earliest instant of all", ({"b_asked": "Y", "b_at": "2025-03-03 09:00"}, {"b_asked": "Y", "b_at": "2025-03-03 10:00", "ended_at": "2025-03-14"}), {"b_at": "03 09:00"}),
        ("what the row's own answer rules out is emptied", ({"b_asked": "Y", "b_at": "2025-03-03 09:00"}, {"b_asked": "N", "ended_at": "2025-03-14"}), {"b_asked": "N", "b_at": None}),
        ("the precise onset before the estimate", ({"onset_type": "P", "onset_at": "2025-03-03 08:00"}, {"onset_type": "BE", "onset_at": "2025-03-03 07:00"}), {"onset_at": "03 08:00", "onset_type": "P"}),
        ("of two estimates the earlier", ({"onset_type": "BE", "onset_at": "2025-03-03 08:00"}, {"onset_type": "BE", "onset_at": "2025-03-03 07:00"}), {"onset_at": "03 07:00"}),
        ("true anywhere is true", ({"is_locked": True}, {"is_locked": False, "ended_at": "2025-03-14"}), {"is_locked": True}),
        ("told nowhere is not known", ({}, {"ended_at": "2025-03-14"}), {"is_locked": None}),
        ("false and not told is false", ({"is_locked": False}, {"ended_at": "2025-03-14"}), {"is_locked": False}),
    ],
)  # fmt: skip
def test_two_records_as_one_row(story, rows, told):
    found = collapsed(*rows)
    assert {name: found[name] for name in told} == told, story
