"""What readers see of results: their own whole, everybody else's through the small-numbers policy, and nothing to work the rest out."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, text

from assets.refresh import refresh
from tests.warehouse.results import KINDS, PERIOD, add_benchmark, add_funnel, add_measures, add_point, add_result, add_tree
from tests.warehouse.test_access import _add_case
from warehouse.improvement_tables import action_version
from warehouse.intake_tables import stale_cell, submission
from warehouse.measurement_tables import measure, signal
from warehouse.policies import CURRENT, POLICIES, PolicyError, SmallNumbersPolicy, sync_policies
from warehouse.stale import queue_all


@pytest.fixture
def warehouse(demo_organisations):
    with demo_organisations.begin() as connection:
        add_measures(connection)
    return demo_organisations


def _rows(engine, view: str, key: str = "organisation_code", where: str = "true") -> dict:
    with engine.connect() as connection:
        return {row._mapping[key]: row for row in connection.execute(text(f"select * from dashboard.{view} where {where}"))}


# ------------------------------------------------------------------------------------------------ the policy
def test_counts_as_shown():
    shown = {n: CURRENT.shown_count(n) for n in (0, 1, 7, 8, 12, 13, 17, 18, 100, 102, 103)}
    assert shown == {0: 0, 1: None, 7: None, 8: 10, 12: 10, 13: 15, 17: 15, 18: 20, 100: 100, 102: 100, 103: 105}
    assert CURRENT.shown_count(None) is None


def test_the_database_shows_counts_as_the_declaration_does(database):
    with database.connect() as connection:
        rows = connection.execute(
            text("select n, house.shown_count(n, :to, :by), house.is_small(n, :to) from generate_series(0, 500) n"),
            {"to": CURRENT.suppress_to, "by": CURRENT.round_to},
        ).all()
    assert [(n, CURRENT.shown_count(n), 0 < n <= CURRENT.suppress_to) for n in range(501)] == [tuple(row) for row in rows]


def test_wilson_limits_are_those_of_the_textbook(database):
    """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    expected = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611), (1, 29): (0.0061, 0.1718)}
    with database.connect() as connection:
        for (x, n), limits in expected.items():
            got = connection.execute(text("select house.wilson_limit(:x, :n, -1), house.wilson_limit(:x, :n, 1)"), {"x": x, "n": n}).one()
            assert tuple(round(limit, 4) for limit in got) == limits
        assert connection.scalar(text("select house.wilson_limit(0, 0, 1)")) is None


def test_an_applied_version_is_not_declared_anew(database, monkeypatch):
    from warehouse import policies

    with database.begin() as connection:
        sync_policies(connection)
        monkeypatch.setattr(policies, "POLICIES", (SmallNumbersPolicy(1, 5, 5, 2, 1, "changed"),))
        with pytest.raises(PolicyError, match="declare a new version"):
            sync_policies(connection)


def test_a_new_version_becomes_current_and_the_old_one_stays(database, monkeypatch):
    from warehouse import policies

    newer = SmallNumbersPolicy(2, 9, 10, 1, 0, "stricter")
    monkeypatch.setattr(policies, "POLICIES", (*POLICIES, newer))
    monkeypatch.setattr(policies, "CURRENT", newer)
    with database.begin() as connection:
        sync_policies(connection)
        sync_policies(connection)
        rows = connection.execute(text("select policy_version, suppress_to, is_current from house.small_numbers_policy order by 1")).all()
    assert [tuple(row) for row in rows] == [(1, 7, False), (2, 9, True)]


# ------------------------------------------------------------------------------------------------ measure results
def test_own_cells_are_whole_and_others_rounded(warehouse, as_role):
    with warehouse.begin() as connection:
        add_tree(connection, {"ZX1A1": (5, 41), "ZX1A2": (33, 52), "ZX2A1": (5, 41), "ZX2A2": (33, 52), "ZX3A1": (77, 88)})
    seen = _rows(as_role("cc_provider", "ZX1"), "measure_result_v1")
    for code, counts in {"ZX1": (38, 93), "ZX1A1": (5, 41), "ZX1A2": (33, 52)}.items():
        assert (seen[code].numerator, seen[code].denominator, seen[code].is_own, seen[code].is_suppressed) == (*counts, True, False)
        assert seen[code].value == counts[0] / counts[1]
    for code, counts in {"ZX2": (40, 95), "ZX3A1": (75, 90), "ZX3": (75, 90), "REG2": (75, 90)}.items():
        assert (seen[code].numerator, seen[code].denominator, seen[code].is_own, seen[code].is_suppressed) == (*counts, False, False)
        assert seen[code].value == pytest.approx(counts[0] / counts[1], abs=1e-6)
        assert seen[code].lower_95 < seen[code].value < seen[code].upper_95
    for site in ("ZX2A1", "ZX2A2"):  # the second because of the first: provider less one site is the other
        hidden = seen[site]
        assert (hidden.numerator, hidden.denominator, hidden.value, hidden.lower_95, hidden.upper_95) == (None,) * 5
        assert hidden.is_suppressed and not hidden.is_own


def test_of_a_total_with_own_cases_the_rest_is_rounded(warehouse, as_role):
    """Sixteen of one's own and one of somebody else's are not "about 15" but hidden: the difference would be the one."""
    with warehouse.begin() as connection:
        add_tree(connection, {"ZX1A1": (16, 103), "ZX2A1": (1, 52), "ZX3A1": (40, 61)})
    seen = _rows(as_role("cc_provider", "ZX1"), "measure_result_v1")
    assert seen["REG1"].is_suppressed and seen["REG1"].numerator is None
    assert (seen["NET"].numerator, seen["NET"].denominator) == (16 + 45, 103 + 115)  # the hidden one counts as 4 beside the 40
    outside = _rows(as_role("cc_dashboard"), "measure_result_v1")
    assert (outside["REG1"].numerator, outside["REG1"].denominator, outside["NET"].numerator) == (20, 155, 60)


@pytest.mark.parametrize("without", ["REG1", "ZX1", "ZX2"])
def test_the_networks_total_is_one_of_parts_whatever_its_members_are_below(warehouse, as_role, without):
    """Members are pooled in it in any case: the own part is taken from it, and the small one counts as 4 beside the 9."""
    with warehouse.begin() as connection:
        connection.execute(text("update pathway.organisation set parent_code = null where organisation_code = :code"), {"code": without})
        add_tree(connection, {"ZX1A1": (103, 200), "ZX2A1": (1, 200), "ZX3A1": (9, 200)})
    assert _rows(as_role("cc_provider", "ZX1"), "measure_result_v1")["NET"].numerator == 103 + 15
    assert _rows(as_role("cc_provider", "ZX1"), "organisation_v1")["ZX1"].network_code == "NET"


@pytest.mark.parametrize("kind", ["median", "mean"])
@pytest.mark.parametrize(("each", "shown"), [(1, None), (3, None), (4, 47.2)], ids=["2 in all", "6 in all", "8 in all"])
def test_a_median_or_mean_of_a_handful_of_others_is_hidden_though_they_count_for_more(warehouse, as_role, kind, each, shown):
    """Two small parts of different regions count for four each and more, so the count alone would be shown."""
    with warehouse.begin() as connection:
        for code, cases in {"ZX2": each, "REG1": each, "ZX3": each, "REG2": each, "NET": 2 * each}.items():
            add_result(connection, code, None, cases, kind, value=47.2)
    total = _rows(as_role("cc_dashboard"), "measure_result_v1")["NET"]
    assert (total.value, total.is_suppressed) == (shown, shown is None)


def test_zero_is_shown_and_is_not_suppression(warehouse, as_role):
    with warehouse.begin() as connection:
        add_result(connection, "ZX2", 0, 40)
        add_result(connection, "ZX3", 0, 0, reason="no cases")
        add_result(connection, "ZX1", 0, 5)
    seen = _rows(as_role("cc_dashboard"), "measure_result_v1")
    assert (seen["ZX2"].numerator, seen["ZX2"].value, seen["ZX2"].is_suppressed) == (0, 0, False)
    assert (seen["ZX3"].denominator, seen["ZX3"].value, seen["ZX3"].reason, seen["ZX3"].is_suppressed) == (0, None, "no cases", False)
    assert (seen["ZX1"].numerator, seen["ZX1"].value, seen["ZX1"].is_suppressed) == (None, None, True)


def test_small_denominators_hide_every_kind(warehouse, as_role):
    kinds = [kind for kind in KINDS if kind not in ("score", "derived")]
    with warehouse.begin() as connection:
        for kind, denominator in itertools.product(kinds, range(1, 10)):
            numerator = denominator if kind in ("proportion", "rate") else None
            cell = {"period_start": date(2000 + denominator, 1, 1), "period_grain": "year"}
            add_result(connection, "ZX2", numerator, denominator, kind, value=0.777, lower_95=0.1, upper_95=0.9, **cell)
    with as_role("cc_dashboard").connect() as connection:
        rows = connection.execute(text("select * from dashboard.measure_result_v1")).all()
    assert len(rows) == 9 * len(kinds)
    for row in rows:
        is_small = row.period_start.year < 2008
        assert row.is_suppressed == is_small
        assert ((row.numerator, row.denominator, row.value, row.lower_95, row.upper_95) == (None,) * 5) == is_small
        assert (row.value is None) == is_small


def test_each_kind_as_others_see_it(warehouse, as_role):
    with warehouse.begin() as connection:
        add_result(connection, "ZX2", None, 33, "median", value=47.26, lower_95=40.123, upper_95=61.456)
        add_result(connection, "ZX2", None, 33, "mean", value=12.3456, lower_95=11.111, upper_95=13.333)
        add_result(connection, "ZX2", None, 33, "count", value=33)
        add_result(connection, "ZX2", 12, 1000, "rate", value=12.0)
        add_result(connection, "ZX2", None, None, "score", value=71.234567)
        add_result(connection, "ZX2", None, None, "derived", value=0.123456)
    seen = _rows(as_role("cc_dashboard"), "measure_result_v1", "kind")
    assert (seen["median"].value, seen["median"].lower_95, seen["median"].denominator) == (47.3, 40.1, 35)
    assert seen["mean"].value == 12.3
    assert seen["count"].value == seen["count"].denominator == 35
    assert (seen["rate"].value, seen["rate"].numerator, seen["rate"].lower_95) == (10.0, 10, None)
    assert (seen["score"].value, seen["score"].is_suppressed) == (71.234567, False)
    assert (seen["derived"].value, seen["derived"].is_suppressed) == (None, True)
    own = _rows(as_role("cc_provider", "ZX2"), "measure_result_v1", "kind")
    assert (own["median"].value, own["derived"].value, own["rate"].value) == (47.26, 0.123456, 12.0)


def test_stale_is_looked_up_and_not_kept(warehouse, as_role):
    with warehouse.begin() as connection:
        for code in ("ZX1", "ZX2"):
            add_result(connection, code, 20, 40)
        cell = {"pathway_name": "wrist_fracture", "organisation_code": "ZX2", "period_grain": "month", "period_start": PERIOD}
        connection.execute(insert(stale_cell).values(**cell))
        connection.execute(insert(stale_cell).values(**{**cell, "organisation_code": "ZX1", "period_grain": "quarter"}))
        connection.execute(insert(stale_cell).values(**{**cell, "organisation_code": "ZX1", "pathway_name": "another"}))
    reader = as_role("cc_dashboard")
    assert {code: row.is_stale for code, row in _rows(reader, "measure_result_v1").items()} == {"ZX1": False, "ZX2": True}
    with warehouse.begin() as connection:
        connection.execute(delete(stale_cell))
    assert not any(row.is_stale for row in _rows(reader, "measure_result_v1").values())


# ------------------------------------------------------------------------------------------------ benchmarks, charts, funnels
def test_a_benchmark_tells_nothing_that_the_result_hides(warehouse, as_role):
    with warehouse.begin() as connection:
        add_tree(connection, {"ZX1A1": (38, 93), "ZX2A1": (3, 52), "ZX3A1": (77, 88)})
        for code in ("ZX1", "ZX2", "ZX3"):
            add_benchmark(connection, code)
    seen = _rows(as_role("cc_provider", "ZX1"), "benchmark_v1")
    hidden = seen["ZX2"]
    for column in (
        "numerator",
        "denominator",
        "value",
        "rank",
        "quartile",
        "z_score",
        "funnel_position",
        "is_favourable",
        "from_best",
        "lower_95",
    ):
        assert hidden._mapping[column] is None, column
    assert hidden.is_suppressed and hidden.national_value == 0.7
    other = seen["ZX3"]
    assert (other.rank, other.quartile, other.z_score, other.funnel_position) == (1, 1, 1.2, "inside")
    assert other.best_value == pytest.approx(75 / 90, abs=1e-6) and other.from_best == 0
    network = _rows(as_role("cc_provider", "ZX1"), "measure_result_v1")["NET"]
    assert {row.network_value for row in seen.values()} == {network.value}
    assert network.value == pytest.approx((38 + 80) / (93 + 140), abs=1e-6)
    assert seen["ZX1"].from_best == pytest.approx(38 / 93 - 75 / 90, abs=1e-6)


def test_network_and_national_values_stand_apart(warehouse, as_role):
    with warehouse.begin() as connection:
        add_result(connection, "NET", 400, 500)
        add_result(connection, "ZX1", 40, 50)
        add_benchmark(connection, "ZX1", national_value=None, national_source=None)
    row = _rows(as_role("cc_dashboard"), "benchmark_v1")["ZX1"]
    assert (row.network_value, row.national_value, row.national_source) == (0.8, None, None)


def test_lower_is_better_makes_the_lowest_the_best(warehouse, as_role):
    with warehouse.begin() as connection:
        connection.execute(measure.update().values(direction="lower is better"))
        for code, numerator in (("ZX1", 10), ("ZX2", 20), ("ZX3", 30)):
            add_result(connection, code, numerator, 100)
            add_benchmark(connection, code)
    assert {row.best_value for row in _rows(as_role("cc_dashboard"), "benchmark_v1").values()} == {0.1}
    with warehouse.begin() as connection:
        connection.execute(measure.update().values(direction="neutral"))
    assert {row.best_value for row in _rows(as_role("cc_dashboard"), "benchmark_v1").values()} == {None}


def test_a_chart_shows_the_values_of_the_results(warehouse, as_role):
    with warehouse.begin() as connection:
        for code in ("ZX1", "ZX2"):
            add_result(connection, code, 33, 52)
            add_point(connection, code)
    seen = _rows(as_role("cc_provider", "ZX1"), "spc_point_v1")
    assert (seen["ZX1"].value, seen["ZX1"].mean, seen["ZX1"].lower_limit) == (33 / 52, 0.123456, 0.0123456)
    assert (seen["ZX2"].value, seen["ZX2"].mean, seen["ZX2"].lower_limit, seen["ZX2"].upper_limit) == (0.7, 0.12, 0.01, 0.23)
    assert (seen["ZX2"].rule_name, seen["ZX2"].final_rule_name) == ("beyond limits", "beyond final limits")


def test_a_chart_with_a_hidden_point_has_no_lines(warehouse, as_role):
    """From the mean and all points but one follows the one."""
    february = date(2026, 2, 1)
    with warehouse.begin() as connection:
        add_result(connection, "ZX2", 33, 52, period_start=date(2025, 12, 1))
        add_result(connection, "ZX2", 2, 52, period_start=february)
        add_point(connection, "ZX2", period_start=date(2025, 12, 1))
        add_point(connection, "ZX2", period_start=february, point_number=2)
    reader = as_role("cc_dashboard")
    seen = _rows(reader, "spc_point_v1", "period_start")
    assert seen[date(2025, 12, 1)].value == 0.7 and seen[february].value is None and seen[february].is_suppressed
    assert {(row.mean, row.lower_limit, row.upper_limit, row.rule_name, row.point_type) for row in seen.values()} == {
        (None, None, None, None, "suppressed")
    }
    assert {(row.final_rule_name, row.final_point_type) for row in seen.values()} == {(None, "suppressed")}
    # asking for the shown period alone does not bring the lines back
    assert _rows(reader, "spc_point_v1", where="period_start = '2025-12-01'")["ZX2"].mean is None


def test_funnel_limits_stand_at_shown_denominators(warehouse, as_role):
    with warehouse.begin() as connection:
        for denominator in (5, 33, 52, 53, 101):
            add_funnel(connection, denominator)
    seen = _rows(as_role("cc_dashboard"), "funnel_limit_v1", "denominator")
    assert sorted(seen) == [35, 50, 55, 100]
    for denominator, row in seen.items():
        half = 1.96 * (0.25 / denominator) ** 0.5
        assert (row.centre, row.lower_95, row.upper_95) == (0.5, round(0.5 - half, 2), round(0.5 + half, 2))
        assert 0 <= row.lower_998 < row.lower_95 and row.upper_95 < row.upper_998 <= 1


# ------------------------------------------------------------------------------------------------ disclosure
# The reader is taken to know the rules, every shown cell and the own counts. ``display`` is what the views show, written once more over
# arrays of candidates; a count is safe if the candidates that show the same as the truth leave more than one value for it.
SITES = ("ZX1A1", "ZX2A1", "ZX2A2", "ZX3A1")
HIDDEN = -1


def _rounded(counts):
    return np.where((counts > 0) & (counts <= 7), HIDDEN, np.floor(counts / 5 + 0.5) * 5)


def _small(counts):
    return (counts > 0) & (counts <= 7)


def display(sites: dict, own: set[str]) -> dict:
    """What is shown of the numerators of everybody else's sites, providers, regions and the network."""
    shown, providers, basis = {}, {}, {}
    for provider in ("ZX1", "ZX2", "ZX3"):
        below = [site for site in sites if site.startswith(provider)]
        if not set(below) & own:
            providers[provider] = sum(sites[site] for site in below)
            any_small = np.any([_small(sites[site]) for site in below], axis=0)
            shown[provider] = _rounded(providers[provider])
            shown |= {site: np.where(any_small, HIDDEN, _rounded(sites[site])) for site in below}
    for region, members in {"REG1": ("ZX1", "ZX2"), "REG2": ("ZX3",)}.items():
        parts = [providers[provider] for provider in members if provider in providers]
        basis[region] = _told_by_parts(parts) if parts else np.array(0)
    mine = {"REG1": sum(sites[site] for site in own), "REG2": 0}
    for region in basis:
        shown[region] = np.where(_small(basis[region]), HIDDEN, mine[region] + _rounded(basis[region]))
    rest = basis["REG1"] + basis["REG2"]
    return {**shown, "NET": np.where(_small(rest), HIDDEN, mine["REG1"] + _rounded(rest))}


def _told_by_parts(parts: list):
    number = sum(_small(part).astype(int) for part in parts)
    small = sum(np.where(_small(part), part, 0) for part in parts)
    put_together = sum(np.where(_small(part), 4, _rounded(part)) for part in parts)
    told = sum(parts) - small + np.clip(small, number + 2, 7 * number - 2)
    return np.select([number == 0, number == 1], [sum(parts), put_together], told)


def _possible(truth: dict[str, int], own: set[str], limit: int = 22) -> dict[str, set[int]]:
    """Every value that each unknown site and provider can have for somebody who sees what is shown."""
    unknown = [site for site in truth if site not in own]
    grids = np.meshgrid(*[np.arange(limit + 1)] * len(unknown), indexing="ij")
    tried = {site: np.array(truth[site]) for site in own} | {site: grid.ravel() for site, grid in zip(unknown, grids, strict=True)}
    seen = display({site: np.array(count) for site, count in truth.items()}, own)
    fits = np.all([np.broadcast_to(shown == seen[code], grids[0].size) for code, shown in display(tried, own).items()], axis=0)
    values = tried | {"ZX2": tried["ZX2A1"] + tried["ZX2A2"]}
    return {code: set(values[code][fits].tolist()) for code in (*unknown, "ZX2")}


@pytest.mark.parametrize("own", [set(), {"ZX1A1"}], ids=["dashboard", "provider"])
@given(counts=st.tuples(*[st.integers(0, 14)] * 4))
@settings(max_examples=25, deadline=None)
def test_no_small_count_follows_from_what_is_shown(own, counts):
    """Complement and drill-down: site, provider, region and network beside each other, and one's own counts known exactly."""
    truth = dict(zip(SITES, counts, strict=True))
    for code, values in _possible(truth, own).items():
        count = truth["ZX2A1"] + truth["ZX2A2"] if code == "ZX2" else truth[code]
        assert count in values
        assert len(values) >= 2 or not 0 < count <= 7, (code, truth)


@pytest.mark.parametrize(
    "counts", [(12, 12, 12, 12), (16, 1, 0, 40), (3, 5, 9, 0), (0, 0, 0, 0), (1, 1, 1, 1), (20, 7, 8, 13), (9, 9, 9, 2)]
)
def test_the_views_show_what_the_model_of_disclosure_takes_for_shown(warehouse, as_role, counts):
    truth = dict(zip(SITES, counts, strict=True))
    with warehouse.begin() as connection:
        add_tree(connection, {site: (count, 200) for site, count in truth.items()})
    for engine, own in ((as_role("cc_dashboard"), set()), (as_role("cc_provider", "ZX1"), {"ZX1A1"})):
        seen = _rows(engine, "measure_result_v1")
        expected = display({site: np.array(count) for site, count in truth.items()}, own)
        assert {code: HIDDEN if seen[code].is_suppressed else seen[code].numerator for code in expected} == {
            c: float(v) for c, v in expected.items()
        }


def _add_region(connection, **counts):
    """Three more providers in the second region, with the counts given, and their total."""
    from warehouse.organisations import load_network

    parent = {"organisation_kind": "provider", "parent_code": "REG2", "is_member": True}
    load_network(connection, [{"organisation_code": f"ZX{n}", "organisation_name": f"Exemplar {n}", **parent} for n in (4, 5, 6)])
    for code, count in {**counts, "REG2": sum(counts.values())}.items():
        add_result(connection, code, count, 200)


def test_many_small_parts_leave_a_true_total(warehouse, as_role):
    """With several small parts that are not all at an end of their range, the total tells of none of them, and is the true one."""
    with warehouse.begin() as connection:
        _add_region(connection, ZX3=2, ZX4=2, ZX5=2, ZX6=7)
    assert _rows(as_role("cc_dashboard"), "measure_result_v1")["REG2"].numerator == 15  # and not 4 x 4, rounded


@pytest.mark.parametrize(("each", "shown"), [(3, 10), (2, 10), (1, None)], ids=["12 in all", "8 in all", "4, told as 6: itself small"])
def test_a_total_of_rare_events_is_about_what_it_is(warehouse, as_role, each, shown):
    """Of four small parts, each the least that it can be, the total is told two larger: not four times as large."""
    with warehouse.begin() as connection:
        _add_region(connection, ZX3=each, ZX4=each, ZX5=each, ZX6=each)
    row = _rows(as_role("cc_dashboard"), "measure_result_v1")["REG2"]
    assert (row.numerator, row.is_suppressed) == (shown, shown is None)


@pytest.mark.parametrize("months", list(itertools.product((1, 4, 7, 8, 9), repeat=3)))
def test_months_beside_their_quarter_leave_a_choice(months):
    def shown(counts):
        quarter = CURRENT.shown_count(sum(counts))
        parts = [CURRENT.shown_count(count) for count in counts]
        return ([None] * 3 if None in parts or quarter is None else parts, quarter)

    fitting = [guess for guess in itertools.product(range(13), repeat=3) if shown(guess) == shown(months)]
    for position, truth in enumerate(months):
        possible = {guess[position] for guess in fitting}
        assert truth in possible and (len(possible) >= 2 or truth > 7)


def test_months_of_a_quarter_and_quarters_of_a_year_are_shown_together_or_not(warehouse, as_role):
    with warehouse.begin() as connection:
        for month, count in {1: 3, 2: 30, 3: 30, 4: 30, 5: 30}.items():
            add_result(connection, "ZX2", count, 200, period_start=date(2026, month, 1))
            add_result(connection, "ZX3", 30, 200, period_start=date(2026, month, 1))
        for month, count in {1: 63, 4: 60}.items():
            add_result(connection, "ZX2", count, 600, period_start=date(2026, month, 1), period_grain="quarter")
            add_result(connection, "ZX3", 6 if month == 4 else 60, 600, period_start=date(2026, month, 1), period_grain="quarter")
        add_result(connection, "ZX3", 66, 1200, period_grain="year")
    with as_role("cc_dashboard").connect() as connection:
        rows = connection.execute(
            text(
                "select organisation_code, period_grain, extract(month from period_start)::int, is_suppressed from dashboard.measure_result_v1"
            )
        )
        hidden = {tuple(row[:3]) for row in rows if row[3]}
    assert {key for key in hidden if key[0] == "ZX2"} == {("ZX2", "month", month) for month in (1, 2, 3)}
    assert {key for key in hidden if key[0] == "ZX3"} == {("ZX3", "month", m) for m in range(1, 6)} | {
        ("ZX3", "quarter", m) for m in (1, 4)
    }


# ------------------------------------------------------------------------------------------------ other views
def _submit(connection, number: int, sender: str, **more):
    given = {
        "submission_id": f"S{number:08d}", "claim_token": str(number), "sender_code": sender, "dataset_name": "measure_counts", "state": "accepted",
        "file_sha256": "0", "envelope_sha256": "0", "file_size_bytes": 1, "received_at": text("now()"), "received_count": 23, "accepted_count": 20,
        "unchanged_count": 0, "out_of_scope_count": 3, "quarantined_count": 0, "warned_count": 6, "reason": "in words",
    }  # fmt: skip
    connection.execute(insert(submission).values(**{**given, **more}))


def test_submissions_of_others_show_where_they_stand_and_rounded_counts(warehouse, as_role):
    with warehouse.begin() as connection:
        _submit(connection, 1, "ZX1")
        _submit(connection, 2, "ZX2")
    seen = _rows(as_role("cc_provider", "ZX1"), "submission_v1", "sender_code")
    assert (seen["ZX1"].received_count, seen["ZX1"].warned_count, seen["ZX1"].reason, seen["ZX1"].is_own) == (23, 6, "in words", True)
    other = seen["ZX2"]
    assert (other.state, other.received_count, other.out_of_scope_count, other.quarantined_count, other.reason) == (
        "accepted",
        25,
        None,
        0,
        None,
    )
    assert seen["ZX1"].file_sha256 and other.file_sha256 is None, "who holds a file finds what became of it, if it is its own"


def test_signals_of_others_come_without_their_points(warehouse, as_role):
    with warehouse.begin() as connection:
        for code in ("ZX1", "ZX2", None):
            connection.execute(
                insert(signal).values(
                    signal_key=f"k{code}",
                    kind="special cause",
                    organisation_code=code,
                    rule_name="shift",
                    rule_version=1,
                    parameters={"points": [0.5]},
                    since_on=PERIOD,
                    state="raised",
                )
            )
    seen = _rows(as_role("cc_provider", "ZX1"), "signal_v1")
    assert seen["ZX1"].parameters == {"points": [0.5]} and seen["ZX1"].is_own
    assert seen["ZX2"].parameters is None and seen["ZX2"].rule_name == "shift"
    assert seen[None].parameters is None and seen[None].is_own is False


def test_actions_are_shared(warehouse, as_role):
    with warehouse.begin() as connection:
        _submit(connection, 1, "ZX2")
        connection.execute(
            insert(action_version).values(
                submission_id="S00000001", row_number=2, arrival_number=1, is_withdrawal=False, provider_code="ZX2",
                organisation_code="ZX2", reference="A1", cycle_number=1, pathway_name="wrist_fracture", title="Block on arrival", change_ideas=["block_at_triage"],
                measures_to_raise=["m_proportion"], measures_to_lower=[], started_on=PERIOD, status="active",
            )
        )  # fmt: skip
    seen = _rows(as_role("cc_provider", "ZX1"), "improvement_action_v1")["ZX2"]
    assert (seen.title, list(seen.measure_names), seen.change_idea, seen.is_own) == (
        "Block on arrival",
        ["m_proportion"],
        "block_at_triage",
        False,
    )


def test_organisations_know_what_they_belong_to(warehouse, as_role):
    from warehouse.organisations import load_network

    with warehouse.begin() as connection:
        load_network(connection, [{"organisation_code": "ZX2", "successor_code": "ZX3", "closed_on": date(2026, 3, 31)}])
    seen = _rows(as_role("cc_provider", "ZX3"), "organisation_v1")
    assert (seen["ZX1A1"].provider_code, seen["ZX1A1"].region_code, seen["ZX1A1"].network_code, seen["ZX1A1"].is_own) == (
        "ZX1",
        "REG1",
        "NET",
        False,
    )
    assert (seen["ZX2A1"].provider_code, seen["ZX2A1"].region_code, seen["ZX2A1"].is_own) == ("ZX3", "REG2", True)
    assert seen["NET"].provider_code is None


def test_milestones_are_summed_up_through_the_policy(warehouse, as_role, registry):
    with warehouse.begin() as connection:
        for site, count in {"ZX1A1": 3, "ZX2A1": 9, "ZX3A1": 2}.items():
            for _ in range(count):
                _add_case(connection, registry, site, site[:3])
        queue_all(connection, registry)
    refresh(warehouse, registry, datetime(2026, 11, 20, tzinfo=UTC))
    seen = _rows(as_role("cc_provider", "ZX1"), "milestone_summary_v1", where="milestone_name = 'xray'")
    assert (seen["ZX1"].case_count, seen["ZX1"].median_minutes, seen["ZX1"].is_own) == (3, 30, True)
    assert (seen["ZX2"].case_count, seen["ZX2"].median_minutes, seen["ZX2"].is_suppressed) == (10, 30, False)
    assert (seen["ZX3"].case_count, seen["ZX3"].median_minutes, seen["ZX3"].is_suppressed) == (None, None, True)
    assert (seen["NET"].case_count, seen["NET"].median_minutes) == (3 + 15, None)  # what is shown of the others: 10 + 4, rounded
    assert "ZX1A1" in seen and "ZX2A1" not in seen and "REG1" not in seen


# ------------------------------------------------------------------------------------------------ the contract
def test_every_object_says_what_it_is(database):
    """The catalogue, walked: schemas, tables, views, columns and functions."""
    with database.connect() as connection:
        silent = connection.execute(
            text("""
            with ours as (select oid, nspname from pg_namespace where nspname = any(array['house', 'intake', 'pathway', 'measurement', 'improvement', 'dashboard', 'publication']))
            select 'schema ' || nspname from ours where obj_description(oid, 'pg_namespace') is null
            union all select 'relation ' || c.oid::regclass from pg_class c join ours n on n.oid = c.relnamespace
                where c.relkind in ('r', 'v') and coalesce(obj_description(c.oid, 'pg_class'), '') = ''
            union all select 'column ' || c.oid::regclass || '.' || a.attname from pg_class c join ours n on n.oid = c.relnamespace
                join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                where c.relkind in ('r', 'v') and coalesce(col_description(c.oid, a.attnum), '') = ''
            union all select 'function ' || p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace
                where coalesce(obj_description(p.oid, 'pg_proc'), '') = ''
            """)
        ).scalars()
        assert list(silent) == []


def test_views_keep_their_columns():
    """The contract: columns are added at the end, never changed or taken away. Extend this list; never shorten it."""
    from warehouse.views.apply import fixed_views

    promised = {
        "dashboard.measure_result_v1": "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain "
        "period_start numerator denominator value lower_95 upper_95 reason completeness_share is_provisional matures_on is_own is_suppressed is_stale",
        "dashboard.benchmark_v1": "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain "
        "period_start numerator denominator value lower_95 upper_95 peer_kind peer_count rank quartile network_value national_value national_source",
        "dashboard.latest_result_v1": "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain "
        "period_start numerator denominator value lower_95 upper_95 reason completeness_share matures_on is_own is_suppressed is_stale",
        "dashboard.place_v1": "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start",
        "dashboard.spc_point_v1": "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain "
        "period_start point_number value mean lower_limit upper_limit rule_name point_type rule_version is_own is_suppressed is_stale kind unit "
        "decimals direction policy_version final_rule_name final_point_type",
        "dashboard.chart_point_v1": "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain "
        "period_start chart is_judged point_number value mean lower_limit upper_limit rule_name point_type rule_version is_provisional is_own "
        "is_suppressed is_stale kind unit decimals direction policy_version final_rule_name final_point_type",
        "dashboard.rare_event_point_v1": "pathway_name measure_name measure_title organisation_code chart is_judged point_number period_start value "
        "centre lower_limit upper_limit rule_name point_type rule_version is_open is_provisional",
        "dashboard.milestone_summary_v1": "pathway_name milestone_name organisation_code organisation_kind period_grain period_start case_count "
        "median_minutes is_own is_suppressed policy_version",
        "dashboard.milestone_result_v1": "pathway_name milestone_name milestone_title place organisation_code organisation_name organisation_kind "
        "period_grain period_start case_count reached_count timed_count lower_quartile_minutes median_minutes upper_quartile_minutes "
        "network_median_minutes national_median_minutes national_source best_decile_minutes peer_count is_timed is_provisional matures_on is_own "
        "is_suppressed is_stale policy_version as_of_submission computed_at sooner_is_better",
        "dashboard.signal_v1": "signal_id kind pathway_name measure_name organisation_code submission_id rule_name rule_version is_favourable since_on",
        "dashboard.submission_v1": "submission_id sender_code dataset_name mode period_start period_end state received_at finished_at refreshed_at",
        "dashboard.improvement_action_v1": "improvement_action_id pathway_name organisation_code title measure_names change_idea started_on ended_on is_own",
        "dashboard.aim_v1": "aim_id measure_name organisation_code target_value target_on is_own",
        "publication.result_v1": "release_name measure_name measure_title kind measure_version unit decimals organisation_code organisation_name",
    }
    made = {view.fullname: list(view.columns) for view in fixed_views()}
    for name, columns in promised.items():
        assert made[name][: len(columns.split())] == columns.split()
    assert all(name.endswith("_v1") for name in made if not name.startswith(("house.", "improvement.")))
