"""What is measured of hip fracture care: the key performance indicators 0 to 7 and their variants, and what goes with them.

Belongs here: cohorts, exclusions, numerators and values, each with a version. Does not belong here: constants that may be
argued about (``policy``), the tariff's criteria (``tariff``), times and outcomes (``outcome_measures``).
Key performance indicators are indexed by presentation, stays and the tariff by discharge from the trust.
"""

from __future__ import annotations

from schemas.expressions import Expression, Holds, Not, all_of, any_of, days_between, field, minutes_between
from schemas.measures import Direction, Exclusion, Measure, MeasureKind
from schemas.pathways.hip_fracture import codes as lists
from schemas.pathways.hip_fracture import policy

SOURCE = "National Hip Fracture Database, dataset v16"

COHORT = all_of(
    field("age_years") >= policy.MINIMUM_AGE_YEARS,
    field("fracture_type").is_in(*policy.COHORT_FRACTURES),
)


def excluded_unless(name: str, condition: Expression) -> Exclusion:
    """Leaves out every case for which the condition is not known to be true."""
    return Exclusion(name, Not(Holds(condition)))


NOT_VIA_ED = excluded_unless("not_via_emergency_department", field("presentation_via_ed").equals(lists.VIA_ED))
NOT_OPERATED = excluded_unless("not_operated", field("operated").equals(lists.WAS_OPERATED))
NO_SURGERY_DATE = Exclusion("no_surgery_date", field("surgery_date").is_missing())
NO_SURGERY_TIME = Exclusion("no_surgery_time", field("surgery_at").is_missing())
NO_STANDARD_FOR_FRACTURE = excluded_unless("no_nice_standard", field("fracture_type").is_in(*policy.NICE_FRACTURES))
MOBILISATION_UNKNOWN = Exclusion("mobilisation_unknown", field("mobilised_post_surgery").is_missing())

_postop_4at_done = all_of(field("postop_4at").is_in(*lists.POSTOP_4AT_DONE), field("postop_4at_total").is_present())
NOT_TESTED = excluded_unless("not_tested_for_delirium", _postop_4at_done)

_died_in_hospital = any_of(
    field("ward_discharge_destination").is_in(*lists.DEAD_AT_WARD_DISCHARGE),
    field("trust_discharge_destination").is_in(*lists.DEAD_AT_TRUST_DISCHARGE),
)
DEAD_AT_DISCHARGE = Exclusion("dead_at_discharge", _died_in_hospital)
DEAD_WITHIN_120_DAYS = Exclusion(
    "dead_within_120_days",
    any_of(
        _died_in_hospital,
        field("residential_status_120d").equals(lists.DEAD),
        days_between("started_on", "death_on") <= policy.FOLLOW_UP_DAYS,
    ),
)

_to_ward = minutes_between("presentation_at", "ward_admission_at")
_to_geriatrician = minutes_between("presentation_at", "geriatrician_at")
_to_surgery = minutes_between("presentation_at", "surgery_at")
_days_to_surgery = days_between("presentation_date", "surgery_date")

ON_WARD_IN_TIME = all_of(
    field("admitted_to_ortho_ward").equals("1"), _to_ward >= 0, _to_ward <= policy.WARD_WITHIN_MINUTES
)  # fmt: skip
BLOCK_GIVEN = field("nerve_block").is_in(*lists.NERVE_BLOCK_GIVEN)

_fracture, _operation = field("fracture_type"), field("operation_type")
_thr_eligible = Holds(field("is_thr_eligible").equals(True))
NICE_COMPLIANT = any_of(
    all_of(_fracture.equals("11"), _operation.is_in(*lists.TOTAL_HIP_REPLACEMENTS)),
    all_of(_fracture.equals("11"), Not(_thr_eligible), _operation.equals(policy.CEMENTED_HEMIARTHROPLASTY)),
    all_of(_fracture.equals("13"), _operation.is_in(*lists.SLIDING_HIP_SCREW)),
    all_of(_fracture.is_in("14", "15"), _operation.is_in(*lists.NAILS)),
)

_lived_there = field("residence_before_admission")
BACK_HOME = any_of(
    field("trust_discharge_destination").equals(_lived_there),
    field("residential_status_120d").equals(_lived_there),
)


def indicator(name: str, title: str, description: str, numerator: Expression, **more) -> Measure:
    """A proportion of the cases of the cohort, indexed by presentation, where more is better."""
    settings = {
        "index_date": "presentation_date",
        "cohort": COHORT,
        "matures_after_days": 30,
        "source": SOURCE,
        "direction": Direction.HIGHER_IS_BETTER,
        **more,
    }
    return Measure(name, title, description, MeasureKind.PROPORTION, unit="share", numerator=numerator, **settings)


_WARD_NEEDS = ("presentation_via_ed", "admitted_to_ortho_ward", "ward_admission_date", "ward_admission_time")
_4AT_NEEDS = ("postop_4at", "postop_4at_alertness", "postop_4at_amt4", "postop_4at_attention", "postop_4at_acute_change")
_FOLLOW_UP_MATURES = policy.FOLLOW_UP_DAYS + 30

EARLY_CARE = (
    indicator(
        "hip_kpi0_ward_4h", "Orthopaedic ward within 4 hours",
        "Of patients who came through the emergency department, those on an orthopaedic or orthogeriatric ward within 4 hours of "
        "presentation. Never reaching such a ward, or no time of admission to it, counts as not achieved.",
        ON_WARD_IN_TIME, exclusions=(NOT_VIA_ED,), needs=_WARD_NEEDS, is_headline=True,
    ),
    indicator(
        "hip_kpi0_nerve_block", "Nerve block before theatre",
        "Of patients who came through the emergency department, those given a nerve block by ambulance staff, in the department or on "
        "the ward before theatre. Not documented counts as not given.",
        BLOCK_GIVEN, exclusions=(NOT_VIA_ED,), needs=("presentation_via_ed", "nerve_block"),
    ),
    indicator(
        "hip_kpi0_composite", "Orthopaedic ward within 4 hours and a nerve block",
        "Of patients who came through the emergency department, those on an orthopaedic or orthogeriatric ward within 4 hours who were "
        "also given a nerve block before theatre.",
        all_of(ON_WARD_IN_TIME, BLOCK_GIVEN), exclusions=(NOT_VIA_ED,), needs=(*_WARD_NEEDS, "nerve_block"),
    ),
    indicator(
        "hip_kpi1_geriatrician_72h", "Senior geriatrician within 72 hours",
        "Patients seen by a senior geriatrician (consultant, specialist, specialty doctor or ST3 and above) within 72 hours of "
        "presentation. Not seen, or no date and time of the review, counts as not achieved.",
        all_of(
            field("geriatrician_grade").is_in(*policy.SENIOR_GRADES),
            _to_geriatrician >= 0,
            _to_geriatrician <= policy.GERIATRICIAN_WITHIN_MINUTES,
        ),
        needs=("geriatrician_grade", "geriatrician_date", "geriatrician_time"), is_headline=True,
    ),
)  # fmt: skip

SURGERY = (
    indicator(
        "hip_kpi2_surgery_next_day", "Surgery by the day after presentation",
        "Of operated patients, those whose anaesthesia began on the day of presentation or the next calendar day, whatever the hour. "
        "Without a date of surgery a case is left out and shown as missing.",
        all_of(_days_to_surgery >= 0, _days_to_surgery <= policy.SURGERY_WITHIN_CALENDAR_DAYS),
        exclusions=(NOT_OPERATED, NO_SURGERY_DATE), needs=("operated", "surgery_date"), is_headline=True,
    ),
    indicator(
        "hip_surgery_36h", "Surgery within 36 hours",
        "Of operated patients, those whose anaesthesia began within 36 hours of presentation. Without a date and time of surgery a case "
        "is left out and shown as missing.",
        all_of(_to_surgery > 0, _to_surgery <= policy.SURGERY_WITHIN_MINUTES),
        exclusions=(NOT_OPERATED, NO_SURGERY_TIME), needs=("operated", "surgery_date", "surgery_time"),
    ),
    indicator(
        "hip_kpi3_nice_surgery", "Operation as NICE recommends",
        "Of operated patients with a displaced intracapsular, trochanteric, reverse oblique or subtrochanteric fracture, those who had: "
        "a total hip replacement if eligible, else that or a cemented hemiarthroplasty; a sliding hip screw; a nail. Eligible: walked "
        "outside with at most one aid, 4AT 0 before the operation, ASA 1 or 2. An operation not stated counts as not compliant. Codes "
        "of operations are often wrong: check them first.",
        NICE_COMPLIANT, exclusions=(NOT_OPERATED, NO_STANDARD_FOR_FRACTURE),
        needs=("operated", "operation_type", "mobility_pre_fracture", "asa_grade", "preop_4at"), is_headline=True,
    ),
    indicator(
        "hip_kpi4_mobilised_next_day", "Out of bed by the day after surgery",
        "Of operated patients whose mobilisation is known, those out of bed, standing or hoisted, by the day after surgery. Patients not "
        "operated, and unknown mobilisation, are left out.",
        field("mobilised_post_surgery").is_in(*lists.OUT_OF_BED), exclusions=(NOT_OPERATED, MOBILISATION_UNKNOWN),
        needs=("operated", "mobilised_post_surgery"), is_headline=True,
    ),
)  # fmt: skip

_AT_MOST_3_POINTS = field("postop_4at_total") <= policy.NOT_DELIRIOUS_AT_MOST_POINTS

RECOVERY = (
    indicator(
        "hip_kpi5_not_delirious", "Tested and not delirious after surgery",
        "Of operated patients, those tested with the 4AT before the 7th day after surgery whose total was at most 3. Not tested counts "
        "as not achieved.",
        all_of(field("postop_4at").is_in(*lists.POSTOP_4AT_DONE), _AT_MOST_3_POINTS), exclusions=(NOT_OPERATED,),
        needs=("operated", *_4AT_NEEDS), is_headline=True,
    ),
    indicator(
        "hip_kpi5_tested_only", "Not delirious, of those tested",
        "Of operated patients tested with the 4AT before the 7th day after surgery, those whose total was at most 3.",
        _AT_MOST_3_POINTS, exclusions=(NOT_OPERATED, NOT_TESTED), needs=("operated", *_4AT_NEEDS),
    ),
    indicator(
        "hip_kpi6_returned_home", "Known to be back in the original residence",
        "Patients discharged to the kind of residence they came from, or living in it at 120 days. Unknown counts as not achieved; the "
        "dead are counted.",
        BACK_HOME, needs=("residence_before_admission", "trust_discharge_destination", "residential_status_120d"),
        matures_after_days=_FOLLOW_UP_MATURES, is_headline=True,
    ),
    indicator(
        "hip_kpi6_excl_deaths", "Known to be back in the original residence, of survivors",
        "As the indicator on return to the original residence, without patients known to have died by day 120.",
        BACK_HOME, exclusions=(DEAD_WITHIN_120_DAYS,),
        needs=("residence_before_admission", "trust_discharge_destination", "residential_status_120d"),
        matures_after_days=_FOLLOW_UP_MATURES,
    ),
    indicator(
        "hip_kpi7_bone_protection", "Bone protection under way",
        "Of patients not dead at discharge, those given an injectable bone drug by discharge, or on bone therapy at 120 days. Unknown "
        "counts as not achieved.",
        any_of(
            field("medication_post_fracture").is_in(*policy.INJECTABLE_BONE_DRUGS),
            field("bone_medication_120d").is_in(*lists.BONE_120D_TREATED),
        ),
        exclusions=(DEAD_AT_DISCHARGE,), needs=("medication_post_fracture", "bone_medication_120d"),
        matures_after_days=_FOLLOW_UP_MATURES, is_headline=True,
    ),
    indicator(
        "hip_bone_any_at_discharge", "Any bone drug at discharge",
        "Of patients not dead at discharge, those on any bone drug by discharge.",
        field("medication_post_fracture").is_in(*lists.ANY_BONE_DRUG), exclusions=(DEAD_AT_DISCHARGE,),
        needs=("medication_post_fracture",),
    ),
    indicator(
        "hip_bone_assessed", "Bone health assessed",
        "Of patients not dead at discharge, those whose bone health was assessed, whatever came of it. Not stated counts as not assessed.",
        field("medication_post_fracture").differs_from(lists.NO_BONE_ASSESSMENT), exclusions=(DEAD_AT_DISCHARGE,),
        needs=("medication_post_fracture",),
    ),
)  # fmt: skip

INDICATORS = (*EARLY_CARE, *SURGERY, *RECOVERY)
