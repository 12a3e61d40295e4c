"""What the other tests of the dashboard rely on in their network."""

from __future__ import annotations

from sqlalchemy import text

from tests.dashboard.network import EMERGENCY, IMPROVES, TINY, WORSENS, WRIST

SIGNALS = "select organisation_code, measure_name, is_favourable from measurement.signal where state = 'raised'"


def _rows(house, sql: str) -> list[tuple]:
    with house.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_one_worsens_one_improves_after_its_action(network):
    signals = _rows(network, SIGNALS)
    assert (WORSENS, EMERGENCY, False) in signals and (IMPROVES, EMERGENCY, True) in signals and ("ZYC", WRIST, False) in signals
    verdicts = dict(_rows(network, "select organisation_code, verdict from dashboard.action_effect_v1"))
    assert verdicts == {IMPROVES: "improved", "ZYD": "no change"}


def test_others_see_nothing_of_the_smallest(network):
    of_tiny = f"select * from dashboard.measure_result_v1 where organisation_code = '{TINY}' and measure_name = '{WRIST}' and period_grain = 'quarter'"
    assert {(row.value, row.is_suppressed) for row in network.asked("reader:ZYA").rows(of_tiny)} == {(None, True)}
    assert {row.is_suppressed for row in network.asked(f"reader:{TINY}").rows(of_tiny)} == {False}
