"""Brings the views of the database to what the code declares: made or extended, never dropped."""

from __future__ import annotations

from sqlalchemy import Connection

from schemas.registry import Registry
from warehouse.sync import apply_once
from warehouse.views import (
    View,
    case_mix,
    cases,
    charts,
    completeness,
    effects,
    functions,
    improvement,
    latest,
    learning,
    milestones,
    outliers,
    publication,
    reference,
    results,
    shown,
    signal_life,
    unfolded,
)

SCHEMAS = {
    "house": "What the house itself keeps: what was applied, declared policies, functions of views.",
    "intake": "For engineers: submissions, findings, quarantine, what is expected and what is stale.",
    "pathway": "Patient-level, by row-level security: organisations, persons, cases, milestones, details.",
    "measurement": "For the pipeline and the network's analysts: measures, results, benchmarks, charts, signals, releases.",
    "improvement": "For the pipeline and the network's analysts: leads, aims, actions and their effects. Addresses of leads: the pipeline alone.",
    "dashboard": "For everyone inside the network: versioned views, own cells whole, others through the small-numbers policy.",
    "publication": "For the public: views over releases.",
}


def fixed_views() -> tuple[View, ...]:
    """All views for readers that do not depend on a pathway, in an order in which each finds what it reads."""
    return (
        *shown.VIEWS,
        *results.VIEWS,
        *latest.VIEWS,
        *charts.VIEWS,
        *case_mix.VIEWS,
        *outliers.VIEWS,
        *reference.VIEWS,
        *signal_life.VIEWS,
        *improvement.VIEWS,
        *effects.VIEWS,
        *learning.VIEWS,
        *milestones.VIEWS,
        *cases.VIEWS,
        *publication.VIEWS,
    )


def apply_views(connection: Connection, registry: Registry) -> None:
    """Functions, then views; each only if it is declared differently from what was applied last."""
    made = [f"create schema if not exists {name}" for name in SCHEMAS]
    said = [f"comment on schema {name} is '{text.replace(chr(39), chr(39) * 2)}'" for name, text in SCHEMAS.items()]
    apply_once(connection, "schemas", [*made, *said])
    apply_once(connection, "house functions", functions.statements())
    for view in (
        *unfolded.unfolded(registry),
        *fixed_views(),
        *cases.detail_views(connection),
        *completeness.completeness_views(connection),
    ):
        apply_once(connection, view.fullname, view.statements())
    apply_once(connection, "life of signals", signal_life.statements())
