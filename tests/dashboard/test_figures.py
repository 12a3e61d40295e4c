"""A figure's numbers as a file, and how a chart in time is drawn."""

from __future__ import annotations

import csv
import io
import itertools
from datetime import date
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from assets.pictures.drawing import PERCENT
from dashboard.charts.months import Line, months
from dashboard.charts.series import Level, Note, Path, Spot, series
from dashboard.charts.timeline import Axis, Lane, timeline
from dashboard.figures import trend
from dashboard.figures.figure import Cell, Figure, number
from dashboard.figures.series import _trajectory


def figure(rows, columns=("What", "How many")):
    return Figure("series", ("a_measure", "ZQA"), "A title", "A sentence.", None, columns, rows)


def read(figure):
    return list(csv.reader(io.StringIO(figure.csv())))


def test_the_csv_holds_the_numbers_whole_and_nothing_where_there_is_none():
    rows = [[Cell("Sep 2026", "2026-09-01"), number(0.6251234, "62.5 %")], [Cell("Oct 2026", "2026-10-01"), number(None, "hidden")]]
    assert read(figure(rows)) == [["What", "How many"], ["2026-09-01", "0.6251234"], ["2026-10-01", ""]]


@pytest.mark.parametrize("said", ["=1+1", "+cmd", "-2+3", "@sum", "\tx"])
def test_text_that_a_spreadsheet_would_run_is_neutralised(said):
    assert read(figure([[Cell(said), number(-1.5, "−1.5")]]))[1] == [f"'{said}", "-1.5"]


def test_an_address_is_made_of_kind_and_parts():
    made = Figure("series", ("a measure/with", "peer-3"), "", "", None, (), [])
    assert made.address == "/figure/series/a%20measure%2Fwith/peer-3"


def drawn(spots, levels=(), notes=(), aims=()):
    return ElementTree.fromstring(str(series('Share <of> "all"', "It is & was.", spots, levels, PERCENT, notes, aims)))


def titles(svg):
    return [element.text for element in svg.iter("{http://www.w3.org/2000/svg}title")]


def test_a_chart_is_told_to_who_cannot_see_it():
    svg = drawn([Spot("Jan 2026", 0.5, said="Jan 2026: 50 %")])
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == 'Share <of> "all". It is & was.'
    assert titles(svg) == ["Jan 2026: 50 %"]


def test_each_known_point_has_a_mark_and_a_gap_has_none():
    svg = drawn([Spot("a", 0.5, said="a"), Spot("b", None, said="b"), Spot("c", 0.75, "special cause concern", said="c")])
    assert titles(svg) == ["a", "c"]


def test_what_is_special_differs_by_shape_not_by_colour_alone():
    shapes = {}
    for kind in ("common cause", "special cause improvement", "special cause concern", "special cause neutral high"):
        svg = drawn([Spot("a", 0.5, kind, said="it")])
        group = next(g for g in svg.iter("{http://www.w3.org/2000/svg}g") if g.find("{http://www.w3.org/2000/svg}title") is not None)
        mark = group[0]
        shapes[kind] = (mark.tag.rpartition("}")[2], mark.get("r"), mark.get("points", "").count(","))
    assert len(set(shapes.values())) == 4, shapes


def test_levels_are_named_at_their_end_actions_numbered_aims_told():
    svg = drawn(
        [Spot("a", 0.5), Spot("b", 0.6)],
        [Level("mean", [0.55, 0.55])],
        [Note(1.5, 3, "A list on Saturdays")],
        [Path((0, 0.5), (1, 0.7), "Aim: 70 %")],
    )
    words = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "mean 55.0 %" in words
    assert "3" in words
    assert {"A list on Saturdays", "Aim: 70 %"} <= set(titles(svg))


def test_values_that_never_differ_are_drawn_too():
    assert titles(drawn([Spot(str(i), 1.0, said=str(i)) for i in range(3)])) == ["0", "1", "2"]


def quarters(*values: tuple[float, bool]) -> list[SimpleNamespace]:
    """Value and whether it is provisional."""
    return [
        SimpleNamespace(
            period_start=date(2026, 1 + 3 * i, 1), value=value, is_provisional=is_open, national_value=None, national_source=None
        )
        for i, (value, is_open) in enumerate(values)
    ]


def test_the_networks_line_is_labelled_with_its_last_final_value():
    of_network, region = quarters((0.6, False), (0.704, False), (0.824, True)), quarters((0.5, False), (0.55, False), (0.9, True))
    measure = SimpleNamespace(title="M", unit="share", decimals=1)
    svg = ElementTree.fromstring(str(trend._draw(measure, "quarter", of_network, {"North": region}, "S")))
    said = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {"network 70.4 %", "North 55.0 %"} <= set(said) and not any("82.4" in word or "90.0" in word for word in said)
    network, region, marks = (
        float(line.get("points").split()[-1].split(",")[0]) for line in svg.iter("{http://www.w3.org/2000/svg}polyline")
    )
    assert network == region < marks, "both end at the last final quarter, the marks go on"
    assert titles(svg)[-1] == "Network, Q3 2026: 82.4 %; provisional", "the provisional value still has its mark"


def test_a_quarter_that_is_provisional_is_called_as_the_others_are():
    assert trend._notes("quarter", quarters((0.6, False), (0.7, True))) == (
        "Provisional from Q2 2026: cases or outcomes are still to come.",
    )


@pytest.mark.parametrize(
    ("is_open", "said"), [([False, False, True], "network 70.0 %"), ([True, True, True], "network 80.0 %"), ([], "network 80.0 %")]
)
def test_a_line_of_months_is_labelled_with_its_last_final_value(is_open, said):
    starts = [date(2026, month, 1) for month in (1, 2, 3)]
    drawn = "".join(months(starts, [Line("network", [0.6, 0.7, 0.8], is_open=is_open)], [], PERCENT))
    assert f">{said}<" in drawn and ">provisional<" not in drawn


def lane(title="Surgery", median=1600.0, **more):
    return Lane(
        **{
            "title": title,
            "lower": 1200.0,
            "median": median,
            "upper": 2400.0,
            "network": 1500.0,
            "national": None,
            "best": 1100.0,
            "shown": "26 h 40",
            "said": "s",
        }
        | more
    )


def test_a_timeline_has_a_lane_a_milestone_and_hides_what_is_hidden():
    svg = ElementTree.fromstring(str(timeline("T", "D", [lane(), lane("Ward", None, lower=None, upper=None, shown="hidden")])))
    words = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Surgery", "26 h 40", "Ward", "hidden"} <= set(words)
    assert titles(svg) == ["s"]


def test_time_runs_from_left_to_right_before_and_after_the_start():
    axis = Axis(-300, 20000)
    places = [axis.x(minutes) for minutes in (-300, -60, 0, 60, 1440, 20000)]
    assert places == sorted(places)
    assert all(later - earlier > 20 for earlier, later in itertools.pairwise(places))
    assert 0 in axis.marks()


@pytest.mark.parametrize(
    ("begun", "start", "end"),
    [
        (date(2026, 1, 1), (-0.5, 0.5), (3, 0.5 + 0.3 * 90 / 365)),
        (date(2026, 4, 23), (2.5, 0.8), (3.5, 0.8)),
        (date(2026, 9, 23), None, None),
        (date(2025, 9, 23), None, None),
    ],
    ids=["of the first month", "set in the last month: a mark at its target", "long after the last month", "before the first month"],
)
def test_the_line_of_an_aim_lies_on_the_chart_from_the_day_it_is_set(begun, start, end):
    starts = [date(2026, month, 1) for month in (1, 2, 3, 4)]
    aim = SimpleNamespace(set_on=begun, target_on=date(begun.year + 1, begun.month, begun.day), baseline_value=0.5, target_value=0.8)
    line = _trajectory(SimpleNamespace(unit="share", decimals=1, kind="proportion"), starts, aim)
    assert (line and line.start, line and line.end and pytest.approx(line.end)) == (start, end)
