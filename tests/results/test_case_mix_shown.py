"""What Dagster's page of the node shows of the models, the charts and the calibration."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest

from assets import pictures
from assets.refresh import refresh
from assets.shown_case_mix import case_mix_metadata
from tests.results.case_mix_world import AGE, MODEL, PUBLISHED, patients, world_with
from tests.results.test_case_mix_fit import MAY, fill
from tests.results.test_outliers_judged_anew import POLICY, with_policy
from tests.results.world import NOW

BY_AGE = replace(MODEL, factors=(AGE,), published=replace(PUBLISHED, coefficients=PUBLISHED.coefficients[:3]))


def shown(world) -> dict:
    with world.engine.connect() as connection:
        return case_mix_metadata(connection, "wrist_fracture")


def svg(markdown: str) -> str:
    return base64.b64decode(re.search(r"base64,([^)]+)\)", markdown)[1]).decode()


def test_the_node_shows_the_model_its_coefficients_and_its_calibration(demo_organisations, registry):
    world = world_with(demo_organisations, registry, BY_AGE)
    fill(world)
    told = shown(world)
    assert told["source_1"] == "wrist_death 2: fitted on the network's own cases"
    rows = (
        "|  | wrist_death |",
        "| version | 2 |",
        "| cases | 1,200 |",
        "| events | 230 |",
        "| c statistic | 0.657 |",
        "| calibration slope | 1.00 |",
        "| to | 2026-06-30 |",
    )
    assert all(row in told["models"].value for row in rows)
    assert "| age=80+ | 1.350 |" in told["coefficients_1"].value
    assert svg(told["calibration_1"].value).count("<circle") == 3 + 1, "a dot a group, and one in the key"
    assert (told["cusum_charts"], told["cusum_charts_with_a_limit"]) == (6, 6)
    assert told["standardised_results"] == len(world.table("measurement.standardised_result"))


def test_before_there_are_cases_there_is_a_model_and_no_plot(demo_organisations, registry):
    world = world_with(demo_organisations, registry, BY_AGE)
    world.add(*patients(1, 0, MAY, site="ZX1A1"))
    refresh(world.engine, world.registry, NOW)
    told = shown(world)
    assert told["source_1"] == "wrist_death 1: worked by hand" and "| coefficients | published |" in told["models"].value


def test_a_group_that_is_as_predicted_lies_on_the_line():
    drawn = svg(pictures.calibration("m", [0.1, 0.3], [0.1, 0.4]))
    line = [float(n) for n in re.search(r'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)" stroke="#d9822b"', drawn).groups()]
    dots = [tuple(map(float, found)) for found in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn)]
    dots = dots[:2]  # the third is in the key
    above = [line[1] + (x - line[0]) * (line[3] - line[1]) / (line[2] - line[0]) - y for x, y in dots]
    assert above == [pytest.approx(0, abs=0.2), pytest.approx(0.1 / (0.4 * 1.08) * 230, abs=0.3)]


def test_the_node_shows_the_funnel_of_ratios_and_the_chart_nearest_its_limit(demo_organisations, registry):
    world = world_with(demo_organisations, registry, BY_AGE)
    world.registry = with_policy(world.registry, POLICY)
    world.add(*patients(300, 60, MAY), *patients(100, 11, MAY, site="ZX2A1"), *patients(60, 3, MAY, site="ZX3A1"))
    refresh(world.engine, world.registry, NOW)
    told = shown(world)
    funnel = svg(told["funnel_1"].value)
    assert ">Dead within 30 days, April to June 2026: observed against expected<" in funnel
    assert ">2 providers, 1 worse and 0 better than chance and policy allow; 1 hidden; small numbers hidden, the rest rounded<" in funnel
    assert ">Exemplar 1 Hospitals: alarm<" in funnel and "Exemplar 3" not in funnel
    assert {">alert<", ">alarm<", ">positive<", ">99.8 %, by chance alone<", ">expected of such patients<"} <= set(
        re.findall(r">[^<]+<", funnel)
    )
    chart = svg(told["cusum_worse_1"].value)
    assert ">Dead within 30 days, risk-adjusted CUSUM for the worse: Exemplar " in chart
    assert ">limit<" in chart and ">limit reached: a signal; it begins anew<" in chart


def test_a_cusum_is_told_in_twentieths_of_its_limit(demo_organisations, registry):
    """From the exact height of a month its deaths would follow."""
    world = world_with(demo_organisations, registry, BY_AGE)
    world.add(*patients(100, 3, MAY))
    refresh(world.engine, world.registry, NOW)
    chart = svg(shown(world)["cusum_worse_1"].value)
    top, bottom = (float(re.search(rf'y="([\d.]+)" text-anchor="end"[^>]*>{share}%<', chart)[1]) for share in (100, 0))
    heights = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)" r="(?:2.8|3)" fill', chart)[:1]]
    steps = [(bottom - 4 - y) / (bottom - top) * 20 for y in heights]
    assert steps and steps == [pytest.approx(round(step), abs=0.1) for step in steps]
