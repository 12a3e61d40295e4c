"""Which team's record a row tells of: its number, its key, what tells two records apart, corrected keys; the same site's rows alone."""

from __future__ import annotations

import pandas as pd
import pytest

from assets.record_linking import link_team_records

COLUMNS = ["person_id", "site_code", "s1_first_arrival_at", "s4_arrival_at", "pro_clin_v1_id"]
ARRIVED, NEXT_DAY, LATER = "2025-03-03 09:00", "2025-03-04 09:00", "2025-03-05 12:00"


@pytest.fixture
def dataset(registry):
    return registry.dataset("acute_stroke")


def records(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS, index=range(2, len(rows) + 2))
    for name in ("s1_first_arrival_at", "s4_arrival_at"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    frame["pro_clin_v1_id"] = frame["pro_clin_v1_id"].astype("float64")
    return frame.assign(clock_on=frame["s1_first_arrival_at"].dt.normalize())


def known(*rows) -> pd.DataFrame:
    return records(*[row[1:] for row in rows]).assign(case_id=[row[0] for row in rows]).reset_index(drop=True)


KNOWN = ("one", "ann", "A", ARRIVED, ARRIVED, 501)
UNNUMBERED = ("one", "ann", "A", ARRIVED, ARRIVED, None)


@pytest.mark.parametrize(
    ("story", "there", "row", "found", "is_corrected"),
    [
        ("the same number", KNOWN, ("ann", "A", LATER, LATER, 501), True, False),
        ("the same key, told without a number", KNOWN, ("ann", "A", ARRIVED, ARRIVED, None), True, False),
        ("the number comes later", UNNUMBERED, ("ann", "A", ARRIVED, ARRIVED, 501), True, False),
        ("arrival here comes later", ("one", "ann", "A", ARRIVED, None, None), ("ann", "A", ARRIVED, LATER, None), True, False),
        ("back at the same team: another arrival here", UNNUMBERED, ("ann", "A", ARRIVED, LATER, None), False, False),
        ("another number, and arrival here not yet told", KNOWN, ("ann", "A", ARRIVED, None, 503), False, False),
        ("typed twice: another number, everything else alike", KNOWN, ("ann", "A", ARRIVED, ARRIVED, 502), True, False),
        ("the time of arrival corrected", UNNUMBERED, ("ann", "A", "2025-03-03 10:00", "2025-03-03 10:00", None), True, True),
        ("an arrival on another day", UNNUMBERED, ("ann", "A", NEXT_DAY, NEXT_DAY, None), False, False),
        ("another team", KNOWN, ("ann", "B", ARRIVED, ARRIVED, 501), False, False),
        ("another person", KNOWN, ("bob", "A", ARRIVED, ARRIVED, 501), False, False),
    ],
)
def test_a_row_finds_its_record(dataset, story, there, row, found, is_corrected):
    linked = link_team_records(dataset, records(row), known(there)).iloc[0]
    assert (linked["case_id"] == "one") is found, story
    assert (bool(linked["is_new"]), bool(linked["is_corrected"])) == (not found, is_corrected), story


def test_rows_of_one_file_are_told_apart_and_put_together(dataset):
    rows = records(
        ("ann", "A", ARRIVED, ARRIVED, 501),
        ("ann", "A", ARRIVED, LATER, 503),
        ("ann", "A", ARRIVED, LATER, 503),
        ("bob", "A", ARRIVED, ARRIVED, 601),
    )
    linked = link_team_records(dataset, rows, known())
    assert linked["case_id"].nunique() == 3 and linked["case_id"].tolist()[1] == linked["case_id"].tolist()[2]
    assert linked["is_new"].all()


def test_two_records_near_enough_are_not_guessed_between(dataset):
    there = known(("one", "ann", "A", "2025-03-03 09:00", None, None), ("two", "ann", "A", "2025-03-03 20:00", None, None))
    assert link_team_records(dataset, records(("ann", "A", "2025-03-03 12:00", None, None)), there)["is_new"].tolist() == [True]


def test_a_record_that_another_row_names_is_not_taken_for_a_corrected_one(dataset):
    rows = records(("ann", "A", "2025-03-03 20:00", None, None), ("ann", "A", ARRIVED, ARRIVED, None))
    linked = link_team_records(dataset, rows, known(UNNUMBERED))
    assert linked["case_id"].tolist()[1] == "one" and linked["is_new"].tolist() == [True, False]
