"""Which cases that a sender told of earlier do not count now: for whoever has to hear of it with the next receipt.

A case may stop counting by somebody else's record (another hospital's of the same event, a death that is known by now), and a finding reaches
only the rows of the submission at hand. So the receipt of each submission of records tells of what has become of the earlier ones.
Belongs here: the query. Does not belong here: statuses (``assets.cross_record``), words (``quality_checks.receipt``).
"""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import Connection, Row, select

from quality_checks.receipt import NotCounting
from schemas.datasets import Pathway
from warehouse.case_source import COUNTED_STATUSES
from warehouse.detail_tables import record_table
from warehouse.intake_tables import submission
from warehouse.pathway_tables import pathway_case
from warehouse.tables import RECORD_STATUSES

STATUSES = tuple(status for status in RECORD_STATUSES if status not in COUNTED_STATUSES)


def not_counting(connection: Connection, pathway: Pathway, row: Row) -> tuple[NotCounting, ...]:
    """By status, the cases of the sender's earlier submissions that are left out of measures, but for those of which ``row`` itself tells.

    Each is named by the submission and row with which the sender told of it last.
    """
    record, mine = record_table(pathway), record_table(pathway).alias("mine")
    told_now = select(mine.c.case_id).where(mine.c.submission_id == row.submission_id, mine.c.case_id == record.c.case_id)
    last = (
        select(pathway_case.c.record_status, record.c.submission_id, record.c.row_number)
        .distinct(record.c.case_id)
        .join_from(pathway_case, record, record.c.case_id == pathway_case.c.case_id)
        .join(submission, submission.c.submission_id == record.c.submission_id)
        .where(
            pathway_case.c.pathway_name == pathway.name, pathway_case.c.record_status.in_(STATUSES), submission.c.sender_code == row.sender_code,
            record.c.is_effective, record.c.arrival_number < row.arrival_number, ~told_now.exists(),
        )
        .order_by(record.c.case_id, record.c.arrival_number.desc(), record.c.row_number.desc())
    )  # fmt: skip
    found = sorted(connection.execute(last), key=lambda one: (STATUSES.index(one.record_status), one.submission_id, one.row_number))
    grouped = groupby(found, key=lambda one: one.record_status)
    return tuple(NotCounting(status, tuple((one.submission_id, one.row_number) for one in ones)) for status, ones in grouped)
