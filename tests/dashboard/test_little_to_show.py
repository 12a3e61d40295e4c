"""The network's and the measure's pages where there is little or nothing to show, and where peers are numbered."""

from __future__ import annotations

import re
from datetime import date

import pytest

from dashboard import words
from tests.conftest import DEMO_NETWORK
from tests.dashboard.network import EMERGENCY, PROVIDERS, WRIST, months
from tests.dashboard.test_network_page import cells, changed, columns, page
from tests.warehouse.results import add_measures, add_result
from warehouse.organisations import load_network

LAST = date(2026, 1, 1)


def furnished(house, results=(), organisations=DEMO_NETWORK):
    """A house with measures of each kind and the given results: (organisation, numerator, denominator, kind, more)."""
    with house.engine.begin() as connection:
        load_network(connection, organisations)
        add_measures(connection)
        for organisation, numerator, denominator, kind, more in results:
            add_result(connection, organisation, numerator, denominator, kind, **more)
    return house


def pages(client) -> str:
    return "".join(
        page(client, address) for address in ("/network/wrist_fracture?all=yes&rows=concerns", "/measures", "/measure/m_proportion")
    )


# ------------------------------------------------------------------------------------------------ little
def test_a_house_without_measures_says_what_will_come(empty):
    client = empty.client("office")
    assert "There are no measures yet" in page(client, "/network") and "There are no measures yet" in page(client, "/measures")
    assert client.get("/network/wrist_fracture").status_code == client.get(f"/measure/{WRIST}").status_code == 404


def test_measures_without_results(new_house):
    html = pages(furnished(new_house).client("reader:ZX1"))
    assert "no final result yet" in html and "There are no results yet" in html and "Traceback" not in html
    assert "The network has no final value" in html or "There is no network value of this measure" in html


def test_one_provider_in_one_month(new_house):
    few = [one for one in DEMO_NETWORK if one["organisation_code"] in ("NET", "REG1", "ZX1", "ZX1A1")]
    month = {"period_grain": "month", "lower_95": 0.3, "upper_95": 0.5}
    house = furnished(new_house, [(code, 40, 100, "proportion", month) for code in ("ZX1A1", "ZX1", "REG1", "NET")], few)
    client = house.client("reader:ZX1")
    assert cells(page(client, "/network/wrist_fracture"), "m_proportion") == {"ZX1": ("common", "40.0")}
    html = page(client, "/measure/m_proportion")
    assert "Providers in Jan 2026" in html and "Too few months are shown" in html


def test_everything_suppressed(new_house):
    from sqlalchemy import insert

    from warehouse.measurement_tables import benchmark

    quarter = {"period_grain": "quarter"}
    house = furnished(new_house, [(f"ZX{n}{site}", 2, 5, "proportion", quarter) for n in (1, 2, 3) for site in ("A1", "")])
    with house.engine.begin() as connection:
        beside = {"measure_name": "m_proportion", "period_grain": "quarter", "period_start": LAST, "peer_kind": "provider", "peer_count": 3}
        connection.execute(insert(benchmark), [{**beside, "organisation_code": f"ZX{n}", "network_value": 0.4} for n in (1, 2, 3)])
    client = house.client("office")
    assert {shown for _, shown in cells(page(client, "/network/wrist_fracture"), "m_proportion").values()} == {"hidden"}
    html = page(client, "/measure/m_proportion")
    assert words.SMALL in html and "3 of 3 providers are hidden" in html
    assert 'id="funnel-' not in html and not re.search(r">0\.0<|>40\.0<", html)


def test_a_score_stands_without_a_network_value(new_house):
    quarter = {"period_grain": "quarter"}
    house = furnished(new_house, [(f"ZX{n}", None, None, "score", {**quarter, "value": 70.0 + n}) for n in (1, 2, 3)])
    html = page(house.client("office"), "/network/wrist_fracture?all=yes&by=m_score")
    assert columns(html) == ["ZX3", "ZX2", "ZX1"] and len(cells(html, "m_score")) == 3
    of_measure = page(house.client("office"), "/measure/m_score")
    assert "A score measure has no funnel" in of_measure and "There is no network value of this measure" in of_measure


# ------------------------------------------------------------------------------------------------ numbered peers
def addresses(measure: str) -> list[str]:
    parts = f"{measure}/month/{months()[-1]}"
    figures = [f"/figure/{kind}/{parts}{end}" for kind in ("funnel", "caterpillar", "standardised") for end in ("", ".csv", ".svg")]
    return ["/measures", f"/measure/{measure}", f"/figure/trend/{measure}.csv", *figures]


@pytest.mark.parametrize("measure", [EMERGENCY, WRIST])
def test_no_peers_code_or_name_reaches_a_page_a_file_or_an_address(network, measure):
    """Neither by name nor by code: the reader of ZYA sees its own name and numbers."""
    client = network.client("reader:ZYA", is_named=False)
    names = {row.organisation_code: row.organisation_name for row in network.asked().names.organisations.values()}
    peers = {code: name for code, name in names.items() if not code.startswith(("ZYA", "NET", "REG"))}
    assert len(peers) >= 2 * (len(PROVIDERS) - 1)
    pathways = [f"/network/{pathway}?all=yes&by={measure}" for pathway in ("emergency_care", "wrist_fracture")]
    for address in (*pathways, *addresses(measure)):
        answer = client.get(address)
        assert answer.status_code == 200, address
        found = [
            told
            for code, name in peers.items()
            for told in (code, name, name.removesuffix(" NHS Trust"))
            if re.search(rf"\b{re.escape(told)}\b", answer.text)
        ]
        assert not found, f"{address} tells {found[:3]}"
    assert "Department A" in client.get(f"/figure/funnel/{measure}/month/{months()[-1]}").text


def test_numbers_lead_where_names_would(network):
    client = network.client("reader:ZYA", is_named=False)
    html = page(client, "/network/emergency_care")
    assert (
        columns(html)[0] == "ZYA"
        and all(re.fullmatch(r"peer-\d+", slug) for slug in columns(html)[1:])
        and len(columns(html)) == len(PROVIDERS)
    )
    assert client.get(f"/figure/series/{EMERGENCY}/{columns(html)[1]}").status_code == 200
    assert all(re.search(r" at (Provider \d+|Department A|The network|\w+ region)", told) for told in changed(html))
    assert client.get(f"/figure/series/{EMERGENCY}/ZYB").status_code == 404, "a code that is guessed leads nowhere"
