"""Which records of patients count: those of effective submissions, but for the periods that a later one replaces.

Belongs here: marking them, what a ``replace period`` submission leaves out, taking a submission back. Does not belong here: taking a
submission (``assets.records``), what is folded from the records that count (``assets.cases``, ``assets.team_records``).
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import ARRAY, Connection, Row, Text, Uuid, all_, delete, literal, select, text, update

from assets import cases as case_store
from assets import team_records
from assets.spared import spare_nobody
from schemas.datasets import Mode, Pathway
from warehouse.detail_tables import record_table, spared_table, unit_column
from warehouse.intake_tables import submission
from warehouse.tables import EFFECTIVE_STATES


def take_back(connection: Connection, pathway: Pathway, row: Row, for_good: bool) -> int:
    """Undo what a submission said: its records are deleted (it is about to speak again) or no longer effective (withdrawn).

    Returns how many records it had said. What it had replaced is effective again.
    """
    record = record_table(pathway)
    said = connection.execute(
        select(unit_column(pathway).cast(Text).label("case_id"), record.c.person_id.cast(Text), record.c.organisation_code).where(
            record.c.submission_id == row.submission_id
        )
    ).all()
    if not said:
        return 0
    organisations = {r.organisation_code for r in said}
    affected = [r.case_id for r in said] + _cases_of_period(connection, pathway, row)

    def write(touched) -> None:
        mine = record.c.submission_id == row.submission_id
        connection.execute(delete(record).where(mine) if for_good else update(record).where(mine).values(is_effective=False))
        if row.mode == Mode.REPLACE_PERIOD:
            spare_nobody(connection, pathway, row.submission_id)
            settle_effectiveness(connection, pathway, organisations, row, counts=False)
        case_store.refold(connection, pathway, touched)

    change(connection, pathway, affected, {r.person_id for r in said}, row, write)
    return len(said)


def settle_effectiveness(connection: Connection, pathway: Pathway, organisations, row: Row, counts: bool) -> None:
    """Mark each record of the organisations as effective or not: by its submission's state, and by periods replaced later.

    A replaced period leaves the records of those whom it spares (``assets.spared``). That is noted by person, not on the records, so it holds
    for records that are said again, and neither an order of loading nor a withdrawal can lose it.
    ``row`` is the submission at work, whose state is not final: ``counts`` tells whether it is to count as effective.
    """
    record, spared = f"pathway.{record_table(pathway).name}", f"pathway.{spared_table(pathway).name}"
    connection.execute(
        text(f"""
        with effective as (
            select submission_id, arrival_number, mode, organisation_code, period_start, period_end from intake.submission
            where dataset_name = :dataset and case when submission_id = :own then :counts else state = any(:states) end)
        update {record} as r set is_effective = wanted.is_effective
        from (
            select f.submission_id, f.row_number, exists (select from effective where submission_id = f.submission_id) and not exists (
                select from effective as p
                where p.mode = 'replace period' and p.arrival_number > f.arrival_number and p.organisation_code = f.organisation_code
                  and f.clock_on between p.period_start and p.period_end
                  and not exists (select from {spared} as s where s.submission_id = p.submission_id and s.person_id = f.person_id)) as is_effective
            from {record} as f where f.organisation_code = any(:organisations)
        ) as wanted
        where r.submission_id = wanted.submission_id and r.row_number = wanted.row_number and r.is_effective <> wanted.is_effective"""),
        {
            "states": list(EFFECTIVE_STATES),
            "organisations": list(organisations),
            "own": row.submission_id,
            "counts": counts,
            "dataset": row.dataset_name,
        },
    )


def replaced_cases(connection: Connection, pathway: Pathway, row: Row, rows: pd.DataFrame, spared: Iterable[str]) -> list[str]:
    """Cases that a ``replace period`` submission leaves out: those of the organisation and period that it does not name, but for the persons ``spared``.

    None where it takes no row: it is rejected then, and changes nothing.
    """
    if not len(rows):
        return []
    record = record_table(pathway)
    still_counts = (
        record.c.is_effective,
        record.c.arrival_number < row.arrival_number,
        record.c.person_id != all_(literal(list(spared), ARRAY(Uuid(as_uuid=False)))),
    )
    return sorted(set(_cases_of_period(connection, pathway, row, *still_counts)) - set(rows["case_id"]))


def _cases_of_period(connection: Connection, pathway: Pathway, row: Row, *more) -> list[str]:
    """Cases of the records in the period that a ``replace period`` submission is about; none for another mode."""
    if row.mode != Mode.REPLACE_PERIOD:
        return []
    record = record_table(pathway)
    query = (
        select(unit_column(pathway).cast(Text))
        .distinct()
        .where(record.c.organisation_code == row.organisation_code, record.c.clock_on.between(row.period_start, row.period_end), *more)
    )
    return list(connection.scalars(query))


def is_overtaken(connection: Connection, row: Row, known: pd.DataFrame) -> bool:
    """Whether something that arrived later is already known of the cases ``known`` (``last_arrival_number``) or replaces their period."""
    if (known["last_arrival_number"] > row.arrival_number).any():
        return True
    later = select(submission.c.submission_id).where(
        submission.c.dataset_name == row.dataset_name, submission.c.mode == Mode.REPLACE_PERIOD,
        submission.c.arrival_number > row.arrival_number, submission.c.state.in_(EFFECTIVE_STATES),
    )  # fmt: skip
    return connection.execute(later.limit(1)).first() is not None


def change(connection: Connection, pathway: Pathway, *what) -> pd.DataFrame:
    """``change`` of ``assets.cases``, or of ``assets.team_records`` where cases have the records of several teams."""
    change_of = team_records.change if pathway.case_dataset.case_link else case_store.change
    return change_of(connection, pathway, *what)
