"""Which case a record tells of: the record key, corrected keys, several records of one file."""

from datetime import date

import pandas as pd
import pytest

from assets.linking import link


@pytest.fixture
def dataset(registry):
    return registry.dataset("wrist_fracture")


def records(*rows):
    frame = pd.DataFrame(rows, columns=["person_id", "site_code", "side", "arrival_date"], index=range(2, len(rows) + 2))
    frame["arrival_date"] = pd.to_datetime(frame["arrival_date"]).astype("datetime64[s]")
    return frame.assign(clock_on=frame["arrival_date"])


def cases(*rows):
    frame = records(*[row[1:] for row in rows])
    return frame.assign(case_id=[row[0] for row in rows]).reset_index(drop=True)


KNOWN = [("case-1", "ann", "ZX1A1", "1", "2024-01-10")]


@pytest.mark.parametrize(
    ("what", "row", "case", "is_corrected"),
    [
        ("same key", ("ann", "ZX1A1", "1", "2024-01-10"), "case-1", False),
        ("date corrected by a day", ("ann", "ZX1A1", "1", "2024-01-11"), "case-1", True),
        ("date corrected by 60 days", ("ann", "ZX1A1", "1", "2024-03-10"), "case-1", True),
        ("61 days later: another fracture", ("ann", "ZX1A1", "1", "2024-03-11"), None, False),
        ("earlier by 60 days", ("ann", "ZX1A1", "1", "2023-11-11"), "case-1", True),
        ("other side", ("ann", "ZX1A1", "2", "2024-01-10"), None, False),
        ("other site", ("ann", "ZX1A2", "1", "2024-01-10"), None, False),
        ("other person", ("bob", "ZX1A1", "1", "2024-01-10"), None, False),
    ],
)
def test_a_record_finds_its_case(dataset, what, row, case, is_corrected):
    linked = link(dataset, records(row), cases(*KNOWN)).iloc[0]
    assert (linked["case_id"] if not linked["is_new"] else None) == case, what
    assert bool(linked["is_corrected"]) == is_corrected


def test_two_candidates_are_not_guessed_between(dataset):
    known = cases(*KNOWN, ("case-2", "ann", "ZX1A1", "1", "2024-02-20"))
    linked = link(dataset, records(("ann", "ZX1A1", "1", "2024-02-01")), known)
    assert linked["is_new"].tolist() == [True]


def test_a_case_that_another_record_of_the_file_names_is_not_taken_for_a_corrected_one(dataset):
    linked = link(dataset, records(("ann", "ZX1A1", "1", "2024-01-10"), ("ann", "ZX1A1", "1", "2024-01-15")), cases(*KNOWN))
    assert linked["case_id"].tolist()[0] == "case-1"
    assert linked["is_new"].tolist() == [False, True]


def test_two_records_that_could_both_correct_one_case_do_not(dataset):
    linked = link(dataset, records(("ann", "ZX1A1", "1", "2024-01-12"), ("ann", "ZX1A1", "1", "2024-01-15")), cases(*KNOWN))
    assert linked["is_new"].tolist() == [True, True]
    assert linked["case_id"].nunique() == 2


def test_records_of_one_file_with_one_key_tell_of_one_case(dataset):
    row = ("ann", "ZX1A1", "1", "2024-05-01")
    assert link(dataset, records(row, row), cases(*KNOWN))["case_id"].nunique() == 1


def test_without_known_cases_every_key_is_new(dataset):
    linked = link(dataset, records(("ann", "ZX1A1", "1", date(2024, 1, 1)), ("bob", "ZX1A1", "1", date(2024, 1, 1))), pd.DataFrame())
    assert linked["is_new"].all()
    assert linked["case_id"].nunique() == 2
