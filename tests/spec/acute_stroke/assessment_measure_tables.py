"""Cases for the key indicators of specialists' and therapists' assessments in 72 hours. The patient is the textbook one but for what is told."""

from __future__ import annotations

from tests.spec.acute_stroke.timed_rows import LOCKED, Timed, after, minutes_of, who_counts, within
from tests.spec.tables import Table, gives, no, out, table, yes

# ------------------------------------------------------------------------------------------------ domain 4
METHOD, SEEN_AT = "s3_stroke_consultant_first_contact_method", "s3_stroke_consultant_assessed_at"
CONTACT_AT = "s3_stroke_consultant_first_contact_at"
NO_CONTACT = {CONTACT_AT: None, METHOD: None, "s3_stroke_consultant_no_first_contact": "TRUE"}
CONSULTANT = Timed(CONTACT_AT, "s3_stroke_consultant_first_contact_time_not_entered", NO_CONTACT)
PHONED, TELEMEDICINE = {METHOD: "TELEP"}, {METHOD: "TELEM"}
NEVER_SEEN = {SEEN_AT: None, "s3_stroke_consultant_not_assessed": "TRUE"}
OLDER_FORM = {**LOCKED, CONTACT_AT: None, METHOD: None}

CONSULTANT_24H = table(
    "stroke_tc_4_1_consultant_24h",
    *who_counts(),
    *within(CONSULTANT, 1440),
    yes("by telephone, in person after exactly 1440 minutes", **PHONED, **{SEEN_AT: after(1440)}),
    no("by telephone, in person after 1441 minutes", **PHONED, **{SEEN_AT: after(1441)}),
    yes("by telemedicine, in person in time", **TELEMEDICINE, **{SEEN_AT: after(600)}),
    no("by telephone only", **PHONED, **NEVER_SEEN),
    no("by telemedicine only", **TELEMEDICINE, **NEVER_SEEN),
    no(
        "by telephone, in person at a time not entered",
        **PHONED,
        **{SEEN_AT: "03/03/2025 00:00"},
        s3_stroke_consultant_assessed_time_not_entered="TRUE",
    ),
    no("how, not answered", **LOCKED, **{METHOD: None}),
    no("in person too late, another time in time", **LOCKED, **{CONTACT_AT: after(1441), SEEN_AT: after(600)}),
    yes("on the older form, which asks only for this, in time", **OLDER_FORM, **{SEEN_AT: after(1440)}),
    no("on the older form, a minute late", **OLDER_FORM, **{SEEN_AT: after(1441)}),
)
NO_CONSULTANT = "no_time_of_consultant"
MINUTES_TO_CONSULTANT = table(
    "stroke_tc_4_2_minutes_to_consultant",
    *who_counts(("gives", 40), untimed=(NO_CONSULTANT,)),
    *minutes_of(CONSULTANT, NO_CONSULTANT),
    out(NO_CONSULTANT, "no contact", **NO_CONTACT),
    gives(600, "by telephone, in person after 600 minutes", **PHONED, **{SEEN_AT: after(600)}),
    out(NO_CONSULTANT, "by telephone only", **PHONED, **NEVER_SEEN),
    gives(600, "on the older form", **OLDER_FORM, **{SEEN_AT: after(600)}),
)

NOT_BY_NURSE = {"s3_stroke_nurse_assessed_at": None, "s3_stroke_nurse_not_assessed": "TRUE"}
NURSE = Timed("s3_stroke_nurse_assessed_at", "s3_stroke_nurse_assessed_time_not_entered", NOT_BY_NURSE)
NURSE_24H = table("stroke_tc_4_3_nurse_24h", *who_counts(), *within(NURSE, 1440))
MINUTES_TO_NURSE = table(
    "stroke_tc_4_4_minutes_to_nurse",
    *who_counts(("gives", 10), untimed=("no_time_of_nurse",)),
    *minutes_of(NURSE, "no_time_of_nurse"),
    out("no_time_of_nurse", "not assessed", **NOT_BY_NURSE),
)

LATER = "s3_swallow_screening_72hrs_at"


def not_in_4_hours(reason: str | None, later: str | None = None) -> dict:
    """Not screened within 4 hours, for this reason; ``later`` is when within 72 hours."""
    never = {} if later else {"s3_swallow_screening_72hrs_not_performed": "TRUE", "s3_swallow_screening_72hrs_not_performed_reason": "OR"}
    first = {"s2_swallow_screening_4hrs_at": None, "s2_swallow_screening_4hrs_not_performed": "TRUE"}
    return {**first, "s2_swallow_screening_4hrs_not_performed_reason": reason, LATER: later, **never}


SCREEN = Timed("s2_swallow_screening_4hrs_at", "s2_swallow_screening_4hrs_time_not_entered", not_in_4_hours("OR"))
_LATE = after(300)
SWALLOW_SCREENED = table(
    "stroke_tc_4_5_swallow_screened_4h",
    *who_counts(),
    *within(SCREEN, 240),
    out("refused_or_unwell", "refused", **not_in_4_hours("PR")),
    out("refused_or_unwell", "medically unwell", **not_in_4_hours("PU")),
    out("refused_or_unwell", "refused, screened later (decision 13)", **not_in_4_hours("PR", _LATE)),
    out("refused_or_unwell", "medically unwell, screened later (decision 13)", **not_in_4_hours("PU", _LATE)),
    no("reason not known", **not_in_4_hours("NK")),
    no("reason not answered", **LOCKED, **not_in_4_hours(None)),
    no("for organisational reasons, screened after 5 hours", **not_in_4_hours("OR", _LATE)),
    yes("told by the later question, yet after exactly 240 minutes", **not_in_4_hours("OR", after(240))),
    no("told by the later question, after 241 minutes", **not_in_4_hours("OR", after(241))),
    no("refused when asked later only", **{**not_in_4_hours("OR"), "s3_swallow_screening_72hrs_not_performed_reason": "PR"}),
)


def assessment(stem: str) -> Timed:
    """Assessment by a therapist; not done for organisational reasons."""
    at, not_done = f"s3_{stem}_72hrs_at", f"s3_{stem}_72hrs_not_assessed"
    flag = f"s3_{stem}_72hrs_time_not_entered"
    return Timed(at, flag, {at: None, not_done: "TRUE", f"{not_done}_reason": "OR"}, {not_done: "FALSE", f"{not_done}_reason": None})


def not_assessed(stem: str, reason: str | None) -> dict:
    return {**assessment(stem).not_done, f"s3_{stem}_72hrs_not_assessed_reason": reason}


_SWALLOW, _NOT_TO_BE = "sp_lang_therapist_swallow", "refused_unwell_or_passed_screen"
SWALLOW_ASSESSED = table(
    "stroke_tc_4_6_swallow_assessed_72h",
    *who_counts(base=assessment(_SWALLOW).written("04/03/2025 12:00")),
    *within(assessment(_SWALLOW), 4320),
    out(_NOT_TO_BE, "passed the screen"),
    out(_NOT_TO_BE, "refused", **not_assessed(_SWALLOW, "PR")),
    out(_NOT_TO_BE, "medically unwell", **not_assessed(_SWALLOW, "PU")),
    no("reason not known", **not_assessed(_SWALLOW, "NK")),
    no("reason not answered", **LOCKED, **not_assessed(_SWALLOW, None)),
)
SPECIALISTS = (CONSULTANT_24H, MINUTES_TO_CONSULTANT, NURSE_24H, MINUTES_TO_NURSE, SWALLOW_SCREENED, SWALLOW_ASSESSED)


# ------------------------------------------------------------------------------------------------ domain 8, first 72 hours
def therapist(stem: str, first: int, short: str, minutes: int) -> tuple[Table, Table]:
    """``minutes`` is what the textbook patient waited."""
    event, left_out, untimed = assessment(stem), "refused_unwell_or_no_deficit", "no_time_within_72h"
    excused = (("refused", "PR"), ("medically unwell", "PU"), ("no relevant deficit", "ND"))
    others = (("reason not known", not_assessed(stem, "NK")), ("reason not answered", {**LOCKED, **not_assessed(stem, None)}))
    return (
        table(
            f"stroke_tc_8_{first}_{short}_72h",
            *who_counts(),
            *within(event, 4320),
            *(out(left_out, about, **not_assessed(stem, reason)) for about, reason in excused),
            *(no(about, **changes) for about, changes in others),
        ),
        table(
            f"stroke_tc_8_{first + 1}_minutes_to_{short}",
            *who_counts(("gives", minutes), untimed=(untimed,)),
            *minutes_of(event, untimed),
            out(untimed, "after 4321 minutes", **event.written(after(4321))),
            *(out(untimed, about, **not_assessed(stem, reason)) for about, reason in excused),
            *(out(untimed, about, **changes) for about, changes in (*others, ("organisational reasons", event.not_done))),
        ),
    )


THERAPISTS = (
    *therapist("occ_therapist", 1, "occupational_therapist", 1440),
    *therapist("physio", 3, "physiotherapist", 1500),
    *therapist("sp_lang_therapist_comm", 5, "communication_therapist", 1560),
)

ASSESSMENT_TABLES: tuple[Table, ...] = (*SPECIALISTS, *THERAPISTS)
