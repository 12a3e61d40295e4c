"""Which charts a measure has, which of them raises signals, and which cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas import charts, measures
from schemas.measures import Chart, Credit, MeasureKind
from schemas.registry import DeclarationError, Registry, _check_what_hangs_together


def of_kind(registry: Registry, kind: MeasureKind):
    return next(m for m in registry.measures.values() if m.kind is kind and m.charts is None and m.is_watched)


def declared(registry: Registry, name: str, **more):
    """The pathway with one measure declared otherwise."""
    pathway = registry.pathway_of_measure(name)
    return replace(pathway, measures=tuple(replace(m, **more) if m.name == name else m for m in pathway.measures))


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [(MeasureKind.PROPORTION, (Chart.XMR, Chart.P_PRIME)), (MeasureKind.MEDIAN, (Chart.XMR,)), (MeasureKind.MEAN, (Chart.XMR,)),
     (MeasureKind.COUNT, (Chart.XMR,)), (MeasureKind.DERIVED, (Chart.XMR,)), (MeasureKind.SCORE, (Chart.XMR,))],
)  # fmt: skip
def test_a_measure_that_does_not_say_is_charted_by_its_kind_and_judged_on_the_last_of_its_charts(registry, kind, wanted):
    """The XmR chart, which all have, unless there is one that knows the cases behind a point."""
    measure = of_kind(registry, kind)
    assert (measure.charted_by, measure.judged_by) == (wanted, wanted[-1])


def test_a_series_that_raises_no_signals_has_one_chart_unless_it_says_otherwise(registry):
    share = replace(of_kind(registry, MeasureKind.PROPORTION), is_watched=False)
    assert share.charted_by == (Chart.XMR,)
    assert replace(share, charts=(Chart.XMR, Chart.P_PRIME)).charted_by == (Chart.XMR, Chart.P_PRIME)


def test_a_rate_has_a_u_prime_chart_beside_its_xmr_chart():
    assert measures.CHARTS[MeasureKind.RATE] == (Chart.XMR, Chart.U_PRIME)


def test_the_judge_of_a_kind_is_changed_in_one_place_but_for_those_that_say_otherwise_or_lack_it(registry, monkeypatch):
    share = of_kind(registry, MeasureKind.PROPORTION)
    plain, explicit = replace(share, charts=(Chart.XMR,)), replace(share, signals_from=Chart.XMR)
    monkeypatch.setitem(measures.SIGNALS_FROM, MeasureKind.PROPORTION, Chart.P_PRIME)
    assert (share.judged_by, plain.judged_by, explicit.judged_by) == (Chart.P_PRIME, Chart.XMR, Chart.XMR)
    assert of_kind(registry, MeasureKind.MEDIAN).judged_by is Chart.XMR


WRONG = {
    "P' of a median": ("wrist_minutes_to_manipulation", {"charts": (Chart.XMR, Chart.P_PRIME)}, "is a median: a P' chart needs the counts of a proportion"),
    "U' of a proportion": ("wrist_block", {"charts": (Chart.U_PRIME,)}, "is a proportion: a U' chart needs the counts of a rate"),
    "no chart": ("wrist_block", {"charts": ()}, "declares no chart, or one twice"),
    "one twice": ("wrist_block", {"charts": (Chart.XMR, Chart.XMR)}, "declares no chart, or one twice"),
    "judge it lacks": ("wrist_block", {"signals_from": Chart.G}, "takes signals from a chart that it does not have (G)"),
    "events of a mean": ("wrist_stay_days", {"charts": (Chart.T,)}, "has no events by date: a T chart needs a proportion"),
    "events without a month": ("wrist_open_wound", {"grains": ("quarter", "year")}, "has no events by date: a G chart"),
    "events without providers": ("wrist_open_wound", {"levels": ("network",)}, "has no events by date: a G chart"),
    "events of what is only submitted": ("wrist_open_wound", {"cohort": None, "numerator": None, "index_date": None}, "has no events by date: a G chart"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "more", "words"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_refused_with_the_reason(registry, name, more, words):
    pathway = declared(registry, name, **more)
    assert words in charts.what_is_wrong(pathway)
    with pytest.raises(DeclarationError, match=f"the pathway wrist_fracture: {name} "):
        _check_what_hangs_together(pathway)


def test_events_that_belong_to_every_team_cannot_be_put_in_one_order(registry):
    name = "stroke_tc_haemorrhage_after_thrombolysis"
    assert charts.what_is_wrong(registry.pathway("acute_stroke")) is None
    assert "counts a case for every team" in charts.what_is_wrong(declared(registry, name, credit=Credit.EVERY_TEAM))
