"""Events as forms ask for them: when it happened, whether its time of day is known, or that it did not happen and why.

Belongs here: the shape of such an event, the rules that follow from it, and its exact instant. Does not belong here: the events of a
pathway and their fields (its folder), milestones (``schemas.datasets``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.expressions import Choose, Constant, DayOf, Expression, Holds, Not, any_of, field
from schemas.rules import Rule, Severity


@dataclass(frozen=True)
class TimedEvent:
    """``at`` names the field of the instant (or of the day), ``not_done`` the one that is true where the event did not happen.

    ``time_unknown`` is true where ``at`` holds a day without its time, written as midnight. That an event without an answer is missing,
    and when a reason is wanted, is said by the fields: ``Field.required``, ``Field.only_if``, ``Field.due``.
    """

    name: str
    title: str
    at: str
    time_unknown: Expression | None = None
    not_done: str | None = None
    rule_id: str = "EVT"
    midnight_rule_id: str | None = None

    @property
    def happened(self) -> Expression:
        return field(self.at).is_present()

    def exact(self) -> Expression:
        """The instant where its time of day is known: what intervals are made of."""
        if self.time_unknown is None:
            return field(self.at)
        return Choose(((Not(Holds(self.time_unknown)), field(self.at)),), Constant(None))

    def rules(self) -> Iterator[Rule]:
        """It did or did not happen, never both; a day without a time is a day."""
        if self.not_done:
            either = any_of(field(self.at).is_missing(), Not(Holds(field(self.not_done))))
            advice = f"{self.title}: there is a date, and the answer that it did not happen. Keep the one that is right."
            yield self._rule(self.rule_id, "happened_or_did_not", either, Severity.QUARANTINE_RECORD, (self.at, self.not_done), advice)
        if self.time_unknown is not None:
            flags = tuple(name for name in self.time_unknown.field_names() if name != self.at)
            dated = any_of(self.happened, Not(Holds(self.time_unknown)))
            advice = f"{self.title}: the time is said not to be known, but there is no day either. Enter the day."
            yield self._rule(f"{self.rule_id}.day", "has_a_day_if_its_time_is_not_known", dated, Severity.WARN, (self.at, *flags), advice)
        if self.midnight_rule_id:
            yield self._midnight()

    def _midnight(self) -> Rule:
        at_midnight = self.exact().differs_from(DayOf(field(self.at)))
        advice = f"{self.title}: exactly 00:00 often stands for a time that is not known. Check it, or mark the time as not entered."
        return self._rule(self.midnight_rule_id, "is_not_exactly_at_midnight", at_midnight, Severity.WARN, (self.at,), advice)

    def _rule(self, rule_id: str, name: str, requirement: Expression, severity: Severity, fields: tuple[str, ...], advice: str) -> Rule:
        return Rule(f"{rule_id}.{self.at}", f"{self.name}_{name}", requirement, severity, fields, advice, family="events")
