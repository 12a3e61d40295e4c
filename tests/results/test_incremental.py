"""Incremental equals full: after any sequence of changes and days that pass."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from assets.maturity import queue_matured
from assets.refresh import full_recompute, refresh
from tests.results.world import NOW, World, random_wrists

SITES = [f"ZX{n}A{m}" for n in (1, 2, 3) for m in (1, 2)]
TABLES = (
    "measure_result",
    "benchmark",
    "funnel_limit",
    "spc_point",
    "rare_event_point",
    "measure_part",
    "shared_part",
    "milestone_part",
    "milestone_result",
)
NOT_COMPARED = ["as_of_submission", "computed_at"]


def snapshot(world: World) -> dict[str, pd.DataFrame]:
    tables = {name: world.table(f"measurement.{name}").drop(columns=NOT_COMPARED, errors="ignore") for name in TABLES}
    keys = {name: [*frame.columns[:5], *({"chart"} & set(frame.columns[5:]))] for name, frame in tables.items()}
    return {
        name: frame.sort_values(keys[name], key=lambda column: column.map(str)).reset_index(drop=True) for name, frame in tables.items()
    }


def assert_equals_full(world: World, now, without: tuple[str, ...] = ("shared_part",)) -> None:
    """``without``: tables that a pathway of this kind leaves empty."""
    incremental = snapshot(world)
    full_recompute(world.engine, world.registry, now)
    for name, full in snapshot(world).items():
        assert len(full) or name in without, f"{name} is empty"
        pd.testing.assert_frame_equal(incremental[name], full, check_exact=True, obj=name)


def random_change(world: World, rng: np.random.Generator, first: date, days: int) -> None:
    ids = [str(i) for i in rng.choice(list(world.cases), size=min(5, len(world.cases)), replace=False)]
    day = first + timedelta(days=int(rng.integers(days)))
    kind = rng.integers(7)
    if kind == 0:
        world.add(*random_wrists(rng, 8, first, days, SITES))
    elif kind == 1:
        world.remove(ids)
        for case_id in ids:
            del world.cases[case_id]
    else:
        values = [{"arrival_date": day}, {"discharge_date": day}, {"status": str(rng.choice(["valid", "duplicate", "error"]))},
                  {"site": str(rng.choice(SITES))}, {"manipulated": "0", "pain_score": None}]  # fmt: skip
        world.change(ids, **values[kind - 2])


@pytest.mark.parametrize("seed", [1])
def test_incremental_equals_full_after_random_changes_and_clock_advances(world, seed):
    rng, now = np.random.default_rng(seed), NOW
    first, days = date(2025, 1, 1), 700
    world.add(*random_wrists(rng, 600, first, days, SITES))
    refresh(world.engine, world.registry, now)
    for turn in range(20):
        random_change(world, rng, first, days)
        if turn % 5 == 4:
            now += timedelta(days=int(rng.integers(1, 40)))
        if rng.random() < 0.6:
            refresh(world.engine, world.registry, now)
    refresh(world.engine, world.registry, now)
    assert_equals_full(world, now)


def test_a_day_that_passes_makes_fields_due_and_results_final(world):
    rng = np.random.default_rng(4)
    world.add(*random_wrists(rng, 200, date(2026, 8, 1), 100, SITES))
    refresh(world.engine, world.registry, NOW)
    before = world.one("wrist_manipulated_4h", start=date(2026, 10, 1))
    later = NOW + timedelta(days=14)
    assert queue_matured(world.engine, world.registry, later) > 0
    assert queue_matured(world.engine, world.registry, later) is None
    refresh(world.engine, world.registry, later)
    after = world.one("wrist_manipulated_4h", start=date(2026, 10, 1))
    assert before.is_provisional and not after.is_provisional
    assert after.completeness_share < before.completeness_share
    assert_equals_full(world, later)
