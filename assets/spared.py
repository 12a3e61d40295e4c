"""Whose records a replaced period leaves as they were: the patients of the rows that it set aside.

What is absent from a ``replace period`` file is withdrawn, and a row that is set aside is not absent. Its faults may lie in the very fields that
say which record it tells of, so the patient is spared, not one record: of a person one of whose rows was set aside the file withdraws nothing.
Belongs here: whom a submission spares, and what it says where it could not see whom. Does not belong here: what counts (``assets.effective_records``).
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, delete

from assets import persons
from assets.work import Applied, Work
from quality_checks.findings import Finding
from quality_checks.receipt.sentences import row_ranges
from schemas.datasets import Mode, Pathway
from schemas.rules import Scope, Severity
from warehouse.detail_tables import spared_table
from warehouse.loading import copy_frame

ROWS_TOLD = 24  # ranges of rows that the finding names


def find_spared(connection: Connection, work: Work, judged: Applied, linked: pd.DataFrame) -> tuple[list[str], list[int]]:
    """Known persons of the rows set aside, and the rows whose patient nobody knows; both empty for another mode.

    ``linked``: the rows that could be linked, with ``person_id`` and ``is_new``, on the file's row numbers.
    """
    if work.row.mode != Mode.REPLACE_PERIOD or not judged.quarantined:
        return [], []
    aside = pd.Index(sorted(judged.quarantined))
    frame = work.conformed.frame
    rest = frame.loc[frame.index.isin(aside) & ~frame.index.isin(linked.index)]
    nowhere = pd.Series(work.row.organisation_code, index=rest.index, dtype=object)
    found = (
        persons.identify(connection, work.keys, persons.identities(work.dataset, rest, nowhere), rest.index)
        if len(rest)
        else linked.iloc[:0]
    )
    rows = pd.concat([linked.loc[linked.index.isin(aside), ["person_id", "is_new"]], found[["person_id", "is_new"]]])
    known = rows[~rows["is_new"].astype(bool)]
    return sorted(set(known["person_id"])), [int(row) for row in aside.difference(known.index)]


def spare(connection: Connection, pathway: Pathway, submission_id: str, person_ids: list[str]) -> None:
    """Note whom the submission spares, for whenever it is asked again what counts."""
    if not person_ids:
        return
    copy_frame(connection, spared_table(pathway), pd.DataFrame({"person_id": person_ids}, dtype=object).assign(submission_id=submission_id))


def spare_nobody(connection: Connection, pathway: Pathway, submission_id: str) -> None:
    """The submission is about to speak again, or no longer counts."""
    table = spared_table(pathway)
    connection.execute(delete(table).where(table.c.submission_id == submission_id))


def unknown_findings(rows: list[int], withdrawn: int) -> list[Finding]:
    """What is said where records are withdrawn and rows of unknown patients were set aside: these may have been meant for those."""
    if not rows or not withdrawn:
        return []
    records = "1 earlier record" if withdrawn == 1 else f"{withdrawn} earlier records"
    advice = (
        f"This file replaces its period and withdraws {records} that it does not name. Some of these may be what you meant by rows that were set aside and "
        f"whose patient we do not know by the number they give: rows {rows_words(rows)}. Correct these rows and send them again."
    )
    return [withdrawn_beside_rows(advice)]


def rows_words(rows: list[int]) -> str:
    """``2, 5-9`` and how many more there are."""
    ranges, left_out = row_ranges(rows, ROWS_TOLD)
    return ranges + (f" and {left_out:,} more" if left_out else "")


def withdrawn_beside_rows(advice: str) -> Finding:
    """The finding on a file that withdraws what rows that were set aside may have meant."""
    return Finding("PER2", "what_is_withdrawn_is_absent", Severity.WARN, Scope.FILE, advice)
