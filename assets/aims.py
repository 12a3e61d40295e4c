"""How each aim stands: actual beside trajectory, whether the process as it is can meet the target, and a plain forecast.

Belongs here: which aims are stale, what is written. Does not belong here: limits and forecasts (``assets.statistics``), who set the aim
(``assets.improvement``). Only final results count. Whether the day has passed is for the reader's day to say: the view does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, delete, select, text

from assets.result_frames import BETTER, Moment, read, shortest_grain
from assets.statistics import spc
from assets.statistics.progress import assurance, forecast, on_the_line, weighted
from schemas.datasets import Pathway
from schemas.measures import Measure
from warehouse.improvement_current import current
from warehouse.improvement_tables import aim_progress, aim_version
from warehouse.loading import copy_frame

CHART_POINTS, FORECAST_POINTS, ACTUAL_POINTS = 24, 12, 3
SERIES = """
select measure_name, organisation_code, period_grain, period_start, value, denominator from measurement.measure_result
where measure_name = any(:measures) and organisation_code = any(:codes) and not is_provisional and value is not null order by period_start
"""
TOUCHED = "select distinct organisation_code from stale_now where pathway_name = :pathway"


def compute_aims(connection: Connection, pathway: Pathway, moment: Moment) -> int:
    """Make the progress of the pathway's aims at touched organisations again, in the caller's transaction; return how many."""
    measures = {measure.name: measure for measure in pathway.measures}
    said = current(aim_version).subquery()
    every = connection.execute(select(said).where(said.c.measure_name.in_(list(measures)))).mappings().all()
    there = set(connection.scalars(select(aim_progress.c.aim_number).where(aim_progress.c.measure_name.in_(list(measures)))))
    touched = set(connection.scalars(text(TOUCHED), {"pathway": pathway.name})) if every else set()
    stale = [aim for aim in every if aim["organisation_code"] in touched or aim["number"] not in there]
    gone = there - {aim["number"] for aim in every}
    if gone or stale:
        connection.execute(delete(aim_progress).where(aim_progress.c.aim_number.in_([*gone, *(aim["number"] for aim in stale)])))
    if stale:
        given = {"measures": sorted({aim["measure_name"] for aim in stale}), "codes": sorted({aim["organisation_code"] for aim in stale})}
        series = dict(list(read(connection, SERIES, given).groupby(["measure_name", "organisation_code", "period_grain"])))
        copy_frame(connection, aim_progress, pd.DataFrame([_row(aim, measures[aim["measure_name"]], series, moment) for aim in stale]))
    return len(stale)


def _row(aim: Mapping, measure: Measure, series: Mapping, moment: Moment) -> dict:
    points = series.get((measure.name, aim["organisation_code"], shortest_grain(measure)))
    found = progress(
        aim,
        BETTER[measure.direction],
        points if points is not None else pd.DataFrame({name: [] for name in ("period_start", "value", "denominator")}),
    )
    named = {name: aim[name] for name in ("measure_name", "provider_code", "organisation_code")}
    return {
        "aim_number": aim["number"],
        **named,
        **found,
        "as_of_submission": moment.as_of_submission,
        "computed_at": pd.Timestamp(moment.now),
    }


def progress(aim: Mapping, better: int, points: pd.DataFrame) -> dict:
    """What is told of an aim (a row of ``improvement.aim``) from its final results in order of time (``period_start``, ``value``, ``denominator``)."""
    better = better or int(np.sign(aim["target_value"] - aim["baseline_value"]))
    values, weights = points["value"].to_numpy(float), points["denominator"].fillna(1).to_numpy(float)
    chart, _ = spc.house_chart(values[None, -CHART_POINTS:]) if len(values) else (None, None)
    limits = (float(chart.lower[0]), float(chart.upper[0])) if chart else (np.nan, np.nan)
    expected = forecast(values[-FORECAST_POINTS:])
    return {
        **_state(aim, better, points["period_start"], values[-ACTUAL_POINTS:], weights[-ACTUAL_POINTS:]),
        "lower_limit": limits[0], "upper_limit": limits[1], "assurance": assurance(*limits, aim["target_value"], better),
        "forecast_value": expected.value, "forecast_lower": expected.lower, "forecast_upper": expected.upper,
    }  # fmt: skip


def _state(aim: Mapping, better: int, starts: pd.Series, values: np.ndarray, weights: np.ndarray) -> dict:
    set_on = aim["set_on"] or aim["told_at"].date()
    if not len(values) or starts.iloc[-1].date() < set_on.replace(day=1):
        return {"state": "too early", "actual_on": pd.NaT, "actual_value": np.nan, "actual_denominator": np.nan, "trajectory_value": np.nan}
    actual = weighted(values, weights)
    line = on_the_line(aim["baseline_value"], aim["target_value"], *map(date.toordinal, (set_on, aim["target_on"], starts.iloc[-1].date())))
    is_reached, is_on_track = (better * (actual - value) >= 0 for value in (aim["target_value"], line))
    return {
        "state": "reached" if is_reached else "on track" if is_on_track else "behind", "actual_on": starts.iloc[-1], "actual_value": actual,
        "actual_denominator": float(weights.sum()), "trajectory_value": line,
    }  # fmt: skip
