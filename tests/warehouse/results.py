"""Rows for the tests of what readers may see: a measure of each kind, results of sites that add up, benchmarks, charts."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection, insert

from warehouse.measurement_tables import benchmark, funnel_limit, measure, measure_result, spc_point

PERIOD = date(2026, 1, 1)
KINDS = ("proportion", "median", "mean", "count", "rate", "score", "derived")
CHAIN = {f"ZX{n}A{m}": (f"ZX{n}", "REG2" if n == 3 else "REG1", "NET") for n in (1, 2, 3) for m in (1, 2)}


def add_measures(connection: Connection) -> None:
    """``m_<kind>`` for each kind."""
    for kind in KINDS:
        connection.execute(
            insert(measure).values(
                measure_name=f"m_{kind}",
                measure_version=1,
                pathway_name="wrist_fracture",
                title=kind,
                description=kind,
                kind=kind,
                direction="higher is better",
                unit="share",
                decimals=1,
                is_headline=kind == "proportion",
                definition_text="",
                definition_sql="",
            )
        )


def add_result(connection: Connection, organisation: str, numerator, denominator, kind: str = "proportion", **more) -> None:
    has_share = kind in ("proportion", "rate") and denominator
    given = {
        "measure_name": f"m_{kind}", "organisation_code": organisation, "period_grain": "month", "period_start": PERIOD,
        "numerator": numerator, "denominator": denominator, "value": numerator / denominator if has_share else None,
        "is_provisional": False, "matures_on": PERIOD, "measure_version": 1, "computed_at": datetime(2026, 2, 1, tzinfo=UTC),
    }  # fmt: skip
    connection.execute(insert(measure_result).values(**{**given, **more}))


def add_tree(
    connection: Connection, counts: dict[str, tuple[float, float]], kind: str = "proportion", **more
) -> dict[str, tuple[float, float]]:
    """Results of sites (numerator, denominator) and the sums above them; returns the counts of every organisation."""
    totals: dict[str, tuple[float, float]] = {}
    for site, (numerator, denominator) in counts.items():
        for code in (site, *CHAIN[site]):
            before = totals.get(code, (0, 0))
            totals[code] = (before[0] + numerator, before[1] + denominator)
    for code, (numerator, denominator) in totals.items():
        add_result(connection, code, numerator, denominator, kind, **more)
    return totals


def add_benchmark(connection: Connection, organisation: str, **more) -> None:
    given = {
        "measure_name": "m_proportion", "organisation_code": organisation, "period_grain": "month", "period_start": PERIOD,
        "peer_kind": "provider", "peer_count": 3, "rank": 1, "quartile": 1, "network_value": 0.123456, "z_score": 1.23456,
        "funnel_position": "inside", "best_value": 0.987654, "from_best": 0.1, "national_value": 0.7, "national_source": "audit 2025",
    }  # fmt: skip
    connection.execute(insert(benchmark).values(**{**given, **more}))


def add_point(connection: Connection, organisation: str, **more) -> None:
    given = {
        "measure_name": "m_proportion", "organisation_code": organisation, "period_grain": "month", "period_start": PERIOD, "chart": "xmr",
        "point_number": 1, "value": 0.987654, "mean": 0.123456, "lower_limit": 0.0123456, "upper_limit": 0.23456, "rule_name": "beyond limits",
        "point_type": "special cause concern", "rule_version": 1, "final_rule_name": "beyond final limits", "final_point_type": "special cause concern",
    }  # fmt: skip
    connection.execute(insert(spc_point).values(**{**given, **more}))


def add_funnel(connection: Connection, denominator: float, centre: float = 0.5) -> None:
    half = 1.96 * (centre * (1 - centre) / denominator) ** 0.5
    connection.execute(
        insert(funnel_limit).values(
            measure_name="m_proportion",
            peer_kind="provider",
            period_grain="month",
            period_start=PERIOD,
            denominator=denominator,
            centre=centre,
            lower_95=centre - half,
            upper_95=centre + half,
            lower_998=centre - half * 1.58,
            upper_998=centre + half * 1.58,
        )
    )
