"""The XmR chart of each touched series, point by point.

Belongs here: reading series, writing ``spc_point``. Does not belong here: limits and rules (``assets.statistics.spc``), what a
special cause leads to (``assets.signals``).
A series is a measure of an organisation by the measure's shortest period, its latest 48 points: four years of months. Only final
results make mean and limits; provisional ones are shown against them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.result_frames import BETTER, read, shortest_grain
from assets.statistics import spc
from schemas.datasets import Pathway
from warehouse.loading import copy_frame
from warehouse.tables import spc_point

SERIES_POINTS = 48
SERIES = """
with touched as materialized (select distinct organisation_code, period_grain from stale_now where pathway_name = :pathway and period_grain = any(:grains)),
span as materialized (
    select organisation_code, period_grain, (select max(r.period_start) from measurement.measure_result r
        where r.organisation_code = t.organisation_code and r.period_grain = t.period_grain and r.measure_name = any(:measures)) as latest
    from touched t
)
select r.measure_name, r.organisation_code, r.period_grain, r.period_start, r.value, r.is_provisional
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
class Charts:
    """Points in order of series and time, with the place of each in the matrices: ``chart`` (S, N), ``enough`` (S,).

    ``final_chart`` is the chart without provisional points, which complete no run that becomes a signal.
    """

    points: pd.DataFrame
    chart: spc.Xmr
    final_chart: spc.Xmr
    enough: np.ndarray
    values: np.ndarray
    final: np.ndarray


def compute_charts(connection: Connection, pathway: Pathway) -> Charts | None:
    """Make the charts of every touched series again, in the caller's transaction; None where there is none."""
    shortest = {measure.name: shortest_grain(measure) for measure in pathway.measures}
    given = {"pathway": pathway.name, "measures": list(shortest), "grains": sorted(set(shortest.values()))}
    connection.execute(text(DELETE), given)
    points = read(connection, SERIES, {**given, "points": SERIES_POINTS})
    points = points[points["period_grain"] == points["measure_name"].map(shortest)].reset_index(drop=True)
    if not len(points):
        return None
    charts = _charts(points)
    copy_frame(connection, spc_point, _rows(charts, pathway))
    return charts


def _charts(points: pd.DataFrame) -> Charts:
    series = points.groupby(["measure_name", "organisation_code"], sort=False)
    points = points.assign(series=series.ngroup(), place=series.cumcount(), value=points["value"].astype(float))
    shape = (int(points["series"].max()) + 1, int(points["place"].max()) + 1)
    values, final = np.full(shape, np.nan), np.zeros(shape, bool)
    at = points["series"].to_numpy(), points["place"].to_numpy()
    values[at] = points["value"]
    final[at] = ~points["is_provisional"].to_numpy(bool)
    chart, enough = spc.house_chart(values, final)
    return Charts(points, chart, spc.house_chart(np.where(final, values, np.nan))[0], enough, values, final)


def _rows(charts: Charts, pathway: Pathway) -> pd.DataFrame:
    points, chart = charts.points, charts.chart
    series, place = points["series"].to_numpy(), points["place"].to_numpy()
    first, sign = (found[series, place] for found in chart.first_rule())
    better = points["measure_name"].map({m.name: BETTER[m.direction] for m in pathway.measures})
    is_sound = charts.enough[series] & points["value"].notna().to_numpy()
    types = [spc.point_type(int(s), b) if sound else spc.INSUFFICIENT for s, b, sound in zip(sign, better, is_sound, strict=True)]
    names = [spc.RULE_NAMES[spc.RULES[rule], int(s)] if rule >= 0 else None for rule, s in zip(first, sign, strict=True)]
    return points.assign(
        point_number=place + 1, mean=chart.mean[series], lower_limit=chart.lower[series], upper_limit=chart.upper[series],
        rule_name=pd.Series(names, dtype=object), point_type=types, rule_version=spc.RULE_VERSION,
    )  # fmt: skip
