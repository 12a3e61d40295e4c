"""No change of a rule of acute stroke goes unnoticed, but for those that break no record more or less; these are listed with the reason.

A rule has a consequence where it is broken. Whether a record holds, or cannot be judged, the tables tell apart too (``tests.spec``), but no
mutant need be noticed by that alone.
"""

from __future__ import annotations

import pytest

from schemas.pathways.acute_stroke.codes import AMBULANCE_TRUST
from schemas.pathways.acute_stroke.events import EARLY, OWN_STAY
from schemas.pathways.acute_stroke.fields_admission import WORKS
from schemas.pathways.acute_stroke.fields_first_day import BRAIN_IMAGING
from schemas.registry import load_registry
from tests.mutation.mutate_measures import mutate
from tests.spec.tables import specification

_GUARD = "a test of a date that is missing is unknown, not false: without the guard the record is no longer counted as judged, and breaks nothing"
_DAYS_DECIDE = (
    "says that the days alone decide where a time of day is not known: the question is then known to be asked, and never known not to be"
)
_TRUSTS = "has the form of a trust's code, which is taken without the list"
_LETTER = "no code of an organisation is one letter"


def _guards(rules: tuple[str, ...], *places: str) -> dict[str, str]:
    return {f"{rule}: {place}AnyOf loses item 0": _GUARD for rule in rules for place in places}


_of_the_stroke = ("V09b", "V09c", *(f"{rule}.{asked.at}" for rule in ("V19", "V19c") for asked in EARLY if asked is not BRAIN_IMAGING))
EQUIVALENT = {
    **_guards(_of_the_stroke, "AnyOf > 1: AllOf > 0: ", "AnyOf > 1: AllOf > 1: "),
    **_guards(tuple(f"V19.{asked.at}" for asked in OWN_STAY), "AllOf > 0: ", "AllOf > 1: "),
    **_guards(("V19a",), "AllOf > 0: ", "AllOf > 1: AllOf > 0: ", "AllOf > 1: AllOf > 1: "),
    **_guards(("V19b",), "AllOf > 1: "),
    **_guards(tuple(f"V17c.{work}" for work in WORKS), "AllOf > 0: AnyOf > 1: "),
    **_guards(tuple(f"V17d.{work}" for work in WORKS), "AllOf > 1: ", "AllOf > 2: ", "AllOf > 3: "),
    **_guards(("V32e",), "AllOf > 0: "),
    **{f"{rule}: AnyOf > 0: Not > AllOf loses item 1": _GUARD for rule in ("V16a", "V16wa")},
    **_guards(("V37b",), *(f"AllOf > {n}: " for n in (2, 3, 4, 5))),
    **{f"V34b: AnyOf > 0: Membership loses {code}": _TRUSTS for code in AMBULANCE_TRUST.values if code.startswith("R")},
    **{f"V34b: AnyOf > 1: AllOf > {change}": _LETTER for change in ("1: >= becomes >", "2: < becomes <=")},
    **{
        f"V35.s5_{asked}_7days: AnyOf > 0: AllOf > 1: AnyOf loses item {n}": _DAYS_DECIDE
        for asked in ("loc_worst", "urinary_tract_infection", "pneumonia_antibiotics")
        for n in (1, 2)
    },
    "V24.s2_thrombolysis_no_but_time_window: AnyOf > 1: Not > Holds > AnyOf > 1: AllOf > 1: Comparison > 80 becomes 79":
        "under 120 minutes a patient of 79 is in the window of those under 80 anyway",
}  # fmt: skip


@pytest.mark.slow
def test_every_mutant_of_a_rule_breaks_another_record():
    report = mutate(load_registry().pathway("acute_stroke"), specification("acute_stroke"), parts=("rules",))
    assert report.tried > 3500
    assert {str(survivor) for survivor in report.survivors} == set(EQUIVALENT)
