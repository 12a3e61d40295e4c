"""What repeats on the form, said once: kinds of questions, conditions, events with their triplet, orders of events.

Belongs here: small makers of fields and expressions. Does not belong here: any particular question.
A maker takes the audit's own header and names the field by rule (``naming``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.events import TimedEvent
from schemas.expressions import Expression, MinutesBetween, Not, all_of, any_of, days_between, field
from schemas.fields import CodePrefix, Codes, Field, Kind, OnlyIf
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.naming import name_of
from schemas.rules import Severity

# teams are known to the house by the audit's code with this prefix (``published.TEAMS``)
TEAM_CODE = CodePrefix("SSNAP", r"C?[0-9]{3}")
MIDNIGHT_RULE = "V42"


# ------------------------------------------------------------------------------------------------ questions
def text(header: str, description: str, **more) -> Field:
    return Field(name_of(header), header, Kind.TEXT, description, **more)


def answer(header: str, codes: Codes, description: str, **more) -> Field:
    return Field(name_of(header), header, Kind.CODE, description, codes=codes, **more)


def yes_no(header: str, description: str, **more) -> Field:
    return answer(header, lists.YES_NO, description, **more)


def bit(header: str, description: str, **more) -> Field:
    """A box to tick: an empty cell says no."""
    return Field(name_of(header), header, Kind.BOOLEAN, description, blank="FALSE", **more)


def number(header: str, lowest: int, highest: int, description: str, **more) -> Field:
    return Field(name_of(header), header, Kind.INTEGER, description, minimum=lowest, maximum=highest, **more)


def day(header: str, description: str, **more) -> Field:
    return Field(
        name_of(header), header, Kind.DATE, description, **{"earliest": policy.FIRST_AUDIT_DAY, "latest": policy.LAST_AUDIT_DAY, **more}
    )


def instant(header: str, description: str, **more) -> Field:
    first, last = policy.FIRST_AUDIT_DAY, policy.LAST_AUDIT_DAY
    # an instant is later than the midnight with which its last day begins
    return Field(name_of(header), header, Kind.DATETIME, description, earliest=first, latest=date(last.year + 1, 1, 1), **more)


def asked_if(condition: Expression, rule_id: str, severity: Severity = Severity.QUARANTINE_RECORD, since: Expression | None = None) -> dict:
    """Wanted where the condition holds (and, of a later version of the form, ``since`` then), empty where it does not."""
    return {"only_if": OnlyIf(condition, rule_id, severity), "required": condition if since is None else all_of(since, condition)}


def allowed_if(condition: Expression, rule_id: str, severity: Severity = Severity.QUARANTINE_RECORD) -> dict:
    """Empty where the condition does not hold, and not missed where it does."""
    return {"only_if": OnlyIf(condition, rule_id, severity)}


# ------------------------------------------------------------------------------------------------ events
@dataclass(frozen=True)
class Asked:
    """An event of the form: what it is, and the fields that ask for it."""

    event: TimedEvent
    fields: tuple[Field, ...]
    is_timed: bool

    @property
    def at(self) -> str:
        return self.event.at

    @property
    def exact(self) -> str:
        """The derived field with the event's instant where the time of day is known (the day's own field for a day)."""
        return f"{self.event.name}_at" if self.is_timed else self.event.at


def event(
    name: str, title: str, header: str, question: str, *, due: str, flag: str | None = None, not_done: str | None = None,
    reason: tuple[str, Codes] | None = None, when: tuple | None = None, wanted: bool = True, time_unknown: Expression | None = None,
    **more,
) -> Asked:  # fmt: skip
    """``header`` ends in ``DateTime`` (timed: with a flag "time not entered") or in ``Date``. ``when`` are the parts of an ``OnlyIf``."""
    is_timed = header.endswith("DateTime")
    flag = (flag or header.removesuffix("DateTime") + "TimeNotEntered") if is_timed else None
    condition = {"only_if": OnlyIf(*when)} if when else {}
    due_then = {"due": due}
    happened = [Not(field(name_of(not_done)))] if not_done else []
    required = all_of(*([when[0]] if when else []), *happened) if when or happened else True
    make = instant if is_timed else day
    fields = [
        make(
            header,
            f"{question} {title}: {'date and time' if is_timed else 'date'}.",
            required=required if wanted else False,
            **condition,
            **due_then,
            **more,
        )
    ]
    if flag:
        fields.append(bit(flag, f"{question} {title}: ticked if the time of day was not entered.", **due_then))
    if not_done:
        fields.append(bit(not_done, f"{question} {title}: ticked if it did not happen.", **condition, **due_then))
    if reason:
        fields.append(
            answer(
                reason[0], reason[1], f"{question} {title}: why it did not happen.", **asked_if(_did_not(not_done, when), "V15"), **due_then
            )
        )
    unknown = time_unknown if time_unknown is not None else field(name_of(flag)) if flag else None
    told = TimedEvent(
        name, title, name_of(header), unknown, name_of(not_done) if not_done else None, "V15", MIDNIGHT_RULE if is_timed else None
    )
    return Asked(told, tuple(fields), is_timed)


def _did_not(not_done: str, when: tuple | None) -> Expression:
    ticked = field(name_of(not_done))
    return all_of(when[0], ticked) if when else ticked


# ------------------------------------------------------------------------------------------------ orders of events
def not_before(first: Asked, then: Asked) -> Expression:
    """Judged by the minutes where both times of day are known, by the days alone otherwise."""
    by_days = days_between(first.at, then.at) >= 0
    if not (first.is_timed and then.is_timed):
        return by_days
    return all_of(by_days, MinutesBetween(field(first.exact), field(then.exact)) >= 0)


def minutes_after_start(then: Asked) -> MinutesBetween:
    return MinutesBetween(field("clock_start_at"), field(then.exact))


def after_clock_start(then: Asked, within_minutes: int | None = None) -> Expression:
    """Not before the clock started and, if given, at most so many minutes after it."""
    days = days_between("clock_start_on", then.at)
    minutes = minutes_after_start(then)
    tests = [days >= 0, *([minutes >= 0] if then.is_timed else [])]
    if within_minutes is not None:
        tests += [days <= -(-within_minutes // policy.DAY), *([minutes <= within_minutes] if then.is_timed else [])]
    return all_of(*tests)


def at_most_after(first: Asked, then: Asked, minutes: int) -> Expression:
    exact = MinutesBetween(field(first.exact), field(then.exact))
    return all_of(days_between(first.at, then.at) <= -(-minutes // policy.DAY), exact <= minutes)


def if_given(name: str, test: Expression) -> Expression:
    """True where there is nothing to be tested."""
    return any_of(field(name).is_missing(), test)


def all_empty(*names: str) -> Expression:
    return all_of(*(field(name).is_missing() for name in names))


def any_ticked(*names: str) -> Expression:
    return any_of(*(field(name) for name in names))
