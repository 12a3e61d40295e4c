"""Incremental equals full: after any sequence of submissions, corrections, withdrawals and clock advances."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assets.maturity import queue_matured
from assets.refresh import full_recompute
from assets.submissions import approve, withdraw
from tests.world import World, history, snapshot, wrist

RESULTS = (
    "results",
    "benchmarks",
    "funnels",
    "spc",
    "rare events",
    "milestones",
    "parts",
    "milestone parts",
    "signals",
    "life of signals",
    "queue",
)


class MovingClock:
    def __init__(self, now: datetime):
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def world(context, demo_organisations):
    clock = MovingClock(datetime(2024, 6, 1, 12, 0, tzinfo=UTC))
    return World(replace(context, settings=replace(context.settings, clock=clock)))


def assert_fresh(world: World) -> dict:
    """What has grown step by step equals what is computed anew, the closed signals with their history too; returned is what it was."""
    world.refresh()
    grown = snapshot(world.context.engine, *RESULTS)
    full_recompute(world.context.engine, world.context.registry, world.context.now())
    full = snapshot(world.context.engine, *RESULTS)
    for name in RESULTS:
        assert grown[name] == full[name], name
    return grown


def test_results_follow_a_submission(world):
    world.submit(history(1))
    world.refresh()
    found = world.query(
        "select organisation_code, numerator, denominator from measurement.measure_result where measure_name = 'wrist_cases' and period_grain = 'year' order by 1"
    )
    assert [r["organisation_code"] for r in found] == ["NET", "REG1", "ZX1", "ZX1A1", "ZX1A2"]
    assert found[0]["denominator"] == 36
    assert_fresh(world)


def act(world: World, chance: random.Random, number: int) -> None:
    """One random thing that a network does."""
    sender = chance.choice(("ZX1", "ZX2", "ZX3"))
    sites = (f"{sender}A1", f"{sender}A2")
    seed = int(sender[2])
    kind = chance.choices(("new", "correct", "replace", "withdraw", "withdraw rows", "clock", "approve"), (5, 4, 2, 2, 1, 2, 1))[0]
    people = [chance.randrange(1, 60) for _ in range(chance.randrange(1, 8))]
    arrived = [datetime(2024, chance.randrange(1, 6), chance.randrange(1, 28), chance.randrange(24), 0) for _ in people]
    rows = [
        wrist(seed * 1000 + p, sites[p % 2], at, chance.choice((None, 30, 240, 241, 600, -10)), **{"Pain score": str(chance.randrange(11))})
        for p, at in zip(people, arrived, strict=True)
    ]
    if kind in ("new", "correct"):
        world.submit(rows if kind == "new" else [row | {"Grip strength": str(number % 100)} for row in rows], sender, f"{number}.csv")
    elif kind == "replace":
        month = chance.randrange(1, 6)
        period = {"period_start": f"2024-{month:02d}-01", "period_end": f"2024-{month:02d}-28"}
        world.submit(rows, sender, f"{number}.csv", {"mode": "replace period", "organisation": sender, **period})
    elif kind == "withdraw rows":
        world.submit(rows, sender, f"{number}.csv", {"mode": "withdraw"})
    elif kind == "clock":
        world.context.settings.clock.now += timedelta(days=chance.randrange(1, 40))
        queue_matured(world.context.engine, world.context.registry, world.context.now())
    else:
        states = ("held",) if kind == "approve" else ("accepted", "accepted in part", "accepted with warnings")
        found = world.query("select submission_id from intake.submission where state = any(:states) order by 1", states=list(states))
        if found:
            chosen = chance.choice(found)["submission_id"]
            (approve if kind == "approve" else withdraw)(world.context, chosen, "a tester")
            world.work_off()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_along_three_hundred_random_events_incremental_equals_full(world):
    chance = random.Random(0)
    world.submit(years_ago(), "ZX3", "years ago.csv")
    for number in range(300):
        act(world, chance, number)
        if chance.random() < 0.3:
            world.refresh()
        if (number + 1) % 50 == 0:
            grown = assert_fresh(world)
            assert grown["results"] and grown["benchmarks"] and grown["spc"] and grown["life of signals"]


@pytest.mark.slow
def test_signals_that_a_correction_closes_stay_closed_when_all_is_computed_anew(world):
    chance = random.Random(0)
    world.submit(years_ago(), "ZX3", "years ago.csv")
    for number in range(16):
        act(world, chance, number)
        if number == 8:
            world.submit(years_ago(slower=110), "ZX3", "years ago, corrected.csv")
        if chance.random() < 0.3:
            world.refresh()
        if (number + 1) % 4 == 0:
            grown = assert_fresh(world)
    causes = [row["state"] for row in grown["life of signals"] if row["signal_key"].startswith("special cause")]
    assert {"raised", "closed"} == set(causes)


def years_ago(slower: int = 400) -> list[dict[str, str]]:
    """Two years of one clinic whose care took ``slower`` minutes at last: enough months for a chart to raise signals, which a correction closes."""
    months = [datetime(2022 + month // 12, 1 + month % 12, 1, 9, 0) for month in range(24)]
    return [
        wrist(9000 + 8 * n + p, "ZX3A1", at + timedelta(days=3 * p), 100 + p if n < 14 or p < 2 else slower)
        for n, at in enumerate(months)
        for p in range(8)
    ]
