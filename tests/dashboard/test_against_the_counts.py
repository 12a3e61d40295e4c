"""What pages show beside what the pipeline's own exact counts say, computed anew."""

from __future__ import annotations

import itertools
import re

import pytest
from sqlalchemy import text

from tests.dashboard.network import EMERGENCY, PROVIDERS, WORSENS, months
from tests.dashboard.test_hostile import rows_of


def test_providers_that_look_alike_stand_in_the_order_of_their_ranks(network):
    rows = rows_of(network.client("office"), f"/figure/caterpillar/{EMERGENCY}/month/{months()[-3]}.csv")
    for value, alike in itertools.groupby((row for row in rows if row["Value"]), key=lambda row: row["Value"]):
        ranks = [int(row["Rank"]) for row in alike]
        assert ranks == sorted(ranks), value


def test_the_matrix_and_the_ranks_are_those_of_the_pipelines_own_counts(network):
    """Computed anew from the exact counts: own cells whole, others' from counts rounded to 5, ranks of exact values, the network's value pooled."""
    sql = """select organisation_code, numerator, denominator from measurement.measure_result
        where measure_name = :measure and period_grain = 'month' and period_start = :start"""
    start = months()[-3]
    with network.engine.connect() as connection:
        exact = {row.organisation_code: row for row in connection.execute(text(sql), {"measure": EMERGENCY, "start": start})}
    rows = rows_of(network.client(f"reader:{WORSENS}"), f"/figure/caterpillar/{EMERGENCY}/month/{start}.csv")
    names = {row.organisation_name: code for code, row in network.asked().names.organisations.items()}
    shares = {code: exact[code].numerator / exact[code].denominator for code in PROVIDERS}
    for row in rows:
        code = next(code for name, code in names.items() if name.removesuffix(" (made up)") == row["Provider"])
        counts = (exact[code].numerator, exact[code].denominator)
        seen = counts if code == WORSENS else tuple(5 * round(count / 5) for count in counts)
        assert (float(row["Numerator"]), float(row["Denominator"])) == seen
        assert float(row["Value"]) == pytest.approx(seen[0] / seen[1], abs=1e-6)
        assert int(row["Rank"]) == 1 + sum(share > shares[code] for share in shares.values())
    page = network.client(f"reader:{WORSENS}").get("/network/emergency_care").text
    cells = dict(re.findall(rf'href="/figure/series/{EMERGENCY}/([A-Z0-9]+)">([0-9.]+)', page))
    assert set(PROVIDERS) <= set(cells)
    with network.engine.connect() as connection:
        latest = connection.execute(
            text(
                sql.replace(
                    "= :start",
                    "= (select max(period_start) from measurement.measure_result where measure_name = :measure and period_grain = 'month' and not is_provisional)",
                )
            ),
            {"measure": EMERGENCY, "start": start},
        ).all()
    for row in latest:
        if row.organisation_code in PROVIDERS:
            counts = (
                (row.numerator, row.denominator)
                if row.organisation_code == WORSENS
                else tuple(5 * round(count / 5) for count in (row.numerator, row.denominator))
            )
            assert float(cells[row.organisation_code]) == pytest.approx(100 * counts[0] / counts[1], abs=0.051)
