"""How the records of several teams become one stroke: chain of transfers, sequence, collapsing order, rules between records.

Belongs here: declarations after sections 2.1 to 2.4 and decisions 5, 19 and 22 of the reference. Does not belong here: what is known from one
record alone (``derived``), cohorts (``cohorts``), how the house links and collapses.
"""

from __future__ import annotations

from schemas.case_links import (
    AnyTrue,
    BestOf,
    CaseLink,
    CaseRule,
    Chain,
    Collapse,
    Earliest,
    Fact,
    First,
    Latest,
    MostFilled,
    Section,
    Where,
)
from schemas.expressions import Not, all_of, field
from schemas.pathways.acute_stroke.events import EARLY
from schemas.pathways.acute_stroke.fields_first_day import BRAIN_IMAGING
from schemas.pathways.acute_stroke.rules_reperfusion import before_the_end
from schemas.rules import PairRule, Rule, Scope, Severity

OF_INPATIENT_TEAM = all_of(Not(field("is_community_team")), Not(field("is_six_month_record")))
LINK = CaseLink(
    chain=Chain("pro_clin_v1_id", "transfer_to_pro_clin_v1_id", "transfer_from_pro_clin_v1_id", "patient_id"),
    same=("s1_first_arrival_at",),
    apart=("s4_arrival_at",),  # decision 19
    order=("stay_began_at",),
    leads=OF_INPATIENT_TEAM,
    credited=OF_INPATIENT_TEAM,
    facts=(
        Fact("is_readmission", field("is_community_team"), "The patient had gone to a community team and came back to this one."),
        Fact("is_followed_by_inpatient_team", OF_INPATIENT_TEAM, "A later record of the case is an inpatient team's.", side="later"),
    ),
    rules=(
        CaseRule("V26b", "atrial_fibrillation_is_told_alike", "The records of this stroke disagree on atrial fibrillation before it (2.1.3): correct one of them.",
                 ("s2_com_atrial_fibrillation",)),
        CaseRule("V26c", "dementia_is_told_alike", "The records of this stroke disagree on dementia before it (2.1.6): correct one of them.",
                 ("s2_com_dementia",)),
        CaseRule("V40d", "transfers_are_told_by_both_records",
                 "A record names another as the next or the last one, which does not name it: check the transfers in the audit's tool."),
    ),
)  # fmt: skip

# section 2.4; that death ends a stay too, and that a community team's record never stands for the hospital's, is our choice
_LOCKS = tuple(f"locked_s{n}" for n in range(1, 9))
COLLAPSE = Collapse(
    prefer=(
        Where(OF_INPATIENT_TEAM), Where(Not(field("is_readmission"))), Latest("team_clock_stop_at"), MostFilled(),
        Where(field("transfer_to_team_code").is_missing()), MostFilled("s7_"),
    ),
    sections=(
        Section(("team_code", "pro_clin_v1_id", "patient_id", "transfer_from_"), (First(),)),
        # the first three sections are one for all teams: that of the record that locked them, else the fullest
        *(Section((f"s{n}_", *more), (Where(field(f"locked_s{n}")), MostFilled(f"s{n}_"))) for n, more in ((1, ("age_years",)), (2, ()), (3, ()))),
        *(Section((f"s{n}_",)) for n in (4, 5, 6, 7)),
        Section(("s8_",), (Where(field("locked_s8")), MostFilled("s8_"))),
    ),
    fill=(
        BestOf(("s1_onset_at", "s1_onset_time_not_entered", "s1_onset_date_type", "s1_onset_time_type"), "s1_onset_time_type", ("P", "BE", "NK")),
        Earliest("s2_thrombolysis_at"), Earliest("s2_iai_arterial_puncture_at"), AnyTrue(_LOCKS),
    ),
)  # fmt: skip

PAIR_RULES = (
    PairRule("V25b", "one_stroke_a_day", "duplicate",
             "Two strokes of one person on one day: the audit keeps the second. Correct the day, or leave it at that.", within_days=0, earlier=True),
)  # fmt: skip


def _within_the_case(asked) -> Rule:
    """Sections 1 to 3 belong to the pathway, so they end with the case (decision 5)."""
    id = "V09c" if asked is BRAIN_IMAGING else f"V19c.{asked.at}"
    return Rule(id, f"{asked.event.name}_not_after_the_end_of_the_case", before_the_end(asked), Severity.QUARANTINE_RECORD, (asked.at,),
                f"{asked.event.title}: it lies after the end of the last stay of this stroke. Correct one of the dates.", Scope.WAREHOUSE, "across records")  # fmt: skip


CASE_RULES = tuple(_within_the_case(asked) for asked in EARLY)
