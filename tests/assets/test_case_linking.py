"""Which team records are one case, and in which sequence: read as little stories, and told in any order."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from assets.case_linking import broken_rules, fields_read, group
from schemas.case_links import CaseLink, CaseRule, Chain, Fact
from schemas.expressions import Not, field

CHAIN = CaseRule("CH1", "chain_holds", "Mend it.")
ALIKE = CaseRule("AL1", "told_alike", "Mend it.", ("answer",))
LINK = CaseLink(
    Chain("number", "to", "came_from", "whole"), same=("arrival",), order=("began",), leads=Not(field("is_visiting")),
    facts=(Fact("is_back", field("is_visiting"), "After a visit."), Fact("goes_on", Not(field("is_visiting")), "More to come.", side="later")), rules=(CHAIN, ALIKE),
)  # fmt: skip


class _Dataset:
    case_link = LINK


def records(*rows: dict) -> pd.DataFrame:
    blank = {
        "person_id": "ann",
        "number": None,
        "to": None,
        "came_from": None,
        "whole": None,
        "arrival": None,
        "began": None,
        "is_visiting": False,
        "answer": None,
    }
    frame = pd.DataFrame([blank | {"site_code": row["team_record_id"]} | row for row in rows])
    for name in ("number", "to", "came_from", "whole"):
        frame[name] = frame[name].astype("float64")
    for name in ("arrival", "began"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame.assign(started_on="2025-03-03")


def cases(frame: pd.DataFrame) -> set[tuple[str, ...]]:
    found = group(_Dataset, frame)
    return {tuple(one.sort_values("record_number")["team_record_id"]) for _, one in found.groupby("case_id")}


def record(id: str, **told) -> dict:
    return {"team_record_id": id, **told}


FIRST, MIDDLE, LAST = record("a", number=1, to=2), record("b", number=2, came_from=1, to=3), record("c", number=3, came_from=2)


@pytest.mark.parametrize(
    ("story", "rows", "expected"),
    [
        ("the chain connects", (FIRST, MIDDLE, LAST), {("a", "b", "c")}),
        ("without its middle the ends are two", (FIRST, LAST), {("a",), ("c",)}),
        ("one end saying so is enough for one person", (record("a", number=1), record("b", number=2, came_from=1)), {("a", "b")}),
        ("not for two persons", (record("a", number=1), record("b", number=2, came_from=1, person_id="bob")), {("a",), ("b",)}),
        ("for two persons both say so", (record("a", number=1, to=2), record("b", number=2, came_from=1, person_id="bob")), {("a", "b")}),
        (
            "a number for all connects one person's",
            (record("a", whole=7), record("b", whole=7), record("c", whole=7, person_id="bob")),
            {("a", "b"), ("c",)},
        ),
        ("so does the same arrival", (record("a", arrival="2025-03-03 09:00"), record("b", arrival="2025-03-03 09:00")), {("a", "b")}),
        (
            "another arrival is another case",
            (record("a", arrival="2025-03-03 09:00"), record("b", arrival="2025-03-03 09:01")),
            {("a",), ("b",)},
        ),
        ("nothing told is nothing shared", (record("a"), record("b")), {("a",), ("b",)}),
        ("a record that names itself is one", (record("a", number=1, to=1),), {("a",)}),
    ],
)
def test_what_is_one_case(story, rows, expected):
    for _ in range(5):
        assert cases(records(*random.sample(rows, len(rows)))) == expected, story


def test_the_sequence_is_by_number_where_all_have_one_else_by_the_beginning_of_the_stay():
    arrived = {"arrival": "2025-03-03 09:00"}
    later, earlier = record("a", number=1, began="2025-03-05", **arrived), record("b", number=2, began="2025-03-03", **arrived)
    assert cases(records(earlier, later)) == {("a", "b")}
    assert cases(records(earlier | {"number": None}, later)) == {("b", "a")}


def test_the_first_that_may_lead_leads_and_gives_the_case_its_id():
    found = group(_Dataset, records(LAST, FIRST | {"is_visiting": True}, MIDDLE)).set_index("team_record_id")
    assert set(found["case_id"]) == {"b"} and found["is_leading"].to_dict() == {"a": False, "b": True, "c": False}
    alone = group(_Dataset, records(FIRST | {"is_visiting": True}))
    assert alone["is_leading"].tolist() == [True], "a case of visits alone is the first visitor's"


def test_facts_look_at_the_records_before_and_after():
    found = group(_Dataset, records(FIRST, MIDDLE | {"is_visiting": True}, LAST)).set_index("team_record_id")
    assert found["is_back"].to_dict() == {"a": False, "b": False, "c": True}
    assert found["goes_on"].to_dict() == {"a": True, "b": True, "c": False}


@pytest.mark.parametrize(
    ("story", "rows", "broken"),
    [
        ("all is well", (FIRST | {"answer": "Y"}, MIDDLE, LAST | {"answer": "Y"}), set()),
        ("a neighbour that says nothing of it", (FIRST, MIDDLE | {"came_from": None}), {"CH1"}),
        ("a neighbour that names somebody else", (FIRST, MIDDLE, LAST | {"came_from": 1}), {"CH1"}),
        ("a neighbour that is not known yet", (FIRST,), set()),
        ("two answers to one question", (FIRST | {"answer": "Y"}, MIDDLE | {"answer": "N"}), {"AL1"}),
    ],
)
def test_rules_between_the_records_of_a_case(story, rows, broken):
    frame = records(*rows)
    linked = group(_Dataset, frame).merge(frame, on="team_record_id")
    assert set(broken_rules(LINK, linked)["rule_id"]) == broken, story


def test_linking_reads_what_it_names():
    assert {"number", "to", "came_from", "whole", "arrival", "began", "is_visiting", "answer"} == set(fields_read(LINK))
