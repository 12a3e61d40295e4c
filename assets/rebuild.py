"""The warehouse anew from the archive: what it should be if nothing had ever been updated in place.

Belongs here: replaying the log of effects. Does not belong here: the effects themselves.
Every effect is replayed in the order in which it was committed, under the rule versions it was judged by, in one
transaction: readers see the old state until the new one is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from sqlalchemy import Connection, Row, Select, delete, func, select, text, update

from assets import ledger
from assets.context import Context
from assets.submissions import forget, read_again, take, undo
from quality_checks.findings import FileRefused
from warehouse.database import transaction_lock
from warehouse.detail_tables import pathway_tables
from warehouse.improvement_tables import action_version, aim_version, change_idea, lead_version
from warehouse.intake_tables import effect, submission
from warehouse.measurement_tables import submitted_result
from warehouse.pathway_tables import pathway_case, person, person_identifier
from warehouse.tables import EFFECTIVE_STATES


class RebuildError(RuntimeError):
    """What had an effect when it was loaded would have none now; the warehouse is left as it was. Names the submission, and what to do."""


def rebuild(context: Context, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Empty what grew from submissions, replay the log, queue every cell; return the number of effects replayed. Raises ``RebuildError``."""
    with context.engine.begin() as connection:
        transaction_lock(connection, "load")
        effects = list(connection.execute(_log()))
        states = dict(connection.execute(select(submission.c.submission_id, submission.c.state)).all())
        last = {one.submission_id: one.effect_id for one in effects}
        _empty(connection, context)
        for number, (one, case_rules) in enumerate(_with_case_rules(context, effects), start=1):
            _replay(connection, context, one, case_rules, is_last=last[one.submission_id] == one.effect_id)
            progress(number, len(effects))
        _keep_final_states(connection, states)
        connection.execute(text("analyze pathway.pathway_case"))
    return len(effects)


def _log() -> Select:
    """What is replayed, with the dataset that each was taken as; before that was noted, the one that its submission has."""
    told = submission.c.submission_id == effect.c.submission_id
    taken_as = func.coalesce(effect.c.detail[ledger.DATASET].astext, submission.c.dataset_name)
    return (
        select(effect, taken_as.label("dataset_name"))
        .join(submission, told)
        .where(effect.c.kind.in_(("load", "withdraw")))
        .order_by(effect.c.effect_id)
    )


def _with_case_rules(context: Context, effects: Iterable[Row]) -> Iterator[tuple[Row, Mapping[str, int]]]:
    """Each effect with the versions of the rules (pathway -> version) by which it had cases judged that it moved without telling of them.

    Deaths keep them in their detail. Those of an old house did not: then the version of the pathway's last load before counts, for versions are
    only raised, so no later one held when that was loaded; where the rules were mended between the two nobody can tell any more.
    """
    latest = dict(context.registry.case_rule_versions)
    pathways = {pathway.cases: pathway.name for pathway in context.registry.pathways if pathway.case_dataset is not None}
    for one in effects:
        if one.kind == "load" and one.dataset_name in pathways:
            latest[pathways[one.dataset_name]] = one.rule_version
        yield one, latest | one.detail.get(ledger.CASE_RULES, {})


def _empty(connection: Connection, context: Context) -> None:
    for pathway in context.registry.pathways:
        if pathway.case_dataset is not None:
            for table in pathway_tables(pathway):
                connection.execute(delete(table))
    for table in (pathway_case, submitted_result, person_identifier, person, lead_version, aim_version, action_version):
        connection.execute(delete(table))
    connection.execute(delete(change_idea).where(~change_idea.c.is_declared))
    took_effect = select(effect.c.submission_id).where(effect.c.kind == "load")
    connection.execute(update(submission).where(submission.c.submission_id.in_(took_effect)).values(state="received"))


def _replay(connection: Connection, context: Context, one: Row, case_rules: Mapping[str, int], is_last: bool) -> None:
    """One effect again. ``is_last``: no later one is of the same submission, so its findings and counts are those that are told."""
    row = ledger.find(connection, one.submission_id)
    if one.kind == "withdraw":
        undo(connection, context, row, case_rules)
        ledger.recognise(connection, row.submission_id, state="withdrawn")
    elif ledger.REFUSED_BY in one.detail:
        forget(connection, context, row, case_rules, one.dataset_name)
        ledger.recognise(connection, row.submission_id, state="rejected")
    else:
        _load_again(connection, context, row, one, case_rules, is_last)


def _load_again(connection: Connection, context: Context, row: Row, one: Row, case_rules: Mapping[str, int], is_last: bool) -> None:
    try:
        row, work = read_again(connection, context, row, one.rule_version, case_rules)
    except FileRefused as refused:
        if is_last:
            raise RebuildError(_no_effect(row, f"refused now ({refused.findings[0].rule_id})")) from None
        return  # what follows takes back what it said
    if work.dataset.name != one.dataset_name:
        if is_last:
            raise RebuildError(_no_effect(row, f"of the dataset {work.dataset.name} now"))
        return
    applied = take(connection, context, row, work)
    if applied.state not in (*EFFECTIVE_STATES, one.detail.get("state")):
        raise RebuildError(_no_effect(row, f"{applied.state} now"))
    if is_last:
        ledger.replace_findings(connection, row, applied.findings, applied.quarantined)
        ledger.finish(connection, row.submission_id, applied.state, applied.counts, row.finished_at)
    else:
        ledger.recognise(connection, row.submission_id, state=applied.state)


def _no_effect(row: Row, what: str) -> str:
    return (
        f"submission {row.submission_id} took effect when it was loaded and would be {what}: undo the change of its declarations, or let it be judged "
        f"by them with `common-cause retry {row.submission_id}`, and rebuild then. Nothing has been changed"
    )


def _keep_final_states(connection: Connection, states: dict[str, str]) -> None:
    """What took no effect (rejected, held, a repeat) is as it was."""
    for submission_id, state in states.items():
        current = ledger.find(connection, submission_id).state
        if current == "received" and state != "received":
            ledger.recognise(connection, submission_id, state=state)
