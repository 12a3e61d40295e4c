"""The charts of each touched series, point by point: XmR, and what else its measure declares.

Belongs here: reading series, which have which chart, writing ``spc_point``. Does not belong here: limits and rules
(``assets.statistics.house_charts``), charts of rare events (``assets.rare_events``), what a special cause leads to (``assets.signals``).
A series is a measure of an organisation by the measure's shortest period, its latest 48 points: four years of months. Only final
results make centre and limits; provisional ones are shown against them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.enough import fewest, is_enough
from assets.result_frames import BETTER, read, shortest_grain
from assets.statistics import house_charts, spc
from assets.statistics.house_charts import Judged
from assets.statistics.numerics import Floats, Integers
from assets.statistics.runs import Mask
from schemas.datasets import Pathway
from schemas.measures import EVENT_CHARTS, Chart, Measure
from warehouse.loading import copy_frame
from warehouse.measurement_tables import spc_point

SERIES_POINTS = 48
RULE_VERSIONS = {Chart.XMR: spc.RULE_VERSION, Chart.P_PRIME: 1, Chart.U_PRIME: 1, Chart.G: 1, Chart.T: 1}
SERIES = """
with touched as materialized (select distinct organisation_code, period_grain from stale_now where pathway_name = :pathway and period_grain = any(:grains)),
span as materialized (
    select organisation_code, period_grain, (select max(r.period_start) from measurement.measure_result r
        where r.organisation_code = t.organisation_code and r.period_grain = t.period_grain and r.measure_name = any(:measures)) as latest
    from touched t
)
select r.measure_name, r.organisation_code, r.period_grain, r.period_start, r.value, r.is_provisional, r.numerator, r.denominator
from span s join measurement.measure_result r on r.organisation_code = s.organisation_code and r.period_grain = s.period_grain
 and r.period_start > s.latest - make_interval(months => :points * case s.period_grain when 'month' then 1 when 'quarter' then 3 else 12 end)
where r.measure_name = any(:measures)
order by r.measure_name, r.organisation_code, r.period_start
"""
DELETE = """
delete from measurement.spc_point p using (select distinct organisation_code, period_grain from stale_now where pathway_name = :pathway) t
where p.organisation_code = t.organisation_code and p.period_grain = t.period_grain and p.measure_name = any(:measures)
"""


@dataclass(frozen=True)
class Drawn:
    """One kind of chart of the series that have it. ``row`` (S,): the row of each series in ``judged``, -1 where it has none."""

    row: Integers
    judged: Judged


@dataclass(frozen=True)
class Charts:
    """Points in order of series and time, with the place of each in matrices (S, N) of ``values`` and of which are ``final``.

    ``judged_by`` (S,): the chart of each series whose special causes are signals, if they rest on ``enough`` (S,): ``fewest`` (S,) a point.
    """

    points: pd.DataFrame
    drawn: Mapping[Chart, Drawn]
    judged_by: np.ndarray
    values: Floats
    final: Mask
    fewest: Floats
    enough: Mask


def compute_charts(connection: Connection, pathway: Pathway) -> Charts | None:
    """Make the charts of every touched series again, in the caller's transaction; None where there is none."""
    shortest = {measure.name: shortest_grain(measure) for measure in pathway.measures}
    given = {"pathway": pathway.name, "measures": list(shortest), "grains": sorted(set(shortest.values()))}
    connection.execute(text(DELETE), given)
    points = read(connection, SERIES, {**given, "points": SERIES_POINTS})
    points = points[points["period_grain"] == points["measure_name"].map(shortest)].reset_index(drop=True)
    if not len(points):
        return None
    charts = draw(points, pathway.measures)
    made = [rows(charts, drawn, chart, pathway.measures) for chart, drawn in charts.drawn.items()]
    if made:
        copy_frame(connection, spc_point, pd.concat(made, ignore_index=True))
    return charts


# ------------------------------------------------------------------------------------------------ charts
def draw(points: pd.DataFrame, measures: Iterable[Measure]) -> Charts:
    """The charts of the series of ``points``, which are in order of measure, organisation and time."""
    declared = {measure.name: measure for measure in measures}
    series = points.groupby(["measure_name", "organisation_code"], sort=False)
    points = points.assign(series=series.ngroup(), place=series.cumcount())
    of_series = [declared[name] for name in points.loc[points["place"] == 0, "measure_name"]]
    values, events, cases = (_matrix(points, points[name].to_numpy(float), np.nan) for name in ("value", "numerator", "denominator"))
    final = _matrix(points, ~points["is_provisional"].to_numpy(bool), False)
    makers: dict[Chart, Callable[[Integers], Judged]] = {
        Chart.XMR: lambda at: house_charts.xmr(values[at], final[at]),
        Chart.P_PRIME: lambda at: house_charts.laney("pp", events[at], cases[at], final[at]),
        Chart.U_PRIME: lambda at: house_charts.laney("up", events[at], cases[at], final[at]),
    }
    made = {chart: _drawn(chart, of_series, make) for chart, make in makers.items()}
    drawn = {chart: one for chart, one in made.items() if (one.row >= 0).any()}
    kinds = [measure.kind for measure in of_series]
    least = fewest(kinds, events, cases, final & ~np.isnan(values))
    return Charts(points, drawn, _judges(of_series, drawn), values, final, least, is_enough(kinds, least))


def _matrix(points: pd.DataFrame, column: np.ndarray, padding) -> np.ndarray:
    matrix = np.full((int(points["series"].max()) + 1, int(points["place"].max()) + 1), padding)
    matrix[points["series"], points["place"]] = column
    return matrix


def _drawn(chart: Chart, of_series: list[Measure], make: Callable[[Integers], Judged]) -> Drawn:
    """A series of which the chart knows no point has none, unless it is an XmR chart: a submitted share has no counts, so no P' chart."""
    at = np.flatnonzero([chart in measure.charted_by for measure in of_series])
    judged = make(at)
    has = judged.known.any(axis=1) | (chart is Chart.XMR)
    row = np.full(len(of_series), -1)
    row[at[has]] = np.flatnonzero(has)
    return Drawn(row, judged)


def _judges(of_series: list[Measure], drawn: Mapping[Chart, Drawn]) -> np.ndarray:
    """The chart by which each series is judged: its measure's, or the first that it has. None for those that are judged by their events."""
    judges = np.full(len(of_series), None, dtype=object)
    for number, measure in enumerate(of_series):
        if measure.judged_by not in EVENT_CHARTS:
            wanted = (measure.judged_by, *measure.charted_by)
            judges[number] = next((chart for chart in wanted if chart in drawn and drawn[chart].row[number] >= 0), None)
    return judges


# ------------------------------------------------------------------------------------------------ rows
def rows(charts: Charts, drawn: Drawn, chart: Chart, measures: Iterable[Measure]) -> pd.DataFrame:
    """Rows of ``spc_point`` of one kind of chart: what each point breaks, and what it breaks of those that final points alone do, as signals are raised."""
    points = charts.points[drawn.row[charts.points["series"]] >= 0]
    judged, place = drawn.judged, points["place"].to_numpy()
    at = drawn.row[points["series"]], place
    names, told = rule_names(spc.RULE_NAMES), judged.told[at]
    signs = {m.name: BETTER[m.direction] for m in measures}
    better = np.array([signs[name] for name in charts.points.loc[charts.points["place"] == 0, "measure_name"]])[points["series"]]
    return points.assign(
        chart=chart.value, point_number=place + 1, mean=judged.centre[at], lower_limit=judged.lower[at], upper_limit=judged.upper[at],
        rule_name=names[judged.rule[at], judged.sign[at]], point_type=point_types(told, judged.sign[at], better),
        final_rule_name=names[judged.final_rule[at], judged.final_sign[at]],
        final_point_type=np.where(told & points["is_provisional"].to_numpy(bool), spc.NOT_JUDGED, point_types(told, judged.final_sign[at], better)),
        rule_version=RULE_VERSIONS[chart],
    )  # fmt: skip


def rule_names(names: Mapping[tuple[str, int], str]) -> np.ndarray:
    """Names by index into ``spc.RULES`` and by sign; None for -1 and 0, which are no rule."""
    table = np.full((len(spc.RULES) + 1, 3), None, dtype=object)
    for (rule, sign), name in names.items():
        table[spc.RULES.index(rule), sign] = name
    return table


POINT_TYPES = np.array([[spc.point_type(sign, better) for sign in (0, 1, -1)] for better in (0, 1, -1)], dtype=object)


def point_types(told: Mask, sign: np.ndarray, better: np.ndarray) -> np.ndarray:
    """What each point is, given whether it is judged at all, its special cause, and which direction is better."""
    return np.where(told, POINT_TYPES[better, sign], spc.INSUFFICIENT)
