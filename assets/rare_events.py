"""Charts of rare events: how many cases, or days, lie between one and the next.

Belongs here: points, their rows, and the signals of measures that are judged by their events. Does not belong here: the query
(``assets.rare_event_cases``), limits and rules (``assets.statistics.house_charts``), the life of signals (``assets.signals``).
A share of a few events a month says nothing; what lies between them does. A chart a provider, its latest 48 points, all made again when the
provider is touched. The first event begins the first point. What has passed since the last one is a point too, that can only grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.charts import RULE_VERSIONS, SERIES_POINTS, point_types, rule_names
from assets.rare_event_cases import EVENT, LAST, LAST_FINAL, EventRow, read_events
from assets.result_frames import BETTER, Moment
from assets.signals import RULE_PARAMETERS, SPECIAL_CAUSE, Event, Settled, latest_known, settle, unbroken_from
from assets.statistics import house_charts, spc
from assets.statistics.house_charts import Judged
from assets.statistics.numerics import Floats, Integers
from assets.statistics.runs import Mask
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
TOUCHED = "select distinct organisation_code from stale_now where pathway_name = :pathway"
OVER = "the latest final events no longer break the rule"


@dataclass(frozen=True)
class EventChart:
    """The charts of S series, ``keys`` (measure, provider), and their points (L,) in order of series and time.

    ``first`` (S,): how many points of each lie before those that are charted. ``row`` and ``place`` of each point in ``judged``; its ``month``, ``value``, and whether it is ``is_open`` and ``is_final``.
    """

    keys: list[tuple[str, str]]
    first: Integers
    row: Integers
    place: Integers
    month: np.ndarray
    value: Floats
    is_open: Mask
    is_final: Mask
    judged: Judged

    def at(self, name: str) -> np.ndarray:
        """Of each point."""
        return getattr(self.judged, name)[self.row, self.place]


def compute_rare_events(connection: Connection, pathway: Pathway, moment: Moment) -> Settled:
    """Make the charts of the touched providers again, and their signals agree with them, in the caller's transaction, after the results."""
    connection.execute(text(DELETE), {"pathway": pathway.name, "measures": [measure.name for measure in pathway.measures]})
    read = {
        m: read_events(connection, pathway, m, moment.today) for m in pathway.measures if not set(EVENT_CHARTS).isdisjoint(m.charted_by)
    }
    if not read:
        return Settled()
    rows, events = [], []
    for chart in EVENT_CHARTS:
        mine = {measure.name: found for measure, found in read.items() if chart in measure.charted_by and found}
        if mine:
            shown, final = charted(mine, chart)
            rows.append(_rows(shown, pathway.measures, chart))
            events += _events(final, mine, pathway, chart)
    if rows:
        copy_frame(connection, rare_event_point, pd.concat(rows, ignore_index=True))
    codes = list(connection.scalars(text(TOUCHED), {"pathway": pathway.name}))
    examined = [(SPECIAL_CAUSE, pathway.name, m.name, code, None) for m in read if m.judged_by in EVENT_CHARTS for code in codes]
    return settle(connection, examined, events, moment.now, OVER)


# ------------------------------------------------------------------------------------------------ points
def charted(read: Mapping[str, list[EventRow]], chart: Chart) -> tuple[EventChart, EventChart]:
    """The charts as they are shown, and as they were when only final months are looked at: signals rest on these.

    ``read``: what ``read_events`` gives of each measure. Limits of both come from final events; in the second what has passed since the last
    final event ends with the last final case. Both begin with the same event.
    """
    rows = [row for found in read.values() for row in found]
    keys, series = _numbered([(name, row.organisation_code) for name, found in read.items() for row in found])
    what = np.array([row.what for row in rows])
    final = np.array([row.is_final for row in rows])
    counts = np.array([row.number for row in rows]), np.array([row.counted_on for row in rows], "datetime64[D]")
    masks = ((what == EVENT) | (what == LAST)), final & ((what == EVENT) | (what == LAST_FINAL))
    parts = [(series[mask], what[mask] == EVENT, final[mask], *(count[mask] for count in counts)) for mask in masks]
    shown = _chart(keys, chart, None, *parts[0])
    return shown, _chart(keys, chart, shown.first, *parts[1])


def _numbered(keys: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], Integers]:
    """Equal keys stand one behind the other."""
    begins = np.array([k == 0 or key != keys[k - 1] for k, key in enumerate(keys)])
    return [key for key, begin in zip(keys, begins, strict=True) if begin], np.cumsum(begins) - 1


def _chart(
    keys: list, chart: Chart, first: Integers | None, series: Integers, is_event: Mask, is_final: Mask, number: Integers, day: np.ndarray
) -> EventChart:
    """From rows in order of series and time, the last case of each behind its events. ``first`` (S,) as in ``EventChart``; None for the latest points."""
    follows = np.r_[False, series[1:] == series[:-1]] if len(series) else np.zeros(0, bool)
    value = _between(chart, is_event, number, day)
    is_point = follows & (is_event | (value > 0))
    if first is None:
        first = np.maximum(np.bincount(series[is_point], minlength=len(keys)) - SERIES_POINTS, 0)
    place = np.arange(len(series)) - np.searchsorted(series, series) - 1 - first[series]
    kept = is_point & (place >= 0)
    row, place, value, is_open, is_final = (each[kept] for each in (series, place, value, ~is_event, is_final))
    shape = (len(keys), max(int(place.max(initial=0)) + 1, 1))
    between, base, growing = np.full(shape, np.nan), np.zeros(shape, bool), np.zeros(shape, bool)
    between[row, place], base[row, place], growing[row, place] = value, is_final, is_open
    judged = house_charts.between_events(chart.value, between, base, growing)
    return EventChart(keys, first, row, place, day[kept].astype("datetime64[M]"), value, is_open, is_final, judged)


def _between(chart: Chart, is_event: Mask, number: Integers, day: np.ndarray) -> Floats:
    """Cases without the event, or days, since the row before."""
    if chart is Chart.G:
        return np.diff(number, prepend=0).astype(float) - is_event
    days = np.diff(day, prepend=day[:1]).astype(float)
    return np.where(is_event & (days == 0), SAME_DAY, days)


def _rows(shown: EventChart, measures: Iterable[Measure], chart: Chart) -> pd.DataFrame:
    better = {measure.name: BETTER[measure.direction] for measure in measures}
    names, codes = zip(*(shown.keys[row] for row in shown.row), strict=True) if len(shown.row) else ((), ())
    sign = shown.at("sign")
    # the longer between events, the lower the measure
    types = point_types(shown.at("told"), -sign, np.array([better[name] for name in names], int))
    return pd.DataFrame({
        "measure_name": names, "organisation_code": codes, "chart": chart.value, "point_number": shown.place + 1, "period_start": shown.month.astype("datetime64[s]"),
        "value": shown.value, "centre": shown.at("centre"), "lower_limit": shown.at("lower"), "upper_limit": shown.at("upper"),
        "rule_name": rule_names(house_charts.BETWEEN_RULE_NAMES)[shown.at("rule"), sign], "point_type": types, "rule_version": RULE_VERSIONS[chart],
        "is_open": shown.is_open, "is_provisional": ~shown.is_final,
    })  # fmt: skip


# ------------------------------------------------------------------------------------------------ events
def _events(final: EventChart, read: Mapping[str, list[EventRow]], pathway: Pathway, chart: Chart) -> Iterator[Event]:
    """An event for each provider whose latest final point is a special cause. It lasts until the month of the latest final case.

    What has passed since the last event is such a point only where it is long already.
    """
    judged = {measure.name: measure for measure in pathway.measures if measure.judged_by is chart and measure.is_watched}
    until = {
        (name, row.organisation_code): row.counted_on.replace(day=1)
        for name, found in read.items()
        for row in found
        if row.what == LAST_FINAL
    }
    last = latest_known(final.judged.known)
    for series in np.flatnonzero((last >= 0) & (final.judged.sign[np.arange(len(last)), last] != 0)):
        measure, code = final.keys[series]
        if measure in judged and not code.startswith(PROVISIONAL):
            yield _event(final, int(series), int(last[series]), judged[measure], pathway.name, until[measure, code], chart)


def _event(final: EventChart, series: int, last: int, measure: Measure, pathway: str, until: date, chart: Chart) -> Event:
    points = np.flatnonzero((final.row == series) & (final.place <= last))
    signs = final.at("sign")[points]
    run, sign = points[unbroken_from(signs) :], int(signs[-1])
    centre, lower, upper, rule = (final.at(name)[points[-1]] for name in ("centre", "lower", "upper", "rule"))
    told = zip(final.month[run].astype("datetime64[D]").tolist(), final.value[run].tolist(), final.is_open[run].tolist(), strict=True)
    parameters = {
        "chart": chart.value, "centre": float(centre), "lower_limit": float(lower), "upper_limit": float(upper),
        "points": [{"period_start": month.isoformat(), "value": value, "is_open": is_open} for month, value, is_open in told], **RULE_PARAMETERS,
    }  # fmt: skip
    since = final.month[run[0]].astype("datetime64[D]").item()
    is_favourable = -sign == BETTER[measure.direction] if BETTER[measure.direction] else None
    name = house_charts.BETWEEN_RULE_NAMES[spc.RULES[rule], sign]
    return Event(
        (SPECIAL_CAUSE, pathway, measure.name, final.keys[series][1], None),
        name,
        RULE_VERSIONS[chart],
        since,
        until,
        parameters,
        is_favourable,
    )
