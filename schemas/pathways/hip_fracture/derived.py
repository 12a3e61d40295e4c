"""What is computed from the fields of a record when it is conformed, and stored with it.

Belongs here: instants, age, 4AT totals, hours and days, and the tariff's verdict (declared in ``tariff``), in an order in
which each reads only those before it. Does not belong here: numerators and denominators (``measures``).
"""

from __future__ import annotations

from schemas.expressions import AgeInYears, Conforms, Moment, Sum, all_of, days_between, field, minutes_between
from schemas.fields import Derived, Kind
from schemas.pathways.hip_fracture import policy
from schemas.pathways.hip_fracture.tariff import TARIFF

FOUR_AT_ITEMS = ("alertness", "amt4", "attention", "acute_change")


def _instant(name: str, date: str, time: str, description: str) -> Derived:
    return Derived(name, Kind.DATETIME, Moment(field(date), field(time)), description)


def _four_at_total(when: str, title: str) -> Derived:
    items = tuple(field(f"{when}_4at_{item}") for item in FOUR_AT_ITEMS)
    return Derived(f"{when}_4at_total", Kind.INTEGER, Sum(items), f"4AT {title}: sum of its four items, 0 to 12.", unit="points")


INSTANTS = (
    _instant("presentation_at", "presentation_date", "presentation_time", "Clock start."),
    _instant("ambulance_at", "ambulance_date", "ambulance_time", "When the ambulance is recorded; which instant it marks is not defined."),
    _instant("ward_admission_at", "ward_admission_date", "ward_admission_time", "Admission to the orthopaedic or orthogeriatric ward."),
    _instant("surgery_at", "surgery_date", "surgery_time", "Start of anaesthesia."),
    _instant("geriatrician_at", "geriatrician_date", "geriatrician_time", "First review by a geriatrician."),
)

NUMBERS = (
    Derived("age_years", Kind.INTEGER, AgeInYears(field("date_of_birth"), field("presentation_date")), "Age at presentation.",
            unit="years"),
    _four_at_total("preop", "before the operation"),
    _four_at_total("postop", "after the operation"),
    Derived("hours_to_ward", Kind.DECIMAL, minutes_between("presentation_at", "ward_admission_at") / policy.HOUR,
            "From presentation to the orthopaedic or orthogeriatric ward.", unit="hours"),
    Derived("hours_to_surgery", Kind.DECIMAL, minutes_between("presentation_at", "surgery_at") / policy.HOUR,
            "From presentation to the start of anaesthesia.", unit="hours"),
    Derived("hours_to_geriatrician", Kind.DECIMAL, minutes_between("presentation_at", "geriatrician_at") / policy.HOUR,
            "From presentation to the first review by a geriatrician.", unit="hours"),
    Derived("acute_stay_days", Kind.INTEGER, days_between("presentation_date", "ward_discharge_date"),
            "From presentation to discharge from the acute ward.", unit="days"),
    Derived("trust_stay_days", Kind.INTEGER, days_between("presentation_date", "trust_discharge_date"),
            "From presentation to discharge from the trust or health board.", unit="days"),
)  # fmt: skip

FLAGS = (
    Derived(
        "has_nhs_number", Kind.BOOLEAN,
        Conforms(field("nhs_number"), "nhs_number"),
        "Whether the record has a real NHS number, not a placeholder.",
    ),
    Derived(
        "is_thr_eligible", Kind.BOOLEAN,
        all_of(
            field("mobility_pre_fracture").is_in(*policy.THR_MOBILITY),
            field("preop_4at_total").equals(policy.THR_4AT_POINTS),
            field("asa_grade").is_in(*policy.THR_ASA_GRADES),
        ),
        "Whether a displaced intracapsular fracture should have a total hip replacement: walks outside with at most one aid, "
        "normal cognition before the operation, fit for it.",
    ),
)  # fmt: skip

DERIVED = (*INSTANTS, *NUMBERS, *FLAGS, *TARIFF)
