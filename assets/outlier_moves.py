"""The way of a period outlier through the declared workflow, and its history.

Belongs here: detecting, moving, falling due, reading. Does not belong here: states and transitions (``schemas.outlier_workflow``), who
is an outlier (``assets.outliers``). Every change adds an event; no event is ever changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, Engine, insert, select, text, update

from assets.result_frames import Moment
from assets.signal_routes import route_outliers
from assets.working_days import working_days_after
from schemas.outlier_workflow import DETECTED, NOTED, STATES, State
from schemas.outliers import Level
from warehouse.outlier_tables import period_outlier, period_outlier_evaluation, period_outlier_event

ACTOR = "refresh"


class OutlierError(ValueError):
    """An outlier cannot be moved as asked; the message says what can be done."""


@dataclass(frozen=True)
class Outlier:
    """An outlier as its next step finds it."""

    number: int
    state: str
    due_on: date | None

    @property
    def is_closed(self) -> bool:
        return STATES[self.state].is_final


# ------------------------------------------------------------------------------------------------ by the refresh
def detect(connection: Connection, pathway: str, found: pd.DataFrame, moment: Moment) -> pd.DataFrame:
    """Open an outlier for each row of ``found`` (cell and level), in its order; the rows with ``period_outlier_id``. Positive ones are only noted."""
    rows = [_opened(pathway, row, moment) for row in found.itertuples()]
    if not rows:
        return found.assign(period_outlier_id=[])
    made = insert(period_outlier).returning(period_outlier.c.period_outlier_id, sort_by_parameter_order=True)
    numbers = list(connection.execute(made, rows).scalars())
    events = [
        _event(
            number,
            "noted" if row["state"] == NOTED else "detected",
            None,
            row["state"],
            row["due_on"],
            moment.now,
            ACTOR,
            f"level: {level}",
        )
        for number, row, level in zip(numbers, rows, found["level"], strict=True)
    ]
    connection.execute(insert(period_outlier_event), events)
    route_outliers(connection, [number for number, row in zip(numbers, rows, strict=True) if row["state"] != NOTED], moment.now)
    return found.assign(period_outlier_id=numbers)


def _opened(pathway: str, row, moment: Moment) -> dict:
    state = NOTED if row.level == Level.POSITIVE else DETECTED
    cell = {name: getattr(row, name) for name in ("measure_name", "organisation_code", "period_grain")}
    due = _due(STATES[state], moment.today, None)
    return {
        **cell, "pathway_name": pathway, "period_start": row.period_start.date(), "state": state, "due_on": due,
        "state_since": moment.now, "detected_at": moment.now,
    }  # fmt: skip


def note_evaluation(connection: Connection, outlier: Outlier, note: str, moment: Moment) -> None:
    """An evaluation on other data than before that moves nothing: closing is for people."""
    event = _event(outlier.number, "evaluated again", outlier.state, outlier.state, outlier.due_on, moment.now, ACTOR, note)
    connection.execute(insert(period_outlier_event), [event])


def enter_again(connection: Connection, outlier: Outlier, note: str, moment: Moment) -> None:
    """The workflow of a closed outlier from its beginning."""
    _enter(connection, outlier, STATES[DETECTED], "detected again", moment.now, ACTOR, note)


def fall_due(engine: Engine, now: datetime) -> int:
    """Move every outlier whose time is over into the state for that; how many. Those without such a state are only late."""
    waiting = [state.name for state in STATES.values() if state.when_overdue]
    with engine.begin() as connection:
        query = select(period_outlier).where(period_outlier.c.state.in_(waiting), period_outlier.c.due_on < now.date()).with_for_update()
        found = [Outlier(row.period_outlier_id, row.state, row.due_on) for row in connection.execute(query)]
        for outlier in found:
            next_state = STATES[STATES[outlier.state].when_overdue]
            _enter(connection, outlier, next_state, "fell due", now, ACTOR, f"nothing until {outlier.due_on.isoformat()}")
    return len(found)


# ------------------------------------------------------------------------------------------------ by people
def advance(connection: Connection, number: int, to: str, *, actor: str, note: str, now: datetime) -> State:
    """Move an outlier into the state ``to``, in the caller's transaction; the state. Raises ``OutlierError``."""
    row = connection.execute(select(period_outlier).where(period_outlier.c.period_outlier_id == number).with_for_update()).one_or_none()
    if row is None:
        raise OutlierError(f"there is no outlier {number}; `common-cause outliers list` names them")
    if not note.strip():
        raise OutlierError("a note says why: the history is read by others")
    allowed = STATES[row.state].leads_to
    if to not in allowed:
        ways = f"it can become: {', '.join(allowed)}" if allowed else "nothing follows"
        raise OutlierError(f"outlier {number} is {row.state}, and cannot become {to}; {ways}")
    _check_level(connection, number, STATES[to])
    _enter(connection, Outlier(number, row.state, row.due_on), STATES[to], "moved", now, actor, note.strip())
    return STATES[to]


def _check_level(connection: Connection, number: int, state: State) -> None:
    evaluation = period_outlier_evaluation
    latest = (
        select(evaluation.c.level)
        .where(evaluation.c.period_outlier_id == number)
        .order_by(evaluation.c.period_outlier_evaluation_id.desc())
    )
    level = connection.scalar(latest.limit(1))
    if state.needs and level not in state.needs:
        raise OutlierError(f"the latest evaluation of outlier {number} is: {level}; {state.name} needs {' or '.join(state.needs)}")


def _enter(connection: Connection, outlier: Outlier, state: State, event: str, now: datetime, actor: str, note: str) -> None:
    due = _due(state, now.date(), outlier.due_on)
    moved = update(period_outlier).where(period_outlier.c.period_outlier_id == outlier.number)
    connection.execute(moved.values(state=state.name, due_on=due, state_since=now))
    connection.execute(insert(period_outlier_event), [_event(outlier.number, event, outlier.state, state.name, due, now, actor, note)])


def _due(state: State, today: date, before: date | None) -> date | None:
    if state.keeps_due and before is not None:
        return before
    return working_days_after(today, state.days) if state.days else None


def _event(number: int, event: str, before: str | None, after: str, due: date | None, now: datetime, actor: str, note: str) -> dict:
    return {
        "period_outlier_id": number, "event": event, "from_state": before, "to_state": after, "due_on": due, "happened_at": now,
        "actor": actor, "note": note,
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ reading
LATEST = """
select o.*, e.level, e.observed, e.expected, e.value, e.statistic, e.limit_crossed, n.organisation_name, m.title as measure_title
from measurement.period_outlier o
join pathway.organisation n on n.organisation_code = o.organisation_code
join measurement.measure m on m.measure_name = o.measure_name
cross join lateral (select * from measurement.period_outlier_evaluation e where e.period_outlier_id = o.period_outlier_id
    order by e.period_outlier_evaluation_id desc limit 1) e
where (cast(:pathway as text) is null or o.pathway_name = :pathway)
    and (cast(:organisation as text) is null or o.organisation_code = :organisation) and (:everything or o.state <> all(:closed))
order by o.due_on nulls last, o.period_outlier_id
"""


def outliers(connection: Connection, pathway: str | None = None, organisation: str | None = None, everything: bool = False) -> Sequence:
    """Outliers with their latest evaluation, those first that are due first; closed and noted ones only with ``everything``."""
    closed = [state.name for state in STATES.values() if state.is_final]
    given = {"pathway": pathway, "organisation": organisation, "everything": everything, "closed": closed}
    return connection.execute(text(LATEST), given).all()


def told(connection: Connection, number: int) -> tuple[Sequence, Sequence, Sequence]:
    """(the outlier, its evaluations, its events), in order. Raises ``OutlierError`` if there is none."""
    tables = (period_outlier, period_outlier_evaluation, period_outlier_event)
    found = [connection.execute(table.select().where(table.c.period_outlier_id == number).order_by(table.c[0])).all() for table in tables]
    if not found[0]:
        raise OutlierError(f"there is no outlier {number}; `common-cause outliers list` names them")
    return found[0], found[1], found[2]
