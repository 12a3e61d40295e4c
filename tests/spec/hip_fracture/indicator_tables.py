"""Cases for the key performance indicators 0 to 7 and their variants. The patient is the textbook one but for what is told."""

from __future__ import annotations

from tests.spec.hip_fracture.patient import (
    DIED_BEFORE_SURGERY,
    DIED_IN_REHABILITATION,
    DIED_ON_WARD,
    INPATIENT_HERE,
    NOT_OPERATED,
    POSTOP_ITEMS,
    PREOP_ITEMS,
    UNFIT_FOR_SURGERY,
    four_at,
)
from tests.spec.tables import YES, Answer, Row, Table, no, out, table, yes

HIP = ("11", "12", "13", "14", "15")
NOT_HIP = ("21", "31", "41", "44", "45", "51")


def who_counts(answer: Answer = YES, fractures: tuple[str, ...] = HIP, also: tuple[str, ...] = ()) -> tuple[Row, ...]:
    """Who is in the audit: 60 and over, with a fracture of the hip.

    ``answer`` is that of the textbook patient, ``also`` exclusions that apply as well to fractures that are not of the hip.
    """
    return (
        Row("the textbook patient", answer),
        Row("60 on the very day of presentation", answer, (("date_of_birth", "03/03/1965"),)),
        out("cohort", "60 on the day after presentation", date_of_birth="04/03/1965"),
        out("cohort", "age not known", date_of_birth=None),
        *(Row(f"hip fracture of type {code}", answer, (("fracture_type", code),)) for code in fractures),
        *(out(("cohort", *also), f"fracture of type {code}, not of the hip", fracture_type=code) for code in NOT_HIP),
    )


def who_was_operated(*reasons_if_not: str) -> tuple[Row, ...]:
    """Patients who were not operated do not count. ``reasons_if_not`` are the exclusions that apply to them."""
    reasons = reasons_if_not or ("not_operated",)
    return (
        out(reasons, "surgery not indicated", **NOT_OPERATED),
        out(reasons, "surgery not possible for this patient", **UNFIT_FOR_SURGERY),
        out(reasons, "died before surgery", **DIED_BEFORE_SURGERY),
        out("not_operated", "whether operated not known", operated=None),
    )


VIA_ED_ONLY = (
    out("not_via_emergency_department", "already an inpatient on this site", **INPATIENT_HERE),
    out("not_via_emergency_department", "already an inpatient on another site of the trust", presentation_via_ed="3"),
    out("not_via_emergency_department", "already an inpatient in another trust", presentation_via_ed="4"),
    out("not_via_emergency_department", "way of presentation not known", presentation_via_ed=None),
)
WARD_IN_TIME = (
    yes("on the ward in the minute of presentation", ward_admission_time="10:00"),
    yes("on the ward after 3 h 59 min", ward_admission_time="13:59"),
    yes("on the ward after exactly 4 h", ward_admission_time="14:00"),
    no("on the ward after 4 h 1 min", ward_admission_time="14:01"),
    no("on the ward a minute before presentation", ward_admission_time="09:59"),
    no("on the ward at the right time of the next day", ward_admission_date="04/03/2025"),
    yes("over midnight, 4 h", presentation_time="22:30", ward_admission_date="04/03/2025", ward_admission_time="02:30"),
    no("never reached such a ward", admitted_to_ortho_ward="0", ward_admission_date=None, ward_admission_time=None),
    no("never reached such a ward, yet a time is given", admitted_to_ortho_ward="0"),
    no("not admitted from the emergency department, yet a time is given", admitted_to_ortho_ward="2"),
    no("whether on such a ward not known", admitted_to_ortho_ward=None),
    no("date of ward admission missing", ward_admission_date=None),
    no("time of ward admission missing", ward_admission_time=None),
)

KPI0_WARD = table("hip_kpi0_ward_4h", *who_counts(), *VIA_ED_ONLY, *WARD_IN_TIME, yes("no nerve block", nerve_block="0"))

KPI0_BLOCK = table(
    "hip_kpi0_nerve_block",
    *who_counts(),
    *VIA_ED_ONLY,
    yes("by ambulance staff", nerve_block="1"),
    yes("in the emergency department", nerve_block="2"),
    yes("on the ward before theatre", nerve_block="3"),
    no("not done or not documented", nerve_block="0"),
    no("not stated", nerve_block=None),
    yes("on the ward too late", ward_admission_time="20:00"),
)

KPI0_COMPOSITE = table(
    "hip_kpi0_composite",
    *who_counts(),
    *VIA_ED_ONLY,
    *WARD_IN_TIME,
    yes("block by ambulance staff", nerve_block="1"),
    yes("block on the ward", nerve_block="3"),
    no("in time but no block", nerve_block="0"),
    no("in time but block not stated", nerve_block=None),
    no("a block, but 4 h 1 min to the ward", nerve_block="1", ward_admission_time="14:01"),
)

KPI1 = table(
    "hip_kpi1_geriatrician_72h",
    *who_counts(),
    yes("seen in the minute of presentation", geriatrician_date="03/03/2025", geriatrician_time="10:00"),
    yes("seen after 71 h 59 min", geriatrician_date="06/03/2025", geriatrician_time="09:59"),
    yes("seen after exactly 72 h", geriatrician_date="06/03/2025", geriatrician_time="10:00"),
    no("seen after 72 h 1 min", geriatrician_date="06/03/2025", geriatrician_time="10:01"),
    no("seen a minute before presentation", geriatrician_date="03/03/2025", geriatrician_time="09:59"),
    yes("by a specialist or associate specialist", geriatrician_grade="2"),
    yes("by a staff grade or specialty doctor", geriatrician_grade="3"),
    yes("by a trainee of ST3 or above", geriatrician_grade="4"),
    no("by a trainee below ST3", geriatrician_grade="5"),
    no("grade not known", geriatrician_grade="U"),
    no("grade not stated", geriatrician_grade=None),
    no("not seen", geriatrician_grade="0", geriatrician_date=None, geriatrician_time=None),
    no("date of review missing", geriatrician_date=None),
    no("time of review missing", geriatrician_time=None),
    yes("not operated, but seen in time", **NOT_OPERATED),
)

KPI2 = table(
    "hip_kpi2_surgery_next_day",
    *who_counts(),
    *who_was_operated("not_operated", "no_surgery_date"),
    yes("on the day of presentation", surgery_date="03/03/2025", surgery_time="18:00"),
    yes("the next day at 23:59", surgery_time="23:59"),
    no("two days later at 00:00", surgery_date="05/03/2025", surgery_time="00:00"),
    no("two days later, though within 36 h", presentation_time="23:30", surgery_date="05/03/2025", surgery_time="08:00"),
    yes("the next day, though more than 36 h", presentation_time="00:05", surgery_time="22:00"),
    no("the day before presentation", surgery_date="02/03/2025"),
    out("no_surgery_date", "operated, no date of surgery", surgery_date=None),
    yes("operated, no time of surgery", surgery_time=None),
    yes("over the end of a month", presentation_date="28/02/2025", surgery_date="01/03/2025"),
)

SURGERY_36H = table(
    "hip_surgery_36h",
    *who_counts(),
    *who_was_operated("not_operated", "no_surgery_time"),
    yes("after a minute", surgery_date="03/03/2025", surgery_time="10:01"),
    no("in the minute of presentation", surgery_date="03/03/2025", surgery_time="10:00"),
    yes("after 35 h 59 min", surgery_time="21:59"),
    yes("after exactly 36 h", surgery_time="22:00"),
    no("after 36 h 1 min", surgery_time="22:01"),
    no("before presentation", surgery_date="03/03/2025", surgery_time="09:00"),
    out("no_surgery_time", "operated, no date of surgery", surgery_date=None),
    out("no_surgery_time", "operated, no time of surgery", surgery_time=None),
)

# walks outside with at most one stick, normal cognition, fit: eligible for a total hip replacement
ELIGIBLE = {"mobility_pre_fracture": "2", "asa_grade": "2"}


def _operations(answer_of, about: str, operations: tuple[str, ...], **changes) -> tuple[Row, ...]:
    return tuple(answer_of(f"{about}, operation {code}", operation_type=code, **changes) for code in operations)


REST = ("2", "11", "12", "13", "15", "16", "17", "18", "19", "20", "21", "99")
KPI3 = table(
    "hip_kpi3_nice_surgery",
    *who_counts(fractures=("11",), also=("no_nice_standard",)),
    *who_was_operated(),
    out("no_nice_standard", "undisplaced intracapsular fracture", fracture_type="12"),
    out(("cohort", "no_nice_standard"), "fracture type not known", fracture_type=None),
    *_operations(yes, "displaced, not eligible", ("6", "8", "9")),
    *_operations(no, "displaced, not eligible", ("1", "3", "4", "7", *REST)),
    *_operations(yes, "displaced, eligible", ("8", "9"), **ELIGIBLE),
    *_operations(no, "displaced, eligible", ("1", "3", "4", "6", "7", *REST), **ELIGIBLE),
    no("eligible: walks without aids, ASA 1", mobility_pre_fracture="1", asa_grade="1"),
    yes("not eligible: walks with two aids", asa_grade="2", mobility_pre_fracture="3"),
    yes("not eligible: mobility not known", asa_grade="2", mobility_pre_fracture="U"),
    yes("not eligible: ASA 3", mobility_pre_fracture="2", asa_grade="3"),
    yes("not eligible: ASA not known", mobility_pre_fracture="2", asa_grade="U"),
    yes("not eligible: 1 point in the 4AT before surgery", **{**ELIGIBLE, **four_at("preop", 0, 1, 0, 0)}),
    yes("not eligible: no 4AT before surgery", **{**ELIGIBLE, "preop_4at": "0", **dict.fromkeys(PREOP_ITEMS)}),
    *_operations(yes, "trochanteric", ("1",), fracture_type="13"),
    *_operations(no, "trochanteric", ("3", "4", "6", "7", "8", "9", *REST), fracture_type="13"),
    *_operations(no, "trochanteric, eligible if displaced", ("8", "9"), fracture_type="13", **ELIGIBLE),
    *_operations(yes, "reverse oblique", ("3", "4"), fracture_type="14"),
    *_operations(no, "reverse oblique", ("1", "6", "7", "8", "9", *REST), fracture_type="14"),
    *_operations(yes, "subtrochanteric", ("3", "4"), fracture_type="15"),
    *_operations(no, "subtrochanteric", ("1", "6", "7", "8", "9", *REST), fracture_type="15"),
    no("operation not stated", operation_type=None),
)

KPI4 = table(
    "hip_kpi4_mobilised_next_day",
    *who_counts(),
    *who_was_operated("not_operated", "mobilisation_unknown"),
    yes("by other ward staff", mobilised_post_surgery="2"),
    *(no(f"not mobilised, reason {code}", mobilised_post_surgery=code) for code in "345678"),
    out("mobilisation_unknown", "not stated", mobilised_post_surgery=None),
)

_NOT_TESTED = {"postop_4at": "0", **dict.fromkeys(POSTOP_ITEMS)}
_TOTALS = (
    yes("total 0", **four_at("postop", 0, 0, 0, 0)),
    yes("total 3", **four_at("postop", 0, 2, 1, 0)),
    no("total 4 from the questions", **four_at("postop", 0, 2, 2, 0)),
    no("total 4 from alertness", **four_at("postop", 4, 0, 0, 0)),
    no("total 4 from acute change", **four_at("postop", 0, 0, 0, 4)),
    no("total 12", **four_at("postop", 4, 2, 2, 4)),
    yes("tested before the 7th day", postop_4at="2"),
)
KPI5 = table(
    "hip_kpi5_not_delirious",
    *who_counts(),
    *who_was_operated(),
    *_TOTALS,
    no("not tested", **_NOT_TESTED),
    no("not tested by the 7th day", **{**_NOT_TESTED, "postop_4at": "3"}),
    no("not tested by the 7th day, though there are items", postop_4at="3"),
    no("whether tested not stated", postop_4at=None),
    no("one item missing", postop_4at_attention=None),
)
KPI5_TESTED = table(
    "hip_kpi5_tested_only",
    *who_counts(),
    *who_was_operated("not_operated", "not_tested_for_delirium"),
    *_TOTALS,
    out("not_tested_for_delirium", "not tested", **_NOT_TESTED),
    out("not_tested_for_delirium", "not tested by the 7th day", **{**_NOT_TESTED, "postop_4at": "3"}),
    out("not_tested_for_delirium", "not tested by the 7th day, though there are items", postop_4at="3"),
    out("not_tested_for_delirium", "refused, though there are items", postop_4at="0"),
    out("not_tested_for_delirium", "one item missing", postop_4at_attention=None),
)


def _deaths_in_hospital(reason: str) -> tuple[Row, ...]:
    ward_unknown, trust_unknown = {"ward_discharge_destination": None}, {"trust_discharge_destination": None}
    return (
        out(reason, "died on the ward", **DIED_ON_WARD),
        out(reason, "died on the ward, trust destination missing", **{**DIED_ON_WARD, **trust_unknown}),
        out(reason, "dead at ward discharge, ward destination missing", **{**DIED_ON_WARD, **ward_unknown}),
        out(reason, "died before surgery", **DIED_BEFORE_SURGERY),
        out(reason, "died before surgery, trust destination missing", **{**DIED_BEFORE_SURGERY, **trust_unknown}),
        out(reason, "died before surgery, ward destination missing", **{**DIED_BEFORE_SURGERY, **ward_unknown}),
        out(reason, "died in rehabilitation", **DIED_IN_REHABILITATION),
    )


_RETURNS = (
    yes("discharged home, not seen at 120 days", residential_status_120d=None),
    yes("discharged home, elsewhere at 120 days", residential_status_120d="3"),
    yes("to rehabilitation elsewhere, home at 120 days", trust_discharge_destination="5"),
    no("to rehabilitation elsewhere, in nursing care at 120 days", trust_discharge_destination="5", residential_status_120d="3"),
    no("to rehabilitation elsewhere, not known at 120 days", trust_discharge_destination="5", residential_status_120d="U"),
    no("to rehabilitation elsewhere, not seen at 120 days", trust_discharge_destination="5", residential_status_120d=None),
    yes("from residential care and back", residence_before_admission="2", trust_discharge_destination="2", residential_status_120d=None),
    yes("from nursing care and back", residence_before_admission="3", trust_discharge_destination="3", residential_status_120d=None),
    no("from residential to nursing care", residence_before_admission="2", trust_discharge_destination="3", residential_status_120d="3"),
    no("residence before not known", residence_before_admission=None),
    no("destination missing, not seen at 120 days", trust_discharge_destination=None, residential_status_120d=None),
    yes("destination missing, home at 120 days", trust_discharge_destination=None),
)
KPI6 = table(
    "hip_kpi6_returned_home",
    *who_counts(),
    *_RETURNS,
    no("died on the ward", **DIED_ON_WARD),
    no("died before surgery", **DIED_BEFORE_SURGERY),
    no("died in rehabilitation", **DIED_IN_REHABILITATION),
    no("died before day 120", trust_discharge_destination="5", residential_status_120d="8"),
    yes("home, and died later", death_on="20/05/2025"),
)
_DEAD = "dead_within_120_days"
KPI6_EXCL = table(
    "hip_kpi6_excl_deaths",
    *who_counts(),
    *_RETURNS,
    *_deaths_in_hospital(_DEAD),
    out(_DEAD, "known to be dead at 120 days", residential_status_120d="8"),
    out(_DEAD, "home, and died on day 119", death_on="30/06/2025"),
    out(_DEAD, "home, and died on day 120", death_on="01/07/2025"),
    yes("home, and died on day 121", death_on="02/07/2025"),
)

_ALIVE_ONLY = (
    out("dead_at_discharge", "died on the ward", **DIED_ON_WARD),
    out("dead_at_discharge", "died on the ward, trust destination missing", **{**DIED_ON_WARD, "trust_discharge_destination": None}),
    out(
        "dead_at_discharge",
        "died before surgery, trust destination missing",
        **{**DIED_BEFORE_SURGERY, "trust_discharge_destination": None},
    ),
    out(
        "dead_at_discharge", "died before surgery, ward destination missing", **{**DIED_BEFORE_SURGERY, "ward_discharge_destination": None}
    ),
    out("dead_at_discharge", "dead at ward discharge, ward destination missing", **{**DIED_ON_WARD, "ward_discharge_destination": None}),
    out("dead_at_discharge", "died in rehabilitation", **DIED_IN_REHABILITATION),
    yes("destinations not known yet", ward_discharge_destination=None, trust_discharge_destination=None),
    yes("not operated", **NOT_OPERATED),
)
_NO_FOLLOW_UP = {"bone_medication_120d": None}
KPI7 = table(
    "hip_kpi7_bone_protection",
    *who_counts(),
    *_ALIVE_ONLY,
    *(
        yes(f"injectable drug {code} at discharge, not seen at 120 days", medication_post_fracture=code, **_NO_FOLLOW_UP)
        for code in "45689"
    ),
    *(no(f"oral drug {code} at discharge, not seen at 120 days", medication_post_fracture=code, **_NO_FOLLOW_UP) for code in "1237"),
    *(
        no(f"assessed with result {code}, not seen at 120 days", medication_post_fracture=code, **_NO_FOLLOW_UP)
        for code in ("0", "10", "11", "12")
    ),
    yes("oral drug, continues the same at 120 days", medication_post_fracture="1", bone_medication_120d="1"),
    yes("oral drug, on another at 120 days", medication_post_fracture="1", bone_medication_120d="2"),
    *(no(f"oral drug, result {code} at 120 days", medication_post_fracture="1", bone_medication_120d=code) for code in "345"),
    yes("drug at discharge not stated, on a drug at 120 days", medication_post_fracture=None),
    no("neither stated", medication_post_fracture=None, **_NO_FOLLOW_UP),
)
BONE_ANY = table(
    "hip_bone_any_at_discharge",
    *who_counts(),
    *_ALIVE_ONLY,
    *(yes(f"drug {code}", medication_post_fracture=code) for code in "123456789"),
    *(no(f"no drug, result {code}", medication_post_fracture=code) for code in ("0", "10", "11", "12")),
    no("not stated", medication_post_fracture=None),
)
BONE_ASSESSED = table(
    "hip_bone_assessed",
    *who_counts(),
    *_ALIVE_ONLY,
    *(yes(f"result {code}", medication_post_fracture=code) for code in ("1", "9", "10", "11", "12")),
    no("no assessment or action", medication_post_fracture="0"),
    no("not stated", medication_post_fracture=None),
)

INDICATOR_TABLES: tuple[Table, ...] = (
    KPI0_WARD, KPI0_BLOCK, KPI0_COMPOSITE, KPI1, KPI2, SURGERY_36H, KPI3, KPI4, KPI5, KPI5_TESTED, KPI6, KPI6_EXCL, KPI7, BONE_ANY,
    BONE_ASSESSED,
)  # fmt: skip
