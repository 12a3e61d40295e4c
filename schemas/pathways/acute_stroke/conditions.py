"""The conditions under which the form asks its questions, in the words of the clinic.

Belongs here: conditions over answers; each false where an answer before it already rules it out. Does not belong here: fields, rules.
"""

from __future__ import annotations

from schemas.expressions import AllOf, Comparison, Expression, Holds, MinutesBetween, Not, all_of, any_of, days_between, field
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import policy


def _is(name: str, code: str) -> Comparison:
    return field(name).equals(code)


INPATIENT = _is("s1_onset_in_hospital", lists.YES)
CAME_FROM_OUTSIDE = _is("s1_onset_in_hospital", lists.NO)
BY_AMBULANCE = all_of(CAME_FROM_OUTSIDE, _is("s1_arrive_by_ambulance", lists.YES))
FIRST_ON_STROKE_UNIT = _is("s1_first_ward", lists.STROKE_UNIT)

SINCE_THROMBECTOMY = field("clock_start_on") >= policy.THROMBECTOMY_ASKED_FROM
SINCE_DATASET_4 = field("clock_start_on") >= policy.DATASET_4_FROM
SINCE_DATASET_5 = field("clock_start_on") >= policy.DATASET_5_FROM

FIBRILLATION = _is("s2_com_atrial_fibrillation", lists.YES)
NO_FIBRILLATION = _is("s2_com_atrial_fibrillation", lists.NO)
STROKE_OR_TIA_BEFORE = _is("s2_com_stroke_tia", lists.YES)
ANTICOAGULATED = _is("s2_com_af_anticoagulent", lists.YES)
ON_VITAMIN_K = all_of(ANTICOAGULATED, field("s2_com_af_anticoagulent_vit_k"))

MAY_BE_IMAGED = Not(field("s2_brain_imaging_not_performed"))
IMAGED = all_of(MAY_BE_IMAGED, field("s2_brain_imaging_at").is_present())
INFARCT = all_of(MAY_BE_IMAGED, _is("s2_stroke_type", lists.INFARCTION))
BLEED = all_of(MAY_BE_IMAGED, _is("s2_stroke_type", lists.HAEMORRHAGE))
THROMBOLYSED = _is("s2_thrombolysis", lists.YES)
NOT_THROMBOLYSED = _is("s2_thrombolysis", lists.NO)
NO_BUT_THROMBOLYSED = _is("s2_thrombolysis", lists.NO_BUT)
THROMBECTOMY_ASKED = all_of(INFARCT, SINCE_THROMBECTOMY)
THROMBECTOMY = all_of(THROMBECTOMY_ASKED, _is("s2_iai", lists.YES))
DEVICE_USED = all_of(THROMBECTOMY, Not(field("s2_iai_thrombectomy_aspiration_device_not_performed")))
REPERFUSED = any_of(THROMBOLYSED, THROMBECTOMY)
BLEED_ON_ANTICOAGULANT = all_of(BLEED, ANTICOAGULATED)
REVERSED = all_of(BLEED_ON_ANTICOAGULANT, _is("s2_reversal_therapy", lists.YES))

PALLIATIVE_EARLY = _is("s3_palliative_care", lists.YES)
NOT_PALLIATIVE_EARLY = _is("s3_palliative_care", lists.NO)
CONTACTED = Not(field("s3_stroke_consultant_no_first_contact"))
CONTACTED_REMOTELY = all_of(CONTACTED, field("s3_stroke_consultant_first_contact_method").is_in(*lists.REMOTE))
NOT_SCREENED_IN_4_HOURS = field("s2_swallow_screening_4hrs_at").is_missing()
NEVER_SCREENED = all_of(NOT_SCREENED_IN_4_HOURS, field("s3_swallow_screening_72hrs_not_performed"))

# the minutes decide where both times of day are known, the days otherwise
HERE_IN_FIRST_WEEK = all_of(
    days_between("clock_start_on", "s4_arrival_at") <= policy.FIRST_WEEK_MINUTES // policy.DAY,
    any_of(
        MinutesBetween(field("clock_start_at"), field("team_arrival_at")) <= policy.FIRST_WEEK_MINUTES,
        field("clock_start_at").is_missing(),
        field("team_arrival_at").is_missing(),
    ),
)


def still_to_be_seen(stem: str, no_need: str) -> AllOf:
    """The therapist had not seen the patient in 72 hours, for another reason than ``no_need``."""
    why = field(f"s3_{stem}_72hrs_not_assessed_reason")
    return all_of(field(f"s3_{stem}_72hrs_not_assessed"), why.differs_from(no_need))


AT_RISK_OF_MALNUTRITION = _is("s6_malnutrition_screening", lists.YES)
PALLIATIVE_LATE = all_of(NOT_PALLIATIVE_EARLY, _is("s6_palliative_care_by_discharge", lists.YES))
COMPRESSED = _is("s6_int_pneumatic_comp", lists.YES)

_left = field("s7_discharge_type")
DIED = _left.equals(lists.DIED)
LEFT_ALIVE = _left.differs_from(lists.DIED)
PASSED_ON = _left.is_in(lists.TO_INPATIENT_TEAM, lists.TO_COMMUNITY_TEAM)
LEFT_INPATIENT_CARE_ALIVE = _left.is_not_in(lists.DIED, lists.TO_INPATIENT_TEAM)
ENDS_IN_THIS_HOSPITAL = _left.is_not_in(lists.DIED, lists.TO_INPATIENT_TEAM, lists.TO_COMMUNITY_TEAM)
STAYED_ON_STROKE_UNIT = Not(field("s4_stroke_unit_arrival_na"))
DIED_ON_STROKE_UNIT = _is("s7_stroke_unit_death", lists.YES)
LEFT_STROKE_UNIT = all_of(STAYED_ON_STROKE_UNIT, any_of(LEFT_ALIVE, _is("s7_stroke_unit_death", lists.NO)))
TO_CARE_HOME = _left.equals(lists.CARE_HOME)
NEW_TO_CARE_HOME = all_of(TO_CARE_HOME, _is("s7_care_home_discharge", "NPR"))
WENT_HOME = _left.equals(lists.HOME)
NEEDS_HELP = all_of(LEFT_INPATIENT_CARE_ALIVE, _is("s7_adl_help", lists.YES))
FIBRILLATION_AT_DISCHARGE = all_of(LEFT_INPATIENT_CARE_ALIVE, _is("s7_discharge_atrial_fibrillation", lists.YES))
CONSENT_LEFT_OPEN = field("s3_patient_consent").is_not_in(lists.YES, lists.NO)
FOLLOWED_UP = _is("s8_follow_up", lists.YES)

REFUSED_CONSENT = any_of(_is("s3_patient_consent", lists.NO), _is("s7_discharge_pi_consent", lists.NO))
COMMUNITY_TEAM = field("is_community_team")
INPATIENT_TEAM = Not(Holds(COMMUNITY_TEAM))


def needs(work: str) -> Expression:
    """The patient needed this therapy (``physio``, ``occ_ther``, ``speech_lang``, ``psychology``)."""
    return _is(f"s4_{work}", lists.YES)
