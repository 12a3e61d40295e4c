"""No change of a definition goes unnoticed, but for those that change nothing; these are listed with the reason."""

from __future__ import annotations

import pytest

from schemas.expressions import all_of, any_of, field
from schemas.registry import load_registry
from tests.mutation.mutants import mutants
from tests.mutation.mutate_measures import mutate
from tests.spec.tables import specification

_KPI3_STANDARD = "the exclusion of fractures without a NICE standard already leaves only fractures of the hip"
EQUIVALENT = {
    "hip_fracture": {
        "hip_kpi3_nice_surgery: cohort: AllOf loses item 1": _KPI3_STANDARD,
        "hip_kpi3_nice_surgery: cohort: AllOf > 1: Membership loses 12": _KPI3_STANDARD,
    },
}

# which reasons agree is declared once for rule V24 too, whose tables tell these apart (``schemas.pathways.acute_stroke.no_but``)
_OUTSIDE_WINDOW = "differs only for patients whom the exclusion of those outside the window has left out already"
_REASON = "stroke_tc_3_2_eligible_thrombolysed: exclusion accepted_reason: AnyOf > "
_TOO_LATE, _TOO_OLD = f"{_REASON}1: AllOf > 1: Not > Holds > AnyOf > ", f"{_REASON}5: AllOf > 1: Holds > AllOf > 1: Not > Holds > "
_FILLED = "where both are the same the share is 1 either way"
_SHARES = [
    f"stroke_tc_{domain}_3_{therapy}_share_of_days{whose}: value: Choose > 1: 0: "
    for domain, therapy in ((5, "occupational_therapy"), (6, "physiotherapy"), (7, "speech_therapy"))
    for whose in ("", "_every_team")
]
EQUIVALENT_BUT_RULES = {
    "acute_stroke": {
        **{
            f"{_TOO_LATE}{change}": _OUTSIDE_WINDOW
            for change in (
                "0: AllOf loses item 1", "0: AllOf > 1: < becomes <=", "0: AllOf > 1: Comparison > 210 becomes 211", "0: AllOf > 2: < becomes <=",
                "0: AllOf > 2: Comparison > 80 becomes 81", "1: AllOf > 0: AllOf loses item 1", "1: AllOf > 0: AllOf > 1: < becomes <=",
                "1: AllOf > 0: AllOf > 1: Comparison > 120 becomes 121",
            )
        },
        f"{_TOO_LATE}1: AllOf > 1: Comparison > 80 becomes 79": "under 120 minutes a patient of 79 is in the window of those under 80 anyway",
        **{
            f"{_TOO_OLD}{change}": _OUTSIDE_WINDOW
            for change in ("AllOf loses item 1", "AllOf > 1: < becomes <=", "AllOf > 1: Comparison > 120 becomes 121")
        },
        **{f"{share}{change}": _FILLED for share in _SHARES for change in ("> becomes >=", "Comparison > Arithmetic > 1440 becomes 1439")},
        "team_clock_start_at: Choose > 0: 0: > becomes >=": "of two equal instants either is the later",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EQUIVALENT_BUT_RULES))
def test_every_mutant_of_a_measure_or_derived_field_changes_an_answer(name: str):
    report = mutate(load_registry().pathway(name), specification(name), parts=("measures", "derived"))
    assert report.tried > 450
    assert {str(survivor) for survivor in report.survivors} == set(EQUIVALENT_BUT_RULES[name])


@pytest.mark.parametrize("name", sorted(EQUIVALENT))
def test_every_mutant_changes_an_answer(name: str):
    report = mutate(load_registry().pathway(name), specification(name))
    assert report.tried > 500
    assert {str(survivor) for survivor in report.survivors} == set(EQUIVALENT[name])


def _changes(expression) -> set[str]:
    return {mutant.about for mutant in mutants(expression)}


def test_comparators_are_flipped_and_numbers_shifted_both_ways():
    assert _changes(field("hours") <= 4) == {"<= becomes <", "Comparison > 4 becomes 5", "Comparison > 4 becomes 3"}


def test_items_and_codes_are_dropped_one_by_one():
    expression = all_of(field("grade").is_in("1", "2"), any_of(field("a").is_present(), field("b").is_present()))
    dropped = {about for about in _changes(expression) if "loses" in about}
    assert dropped == {
        "AllOf loses item 0", "AllOf loses item 1", "AllOf > 0: Membership loses 1", "AllOf > 0: Membership loses 2",
        "AllOf > 1: AnyOf loses item 0", "AllOf > 1: AnyOf loses item 1",
    }  # fmt: skip


def test_a_mutant_differs_from_the_original_in_one_place():
    expression = all_of(field("a") < 1, field("b") < 2)
    changed = next(m.expression for m in mutants(expression) if m.about == "AllOf > 1: < becomes <=")
    assert changed == all_of(field("a") < 1, field("b") <= 2)
