"""Cases for times, stays, numbers, the tariff and outcomes. The patient is the textbook one but for what is told."""

from __future__ import annotations

from tests.spec.hip_fracture.indicator_tables import who_counts, who_was_operated
from tests.spec.hip_fracture.patient import DIED_BEFORE_SURGERY, DIED_ON_WARD, NOT_OPERATED, POSTOP_ITEMS, four_at
from tests.spec.tables import NO, YES, Table, gives, no, out, table, yes

_TIMES_TO_SURGERY = (
    *who_counts(("gives", 23.0)),
    *who_was_operated("not_operated", "no_surgery_time"),
    gives(0.5, "half an hour", surgery_date="03/03/2025", surgery_time="10:30"),
    gives(36 + 1 / 60, "36 hours and a minute", surgery_time="22:01"),
    gives(49.0, "over two nights", surgery_date="05/03/2025", surgery_time="11:00"),
    out("no_surgery_time", "date of surgery missing", surgery_date=None),
    out("no_surgery_time", "time of surgery missing", surgery_time=None),
)
MEDIAN_HOURS = table("hip_hours_to_surgery_median", *_TIMES_TO_SURGERY)
MEAN_HOURS = table("hip_hours_to_surgery_mean", *_TIMES_TO_SURGERY)

_ACUTE = (
    *who_counts(("gives", 9.0)),
    gives(0.0, "left the ward on the day", ward_discharge_date="03/03/2025"),
    gives(26.0, "over the end of the month", ward_discharge_date="29/03/2025"),
    gives(9.0, "the dead count", **DIED_ON_WARD),
    gives(9.0, "those not operated count", **NOT_OPERATED),
    out("no_ward_discharge", "date of ward discharge missing", ward_discharge_date=None),
)
ACUTE_MEDIAN = table("hip_acute_stay_median", *_ACUTE)
ACUTE_MEAN = table("hip_acute_stay_mean", *_ACUTE)

_TRUST = (
    *who_counts(("gives", 21.0)),
    gives(0.0, "left on the day", trust_discharge_date="03/03/2025"),
    gives(9.0, "the dead count", **DIED_ON_WARD),
    gives(9.0, "died before surgery", **DIED_BEFORE_SURGERY),
    gives(366.0, "a year and a day", trust_discharge_date="04/03/2026"),
)
TRUST_MEDIAN = table("hip_trust_stay_median", *_TRUST)
TRUST_MEAN = table("hip_trust_stay_mean", *_TRUST)

CASES = table("hip_cases", *who_counts(YES), yes("not operated", **NOT_OPERATED), yes("died before surgery", **DIED_BEFORE_SURGERY))

_FEMUR = ("21", "31", "41", "44", "45")
_NOT_ELIGIBLE = ("cohort",)
BPT = table(
    "hip_bpt_attained",
    yes("the textbook patient"),
    yes("60 on the very day of presentation", date_of_birth="03/03/1965"),
    out(_NOT_ELIGIBLE, "60 on the day after presentation", date_of_birth="04/03/1965"),
    *(yes(f"hip fracture of type {code}", fracture_type=code) for code in ("11", "12", "13", "14", "15")),
    *(yes(f"femoral fracture of type {code}", fracture_type=code) for code in _FEMUR),
    out(_NOT_ELIGIBLE, "pelvic fracture", fracture_type="51"),
    out(_NOT_ELIGIBLE, "not operated", **NOT_OPERATED),
    out(_NOT_ELIGIBLE, "whether operated not known", operated=None),
    no("no NHS number", nhs_number="Overseas"),
    no("surgery after 36 h 1 min", surgery_time="22:01"),
    yes("surgery after exactly 36 h", surgery_time="22:00"),
    yes("delirious after surgery: being tested is what counts", **four_at("postop", 4, 2, 2, 4)),
    no("not tested after surgery", postop_4at="0", **dict.fromkeys(POSTOP_ITEMS)),
    no("time of surgery missing", surgery_time=None),
)

MORTALITY = table(
    "hip_mortality_30_days",
    *who_counts(NO),
    yes("died on the day of presentation", death_on="03/03/2025"),
    yes("died on day 29", death_on="01/04/2025"),
    yes("died on day 30", death_on="02/04/2025"),
    no("died on day 31", death_on="03/04/2025"),
    no("death before presentation, a wrong link", death_on="02/03/2025"),
    no("deaths known up to day 31", deaths_covered_to="03/04/2025"),
    no("deaths known up to day 30", deaths_covered_to="02/04/2025"),
    out("deaths_not_known_yet", "deaths known up to day 29", deaths_covered_to="01/04/2025"),
    out("deaths_not_known_yet", "died on day 10, deaths known up to day 20", death_on="13/03/2025", deaths_covered_to="23/03/2025"),
    out("deaths_not_known_yet", "deaths not known at all", deaths_covered_to=None),
    out("no_nhs_number", "no NHS number, so no link", nhs_number="[NONHS]"),
    out("no_nhs_number", "a dummy as NHS number", nhs_number="9999999999"),
    no("not operated, alive", **NOT_OPERATED),
)

ULCERS = table(
    "hip_pressure_ulcers",
    *who_counts(NO),
    yes("a new ulcer", pressure_ulcers="1"),
    out("pressure_ulcers_unknown", "unknown", pressure_ulcers="U"),
    out("pressure_ulcers_unknown", "not stated", pressure_ulcers=None),
)
REOPERATIONS = table(
    "hip_reoperations_120_days",
    *who_counts(NO),
    yes("operated again", reoperations="1"),
    out("reoperation_unknown", "not stated", reoperations=None),
    out("not_operated", "not operated", **NOT_OPERATED),
    out("not_operated", "whether operated not known", operated=None),
)
FALLS = table(
    "hip_falls_assessed",
    *who_counts(YES),
    no("not assessed", falls_assessment="0"),
    no("not stated", falls_assessment=None),
    yes("not operated", **NOT_OPERATED),
)

OUTCOME_TABLES: tuple[Table, ...] = (
    MEDIAN_HOURS, MEAN_HOURS, ACUTE_MEDIAN, ACUTE_MEAN, TRUST_MEDIAN, TRUST_MEAN, CASES, BPT, MORTALITY, ULCERS, REOPERATIONS, FALLS,
)  # fmt: skip
