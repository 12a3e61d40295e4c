"""The life of signals that the bench of false alarms counts is the one that the product gives them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import select

from assets.refresh import refresh
from bench.alarms.charts import watch
from bench.alarms.rules import XMR_ALL, Months, xmr
from tests.results.world import World, wrist
from warehouse.measurement_tables import signal

FIRST, MONTHS, SITES = 13, 26, ("ZX1A1", "ZX1A2", "ZX2A1", "ZX2A2")  # months are judged from the fourteenth on


def month(number: int) -> date:
    return date(2023 + number // 12, number % 12 + 1, 1)


def raised_by_the_product(world: World, number: int) -> set[tuple[str, int]]:
    """(site, sign) of the signals raised by a refresh when that month has become final."""
    day = month(number + 1) + timedelta(days=3)
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    refresh(world.engine, world.registry, now)
    query = select(signal.c.organisation_code, signal.c.parameters).where(signal.c.measure_name == "wrist_cases", signal.c.raised_at == now)
    with world.engine.connect() as connection:
        found = connection.execute(query.where(signal.c.kind == "special cause", signal.c.organisation_code.in_(SITES))).all()
    return {(row.organisation_code, int(np.sign(row.parameters["points"][-1]["value"] - row.parameters["mean"]))) for row in found}


def test_signals_of_months_that_wander_are_raised_in_the_months_in_which_they_are_counted(world):
    rng = np.random.default_rng(37)
    wander = np.cumsum(rng.normal(0, 0.9, (len(SITES), MONTHS)), axis=1)
    cases = np.clip(np.rint(6 + wander + rng.normal(0, 1, wander.shape)), 1, 16)
    judged = range(FIRST, MONTHS)
    counted = watch(Months(cases, np.full(cases.shape, np.inf), cases, is_count=True), (xmr,), judged)[XMR_ALL]
    for number in range(MONTHS):
        world.add(
            *[
                wrist(month(number) + timedelta(days=k % 28), site=site)
                for site, each in zip(SITES, cases, strict=True)
                for k in range(int(each[number]))
            ]
        )
        if number >= FIRST:
            at = number - FIRST
            expected = {(site, int(counted.open[k, at])) for k, site in enumerate(SITES) if counted.raised[k, at]}
            assert raised_by_the_product(world, number) == expected, month(number)
    assert counted.raised.sum() >= 8 and {-1, 1} <= set(counted.open.ravel().tolist()), (
        "the months are such that there is something to count"
    )
