"""Actions, change ideas, aims and whom to learn from: what people read, named and numbered, with much and with nothing."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from starlette.exceptions import HTTPException

from dashboard.figures import figure_at
from dashboard.figures.aim import figure_of
from dashboard.figures.effect import _notes, cautions, used
from dashboard.figures.idea import _summary
from dashboard.improvement import Told, action, actions, size
from dashboard.pages.actions import Wanted, _phase
from dashboard.pages.ideas import _said
from dashboard.views import Row
from tests.dashboard.network import EMERGENCY, IMPROVES, WORSENS, WRIST

PAGES = ("/actions", "/ideas", "/aims", "/aims?who=everybody", "/learn/emergency_care", "/learn/wrist_fracture")
SHARE = {"unit": "share", "decimals": 1, "direction": "higher is better"}


def words_of(page: str) -> str:
    """What is read on a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def shown(client, address: str, groups: str = f"reader:{WORSENS}", **more) -> str:
    answer = client(groups, **more).get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return answer.text


def number_of(network, reference: str) -> int:
    return next(one.number for one in actions(network.asked()) if one.row.reference == reference)


# ------------------------------------------------------------------------------------------------ actions
def test_an_action_stands_with_provider_start_verdict_and_effect_in_points(client):
    said = words_of(shown(client, "/actions"))
    card = said[said.index("A second triage nurse") :]
    assert card.startswith("A second triage nurse Department B NHS Trust")
    assert re.search(r"A&E attendances within four hours to rise improved \+\d+\.\d points \(95 % interval \+\d+\.\d to \+\d+\.\d\)", card)


FILTERS = [
    ("", {"B1", "D1"}), ("?pathway=emergency_care", {"B1", "D1"}), ("?pathway=wrist_fracture", set()), ("?who=own", {"B1"}), ("?verdict=improved", {"B1"}),
    ("?verdict=no change", {"D1"}), ("?verdict=worse", set()), ("?idea=trauma_list_at_weekends", {"B1", "D1"}), ("?idea=nonsense", set()),
]  # fmt: skip
TITLES = {"B1": "A second triage nurse", "D1": "Another rota"}


@pytest.mark.parametrize(("query", "found"), FILTERS)
def test_filters(client, query, found):
    said = words_of(shown(client, f"/actions{query}", f"reader:{IMPROVES}"))
    assert {reference for reference, title in TITLES.items() if title in said} == found


def test_the_page_of_an_action_tells_the_verdict_in_words_and_the_numbers_behind_it(client, network):
    said = words_of(shown(client, f"/actions/{number_of(network, 'B1')}"))
    for part in ("Improved: +", "beyond what the rest of the network did over the same months", "The numbers behind it", "Step beside the network", "Change of slope a month",
                 "final months, ", "Compared with", "It does not say that the action was the cause", "Whom to call Clinical lead"):  # fmt: skip
        assert part in said, part


def test_the_figure_has_both_phases_and_the_network_beside_it(network):
    figure = figure_at(network.asked(f"reader:{IMPROVES}"), "effect", (str(number_of(network, "B1")), EMERGENCY))
    phases = [row[4].shown for row in figure.rows]
    assert phases.count("before") == 12 and 6 <= phases.count("after") <= 12 and figure.badge == ("improvement", "improved")
    assert all(isinstance(row[3].value, float) for row in figure.rows), "the network's value of each month"
    for part in ("mean before", "mean after", "network", "beyond the network", "before and after alone", "began "):
        assert part in figure.svg, part


@pytest.mark.parametrize("parts", [("999999999", EMERGENCY), ("x", EMERGENCY), ("B1", WRIST)])
def test_what_is_no_effect_is_not_found(network, parts):
    given = (str(number_of(network, "B1")), parts[1]) if parts[0] == "B1" else parts
    with pytest.raises(HTTPException) as refused:
        figure_at(network.asked(), "effect", given)
    assert refused.value.status_code == 404


PHASE = {
    "before_from": date(2024, 1, 1),
    "before_to": date(2025, 12, 1),
    "after_from": date(2026, 2, 1),
    "after_to": date(2028, 1, 1),
    "before_points": 3,
    "before_value": 0.612,
    "before_mean": 0.626,
    "is_suppressed": False,
}


def months_of(*given: tuple[date, float | None, bool]) -> dict[date, Row]:
    """Month, value (None: hidden), whether provisional."""
    return {
        start: Row(period_start=start, value=value, is_provisional=is_open, is_suppressed=value is None) for start, value, is_open in given
    }


def test_the_months_that_are_compared_are_the_final_ones_of_each_window():
    own = months_of(
        (date(2023, 12, 1), 0.5, False),
        (date(2025, 11, 1), 0.5, False),
        (date(2025, 12, 1), None, False),
        (date(2026, 1, 1), 0.5, False),
        (date(2026, 2, 1), 0.5, False),
        (date(2026, 3, 1), 0.5, True),
    )
    assert (
        used(Row(**PHASE), own) == {"before": [date(2025, 11, 1), date(2025, 12, 1)], "after": [date(2026, 2, 1)]} and used(None, own) == {}
    )


PHASES_SAID = [
    ({}, [(2025, 9), (2025, 11), (2025, 12)], "61.2 %, months weighed by their cases (each alike: 62.6 %); 3 final months, Sep 2025 to Dec 2025"),
    ({"before_points": 1}, [(2025, 12)], "61.2 %, months weighed by their cases (each alike: 62.6 %); 1 final month, Dec 2025"),
    ({"before_value": None, "before_mean": None, "is_suppressed": True}, [(2025, month) for month in (8, 9, 10, 11, 12)], "hidden; 3 final months of Aug 2025 to Dec 2025"),
    ({"before_mean": 0.6124}, [(2025, 12)], "61.2 %; 3 final months, Dec 2025"),
    ({"before_points": 0}, [], "no final month"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "compared", "said"), PHASES_SAID)
def test_a_phase_names_its_basis_and_the_first_and_last_month_that_it_really_has(given, compared, said):
    assert _phase(Row(**SHARE, **PHASE | given), "before", {"before": [date(*month, 1) for month in compared]}) == said


def effect(**given) -> Row:
    empty = dict.fromkeys(f"controlled_difference{end}" for end in ("", "_lower", "_upper"))
    return Row(
        **{
            **SHARE,
            **empty,
            "verdict": "improved",
            "reason": None,
            "enough_on": None,
            "is_suppressed": False,
            "follows_extreme": False,
            "overlaps_with": [],
            "compared_count": 9,
            **given,
        }
    )


@pytest.mark.parametrize(("after_mean", "is_said"), [(0.925, True), (0.914, False)])
def test_where_the_lines_of_the_chart_are_other_numbers_than_the_verdicts_it_says_so(after_mean, is_said):
    one = effect(before_mean=0.7, before_value=0.7, after_mean=after_mean, after_value=0.914)
    assert any("means of months that count alike" in note for note in _notes(Told(Row(**SHARE), "rise", one), {})) is is_said


def test_an_effect_that_is_hidden_is_said_to_be_and_is_no_number():
    assert size(effect(is_suppressed=True)).startswith("hidden") and not re.search(r"\d", size(effect(is_suppressed=True)))
    assert (
        size(effect(controlled_difference=-0.05, controlled_difference_lower=-0.21, controlled_difference_upper=0.1))
        == "−5.0 points (95 % interval −21.0 to +10.0)"
    )


def test_an_action_without_effect_yet_says_until_when():
    measure = Row(measure_name="m", **SHARE)
    assert Told(measure, "rise", None).badge[1] == "not looked at yet"
    early = Told(
        measure, "rise", effect(verdict="too early", reason="3 of 6 months after it have final results", enough_on=date(2026, 4, 1))
    )
    assert (
        early.badge[1] == "too early to say"
        and early.until == "3 of 6 months after it have final results; there can be enough on 1 Apr 2026"
        and early.size == ""
    )


CAUTIONS = [
    ({}, []),
    ({"follows_extreme": True}, ["followed an extreme"]),
    ({"overlaps_with": [7]}, ["Other actions"]),
    ({"compared_count": 0}, ["nobody to compare"]),
    ({"compared_count": 3}, ["Only 3"]),
]


@pytest.mark.parametrize(("given", "expected"), CAUTIONS)
def test_cautions(given, expected):
    told = cautions(effect(**given))
    assert len(told) == len(expected) and all(part in said for part, said in zip(expected, told, strict=True))


# ------------------------------------------------------------------------------------------------ ideas, aims, learning
def test_an_idea_shows_each_provider_and_whom_to_call(client, network):
    said = words_of(shown(client, "/ideas/trauma_list_at_weekends"))
    assert (
        "2 providers have tried it on this measure" in said
        and "Department B NHS Trust Clinical lead" in said
        and "Department D NHS Trust no lead is registered" in said
    )
    figure = figure_at(network.asked(), "idea", ("trauma_list_at_weekends", EMERGENCY))
    assert [row[0].shown for row in figure.rows] == ["Department B NHS Trust", "Department D NHS Trust"], "the best first"
    assert "all together" in figure.svg and "@" not in said


def test_what_is_hidden_or_untold_of_an_idea_is_said():
    row = Row(**SHARE, told_count=1, effect=None, effect_lower=None, effect_upper=None, is_suppressed=True)
    assert _said(row).startswith("hidden") and _summary(row, 1).endswith(
        "what it did is hidden: it rests on small numbers of other providers."
    )
    row.told_count, row.is_suppressed = 0, False
    assert (
        _said(row) == "cannot be told yet"
        and _summary(row, 1) == "1 provider has tried it on this measure; of none the effect can be told yet."
    )
    row.told_count, row.effect = 2, 0.1
    row.expected_lower, row.expected_upper = -1.8, 2.0
    assert _said(row) == "+10.0 points, of 2" and _summary(row, 2).endswith("So few cannot tell what to expect at the next provider."), (
        "a share cannot change by more than all"
    )


def test_an_aim_tells_line_actual_assurance_and_forecast(client):
    said = words_of(shown(client, "/aims"))
    for part in (
        "From 70.0 % to 85.0 % by",
        "behind",
        "over the latest three final months",
        "the line stands at",
        "never meets the target",
        "If nothing changes",
        "What was said of it",
        "as agreed",
    ):
        assert part in said, part
    everybody = words_of(shown(client, "/aims?who=everybody"))
    assert "Department A NHS Trust" in everybody and "Department B NHS Trust" in everybody


ASSURED = [("always", "meets the target always"), ("sometimes", "in some months"), ("never", "another process"), (None, "not known yet")]


@pytest.mark.parametrize(("assurance", "said"), ASSURED)
def test_assurance_in_words(network, assurance, said):
    aim = Row(
        **SHARE, measure_name=EMERGENCY, organisation_code=WORSENS, set_on=date(2025, 1, 1), target_on=date(2027, 1, 1), baseline_value=0.7, target_value=0.8, actual_value=None, is_suppressed=True,
        actual_on=None, trajectory_value=None, assurance=assurance, lower_limit=None, upper_limit=1.2, forecast_value=0.9, forecast_lower=0.7, forecast_upper=1.1, is_over=False, state="too early", computed_at=None,
    )  # fmt: skip
    asked = network.asked()
    figure = figure_of(asked, asked.measures[EMERGENCY], aim)
    assert said in figure.notes[0] and "hidden" in figure.summary
    assert "between 70.0 % and 100.0 %" in figure.notes[1], "a share is never more than all"


def test_learning_names_the_alike_the_best_and_the_most_improved_with_what_they_did(client):
    alike = words_of(shown(client, "/learn/wrist_fracture"))
    assert re.search(
        r"Department [B-I] NHS Trust About \d+ cases a year beside \d+; .* Has registered no change on this pathway. Whom to call: no lead is registered",
        alike,
    )
    said = words_of(shown(client, "/learn/emergency_care"))
    most = said[said.index("Improved most") :]
    assert re.search(r"Department B \+\d+\.\d points A second triage nurse improved", most)
    chosen = words_of(shown(client, "/learn/emergency_care?provider=ZYC", "office"))
    assert "Department C NHS Trust" in chosen
    assert (
        client("office").get("/learn/emergency_care?provider=NOBODY").status_code
        == client("office").get("/learn/nothing").status_code
        == 404
    )


# ------------------------------------------------------------------------------------------------ whoever looks, whatever there is
@pytest.mark.parametrize("address", [*PAGES, "/ideas/trauma_list_at_weekends"])
def test_numbered_peers_have_no_name_no_code_and_are_called_by_the_office(client, network, address):
    page = shown(client, address, is_named=False)
    codes = [code for code in network.asked().names.organisations if code.startswith(("ZY", "ZX")) and not code.startswith(WORSENS)]
    assert not [code for code in codes if re.search(rf"\b{code}\b", page)]
    assert not re.search(r"Department [B-I]\b|Exemplar|Infirmary of [B-I]", page)
    if address.startswith(("/ideas/", "/learn/w")):
        assert "network's office" in unescape(page) and "Provider " in page


def test_numbered_peers_own_words_lose_their_names(network):
    told = network.asked(f"reader:{WORSENS}", is_named=False).names.told
    number = network.asked(f"reader:{WORSENS}", is_named=False).names.name("ZYB")
    assert told("As Department B NHS Trust and zyb do, not zybx") == f"As {number} and {number} do, not zybx"
    assert told("Department A NHS Trust") == "Department A NHS Trust", "its own name stays"
    one = action(network.asked(f"reader:{WORSENS}", is_named=False), str(number_of(network, "B1")))
    assert (one.title, one.who) == ("A second triage nurse", number)


@pytest.mark.parametrize("address", ["/actions", "/ideas", "/aims", "/aims?who=everybody"])
@pytest.mark.parametrize("groups", ["office", "lead:ZYA"])
def test_a_house_without_anything_says_so(empty, address, groups):
    answer = empty.client(groups).get(address)
    assert answer.status_code == 200 and (
        "yet" in words_of(answer.text) or "There is no change idea" in answer.text or "Change idea" in answer.text
    )


def test_markup_in_what_leads_write_is_shown_as_text(network):
    from assets.pictures.drawing import PERCENT as unit
    from dashboard.charts.intervals import Estimate, intervals
    from dashboard.pages.page import templates

    assert "<script>" not in intervals("<script>", "<b>", [Estimate("<script>", 0.1, 0.0, 0.2, "improved", "<i>", "<script>")], unit)
    assert templates().from_string("{{ said }}").render(said="<script>") == "&lt;script&gt;"


def test_wanted_is_what_the_address_says():
    class Asking:
        query_params = {"pathway": "p", "verdict": "worse"}

    assert Wanted.of(Asking()) == Wanted("p", "", "worse", "")
