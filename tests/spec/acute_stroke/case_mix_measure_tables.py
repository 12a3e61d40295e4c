"""Cases for who the patients were. The patient is the textbook one (a woman of 76, NIHSS 8, Rankin 1 before) but for what is told."""

from __future__ import annotations

from schemas.pathways.acute_stroke.fields_nihss import ARRIVAL, names
from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.timed_rows import LOCKED, who_counts
from tests.spec.tables import NO, YES, Answer, Table, gives, no, out, table, yes

NO_AGE = {**LOCKED, "s1_birth_on": None}
AGED_80, AGED_81 = {"s1_birth_on": "04/03/1944"}, {"s1_birth_on": "03/03/1944"}
_NOT_COMPLETE = "an import, not complete"  # for want of this very answer
NO_ITEM = {"s2_nihss_arrival_visual": "-1"}


def yes_no(name: str, answer: str, textbook: Answer, **other: dict) -> Table:
    """``textbook``: what the textbook patient answers; ``other``: what the other answer changes beside."""
    changed = {answer: "N" if textbook == YES else "Y", **other}
    row = no if textbook == YES else yes
    return table(
        name,
        *who_counts(textbook),
        row("the other answer", **LOCKED, **changed),
        out("not_answered", "not answered", **LOCKED, **{answer: None}),
    )


CASE_MIX_TABLES: tuple[Table, ...] = (
    table("stroke_tc_age_years", *who_counts(("gives", 76)), gives(80, "81 tomorrow", **AGED_80), gives(81, "81 today", **AGED_81), gives(76, "as sent", **p.REFUSED),
          out("no_age", "not known", **NO_AGE)),
    table("stroke_tc_over_80", *who_counts(NO), no("81 tomorrow", **AGED_80), yes("81 today", **AGED_81), out("no_age", "not known", **NO_AGE)),
    table("stroke_tc_female", *who_counts(YES), no("a man", s1_gender="M"), out("not_answered", "not answered", **LOCKED, s1_gender=None)),
    table("stroke_tc_onset_in_hospital", *who_counts(NO), yes("an inpatient", **p.INPATIENT),
          out("not_answered", "not answered", **LOCKED, s1_onset_in_hospital=None)),
    yes_no("stroke_tc_fibrillation_before", "s2_com_atrial_fibrillation", NO),
    yes_no("stroke_tc_stroke_before", "s2_com_stroke_tia", NO),
    table("stroke_tc_independent_before", *(row for row in who_counts() if row.about != _NOT_COMPLETE),
          yes("Rankin 2", s2_rankin_before_stroke="2"), no("Rankin 3", s2_rankin_before_stroke="3"),
          yes("Rankin 0", s2_rankin_before_stroke="0"), out("not_answered", "not answered", **LOCKED, s2_rankin_before_stroke=None),
          out(("cohort", "not_answered"), _NOT_COMPLETE, s2_rankin_before_stroke=None)),
    table("stroke_tc_haemorrhage", *who_counts(NO), yes("a haemorrhage", **p.HAEMORRHAGE), out("type_not_known", "not imaged", **p.NOT_IMAGED),
          out("type_not_known", "not imaged, yet a type", **LOCKED, s2_brain_imaging_not_performed="TRUE"),
          out("type_not_known", "not answered", **LOCKED, s2_stroke_type=None)),
    table("stroke_tc_nihss_complete", *who_counts(YES), no("an item not known", **NO_ITEM), no("an item not answered", **LOCKED, s2_nihss_arrival_visual=None)),
    table("stroke_tc_nihss_on_arrival", *who_counts(("gives", 8)), gives(0, "no deficit", **dict.fromkeys(names(ARRIVAL), "0")),
          out("nihss_not_complete", "an item not known", **NO_ITEM)),
    yes_no("stroke_tc_palliative_72h", "s3_palliative_care", NO),
)  # fmt: skip
