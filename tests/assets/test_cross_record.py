"""Two cases of one person: duplicates and conflicts."""

import pandas as pd
import pytest

from assets.cross_record import judge


@pytest.fixture
def dataset(registry):
    return registry.dataset("wrist_fracture")


def cases(*rows):
    frame = pd.DataFrame(rows, columns=["case_id", "person_id", "site_code", "side", "arrival_at", "discharge_date"])
    frame["arrival_at"] = pd.to_datetime(frame["arrival_at"])
    frame["discharge_date"] = pd.to_datetime(frame["discharge_date"])
    frame["clock_on"] = frame["arrival_at"].dt.normalize()
    return frame.assign(first_arrival_number=range(len(frame)), first_row_number=2)


def broken(dataset, *rows):
    found = judge(dataset.pair_rules, cases(*rows), "arrival_at")
    return {(r.case_id, r.status) for r in found.itertuples()}


def test_the_later_of_two_on_one_side_within_60_days_is_the_duplicate(dataset):
    assert broken(dataset, ("b", "ann", "S", "1", "2024-03-01 10:00", None), ("a", "ann", "S", "1", "2024-01-01 10:00", None)) == {
        ("b", "duplicate")
    }


@pytest.mark.parametrize(
    ("why", "second"),
    [
        ("61 days later", ("b", "ann", "S", "1", "2024-03-02 10:00", None)),
        ("other side", ("b", "ann", "S", "2", "2024-01-02 10:00", None)),
        ("other person", ("b", "bob", "S", "1", "2024-01-02 10:00", None)),
    ],
)
def test_what_is_no_duplicate(dataset, why, second):
    assert broken(dataset, ("a", "ann", "S", "1", "2024-01-01 10:00", None), second) == set(), why


def test_a_duplicate_makes_no_further_duplicate(dataset):
    chain = [(name, "ann", "S", "1", f"{day} 10:00", None) for name, day in (("a", "2024-01-01"), ("b", "2024-02-10"), ("c", "2024-03-20"))]
    assert broken(dataset, *chain) == {("b", "duplicate")}


def test_overlapping_stays_in_two_places_are_a_conflict_of_both(dataset):
    found = broken(
        dataset, ("a", "ann", "S", "1", "2024-01-01 10:00", "2024-01-09"), ("b", "ann", "T", "2", "2024-01-05 10:00", "2024-01-20")
    )
    assert found == {("a", "conflict"), ("b", "conflict")}


@pytest.mark.parametrize(
    ("why", "first_end", "second_start", "second_site"),
    [
        ("transferred on the day", "2024-01-05", "2024-01-05 10:00", "T"),
        ("end not known", None, "2024-01-05 10:00", "T"),
        ("the same place", "2024-01-09", "2024-01-05 10:00", "S"),
    ],
)
def test_what_is_no_conflict(dataset, why, first_end, second_start, second_site):
    found = broken(
        dataset, ("a", "ann", "S", "1", "2024-01-01 10:00", first_end), ("b", "ann", second_site, "2", second_start, "2024-01-20")
    )
    assert found == set(), why
