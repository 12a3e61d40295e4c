"""What the measures of a pathway select from: its cases with all that their definitions may name.

Belongs here: the join and the names. Does not belong here: grouping and counting (``assets.measure_results``).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Date, FromClause, literal_column, select

from schemas.datasets import Pathway
from schemas.measures import Credit
from warehouse.detail_tables import detail_table, team_record_table
from warehouse.pathway_tables import linkage_coverage, pathway_case, person

COUNTED_STATUSES = ("valid", "incomplete")
CASE_COLUMNS = ("case_id", "site_code", "provider_code", "started_at", "started_on", "record_status", "person_id")
DEATHS_COVERED_TO = "deaths_covered_to"
TODAY = "today"


def measured_source(pathway: Pathway, credit: Credit) -> tuple[FromClause, dict[str, ColumnElement]]:
    """What measures of this credit (``Pathway.credit_of``) select from."""
    return team_record_source(pathway) if credit is Credit.TEAM_RECORD else case_source(pathway)


def case_source(pathway: Pathway) -> tuple[FromClause, dict[str, ColumnElement]]:
    """The join of detail, case and person, and each name that an expression may use with its column.

    Names: the stored and derived fields; ``case_id``, ``person_id``, ``site_code``, ``provider_code``, ``started_at``,
    ``started_on``, ``record_status``; ``death_on``; ``deaths_covered_to``, the last day up to which no known death means alive; ``today``, which
    a measure may compare with the day on which a stage of its needed fields comes due: on that day it is computed again.
    """
    detail = detail_table(pathway)
    joined = detail.join(pathway_case, pathway_case.c.case_id == detail.c.case_id).join(
        person, person.c.person_id == pathway_case.c.person_id
    )
    columns = {column.name: column for column in detail.columns}
    columns |= {name: pathway_case.c[name] for name in CASE_COLUMNS}
    columns |= {"death_on": person.c.death_on, DEATHS_COVERED_TO: deaths_covered_to(), TODAY: as_of()}
    return joined, columns


def team_record_source(pathway: Pathway) -> tuple[FromClause, dict[str, ColumnElement]]:
    """The team records joined with their cases and persons, and names with columns, for measures of what each team did.

    Names as ``case_source`` gives them, of the record: its site and provider, its fields, ``started_at``, ``started_on``; ``record_number``,
    ``is_leading`` and the facts across records; ``record_status`` is the case's, so that what does not count is left out.
    """
    record = team_record_table(pathway)
    joined = record.join(pathway_case, pathway_case.c.case_id == record.c.case_id).join(
        person, person.c.person_id == pathway_case.c.person_id
    )
    columns = {column.name: column for column in record.columns}
    columns |= {
        "record_status": pathway_case.c.record_status,
        "death_on": person.c.death_on,
        DEATHS_COVERED_TO: deaths_covered_to(),
        TODAY: as_of(),
    }
    return joined, columns


def deaths_covered_to() -> ColumnElement:
    """One date for all cases; null where no deaths have come."""
    return select(linkage_coverage.c.covered_to).where(linkage_coverage.c.dataset_name == "deaths").scalar_subquery()


def as_of(day: date | None = None) -> ColumnElement:
    """The day as a constant; the server's own where none is given, as in the text of a definition."""
    return literal_column("current_date" if day is None else f"date '{day.isoformat()}'", Date())


def is_counted() -> ColumnElement:
    """Only valid and incomplete cases enter measures."""
    return pathway_case.c.record_status.in_(COUNTED_STATUSES)
