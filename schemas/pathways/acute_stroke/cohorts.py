"""Who belongs to which cohort of section 2.3, and on what basis: what an export says is locked, or what is complete.

Belongs here: derived fields of a record, and of a case once its records are one row. Does not belong here: facts across records
(``cases.LINK``), measures.

72 hours: by ``patient_clock_start_on``, of the case. Discharge: by ``team_clock_stop_on``, of the last inpatient record, unless a readmission.
Every team: by ``team_clock_stop_on``, of each record. Six months: by ``patient_clock_start_on``.
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.expressions import Choose, Constant, Expression, Holds, Not, all_of, any_of, field
from schemas.fields import Codes, Derived, Field, Kind
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.cases import OF_INPATIENT_TEAM

TO_72_HOURS, TO_DISCHARGE = ("arrival", "first_day", "three_days"), ("discharge",)
BASIS = Codes((("locked", "what the audit's export says is locked"), ("complete", "what has all its answers")))


def _is_complete(fields: Iterable[Field], stages: tuple[str, ...]) -> Expression:
    """Every question of the stages that is asked has an answer."""
    return all_of(*(_is_answered(f) for f in fields if f.due in stages and f.is_stored and f.required is not False))


def _is_answered(asked: Field) -> Expression:
    given = field(asked.name).is_present()
    return given if asked.required is True else any_of(Not(Holds(asked.required)), given)


def _truth(name: str, expression: Expression, description: str) -> Derived:
    return Derived(name, Kind.BOOLEAN, expression, description)


def _closed(locked: str, complete: str) -> Expression:
    return Choose(((field("cohort_basis").equals("locked"), Holds(field(locked))),), Holds(field(complete)))


_type = field("s7_discharge_type")
_handed_on = all_of(when.PASSED_ON, any_of(field("transfer_to_team_code").is_present(), field("s7_transfer_team_code").is_present()))
_ended = all_of(_type.is_present(), Not(Holds(when.PASSED_ON)), field("is_closed_to_discharge"))


def cohorts(fields: Iterable[Field]) -> tuple[Derived, ...]:
    fields = tuple(fields)
    return (
        Derived("cohort_basis", Kind.CODE, Choose(((field("locked_s1").is_present(), Constant("locked")),), Constant("complete")),
                "On what basis the record counts: sections locked, as an export says, or sections complete.", codes=BASIS),
        _truth("is_complete_to_72h", _is_complete(fields, TO_72_HOURS), "Sections 1 to 3 have all their answers."),
        _truth("is_complete_to_discharge", _is_complete(fields, TO_DISCHARGE), "Sections 4 to 7 have all their answers."),
        _truth("is_closed_to_72h", _closed("is_locked_to_72h", "is_complete_to_72h"), "Sections 1 to 3 count: locked, or complete, by the basis."),
        _truth("is_closed_to_discharge", _closed("is_locked_to_discharge", "is_complete_to_discharge"),
               "Sections 4 to 7 count: locked, or complete, by the basis."),
        _truth("is_in_72h_cohort", all_of(field("patient_clock_start_on").is_present(), field("is_closed_to_72h")),
               "Belongs to the 72-hour cohort, by the day of the patient's clock start."),
        _truth("is_in_discharge_cohort", all_of(OF_INPATIENT_TEAM, field("is_closed_to_discharge"), _type.is_present(), _type.differs_from(lists.TO_INPATIENT_TEAM)),
               "Ended inpatient care: belongs to the post-72-hour cohort of the discharging team, by the day the stay ended, unless a readmission."),
        _truth("is_in_every_team_cohort", all_of(OF_INPATIENT_TEAM, Holds(any_of(_handed_on, _ended))),
               "Belongs to the post-72-hour cohort of every team for its own part, by the day the stay ended."),
        _truth("is_in_six_month_cohort", all_of(field("patient_clock_start_on").is_present(), Holds(field("locked_s8"))),
               "Section 8 is locked; cases also belong to the six-month cohort once more than 8 months have passed since clock start."),
    )  # fmt: skip
