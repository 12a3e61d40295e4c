"""Observed deaths against expected ones: worked by hand, through the warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from assets.refresh import refresh
from schemas.case_mix import CaseMixModel
from tests.results.case_mix_world import MODEL, cover, patients, world_with
from tests.results.world import NOW, World
from warehouse.pathway_tables import organisation

SPRING, MAY = date(2026, 4, 1), date(2026, 5, 10)


@pytest.fixture
def world(demo_organisations, registry) -> World:
    return world_with(demo_organisations, registry, MODEL)


def result(world: World, code: str, grain: str = "quarter", start: date = SPRING):
    return world.one("wrist_dead", code, grain, start, of="measurement.standardised_result")


def two_providers(world: World) -> None:
    """ZX1: 10 with a risk of 0.1 and 5 of 0.2, 3 died; ZX2: 20 of 0.2, 2 died."""
    world.add(*patients(10, 2, MAY), *patients(5, 1, MAY, age=85, site="ZX1A2"), *patients(20, 2, date(2026, 6, 1), age=85, site="ZX2A1"))
    refresh(world.engine, world.registry, NOW)


def test_a_provider_is_measured_against_the_risks_of_its_own_patients(world):
    two_providers(world)
    first, second = result(world, "ZX1"), result(world, "ZX2")
    assert (first.case_count, first.observed, first.expected, first.ratio) == (15, 3, pytest.approx(2.0), pytest.approx(1.5))
    assert first.z_score == pytest.approx((3 - 2) / (10 * 0.1 * 0.9 + 5 * 0.2 * 0.8) ** 0.5)
    assert (second.observed, second.expected, second.ratio) == (2, pytest.approx(4.0), pytest.approx(0.5))


def test_the_intervals_of_the_ratio_are_those_of_the_count_of_deaths(world):
    two_providers(world)
    row = result(world, "ZX1")
    # exact limits of a count of three, 95 % and 99.8 %, over two expected
    assert (row.lower_95, row.upper_95) == (pytest.approx(0.6187 / 2, abs=1e-4), pytest.approx(8.7673 / 2, abs=1e-4))
    assert (row.lower_998, row.upper_998) == (pytest.approx(0.1905 / 2, abs=1e-4), pytest.approx(13.0622 / 2, abs=1e-4))


def test_the_standardised_rate_is_the_ratio_times_the_networks_crude_rate(world):
    two_providers(world)
    assert result(world, "NET").crude_rate == pytest.approx(5 / 35)
    assert result(world, "ZX1").standardised_rate == pytest.approx(1.5 * 5 / 35)
    assert result(world, "ZX2").standardised_rate == pytest.approx(0.5 * 5 / 35)


def test_sites_regions_the_network_and_years_add_up(world):
    two_providers(world)
    rows = {code: result(world, code, grain, start) for code, grain, start in
            (("ZX1A1", "quarter", SPRING), ("ZX1A2", "quarter", SPRING), ("REG1", "quarter", SPRING), ("NET", "year", date(2026, 1, 1)))}  # fmt: skip
    assert {code: (row.case_count, row.observed, round(row.expected, 9)) for code, row in rows.items()} == {
        "ZX1A1": (10, 2, 1.0), "ZX1A2": (5, 1, 1.0), "REG1": (35, 5, 6.0), "NET": (35, 5, 6.0),
    }  # fmt: skip


def test_nobody_is_dropped_because_an_answer_is_missing(world):
    world.add(*patients(4, 0, MAY, age=None, wound=None), *patients(2, 1, MAY, wound=True))
    refresh(world.engine, world.registry, NOW)
    twice_the_odds = 2 * 0.1 / (0.9 + 2 * 0.1)
    assert result(world, "ZX1").expected == pytest.approx(4 * 0.15 + 2 * twice_the_odds)


def test_who_may_still_die_unseen_is_neither_observed_nor_expected(demo_organisations, registry):
    world = world_with(demo_organisations, registry, MODEL, covered_to=date(2026, 5, 31))
    world.add(*patients(3, 1, date(2026, 4, 10)), *patients(5, 0, MAY))
    refresh(world.engine, world.registry, NOW)
    waiting = result(world, "ZX1")
    assert (waiting.case_count, waiting.is_provisional) == (3, True)
    cover(world, date(2026, 5, 31), date(2026, 11, 19))
    refresh(world.engine, world.registry, NOW)
    known = result(world, "ZX1")
    assert (known.case_count, known.expected, known.is_provisional) == (8, pytest.approx(0.8), False)


def test_nothing_is_left_of_cases_that_are_gone(world):
    ids = world.add(*patients(3, 1, MAY))
    refresh(world.engine, world.registry, NOW)
    world.remove(ids)
    refresh(world.engine, world.registry, NOW)
    assert all(world.table(f"measurement.{name}").empty for name in ("case_mix_part", "standardised_result", "cusum_month"))


def test_another_providers_new_deaths_change_what_everybodys_rate_is_held_against(world):
    two_providers(world)
    world.add(*patients(5, 5, MAY, site="ZX3A1"))
    refresh(world.engine, world.registry, NOW)
    assert result(world, "ZX1").standardised_rate == pytest.approx(1.5 * 10 / 40)


def test_a_successor_has_the_cases_of_those_it_took_over(world):
    two_providers(world)
    with world.engine.begin() as connection:
        connection.execute(
            update(organisation).where(organisation.c.organisation_code == "ZX2").values(successor_code="ZX1", closed_on=date(2026, 7, 1))
        )
    world.add(*patients(1, 0, MAY))
    refresh(world.engine, world.registry, NOW)
    assert (result(world, "ZX1").case_count, round(result(world, "ZX1").expected, 9)) == (36, 6.1)


def test_of_two_models_the_first_that_applies_to_a_case_predicts_it(demo_organisations, registry):
    from schemas.expressions import field

    with_wound = replace(MODEL, name="wrist_death_open", applies=field("open_wound").equals(True))
    rest = CaseMixModel("wrist_death_closed", "Closed", MODEL.measure, (), replace(MODEL.published, coefficients=(("intercept", 0.0),)))
    world = world_with(demo_organisations, registry, with_wound, rest)
    world.add(*patients(3, 0, MAY, wound=True), *patients(4, 1, MAY, wound=False))
    refresh(world.engine, world.registry, NOW)
    row = result(world, "ZX1")
    assert (row.case_count, row.model_version) == (7, "wrist_death_open 1, wrist_death_closed 1")
    assert row.expected == pytest.approx(3 * 0.2 / 1.1 + 4 * 0.5)


def test_a_result_tells_the_versions_that_it_rests_on(world):
    two_providers(world)
    row = result(world, "ZX1")
    assert (row.measure_version, row.model_version, row.as_of_submission) == (1, "wrist_death 1", "S00000001")


def test_a_pathway_without_models_asks_nothing_and_keeps_nothing(demo_organisations, registry):
    from sqlalchemy import event

    world, asked = world_with(demo_organisations, registry), []
    refresh(world.engine, world.registry, NOW)
    world.add(*patients(3, 1, MAY))
    event.listen(world.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    refresh(world.engine, world.registry, NOW)
    assert asked and not [
        statement for statement in asked if "case_mix" in statement or "standardised" in statement or "cusum_month" in statement
    ]
    assert world.table("measurement.standardised_result").empty


@pytest.mark.parametrize("name", ["acute_stroke", "hip_fracture"])
def test_the_cases_of_every_declared_model_can_be_read(database, registry, name):
    from assets.case_mix_cases import read_cases, with_risks
    from assets.case_mix_models import current_models
    from assets.result_frames import Moment
    from schemas.case_mix import by_measure

    pathway = registry.pathway(name)
    with database.begin() as connection:
        models, is_new = current_models(connection, pathway, Moment(NOW, None))
        assert is_new and not current_models(connection, pathway, Moment(NOW, None))[1]
        for measure, declared in by_measure(pathway.case_mix).items():
            frame = read_cases(connection, pathway, registry.measures[measure], declared, providers=["ZX1"], between=(SPRING, MAY))
            assert with_risks(frame, [model for model in models if model.declared in declared]).empty
