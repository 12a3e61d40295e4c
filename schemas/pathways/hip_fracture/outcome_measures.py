"""Times, stays, numbers, the tariff and outcomes of hip fracture care.

Belongs here: measures beside the key performance indicators. Does not belong here: those (``measures``).
``death_on`` and ``deaths_covered_to`` are offered for every case: the date of a linked death, and the date up to which deaths
are complete.
"""

from __future__ import annotations

from schemas.expressions import all_of, days_between, field
from schemas.measures import Chart, Direction, Exclusion, Measure, MeasureKind
from schemas.pathways.hip_fracture import policy
from schemas.pathways.hip_fracture.measures import COHORT, NO_SURGERY_TIME, NOT_OPERATED, SOURCE, excluded_unless, indicator

NO_NHS_NUMBER = excluded_unless("no_nhs_number", field("has_nhs_number").equals(True))
DEATHS_NOT_KNOWN_YET = excluded_unless(
    "deaths_not_known_yet", days_between("started_on", "deaths_covered_to") >= policy.MORTALITY_DAYS
)  # fmt: skip
ULCERS_UNKNOWN = excluded_unless("pressure_ulcers_unknown", field("pressure_ulcers").is_in("0", "1"))
REOPERATION_UNKNOWN = Exclusion("reoperation_unknown", field("reoperations").is_missing())
NO_WARD_DISCHARGE = Exclusion("no_ward_discharge", field("acute_stay_days").is_missing())

# two or three in a hundred: a month's share of a hospital is none, one or two patients
JUDGED_BY_EVENTS = {"charts": (Chart.XMR, Chart.G), "signals_from": Chart.G}

_days_to_death = days_between("started_on", "death_on")


def _number(name: str, title: str, description: str, kind: MeasureKind, value: str, **more) -> Measure:
    """A median or mean of a stored number, where less is better."""
    settings = {"cohort": COHORT, "matures_after_days": 30, "source": SOURCE, **more}
    return Measure(name, title, description, kind, Direction.LOWER_IS_BETTER, value=field(value), **settings)


def _hours_to_surgery(name: str, title: str, kind: MeasureKind, **more) -> Measure:
    return _number(
        name, title, f"{kind.value.capitalize()} hours from presentation to the start of anaesthesia, of operated patients.", kind,
        "hours_to_surgery", unit="hours", index_date="presentation_date", exclusions=(NOT_OPERATED, NO_SURGERY_TIME),
        needs=("operated", "surgery_date", "surgery_time"), **more,
    )  # fmt: skip


def _stay(name: str, title: str, kind: MeasureKind, which: str, end: str, **more) -> Measure:
    place = {"acute": "the acute ward", "trust": "the trust or health board"}[which]
    description = f"{kind.value.capitalize()} days from presentation to discharge from {place}, by month of discharge from the trust; "
    return _number(
        name, title, description + "the dead are counted.", kind, f"{which}_stay_days", unit="days", index_date="trust_discharge_date",
        needs=(end, "trust_discharge_date"), **more,
    )  # fmt: skip


TIMES = (
    _hours_to_surgery("hip_hours_to_surgery_median", "Median hours to surgery", MeasureKind.MEDIAN, is_headline=True),
    _hours_to_surgery("hip_hours_to_surgery_mean", "Mean hours to surgery", MeasureKind.MEAN),
)
STAYS = (
    _stay("hip_acute_stay_median", "Median acute stay", MeasureKind.MEDIAN, "acute", "ward_discharge_date", decimals=0,
          exclusions=(NO_WARD_DISCHARGE,)),
    _stay("hip_acute_stay_mean", "Mean acute stay", MeasureKind.MEAN, "acute", "ward_discharge_date", exclusions=(NO_WARD_DISCHARGE,)),
    _stay("hip_trust_stay_median", "Median stay in the trust", MeasureKind.MEDIAN, "trust", "trust_discharge_date", decimals=0),
    _stay("hip_trust_stay_mean", "Mean stay in the trust", MeasureKind.MEAN, "trust", "trust_discharge_date", is_headline=True),
)  # fmt: skip

NUMBERS = (
    Measure(
        "hip_cases", "Hip fractures", "Patients of 60 and over who presented with a hip fracture.", MeasureKind.COUNT, Direction.NEUTRAL,
        "cases", index_date="presentation_date", cohort=COHORT, decimals=0, matures_after_days=30, source=SOURCE,
    ),
)  # fmt: skip

TARIFF = (
    indicator(
        "hip_bpt_attained", "Best practice tariff attained",
        "Of operated patients of 60 and over with a hip or femoral fracture, by month of discharge from the trust, those who meet all "
        "criteria of the best practice tariff, version 3. Which criterion a case failed first is stored with the case.",
        field("is_bpt_achieved").equals(True), cohort=field("is_bpt_eligible").equals(True), index_date="trust_discharge_date",
        needs=("surgery_time", "geriatrician_grade", "geriatrician_time", "falls_assessment", "medication_post_fracture", "preop_4at",
               "postop_4at", "nutrition_risk", "physio_assessment"),
        source="Best practice tariff for fragility hip and femur fracture, version 3", is_headline=True,
    ),
)  # fmt: skip

MORTALITY = indicator(
    "hip_mortality_30_days", "Dead within 30 days",
    "Of patients with an NHS number for whom deaths are known up to day 30, those who died within 30 days of presentation. Crude: not "
    "adjusted for case mix, not for comparing hospitals.",
    all_of(_days_to_death >= 0, _days_to_death <= policy.MORTALITY_DAYS), exclusions=(NO_NHS_NUMBER, DEATHS_NOT_KNOWN_YET),
    direction=Direction.LOWER_IS_BETTER, matures_after_days=60, is_headline=True,
)  # fmt: skip
OUTCOMES = (
    MORTALITY,
    indicator(
        "hip_pressure_ulcers", "New pressure ulcers",
        "Of patients for whom it is known, those who developed a pressure ulcer of grade 2 or worse.",
        field("pressure_ulcers").equals("1"), exclusions=(ULCERS_UNKNOWN,), needs=("pressure_ulcers",),
        direction=Direction.LOWER_IS_BETTER, **JUDGED_BY_EVENTS,
    ),
    indicator(
        "hip_reoperations_120_days", "Operated again within 120 days",
        "Of operated patients for whom it is known, those whose hip was operated again within 120 days.",
        field("reoperations").equals("1"), exclusions=(NOT_OPERATED, REOPERATION_UNKNOWN), needs=("operated", "reoperations"),
        direction=Direction.LOWER_IS_BETTER, matures_after_days=policy.FOLLOW_UP_DAYS + 30, **JUDGED_BY_EVENTS,
    ),
    indicator(
        "hip_falls_assessed", "Falls risk assessed",
        "Patients whose risk of further falls was assessed by a specialist. Not stated counts as not assessed.",
        field("falls_assessment").equals("1"), needs=("falls_assessment",),
    ),
)  # fmt: skip

MEASURES = (*TIMES, *STAYS, *NUMBERS, *TARIFF, *OUTCOMES)
