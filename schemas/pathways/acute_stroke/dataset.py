"""The dataset ``acute_stroke``, version 5: one team's record of one stroke, and what reading, linking and measuring need to know of it.

Belongs here: keys, clock, milestones, stages, the order of the fields. Does not belong here: the fields, rules and layouts.
"""

from __future__ import annotations

from schemas.datasets import Dataset, DatasetKind, DueStage, Expectation, MatchRule, Milestone
from schemas.expressions import any_of, field
from schemas.pathways.acute_stroke import (
    carried,
    fields_admission,
    fields_discharge,
    fields_first_day,
    fields_nihss,
    fields_onset,
    fields_record,
    fields_reperfusion,
    fields_stay,
    fields_three_days,
    policy,
)
from schemas.pathways.acute_stroke.cases import CASE_RULES, COLLAPSE, LINK, PAIR_RULES
from schemas.pathways.acute_stroke.cohorts import cohorts
from schemas.pathways.acute_stroke.columns import EXPORT_COLUMNS, IMPORT_COLUMNS
from schemas.pathways.acute_stroke.derived import DERIVED
from schemas.pathways.acute_stroke.layouts import DATETIME_FORMATS
from schemas.pathways.acute_stroke.rules import RULES

_DECLARED = (
    fields_record, fields_onset, fields_first_day, fields_nihss, fields_reperfusion, fields_three_days, fields_admission, fields_stay, fields_discharge,
    carried,
)  # fmt: skip
_BY_HEADER = {item.header: item for part in _DECLARED for item in part.FIELDS}
# the team first, then the import's columns in their order, then what only an export has
FIELDS = tuple(_BY_HEADER[header] for header in dict.fromkeys(("TeamCode", *IMPORT_COLUMNS, *EXPORT_COLUMNS)))

MILESTONES = (
    Milestone("onset", "onset_at", "Onset", sooner_is_better=False),
    Milestone("first_arrival", "first_arrival_at", "First arrival", sooner_is_better=False),
    Milestone("stroke_unit", "first_stroke_unit_at", "Stroke unit", reference="stroke_tc_2_2_minutes_to_stroke_unit"),
    Milestone("brain_imaging", "brain_imaging_at", "Brain imaging", reference="stroke_tc_1_3_minutes_to_scan"),
    Milestone("needle", "needle_at", "Thrombolysis", reference="stroke_tc_3_5_minutes_to_needle"),
    Milestone("puncture", "puncture_at", "Arterial puncture"),
    Milestone("stroke_nurse", "stroke_nurse_at", "Stroke nurse", reference="stroke_tc_4_4_minutes_to_nurse"),
    Milestone("consultant", "consultant_contact_at", "Stroke consultant", reference="stroke_tc_4_2_minutes_to_consultant"),
    Milestone("swallow_screen", "swallow_screen_at", "Swallow screen"),
    Milestone("hospital_discharge", "hospital_discharge_at", "Hospital discharge", sooner_is_better=False),
    Milestone("death", "s7_death_on", "Death in hospital", sooner_is_better=False),
)

_imaging_told = any_of(field("s2_brain_imaging_at").is_present(), field("s2_brain_imaging_not_performed"))
_REACHED = {
    "arrival": ("On arrival", field("s1_first_arrival_at").is_present()),
    "first_day": ("In the first 24 hours", any_of(field("locked_s2"), _imaging_told)),
    "three_days": ("In the first 72 hours", any_of(field("locked_s3"), field("s3_patient_consent").is_present())),
    "discharge": ("At discharge", field("s7_discharge_type").is_present()),
    "six_months": ("At six months", field("s8_follow_up").is_present()),
}
STAGES = tuple(DueStage(name, title, reached, policy.DUE_DAYS[name]) for name, (title, reached) in _REACHED.items())

ACUTE_STROKE = Dataset(
    name="acute_stroke",
    version="5",
    title="Acute stroke",
    description="One record a team's part of one stroke of a patient of 16 or over; the records of all its teams are one stroke.",
    kind=DatasetKind.RECORDS,
    fields=FIELDS,
    derived=(*DERIVED, *cohorts(FIELDS)),
    rules=(*RULES, *CASE_RULES),
    pair_rules=PAIR_RULES,
    record_key=("team_code", "s1_nhs_number", "s1_first_arrival_at"),
    # another time of the same day is a correction; another day may be a second stroke (V25)
    match_rule=MatchRule(("team_code", "s1_nhs_number"), 0),
    case_link=LINK,
    collapse=COLLAPSE,
    clock="clock_start_at",
    clock_day="clock_start_on",
    site_field="team_code",
    local_key="import_identifier",
    milestones=MILESTONES,
    stages=STAGES,
    expectation=Expectation("quarter", 35),
    datetime_formats=DATETIME_FORMATS,
    size_limit_bytes=300_000_000,  # 100,000 rows of 344 columns
    code_rule_id="V02",
)
