"""A measure in the network: funnel, values with intervals, ranks, trend, who to learn from, definition; and the list of all measures."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from html import unescape

import pytest
from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.figures import figure_at
from tests.dashboard.network import EMERGENCY, MONTHS, NATIONAL_SOURCE, PROVIDERS, TINY, WORSENS, WRIST, months
from tests.dashboard.test_network_page import page


def figure(
    house, kind: str, measure: str, *, groups: str = "reader:ZYA", is_named: bool = True, grain: str = "month", start: date | None = None
):
    """Of the latest month that everybody has, if it does not say which."""
    return figure_at(house.asked(groups, is_named), kind, (measure, grain, (start or months()[-1]).isoformat()))


def by_provider(figure) -> dict[str, dict[str, object]]:
    """Provider's name to column and what stands there."""
    return {row[0].shown: {column: cell.shown for column, cell in zip(figure.columns, row, strict=True)} for row in figure.rows}


def quarter(house, measure: str = WRIST) -> date:
    """First day of the latest final one."""
    sql = "select max(period_start) as start from dashboard.measure_result_v1 where measure_name = :measure and organisation_code = 'NET' and period_grain = 'quarter' and not is_provisional"
    return house.asked().rows(sql, measure=measure)[0].start


# ------------------------------------------------------------------------------------------------ the page
def test_it_shows_the_latest_final_quarter_or_what_the_form_asks_for(client, network):
    html = page(client("office"), f"/measure/{WRIST}")
    start = quarter(network)
    assert (
        f"Providers in Q{(start.month + 2) // 3} {start.year}" in html
        and "provisional" not in re.search(r"<option value=\"[^\"]+\" selected>(Q[^<]*)<", html)[1]
    )
    year = start.year - 1
    assert f"Providers in {year}" in page(client("office"), f"/measure/{WRIST}?grain=year&period={year}-01-01")
    asked_for = months()[3]
    assert f"Providers in {asked_for:%b %Y}" in page(client("office"), f"/measure/{WRIST}?grain=month&period={asked_for}")


def test_a_form_that_changes_the_grain_but_holds_the_old_day_gets_the_latest_of_that_grain(client, network):
    year = page(client("office"), f"/measure/{WRIST}?grain=year&period={quarter(network)}")
    assert re.search(r"Providers in \d{4}<", year)
    assert "Providers in Q" in page(client("office"), f"/measure/{WRIST}?grain=decade&period=yesterday")


def test_a_measure_by_month_alone_shows_its_latest_month(client):
    assert f"Providers in {months()[-1]:%b %Y}" in page(client("office"), f"/measure/{EMERGENCY}")


def test_an_unknown_measure_or_period_is_not_there(client, network):
    assert client("office").get("/measure/no_such").status_code == 404
    for parts in (
        ("no_such", "month", "2025-01-01"),
        (WRIST, "decade", "2025-01-01"),
        (WRIST, "month", "1999-01-01"),
        (WRIST, "month", "x' or true"),
    ):
        with pytest.raises(HTTPException, match="404"):
            figure_at(network.asked(), "funnel", parts)


def test_definition_in_words_and_sql_and_what_must_be_known(client):
    html = unescape(page(client("office"), f"/measure/{WRIST}"))
    assert (
        "<summary>In words</summary>" in html
        and "<summary>In SQL</summary>" in html
        and "Adults whose manipulation began within 4 hours" in html
    )
    for said in ("target 80", "version 1", "higher is better", "XmR chart"):
        assert said in html


def test_who_to_learn_from_and_the_change_ideas_that_moved_it(client):
    html = page(client("reader:ZYD"), f"/measure/{EMERGENCY}")
    best, improved = (re.search(rf"<h3>{title}</h3><ol>(.*?)</ol>", html, re.S)[1] for title in ("Best", "Improved most in a year"))
    assert "Department B NHS Trust" in best.split("</li>")[0] and "Department B NHS Trust" in improved.split("</li>")[0]
    assert "+1" in improved.split("</li>")[0] and "points" in improved and "Department A" not in improved
    idea = next(row for row in html.split("<tr>") if "/ideas/trauma_list_at_weekends" in row)
    assert [int(n) for n in re.findall(r'<td class="n">(\d+)</td>', idea)] == [2, 2, 1, 0], "tried by two, one improved"


# ------------------------------------------------------------------------------------------------ funnel
def test_a_funnel_marks_and_names_who_is_beyond_the_limits_and_the_readers_own(network):
    funnel = figure(network, "funnel", EMERGENCY, groups="reader:ZYF")
    where = {name: row["Where it stands"] for name, row in by_provider(funnel).items()}
    assert len(where) == len(PROVIDERS) and where["Department A NHS Trust"] != "inside"
    svg = str(funnel.svg)
    named = re.findall(r"<text[^>]*>(Department \w|Exemplar \d Hospitals)<", svg)
    assert "Department F" in named and "Department A" in named
    assert set(named) == {name.removesuffix(" NHS Trust") for name, position in where.items() if position != "inside"} | {"Department F"}
    assert svg.count("<title>") == len(PROVIDERS) and svg.count('stroke-width="2"/></g>') <= 1


def test_network_and_national_line_are_named_apart(network):
    svg = str(figure(network, "funnel", EMERGENCY).svg)
    [of_network], [national] = re.findall(r">network ([\d.]+) %<", svg), re.findall(r">national ([\d.]+) %<", svg)
    assert national == "74.3" and of_network != national
    assert any(NATIONAL_SOURCE in note for note in figure(network, "funnel", EMERGENCY).notes)
    assert "national" not in str(figure(network, "funnel", WRIST, start=quarter(network), grain="quarter").svg), (
        "no national value, no line"
    )


def test_a_funnel_names_both_kinds_of_limits_where_it_allows_for_how_much_peers_differ(network):
    funnel = figure(network, "funnel", EMERGENCY)
    assert "allow for how much peers differ" in funnel.source and "dotted: limits of chance alone" in funnel.summary
    assert re.findall(r">(95 %|99.8 %)<", str(funnel.svg)).count("95 %") == 2


def test_hidden_providers_are_counted_and_not_drawn(network):
    given = {"grain": "quarter", "start": quarter(network)}
    funnel = figure(network, "funnel", WRIST, **given)
    rows = by_provider(funnel)
    hidden = [name for name, row in rows.items() if row["Value"] == "hidden"]
    assert "Exemplar 3 Hospitals" in hidden and str(funnel.svg).count("<title>") == len(rows) - len(hidden)
    assert f"{len(hidden)} of {len(rows)} providers are hidden: {words.SMALL}." in funnel.notes
    assert by_provider(figure(network, "funnel", WRIST, groups=f"reader:{TINY}", **given))["Exemplar 3 Hospitals"]["Value"] != "hidden"


@pytest.mark.parametrize(
    ("measure", "kind"), [("wrist_minutes_to_manipulation", "median"), ("wrist_gap", "derived"), ("wrist_cases", "count")]
)
def test_what_has_no_funnel_says_so_and_shows_the_order(client, network, measure, kind):
    html = unescape(page(client("office"), f"/measure/{measure}"))
    assert f"A {kind} measure has no funnel" in html and 'id="funnel-' not in html and 'id="caterpillar-' in html
    assert figure(network, "funnel", measure, grain="quarter", start=quarter(network, measure)).svg is None


# ------------------------------------------------------------------------------------------------ values with intervals, ranks
def test_ranks_with_intervals_completeness_and_state(network):
    shown = figure(network, "caterpillar", EMERGENCY)
    rows = by_provider(shown)
    assert (
        next(iter(rows)) == "Department B NHS Trust"
        and rows["Department B NHS Trust"]["Rank"] == "1"
        and rows["Department A NHS Trust"]["Rank"] == str(len(PROVIDERS))
    )
    assert all(float(row["95 % from"]) < float(row["Value"]) < float(row["95 % to"]) for row in rows.values())
    assert {row["State"] for row in rows.values()} <= {"final", "provisional"} and {row["Completeness"] for row in rows.values()} != {""}


def test_ranks_are_said_to_be_chance_where_intervals_hold_the_networks_value(network):
    given = {"grain": "quarter", "start": quarter(network)}
    shown = figure(network, "caterpillar", WRIST, **given)
    rows = network.asked("reader:ZYA").rows(
        "select lower_95, upper_95, network_value from dashboard.benchmark_v1 where measure_name = :m and period_grain = 'quarter' and period_start = :s and organisation_kind = 'provider' and value is not null",
        m=WRIST,
        s=given["start"],
    )
    holding = sum(row.lower_95 <= row.network_value <= row.upper_95 for row in rows)
    assert (
        holding > 0
        and f"The intervals of {holding} of {len(rows)} hold the network's value: ranks among them are mostly chance." in shown.summary
    )


def test_one_finds_ones_own_with_many_peers():
    from assets.pictures.drawing import PERCENT
    from dashboard.charts.caterpillar import caterpillar
    from dashboard.charts.peers import Peer

    peers = [Peer(0.3 + n / 500, "Ours" if n == 120 else "", "x", is_own=n == 120, lower=0.1, upper=0.9) for n in range(200)]
    svg = str(caterpillar("t", "d", peers, [], PERCENT))
    assert svg.count("<title>") == 200 and svg.count(">Ours<") == 1


# ------------------------------------------------------------------------------------------------ trend
def test_the_network_over_time_with_its_regions_and_the_national_value(network):
    trend = figure_at(network.asked(), "trend", (EMERGENCY,))
    assert trend.columns == ("Period", "Network value", "Northern region", "Southern region", "National value", "Completeness", "State")
    assert len(trend.rows) == MONTHS and trend.rows[0][0].value == months()[-1].isoformat()
    names = re.findall(r">(network|national|Northern region|Southern region) [\d.]+ %<", str(trend.svg))
    assert sorted(names) == ["Northern region", "Southern region", "national", "network"]
    assert re.search(r"Network: [\d.]+ % in \w+ \d{4}, [+−][\d.]+ points against a year before; national value 74.3 %.", trend.summary)


# ------------------------------------------------------------------------------------------------ all measures
def test_the_list_has_every_measure_of_a_pathway_with_its_network_value_and_concerns(client):
    html = page(client("office"), "/measures?pathway=wrist_fracture")
    rows = {re.search(r'/measure/(\w+)"', row)[1]: row for row in html.split("<tbody>")[1].split("<tr>")[1:]}
    assert (
        len(rows) == 7
        and "headline" in rows[WRIST]
        and "80.0 %" in rows[WRIST]
        and "<td>median</td>" in rows["wrist_minutes_to_manipulation"]
    )
    assert re.search(r'<td class="n">1</td></tr>', rows[WRIST]) and re.search(r'<td class="n">\d+\.\d %</td>', rows[WRIST])
    assert page(client("office"), "/measures?pathway=no_such") == page(client("office"), "/measures")


def test_the_network_value_is_the_same_on_every_page(client):
    """It holds the reader's own cells whole, so it differs a little between readers, but never between pages."""
    lead = client(f"lead:{WORSENS}")
    of_list = re.search(rf'/measure/{WRIST}".*?<td class="n">([\d.]+) %</td>', page(lead, "/measures?pathway=wrist_fracture"), re.S)[1]
    of_matrix = re.search(rf'/figure/series/{WRIST}/NET">([\d.]+)<', page(lead, "/network/wrist_fracture"))[1]
    of_funnel = re.search(r">network ([\d.]+) %<", page(lead, f"/measure/{WRIST}"))[1]
    assert of_list == of_matrix == of_funnel


# ------------------------------------------------------------------------------------------------ ties
def test_ranks_that_several_providers_have_are_marked_in_the_table_and_on_their_own_pages(client, network):
    """Numerators of 400 attendances: in the latest month some are the same."""
    ranks = {row[0].address.split("/")[2]: row[1] for row in figure(network, "caterpillar", EMERGENCY).rows}
    held = Counter(cell.value for cell in ranks.values())
    assert {code: cell.shown for code, cell in ranks.items()} == {
        code: f"={cell.value}" if held[cell.value] > 1 else str(cell.value) for code, cell in ranks.items()
    }
    tied, alone = (next(code for code, cell in ranks.items() if (held[cell.value] > 1) == is_tied) for is_tied in (True, False))
    for code, is_marked in ((tied, True), (alone, False)):
        place = page(client(f"reader:{code}"), f"/provider/{code}/emergency_care").split('id="place"')[1].split('id="months"')[0]
        assert f"{ranks[code].shown} of {len(PROVIDERS)}</td>" in place and (words.SHARED in unescape(place)) == is_marked
