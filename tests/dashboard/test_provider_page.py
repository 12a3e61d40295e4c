"""What a provider's page says of the provider: what stands out, what its pathway's times say, what may be ranked, and no more than is true."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from assets.context import Context
from assets.refresh import refresh
from dashboard.asked import Asked
from dashboard.figures import caterpillar
from dashboard.figures.timeline import _summary
from dashboard.standing import Place, _is_rank_shared
from tests.conftest import DEMO_NETWORK
from tests.dashboard.network import EMERGENCY, IMPROVES, WORSENS
from tests.dashboard.test_actions import words_of
from tests.dashboard.test_network_page import page
from tests.results.world import NOW, World, wrist
from warehouse.organisations import load_network


# ------------------------------------------------------------------------------------------------ what stands out
@pytest.fixture
def with_outliers(new_house):
    """ZX1 is a positive outlier of a quarter, ZX2 an alarm of 38 of 103; nobody has a signal."""
    with new_house.engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    context = Context.open(new_house.settings, new_house.engine)
    cases = World(new_house.engine, context.registry)
    shares = {"ZX1": (101, 103), "ZX2": (38, 103), "ZX3": (76, 103)}
    cases.add(*[wrist(minutes=10 if k < met else 500, site=f"{code}A1") for code, (met, of) in shares.items() for k in range(of)])
    refresh(new_house.engine, context.registry, NOW)
    return new_house


def test_an_open_outlier_stands_out_at_its_own_provider_with_whose_move_it_is(with_outliers):
    said = words_of(page(with_outliers.client("lead:ZX2"), "/provider/ZX2/wrist_fracture"))
    assert "alarm of the outlier policy in" in said
    assert "38 observed, 71.7 expected by the network" in said, said
    assert "Next, network office: take up the check of data handling and analysis by 4 Dec 2026." in said


@pytest.mark.parametrize(("groups", "code"), [("lead:ZX3", "ZX2"), ("office", "ZX2"), ("lead:ZX1", "ZX1")])
def test_neither_others_nor_one_for_the_better_are_told_as_a_concern(with_outliers, groups, code):
    assert "of the outlier policy in" not in page(with_outliers.client(groups), f"/provider/{code}/wrist_fracture")


def test_a_provider_without_results_is_said_to_have_none_and_offers_no_pack(with_outliers):
    html = page(with_outliers.client("lead:ZX2"), "/provider/ZX2/emergency_care")
    assert "There are no results of this pathway yet." in html
    assert "/pack/" not in html
    assert "/pack/ZX2/wrist_fracture.pdf" in page(with_outliers.client("lead:ZX2"), "/provider/ZX2/wrist_fracture")


def test_signals_are_told_in_words_not_by_the_names_of_rules(network):
    said = words_of(
        page(network.client(f"lead:{WORSENS}"), f"/provider/{WORSENS}/emergency_care").split("What stands out</h2>")[1].split("<h2")[0]
    )
    assert "points below mean" not in said
    assert "below the mean, since" in said or "below the lower limit" in said


# ------------------------------------------------------------------------------------------------ the pathway's times
def milestone(title: str, median: float, network: float | None, is_sooner_better: bool = True, best: float | None = None):
    return SimpleNamespace(
        milestone_title=title,
        median_minutes=median,
        network_median_minutes=network,
        sooner_is_better=is_sooner_better,
        best_decile_minutes=best,
    )


def test_a_milestone_reached_later_than_in_the_network_is_told_though_no_best_decile_is_shown():
    assert (
        _summary([milestone("Stroke unit", 473, 324), milestone("Scan", 20, 30, best=15)], "Q3 2026")
        == "2 milestones of Q3 2026; furthest behind the network: stroke unit, 7 h 53 against 5 h 24."
    )


def test_a_network_that_is_there_at_once_can_be_fallen_behind():
    assert "furthest behind the network: swallow screen, 60 min against 0 min" in _summary([milestone("Swallow screen", 60, 0)], "Q3 2026")


def test_only_what_should_come_soon_and_is_known_is_compared():
    rows = [milestone("Arrival", 90, 30, is_sooner_better=False), milestone("Theatre", 500, None), milestone("Ward", 200, 240)]
    assert _summary(rows, "Q3 2026") == "3 milestones of Q3 2026; of the 1 that should come soon none is reached later than in the network."
    assert _summary(rows[:2], "Q3 2026") == "2 milestones of Q3 2026."


# ------------------------------------------------------------------------------------------------ what may be ranked
def test_crude_outcomes_with_a_case_mix_model_are_ranked_nowhere(network, monkeypatch):
    monkeypatch.setattr(Asked, "adjusted", frozenset({EMERGENCY}))
    client = network.client(f"lead:{IMPROVES}")
    place = page(client, f"/provider/{IMPROVES}/emergency_care").split('id="place"')[1].split('id="months"')[0]
    assert f'<a href="/measure/{EMERGENCY}">by case-mix</a>' in place
    assert " of 12</td>" not in place
    measured = page(client, f"/measure/{EMERGENCY}")
    assert "Nobody is called best by crude outcomes" in measured
    assert "Values</h2>" in measured
    assert "Ranks" not in measured
    assert f'href="/measure/{EMERGENCY}"' not in page(client, "/learn/emergency_care").split("Who is best, who improved most</h2>")[1]


MEASURE = {"measure_name": "m", "direction": "higher is better", "unit": "share", "decimals": 1, "kind": "proportion"}
OWN = {"organisation_code": "A", "value": 0.645, "rank": 3, "peer_count": 12, "peer_kind": "provider"}


def place(best: float | None, value: float | None = 0.645, is_shared: bool = False, **measure) -> Place:
    return Place(SimpleNamespace(**{**MEASURE, **measure}), SimpleNamespace(**{**OWN, "value": value}), 0.6, best, "", "", is_shared)


@pytest.mark.parametrize(
    ("one", "is_better"),
    [
        (place(0.6), False), (place(0.7), True), (place(0.7, direction="lower is better"), False), (place(0.6, direction="lower is better"), True),
        (place(0.647), False), (place(0.66), True), (place(64.7, 64.5, unit="points", kind="score"), True), (place(None), False), (place(0.7, None), True),
        (place(0.7, direction="neutral"), False),
    ],
    ids=["worse", "better", "higher where lower is better", "lower where it is", "as many whole per cent", "more of them", "a score is exact", "none", "nothing to compare", "no better side"],
)  # fmt: skip
def test_the_best_shown_is_better_only_by_as_much_as_others_rounded_values_can_tell(one, is_better):
    """The page and the board pack ask the same."""
    assert one.is_best_better == is_better


# ------------------------------------------------------------------------------------------------ ties
def cell(code: str, rank: int | None) -> SimpleNamespace:
    return SimpleNamespace(organisation_code=code, rank=rank)


@pytest.mark.parametrize(
    ("peers", "own", "is_shared"),
    [
        ([cell("A", 3), cell("B", 3)], {}, True), ([cell("A", 3), cell("B", 4)], {}, False), ([cell("A", None), cell("B", 3)], {}, True), ([], {}, False),
        ([cell("A", 3), cell("B", None)], {}, False), ([cell("A", None), cell("B", None)], {"rank": None}, False), ([cell("A", 3), cell("B", 3)], {"peer_kind": "team"}, False),
    ],
    ids=["two alike", "two apart", "own hidden from others", "nobody else", "the other is hidden", "both are", "a team among teams"],
)  # fmt: skip
def test_a_rank_is_shared_only_with_a_provider_that_is_shown(peers, own, is_shared):
    assert _is_rank_shared(SimpleNamespace(**{**OWN, **own}), peers) == is_shared


def test_of_a_period_the_ranks_that_several_have_are_marked_and_stay_numbers_in_the_file():
    rows = [cell(code, rank) for code, rank in zip("ABCDEF", (1, 2, 2, 4, None, None), strict=True)]
    assert caterpillar._shared(rows) == {2}
    given = {
        "value": 0.5,
        "lower_95": 0.4,
        "upper_95": 0.6,
        "numerator": 5,
        "denominator": 10,
        "quartile": 2,
        "completeness_share": 1.0,
        "is_suppressed": False,
        "is_provisional": False,
    }
    names = SimpleNamespace(name=str, slug=str, own=())
    ranked = caterpillar._cells(
        SimpleNamespace(names=names, adjusted=()),
        SimpleNamespace(**MEASURE, pathway_name="p"),
        SimpleNamespace(**vars(rows[1]), **given),
        {2},
    )[1]
    assert (ranked.shown, ranked.value) == ("=2", 2)


def test_a_shared_rank_is_marked():
    assert (place(0.7, is_shared=True).rank, place(0.7).rank) == ("=3 of 12", "3 of 12")
