"""One submission from its arrival to its final state and receipt, and what people may ask of it afterwards.

Belongs here: the order of the stages, the transaction around their effect, ``retry``, ``approve``, ``withdraw``.
Does not belong here: the stages themselves (``assets.reading``, ``assets.records``, ``assets.submitted_results``, ``assets.receipts``),
what is noted when we break (``assets.failures``).

The effect is one transaction; the receipt is prepared before it commits and put in the outbox after. Killed at any line, the
submission is either untouched or final, and a second ``process`` finishes what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Row

from assets import effective_records, improvement, ledger, records, submitted_results
from assets.context import Context
from assets.envelopes import Envelope, manifest_of, open_envelope, refusal
from assets.failures import ProcessingFailed, failed
from assets.ledger import Counts
from assets.places import Sender, find_sender
from assets.reading import Manifest, containers, read_file, typed
from assets.receipts import Receipts
from assets.work import Applied, Work
from quality_checks.finding_table import FindingTable
from quality_checks.findings import FileRefused
from schemas.datasets import Dataset, DatasetKind
from schemas.rules import Severity
from warehouse.database import transaction_lock, try_advisory_lock
from warehouse.tables import EFFECTIVE_STATES, FINAL_STATES


class Busy(RuntimeError):
    """Somebody else holds the submission."""


class NotPossible(ValueError):
    """The submission's state does not allow what was asked; the message says what does."""


@dataclass(frozen=True)
class SubmissionOutcome:
    """What became of a submission, for whoever ran it: no value of any patient in it."""

    submission_id: str
    state: str
    sender_code: str
    dataset_name: str | None
    pathway_name: str | None
    counts: Counts | None
    families: tuple = ()
    finding_counts: dict[str, int] = field(default_factory=dict)
    reason: str | None = None
    receipt: str | None = None


def process(submission_id: str, context: Context, run_id: str | None = None) -> SubmissionOutcome:
    """Take a submission to its final state. Safe to call again at any time, from any process.

    What its sender had sent before and a crash has left goes first: rows are counted, and judged, against what was known then.
    Raises ``Busy`` if somebody else holds it and ``ProcessingFailed`` if we break.
    """
    with context.engine.connect() as connection:
        before = ledger.left_before(connection, submission_id)
    for earlier in before:
        with suppress(Busy, ProcessingFailed):  # that is told by its own run
            _process(earlier, context, run_id)
    return _process(submission_id, context, run_id)


def _process(submission_id: str, context: Context, run_id: str | None) -> SubmissionOutcome:
    with hold(context, submission_id):
        with context.engine.begin() as connection:
            row = ledger.find(connection, submission_id)
            if row.state in FINAL_STATES:
                return _finish_receipt(connection, context, row)
            row = ledger.begin_attempt(connection, submission_id, run_id)
        try:
            return _attempt(context, row)
        except Exception as error:
            failure = failed(context, row, error)
    raise failure


@contextmanager
def hold(context: Context, submission_id: str) -> Iterator[None]:
    """The submission's advisory lock, for as long as the block lasts."""
    with context.engine.connect() as holder, try_advisory_lock(holder, "submission", submission_id) as is_mine:
        holder.commit()
        if not is_mine:
            raise Busy(f"submission {submission_id} is being processed")
        yield
        holder.rollback()


def _finish_receipt(connection: Connection, context: Context, row: Row) -> SubmissionOutcome:
    """A submission that was final before its receipt was put out."""
    receipts = Receipts(context)
    if row.receipted_at is None and row.state != "withdrawn":
        receipts.publish(row)
        ledger.recognise(connection, row.submission_id, receipted_at=context.now())
    return _outcome_of(context, row)


def _outcome_of(context: Context, row: Row) -> SubmissionOutcome:
    counts = None if row.received_count is None else Counts(*(getattr(row, f"{n}_count") or 0 for n in Counts.__dataclass_fields__))
    return SubmissionOutcome(
        row.submission_id, row.state, row.sender_code, row.dataset_name, _pathway_name(context, row.dataset_name), counts, reason=row.reason
    )


def _pathway_name(context: Context, dataset_name: str | None) -> str | None:
    pathway = context.registry.pathway_of_dataset(dataset_name) if dataset_name else None
    return pathway.name if pathway else None


def _attempt(context: Context, row: Row) -> SubmissionOutcome:
    envelope = open_envelope(context, row)
    try:
        with context.engine.begin() as connection:
            row, work = _read(connection, context, row, envelope)
    except FileRefused as refused:
        return _refuse(context, row, envelope, refused)
    with context.engine.begin() as connection:
        said_as = ledger.taken_as(connection, row)
        if said_as != row.dataset_name:
            forget(connection, context, row, work.case_rules, said_as)
        applied = take(connection, context, row, work)
        staged = _conclude(connection, context, row, work, applied, envelope)
    return _publish(context, row, applied, staged)


def _read(
    connection: Connection,
    context: Context,
    row: Row,
    envelope: Envelope,
    rule_version: int | None = None,
    case_rules: Mapping[str, int] | None = None,
) -> tuple[Row, Work]:
    """Recognise and type the file. ``rule_version`` None means the dataset's current one, and so for ``case_rules``. Raises ``FileRefused``."""
    sender = find_sender(connection, row.sender_code)
    if not sender.is_known:
        raise FileRefused(
            [refusal("SND1", "sender_is_known", "The folder is not that of a member of the network. Use your own landing folder.")]
        )
    manifest = manifest_of(connection, context.registry, envelope, row.submission_id)
    containers.check_size(row.file_size_bytes, containers.size_limit_bytes(context.registry, manifest and manifest.dataset))
    content = context.archive.get(row.file_sha256)
    read = read_file(
        content,
        envelope.suffix,
        context.registry,
        dataset=manifest and manifest.dataset,
        sender_code=sender.code,
        manifest=manifest,
        file_name=envelope.file_name,
    )
    row = ledger.recognise(
        connection,
        row.submission_id,
        **_recognised(connection, row, sender, manifest, read),
        rule_version=rule_version or read.dataset.rule_version,
    )
    read, conformed = typed(read)
    return row, Work(
        row, sender, read, conformed, context.registry, context.keys, case_rules=case_rules or context.registry.case_rule_versions
    )


def read_again(connection: Connection, context: Context, row: Row, rule_version: int, case_rules: Mapping[str, int]) -> tuple[Row, Work]:
    """A submission as it was judged before: for a rebuild."""
    return _read(connection, context, row, open_envelope(context, row), rule_version, case_rules)


def _recognised(connection: Connection, row: Row, sender: Sender, manifest: Manifest | None, read) -> dict:
    organisation = (manifest and manifest.organisation) or sender.code
    if organisation != sender.code and not sender.is_office:
        advice = "The manifest names another organisation. Only the network's office may send for others."
        raise FileRefused([refusal("SND2", "organisation_is_the_sender", advice)], read.received_count)
    if not find_sender(connection, organisation).kind:
        raise FileRefused(
            [refusal("SND3", "organisation_is_known", "The manifest names an organisation that the network does not know.")],
            read.received_count,
        )
    return {
        "organisation_code": organisation,
        "site_code": manifest and manifest.site,
        "dataset_name": read.dataset.name,
        "layout_name": read.layout.name,
        "mode": str((manifest and manifest.mode) or read.dataset.default_mode),
        "period_start": manifest and manifest.period_start,
        "period_end": manifest and manifest.period_end,
    }


def take(connection: Connection, context: Context, row: Row, work: Work) -> Applied:
    """The submission's effect, in the caller's transaction, one at a time across the house."""
    transaction_lock(connection, "load")
    work = replace(work, repeats=ledger.repeats(connection, row))
    stages: dict[DatasetKind, Callable] = {
        DatasetKind.RECORDS: records.apply,
        DatasetKind.PERSONS: submitted_results.apply_deaths,
        DatasetKind.RESULTS: submitted_results.apply,
        DatasetKind.IMPROVEMENT: improvement.apply,
    }
    return replace(stages[work.dataset.kind](connection, work), repeats=work.repeats)


def _conclude(connection: Connection, context: Context, row: Row, work: Work, applied: Applied, envelope: Envelope):
    """Ledger, findings, log of effects and the prepared receipt: the last lines of the transaction."""
    ledger.replace_findings(connection, row, applied.findings, applied.quarantined)
    now = context.now()
    ledger.finish(
        connection, row.submission_id, applied.state, applied.counts, now,
        reason_code=applied.reason_code, reason=applied.reason, repeats_submission_id=applied.repeats,
    )  # fmt: skip
    if _has_effect(applied) or ledger.has_loaded(connection, row.submission_id):
        ledger.log_effect(
            connection, "load", row, row.run_id or "process", now, state=applied.state, **_detail(work.dataset, work.case_rules)
        )
    row = ledger.find(connection, row.submission_id)
    return Receipts(context).prepare(connection, row, envelope.file_name, work, applied)


def _has_effect(applied: Applied) -> bool:
    """By itself; what had an effect and is judged again changes something by losing it, too."""
    return applied.state in EFFECTIVE_STATES and not applied.repeats


def _detail(dataset: Dataset, case_rules: Mapping[str, int]) -> dict:
    """What a rebuild must know beside the version of the dataset's own rules: which dataset's, and of a death those of every pathway's cases."""
    return {ledger.DATASET: dataset.name} | ({ledger.CASE_RULES: dict(case_rules)} if dataset.kind is DatasetKind.PERSONS else {})


def _refuse(context: Context, row: Row, envelope: Envelope, refused: FileRefused) -> SubmissionOutcome:
    """The file as a whole is refused: a result for the sender, and a successful run for us. What was taken of it before (``retry``) counts no more."""
    first = next(f for f in refused.findings if f.severity is Severity.REJECT_FILE)
    counts = None if refused.received_count is None else Counts(refused.received_count, quarantined=refused.received_count)
    with context.engine.begin() as connection:
        if ledger.has_loaded(connection, row.submission_id):
            _forget_refused(connection, context, row, first.rule_id)
        ledger.replace_findings(connection, row, FindingTable.of_findings(refused.findings), {})
        ledger.finish(connection, row.submission_id, "rejected", counts, context.now(), reason_code=first.rule_id, reason=first.advice)
        row = ledger.find(connection, row.submission_id)
        receipts = Receipts(context).prepare_refusal(connection, row, envelope.file_name, refused)
    return _publish(context, row, None, receipts)


def _forget_refused(connection: Connection, context: Context, row: Row, rule_id: str) -> None:
    case_rules = context.registry.case_rule_versions
    said_as = ledger.taken_as(connection, row)
    forget(connection, context, row, case_rules, said_as)
    detail = {"state": "rejected", ledger.REFUSED_BY: rule_id, **_detail(context.registry.dataset(said_as), case_rules)}
    ledger.log_effect(connection, "load", row, row.run_id or "process", context.now(), **detail)


def _publish(context: Context, row: Row, applied: Applied | None, receipts: Receipts) -> SubmissionOutcome:
    folder = receipts.publish(row)
    with context.engine.begin() as connection:
        row = ledger.recognise(connection, row.submission_id, receipted_at=context.now())
    outcome = _outcome_of(context, row)
    return SubmissionOutcome(
        **{
            **outcome.__dict__,
            "families": applied.families if applied else (),
            "finding_counts": applied.findings.by_rule() if applied else {},
            "receipt": str(folder),
        }
    )


# ------------------------------------------------------------------------------------------------ what people ask for
def retry(context: Context, submission_id: str) -> None:
    """Let a submission be judged again, by the rules as they are now, with its place in the order of arrival kept."""
    with hold(context, submission_id), context.engine.begin() as connection:
        row = ledger.find(connection, submission_id, for_update=True)
        if row.state == "withdrawn":
            raise NotPossible(f"{submission_id} was withdrawn; drop the file again")
        ledger.recognise(connection, submission_id, state="received", attempt_count=1, receipted_at=None, finished_at=None)


def approve(context: Context, submission_id: str, actor: str) -> None:
    """Let a held submission through."""
    with hold(context, submission_id), context.engine.begin() as connection:
        row = ledger.find(connection, submission_id, for_update=True)
        if row.state != "held":
            raise NotPossible(f"{submission_id} is {row.state}; only a held submission can be approved")
        ledger.recognise(
            connection, submission_id, state="received", is_approved=True, attempt_count=1, receipted_at=None, finished_at=None
        )
        ledger.log_effect(connection, "approve", row, actor, context.now())


def withdraw(context: Context, submission_id: str, actor: str) -> None:
    """Undo a submission: what it said no longer counts, what it replaced counts again."""
    with hold(context, submission_id), context.engine.begin() as connection:
        transaction_lock(connection, "load")
        row = ledger.find(connection, submission_id, for_update=True)
        if row.state not in (*EFFECTIVE_STATES, "held", "rejected"):
            raise NotPossible(f"{submission_id} is {row.state}; it cannot be withdrawn")
        case_rules = context.registry.case_rule_versions
        undo(connection, context, row, case_rules)
        ledger.recognise(connection, submission_id, state="withdrawn", finished_at=context.now())
        detail = _detail(context.registry.dataset(row.dataset_name), case_rules) if row.dataset_name else {}
        ledger.log_effect(connection, "withdraw", row, actor, context.now(), **detail)


def undo(connection: Connection, context: Context, row: Row, case_rules: Mapping[str, int]) -> None:
    """Take back the effect of an effective submission, in the caller's transaction; ``case_rules`` as in ``Work``."""
    if row.state in EFFECTIVE_STATES and row.dataset_name is not None:
        _take_back(connection, context, row, context.registry.dataset(row.dataset_name), case_rules, for_good=False)


def forget(connection: Connection, context: Context, row: Row, case_rules: Mapping[str, int], said_as: str) -> None:
    """Remove all that a submission said when it was taken as this dataset, in the caller's transaction: it has been judged again, and nothing of it holds."""
    transaction_lock(connection, "load")
    _take_back(connection, context, row, context.registry.dataset(said_as), case_rules, for_good=True)


def _take_back(connection: Connection, context: Context, row: Row, dataset: Dataset, case_rules: Mapping[str, int], for_good: bool) -> None:
    if dataset.kind is DatasetKind.RECORDS:
        effective_records.take_back(connection, context.registry.pathway_of_dataset(dataset.name), row, for_good)
    elif dataset.kind is DatasetKind.IMPROVEMENT:
        improvement.take_back(connection, row, dataset, context.registry, for_good)
    else:
        submitted_results.take_back(connection, row, dataset, context.registry, case_rules, for_good)
