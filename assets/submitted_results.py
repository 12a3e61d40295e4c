"""Submissions of results: rows of an aggregate dataset into ``measurement.submitted_result``, in one transaction.

Belongs here: the order of the steps between a typed frame and the written results. Does not belong here: reading and reshaping
(``assets.reading``), which results count (``assets.effective_results``), unknown names (``assets.named_organisations``).

Every row that is taken is written, also one that changes nothing: so a result still counts when the submission that told it
first is withdrawn. *Accepted* are the rows whose cell counts otherwise after the submission than before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, delete, func, select

from assets import deaths
from assets.effective_results import CONTENT, Cell, cells_between, changed_cells, effective_results, queue_results
from assets.ledger import Counts
from assets.named_organisations import find_codes, is_provisional, keep_unresolved
from assets.places import places
from assets.spared import rows_words, withdrawn_beside_rows
from assets.work import Applied, Work
from quality_checks.findings import Finding
from quality_checks.validate import validate
from schemas.datasets import Dataset, DatasetKind, Mode
from schemas.registry import Registry
from schemas.rules import Scope, Severity
from warehouse.loading import copy_frame
from warehouse.measurement_tables import submitted_result

NATION = "NATION"  # what a published national value is of
STORED = {"measure": "measure_name", "grain": "period_grain", "level": "level_code"}


def apply(connection: Connection, work: Work) -> Applied:
    """Take one submission of results. The ledger row states dataset, mode and period; the caller holds the lock of loads and commits."""
    _take_back_results(connection, work.row, work.registry, for_good=True)
    told = _told(connection, work)
    verdict = validate(work.conformed, work.dataset, work.row.rule_version, work.row.received_at, layout=work.read.layout)
    judged = Applied.judge(work, verdict, [*_sender_findings(connection, work), *_row_findings(work, told)])
    if judged.is_rejected:
        return judged
    taken = told[judged.taken]
    left_out = _left_out(connection, work.row, taken)
    reason = _hold_reason(work, len(left_out), len(taken))
    if reason:
        return judged.held(reason, len(left_out))
    if work.repeats:
        return _counted(work, judged, pd.Series(False, index=taken.index), 0)
    judged = judged.with_findings(_withdrawn_beside_rows(told[told.index.isin(judged.quarantined)], left_out))
    changed = _write(connection, work, taken)
    return _counted(work, judged, changed, len(left_out))


def take_back(connection: Connection, row: Row, dataset: Dataset, registry: Registry, case_rules: Mapping[str, int], for_good: bool) -> int:
    """Undo what a submission of results or deaths said: it stops counting, for it is withdrawn; its rows are deleted if ``for_good``.

    Returns how many rows it had said. The caller sets the state of a withdrawn submission in the same transaction.
    ``case_rules`` (pathway -> version) judge the cases of those whose death is taken back.
    """
    if dataset.kind is DatasetKind.PERSONS:
        return deaths.take_back(connection, row, registry, case_rules, for_good)
    return _take_back_results(connection, row, registry, for_good)


def apply_deaths(connection: Connection, work: Work) -> Applied:
    """Take one submission of deaths."""
    return deaths.apply(connection, work)


def _take_back_results(connection: Connection, row: Row, registry: Registry, for_good: bool) -> int:
    mine = submitted_result.c.submission_id == row.submission_id
    said, first, last = connection.execute(
        select(func.count(), func.min(submitted_result.c.period_start), func.max(submitted_result.c.period_start)).where(mine)
    ).one()
    if row.mode == Mode.REPLACE_PERIOD:
        first, last = min(filter(None, (first, row.period_start))), max(filter(None, (last, row.period_end)))
    if first is None:
        return 0
    before = cells_between(connection, first, last, counting=row.submission_id)
    after = cells_between(connection, first, last, without=row.submission_id)
    queue_results(connection, registry, changed_cells(before, after), row.submission_id)
    if for_good:
        connection.execute(delete(submitted_result).where(mine))
    return said


# ------------------------------------------------------------------------------------------------ rows
def _told(connection: Connection, work: Work) -> pd.DataFrame:
    """What the rows say, in the columns of the table, on the index of the file's rows; with ``name``, ``kind`` and ``parent``."""
    frame = work.conformed.frame
    is_reference = "organisation" not in frame
    names = pd.Series(NATION, index=frame.index, dtype=object) if is_reference else frame["organisation"]
    told = frame.rename(columns=STORED).reindex(columns=["measure_name", "period_grain", "period_start", *CONTENT])
    levels = {name: measure.levels[0] for name, measure in work.registry.measures.items() if measure.levels}
    return told.assign(
        submission_id=work.row.submission_id,
        row_number=frame.index,
        arrival_number=work.row.arrival_number,
        organisation_code=names if is_reference else find_codes(connection, names),
        is_reference=is_reference,
        source=_source(frame),
        is_withdrawal=work.row.mode == Mode.WITHDRAW,
        name=names,
        kind=told["measure_name"].map(levels),
        parent=frame.get("parent_organisation"),
    )


def _source(frame: pd.DataFrame) -> pd.Series:
    """Where a value was published; with the day, where that is told."""
    if "published_on" not in frame:
        return frame["source"]
    days = frame["published_on"].map(lambda day: f" (published {day.day} {day:%B %Y})" if day is not pd.NaT else "")
    return frame["source"] + days


def cells_of(told: pd.DataFrame) -> list[Cell]:
    """The cell of each row; the rows state all of it."""
    days = told["period_start"].dt.date
    columns = [days if name == "period_start" else told[name] for name in Cell._fields]
    return [Cell(*values) for values in zip(*columns, strict=True)]


def _write(connection: Connection, work: Work, taken: pd.DataFrame) -> pd.Series:
    """Write the rows and queue what they change; return whether the cell of each row changed."""
    if not len(taken) and work.row.mode != Mode.REPLACE_PERIOD:
        return pd.Series(False, index=taken.index)
    keep_unresolved(connection, taken[~taken["is_reference"]], work.row.submission_id)
    first, last = _days(work.row, taken)
    before = cells_between(connection, first, last, without=work.row.submission_id)
    copy_frame(connection, submitted_result, taken)
    after = cells_between(connection, first, last, counting=work.row.submission_id)
    changed = changed_cells(before, after)
    queue_results(connection, work.registry, changed, work.row.submission_id)
    return pd.Series([cell in changed for cell in cells_of(taken)], index=taken.index, dtype=bool)


def _days(row: Row, taken: pd.DataFrame) -> tuple[date, date]:
    days = [day for day in (taken["period_start"].min(), taken["period_start"].max()) if day is not pd.NaT]
    bounds = [day.date() for day in days] + ([row.period_start, row.period_end] if row.mode == Mode.REPLACE_PERIOD else [])
    return min(bounds), max(bounds)


# ------------------------------------------------------------------------------------------------ findings
def _finding(
    rule_id: str, name: str, severity: Severity, advice: str, row: int | None, field: str, scope: Scope = Scope.WAREHOUSE
) -> Finding:
    return Finding(rule_id, name, severity, scope, advice, None if row is None else int(row), field)


def _sender_findings(connection: Connection, work: Work) -> list[Finding]:
    """A provider sends results of its own; the network's office those of everybody, and the published national values."""
    if work.sender.is_office:
        return []
    if "organisation" not in work.conformed.frame:
        advice = "Published national values come from the network's office. Send them there."
        return [_finding("RES1", "national_values_come_from_the_office", Severity.REJECT_FILE, advice, None, "measure", Scope.FILE)]
    names = work.conformed.frame["organisation"]
    found = places(connection, names)
    foreign = names.index[names.notna() & (found["provider_code"] != work.sender.code)]
    advice = "This result is not of an organisation of the sender. Correct the code or name, or let that organisation send it."
    return [_finding("RES2", "result_is_of_the_sender", Severity.QUARANTINE_RECORD, advice, row, "organisation") for row in foreign]


def _row_findings(work: Work, told: pd.DataFrame) -> list[Finding]:
    return [*_unresolved_findings(told), *_repeated_findings(told), *_period_findings(work.row, told)]


def _unresolved_findings(told: pd.DataFrame) -> list[Finding]:
    """One finding a name, at its first row."""
    unknown = told[told["organisation_code"].map(is_provisional, na_action="ignore").fillna(False).astype(bool)]
    first = unknown.drop_duplicates("organisation_code").index
    advice = "No organisation bears this name or code. The results are kept under the name; the network's office can add it as an alias."
    return [_finding("RES3", "organisation_is_known", Severity.WARN, advice, row, "organisation") for row in first]


def _repeated_findings(told: pd.DataFrame) -> list[Finding]:
    """Rows of one cell: which of two different results is right cannot be told, so both are set aside; of two equal ones one is enough."""
    cell = list(Cell._fields)
    whole = told[told[cell].notna().all(axis=1)]
    repeated = whole[whole.duplicated(cell, keep=False)]
    different = repeated[~repeated.duplicated([*cell, *CONTENT], keep=False)]
    clashing = (
        pd.MultiIndex.from_frame(repeated[cell]).isin(pd.MultiIndex.from_frame(different[cell])) if len(repeated) else np.array([], bool)
    )
    aside = "Another row gives another result for the same organisation, measure and period. Keep the right one."
    again = "Another row says the same. Nothing to do; one of them is enough."
    name = "a_result_is_given_once"
    return [
        _finding("RES4", name, Severity.QUARANTINE_RECORD if clashes else Severity.WARN, aside if clashes else again, row, "measure")
        for row, clashes in zip(repeated.index, clashing, strict=True)
    ]


def _period_findings(row: Row, told: pd.DataFrame) -> list[Finding]:
    if row.mode != Mode.REPLACE_PERIOD:
        return []
    outside = ~told["period_start"].between(pd.Timestamp(row.period_start), pd.Timestamp(row.period_end))
    advice = "This result lies outside the period that the submission replaces. Correct its period or the manifest's."
    return [
        _finding("PER1", "result_lies_in_period", Severity.QUARANTINE_RECORD, advice, n, "period_start", Scope.RECORD)
        for n in told.index[outside]
    ]


# ------------------------------------------------------------------------------------------------ replace period
def _left_out(connection: Connection, row: Row, taken: pd.DataFrame) -> set[Cell]:
    """Cells that a ``replace period`` submission leaves out and so withdraws."""
    if row.mode != Mode.REPLACE_PERIOD:
        return set()
    counted = effective_results(without=row.submission_id).subquery()
    query = select(*(counted.c[name] for name in Cell._fields)).where(
        counted.c.dataset_name == row.dataset_name,
        counted.c.about_code == (row.organisation_code or row.sender_code),
        counted.c.arrival_number < row.arrival_number,
        counted.c.period_start.between(row.period_start, row.period_end),
    )
    return {Cell(*found) for found in connection.execute(query)} - set(cells_of(taken))


def _withdrawn_beside_rows(aside: pd.DataFrame, left_out: set[Cell]) -> list[Finding]:
    """Which of the rows set aside name a result that is withdrawn, or cannot say which they name: a result has no other place to be spared."""
    is_whole = aside[list(Cell._fields)].notna().all(axis=1)
    rows = [int(row) for row, whole, cell in zip(aside.index, is_whole, cells_of(aside), strict=True) if not whole or cell in left_out]
    if not rows or not left_out:
        return []
    results = "1 earlier result" if len(left_out) == 1 else f"{len(left_out)} earlier results"
    advice = (
        f"This file replaces its period and withdraws {results} for which no row could be taken. Rows that were set aside are, or may be, of these: "
        f"rows {rows_words(rows)}. Correct these rows and send them again."
    )
    return [withdrawn_beside_rows(advice)]


def _hold_reason(work: Work, left_out: int, taken: int) -> str | None:
    policy = work.dataset.hold_policy
    whole = left_out + taken
    if work.row.is_approved or (left_out <= policy.records and left_out <= policy.share * whole):
        return None
    return f"it would withdraw {left_out} of {whole} known results of the period"


# ------------------------------------------------------------------------------------------------ counts
def _counted(work: Work, judged: Applied, changed: pd.Series, withdrawn: int) -> Applied:
    """Final counts: of rows, or of the file's own units where its rows are not the records."""
    changed = changed.reindex(judged.taken.index, fill_value=False)
    units = work.read.units
    if units is None:
        return judged.loaded(changed, None, withdrawn)
    outcomes = np.select(
        [judged.taken & changed, judged.taken, judged.out_of_scope], ["accepted", "unchanged", "out of scope"], "quarantined"
    )
    aside = units.set_aside(judged.quarantined)
    counted = units.count(dict(zip(judged.taken.index, outcomes.tolist(), strict=True)), aside)
    named = {name.replace(" ", "_"): count for name, count in counted.items()}
    warned = units.touched_by(judged.warned.index[judged.warned & judged.taken])
    done = judged.finished(Counts(work.read.received_count, **named, warned=warned, withdrawn=withdrawn))
    return replace(done, quarantined=aside)
