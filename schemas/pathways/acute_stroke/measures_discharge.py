"""Domains 9 and 10: what was done by discharge, and how the patient was discharged.

Belongs here: key indicators 9.1 to 10.4. Does not belong here: limits (``policy``), what became of the patient (``measures_outcomes``).
"""

from __future__ import annotations

from schemas.expressions import all_of, any_of, field
from schemas.measures import Exclusion
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_stay import COGNITION, CONTINENCE_PLAN, DIETITIAN, MOOD
from schemas.pathways.acute_stroke.measures_after_72h import DIED, days_to, proportion
from schemas.pathways.acute_stroke.measures_parts import excluded_unless, in_time

_SCREENED, _PLAN_REASON = "s6_malnutrition_screening", f"{CONTINENCE_PLAN.event.not_done}_reason"
_SCREENS = (MOOD, COGNITION)
_ANTICOAGULATED, _PLANNED = "s7_discharge_atrial_fibrillation_anticoagulation", "s7_discharge_joint_care_planning"

PALLIATIVE = Exclusion("palliative", any_of(when.PALLIATIVE_EARLY, field("s6_palliative_care_by_discharge").equals(lists.YES)))
AT_RISK = excluded_unless("not_at_risk", field(_SCREENED).is_in(lists.YES, lists.NOT_SCREENED))
CONTINENT_OR_REFUSED = Exclusion("continent_or_refused", field(_PLAN_REASON).is_in(lists.CONTINENT, lists.REFUSED))
NOT_TO_BE_SCREENED = Exclusion(
    "refused_or_unwell", any_of(*(field(f"{asked.event.not_done}_reason").is_in(lists.REFUSED, lists.UNWELL) for asked in _SCREENS))
)
LEFT_TOO_SOON = Exclusion(
    "short_stay_unscreened",
    all_of(*(field(asked.at).is_missing() for asked in _SCREENS), days_to("team_clock_stop_on") < policy.SHORT_STAY_DAYS),
)
STANDARDS = (
    proportion(
        "stroke_tc_9_1_dietitian", "Seen by a dietitian, if at risk of malnutrition",
        "Of patients at high risk of malnutrition or not screened for it, those whom a dietitian saw by discharge; not screened never achieves it. Left out: "
        "palliative care was decided on.",
        field(DIETITIAN.at).is_present(), "9.1", "K3.15.1", exclusions=(AT_RISK, PALLIATIVE), needs=(_SCREENED, DIETITIAN.at),
    ),
    proportion(
        "stroke_tc_9_2_continence_plan_21d", "Plan for urinary continence within 3 weeks",
        "Patients for whom a plan was drawn up by the 21st day after the day of the clock start. Left out: no plan because the patient was continent or "
        "refused.",
        in_time(days_to(CONTINENCE_PLAN.at), policy.CONTINENCE_PLAN_DAYS), "9.2", "K11.3", exclusions=(CONTINENT_OR_REFUSED,),
        needs=(CONTINENCE_PLAN.at, _PLAN_REASON),
    ),
    proportion(
        "stroke_tc_9_3_mood_and_cognition_42d", "Mood and cognition screened within 6 weeks",
        "Patients whose mood and whose cognition were both screened by the 42nd day after the day of the clock start. Left out: refused or medically unwell, "
        "for either; neither screened and gone within a week of the clock start.",
        all_of(*(in_time(days_to(asked.at), policy.MOOD_AND_COGNITION_DAYS) for asked in _SCREENS)), "9.3", "K14.3",
        exclusions=(NOT_TO_BE_SCREENED, LEFT_TOO_SOON), needs=(MOOD.at, COGNITION.at),
    ),
)  # fmt: skip

NOT_APPLICABLE = excluded_unless("not_applicable", field(_PLANNED).is_in(lists.YES, lists.NO))
NO_FIBRILLATION = excluded_unless("no_fibrillation", field("s7_discharge_atrial_fibrillation").equals(lists.YES))
ACCEPTED_REASON = Exclusion("accepted_reason", field(_ANTICOAGULATED).equals(lists.NO_BUT))
PROCESSES = (
    proportion(
        "stroke_tc_10_1_joint_care_planning", "Health and social care planned jointly",
        "Patients discharged alive with a joint plan of health and social care, of those with or without one. Left out: died; not applicable, or not answered.",
        field(_PLANNED).equals(lists.YES), "10.1", "K28.13", exclusions=(DIED, NOT_APPLICABLE), needs=(_PLANNED,),
    ),
    proportion(
        "stroke_tc_10_2_early_supported_discharge", "Discharged with a stroke-skilled early supported discharge team",
        "Patients discharged alive with an early supported discharge team specific to stroke or neurology. Left out: died.",
        field("s7_discharged_esdmt").equals(lists.STROKE_SKILLED), "10.2", "K22.3", exclusions=(DIED,), needs=("s7_discharged_esdmt",), is_headline=True,
    ),
    proportion(
        "stroke_tc_10_3_anticoagulated", "Anticoagulated for atrial fibrillation",
        "Of patients discharged alive in atrial fibrillation, those anticoagulated or with a plan for it. Left out: died; no atrial fibrillation; not for an "
        "accepted clinical reason.",
        field(_ANTICOAGULATED).equals(lists.YES), "10.3", "K27.16", exclusions=(DIED, NO_FIBRILLATION, ACCEPTED_REASON), needs=(_ANTICOAGULATED,),
    ),
    proportion(
        "stroke_tc_10_4_named_contact", "Given a named person to contact",
        "Patients discharged alive who were given a named person to contact. Left out: died.",
        field("s7_discharge_named_contact").equals(lists.YES), "10.4", "K29.3", exclusions=(DIED,), needs=("s7_discharge_named_contact",),
    ),
)  # fmt: skip

MEASURES = (*STANDARDS, *PROCESSES)
