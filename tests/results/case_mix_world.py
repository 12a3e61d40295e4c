"""A world in which wrist fractures can be followed by death, and a case-mix model says how likely that was.

The coefficients to begin with make risks that can be summed in the head: 0.1 under 80, 0.2 from 80 on, 0.15 where the age is unknown; twice the odds
with an open wound.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Engine, insert

from schemas.case_mix import CaseMixModel, Factor, Published
from schemas.expressions import Holds, Not, days_between, field
from schemas.measures import Direction, Exclusion, Measure, MeasureKind
from schemas.registry import Registry
from tests.results.world import World, wrist
from warehouse.pathway_tables import linkage_coverage
from warehouse.stale import queue_for_deaths

NOT_KNOWN_YET = Exclusion("deaths_not_known_yet", Not(Holds(days_between("started_on", "deaths_covered_to") >= 30)))
DEAD = Measure(
    "wrist_dead", "Dead within 30 days", "Of those known.", MeasureKind.PROPORTION, Direction.LOWER_IS_BETTER, "share", index_date="arrival_date",
    exclusions=(NOT_KNOWN_YET,), numerator=days_between("started_on", "death_on") <= 30, matures_after_days=60, is_watched=False,
)  # fmt: skip


def logit(risk: float) -> float:
    return math.log(risk / (1 - risk))


AGE = Factor("age", "Age", (("<80", field("age_years") < 80), ("80+", field("age_years") >= 80)))
WOUND = Factor("wound", "Open wound", (("no", field("open_wound").equals(False)), ("yes", field("open_wound").equals(True))))
PUBLISHED = Published(
    (
        ("intercept", logit(0.1)), ("age=80+", logit(0.2) - logit(0.1)), ("age=unknown", logit(0.15) - logit(0.1)),
        ("wound=yes", math.log(2)), ("wound=unknown", 0.0),
    ),
    "worked by hand",
)  # fmt: skip
MODEL = CaseMixModel(
    "wrist_death", "Death after a wrist fracture", DEAD.name, (AGE, WOUND), PUBLISHED, minimum_cases=500, minimum_events=50
)


def registry_with(registry: Registry, *models: CaseMixModel) -> Registry:
    """The invented pathway with deaths, and these models of them."""
    pathway = replace(registry.pathway("wrist_fracture"), case_mix=models)
    return Registry((replace(pathway, measures=(*pathway.measures, DEAD)),), registry.shared_datasets, registry.folders)


def world_with(engine: Engine, registry: Registry, *models: CaseMixModel, covered_to: date = date(2026, 11, 19)) -> World:
    """Deaths are known up to the day before the world's now."""
    world = World(engine, registry_with(registry, *models))
    with engine.begin() as connection:
        connection.execute(insert(linkage_coverage).values(dataset_name="deaths", covered_to=covered_to))
    return world


def cover(world: World, before: date, to: date) -> None:
    """Deaths are known for longer."""
    with world.engine.begin() as connection:
        connection.execute(linkage_coverage.update().values(covered_to=to))
        queue_for_deaths(connection, world.registry, before, None)


def patients(count: int, dead: int, day: date, age: int | None = 70, site: str = "ZX1A1", wound: bool | None = False) -> list[dict]:
    """So many alike, of whom the first ones died ten days later."""
    return [
        wrist(day, site=site, age_years=age, open_wound=wound, died=day + timedelta(days=10) if k < dead else None) for k in range(count)
    ]  # fmt: skip
