"""Charts of rare events through the warehouse: what lies between one and the next, worked by hand, and the signals that rest on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from assets.charts import SERIES_POINTS
from assets.refresh import full_recompute, refresh
from tests.results.test_signals import events, look, signals
from tests.results.world import NOW, World, wrist
from warehouse.pathway_tables import organisation

MEASURE = "wrist_open_wound"
JANUARY = date(2024, 1, 1)
LONGER, SHORTER = "longer between events than upper limit", "7 times shorter between events than centre"


def wounds(pattern: str, site: str = "ZX1A1", first: date = JANUARY, every: int = 1) -> list[dict]:
    """A case every so many days: ``x`` with an open wound, ``.`` without, ``?`` not known, a blank for a day without a case."""
    told = {"x": True, ".": False, "?": None}
    return [wrist(first + timedelta(days=every * k), 100, site, open_wound=told[sign]) for k, sign in enumerate(pattern) if sign != " "]


def points(world: World, organisation_code: str = "ZX1", chart: str = "g"):
    found = world.table("measurement.rare_event_point", measure_name=MEASURE, organisation_code=organisation_code, chart=chart)
    return found.sort_values("point_number").reset_index(drop=True)


@dataclass(frozen=True)
class Line:
    """``cases``: as in ``wounds``, from 1 January 2024, of sites of one provider; ``g`` and ``t``: values, the last of them open where ``is_open``."""

    about: str
    cases: tuple[str, ...]
    g: tuple[float, ...]
    t: tuple[float, ...]
    is_open: bool = True


LINES = (
    Line("no event", (".....",), (), ()),
    Line("one event has nothing before it", ("..x",), (), ()),
    Line("what has passed since it can only grow", ("..x..  .",), (3,), (5,)),
    Line("two events: the first begins the count", ("..x..x",), (2,), (3,), False),
    Line("events of two following cases", ("xx...",), (0, 3), (1, 3)),
    Line("days without a case are days and no cases", ("x   . x",), (1,), (6,), False),
    Line("who is not known is no case", ("x.?.?x",), (2,), (5,), False),
    Line("two events of a day lie half a day apart", ("x  x", "   x"), (0, 0), (3, 0.5), False),
    Line("two sites are one provider", ("x . . x", " . x . ."), (2, 2, 1), (3, 3, 1)),
)  # fmt: skip


def add_providers(world: World, count: int) -> list[str]:
    codes = [f"ZY{chr(65 + k)}" for k in range(count)]
    row = {"organisation_kind": "provider", "parent_code": "REG2", "is_member": True}
    with world.engine.begin() as connection:
        for code in codes:
            sites = [
                {
                    "organisation_code": f"{code}A{n}",
                    "organisation_name": code,
                    "organisation_kind": "site",
                    "parent_code": code,
                    "is_member": True,
                }
                for n in (1, 2)
            ]
            connection.execute(insert(organisation), [{"organisation_code": code, "organisation_name": code, **row}])
            connection.execute(insert(organisation), sites)
    return codes


def test_points_are_what_the_table_says(world):
    codes = add_providers(world, len(LINES))
    for code, line in zip(codes, LINES, strict=True):
        world.add(*[case for n, pattern in enumerate(line.cases, 1) for case in wounds(pattern, f"{code}A{n}")])
    refresh(world.engine, world.registry, NOW)
    for code, line in zip(codes, LINES, strict=True):
        g, t = points(world, code), points(world, code, "t")
        assert (tuple(g.value), tuple(t.value)) == (line.g, line.t), line.about
        assert g.is_open.tolist() == t.is_open.tolist() == [k == len(line.g) - 1 and line.is_open for k in range(len(line.g))], line.about
        assert set(g.period_start) <= {JANUARY} and set(g.point_type) <= {"insufficient data"}, line.about
    assert signals(world, "ZYA", MEASURE) == []


# fourteen events, thirteen gaps: 3 0 8 1 4 2 10 1 5 2 7 3 6, mean 4, median 3; limits 0 and 4 + 3 sqrt(4 x 5) = 17.416
GAPS = (3, 0, 8, 1, 4, 2, 10, 1, 5, 2, 7, 3, 6)
STEADY = "x" + "".join("." * gap + "x" for gap in GAPS)
UPPER = 17.416408


def last_day(pattern: str) -> datetime:
    """When all that the pattern tells is final: its month and the thirty days that it needs have passed."""
    day = JANUARY + timedelta(days=len(pattern) + 31)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_thirteen_gaps_have_the_lines_that_are_worked_out_by_hand(world):
    world.add(*wounds(STEADY))
    refresh(world.engine, world.registry, last_day(STEADY))
    seen = points(world)
    assert (set(seen.centre), set(seen.lower_limit), seen.upper_limit.tolist()) == ({3}, {0}, pytest.approx([UPPER] * 13, abs=1e-6))
    assert set(seen.point_type) == {"common cause"} and signals(world, "ZX1", MEASURE) == []
    world.remove(list(world.cases)[:1])
    refresh(world.engine, world.registry, last_day(STEADY))
    shorter = points(world)
    assert len(shorter) == 12 and shorter.upper_limit.isna().all() and set(shorter.point_type) == {"insufficient data"}


def test_many_cases_without_an_event_are_a_favourable_signal_before_the_next_event_is_there(world):
    quiet = "." * 17
    world.add(*wounds(STEADY + quiet))
    refresh(world.engine, world.registry, last_day(STEADY + quiet))
    assert signals(world, "ZX1", MEASURE) == []
    world.add(*wounds("." * 13, first=JANUARY + timedelta(days=len(STEADY + quiet))))
    refresh(world.engine, world.registry, last_day(STEADY + "." * 30))
    (raised,) = signals(world, "ZX1", MEASURE)
    assert (raised.rule_name, raised.rule_version, raised.is_favourable, raised.state) == (LONGER, 1, True, "raised")
    told = raised.parameters
    assert (told["chart"], told["centre"], told["lower_limit"]) == ("g", 3, 0) and told["upper_limit"] == pytest.approx(UPPER, abs=1e-6)
    assert told["points"] == [{"period_start": "2024-04-01", "value": 30, "is_open": True}]
    assert points(world).point_type.iloc[-1] == "special cause improvement"


def test_a_run_of_short_gaps_is_a_concern_that_the_cases_since_do_not_close(world):
    pattern = STEADY + ".x" * 7 + "."
    world.add(*wounds(pattern))
    refresh(world.engine, world.registry, last_day(pattern))
    (raised,) = signals(world, "ZX1", MEASURE)
    assert (raised.rule_name, raised.is_favourable, raised.since_on, raised.until_on) == (
        SHORTER,
        False,
        date(2024, 3, 1),
        date(2024, 3, 1),
    )
    assert [point["value"] for point in raised.parameters["points"]] == [1.0] * 7
    world.add(*wounds("." * 5 + "x" + "." * 3, first=JANUARY + timedelta(days=len(pattern))))
    refresh(world.engine, world.registry, last_day(pattern + " " * 9))
    (closed,) = signals(world, "ZX1", MEASURE)
    assert (closed.state, closed.closed_because) == ("closed", "the latest final events no longer break the rule")
    assert events(world, closed) == ["raised", "closed"]


def test_a_month_that_can_still_change_raises_nothing_and_moves_no_limit(world):
    """The last of the fourteen events is on 23 February, the next one on 25 March."""
    world.add(*wounds(STEADY + "." * 30 + "x", first=date(2023, 12, 20)))
    refresh(world.engine, world.registry, datetime(2024, 3, 28, tzinfo=UTC))
    seen = points(world)
    assert seen.is_provisional.tolist() == [False] * 13 + [True] and seen.upper_limit.tolist() == pytest.approx([UPPER] * 14, abs=1e-6)
    assert (seen.value.iloc[-1], seen.rule_name.iloc[-1]) == (30, LONGER)
    assert signals(world, "ZX1", MEASURE) == []
    refresh(world.engine, world.registry, datetime(2024, 4, 2, tzinfo=UTC))
    assert not points(world).is_provisional.any() and points(world).upper_limit.iloc[0] > UPPER
    (raised,) = signals(world, "ZX1", MEASURE)
    assert (raised.rule_name, raised.since_on, raised.until_on) == (LONGER, date(2024, 3, 1), date(2024, 3, 1))


def test_only_the_events_judge_such_a_measure(world):
    """Months with one wound in fifteen cases and then with nothing else: special causes of the XmR chart, which is drawn and raises nothing."""
    cases = [
        wrist(date(2024 + k // 12, k % 12 + 1, 3 + n), 100, open_wound=k >= 15 or (n == 0 and k % 3 == 0))
        for k in range(22)
        for n in range(5)
    ]
    world.add(*cases)
    look(world, 21)
    shares = world.table("measurement.spc_point", measure_name=MEASURE, organisation_code="ZX1")
    assert shares.chart.unique().tolist() == ["xmr"] and "special cause concern" in set(shares.point_type)
    assert "special cause concern" not in set(points(world).point_type)
    assert [signals(world, code, MEASURE) for code in ("ZX1", "ZX1A1", "NET")] == [[], [], []]


def test_the_latest_48_points_are_kept(world):
    pattern = "x" + ".x" * 55
    world.add(*wounds(pattern))
    refresh(world.engine, world.registry, last_day(pattern))
    seen = points(world)
    assert seen.point_number.tolist() == list(range(1, SERIES_POINTS + 1))
    assert set(seen.value) == {1} and seen.upper_limit.iloc[0] == pytest.approx(1 + 3 * 2**0.5)


def test_a_case_that_moves_to_another_provider_moves_its_event(world):
    ids = world.add(*wounds("x.x.x"))
    world.add(*wounds("x...x", "ZX2A1"))
    refresh(world.engine, world.registry, NOW)
    world.change(ids[2:3], site="ZX2A1")
    refresh(world.engine, world.registry, NOW)
    assert (points(world).value.tolist(), points(world, "ZX2").value.tolist()) == ([2], [1, 2])
    world.change(ids[:1], open_wound=False)
    refresh(world.engine, world.registry, NOW)
    assert points(world).empty


def test_a_successor_has_the_events_of_those_it_took_over(world):
    world.add(*wounds("x . . x"))
    world.add(*wounds(" . x . .", "ZX2A1"))
    with world.engine.begin() as connection:
        connection.execute(
            update(organisation).where(organisation.c.organisation_code == "ZX2").values(successor_code="ZX1", closed_on=date(2024, 6, 1))
        )
    full_recompute(world.engine, world.registry, NOW)
    assert points(world).value.tolist() == [2, 2, 1] and points(world, "ZX2").empty


def test_other_providers_points_are_left_alone(world):
    world.add(*wounds("x.x.x"), *wounds("x..x", "ZX2A1"))
    refresh(world.engine, world.registry, NOW)
    stamp = "select organisation_code, max(xmin::text::bigint) from measurement.rare_event_point group by 1 order by 1"

    def written() -> dict:
        with world.engine.connect() as connection:
            return dict(map(tuple, connection.exec_driver_sql(stamp)))

    before = written()
    world.add(*wounds(".x", first=date(2024, 2, 1)))
    refresh(world.engine, world.registry, NOW)
    after = written()
    assert after["ZX2"] == before["ZX2"] and after["ZX1"] > before["ZX1"]


def test_a_point_tells_of_no_case(world):
    world.add(*wounds("x.x"))
    refresh(world.engine, world.registry, NOW)
    assert not {"case_id", "person_id", "site_code", "counted_on"} & set(points(world).columns)
    assert all(day.day == 1 for day in points(world).period_start)
