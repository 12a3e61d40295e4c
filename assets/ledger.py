"""The ledger of submissions: reading and moving their states.

Belongs here: ``intake.submission`` and ``intake.effect``, and which submissions want work. Does not belong here: the work.
State is in Postgres and nowhere else: whoever holds the advisory lock of a submission works on it; lock free and state not final
means that it must be run (again).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, Row, and_, case, exists, insert, or_, select, update

from quality_checks.finding_table import NO_ROW, FindingTable
from warehouse.intake_tables import effect, finding_kind, quarantined_row, submission
from warehouse.loading import copy_frame
from warehouse.tables import EFFECTIVE_STATES, FINAL_STATES

AUTOMATIC_ATTEMPTS = 3  # of one that fails by itself
CRASHES = 20  # of one whose process was killed: the file is hardly to blame, but a poisonous one must not be tried for ever
# in the detail of an effect: pathway -> version of the rules by which cases were judged; the rule by which a file that had been taken was refused;
# the dataset that it was taken as, for declarations may come by which the file is one of another
CASE_RULES, REFUSED_BY, DATASET = "case_rule_versions", "refused_by", "dataset_name"


class UnknownSubmission(LookupError):
    """There is no submission with this id."""


@dataclass(frozen=True)
class Counts:
    """Rows of a submission. ``received`` = ``accepted`` + ``unchanged`` + ``out_of_scope`` + ``quarantined``."""

    received: int
    accepted: int = 0
    unchanged: int = 0
    out_of_scope: int = 0
    quarantined: int = 0
    warned: int = 0
    withdrawn: int = 0

    def columns(self) -> dict[str, int]:
        return {f"{name}_count": value for name, value in self.__dict__.items()}


def find(connection: Connection, submission_id: str, for_update: bool = False) -> Row:
    query = select(submission).where(submission.c.submission_id == submission_id)
    row = connection.execute(query.with_for_update() if for_update else query).one_or_none()
    if row is None:
        raise UnknownSubmission(f"there is no submission {submission_id}; `common-cause status` lists them")
    return row


def outstanding(connection: Connection) -> list[Row]:
    """Submissions that want work: not final, or final without their receipt; one that failed is tried three times, then waits for ``retry``."""
    tries = case((submission.c.state == "failed", AUTOMATIC_ATTEMPTS), else_=CRASHES)
    unfinished = and_(submission.c.state.not_in(FINAL_STATES), submission.c.attempt_count < tries)
    unreceipted = and_(submission.c.state.in_(FINAL_STATES), submission.c.state != "withdrawn", submission.c.receipted_at.is_(None))
    return list(connection.execute(select(submission).where(or_(unfinished, unreceipted)).order_by(submission.c.arrival_number)))


def left_before(connection: Connection, submission_id: str) -> list[str]:
    """Earlier submissions of the same sender that were never finished, nor failed by themselves, in order of arrival."""
    row = find(connection, submission_id)
    return [
        other.submission_id for other in outstanding(connection)
        if other.sender_code == row.sender_code and other.arrival_number < row.arrival_number and other.state in ("received", "reading")
    ]  # fmt: skip


def begin_attempt(connection: Connection, submission_id: str, run_id: str | None) -> Row:
    """State ``reading``, one attempt more."""
    change = {
        "state": "reading",
        "attempt_count": submission.c.attempt_count + 1,
        "run_id": run_id,
        "receipted_at": None,
        "reason": None,
        "reason_code": None,
    }
    connection.execute(update(submission).where(submission.c.submission_id == submission_id).values(change))
    return find(connection, submission_id)


def recognise(connection: Connection, submission_id: str, **columns) -> Row:
    """Note what reading has found: organisation, dataset, layout, mode, period, rule version."""
    connection.execute(update(submission).where(submission.c.submission_id == submission_id).values(columns))
    return find(connection, submission_id)


def finish(connection: Connection, submission_id: str, state: str, counts: Counts | None, now: datetime, **columns) -> None:
    """Give the submission its final state and counts, in the caller's transaction."""
    values = {"state": state, "finished_at": now, **(counts.columns() if counts else {}), **columns}
    connection.execute(update(submission).where(submission.c.submission_id == submission_id).values(values))


def log_effect(connection: Connection, kind: str, row: Row | None, actor: str, now: datetime, **detail) -> None:
    """Append to the log that a rebuild replays."""
    values = {"kind": kind, "committed_at": now, "actor": actor, "detail": detail}
    if row is not None:
        values |= {"submission_id": row.submission_id, "rule_version": row.rule_version}
    connection.execute(insert(effect).values(values))


def has_loaded(connection: Connection, submission_id: str) -> bool:
    """Whether the submission has ever had an effect."""
    return bool(connection.scalar(select(exists().where(effect.c.submission_id == submission_id, effect.c.kind == "load"))))


def taken_as(connection: Connection, row: Row) -> str | None:
    """The dataset as which it had its last effect; the one that it has now if it had none, or before that was noted."""
    last = select(effect.c.detail[DATASET].astext).where(effect.c.submission_id == row.submission_id, effect.c.kind == "load")
    return connection.scalar(last.order_by(effect.c.effect_id.desc()).limit(1)) or row.dataset_name


def replace_findings(connection: Connection, row: Row, findings: FindingTable, quarantined: Mapping[int, tuple[str, ...]]) -> None:
    """Findings and quarantined rows of the latest attempt; those of an earlier one are gone."""
    for table in (finding_kind, quarantined_row):
        connection.execute(table.delete().where(table.c.submission_id == row.submission_id))
    names = ("rule_id", "rule_name", "severity", "scope", "field_name", "advice")
    found = [(kind, rows) for kind, rows in zip(findings.kinds, findings.rows_by_kind(), strict=True) if len(rows)]
    frame = pd.DataFrame({name: [getattr(kind, name) for kind, _ in found] for name in names}, dtype=object)
    frame["row_numbers"] = [tuple(None if n == NO_ROW else n for n in rows.tolist()) for _, rows in found]
    numbered = {"submission_id": row.submission_id, "kind_number": range(1, len(frame) + 1), "rule_version": row.rule_version or 1}
    copy_frame(connection, finding_kind, frame.assign(**numbered))
    aside = pd.DataFrame({"row_number": list(quarantined), "rule_ids": list(quarantined.values())}, dtype=object)
    copy_frame(connection, quarantined_row, aside.assign(submission_id=row.submission_id))


def latest_effective(connection: Connection, row: Row) -> Row | None:
    """The effective submission of the same sender and dataset that arrived last before this one."""
    query = select(submission).where(
        submission.c.sender_code == row.sender_code,
        submission.c.dataset_name == row.dataset_name,
        submission.c.state.in_(EFFECTIVE_STATES),
        submission.c.arrival_number < row.arrival_number,
    )
    return connection.execute(query.order_by(submission.c.arrival_number.desc()).limit(1)).one_or_none()


def repeats(connection: Connection, row: Row) -> str | None:
    """Id of the latest effective submission if this one equals it in all that decides its effect."""
    latest = latest_effective(connection, row)
    same = (
        "file_sha256",
        "organisation_code",
        "site_code",
        "dataset_name",
        "layout_name",
        "mode",
        "period_start",
        "period_end",
        "rule_version",
    )
    if latest is None or any(getattr(latest, name) != getattr(row, name) for name in same):
        return None
    return latest.submission_id


def stuck(connection: Connection, now: datetime, minutes: int) -> list[Row]:
    """Submissions that should have been finished by now, in order of arrival: what is outstanding, and what failed and waits for ``retry``.

    The only answer to what is stuck: the signal, the webhook and ``status`` ask here.
    """
    late = submission.c.received_at < now - timedelta(minutes=minutes)
    return list(
        connection.execute(select(submission).where(submission.c.state.not_in(FINAL_STATES), late).order_by(submission.c.arrival_number))
    )
