"""Period outliers: who becomes one, on which data, and what is kept of it.

The invented measure is the share manipulated within four hours, where more is better; expected is the network's share.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from assets.outliers import compute_outliers, judge
from assets.refresh import full_recompute, refresh
from assets.result_frames import Moment
from assets.shown import result_metadata
from schemas.measures import Direction, Measure, MeasureKind
from schemas.outliers import Basis, OutlierPolicy
from tests.results.world import NOW, World, wrist

MAY, SPRING = date(2026, 5, 10), date(2026, 4, 1)  # the quarter that is final in November; its year is not
MEASURE = "wrist_manipulated_4h"
JUDGED = (
    "observed",
    "denominator",
    "expected",
    "centre",
    "statistic",
    "limit_crossed",
    "level",
    "direction",
    "measure_version",
    "policy_version",
)


def add(world: World, day: date = MAY, **shares) -> dict[str, list[str]]:
    """(met, of) manipulated within four hours at the first site of each provider; the ids of the cases."""
    made = {code: [wrist(day, 10 if k < met else 500, site=f"{code}A1") for k in range(of)] for code, (met, of) in shares.items()}
    ids = iter(world.add(*[row for rows in made.values() for row in rows]))
    return {code: [next(ids) for _ in rows] for code, rows in made.items()}


def look(world: World, now: datetime = NOW) -> None:
    refresh(world.engine, world.registry, now)


def outliers(world: World) -> dict[str, pd.Series]:
    """The outliers of the quarter, by organisation."""
    found = world.table("measurement.period_outlier", period_grain="quarter")
    return {row.organisation_code: row for _, row in found.iterrows()}


def evaluations(world: World, row: pd.Series) -> list:
    return list(world.table("measurement.period_outlier_evaluation", period_outlier_id=int(row.period_outlier_id)).itertuples())


def events(world: World, row: pd.Series) -> list[str]:
    return world.table("measurement.period_outlier_event", period_outlier_id=int(row.period_outlier_id))["event"].tolist()


# ------------------------------------------------------------------------------------------------ who is one
def test_a_provider_far_below_the_network_in_a_closed_quarter_is_an_alarm_and_is_to_be_taken_up_within_ten_working_days(world):
    add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    look(world)
    row = outliers(world)["ZX2"]
    (judged,) = evaluations(world, row)
    assert (judged.level, judged.direction, judged.observed, judged.denominator) == ("alarm", "worse", 40, 100)
    assert (judged.expected, judged.centre) == pytest.approx((100 * 215 / 300, 215 / 300))
    assert judged.value < judged.limit_crossed == judged.policy_alarm_limit < judged.policy_alert_limit < judged.centre
    assert judged.as_of_submission == "S00000001"
    assert (row.state, row.due_on, row.period_start) == ("detected", date(2026, 12, 4), SPRING)
    assert events(world, row) == ["detected"]


def test_an_alert_lies_between_two_and_three_standard_deviations(world):
    add(world, ZX1=(80, 100), ZX2=(65, 100), ZX3=(80, 100))
    look(world)
    (code,) = outliers(world)
    (judged,) = evaluations(world, outliers(world)[code])
    assert (code, judged.level) == ("ZX2", "alert")
    assert 2 < judged.statistic < 3
    assert judged.limit_crossed == judged.policy_alert_limit


def test_a_positive_outlier_is_kept_and_nobody_has_to_do_anything(world):
    add(world, ZX1=(100, 100), ZX2=(72, 100), ZX3=(72, 100))
    look(world)
    row = outliers(world)["ZX1"]
    (judged,) = evaluations(world, row)
    assert (judged.level, judged.direction, row.state, row.due_on) == ("positive", "better", "noted", None)
    assert judged.value > judged.limit_crossed == judged.policy_positive_limit
    assert events(world, row) == ["noted"]


def test_providers_that_differ_by_chance_alone_leave_no_row(world):
    add(world, ZX1=(80, 100), ZX2=(76, 100), ZX3=(84, 100))
    look(world)
    assert outliers(world) == {}
    assert len(world.table("measurement.period_outlier_evaluation")) == 0


def test_a_period_that_is_not_final_is_not_judged_until_it_is(world):
    add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    look(world, datetime(2026, 7, 15, tzinfo=UTC))
    assert outliers(world) == {}
    look(world, datetime(2026, 8, 3, tzinfo=UTC))
    assert outliers(world)["ZX2"].state == "detected"
    assert set(world.table("measurement.period_outlier").period_grain) == {"quarter"}


def test_a_year_is_judged_when_it_is_over(world):
    add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    look(world, datetime(2027, 5, 3, tzinfo=UTC))
    assert set(world.table("measurement.period_outlier").period_grain) == {"quarter", "year"}


def test_sites_regions_and_organisations_outside_the_network_are_none(world):
    add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    with world.engine.begin() as connection:
        connection.execute(text("update pathway.organisation set is_member = false where organisation_code = 'ZX2'"))
    look(world)
    assert outliers(world) == {}


def test_too_few_expected_events_are_not_judged(world):
    add(world, ZX1=(3, 60), ZX2=(0, 60), ZX3=(0, 2))
    look(world)
    judged = outliers(world)
    assert "ZX3" not in judged  # 0.05 events are expected of it


def test_an_outlier_is_never_a_signal(world):
    add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    look(world)
    assert outliers(world) and len(world.table("measurement.signal")) == 0


def test_the_page_of_the_benchmarks_tells_of_outliers(world, context):
    add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(75, 100))
    look(world)
    shown = result_metadata(context, "wrist_fracture", "benchmarks")
    assert (shown["period_outliers"], shown["positive_outliers"]) == (1, 1)
    assert "| Exemplar 2 Hospitals | Manipulated within 4 hours | April to June 2026 | alarm |" in shown["outliers"].value


# ------------------------------------------------------------------------------------------------ other data
def test_corrected_data_add_an_evaluation_and_overwrite_none(world):
    ids = add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    look(world)
    world.change(ids["ZX2"][40:85], manipulation_at=datetime(2026, 5, 10, 11), manipulation_time=datetime(2026, 5, 10, 11).time())
    look(world)
    row = outliers(world)["ZX2"]
    first, second = evaluations(world, row)
    assert [(e.observed, e.level, e.as_of_submission) for e in (first, second)] == [
        (40, "alarm", "S00000001"),
        (85, "inside", f"S{world.count:08d}"),
    ]
    assert row.state == "detected", "closing is for people"
    assert events(world, row) == ["detected", "evaluated again"]


def test_a_look_at_the_same_data_adds_nothing(world):
    add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    look(world)
    full_recompute(world.engine, world.registry, NOW)
    full_recompute(world.engine, world.registry, NOW)
    assert len(evaluations(world, outliers(world)["ZX2"])) == 1


def test_a_result_that_is_gone_leaves_the_outlier_unjudged(world):
    ids = add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    look(world)
    world.remove(ids["ZX2"])
    look(world)
    look(world)
    row = outliers(world)["ZX2"]
    assert [e.level for e in evaluations(world, row)] == ["alarm", "not judged"]
    assert pd.isna(evaluations(world, row)[1].observed)
    full_recompute(world.engine, world.registry, NOW)
    assert len(evaluations(world, row)) == 2


def test_a_closed_outlier_opens_again_only_if_it_has_become_worse(world):
    ids = add(world, ZX1=(80, 100), ZX2=(65, 100), ZX3=(80, 100))
    look(world)
    row = outliers(world)["ZX2"]
    with world.engine.begin() as connection:
        connection.execute(text("update measurement.period_outlier set state = 'closed: explained', due_on = null"))
    late = {"manipulation_at": datetime(2026, 5, 10, 22), "manipulation_time": datetime(2026, 5, 10, 22).time()}
    world.change(ids["ZX2"][:1], **late)
    look(world)
    assert [e.level for e in evaluations(world, row)] == ["alert", "alert"]
    assert outliers(world)["ZX2"].state == "closed: explained"
    world.change(ids["ZX2"][1:30], **late)
    look(world)
    row = outliers(world)["ZX2"]
    assert (evaluations(world, row)[-1].level, row.state, row.due_on) == ("alarm", "detected", date(2026, 12, 4))
    assert events(world, row) == ["detected", "evaluated again", "detected again"]


def test_whatever_the_order_the_latest_evaluation_is_that_of_a_full_recompute(world):
    add(world, ZX1=(30, 40), ZX2=(8, 40))
    look(world)
    add(world, ZX3=(38, 40), ZX2=(8, 20))
    look(world)
    ids = add(world, date(2026, 6, 3), ZX1=(20, 20), ZX3=(1, 20))
    look(world)
    world.remove(ids["ZX3"][:5])
    look(world)
    latest = latest_evaluations(world)
    with world.engine.begin() as connection:
        for table in ("event", "evaluation"):
            connection.execute(text(f"alter table measurement.period_outlier_{table} disable trigger stays"))
            connection.execute(text(f"delete from measurement.period_outlier_{table}"))
        connection.execute(text("delete from measurement.period_outlier"))
    full_recompute(world.engine, world.registry, NOW)
    anew = latest_evaluations(world)
    assert len(anew) >= 2
    for cell, judged in anew.items():
        assert latest[cell] == judged
    assert {judged[6] for cell, judged in latest.items() if cell not in anew} <= {"inside", "not judged"}


def latest_evaluations(world: World) -> dict[tuple, tuple]:
    found = {}
    for _, row in world.table("measurement.period_outlier").iterrows():
        last = evaluations(world, row)[-1]
        said = (getattr(last, name) for name in JUDGED)
        found[row.organisation_code, row.period_grain, row.period_start] = tuple(
            None if pd.isna(v) else pytest.approx(v) if isinstance(v, float) else v for v in said
        )
    return found


@pytest.mark.parametrize("table", ["period_outlier_evaluation", "period_outlier_event"])
@pytest.mark.parametrize("change", ["update {} set period_outlier_id = period_outlier_id", "delete from {}", "truncate {}"])
def test_the_database_keeps_the_history_as_it_was(world, table, change):
    add(world, ZX1=(90, 100), ZX2=(40, 100), ZX3=(85, 100))
    look(world)
    with pytest.raises(IntegrityError, match="never changed"), world.engine.begin() as connection:
        connection.execute(text(change.format(f"measurement.{table}")))


# ------------------------------------------------------------------------------------------------ standardised results
def test_deaths_are_judged_by_what_is_expected_of_the_patients(registry):
    deaths = Measure("deaths", "Deaths", "Deaths.", MeasureKind.PROPORTION, Direction.LOWER_IS_BETTER, "share")
    found = judge(standardised(deaths, (17, 10), (18, 10), (22, 10), (2, 40), (12, 4)), pathway_with(registry, deaths))
    assert found["level"].tolist() == ["inside", "alert", "alarm", "positive", "not judged"]
    assert found["value"].tolist() == pytest.approx([1.7, 1.8, 2.2, 0.05, 3.0])
    assert found["policy_alert_limit"][0] == pytest.approx(1.7), "17 deaths where 10 are expected are the most that is no alert"
    assert found["direction"].where(found["direction"].notna(), "").tolist() == ["", "worse", "worse", "better", ""]
    assert set(found["model_version"]) == {"risk 1"}


def test_a_standardised_result_of_the_warehouse_is_judged_when_it_is_final(world, registry):
    deaths = Measure("deaths", "Deaths", "Deaths.", MeasureKind.PROPORTION, Direction.LOWER_IS_BETTER, "share")
    pathway, moment = pathway_with(registry, deaths), Moment(NOW, "S00000001")
    with world.engine.begin() as connection:
        row = text("insert into measurement.standardised_result (measure_name, organisation_code, period_grain, period_start, case_count, observed, expected, "
                   "is_provisional, matures_on, measure_version, model_version) values ('deaths', :code, 'quarter', :day, 200, 25, 10, :is_open, :day, 3, 'risk 1')")  # fmt: skip
        connection.execute(row, [{"code": code, "day": SPRING, "is_open": code == "ZX2"} for code in ("ZX1", "ZX2")])
        cell = "create temporary table stale_now on commit drop as select 'wrist_fracture' as pathway_name, 'quarter' as period_grain, cast(:day as date) as period_start"
        connection.execute(text(cell), {"day": SPRING})
        assert compute_outliers(connection, pathway, moment) == 1
        assert compute_outliers(connection, pathway, moment) == 0
    (judged,) = evaluations(world, outliers(world)["ZX1"])
    assert (judged.basis, judged.level, judged.observed, judged.expected, judged.value) == ("standardised", "alarm", 25, 10, 2.5)
    assert (judged.measure_version, judged.model_version) == (3, "risk 1")


def standardised(measure: Measure, *counts: tuple[int, float]) -> pd.DataFrame:
    rows = [
        {"measure_name": measure.name, "organisation_code": f"ZX{k}", "period_grain": "quarter", "period_start": pd.Timestamp(SPRING),
         "organisation_kind": "provider", "observed": o, "denominator": 200, "expected": e, "centre": 1.0, "tau_squared": None,
         "measure_version": 1, "model_version": "risk 1", "is_open": False}
        for k, (o, e) in enumerate(counts)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def pathway_with(registry, measure: Measure):
    from dataclasses import replace

    return replace(
        registry.pathway("wrist_fracture"), measures=(measure,), outlier_policies=(OutlierPolicy(measure.name, Basis.STANDARDISED),)
    )


# ------------------------------------------------------------------------------------------------ declarations
@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (OutlierPolicy("no_such_measure"), "needs a proportion or rate"),
        (OutlierPolicy("wrist_block"), "more or less is better"),
        (OutlierPolicy("wrist_minutes_to_manipulation"), "needs a proportion or rate"),
    ],
)
def test_a_policy_of_a_measure_that_cannot_have_one_is_refused(registry, policy, says):
    from schemas.outliers import what_is_wrong

    assert says in what_is_wrong((policy,), registry.pathway("wrist_fracture").measures)
    assert what_is_wrong((OutlierPolicy(MEASURE),), registry.pathway("wrist_fracture").measures) is None
    assert "two outlier policies" in what_is_wrong(
        (OutlierPolicy(MEASURE), OutlierPolicy(MEASURE)), registry.pathway("wrist_fracture").measures
    )


@pytest.mark.parametrize("wrong", [{"alert_distance": 3.0}, {"alert_distance": 0.0}, {"grains": ("month",)}, {"grains": ()}])
def test_a_policy_that_contradicts_itself_is_refused(wrong):
    with pytest.raises(ValueError, match="outlier policy"):
        OutlierPolicy(MEASURE, **wrong)
