"""What the audit publishes and the house does not compute, with the reason.

Belongs here: results that no declaration here gives, or that one of the layouts cannot give. Does not belong here: measures.
"""

from __future__ import annotations

from schemas.measures import NotComputed
from schemas.pathways.acute_stroke.layouts import IMPORT

NOT_COMPUTED = (
    NotComputed(
        "ssnap_pc_72h_later_teams", "Patient-centred indicators of the first 72 hours (items G), for the teams after the first",
        "An import file tells of the first hospital alone: which teams had the patient later is not in it, so its strokes count for that team only.",
        (IMPORT.name,),
    ),
    NotComputed(
        "ssnap_pc_after_72h", "Patient-centred indicators after 72 hours (items J)",
        "They sum a patient's therapy and stay over all teams that had the patient, which is not done yet; an import file tells of the first hospital alone.",
    ),
    NotComputed(
        "ssnap_tc_after_72h", "Team-centred indicators after 72 hours of teams that took a patient over (items K)",
        "An import file tells of the first hospital alone: which teams had the patient later, and what they did, is not in it.",
        (IMPORT.name,),
    ),
    NotComputed(
        "ssnap_tc_7_day_team", "Indicators of the team that had the patient seven days after clock start (items K1 to K7)",
        "Nutrition and the complications of the first week are counted for the discharging team; which team had the patient that day is not derived.",
    ),
    NotComputed(
        "ssnap_case_ascertainment", "Case ascertainment",
        "The expected number of strokes is counted from hospital statistics (HES, PEDW), which no file of the audit holds.",
    ),
    NotComputed(
        "ssnap_audit_compliance", "Audit compliance",
        "The audit has not published all of its weights and bands; how soon records were entered is not in an import file at all.",
    ),
    NotComputed(
        "ssnap_standardised_mortality", "Standardised mortality at 30 days",
        "The audit has not published the coefficients of its model, nor the formula of its limits.",
    ),
    NotComputed(
        "ssnap_scoring_2024", "The 40 indicators and 7 domains used since October 2024",
        "The fields of the dataset of October 2024 and the thresholds of its scores are not published.",
    ),
)  # fmt: skip
