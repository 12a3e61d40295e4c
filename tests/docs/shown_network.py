"""A network with something behind every query of ``docs/other-dashboards.md``: three years of emergency departments, a year of wrist fractures and deaths after them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import insert, text

from assets.context import Context
from assets.expected_submissions import watch_submissions
from assets.refresh import refresh
from schemas.case_mix import CaseMixModel
from schemas.outliers import Basis, OutlierPolicy
from schemas.registry import Registry
from tests.aggregate.conftest import table
from tests.aggregate.test_submitted_results import REFERENCE
from tests.conftest import DEMO_NETWORK
from tests.improvement.files import aims
from tests.improvement.network import NOW, PROVIDERS, Departments
from tests.results.case_mix_world import AGE, DEAD, PUBLISHED
from tests.world import World, wrist
from warehouse.organisations import load_network
from warehouse.pathway_tables import linkage_coverage
from warehouse.stale import queue_all

BY_AGE = CaseMixModel(
    "wrist_death",
    "Death after a wrist fracture",
    DEAD.name,
    (AGE,),
    replace(PUBLISHED, coefficients=PUBLISHED.coefficients[:3]),
    minimum_cases=5000,
    minimum_events=500,
)
QUARTER = date(2025, 7, 1)
CASES_A_MONTH = {"ZX1": 20, "ZX2": 12, "ZX3": 1}  # of ZX3 a quarter has three cases: hidden


def with_deaths(registry: Registry) -> Registry:
    """All pathways; the invented one with deaths, a model of them and a policy for outliers."""
    wrists = registry.pathway("wrist_fracture")
    policy = OutlierPolicy(DEAD.name, Basis.STANDARDISED, minimum_expected=2)
    wrists = replace(wrists, measures=(*wrists.measures, DEAD), case_mix=(BY_AGE,), outlier_policies=(*wrists.outlier_policies, policy))
    others = (pathway for pathway in registry.pathways if pathway.name != wrists.name)
    return Registry((*others, wrists), registry.shared_datasets, registry.folders)


def fill(context: Context) -> World:
    """Everything through the landing area but the departments' counts and the deaths."""
    world = World(replace(context, registry=with_deaths(context.registry)))
    with context.engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    departments = Departments(world).change("ZYA", "2025-01", 0.15).change("ZYB", "2025-11", -0.3).load()
    started = {"Start date": "01/01/2025"}
    departments.register(
        {"Organisation": "ZYA", "Reference": "WORKS", **started}, {"Organisation": "ZYC", "Reference": "DOES NOTHING", **started}
    )
    aim = {"Organisation": "ZYA", "Measure": "ae_four_hour", "Baseline": "0.6", "Target": "0.95", "Set on": "01/01/2025"}
    assert world.submit(aims(aim), sender="NET", name="aims.csv").counts.accepted == 1
    months = (f"ae_four_hour | 01/{month:02}/2025 | month | 0.74 | | | Monthly statistics | 13/12/2025" for month in (1, 4, 7, 12))
    assert world.submit(table(REFERENCE, *months), sender="NET", name="reference.csv").counts.accepted == 4
    for number, provider in enumerate(CASES_A_MONTH):
        assert world.submit(_year(provider, number * 1000), sender=provider).counts.quarantined == 0
    _let_some_die(world)
    refresh(world.context.engine, world.context.registry, NOW)
    watch_submissions(world.context.engine, world.context.registry, NOW)
    return world


def _year(provider: str, serial: int) -> list[dict[str, str]]:
    """The year 2025: a fixed number of cases a month, every fifth manipulated late, the first weeks of the year without a time of manipulation."""
    per_month = CASES_A_MONTH[provider]
    rows = []
    for number in range(12 * per_month):
        arrived = datetime(2025, 1 + number // per_month, 1 + number % 27, 9)
        rows.append(wrist(serial + number, f"{provider}A1", arrived, 300 if number % 5 == 0 else 60 + len(provider) * number % 90))
    return rows


def _let_some_die(world: World) -> None:
    """Every sixth person ten days after arrival, and deaths are known up to the day before."""
    with world.context.engine.begin() as connection:
        connection.execute(text(
            "update pathway.person p set death_on = c.started_on + 10 from (select person_id, started_on, row_number() over (order by provider_code, started_on, first_row_number) as n "
            "from pathway.pathway_case) c where c.person_id = p.person_id and c.n % 6 = 0"
        ))  # fmt: skip
        connection.execute(insert(linkage_coverage).values(dataset_name="deaths", covered_to=NOW.date() - timedelta(days=1)))
        queue_all(connection, world.context.registry)


__all__ = ["PROVIDERS", "QUARTER", "fill"]
