"""Rules V14 to V17, V19, and parts of V34, V36 and V37: assessments, therapy, and the stay with this team.

Belongs here: requirements on sections 3 to 6 of one record, against its own discharge (decision 5). Does not belong here: V15 (the events
themselves), how the stay ended (``rules_discharge``).
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.expressions import Expression, all_of, any_of, days_between, field
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import fields_three_days as early
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_admission import GOALS, THERAPIES, WORKS
from schemas.pathways.acute_stroke.fields_stay import COGNITION, CONTINENCE_PLAN, DIETITIAN, LATE_ASSESSMENTS, MOOD
from schemas.pathways.acute_stroke.parts import Asked, after_clock_start, if_given, minutes_after_start, not_before
from schemas.rules import Rule, Severity

ASIDE, WARN = Severity.QUARANTINE_RECORD, Severity.WARN
ENDS = ("s7_hospital_discharge_at", "s7_death_on")
_PALLIATIVE = "s3_palliative_care_decision_on"


def _rule(id: str, name: str, requirement: Expression, severity: Severity, fields: tuple[str, ...], advice: str, family: str) -> Rule:
    return Rule(id, name, requirement, severity, fields, advice, family=family)


# ------------------------------------------------------------------------------------------------ the first 72 hours
def _within_72_hours(asked: Asked) -> Rule:
    return _rule(f"V14.{asked.at}", f"{asked.event.name}_within_72_hours", after_clock_start(asked, policy.SECTION_3_WITHIN_MINUTES), ASIDE, (asked.at,),
                 f"{asked.event.title}: section 3 takes what happened from the clock start to 72 hours after it. Correct the time, or answer in section 6.",
                 "assessments")  # fmt: skip


_palliative_days = days_between("clock_start_on", _PALLIATIVE)
ASSESSMENTS = (
    *map(_within_72_hours, early.EVENTS),
    _rule(f"V14.{_PALLIATIVE}", "palliative_decision_within_72_hours", all_of(_palliative_days >= 0, _palliative_days <= 3), ASIDE, (_PALLIATIVE,),
          "The decision for palliative care lies before the clock start or more than 72 hours after it: correct it, or answer in section 6.", "assessments"),
    _rule("V34c", "first_contact_not_after_the_consultant_in_person", not_before(early.CONSULTANT_CONTACT, early.CONSULTANT_SEEN), ASIDE,
          (early.CONSULTANT_SEEN.at, early.CONSULTANT_CONTACT.at),
          "The consultant saw the patient before the first contact: correct one of the times.", "assessments"),
    _rule("V34d", "passed_screen_only_if_screened",
          when.NEVER_SCREENED.implies(field("s3_sp_lang_therapist_swallow_72hrs_not_assessed_reason").differs_from(lists.PASSED_SCREEN)), ASIDE,
          ("s3_sp_lang_therapist_swallow_72hrs_not_assessed_reason", "s3_swallow_screening_72hrs_not_performed"),
          "A patient who was never screened cannot have passed the screen: correct the reason, or the screen.", "assessments"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ first and later records
def _as_on_first_arrival(id: str, severity: Severity, is_first: Expression) -> Iterator[Rule]:
    """In the import layout a first record cannot be told from a later one, so there it is a warning (decision 4)."""
    same = (
        ("a", "arrival", field("s4_arrival_at").equals(field("s1_first_arrival_at")), ("s4_arrival_at", "s1_first_arrival_at"), "4.1 equals 1.13"),
        ("b", "ward", field("s4_first_ward").equals(field("s1_first_ward")), ("s4_first_ward", "s1_first_ward"), "4.2 equals 1.14"),
        ("c", "stroke_unit", all_of(
            field("s4_stroke_unit_arrival_at").equals(field("s1_first_stroke_unit_arrival_at")),
            field("s4_stroke_unit_arrival_na").equals(field("s1_first_stroke_unit_arrival_na")),
        ), ("s4_stroke_unit_arrival_at", "s1_first_stroke_unit_arrival_at"), "4.3 equals 1.15"),
    )  # fmt: skip
    for letter, what, equal, fields, rule in same:
        # an empty box of section 4 says no, also before the section is entered
        asked = all_of(is_first, field("s4_arrival_at").is_present())
        yield _rule(f"{id}{letter}", f"{what}_of_{'an_untransferred' if severity is ASIDE else 'a_first'}_record_is_told_alike", asked.implies(equal), severity,
                    fields, f"Where the patient came straight to this team, {rule}: correct one of them, unless the patient came from another team.",
                    "transfers")  # fmt: skip


FIRST_RECORD = (
    *_as_on_first_arrival("V16", ASIDE, field("is_first_record")),
    *_as_on_first_arrival("V16w", WARN, field("is_first_record").is_missing()),
)


# ------------------------------------------------------------------------------------------------ therapy
def _therapy_rules(work: str, title: str) -> Iterator[Rule]:
    days, minutes, assistant = (field(f"s4_{work}_{what}") for what in ("days", "minutes", "rehab_assistant_minutes"))
    end = f"s4_{work}_end_on"
    span = days_between("s4_arrival_at", end)
    none = days.equals(0).implies(any_of(minutes.is_missing(), minutes.equals(0)))  # decision 3
    some = all_of(none, (days > 0).implies(minutes > 0))
    before_leaving = all_of(span >= 0, *(if_given(left, days_between(end, left) >= 0) for left in (*ENDS, "s7_end_rehab_on")))
    named = title.capitalize()
    yield _rule(f"V17a.{work}", f"{work}_days_fit_the_stay", days <= span + 1, ASIDE, (f"s4_{work}_days", end, "s4_arrival_at"),
                f"{named}: more days than there are from arrival to the end date. Correct the days or a date.", "therapy")  # fmt: skip
    yield _rule(f"V17b.{work}", f"{work}_is_at_most_300_minutes_a_day", minutes <= days * policy.THERAPY_MINUTES_A_DAY, ASIDE,
                (f"s4_{work}_minutes", f"s4_{work}_days"), f"{named}: more than 300 minutes a day. Correct the minutes or the days.", "therapy")  # fmt: skip
    yield _rule(f"V17c.{work}", f"{work}_has_minutes_if_it_has_days", some, ASIDE, (f"s4_{work}_minutes", f"s4_{work}_days"),
                f"{named}: days without minutes, or minutes without days. Correct one of them.", "therapy")  # fmt: skip
    yield _rule(f"V17d.{work}", f"{work}_ends_within_the_stay", before_leaving, ASIDE, (end, "s4_arrival_at", "s7_hospital_discharge_at"),
                f"{named}: the end date lies before arrival or after the end of the stay. Correct one of the dates.", "therapy")  # fmt: skip
    yield _rule(f"V36.{work}", f"{work}_by_assistants_is_a_part", assistant < minutes, ASIDE, (f"s4_{work}_rehab_assistant_minutes", f"s4_{work}_minutes"),
                f"{named}: the minutes of assistants are a part of all minutes, and fewer. Correct one of them.", "therapy")  # fmt: skip


THERAPY = tuple(rule for work, title in zip(WORKS, THERAPIES.values(), strict=True) for rule in _therapy_rules(work, title))


# ------------------------------------------------------------------------------------------------ by discharge
def _after_72_hours(asked: Asked) -> Rule:
    days = days_between("clock_start_on", asked.at)
    requirement = all_of(days >= 3, minutes_after_start(asked) > policy.SECTION_3_WITHIN_MINUTES)
    return _rule(f"V37t.{asked.at}", f"{asked.event.name}_after_72_hours", requirement, ASIDE, (asked.at,),
                 f"{asked.event.title}: what happened within 72 hours of the clock start belongs to section 3. Correct the time.", "by discharge")  # fmt: skip


def _not_before_start(asked: Asked, id: str) -> Rule:
    return _rule(f"{id}.{asked.at}", f"{asked.event.name}_not_before_clock_start", after_clock_start(asked), ASIDE, (asked.at,),
                 f"{asked.event.title}: the date lies before the clock start. Correct it.", "by discharge")  # fmt: skip


_start, _end = "s6_int_pneumatic_comp_start_on", "s6_int_pneumatic_comp_end_on"
_compression = all_of(
    days_between("clock_start_on", _start) >= 0, days_between(_start, _end) >= 0,
    *(if_given(left, days_between(last, left) >= 0) for last in (_start, _end) for left in ENDS),
)  # fmt: skip
BY_DISCHARGE = (
    *map(_after_72_hours, LATE_ASSESSMENTS),
    _not_before_start(GOALS, "V36t"),
    *(_not_before_start(asked, "V37t") for asked in (CONTINENCE_PLAN, DIETITIAN, MOOD, COGNITION)),
    _rule("V37a", "late_palliative_decision_after_72_hours", days_between("clock_start_on", "s6_palliative_care_by_discharge_on") >= 3, ASIDE,
          ("s6_palliative_care_by_discharge_on",), "A decision within 72 hours of the clock start belongs to section 3: correct the date.", "by discharge"),
    _rule("V37b", "compression_lies_within_the_stay", _compression, ASIDE, (_start, _end),
          "Compression begins before the clock start, ends before it begins, or lasts beyond the stay: correct one of the dates.", "by discharge"),
)  # fmt: skip

RULES = (*ASSESSMENTS, *FIRST_RECORD, *THERAPY, *BY_DISCHARGE)
