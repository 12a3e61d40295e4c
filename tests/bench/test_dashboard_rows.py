"""The made-up network of the dashboard's bench: the same each time, of the size that is asked for, its totals the sums of its parts."""

from __future__ import annotations

from datetime import date

import pandas as pd

from bench.dashboard_rows import OFFICE, chosen, organisations, places, results

TODAY = date(2026, 11, 23)


def test_the_same_seed_makes_the_same_network_whose_totals_add_up(registry):
    pathway = next(p for p in registry.pathways if p.case_dataset is not None and any(m.is_headline for m in p.measures))
    [one], [same] = (list(results(pathway, places(14), TODAY, chosen(pathway, 1), years=1)) for _ in range(2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.duplicated(["organisation_code", "period_grain", "period_start"]).any()
    months = one[one["period_grain"] == "month"].groupby(["organisation_code"])[["numerator", "denominator"]].sum()
    assert months.loc[OFFICE].tolist() == months.loc[[p.code for p in places(14)]].sum().tolist()
    assert one["is_provisional"].any() and not one["is_provisional"].all()


def test_it_is_as_large_as_the_criteria_say_and_most_providers_are_small():
    assert len(organisations(places())) == 1 + 7 + 3 * 200
    monthly = sorted(p.monthly for p in places())
    assert 5 <= monthly[0] < 10 and 40 < monthly[-1] <= 60
