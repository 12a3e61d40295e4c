"""What Dagster's pages show of a stage: counts, a small table and a picture, read from the tables.

Belongs here: choosing and querying for the stages of a submission and for checks. Does not belong here: drawing (``assets.pictures``), the stages of
results (``assets.shown_results``, ``shown_benchmarks``, ``shown_case_mix``, ``shown_signals``). Never a value of a record: counts, rule names,
organisation codes, aggregates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dagster import MetadataValue, TableColumn, TableRecord, TableSchema
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from assets import pictures
from assets.context import Context
from assets.shown_benchmarks import benchmarks_metadata
from assets.shown_case_mix import case_mix_metadata
from assets.shown_results import results_metadata
from assets.shown_signals import signals_metadata
from assets.shown_words import query
from warehouse.database import CANCELLED, sqlstate
from warehouse.planner_statistics import analyze_results

PATIENCE_SECONDS = (15, 60)  # the second time with new statistics of the server's
LIMIT = text("select set_config('statement_timeout', :limit, true)")
RULE_COLUMNS = TableSchema(
    columns=[
        TableColumn("rule", "string", description="id of the rule"),
        TableColumn("must_hold", "string", description="what must hold"),
        TableColumn("severity", "string"),
        TableColumn("judged", "int", description="rows for which it could be judged"),
        TableColumn("broken", "int", description="rows that break it"),
        TableColumn("share_broken", "float", description="broken / judged"),
        TableColumn("threshold", "string", description="broken rows from which the check fails"),
    ]
)


# ------------------------------------------------------------------------------------------------ a submission's stages
def stage_metadata(context: Context, stream: str, stage: str, outcome) -> Mapping[str, object]:
    """Metadata of one stage of one submission."""
    show: dict[str, Callable] = {"submissions": _submissions, "records": _records, "cases": _cases, "receipts": _receipts}
    counts = {f"{name}_rows": count for name, count in vars(outcome.counts).items()} if outcome.counts else {}
    with context.engine.connect() as connection:
        shown = show[stage](connection, stream, outcome)
    base = {"submission": outcome.submission_id, "state": outcome.state, "dataset": outcome.dataset_name or "not recognised"}
    return {**base, **(counts if stage in ("submissions", "records") else {}), **shown}


def _submissions(connection: Connection, stream: str, outcome) -> dict[str, object]:
    rows = query(
        connection,
        "select submission_id, state, received_count, accepted_count, unchanged_count, out_of_scope_count, quarantined_count from intake.submission "
        "where sender_code = :sender order by arrival_number desc limit 12",
        sender=outcome.sender_code,
    )
    columns = ("accepted", "unchanged", "out of scope", "set aside")
    parts = {name: [row[i + 3] or 0 for row in reversed(rows)] for i, name in enumerate(columns)}
    labels = [row[0][-4:] for row in reversed(rows)]
    return {
        "reason": outcome.reason or "",
        "latest_of_this_sender": MetadataValue.md(
            pictures.table(("submission", "state", "received", *columns), [row[:7] for row in rows[:6]])
        ),
        "picture": MetadataValue.md(pictures.stacked(f"Rows of the latest submissions of {outcome.sender_code}", labels, parts)),
    }


def _records(connection: Connection, stream: str, outcome) -> dict[str, object]:
    rows = query(
        connection,
        "select rule_id, rule_name, severity, count(*) from intake.finding where submission_id = :submission "
        "group by 1, 2, 3 order by 4 desc, 1 limit 10",
        submission=outcome.submission_id,
    )
    shown: dict[str, object] = {"findings": sum(row[3] for row in rows)}
    if rows:
        shown["findings_by_rule"] = MetadataValue.md(
            pictures.table(("rule", "must hold", "severity", "rows"), [(r[0], r[1].replace("_", " "), *r[2:]) for r in rows])
        )
        labels = [f"{row[0]}  {row[1].replace('_', ' ')}"[:48] for row in rows]
        shown["picture"] = MetadataValue.md(pictures.bars("Findings by rule", labels, [row[3] for row in rows], pictures.ORANGE))
    return shown


def _cases(connection: Connection, stream: str, outcome) -> dict[str, object]:
    rows = query(
        connection,
        "select to_char(month, 'YYYY-MM'), count(case_id) filter (where record_status in ('valid', 'incomplete')), "
        "count(case_id) filter (where record_status not in ('valid', 'incomplete')) from generate_series("
        "date_trunc('month', (select max(started_on) from pathway.pathway_case where pathway_name = :pathway)) - interval '23 months', "
        "(select max(started_on) from pathway.pathway_case where pathway_name = :pathway), interval '1 month') as month "
        "left join pathway.pathway_case on started_on >= month and started_on < month + interval '1 month' "
        "and pathway_name = :pathway and provider_code = :provider group by 1 order by 1",
        pathway=stream, provider=outcome.sender_code,
    )  # fmt: skip
    parts = {"in measures": [row[1] for row in rows], "duplicates, conflicts, errors": [row[2] for row in rows]}
    months = [pictures.Point(row[0], float(row[1])) for row in rows]
    words = f"**Cases by month, {outcome.sender_code}**: those that measures count, to {rows[-1][0]}" if rows else ""
    return {
        **({"at_a_glance": MetadataValue.md(pictures.glance_series(words, months, (), pictures.Unit(decimals=0)))} if rows else {}),
        "cases_of_this_provider": sum(row[1] + row[2] for row in rows),
        "by_month": MetadataValue.md(pictures.table(("month", "in measures", "not"), rows[-6:])),
        "picture": MetadataValue.md(pictures.stacked(f"Cases by month, {outcome.sender_code}", [row[0] for row in rows], parts)),
    }


def _receipts(connection: Connection, stream: str, outcome) -> dict[str, object]:
    rows = query(
        connection,
        "select state, count(*) from intake.submission where sender_code = :sender group by 1 order by 2 desc",
        sender=outcome.sender_code,
    )
    shown: dict[str, object] = {"by_state": MetadataValue.md(pictures.table(("state", "submissions"), rows))}
    if outcome.receipt:
        shown["folder"] = MetadataValue.path(outcome.receipt)
    shown["picture"] = MetadataValue.md(
        pictures.bars(f"Submissions of {outcome.sender_code} by state", [r[0] for r in rows], [r[1] for r in rows])
    )
    return shown


# ------------------------------------------------------------------------------------------------ checks
def check_passed(judged: Sequence, outcome) -> bool:
    """A check passes when nothing was set aside or refused by its families. A file that was refused before it was judged has not passed."""
    is_unread = outcome.state == "rejected" and not outcome.families
    return not is_unread and not any(rule.broken_count and _blocks(rule) for result in judged for rule in result.rules)


def check_metadata(judged: Sequence, outcome) -> Mapping[str, object]:
    """The rules of the families with what was judged and broken."""
    rules = sorted((rule for result in judged for rule in result.rules), key=lambda rule: -rule.broken_count)
    shown = {"submission": outcome.submission_id, "rules": len(rules), "reason": outcome.reason or ""}
    if not rules:
        return shown
    warned = sum(rule.broken_count for rule in rules if not _blocks(rule))
    records = [TableRecord(_rule_row(rule)) for rule in rules[:40]]
    return {
        **shown, "broken_rows": sum(rule.broken_count for rule in rules) - warned, "warnings": warned,
        "by_rule": MetadataValue.table(records=records, schema=RULE_COLUMNS),
    }  # fmt: skip


def _blocks(rule) -> bool:
    return str(rule.severity) in ("reject file", "quarantine record")


def _rule_row(rule) -> dict[str, str | int | float]:
    share = round(rule.broken_count / rule.evaluated_count, 4) if rule.evaluated_count else 0.0
    return {
        "rule": rule.rule_id, "must_hold": rule.rule_name.replace("_", " "), "severity": str(rule.severity), "judged": rule.evaluated_count,
        "broken": rule.broken_count, "share_broken": share, "threshold": "1" if _blocks(rule) else "never fails",
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ results
def result_metadata(context: Context, pathway: str, stage: str) -> Mapping[str, object]:
    """Metadata of one table of results, for one pathway. What takes too long is given up: nobody's file waits for a picture."""
    show: dict[str, Callable] = {
        "measure_results": results_metadata, "case_mix": case_mix_metadata, "benchmarks": benchmarks_metadata, "signals": signals_metadata,
    }  # fmt: skip
    for seconds in PATIENCE_SECONDS:
        try:
            with context.engine.begin() as connection:
                connection.execute(LIMIT, {"limit": f"{round(1000 * seconds)}ms"})
                return show[stage](connection, pathway)
        except OperationalError as error:
            if sqlstate(error) != CANCELLED:
                raise
        # seen where tables had just been filled for the first time: the server took them for nearly empty
        with context.engine.begin() as connection:
            analyze_results(connection)
    return {"not_shown": "the database took too long over these pictures; the tables are fresh, and the next refresh draws them"}
