"""Who sees what of period outliers: one's own whole; of others what is published or positive, through the small-numbers policy."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from assets.refresh import refresh
from tests.results.world import NOW, World, wrist


@pytest.fixture
def world(demo_organisations, registry) -> World:
    """ZX1 is a positive outlier of the spring, ZX2 an alarm of 38 of 103."""
    made = World(demo_organisations, registry)
    shares = {"ZX1": (101, 103), "ZX2": (38, 103), "ZX3": (76, 103)}
    made.add(*[wrist(minutes=10 if k < met else 500, site=f"{code}A1") for code, (met, of) in shares.items() for k in range(of)])
    refresh(made.engine, registry, NOW)
    return made


def seen(engine, view: str = "period_outlier_v1") -> dict[str, dict]:
    with engine.connect() as connection:
        return {row["organisation_code"]: dict(row) for row in connection.execute(text(f"select * from dashboard.{view}")).mappings()}


def test_the_provider_sees_its_own_whole(as_role, world):
    row = seen(as_role("cc_provider", "ZX2"))["ZX2"]
    assert (row["is_own"], row["is_suppressed"], row["state"], row["level"]) == (True, False, "detected", "alarm")
    assert (row["observed"], row["due_on"]) == (38, date(2026, 12, 4))
    assert row["expected"] == pytest.approx(103 * 215 / 309)


@pytest.mark.parametrize("reader", [("cc_provider", "ZX3"), ("cc_dashboard",), ("cc_engineer",)])
def test_others_do_not_see_it_before_it_is_published_and_never_its_history(as_role, world, reader):
    engine = as_role(*reader)
    assert "ZX2" not in seen(engine)
    with world.engine.begin() as connection:
        connection.execute(text("update measurement.period_outlier set state = 'published', due_on = null where organisation_code = 'ZX2'"))
    row = seen(engine)["ZX2"]
    assert (row["is_own"], row["observed"], row["expected"], row["due_on"]) == (False, 40, 70, None), "counts to the nearest 5"
    assert row["value"] == pytest.approx(0.37) and row["statistic"] == round(row["statistic"], 1)
    assert seen(engine, "period_outlier_event_v1") == {}


def test_a_positive_outlier_is_seen_by_all_and_its_small_counts_by_nobody_else(as_role, world):
    row = seen(as_role("cc_dashboard"))["ZX1"]
    assert (row["state"], row["level"], row["direction"]) == ("noted", "positive", "better")
    assert row["is_suppressed"], "two were late, which is a small number"
    assert [row[name] for name in ("observed", "expected", "value", "statistic", "policy_alert_limit", "policy_alarm_limit")] == [None] * 6
    assert seen(as_role("cc_provider", "ZX1"))["ZX1"]["observed"] == 101


def test_the_provider_reads_its_own_history(as_role, world):
    row = seen(as_role("cc_provider", "ZX2"), "period_outlier_event_v1")["ZX2"]
    assert (row["event"], row["to_state"], row["due_on"]) == ("detected", "detected", date(2026, 12, 4))
