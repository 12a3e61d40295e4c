"""Which months are compared for an action: before it, after it, and what other actions on the same measure leave of them.

Belongs here: actions as plans of a comparison, their windows, whom they exclude. Does not belong here: values and effects (``assets.effects``).
The month in which a change begins is left out, unless it begins on the first. A phase is at most two years. Where actions of one place name the same
measure, each is compared with the time since the one before it, until the next begins: so no effect is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from sqlalchemy import Connection, select

from assets.result_frames import BETTER
from schemas.datasets import Pathway
from warehouse.improvement_current import current
from warehouse.improvement_tables import action_version
from warehouse.pathway_tables import organisation

LONGEST = 24  # months of a phase
# a year holds every season; six months of one provider are the fewest that tell a step from a good month
BEFORE_POINTS, AFTER_POINTS = 12, 6
Month = np.datetime64


@dataclass(frozen=True)
class Plan:
    """One action and one measure that it names. Months are datetime64[M], all inclusive.

    ``better`` is 1 or -1: the measure's better direction, or the wanted one of a neutral measure. ``cut_before`` and ``cut_after``: whether another action,
    or the end of this one, has shortened the phase.
    """

    number: int
    provider: str
    organisation: str
    measure: str
    better: int
    wanted: int
    started_on: date
    gone_on: date | None
    before_from: Month
    after_to: Month
    cut_before: bool = False
    cut_after: bool = False
    overlaps: tuple[int, ...] = ()

    @property
    def start_month(self) -> Month:
        return Month(self.started_on, "M")

    @property
    def before_to(self) -> Month:
        return self.start_month - 1

    @property
    def after_from(self) -> Month:
        return self.start_month + (self.started_on.day > 1)

    @property
    def reach(self) -> tuple[Month, Month]:
        """The months that could matter to it, whatever other actions there are."""
        return self.before_to - LONGEST, self.after_from + LONGEST


def plans(connection: Connection, pathway: Pathway) -> list[Plan]:
    """A plan for each measure of each action of the pathway that has begun, with its window."""
    said = current(action_version).subquery()
    query = select(said).where(said.c.pathway_name == pathway.name, said.c.status != "planned")
    rows = connection.execute(query).mappings().all()
    if not rows:
        return []
    successors = {
        code: to for code, to in connection.execute(select(organisation.c.organisation_code, organisation.c.successor_code)) if to
    }
    return windowed(plan for row in rows for plan in _plans_of(row, pathway, successors))


def _plans_of(row: Mapping, pathway: Pathway, successors: Mapping[str, str]) -> Iterator[Plan]:
    measures = {measure.name: measure for measure in pathway.measures}
    gone_on = row["ended_on"] if row["status"] == "abandoned" else None
    for wanted, names in ((1, row["measures_to_raise"]), (-1, row["measures_to_lower"])):
        for name in (name for name in names if name in measures):
            better = BETTER[measures[name].direction] or wanted
            places = (_today(row[column], successors) for column in ("provider_code", "organisation_code"))
            plan = Plan(row["number"], *places, name, better, wanted, row["started_on"], gone_on, *[Month("NaT", "M")] * 2)
            yield replace(plan, before_from=plan.before_to - (LONGEST - 1), after_to=plan.after_from + (LONGEST - 1))


def _today(code: str, successors: Mapping[str, str]) -> str:
    """Results are those of the organisation that has taken over."""
    while code in successors:
        code = successors[code]
    return code


# ------------------------------------------------------------------------------------------------ windows
def windowed(given: Iterable[Plan]) -> list[Plan]:
    """The plans, each with what the others of its place and measure leave of its window."""
    every = sorted(given, key=lambda plan: (plan.started_on, plan.number))
    found = []
    for place, plan in enumerate(every):
        plan = _ended(plan)
        for other in (other for other in every[:place] if _meet(plan, other)):
            plan = _after(plan, other)
        for other in (other for other in every[place + 1 :] if _meet(plan, other)):
            plan = _until(plan, other)
        found.append(plan)
    return found


def _meet(one: Plan, other: Plan) -> bool:
    """Whether two plans are about the same place, or one about a part of the other's, and the same measure."""
    places = {one.organisation, other.organisation}
    shares = one.provider == other.provider and (len(places) == 1 or one.provider in places)
    return shares and one.measure == other.measure and one.number != other.number


def _ended(plan: Plan) -> Plan:
    """What was given up has no effect from the month on in which that happened."""
    if plan.gone_on is None:
        return plan
    last = Month(plan.gone_on, "M") - 1
    return replace(plan, after_to=min(plan.after_to, last), cut_after=plan.cut_after or last < plan.after_to)


def _after(plan: Plan, earlier: Plan) -> Plan:
    """The time before begins when the earlier change was in place; or, if it was given up, when it had gone."""
    begins = earlier.after_from
    if earlier.gone_on is not None and earlier.gone_on < plan.started_on:
        begins = Month(earlier.gone_on, "M") + 1
    if begins <= plan.before_from:
        return plan
    return replace(plan, before_from=begins, cut_before=True, overlaps=(*plan.overlaps, earlier.number))


def _until(plan: Plan, later: Plan) -> Plan:
    last = later.start_month - 1
    if last >= plan.after_to:
        return plan
    return replace(plan, after_to=last, cut_after=True, overlaps=(*plan.overlaps, later.number))


def excluded(plan: Plan, every: Iterable[Plan]) -> set[str]:
    """Providers that this one is not compared with: itself, and whoever began something on the same measure within the window."""
    began = {other.provider for other in every if other.measure == plan.measure and plan.before_from <= other.start_month <= plan.after_to}
    return {plan.provider, *began}
