"""A result is final when what it needs has become due, and not before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.datasets import matures_after_days


@pytest.fixture
def measure(registry):
    return replace(registry.measures["wrist_manipulated_4h"], needs=())


@pytest.mark.parametrize(
    ("index_date", "needs", "declared", "days"),
    [
        ("arrival_date", (), 0, 0),
        ("arrival_date", ("side",), 5, 5),  # due at once
        ("arrival_date", ("discharge_date",), 5, 30),  # due at discharge, after 30 days at the latest
        ("arrival_date", ("discharge_date", "grip_kg"), 30, 90),  # grip is measured at follow-up
        ("arrival_date", ("grip_kg",), 120, 120),  # more than that is the measure's own affair
        ("discharge_date", ("discharge_date",), 10, 10),  # counted by discharge it is there
        ("discharge_date", ("grip_kg",), 10, 60),
        ("manipulation_at", ("discharge_date",), 10, 10),  # counted by what is made of answers at discharge
        ("arrival_at", ("discharge_date",), 10, 30),
        ("arrival_date", ("manipulation_at",), 5, 30),
        ("arrival_date", ("age_years",), 5, 5),
        (None, ("grip_kg",), 10, 10),
    ],
)
def test_a_result_waits_for_what_it_needs(registry, measure, index_date, needs, declared, days):
    asked = replace(measure, index_date=index_date, needs=needs, matures_after_days=declared)
    assert matures_after_days(asked, registry.pathway("wrist_fracture").case_dataset) == days
    assert registry.pathway("wrist_fracture").matures_after_days(asked) == days


def test_a_measure_of_nobodys_cases_is_final_as_it_declares(measure):
    assert matures_after_days(replace(measure, needs=("anything",), matures_after_days=7), None) == 7
