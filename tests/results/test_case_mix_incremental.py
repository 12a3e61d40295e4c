"""Case mix: incremental equals full, after any sequence of changes, deaths and days that pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, update

from assets.refresh import full_recompute, refresh
from tests.results.case_mix_world import MODEL, cover, world_with
from tests.results.test_incremental import SITES, random_change
from tests.results.world import NOW, World, random_wrists
from warehouse.measurement_tables import signal
from warehouse.pathway_tables import pathway_case, person

TABLES = ("case_mix_part", "standardised_result", "cusum_month")
KEYS = ["organisation_code", "provider_code", "site_code", "model_name", "direction", "period_grain", "period_start"]


def snapshot(world: World) -> dict[str, pd.DataFrame]:
    frames = {
        name: world.table(f"measurement.{name}").drop(columns=["as_of_submission", "computed_at"], errors="ignore") for name in TABLES
    }
    return {name: frame.sort_values([key for key in KEYS if key in frame]).reset_index(drop=True) for name, frame in frames.items()}


def open_signals(world: World) -> list[tuple]:
    query = select(signal.c.signal_id, signal.c.until_on, signal.c.parameters["limit"].astext).where(
        signal.c.kind == "cusum", signal.c.state != "closed"
    )
    with world.engine.connect() as connection:
        return sorted(map(tuple, connection.execute(query)))


def mortal(rows: list[dict], rng: np.random.Generator, share: float) -> list[dict]:
    """Some of them die within 60 days."""
    return [row | {"died": row["arrival_date"] + timedelta(days=int(rng.integers(60)))} if rng.random() < share else row for row in rows]


def change_deaths(world: World, rng: np.random.Generator) -> None:
    """Somebody is found to have died, or not to have."""
    ids = [str(i) for i in rng.choice(list(world.cases), size=4, replace=False)]
    with world.engine.begin() as connection:
        submission_id = world.submit(connection)
        for case_id in ids:
            row = connection.execute(
                select(pathway_case.c.person_id, pathway_case.c.started_on).where(pathway_case.c.case_id == case_id)
            ).one()
            died = row.started_on + timedelta(days=int(rng.integers(40))) if rng.random() < 0.7 else None
            connection.execute(update(person).where(person.c.person_id == row.person_id).values(death_on=died))
        world.queue(connection, ids, submission_id)


@pytest.mark.parametrize("seed", [2])
def test_incremental_equals_full_after_random_changes_deaths_and_clock_advances(demo_organisations, registry, seed):
    rng, now, covered = np.random.default_rng(seed), NOW, date(2026, 10, 1)
    world = world_with(demo_organisations, registry, replace(MODEL, minimum_cases=300, minimum_events=30), covered_to=covered)
    first, days = date(2025, 1, 1), 660
    world.add(*mortal(random_wrists(rng, 500, first, days, SITES), rng, 0.1))
    world.add(*mortal(random_wrists(rng, 60, date(2026, 6, 1), 60, SITES[:2]), rng, 0.9))
    refresh(world.engine, world.registry, now)
    for turn in range(16):
        random_change(world, rng, first, days)
        change_deaths(world, rng)
        if turn % 4 == 3:
            now += timedelta(days=int(rng.integers(5, 30)))
            covered, before = covered + timedelta(days=20), covered
            cover(world, before, covered)
        if rng.random() < 0.6:
            refresh(world.engine, world.registry, now)
    refresh(world.engine, world.registry, now)
    incremental, open_before = snapshot(world), open_signals(world)
    versions = len(world.table("measurement.case_mix_model"))
    full_recompute(world.engine, world.registry, now)
    for name, full in snapshot(world).items():
        assert len(full), f"{name} is empty"
        pd.testing.assert_frame_equal(incremental[name], full, check_exact=True, obj=name)
    assert open_signals(world) == open_before and open_before, "the deaths of summer raise one"
    assert len(world.table("measurement.case_mix_model")) == versions >= 2
