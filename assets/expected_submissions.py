"""What should have come: expectations, their fulfilment, and the signals on what is late, missing or stuck.

Belongs here: planning from each dataset's declared expectation, marking what came, the events. Does not belong here: the life of
signals (``assets.signals``), when to look (``assets.refresh``, ``pipelines``).
A sender is expected to send a dataset from the first period it has sent data for. Late from the day after the due day; missing
from 30 days after that. What is more than a year overdue is no longer worth a signal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from assets.ledger import stuck
from assets.signals import Event, Settled, settle
from schemas.datasets import Dataset, DatasetKind
from schemas.registry import Registry
from warehouse.detail_tables import record_table
from warehouse.tables import EFFECTIVE_STATES

LATE, MISSING, STUCK = "submission late", "submission missing", "submission stuck"
MISSING_AFTER_DAYS = 30
FORGOTTEN_AFTER_DAYS = 366
STUCK_RULE = "submission_is_final_in_time"
COMES_FROM = {
    DatasetKind.RECORDS: "(select submission_id, clock_on as day from pathway.{records} where is_effective and not is_withdrawal)",
    DatasetKind.RESULTS: "(select submission_id, period_start as day from measurement.submitted_result where not is_withdrawal)",
}
CAME = """
select s.sender_code, date_trunc(:grain, d.day::timestamp)::date as period_start, min(s.arrival_number) as arrival_number
from {source} d join intake.submission s using (submission_id) join pathway.organisation o on o.organisation_code = s.sender_code
where s.dataset_name = :dataset and s.state = any(:states) and (o.is_member or o.organisation_kind = 'network')
group by 1, 2
"""
PLAN = """
with came as ({came}), first as (
    select sender_code, min(period_start) as period_start from came group by 1
    union all select code, date_trunc(:grain, cast(:today as timestamp))::date from unnest(cast(:declared as text[])) code
     where code not in (select sender_code from came)
), period as (
    select sender_code, day::date as period_start, (day + cast(:length as interval) - interval '1 day')::date as period_end
    from first cross join lateral generate_series(period_start::timestamp, cast(:today as timestamp), cast(:length as interval)) day
)
insert into intake.expected_submission (sender_code, dataset_name, period_start, period_end, due_on)
select sender_code, :dataset, period_start, period_end, period_end + cast(:days as int) from period
on conflict (sender_code, dataset_name, period_start) do update set period_end = excluded.period_end, due_on = excluded.due_on
where (expected_submission.period_end, expected_submission.due_on) is distinct from (excluded.period_end, excluded.due_on)
"""
MARK = """
with came as ({came})
update intake.expected_submission e set met_by_submission_id = s.submission_id, met_on = s.received_at::date
from intake.expected_submission x left join came c using (sender_code, period_start) left join intake.submission s using (arrival_number)
where x.dataset_name = :dataset and e.dataset_name = :dataset and e.sender_code = x.sender_code and e.period_start = x.period_start
  and e.met_by_submission_id is distinct from s.submission_id
"""
LENGTHS = {"month": "1 month", "quarter": "3 months", "year": "1 year"}


def plan_expectations(connection: Connection, registry: Registry, today: date, declared: Iterable[tuple[str, str]] = ()) -> int:
    """Bring ``expected_submission`` up to today and mark what came; return how many rows changed.

    ``declared`` are (sender, dataset) of members who are to send but never have: expected from the current period on.
    """
    pairs, changed = list(declared), 0
    for dataset in _expecting(registry):
        given = _given(dataset, today, [sender for sender, name in pairs if name == dataset.name])
        came = _came(registry, dataset)
        changed += connection.execute(text(PLAN.format(came=came)), given).rowcount
        changed += connection.execute(text(MARK.format(came=came)), given).rowcount
    return changed


def _expecting(registry: Registry) -> list[Dataset]:
    return [dataset for dataset in registry.datasets.values() if dataset.expectation and dataset.kind in COMES_FROM]


def _given(dataset: Dataset, today: date, declared: Sequence[str]) -> dict:
    expectation = dataset.expectation
    return {
        "grain": expectation.grain, "length": LENGTHS[expectation.grain], "days": expectation.due_after_days, "dataset": dataset.name,
        "states": list(EFFECTIVE_STATES), "today": today, "declared": list(declared),
    }  # fmt: skip


def _came(registry: Registry, dataset: Dataset) -> str:
    pathway = registry.pathway_of_dataset(dataset.name)
    is_records = dataset.kind is DatasetKind.RECORDS
    return CAME.format(source=COMES_FROM[dataset.kind].format(records=f'"{record_table(pathway).name}"' if is_records else ""))


# ------------------------------------------------------------------------------------------------ signals
def watch_submissions(engine: Engine, registry: Registry, now: datetime, declared: Iterable[tuple[str, str]] = ()) -> Settled:
    """Plan, mark, and make the signals on late and missing submissions agree with what is outstanding."""
    with engine.begin() as connection:
        plan_expectations(connection, registry, now.date(), declared)
        rows = connection.execute(text("select * from intake.expected_submission")).all()
        pathways = {name: getattr(registry.pathway_of_dataset(name), "name", None) for name in registry.datasets}
        examined = {(kind, pathways.get(row.dataset_name), None, row.sender_code, None) for row in rows for kind in (LATE, MISSING)}
        events = [event for row in rows if (event := overdue(row, pathways.get(row.dataset_name), now.date()))]
        return settle(connection, examined, events, now, "the submission has come, or has turned from late to missing")


def overdue(row, pathway_name: str | None, today: date) -> Event | None:
    """The event of an expected submission (a row of the table) that is overdue today; None if it came or is not due."""
    days = (today - row.due_on).days
    if row.met_by_submission_id or not 0 < days <= FORGOTTEN_AFTER_DAYS:
        return None
    kind = MISSING if days > MISSING_AFTER_DAYS else LATE
    since = row.due_on + timedelta(days=1 if kind is LATE else MISSING_AFTER_DAYS + 1)
    parameters = {name: getattr(row, name).isoformat() for name in ("period_start", "period_end", "due_on")}
    subject = (kind, pathway_name, None, row.sender_code, None)
    parameters |= {"dataset_name": row.dataset_name, "missing_after_days": MISSING_AFTER_DAYS}
    return Event(subject, f"{row.dataset_name}_in_time", 1, since, since, parameters, False)


def watch_stuck(engine: Engine, now: datetime, stuck_after_minutes: int = 15) -> Settled:
    """Make the signals on stuck submissions agree with the ledger: what should have been finished after so many minutes."""
    with engine.begin() as connection:
        rows = stuck(connection, now, stuck_after_minutes)
        opened = connection.execute(
            text("select organisation_code, submission_id from measurement.signal where kind = :kind and state <> 'closed'"),
            {"kind": STUCK},
        )
        examined = {(STUCK, None, None, row.organisation_code, row.submission_id) for row in opened}
        events = [
            Event(
                (STUCK, None, None, row.sender_code, row.submission_id),
                STUCK_RULE,
                1,
                day,
                day,
                {"state": row.state, "stuck_after_minutes": stuck_after_minutes},
                False,
            )
            for row in rows
            for day in [row.received_at.date()]
        ]
        return settle(
            connection, {*examined, *(event.subject for event in events)}, events, now, "the submission has reached a final state"
        )
