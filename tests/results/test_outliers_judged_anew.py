"""Closed periods are judged anew when the case-mix model or the policy is another one, although nobody touched their data.

The published risk is 0.1. In January ZX1 and ZX2 have 100 patients each, of whom 25 and 10 die. Deaths of May make a model of the network's own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assets.refresh import full_recompute, refresh
from schemas.outliers import OutlierPolicy
from schemas.registry import Registry
from tests.results.case_mix_world import AGE, DEAD, MODEL, PUBLISHED, patients, world_with
from tests.results.world import NOW, World

JANUARY, MAY, WINTER = date(2026, 1, 10), date(2026, 5, 10), date(2026, 1, 1)
BY_AGE = replace(MODEL, factors=(AGE,), published=replace(PUBLISHED, coefficients=PUBLISHED.coefficients[:3]))
POLICY = OutlierPolicy(DEAD.name)


def with_policy(registry: Registry, policy: OutlierPolicy) -> Registry:
    pathway = replace(registry.pathway("wrist_fracture"), outlier_policies=(policy,))
    return Registry((pathway,), registry.shared_datasets, registry.folders)


@pytest.fixture
def world(demo_organisations, registry) -> World:
    world = world_with(demo_organisations, registry, BY_AGE)
    world.registry = with_policy(world.registry, POLICY)
    world.add(*patients(100, 25, JANUARY), *patients(100, 10, JANUARY, site="ZX2A1"))
    look(world)
    return world


def look(world: World) -> None:
    refresh(world.engine, world.registry, NOW)


def refit(world: World) -> None:
    """Deaths of another quarter: 30 % of those of May die, and the model knows it."""
    world.add(*patients(500, 150, MAY, site="ZX3A1"))
    look(world)


def evaluations(world: World) -> dict[str, list]:
    """Of the outliers of the winter, by organisation, in their order."""
    found: dict[str, list] = {}
    for row in world.table("measurement.period_outlier", period_start=WINTER, period_grain="quarter").itertuples():
        judged = world.table("measurement.period_outlier_evaluation", period_outlier_id=row.period_outlier_id)
        found[row.organisation_code] = list(judged.sort_values("period_outlier_evaluation_id").itertuples())
    return found


def test_a_refit_adds_a_judgement_by_the_new_model_and_keeps_the_old_one(world):
    (before,) = evaluations(world)["ZX1"]
    assert (before.level, before.model_version, before.observed, before.expected) == ("alarm", "wrist_death 1", 25, pytest.approx(10))
    refit(world)
    first, second = evaluations(world)["ZX1"]
    assert first == before
    assert (second.level, second.model_version, second.observed) == ("inside", "wrist_death 2", 25)
    assert second.expected == pytest.approx(100 * (25 + 10 + 150) / 700)


def test_who_was_inside_by_the_old_model_is_found_by_the_new_one(world):
    assert "ZX2" not in evaluations(world)
    refit(world)
    (only,) = evaluations(world)["ZX2"]
    assert (only.level, only.model_version, only.observed) == ("positive", "wrist_death 2", 10)


def test_the_history_tells_that_it_was_the_model(world):
    refit(world)
    notes = world.table("measurement.period_outlier_event", event="evaluated again")["note"].tolist()
    assert notes == ["alarm -> inside; the model is wrist_death 2"]


def test_the_same_model_judges_only_what_is_touched(world):
    refit(world)
    world.add(*patients(1, 0, MAY))
    look(world)
    look(world)
    full_recompute(world.engine, world.registry, NOW)
    assert {code: len(judged) for code, judged in evaluations(world).items()} == {"ZX1": 2, "ZX2": 1}


def test_another_version_of_the_policy_judges_all_closed_periods(world):
    world.registry = with_policy(world.registry, replace(POLICY, alarm_distance=5.0, version=2))
    world.add(*patients(1, 0, MAY))
    look(world)
    first, second = evaluations(world)["ZX1"]
    assert [(e.level, e.policy_version) for e in (first, second)] == [("alarm", 1), ("alert", 2)]


def test_what_is_judged_by_whom_is_kept(world):
    refit(world)
    (row,) = world.table("measurement.period_outlier_basis").itertuples()
    assert (row.measure_name, row.policy_version, row.model_version) == ("wrist_dead", 1, "wrist_death 2")
