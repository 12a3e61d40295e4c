"""Charts of rare events: how many cases, or days, lie between one and the next.

Belongs here: points, their rows, and the signals of measures that are judged by their events. Does not belong here: the query
(``assets.rare_event_cases``), limits and rules (``assets.statistics.house_charts``), the life of signals (``assets.signals``).
A share of a few events a month says nothing; what lies between them does. A chart a provider, its latest 48 points, all made again when the
provider is touched. The first event begins the first point. What has passed since the last one is a point too, that can only grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.charts import RULE_VERSIONS, SERIES_POINTS, point_types, rule_names
from assets.rare_event_cases import read_events
from assets.result_frames import BETTER, Moment
from assets.signals import RULE_PARAMETERS, SPECIAL_CAUSE, Event, Settled, settle, unbroken_from
from assets.statistics import house_charts, spc
from assets.statistics.house_charts import Judged
from schemas.datasets import Pathway
from schemas.measures import EVENT_CHARTS, Chart, Measure
from warehouse.loading import copy_frame
from warehouse.organisations import PROVISIONAL
from warehouse.rare_event_tables import rare_event_point

SAME_DAY = 0.5  # days between two events of one day: less than a whole one, more than none, which a T chart cannot have
DELETE = """
delete from measurement.rare_event_point p using (select distinct organisation_code from stale_now where pathway_name = :pathway) t
where p.organisation_code = t.organisation_code and p.measure_name = any(:measures)
"""
TOUCHED = text("select distinct organisation_code from stale_now where pathway_name = :pathway")
OVER = "the latest final events no longer break the rule"


@dataclass(frozen=True)
class EventChart:
    """Points in order of provider and time, and how the chart judges them. ``points`` has the row and place of each in ``judged``."""

    points: pd.DataFrame
    judged: Judged

    def at(self, name: str) -> np.ndarray:
        """Of each point."""
        return getattr(self.judged, name)[self.points["row"], self.points["place"]]


def compute_rare_events(connection: Connection, pathway: Pathway, moment: Moment) -> Settled:
    """Make the charts of the touched providers again, and their signals agree with them, in the caller's transaction, after the results."""
    connection.execute(text(DELETE), {"pathway": pathway.name, "measures": [measure.name for measure in pathway.measures]})
    found, total = [], Settled()
    for measure in pathway.measures:
        if any(chart in EVENT_CHARTS for chart in measure.charted_by):
            rows, settled = _of_measure(connection, pathway, measure, moment)
            found += rows
            total.raised, total.extended, total.closed = total.raised + settled.raised, total.extended + settled.extended, total.closed + settled.closed
    if found:
        copy_frame(connection, rare_event_point, pd.concat(found, ignore_index=True))
    return total


def _of_measure(connection: Connection, pathway: Pathway, measure: Measure, moment: Moment) -> tuple[list[pd.DataFrame], Settled]:
    told, rows, events = read_events(connection, pathway, measure, moment.today), [], []
    for chart in (chart for chart in measure.charted_by if chart in EVENT_CHARTS):
        shown, final = charted(told, chart)
        rows += [_rows(shown, measure, chart)] if len(shown.points) else []
        if chart is measure.judged_by and measure.is_watched:
            events = list(_events(final, told, pathway, measure, chart))
    if measure.judged_by not in EVENT_CHARTS:
        return rows, Settled()
    codes = connection.scalars(TOUCHED, {"pathway": pathway.name})
    return rows, settle(connection, [(SPECIAL_CAUSE, pathway.name, measure.name, code, None) for code in codes], events, moment.now, OVER)


# ------------------------------------------------------------------------------------------------ points
def charted(told: pd.DataFrame, chart: Chart) -> tuple[EventChart, EventChart]:
    """The chart as it is shown, and as it was when only final months are looked at: signals rest on these. Limits of both come from final events.

    ``told`` is what ``read_events`` gives. In the second what has passed since the last final event ends with the last final case.
    """
    shown = _points(told, chart)
    final = _points(told[told["is_final"]], chart)
    first = shown.groupby("organisation_code")["point_number"].transform("max") - SERIES_POINTS
    starts = dict(zip(shown["organisation_code"], first + 1, strict=True))
    return tuple(_judged(points[points["point_number"] >= points["organisation_code"].map(starts).astype(float)], chart) for points in (shown, final))


def _points(told: pd.DataFrame, chart: Chart) -> pd.DataFrame:
    """A row an event that has one before it, and one for what has passed since the last, numbered from 1."""
    events = told[told["is_event"]]
    last = told[~told["is_event"]].drop_duplicates("organisation_code", keep="last")
    ends = last[last["organisation_code"].isin(events["organisation_code"])].assign(is_open=True)
    points = pd.concat([events.assign(is_open=False), ends]).sort_values(["organisation_code", "number", "is_open"], kind="stable").astype({"is_open": bool})
    before = points.groupby("organisation_code", sort=False)[["number", "counted_on"]].shift()
    cases = points["number"] - before["number"] - ~points["is_open"]
    days = (points["counted_on"] - before["counted_on"]).dt.days
    between = cases if chart is Chart.G else days.where(days > 0, np.where(points["is_open"], 0, SAME_DAY))
    points = points.assign(value=between.astype(float), point_number=points.groupby("organisation_code", sort=False).cumcount())
    return points[(points["point_number"] > 0) & ~(points["is_open"] & (points["value"] <= 0))]


def _judged(points: pd.DataFrame, chart: Chart) -> EventChart:
    grouped = points.groupby("organisation_code", sort=False)
    points = points.assign(row=grouped.ngroup(), place=grouped.cumcount()).reset_index(drop=True)
    shape = (int(points["row"].max()) + 1, int(points["place"].max()) + 1) if len(points) else (0, 1)
    between, base, growing = np.full(shape, np.nan), np.zeros(shape, bool), np.zeros(shape, bool)
    at = points["row"], points["place"]
    between[at], base[at], growing[at] = points["value"], points["is_final"], points["is_open"]
    return EventChart(points, house_charts.between_events(chart.value, between, base, growing))


def _rows(shown: EventChart, measure: Measure, chart: Chart) -> pd.DataFrame:
    points, sign = shown.points, shown.at("sign")
    better = np.full(len(points), BETTER[measure.direction])
    return points.assign(
        measure_name=measure.name, chart=chart.value, period_start=_month(points["counted_on"]), point_number=points["place"] + 1,
        centre=shown.at("centre"), lower_limit=shown.at("lower"), upper_limit=shown.at("upper"), rule_version=RULE_VERSIONS[chart],
        rule_name=rule_names(house_charts.BETWEEN_RULE_NAMES)[shown.at("rule"), sign],
        point_type=point_types(shown.at("told"), -sign, better),  # the longer between events, the lower the measure
        is_provisional=~points["is_final"],
    )  # fmt: skip


def _month(days: pd.Series) -> pd.Series:
    return days.astype("datetime64[s]").dt.to_period("M").dt.start_time.astype("datetime64[s]")


# ------------------------------------------------------------------------------------------------ events
def _events(final: EventChart, told: pd.DataFrame, pathway: Pathway, measure: Measure, chart: Chart) -> Iterator[Event]:
    """An event for each provider whose latest final point is a special cause. It lasts until the month of the latest final case."""
    until = told[told["is_final"]].groupby("organisation_code")["counted_on"].max()
    points = final.points.assign(**{name: final.at(name) for name in ("rule", "sign", "centre", "lower", "upper")}, month=_month(final.points["counted_on"]))
    for code, line in points.groupby("organisation_code"):
        last = line.iloc[-1]
        if last["sign"] and not str(code).startswith(PROVISIONAL):
            run = line.iloc[unbroken_from(line["sign"].to_numpy()) :]
            subject = (SPECIAL_CAUSE, pathway.name, measure.name, code, None)
            rule = house_charts.BETWEEN_RULE_NAMES[spc.RULES[last["rule"]], last["sign"]]
            is_favourable = bool(-last["sign"] == BETTER[measure.direction]) if BETTER[measure.direction] else None
            ends_on = until[code].date().replace(day=1)
            yield Event(subject, rule, RULE_VERSIONS[chart], run["month"].iloc[0].date(), ends_on, _parameters(run, chart), is_favourable)


def _parameters(run: pd.DataFrame, chart: Chart) -> dict:
    last = run.iloc[-1]
    points = zip(run["month"], run["value"], run["is_open"], strict=True)
    return {
        "chart": chart.value, "centre": float(last["centre"]), "lower_limit": float(last["lower"]), "upper_limit": float(last["upper"]),
        "points": [{"period_start": month.date().isoformat(), "value": value, "is_open": is_open} for month, value, is_open in points],
        **RULE_PARAMETERS,
    }  # fmt: skip
