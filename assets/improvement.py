"""Submissions of leads, aims and improvement actions: rows into what was said, in one transaction.

Belongs here: the order of the steps between a typed frame and the written rows, and what becomes stale. Does not belong here: findings
that need the warehouse (``assets.improvement_findings``), which rows count (``warehouse.improvement_current``), effects (``assets.effects``).
Nothing is ever undone: what counts is a view over what effective submissions said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import ARRAY, Connection, Date, Row, Table, Text, column, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from assets import improvement_findings as findings
from assets.places import places
from assets.work import Applied, Work
from quality_checks.validate import validate
from schemas.change_ideas import ideas_in
from schemas.datasets import Dataset, Mode
from schemas.improvement import NAMES
from schemas.registry import Registry
from warehouse.improvement_current import CASELESS, KEYS, current, sync_change_ideas
from warehouse.improvement_tables import action_version, aim_version, change_idea, lead_contact, lead_version
from warehouse.loading import copy_frame
from warehouse.stale import queue_cells

TABLES: dict[str, Table] = {NAMES["lead"]: lead_version, NAMES["aim"]: aim_version, NAMES["action"]: action_version}
STORED = {
    "pathway": "pathway_name", "measure": "measure_name", "baseline": "baseline_value", "target": "target_value", "target_date": "target_on", "set_date": "set_on",
    "start_date": "started_on", "end_date": "ended_on",
}  # fmt: skip
SEVERAL = ("signals", "measures_to_raise", "measures_to_lower")
OF_THE_SUBMISSION = ("submission_id", "row_number", "arrival_number", "number", "told_at")
Content = tuple  # what a row says, without where it was said


def apply(connection: Connection, work: Work) -> Applied:
    """Take one submission of leads, aims or actions. The caller holds the lock of loads and commits."""
    table = TABLES[work.dataset.name]
    take_back(connection, work.row, work.dataset, work.registry, for_good=True)
    told = _told(connection, work)
    verdict = validate(work.conformed, work.dataset, work.row.rule_version, work.row.received_at, layout=work.read.layout)
    judged = Applied.judge(work, verdict, findings.before_loading(work, told, _keys(table, told)))
    if judged.is_rejected or work.repeats:
        return judged if judged.is_rejected else judged.loaded(judged.taken & False, None, 0)
    taken = told[judged.taken]
    changed = _write(connection, work, table, taken)
    if table is action_version:
        judged = judged.with_findings(findings.of_actions(connection, taken, _add_ideas(connection, work, taken)))
    return judged.loaded(changed.reindex(judged.taken.index, fill_value=False), None, 0)


def take_back(connection: Connection, row: Row, dataset: Dataset, registry: Registry, for_good: bool) -> int:
    """Queue what changes when a submission counts no more; delete its rows if ``for_good``. Returns how many rows it had said.

    The caller sets the state of a withdrawn submission in the same transaction.
    """
    table = TABLES[dataset.name]
    mine = table.c.submission_id == row.submission_id
    said = connection.scalar(select(func.count()).select_from(table).where(mine))
    if said:
        before, after = (
            _counting(connection, table, **which) for which in ({"counting": row.submission_id}, {"without": row.submission_id})
        )
        _queue(connection, registry, table, _differing(before, after), row)
    if for_good:
        connection.execute(delete(table).where(mine))
    return said


# ------------------------------------------------------------------------------------------------ rows
def _told(connection: Connection, work: Work) -> pd.DataFrame:
    """What the rows say, in the columns of the table, on the index of the file's rows; with ``organisation`` as written."""
    frame = work.conformed.frame
    found = places(connection, frame["organisation"])
    told = frame.rename(columns=STORED).assign(
        submission_id=work.row.submission_id,
        row_number=frame.index,
        arrival_number=work.row.arrival_number,
        is_withdrawal=work.row.mode == Mode.WITHDRAW,
        organisation_code=found["site_code"],
        provider_code=found["provider_code"],
    )
    for name in (name for name in SEVERAL if name in told):
        told[name] = [list(held) if isinstance(held, tuple) else [] for held in told[name]]
    return _of_actions(told) if work.dataset.name == NAMES["action"] else told


def _of_actions(told: pd.DataFrame) -> pd.DataFrame:
    ideas = [ideas_in(text) if isinstance(text, str) else {} for text in told["change_ideas"]]
    return told.assign(cycle_number=told["cycle_number"].fillna(1).astype(int), ideas=ideas, change_ideas=[list(named) for named in ideas])


def _keys(table: Table, told: pd.DataFrame) -> pd.Series:
    """What each row is about; two rows with one key tell of one thing."""
    columns = [told[name].str.lower() if name in CASELESS else told[name] for name in KEYS[table.name]]
    return pd.Series(list(zip(*columns, strict=True)), index=told.index, dtype=object)


def _write(connection: Connection, work: Work, table: Table, taken: pd.DataFrame) -> pd.Series:
    """Write the rows, queue what they change; return for each row whether what counts is another than before."""
    before = _counting(connection, table, without=work.row.submission_id)
    copy_frame(connection, table, taken)
    if table is lead_version:
        copy_frame(connection, lead_contact, taken)
    after = _counting(connection, table, counting=work.row.submission_id)
    changed = _differing(before, after)
    _queue(connection, work.registry, table, changed, work.row)
    return pd.Series([key in changed for key in _keys(table, taken)], index=taken.index, dtype=bool)


def _add_ideas(connection: Connection, work: Work, taken: pd.DataFrame) -> dict[str, str]:
    """Add the ideas that nobody has named before to the vocabulary; return what it held before, name -> title."""
    sync_change_ideas(connection, work.registry)
    known = dict(map(tuple, connection.execute(select(change_idea.c.change_idea, change_idea.c.title))))
    rows = {
        name: {"change_idea": name, "title": title, "pathway_name": row.pathway_name, "is_declared": False, "added_by": row.provider_code}
        for row in taken.itertuples() for name, title in row.ideas.items() if name not in known
    }  # fmt: skip
    if rows:
        connection.execute(insert(change_idea).on_conflict_do_nothing(), list(rows.values()))
    return known


# ------------------------------------------------------------------------------------------------ what counts, before and after
def _counting(connection: Connection, table: Table, **which) -> dict[tuple, dict]:
    """Key -> what counts of it. A lead's address is part of what is said, and is looked at here only."""
    query = current(table, **which)
    if table is lead_version:
        said = query.subquery()
        joined = said.join(
            lead_contact, (lead_contact.c.submission_id == said.c.submission_id) & (lead_contact.c.row_number == said.c.row_number)
        )
        query = select(said, lead_contact.c.contact_address).select_from(joined)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return {tuple(row[name].lower() if name in CASELESS else row[name] for name in KEYS[table.name]): row for row in rows}


def _differing(before: dict[tuple, dict], after: dict[tuple, dict]) -> dict[tuple, list[dict]]:
    """Key -> the rows, before and after, of what counts otherwise."""
    both = {key: (before.get(key), after.get(key)) for key in {**before, **after}}
    return {key: [row for row in pair if row] for key, pair in both.items() if _content(pair[0]) != _content(pair[1])}


def _content(row: dict | None) -> Content | None:
    return None if row is None else tuple((name, value) for name, value in row.items() if name not in OF_THE_SUBMISSION)


# ------------------------------------------------------------------------------------------------ staleness
def _queue(connection: Connection, registry: Registry, table: Table, changed: dict[tuple, list[dict]], row: Row) -> None:
    """Queue the month in which a changed action starts, or in which an aim was told: what was computed of it is made again."""
    if table is lead_version:
        return
    cells: dict[str, set[tuple[str, date]]] = {}
    for one in (one for rows in changed.values() for one in rows):
        name = one["pathway_name"] if table is action_version else registry.pathway_of_measure(one["measure_name"]).name
        cells.setdefault(name, set()).add(
            (one["organisation_code"], one["started_on"] if table is action_version else row.received_at.date())
        )
    for name, found in cells.items():
        _queue_cells(connection, registry, name, sorted(found), row.submission_id)


def _queue_cells(connection: Connection, registry: Registry, pathway: str, cells: Sequence[tuple[str, date]], submission_id: str) -> None:
    codes, days = zip(*cells, strict=True)
    given = (
        func.unnest(literal(list(codes), ARRAY(Text)), literal(list(days), ARRAY(Date)))
        .table_valued(column("code", Text), column("day", Date))
        .render_derived()
    )
    queue_cells(connection, registry.pathway(pathway), select(given.c.code, given.c.day), submission_id)
