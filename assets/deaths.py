"""Submissions of deaths: dates of death to persons, whatever their pathway, in one transaction.

Belongs here: the order of the steps between a typed frame and ``person.death_on``. Does not belong here: pseudonyms
(``warehouse.keys``), persons found or made (``assets.persons``), what measures make of a death (the pathways).

What each submission said is kept in ``person_death``; a person's date of death is what the latest effective submission said.
A person whom nobody knows yet is made: the record of the illness may come after the death. Up to ``linkage_coverage.covered_to``
no known death means alive; only a submission of the network's office with a period in its manifest moves that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
from sqlalchemy import ARRAY, Connection, Row, Select, Text, Uuid, any_, delete, exists, func, literal, select, update

from assets import persons
from assets.cross_record import settle_statuses
from assets.work import Applied, Work
from quality_checks.findings import Finding
from quality_checks.validate import validate
from schemas.datasets import Mode
from schemas.fields import Identifier
from schemas.registry import Registry
from schemas.rules import Scope, Severity
from warehouse.intake_tables import submission
from warehouse.loading import Copies, copy_frame
from warehouse.pathway_tables import linkage_coverage, organisation, pathway_case, person, person_death
from warehouse.stale import queue_for_cases, queue_for_deaths
from warehouse.tables import EFFECTIVE_STATES


def apply(connection: Connection, work: Work) -> Applied:
    """Take one submission of deaths. The caller holds the lock of loads and commits."""
    take_back(connection, work.row, work.registry, work.case_rules, for_good=True)
    verdict = validate(work.conformed, work.dataset, work.row.rule_version, work.row.received_at, layout=work.read.layout)
    judged = Applied.judge(work, verdict, _repeated(work))
    if judged.is_rejected or work.repeats:
        return judged if judged.is_rejected else judged.loaded(judged.taken & False, None, 0)
    told = _told(connection, work, judged)
    before = _deaths_of(connection, told["person_id"])
    copy_frame(connection, person_death, told)
    settle(connection, work.registry, work.row, told["person_id"], work.case_rules, counting=work.row.submission_id)
    after = _deaths_of(connection, told["person_id"])
    changed = pd.Series([before.get(who) != after.get(who) for who in told["person_id"]], index=told.index, dtype=bool)
    settle_coverage(connection, work.registry, work.row.submission_id, counting=work.row.submission_id)
    return judged.loaded(changed.reindex(judged.taken.index, fill_value=False), None, 0)


def take_back(connection: Connection, row: Row, registry: Registry, case_rules: Mapping[str, int], for_good: bool = False) -> int:
    """Undo what a submission said of deaths; return of how many. What was said before counts again. ``case_rules`` as in ``settle``."""
    mine = person_death.c.submission_id == row.submission_id
    said = list(connection.scalars(select(person_death.c.person_id.cast(Text)).where(mine)))
    if for_good:
        connection.execute(delete(person_death).where(mine))
    settle(connection, registry, row, pd.Series(said, dtype=object), case_rules, without=row.submission_id)
    settle_coverage(connection, registry, row.submission_id, without=row.submission_id)
    return len(said)


# ------------------------------------------------------------------------------------------------ rows
def _told(connection: Connection, work: Work, judged: Applied) -> pd.DataFrame:
    """What the taken rows say, with the person of each; persons nobody knew are made."""
    frame = work.conformed.frame[judged.taken]
    sites = pd.Series(work.sender.code, index=frame.index, dtype=object)
    identified = persons.identify(connection, work.keys, persons.identities(work.dataset, frame, sites), frame.index)
    with Copies(connection) as copies:
        persons.make(copies, identified, None)
    is_withdrawal = work.row.mode == Mode.WITHDRAW
    return pd.DataFrame(
        {
            "submission_id": work.row.submission_id,
            "row_number": frame.index,
            "person_id": identified["person_id"],
            "arrival_number": work.row.arrival_number,
            "death_on": pd.Series(pd.NaT, index=frame.index, dtype="datetime64[s]") if is_withdrawal else frame["date_of_death"],
            "is_withdrawal": is_withdrawal,
        },
        index=frame.index,
    )


def _repeated(work: Work) -> list[Finding]:
    """Two rows of one person with different dates: which is right cannot be told."""
    frame = work.conformed.frame
    number = persons.field_of(work.dataset, Identifier.NHS_NUMBER)
    given = frame[frame[number].notna()]
    several = given.groupby(number)["date_of_death"].transform("nunique") > 1
    advice = "Another row gives another date of death for the same person. Keep the right one."
    rows = given.index[several]
    return [
        Finding("DE02", "a_person_dies_once", Severity.QUARANTINE_RECORD, Scope.FILE, advice, int(row), "date_of_death") for row in rows
    ]


# ------------------------------------------------------------------------------------------------ what counts
def _effective(counting: str | None, without: str | None):
    effective = submission.c.state.in_(EFFECTIVE_STATES) | (submission.c.submission_id == (counting or ""))
    return effective & (submission.c.submission_id != (without or ""))


def _latest(person_ids: list[str], counting: str | None, without: str | None) -> Select:
    """The row of each person that counts: of the submission that arrived last, its last row."""
    return (
        select(person_death.c.person_id, person_death.c.death_on, person_death.c.arrival_number)
        .distinct(person_death.c.person_id)
        .join(submission, submission.c.submission_id == person_death.c.submission_id)
        .where(person_death.c.person_id == _any_of(person_ids), _effective(counting, without))
        .order_by(person_death.c.person_id, person_death.c.arrival_number.desc(), person_death.c.row_number.desc())
    )


def _any_of(person_ids: list[str]):
    return any_(literal(person_ids, ARRAY(Uuid(as_uuid=False))))


def settle(
    connection: Connection, registry: Registry, row: Row, person_ids: pd.Series, case_rules: Mapping[str, int],
    *, counting: str | None = None, without: str | None = None,
) -> None:  # fmt: skip
    """Give each person the date of death that counts; judge the cases of those for whom it changed anew, and queue their cells.

    ``case_rules``: pathway -> version of the rules. A rebuild gives those of then, which the log of effects has kept.
    """
    wanted = list(person_ids.drop_duplicates())
    if not wanted:
        return
    latest = _latest(wanted, counting, without).subquery("latest")
    joined = select(person.c.person_id, latest.c.death_on, latest.c.arrival_number).outerjoin(
        latest, latest.c.person_id == person.c.person_id
    )
    now = joined.where(person.c.person_id == _any_of(wanted)).subquery("now")
    changed = update(person).values(death_on=now.c.death_on, death_arrival_number=now.c.arrival_number).where(
        person.c.person_id == now.c.person_id,
        person.c.death_on.is_distinct_from(now.c.death_on) | person.c.death_arrival_number.is_distinct_from(now.c.arrival_number),
    )  # fmt: skip
    moved = [str(found) for found in connection.scalars(changed.returning(person.c.person_id))]
    _queue_cases(connection, registry, row.submission_id, pathway_case.c.person_id == _any_of(moved), case_rules)


def _deaths_of(connection: Connection, person_ids: pd.Series) -> dict[str, date | None]:
    query = select(person.c.person_id.cast(Text), person.c.death_on).where(
        person.c.person_id == _any_of(list(person_ids.drop_duplicates()))
    )
    return dict(map(tuple, connection.execute(query)))


def settle_coverage(
    connection: Connection, registry: Registry, submission_id: str, *, counting: str | None = None, without: str | None = None
) -> None:
    """Set up to when deaths are complete: the last day of the periods of the office's effective submissions.

    The cells of the cases whose outcome that decides, one way or the other, are queued.
    """
    named = registry.dataset("deaths").name
    is_office = exists().where(organisation.c.organisation_code == submission.c.sender_code, organisation.c.organisation_kind == "network")
    tells = submission.c.mode != Mode.WITHDRAW.value
    covered = connection.scalar(
        select(func.max(submission.c.period_end)).where(submission.c.dataset_name == named, tells, _effective(counting, without), is_office)
    )
    stored = linkage_coverage.c.dataset_name == named
    before = connection.scalar(select(linkage_coverage.c.covered_to).where(stored))
    if covered == before:
        return
    connection.execute(delete(linkage_coverage).where(stored))
    if covered is not None:
        connection.execute(linkage_coverage.insert().values(dataset_name=named, covered_to=covered))
    earlier = None if before is None or covered is None else min(before, covered)
    queue_for_deaths(connection, registry, earlier, submission_id)


def _queue_cases(connection: Connection, registry: Registry, submission_id: str, condition, case_rules: Mapping[str, int]) -> None:
    """Queue the cells of these cases, whose status the death may have moved."""
    for pathway in registry.pathways:
        if pathway.case_dataset is not None:
            chosen = select(pathway_case.c.case_id).where(pathway_case.c.pathway_name == pathway.name, condition)
            settle_statuses(connection, pathway, chosen, case_rules[pathway.name])
            queue_for_cases(connection, pathway, chosen, submission_id)
