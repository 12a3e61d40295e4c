"""Whose result a case counts in: its own unit's, every unit's that had a part in it, or each unit's for its own record. On an invented pathway.

Sites ZX1A1 and ZX1A2 are of provider ZX1; ZX1 and ZX2 are of region REG1, ZX3 of REG2; all are of the network.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from assets.refresh import full_recompute, refresh
from schemas.registry import load_registry
from tests.results.linked_world import BURNT, LinkedWorld, burn, random_change, random_journey
from tests.results.test_incremental import SITES, assert_equals_full
from tests.results.world import NOW
from warehouse.sync import sync

BURNS_HAVE_NO = ("rare_event_point",)

ABOVE = {"REG1": 1, "NET": 1}


@pytest.fixture(scope="module")
def linked():
    return load_registry((Path(__file__).parents[1] / "linked_pathways",))


@pytest.fixture
def world(demo_organisations, linked) -> LinkedWorld:
    with demo_organisations.begin() as connection:
        sync(connection, linked)
    return LinkedWorld(demo_organisations, linked)


def work(world: LinkedWorld, now: datetime = NOW) -> None:
    refresh(world.engine, world.registry, now)


# ------------------------------------------------------------------------------------------------ who has it, and how often
@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([burn()], {"ZX1A1": 1, "ZX1": 1, **ABOVE}, id="one unit"),
        pytest.param([burn(), burn("ZX2A1", 4)], {"ZX1A1": 1, "ZX2A1": 1, "ZX1": 1, "ZX2": 1, **ABOVE}, id="units of two providers of a region"),
        pytest.param([burn(), burn("ZX1A2", 4)], {"ZX1A1": 1, "ZX1A2": 1, "ZX1": 1, **ABOVE}, id="two units of a provider"),
        pytest.param([burn(), burn("ZX3A1", 4), burn(days=8)], {"ZX1A1": 1, "ZX3A1": 1, "ZX1": 1, "ZX3": 1, "REG2": 1, **ABOVE}, id="elsewhere and back"),
        pytest.param([burn(), burn("ZX2A1", 4, is_clinic=True)], {"ZX1A1": 1, "ZX1": 1, **ABOVE}, id="a unit that the pathway does not credit"),
        pytest.param([burn("ZX2A1", is_clinic=True)], {}, id="none but such a unit"),
    ],
)  # fmt: skip
def test_every_unit_has_the_case_and_no_organisation_has_it_twice(world, records, expected):
    world.burn(*records)
    work(world)
    for grain, start in (("month", "2026-05-01"), ("quarter", "2026-04-01"), ("year", "2026-01-01")):
        assert world.counted("burn_shared_cases", grain, start) == expected


def test_the_same_case_counts_for_its_own_unit_alone_and_each_record_for_its_unit(world):
    world.burn(burn(), burn("ZX1A2", 4), burn(days=8))
    work(world)
    assert world.counted("burn_cases") == {"ZX1A1": 1, "ZX1": 1, **ABOVE}
    assert world.counted("burn_stays") == {"ZX1A1": 2, "ZX1A2": 1, "ZX1": 3, "REG1": 3, "NET": 3}


def test_values_are_those_of_distinct_cases_at_every_level(world):
    """Dressed after 50 minutes, with a unit of each provider; after 110, in the first alone; after 300, in the second alone."""
    world.burn(burn(minutes=50), burn("ZX2A1", 4, minutes=50))
    world.burn(burn(minutes=110))
    world.burn(burn("ZX2A1", minutes=300))
    work(world)
    medians = {code: world.one("burn_shared_minutes", code).value for code in ("ZX1A1", "ZX2A1", "ZX1", "ZX2", "REG1", "NET")}
    assert medians == {"ZX1A1": 80, "ZX1": 80, "ZX2A1": 175, "ZX2": 175, "REG1": 110, "NET": 110}
    shares = {
        code: (world.one("burn_shared_dressed_4h", code).numerator, world.one("burn_shared_dressed_4h", code).denominator)
        for code in ("ZX1", "ZX2", "NET")
    }
    assert shares == {"ZX1": (2, 2), "ZX2": (1, 2), "NET": (2, 3)}
    assert world.one("burn_late_share", "NET").value == pytest.approx(1 / 3)


def test_the_network_value_that_others_are_compared_with_counts_distinct_cases(world):
    world.burn(burn(), burn("ZX2A1", 4))
    world.burn(burn(minutes=300))
    work(world)
    assert {
        world.one("burn_shared_dressed_4h", code, of="measurement.benchmark").network_value for code in ("ZX1A1", "ZX2A1", "ZX1", "ZX2")
    } == {0.5}


def test_of_providers_that_became_one_each_case_is_counted_once(world):
    world.burn(burn(), burn("ZX2A1", 4))
    with world.engine.begin() as connection:
        connection.execute(text("update pathway.organisation set successor_code = 'ZX3' where organisation_code in ('ZX1', 'ZX2')"))
        connection.execute(text("update pathway.organisation set successor_code = 'ZX3A1' where organisation_code in ('ZX1A1', 'ZX2A1')"))
    full_recompute(world.engine, world.registry, NOW)
    assert world.counted("burn_shared_cases") == {"ZX3A1": 1, "ZX3": 1, "REG2": 1, "NET": 1}


# ------------------------------------------------------------------------------------------------ by which date, when stale
def test_a_record_counts_by_its_own_date_and_a_case_by_its_own(world):
    world.burn(burn(), burn("ZX2A1", 4, stays=30))
    work(world)
    assert world.counted("burn_stays") == {"ZX1A1": 1, "ZX1": 1, **ABOVE}
    assert world.counted("burn_stays", start="2026-06-01") == {"ZX2A1": 1, "ZX2": 1, **ABOVE}
    assert world.counted("burn_shared_cases", start="2026-06-01") == {}


def test_a_unit_that_joins_a_case_later_has_it_and_loses_it_again(world):
    (first,) = world.burn(burn())
    work(world)
    (later,) = world.told(world.records[first], burn("ZX2A1", 4))
    work(world)
    assert world.counted("burn_shared_cases") == {"ZX1A1": 1, "ZX2A1": 1, "ZX1": 1, "ZX2": 1, **ABOVE}
    world.withdraw_record(later)
    work(world)
    assert world.counted("burn_shared_cases") == {"ZX1A1": 1, "ZX1": 1, **ABOVE}
    assert_equals_full(world, NOW, BURNS_HAVE_NO)


def test_another_case_of_one_of_its_units_leaves_a_shared_case_as_it_is(world):
    world.burn(burn(), burn("ZX2A1", 4))
    work(world)
    world.burn(burn("ZX2A1"))
    work(world)
    assert world.counted("burn_shared_cases") == {"ZX1A1": 1, "ZX2A1": 2, "ZX1": 1, "ZX2": 2, "REG1": 2, "NET": 2}
    assert_equals_full(world, NOW, BURNS_HAVE_NO)


def test_what_becomes_due_with_a_record_makes_the_results_of_every_unit_less_complete(world):
    """The dressing is due at once, the depth 20 days after the burn."""
    burnt = NOW.replace(tzinfo=None) - timedelta(days=19)
    world.burn(burn(burnt=burnt, stays=None, depth=None), burn("ZX2A1", 4, burnt=burnt, stays=None, depth=None))
    work(world)
    month = date(burnt.year, burnt.month, 1)
    before = world.one("burn_shared_cases", "ZX2A1", start=month).completeness_share
    work(world, NOW + timedelta(days=2))
    assert (before, world.one("burn_shared_cases", "ZX2A1", start=month).completeness_share) == (1, 0.5)
    assert_equals_full(world, NOW + timedelta(days=2), BURNS_HAVE_NO)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_incremental_equals_full_after_random_journeys_corrections_and_days(world, seed):
    rng, now, first, days = np.random.default_rng(seed), NOW, BURNT - timedelta(days=60), 120
    for _ in range(40):
        world.burn(*random_journey(rng, SITES, first + timedelta(days=int(rng.integers(days)))))
    work(world)
    for turn in range(30):
        random_change(world, rng, SITES, first, days)
        if turn % 10 == 9:
            now += timedelta(days=int(rng.integers(1, 40)))
        if rng.random() < 0.5:
            work(world, now)
    work(world, now)
    assert_equals_full(world, now, BURNS_HAVE_NO)
