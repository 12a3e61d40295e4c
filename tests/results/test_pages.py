"""What Dagster's pages show of the results: charts of whom the small-numbers policy shows, in words, with names, and of nobody else."""

from __future__ import annotations

import base64
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from assets.refresh import refresh
from assets.shown import result_metadata
from tests.results.world import NOW, World, wrist

SPRING = date(2026, 5, 10)
CHART = "P\u2032 chart"


def add(world: World, day: date = SPRING, **shares) -> None:
    """(met, of) manipulated within four hours at the first site of each provider."""
    world.add(*[wrist(day, 10 if k < met else 500, site=f"{code}A1") for code, (met, of) in shares.items() for k in range(of)])


def page(world: World, context, stage: str, now: datetime = NOW) -> dict:
    refresh(world.engine, world.registry, now)
    return result_metadata(context, "wrist_fracture", stage)


def drawn(markdown) -> str:
    """The picture itself."""
    return base64.b64decode(re.search(r"base64,([^)]+)\)", markdown.value)[1]).decode()


def said(picture: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture)


# ------------------------------------------------------------------------------------------------ patience
def slow_for(times: int, shown: list):
    """Stands for a page whose question takes a minute, the first ``times`` that it is asked."""

    def show(connection, pathway):
        shown.append(pathway)
        connection.execute(text(f"select pg_sleep({60 if len(shown) <= times else 0})"))
        return {"drawn": True}

    return show


@pytest.mark.parametrize(("times", "told", "asked"), [(1, {"drawn": True}, 2), (2, {"not_shown": "the database took too long"}, 2)])
def test_a_page_that_takes_too_long_is_asked_once_more_and_then_given_up(world, context, monkeypatch, times, told, asked):
    shown: list[str] = []
    monkeypatch.setattr("assets.shown.PATIENCE_SECONDS", (0.2, 0.2))
    monkeypatch.setattr("assets.shown.benchmarks_metadata", slow_for(times, shown))
    before = statistics_taken_at(world)
    found = result_metadata(context, "wrist_fracture", "benchmarks")
    assert {name: value[:26] if isinstance(value, str) else value for name, value in found.items()} == told
    assert len(shown) == asked
    assert statistics_taken_at(world) > before


def statistics_taken_at(world):
    with world.engine.connect() as connection:
        connection.execute(text("select pg_stat_clear_snapshot()"))
        return connection.scalar(
            text("select coalesce(extract(epoch from pg_stat_get_last_analyze_time('measurement.benchmark'::regclass)), 0)")
        )


def test_another_trouble_than_time_is_told(world, context, monkeypatch):
    monkeypatch.setattr("assets.shown.benchmarks_metadata", lambda connection, pathway: connection.execute(text("select no_such_column")))
    with pytest.raises(ProgrammingError):
        result_metadata(context, "wrist_fracture", "benchmarks")


# ------------------------------------------------------------------------------------------------ benchmarks
@pytest.fixture
def funnel(world, context) -> list[str]:
    add(world, ZX1=(190, 203), ZX2=(81, 201), ZX3=(5, 40))
    return said(drawn(page(world, context, "benchmarks")["funnel_1"]))


def test_the_page_of_benchmarks_draws_the_funnel_of_the_latest_final_quarter(funnel):
    assert funnel[0] == "Manipulated within 4 hours, April to June 2026"
    assert {"cases", "network", "95 %", "99.8 %, by chance alone"} <= set(funnel)
    assert "62.2 %" in funnel, "the network's value, in per cent"


def test_outliers_are_named_and_told_apart_by_direction(funnel, world):
    with world.engine.connect() as connection:
        names = dict(map(tuple, connection.exec_driver_sql("select organisation_code, organisation_name from pathway.organisation")))
    assert {names["ZX1"], names["ZX2"]} <= set(funnel)
    assert {"outside 99.8 %, worse", "outside 99.8 %, better"} <= set(funnel)


def test_who_has_small_numbers_is_not_drawn_and_is_counted(funnel, world):
    with world.engine.connect() as connection:
        name = connection.exec_driver_sql("select organisation_name from pathway.organisation where organisation_code = 'ZX3'").scalar()
    assert name not in funnel
    assert funnel[1].startswith("2 providers, 1 worse and 1 better than by chance (99.8 %); 1 hidden; counts of 1 to 7 hidden")


def test_a_dot_stands_at_rounded_cases_and_a_share_of_whole_per_cent(world, context):
    """203 and 201 cases stand at 205 and 200, 93.6 % and 40.3 % at 94 % and 40 %: nobody's counts follow from a place."""
    add(world, ZX1=(190, 203), ZX2=(81, 201))
    exact = drawn(page(world, context, "benchmarks")["funnel_1"])
    add(world, ZX1=(1, 1), ZX2=(0, 1))  # 191 of 204 and 81 of 202: the same as shown
    again = drawn(page(world, context, "benchmarks")["funnel_1"])
    marks = [
        re.findall(r'<polygon points="[\d., ]+" fill="#e46c0a"|<circle cx="[\d.]+" cy="[\d.]+" r="4.6"', picture.partition("<g ")[0])
        for picture in (exact, again)
    ]
    assert len(marks[0]) == 2
    places = [[tuple(map(float, re.findall(r"[\d.]+", mark)[:2])) for mark in found] for found in marks]
    for one, other in zip(*places, strict=True):
        assert one[0] == pytest.approx(other[0], abs=0.1)


def test_one_provider_alone_makes_no_funnel_and_the_page_says_so(world, context):
    add(world, ZX1=(190, 203))
    told = page(world, context, "benchmarks")
    assert "funnel_1" not in told and "at_a_glance" not in told
    assert told["without_funnel"] == "Manipulated within 4 hours: fewer than 2 peers can be shown" and "ranking" in told


def test_without_results_there_is_no_picture(world, context):
    assert page(world, context, "benchmarks") == {"benchmarks": 0, "outside_99_8": 0, "period_outliers": 0, "positive_outliers": 0}
    assert "picture" not in page(world, context, "measure_results")
    assert page(world, context, "signals") == {"open_signals": 0, "signals_ever": 0}


# ------------------------------------------------------------------------------------------------ results
def test_the_page_of_results_draws_the_networks_trend_and_writes_the_latest_final_month(world, context):
    for number, met in enumerate((80, 90), start=4):
        add(world, date(2026, number, 10), ZX1=(met, 103))
    add(world, date(2026, 11, 10), ZX1=(10, 50))
    shown = page(world, context, "measure_results")
    words = said(drawn(shown["picture"]))
    assert {"Headline measures: the network by month", "Manipulated within 4 hours", "87.4 %", "Apr 26", "Nov 26"} <= set(words)
    assert "20.0 %" not in words, "a month that is not final is not the one to go by"
    assert "| Manipulated within 4 hours | May 26 | 87.4 % | 105 |" in shown["headlines"].value


def test_a_month_of_small_numbers_is_a_gap(world, context):
    for number, met in ((3, 80), (4, 3), (5, 90)):
        add(world, date(2026, number, 10), ZX1=(met, 103))
    lines = [line for line in re.findall(r'<polyline points="([^"]*)"', drawn(page(world, context, "measure_results")["picture"])) if line]
    assert [len(line.split()) for line in lines] == [1, 1]


# ------------------------------------------------------------------------------------------------ signals
@pytest.fixture
def signals(world, context) -> dict:
    """Fourteen quiet months and then one in which all are in time; at a provider with small numbers eight better months after seven."""
    for number in range(15):
        day = date(2025 + number // 12, number % 12 + 1, 10)
        met = 20 if number == 14 else 11 + number % 3
        add(world, day, ZX1=(met, 20), ZX2=(4 if number > 6 else 1, 5))
    return page(world, context, "signals", datetime(2026, 5, 5, tzinfo=UTC))


def test_the_page_of_signals_draws_the_chart_with_its_lines_and_its_special_cause(signals, world):
    charts = {said(drawn(shown))[0]: drawn(shown) for name, shown in signals.items() if re.fullmatch(r"chart_\d", name)}
    chart = next(picture for title, picture in charts.items() if title.startswith("Manipulated within 4 hours: ") and " ZX2" not in title)
    words = said(chart)
    assert words[1] == f"improvement: above upper limit, since March 2026; {CHART} of 15 points"
    assert {"improvement", "common cause", "process limits"} <= set(words)
    assert [word for word in words if word.startswith(("mean ", "upper ", "lower "))]
    assert chart.count('fill="#289de0"') == 2, "the special cause, and its mark in the key"


def test_a_run_of_final_months_is_drawn_without_the_provisional_ones_that_prolong_it(world, context):
    """Seven better months raise the signal; two more, not final yet, are as good: the chart marks seven, as the signal and the dashboard tell."""
    for number in range(23):
        add(world, date(2025 + number // 12, number % 12 + 1, 10), ZX1=(16 if number > 13 else 10 + number % 3, 20))
    shown = page(world, context, "signals", datetime(2026, 11, 2, tzinfo=UTC))
    chart = next(
        drawn(picture)
        for name, picture in shown.items()
        if re.fullmatch(r"chart_\d", name) and said(drawn(picture))[0].startswith("Manipulated within 4 hours: ")
    )
    assert said(chart)[1].endswith(f"7 points above mean, since March 2026; {CHART} of 23 points")
    assert chart.count('"#289de0"') == 7 + 1, "seven final months, filled, and the mark in the key; no hollow one has the colour"
    assert "provisional" in said(chart)


def test_what_stands_first_on_each_page_is_a_chart_that_dagster_shows_there_itself(signals, world, context):
    pages = [signals, *(result_metadata(context, "wrist_fracture", stage) for stage in ("measure_results", "benchmarks"))]
    for shown in pages:
        assert next(iter(shown)) == "at_a_glance" and max(map(len, shown)) <= 24, "Dagster writes a longer name over what stands beside it"
        assert len(shown["at_a_glance"].value) < 1000 and "<svg" in drawn(shown["at_a_glance"])


def test_a_series_with_small_numbers_is_told_in_the_table_only(signals, world):
    with world.engine.connect() as connection:
        name = connection.exec_driver_sql("select organisation_name from pathway.organisation where organisation_code = 'ZX2'").scalar()
    charts = [said(drawn(shown))[0] for key, shown in signals.items() if re.fullmatch(r"chart_\d", key)]
    assert charts and not any(name in title for title in charts)
    assert f"| {name} | Manipulated within 4 hours |" in signals["latest_open"].value
    assert signals["charts_shown"].startswith(f"{len(charts)}, of the latest special causes without a month of small numbers")
