"""Cases for goals and the bundle, standards by discharge and discharge itself. The patient is the textbook one but for what is told."""

from __future__ import annotations

from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.assessment_measure_tables import NURSE, assessment, not_assessed
from tests.spec.acute_stroke.stay_rows import LOCKED, on_day, who_is_discharged, within_days
from tests.spec.acute_stroke.timed_rows import after
from tests.spec.tables import Row, Table, no, out, table, yes


# ------------------------------------------------------------------------------------------------ domain 8, after 72 hours
def no_goals(reason: str | None) -> dict:
    return {"s4_rehab_goals_on": None, "s4_rehab_goals_none": "TRUE", "s4_rehab_goals_none_reason": reason}


_NONE, _NO_GOALS = "goals_not_applicable", {"refused": "PR", "medically unwell": "MU", "no impairments": "NI", "no potential": "NRP"}
GOALS_RULED_OUT = (
    out("died", "died", **p.DIED),
    *(out(_NONE, f"no goals: {about}", **no_goals(reason)) for about, reason in _NO_GOALS.items()),
    out(_NONE, "no goals, reason not answered", **LOCKED, **no_goals(None)),
    out(_NONE, "goals not answered", **LOCKED, s4_rehab_goals_on=None),
    out(("died", _NONE), "died, too unwell for goals", **{**p.DIED, **no_goals("MU")}),
    no("no goals for organisational reasons", **no_goals("OR")),
    no("no goals, reason not known", **no_goals("NK")),
)
GOALS = table("stroke_tc_8_7_goals_5d", *who_is_discharged(), *within_days("s4_rehab_goals_on", 5), *GOALS_RULED_OUT)

OT, PT, SLT = "occ_therapist", "physio", "sp_lang_therapist_comm"
THERAPISTS = {OT: "occupational therapist", PT: "physiotherapist", SLT: "speech and language therapist"}
EXCUSED = {"refused": "PR", "medically unwell": "PU", "no relevant deficit": "ND"}


def seen(**minutes: int) -> dict:
    """Therapists with the minutes after the clock start when they saw the patient; the others on the third day. What they did later is not told: locked."""
    told = {name: told for stem in THERAPISTS for name, told in assessment(stem).written(after(minutes.get(stem, 2 * 1440 + 60))).items()}
    return {**LOCKED, **told}


def _each_therapist(stem: str) -> tuple[Row, ...]:
    who, others = THERAPISTS[stem], {other: 600 for other in THERAPISTS if other != stem}
    return (
        yes(f"{who} alone after exactly 1440 minutes, the others by the third day", **seen(**{stem: 1440})),
        no(f"{who} after 1441 minutes, the others by the third day", **seen(**{stem: 1441})),
        yes(f"{who} in the minute of the clock start", **seen(**{stem: 0})),
        no(f"{who} a minute before the clock start", **seen(**others, **{stem: -1})),
        yes(f"{who} after exactly 4320 minutes, the others soon", **seen(**others, **{stem: 4320})),
        no(f"{who} after 4321 minutes, the others soon", **seen(**others, **{stem: 4321})),
        no(f"no {who} for organisational reasons, the others soon", **{**seen(**others), **not_assessed(stem, "OR")}),
        no(f"no {who}, reason not known, the others soon", **{**seen(**others), **not_assessed(stem, "NK")}),
        no(f"{who} not answered, the others soon", **{**seen(**others), f"s3_{stem}_72hrs_at": None}),
        no(f"{who} at a time not entered, the others soon", **{**seen(**others), f"s3_{stem}_72hrs_time_not_entered": "TRUE"}),
        *(yes(f"no {who}: {about}, the others soon", **{**seen(**others), **not_assessed(stem, reason)}) for about, reason in EXCUSED.items()),
        yes(f"{who} alone relevant, and soon", **{**seen(**{stem: 1440}), **{k: v for o in others for k, v in not_assessed(o, "ND").items()}}),
        no(f"{who} alone relevant, on the third day", **{**seen(), **{k: v for o in others for k, v in not_assessed(o, "ND").items()}}),
    )  # fmt: skip


def nobody_relevant(reason: str) -> dict:
    return {**LOCKED, **{name: told for stem in THERAPISTS for name, told in not_assessed(stem, reason).items()}}


BUNDLE = table(
    "stroke_tc_8_8_assessed_and_goals",
    *who_is_discharged(),
    yes("nurse in the minute of the clock start", **NURSE.written(after(0))),
    yes("nurse after exactly 1440 minutes", **NURSE.written(after(1440))),
    no("nurse after 1441 minutes", **NURSE.written(after(1441))),
    no("nurse a minute before the clock start", **NURSE.written(after(-1))),
    no("no nurse", **NURSE.not_done),
    no("nurse not answered", **LOCKED, **NURSE.written(None)),
    *(row for stem in THERAPISTS for row in _each_therapist(stem)),
    *(out("no_therapist_relevant", f"no therapist relevant: {about}", **nobody_relevant(reason)) for about, reason in EXCUSED.items()),
    yes("goals after exactly 5 days", s4_rehab_goals_on=on_day(5)),
    no("goals after 6 days", s4_rehab_goals_on=on_day(6)),
    no("goals the day before the clock start", s4_rehab_goals_on=on_day(-1)),
    yes("goals on the day of the clock start", s4_rehab_goals_on=on_day(0)),
    *GOALS_RULED_OUT,
)

# ------------------------------------------------------------------------------------------------ domain 9
SEEN_ON, SCREENED = "s6_malnutrition_screening_dietitian_on", "s6_malnutrition_screening"
AT_RISK = {SCREENED: "Y", SEEN_ON: "05/03/2025"}
PALLIATIVE_EARLY = {"s3_palliative_care": "Y", "s3_palliative_care_decision_on": "04/03/2025", "s6_palliative_care_by_discharge": None}
PALLIATIVE_LATE = {"s6_palliative_care_by_discharge": "Y", "s6_palliative_care_by_discharge_on": "10/03/2025"}
DIETITIAN = table(
    "stroke_tc_9_1_dietitian",
    *who_is_discharged(base=AT_RISK),
    no("at risk, not seen", **{SCREENED: "Y", "s6_malnutrition_screening_dietitian_not_seen": "TRUE"}),
    no("at risk, not answered", **LOCKED, **{SCREENED: "Y"}),
    no("not screened", **{SCREENED: "NS"}),
    out("not_at_risk", "not at risk"),
    out("not_at_risk", "screening not answered", **LOCKED, **{SCREENED: None}),
    out("palliative", "palliative care within 72 hours", **AT_RISK, **PALLIATIVE_EARLY),
    out("palliative", "palliative care later", **AT_RISK, **PALLIATIVE_LATE),
    out("palliative", "palliative care later, not screened", **PALLIATIVE_LATE, **{SCREENED: "NS"}),
    out(("not_at_risk", "palliative"), "palliative care, not at risk", **PALLIATIVE_EARLY),
    yes("whether palliative care not answered", **LOCKED, **AT_RISK, s3_palliative_care=None, s6_palliative_care_by_discharge=None),
    yes("died", **p.DIED, **AT_RISK),
)

PLAN_ON, NO_PLAN = "s6_urinary_continence_plan_on", "s6_urinary_continence_plan_no_plan"
PLANNED = {PLAN_ON: "10/03/2025", NO_PLAN: "FALSE", f"{NO_PLAN}_reason": None}


def no_plan(reason: str | None) -> dict:
    return {PLAN_ON: None, NO_PLAN: "TRUE", f"{NO_PLAN}_reason": reason}


CONTINENCE = table(
    "stroke_tc_9_2_continence_plan_21d",
    *who_is_discharged(base=PLANNED),
    *within_days(PLAN_ON, 21, PLANNED),
    out("continent_or_refused", "continent", **no_plan("PC")),
    out("continent_or_refused", "refused", **no_plan("PR")),
    no("no plan for organisational reasons", **no_plan("OR")),
    no("no plan, reason not known", **no_plan("NK")),
    no("no plan, reason not answered", **LOCKED, **no_plan(None)),
    no("not answered", **LOCKED, **{**no_plan(None), NO_PLAN: "FALSE"}),
)

SCREENS = {"mood": "s6_mood_screening", "cognition": "s6_cognition_screening"}


def not_screened(reason: str | None, *stems: str) -> dict:
    told = {}
    for stem in stems or SCREENS.values():
        told |= {f"{stem}_on": None, f"{stem}_no_screening": "TRUE", f"{stem}_no_screening_reason": reason}
    return told


def _each_screen(what: str) -> tuple[Row, ...]:
    stem = SCREENS[what]
    rows = within_days(f"{stem}_on", 42)
    return (
        *(Row(f"{what} {row.about}", row.answer, row.changes) for row in rows),
        out("refused_or_unwell", f"{what}: refused", **not_screened("PR", stem)),
        out("refused_or_unwell", f"{what}: medically unwell", **not_screened("MU", stem)),
        no(f"no {what} screen for organisational reasons", **not_screened("OR", stem)),
        no(f"no {what} screen, reason not known", **not_screened("NK", stem)),
        no(f"{what} not answered", **LOCKED, **{f"{stem}_on": None}),
        no(f"gone after 6 days, only {what} not screened", **not_screened("OR", stem), s7_hospital_discharge_at=f"{on_day(6)} 14:00"),
    )


_NO_TIME = {"s7_hospital_discharge_time_not_entered": "TRUE"}
SHORT = "short_stay_unscreened"
MOOD_AND_COGNITION = table(
    "stroke_tc_9_3_mood_and_cognition_42d",
    *who_is_discharged(),
    *(row for what in SCREENS for row in _each_screen(what)),
    out("refused_or_unwell", "refused both", **not_screened("PR")),
    no("neither for organisational reasons", **not_screened("OR")),
    out(SHORT, "neither, gone after 6 days", **not_screened("OR"), s7_hospital_discharge_at=f"{on_day(6)} 23:59"),
    out(SHORT, "neither, gone after 6 days, at a time not entered", **not_screened("OR"), **_NO_TIME, s7_hospital_discharge_at=f"{on_day(6)} 00:00"),
    out(SHORT, "neither, died after 6 days", **{**p.DIED, **not_screened("OR"), "s7_death_on": on_day(6)}),
    out((SHORT, "refused_or_unwell"), "neither, too unwell, died after 6 days", **{**p.DIED, **not_screened("MU"), "s7_death_on": on_day(6)}),
    no("neither, gone after 7 days", **not_screened("OR"), s7_hospital_discharge_at=f"{on_day(7)} 00:01"),
    no("neither, passed on from another team, gone 7 days after the stroke", **not_screened("OR"), s4_arrival_at="09/03/2025 10:00", s7_hospital_discharge_at=f"{on_day(7)} 10:00"),
    no("neither, day of discharge not answered", **LOCKED, **not_screened("OR"), s7_hospital_discharge_at=None),
    yes("both, gone after 6 days", s6_mood_screening_on=on_day(5), s6_cognition_screening_on=on_day(5), s7_hospital_discharge_at=f"{on_day(6)} 14:00"),
)  # fmt: skip
STANDARDS = (DIETITIAN, CONTINENCE, MOOD_AND_COGNITION)

# ------------------------------------------------------------------------------------------------ domain 10
JOINTLY = "s7_discharge_joint_care_planning"
JOINT_PLANNING = table(
    "stroke_tc_10_1_joint_care_planning",
    *who_is_discharged(base={JOINTLY: "Y"}),
    no("not planned", **{JOINTLY: "N"}),
    out("not_applicable", "not applicable"),
    out("not_applicable", "not answered", **LOCKED, **{JOINTLY: None}),
    out(("died", "not_applicable"), "died", **p.DIED),
    out("died", "died, yet answered", **{**p.DIED, JOINTLY: "Y"}),
    yes("to a care home", **p.TO_CARE_HOME, **{JOINTLY: "Y"}),
)
WITH_TEAM = "s7_discharged_esdmt"
SUPPORTED = table(
    "stroke_tc_10_2_early_supported_discharge",
    *who_is_discharged(),
    no("with a team that is not specialist", **{WITH_TEAM: "NS"}),
    no("without", **{WITH_TEAM: "N"}),
    no("with a community rehabilitation team only", **{WITH_TEAM: "N", "s7_discharged_mcrt": "SNS"}),
    no("not answered", **LOCKED, **{WITH_TEAM: None}),
    out("died", "died", **p.DIED),
)
FIBRILLATES, ANTICOAGULATED = "s7_discharge_atrial_fibrillation", "s7_discharge_atrial_fibrillation_anticoagulation"
ANTICOAGULATION = table(
    "stroke_tc_10_3_anticoagulated",
    *who_is_discharged(base={FIBRILLATES: "Y", ANTICOAGULATED: "Y"}),
    no("not anticoagulated", **{FIBRILLATES: "Y", ANTICOAGULATED: "N"}),
    no("anticoagulation not answered", **LOCKED, **{FIBRILLATES: "Y"}),
    out("accepted_reason", "not, for an accepted reason", **{FIBRILLATES: "Y", ANTICOAGULATED: "NB"}),
    out("no_fibrillation", "no atrial fibrillation"),
    out("no_fibrillation", "atrial fibrillation not answered", **LOCKED, **{FIBRILLATES: None}),
    out(("died", "no_fibrillation"), "died", **p.DIED),
    out("died", "died, yet answered", **{**p.DIED, FIBRILLATES: "Y", ANTICOAGULATED: "Y"}),
)
CONTACT = table(
    "stroke_tc_10_4_named_contact",
    *who_is_discharged(),
    no("none named", s7_discharge_named_contact="N"),
    no("not answered", **LOCKED, s7_discharge_named_contact=None),
    out("died", "died", **p.DIED),
)

DISCHARGE_MEASURE_TABLES: tuple[Table, ...] = (GOALS, BUNDLE, *STANDARDS, JOINT_PLANNING, SUPPORTED, ANTICOAGULATION, CONTACT)
