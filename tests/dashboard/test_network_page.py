"""The network at a glance: who stands where, in which order, what is hidden, and what changed this month."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

import dashboard
from tests.dashboard.network import EMERGENCY, IMPROVES, NATIONAL_SOURCE, PROVIDERS, TINY, WORSENS, WRIST

STATIC, TEMPLATES = (Path(dashboard.__file__).parent / name for name in ("static", "templates"))


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def columns(html: str) -> list[str]:
    """Slugs of providers from left to right."""
    return re.findall(r'class="turned[^"]*"><a href="/provider/([^/]+)/', html)


def row(html: str, measure: str) -> str:
    return next(part for part in html.split("<tr>") if f'<th scope="row"><a href="/measure/{measure}">' in part)


def cells(html: str, measure: str) -> dict[str, tuple[str, str]]:
    """Slug to what the icon and the number of a cell say."""
    found = re.findall(r'<a class="(\w+)" href="/figure/series/\w+/([\w-]+)">([^<]*)</a>', row(html, measure))
    return {slug: (icon, shown) for icon, slug, shown in found}


def changed(html: str) -> list[str]:
    """The sentences of what changed, as text."""
    items = re.findall(r"<li>(.*?)</li>", html.split('<ul class="changes">')[1], re.S) if '<ul class="changes">' in html else []
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", item)).split()) for item in items]


# ------------------------------------------------------------------------------------------------ the matrix
def test_it_begins_with_a_pathway_of_which_there_are_results(client):
    answer = client("office").get("/network", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/network/emergency_care")
    assert client("office").get("/network/no_such").status_code == 404


def test_a_cell_tells_value_and_signal_and_leads_to_the_chart(client, network):
    html = page(client("office"), "/network/emergency_care")
    found = cells(html, EMERGENCY)
    assert set(found) == set(PROVIDERS) == set(columns(html))
    assert found[WORSENS][0] == "concern" and found[IMPROVES][0] == "improvement" and found["ZYC"][0] == "common"
    latest = network.asked().rows(
        f"select value from dashboard.latest_result_v1 where measure_name = '{EMERGENCY}' and organisation_code = 'ZYC' and period_grain = 'month'"
    )
    assert found["ZYC"][1] == f"{latest[0].value * 100:.1f}"
    assert client("office").get(f"/figure/series/{EMERGENCY}/ZYC").status_code == 200


def test_network_and_national_value_stand_apart_and_the_national_one_is_named(client, network):
    html = page(client("office"), "/network/emergency_care")
    of_network = network.asked().rows(
        f"select value from dashboard.measure_result_v1 where measure_name = '{EMERGENCY}' and organisation_code = 'NET' order by period_start desc limit 1"
    )
    heads = re.findall(r'<th scope="col" class="n">([^<]+)', html)
    values = [re.sub(r"<small>.*|<sup>.*|<[^>]+>", "", cell) for cell in re.findall(r'<td class="n">(.*?)</td>', row(html, EMERGENCY))]
    assert dict(zip(heads, values, strict=True)) == {
        "Network value": f"{of_network[0].value * 100:.1f}",
        "National value": "74.3",
        "Concerns": "1",
    }
    assert NATIONAL_SOURCE in html.split("National values:")[1]


def test_what_is_suppressed_is_hidden_from_others_and_seen_by_its_own(client):
    assert cells(page(client("reader:ZYA"), "/network/wrist_fracture"), WRIST)[TINY] == ("common", "hidden")
    assert float(cells(page(client(f"reader:{TINY}"), "/network/wrist_fracture"), WRIST)[TINY][1].rstrip("°")) >= 0
    assert cells(page(client("reader:ZYA"), "/network/wrist_fracture"), WRIST)[TINY] == ("common", "hidden"), (
        "what one reader may see is not remembered for another"
    )


def test_the_headline_measures_first_and_all_behind_a_switch(client):
    headline = page(client("office"), "/network/wrist_fracture")
    measures = re.findall(r'<th scope="row"><a href="/measure/(\w+)">', headline)
    assert measures == [WRIST]
    switch = re.search(r'href="([^"]+)#matrix">All (\d+) measures', headline)
    everything = page(client("office"), unescape(switch[1]))
    found = re.findall(r'<th scope="row"><a href="/measure/(\w+)">', everything)
    assert found[0] == WRIST and len(found) == int(switch[2]) == 7


def test_providers_in_the_order_of_a_measure_best_first_hidden_last(client):
    html = page(client("office"), f"/network/wrist_fracture?by={WRIST}")
    shown = cells(html, WRIST)
    values = [float(shown[slug][1].rstrip("°")) if slug in shown and shown[slug][1] != "hidden" else None for slug in columns(html)]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=True) and values[: len(known)] == known and len(known) >= 5
    lower = page(client("office"), "/network/wrist_fracture?all=yes&by=wrist_minutes_to_manipulation")
    minutes = [
        float(shown)
        for slug in columns(lower)
        for _, shown in [cells(lower, "wrist_minutes_to_manipulation").get(slug, ("", "hidden"))]
        if shown != "hidden"
    ]
    assert minutes == sorted(minutes) and len(minutes) > 5


def test_measures_with_most_concerns_first(client):
    html = page(client("office"), "/network/wrist_fracture?all=yes&rows=concerns")
    concerns = [html_row.count('class="concern"') for html_row in html.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]]
    assert concerns == sorted(concerns, reverse=True) and concerns[0] > 0
    assert "rows=concerns" in unescape(re.search(r'href="([^"]+by=wrist_block[^"]*)#matrix"', html)[1]), "another choice keeps this one"


def test_the_readers_own_provider_stands_first(client):
    html = page(client("lead:ZYF"), "/network/emergency_care")
    assert columns(html)[0] == "ZYF" and html.count('class="turned own"') == 1


@pytest.mark.parametrize("name", ["common", "concern", "change", "improvement"])
def test_icons_of_cells_have_the_shapes_of_those_elsewhere(name):
    """There may be 12,000 of them, so they are pictures of the style sheet; one must not drift from the other."""
    shape = re.search(rf'<symbol id="i-{name}"[^>]*>(.*?)</symbol>', (TEMPLATES / "icons.html").read_text())[1]
    assert shape in (STATIC / "icons" / f"{name}.svg").read_text()


# ------------------------------------------------------------------------------------------------ what changed
def test_what_changed_this_month_in_sentences(client):
    told = changed(page(client("office"), "/network/emergency_care"))
    assert any(one.startswith("concern A&E attendances within four hours at Department A:") and "below" in one for one in told)
    assert any(
        one.startswith("improvement A&E attendances within four hours at Department B:") and ("above" in one or "upper" in one)
        for one in told
    ), told


def test_a_signal_that_was_closed_is_told_too_and_an_old_one_is_not(new_house):
    with new_house.engine.begin() as connection:
        _seed_signals(connection)
    html = page(new_house.client("office"), "/network/wrist_fracture")
    assert changed(html)[0].startswith(
        "improvement over proportion at Exemplar 2 Hospitals: seven months above the mean, since January 2026; closed: the latest final point no longer breaks the rule"
    )
    assert "23 signals raised or closed in the last 31 days; the newest 20 of them" in html and len(changed(html)) == 20


def _seed_signals(connection) -> None:
    """One closed now and raised long ago, 22 raised lately, one raised and closed long ago."""
    from sqlalchemy import text

    from tests.conftest import DEMO_NETWORK
    from tests.warehouse.results import add_measures
    from warehouse.organisations import load_network

    load_network(connection, DEMO_NETWORK)
    add_measures(connection)
    sql = """insert into measurement.signal (signal_key, kind, pathway_name, measure_name, organisation_code, rule_name, rule_version, is_favourable, since_on, until_on, state,
        parameters, raised_at, closed_at, closed_because) values (:key, 'special cause', 'wrist_fracture', 'm_proportion', 'ZX2', '7 points above mean', 1, true, '2026-01-01', '2026-03-01',
        :state, '{}', now() - cast(:raised as interval), now() - cast(:closed as interval), :because)"""
    rows = [{"key": f"k{n}", "state": "raised", "raised": f"{n + 1} days", "closed": None, "because": None} for n in range(22)]
    why = "the latest final point no longer breaks the rule"
    rows += [
        {"key": "over", "state": "closed", "raised": "90 days", "closed": "1 hour", "because": why},
        {"key": "old", "state": "closed", "raised": "90 days", "closed": "60 days", "because": why},
    ]
    connection.execute(text(sql), rows)
