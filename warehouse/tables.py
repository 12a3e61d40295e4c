"""What the warehouse's tables share: the metadata, kinds of time, lists of states, columns that many have.

Belongs here: that. Does not belong here: a table (modules named ``..._tables``, all of them in ``warehouse.every_table``), views (``warehouse.views``),
roles (``warehouse.roles``). Every table and column carries its comment: grain, meaning, unit.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
SystemTime = DateTime(timezone=True)
ClinicalTime = DateTime(timezone=False)

STATES = ("received", "reading", "held", "rejected", "accepted", "accepted with warnings", "accepted in part", "failed", "withdrawn")
FINAL_STATES = ("held", "rejected", "accepted", "accepted with warnings", "accepted in part", "withdrawn")
EFFECTIVE_STATES = ("accepted", "accepted with warnings", "accepted in part")
GRAINS = ("month", "quarter", "year")
ORGANISATION_KINDS = ("nation", "network", "region", "provider", "site", "team")
RECORD_STATUSES = ("valid", "incomplete", "error", "duplicate", "conflict")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of the values."""
    return CheckConstraint(f"{column} in ({', '.join(repr(v) for v in values)})", name=column)


def submission_reference(**more) -> Column:
    """The submission that a row is of."""
    return Column("submission_id", Text, ForeignKey("intake.submission.submission_id"), nullable=False, comment="the submission", **more)


def cell_columns(*before: Column) -> list[Column]:
    """The key of a row a measure, organisation and period, after the columns ``before``."""
    return [
        *before,
        Column("measure_name", Text, primary_key=True, comment="the measure"),
        Column("organisation_code", Text, primary_key=True, comment="the organisation"),
        Column("period_grain", Text, primary_key=True, comment="month, quarter or year"),
        Column("period_start", Date, primary_key=True, comment="first day of the period"),
    ]
