"""What lies between events, and a window on it, as a plain loop would have it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assets.charts import SERIES_POINTS
from assets.rare_event_cases import EVENT, LAST, LAST_FINAL, EventRow
from assets.rare_events import SAME_DAY, charted
from schemas.measures import Chart

FIRST = date(2024, 1, 1)
CASE = st.tuples(st.integers(0, 3), st.booleans())  # days since the case before, whether it is an event
PROVIDERS = st.lists(st.tuples(st.lists(CASE, min_size=1, max_size=120), st.integers(0, 200)), min_size=1, max_size=4)


def rows_of(code: str, cases: list[tuple[int, bool]], open_from: int) -> list[EventRow]:
    """What the query gives of cases, of which those from day ``open_from`` on can still change."""
    days = np.cumsum([step for step, _ in cases]).tolist()
    told = [
        (FIRST + timedelta(days=day), number, is_event, day < open_from)
        for number, (day, (_, is_event)) in enumerate(zip(days, cases, strict=True), 1)
    ]
    rows = [EventRow(code, day, number, EVENT, is_final) for day, number, is_event, is_final in told if is_event]
    rows.append(EventRow(code, *told[-1][:2], LAST, told[-1][3]))
    rows += [EventRow(code, *case[:2], LAST_FINAL, True) for case in [case for case in told if case[3]][-1:]]
    return sorted(rows, key=lambda row: (row.number, row.what))


def plain(rows: list[EventRow], chart: Chart, last: str) -> list[tuple[float, bool]]:
    """(value, whether it can still grow) of each point, by a loop."""
    events, end = [row for row in rows if row.what == EVENT], [row for row in rows if row.what == last]
    if chart is Chart.G:
        points = [(b.number - a.number - 1, False) for a, b in pairwise(events)]
        since = [end[0].number - events[-1].number] if events and end else []
    else:
        points = [((b.counted_on - a.counted_on).days or SAME_DAY, False) for a, b in pairwise(events)]
        since = [(end[0].counted_on - events[-1].counted_on).days] if events and end else []
    return [*points, *((value, True) for value in since if value > 0)]


@given(PROVIDERS, st.sampled_from([Chart.G, Chart.T]))
def test_points_are_those_of_a_plain_loop_and_both_charts_begin_with_the_same_event(providers, chart):
    read = {f"ZX{k}": rows_of(f"ZX{k}", *one) for k, one in enumerate(providers)}
    shown, final = charted({"wounds": [row for rows in read.values() for row in rows]}, chart)
    assert shown.keys == [("wounds", code) for code in read]
    for series, rows in enumerate(read.values()):
        everything = plain(rows, chart, LAST)
        before = max(len(everything) - SERIES_POINTS, 0)
        for chart_of, wanted in ((shown, everything), (final, plain([row for row in rows if row.is_final], chart, LAST_FINAL))):
            mine = chart_of.row == series
            assert list(zip(chart_of.value[mine], chart_of.is_open[mine], strict=True)) == wanted[before:]
            assert chart_of.place[mine].tolist() == list(range(len(wanted[before:])))


@given(PROVIDERS, st.sampled_from([Chart.G, Chart.T]))
def test_what_is_not_final_moves_no_limit(providers, chart):
    read = [row for k, one in enumerate(providers) for row in rows_of(f"ZX{k}", *one)]
    shown, final = charted({"wounds": read}, chart)
    for series in range(len(shown.keys)):
        limits = [set(chart_of.at("upper")[chart_of.row == series][:1].tolist()) for chart_of in (shown, final)]
        assert not limits[1] or np.array_equal(*map(list, limits), equal_nan=True)
