"""The small pictures: what is on the axes, that nothing lies on anything else, that nothing leaves its area."""

from __future__ import annotations

import base64
import itertools
import re

import pytest

from assets import pictures
from assets.pictures.drawing import LETTER, WIDTH, Frame, Labels, Named, spread_apart

PERCENT = pictures.PERCENT


def drawn(markdown: str) -> str:
    return base64.b64decode(re.search(r"base64,([^)]+)\)", markdown)[1]).decode()


def texts(picture: str) -> list[tuple[float, float, float, str]]:
    """(left, right, baseline, words) of each text."""
    found = []
    for x, y, anchor, words in re.findall(r'<text x="([-\d.]+)" y="([-\d.]+)" text-anchor="(\w+)"[^>]*>([^<]*)</text>', picture):
        width = len(words) * LETTER * 0.85
        left = float(x) - {"start": 0, "middle": width / 2, "end": width}[anchor]
        found.append((left, left + width, float(y), words))
    return found


def points(picture: str) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for line in re.findall(r'<polyline points="([^"]+)"', picture) for pair in line.split()]


def a_funnel(peers: list[pictures.Peer], adjusted: bool = True) -> str:
    sizes = list(range(1, 201, 4))
    exact = [[min(max(0.9 + z * (0.09 / n) ** 0.5, 0), 1) for n in sizes] for z in (-3.09, -1.96, 1.96, 3.09)]
    wider = [[min(max(0.9 + z * (0.09 / n + 0.01) ** 0.5, 0), 1) for n in sizes] for z in (-3.09, -1.96, 1.96, 3.09)]
    lines = pictures.FunnelLines(sizes, 0.9, exact, wider if adjusted else ())
    return drawn(pictures.funnel("Surgery by the day after, 2025", "so many", peers, lines, PERCENT, "cases", "network"))


CROWD = [pictures.Peer(f"Northern Hospitals {k} NHS Trust", 100 + k, 0.7 + k / 500, "worse", True) for k in range(8)]


def test_names_of_a_crowd_lie_neither_on_each_other_nor_beyond_the_picture():
    names = [found for found in texts(a_funnel(CROWD)) if found[3].startswith("Northern")]
    assert len(names) >= 6
    for one, other in itertools.combinations(names, 2):
        assert one[1] < other[0] or other[1] < one[0] or abs(one[2] - other[2]) >= 11
    assert all(left >= 0 and right <= WIDTH for left, right, _, _ in names)


def test_shares_are_written_in_per_cent_and_no_axis_passes_a_hundred():
    ticks = [words for *_, words in texts(a_funnel(CROWD)) if re.fullmatch(r"-?[\d.]+%", words)]
    assert "100%" in ticks and not {"-20%", "120%"} & set(ticks)


def test_lines_stay_within_the_picture():
    assert all(0 <= x <= WIDTH and 40 <= y <= 300 for x, y in points(a_funnel(CROWD)))


def test_limits_that_allow_for_over_dispersion_stand_beside_the_exact_ones():
    with_them, without = a_funnel(CROWD), a_funnel(CROWD, adjusted=False)
    assert "allowing for over-dispersion" in with_them and "over-dispersion" not in without
    assert with_them.count("<polyline") > without.count("<polyline")


def test_special_causes_have_the_colours_of_making_data_count_and_shapes_of_their_own():
    kinds = ("common cause", "special cause improvement", "special cause concern", "special cause neutral high")
    series = [pictures.Point(f"m{k}", 0.5 + k / 100, kind) for k, kind in enumerate(kinds)]
    picture = drawn(pictures.xmr("A measure: a place", "why", series, 0.5, 0.4, 0.6, PERCENT))
    assert re.search(r'<circle [^>]*r="2.8" fill="#7b7d7d"', picture) and re.search(r'<circle [^>]*r="4.4" fill="#289de0"', picture)
    assert re.search(r'<polygon [^>]*fill="#e46c0a"', picture) and re.search(r'<polygon [^>]*fill="#361475"', picture)


def test_a_chart_writes_mean_and_limits_in_the_measures_unit_apart_from_each_other():
    series = [pictures.Point(f"m{k}", 20.0 + k % 2) for k in range(20)]
    lines = [
        found
        for found in texts(drawn(pictures.xmr("Hours", "", series, 20.5, 20.4, 20.6, pictures.Unit(1, "hours", 1))))
        if "hours" in found[3]
    ]
    assert {words for *_, words in lines} == {"mean 20.5 hours", "lower 20.4 hours", "upper 20.6 hours"}
    heights = sorted(y for _, _, y, _ in lines)
    assert all(b - a >= 12 for a, b in itertools.pairwise(heights)) and all(right <= WIDTH for _, right, _, _ in lines)


def test_limits_may_follow_the_points():
    series = [pictures.Point(f"m{k}", 0.5) for k in range(4)]
    picture = drawn(pictures.xmr("A", "", series, 0.5, [0.4, 0.3, 0.4, 0.3], [0.6, 0.7, 0.6, 0.7], PERCENT))
    upper = next(
        line
        for line in re.findall(r'<polyline points="([^"]+)"[^>]*stroke-dasharray', picture)
        if float(line.split(",")[1].split()[0]) < 100
    )
    assert len({pair.split(",")[1] for pair in upper.split()}) == 2
    assert {"lower 30.0 %", "upper 70.0 %"} <= {words for *_, words in texts(picture)}


def test_a_missing_value_is_a_gap():
    series = [pictures.Point(f"m{k}", None if k == 3 else 0.5) for k in range(8)]
    lines = re.findall(r'<polyline points="([^"]+)"', drawn(pictures.xmr("A", "", series, None, None, None, PERCENT)))
    assert [len(line.split()) for line in lines] == [3, 4]


def test_a_cusum_begins_anew_at_its_limit_and_says_so():
    months = [
        pictures.CusumMonth("Jan 26", 0.5),
        pictures.CusumMonth("Feb 26", 1.05, True),
        pictures.CusumMonth("Mar 26", 0.1, is_provisional=True),
    ]
    picture = drawn(pictures.cusum("Deaths", "", months, "3.1", True))
    words = [words for *_, words in texts(picture)]
    assert {"limit", "3.1", "0%", "100%", "provisional", "limit reached: a signal; it begins anew"} <= set(words)
    assert picture.count('fill="#e46c0a"') == 2


def test_trends_have_a_panel_each_and_what_is_provisional_is_dashed():
    panels = [pictures.Panel(f"Measure {k}", [0.5, 0.6, 0.1], PERCENT, 2) for k in range(3)]
    picture = drawn(pictures.trends("All", "of them", ["a", "b", "c"], panels))
    assert [words for *_, words in texts(picture)].count("60.0 %") == 3
    assert picture.count('stroke-dasharray="2 2"') == 3


@pytest.mark.parametrize("values", [[], [5.0], [5.0, 5.0], [0.0, 0.0], [-1.0, 1e9]])
def test_any_values_have_an_axis(values):
    from assets.pictures.drawing import padded

    frame = Frame(*padded(values), max(len(values), 1))
    assert frame.lowest < frame.highest and 2 <= len(frame.ticks()) <= 8
    assert all(frame.top - 1e-6 <= frame.y(value) <= frame.height + 1e-6 for value in values)


def test_labels_find_room_or_are_left_out():
    labels = Labels((0, 0, 200, 26))
    placed = [labels.place(Named(20, 13, "a name of some length")) for _ in range(5)]
    assert placed[0] and not placed[-1]


def test_heights_are_moved_apart_in_their_order():
    assert spread_apart([10, 12, 50], 13) == [10, 23, 50]
    assert spread_apart([50, 10, 12], 13) == [50, 10, 23]


def test_words_of_organisations_are_escaped():
    assert "<b>" not in a_funnel([pictures.Peer("A <b> & Co", 50, 0.4, "worse", True)])


# ------------------------------------------------------------------------------------------------ at a glance
LIMIT_OF_DAGSTER = 1000  # the page shows markdown of fewer letters itself, and hides longer one behind a link


def lines_to(furthest: int) -> pictures.FunnelLines:
    sizes = list(range(1, furthest + 1))
    return pictures.FunnelLines(sizes, 0.5, [[0.5 + z * 0.5 / n**0.5 for n in sizes] for z in (-3.09, -1.96, 1.96, 3.09)])


@pytest.mark.parametrize("count", [1, 22, 150, 1000])
def test_a_funnel_at_a_glance_is_shown_on_the_page_itself_with_everybody_outside(count):
    peers = [pictures.Peer(str(k), 20 + k * 900 / count, 0.4 + (k * 7919 % 100) / 500) for k in range(count)]
    peers += [pictures.Peer("a", 400, 0.9, "worse"), pictures.Peer("b", 700, 0.1, "better")]
    told = pictures.glance_funnel(
        "**A measure with a title of some length, April to June 2026**: so many providers", peers, lines_to(1000), PERCENT
    )
    assert len(told) < LIMIT_OF_DAGSTER
    picture = drawn(told)
    assert [picture.count(f'stroke="{colour}"') for colour in ("#d60", "#29d")] == [1, 1]
    assert ("#888" in picture) == (count < 1000)


def test_a_chart_at_a_glance_marks_its_special_causes():
    series = [pictures.Point(f"m{k}", 0.5 + k % 5 / 100, "special cause concern" if k == 20 else "common cause") for k in range(48)]
    told = pictures.glance_series(
        "**A measure: a hospital with a long name (made up)**, concern: above upper limit", series, (0.5, 0.4, 0.6), PERCENT
    )
    assert len(told) < LIMIT_OF_DAGSTER and drawn(told).count('stroke="#d60"') == 1


def test_where_words_leave_no_room_there_are_words_alone():
    told = pictures.glance_series("word " * 180, [pictures.Point("a", 1.0), pictures.Point("b", 2.0)], (), PERCENT)
    assert told == "word " * 180


def test_values_that_are_all_the_same_or_missing_have_a_chart_too():
    for values in ([1.0, 1.0], [None, 2.0, None], [0.0]):
        series = [pictures.Point(str(k), value) for k, value in enumerate(values)]
        assert "data:image" in pictures.glance_series("x", series, (), pictures.Unit())
