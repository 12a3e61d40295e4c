"""A rebuild judges each submission by the rules of its own time, whichever have been mended since.

The invented pathway is taken through a mend: at version 2 one pair rule and one rule of a record hold no more, another of each kind is new.
"""

from dataclasses import replace
from datetime import date, datetime

import pytest

from assets.rebuild import rebuild
from assets.submissions import retry, withdraw
from schemas.expressions import days_between, field
from schemas.rules import Rule, Scope, Severity
from tests.aggregate.test_deaths import deaths
from tests.aggregate.test_submitted_results import counts
from tests.integration.test_rebuild import GREW
from tests.world import SNAPSHOTS, World, history, snapshot, with_pathway, wrist

NEW_AT_2 = (
    Rule("W08", "pain_is_told_below_9", field("pain_score") < 9, Severity.QUARANTINE_RECORD, ("pain_score",), "Ask again.", since=2),
    Rule(
        "W09",
        "nobody_arrives_after_their_death",
        days_between("arrival_date", "death_on") >= 0,
        Severity.WARN,
        ("arrival_date",),
        "Correct the date.",
        scope=Scope.WAREHOUSE,
        since=2,
    ),
)
ENDS_AT_1 = ("W03", "W06")
STATUSES = "select record_status from pathway.pathway_case order by started_on, site_code"


def mended(registry):
    """The registry at version 2 of the invented pathway's rules, each rule with the versions for which it holds."""
    pathway = registry.pathway("wrist_fracture")
    rules, pairs = (
        tuple(replace(rule, until=1) if rule.id in ENDS_AT_1 else rule for rule in some)
        for some in (pathway.case_dataset.rules, pathway.case_dataset.pair_rules)
    )
    dataset = replace(pathway.case_dataset, rules=(*rules, *NEW_AT_2), pair_rules=pairs, rule_version=2)
    return with_pathway(registry, replace(pathway, datasets=(dataset,)))


@pytest.fixture
def world(context, demo_organisations):
    return World(context)


def mend(world: World) -> World:
    """The same house after the rules have been mended."""
    return World(replace(world.context, registry=mended(world.context.registry)))


def twice_within_60_days(serial: int) -> list[dict]:
    """Two records of one person and side at two sites: by W06 the later one is a duplicate."""
    return [wrist(serial, "ZX1A1", datetime(2024, 5, 3, 9)), wrist(serial, "ZX1A2", datetime(2024, 5, 20, 9))]


def statuses(world: World) -> list[str]:
    return [row["record_status"] for row in world.query(STATUSES)]


def assert_rebuilt_as_grown(world: World, *names: str, after=lambda: None) -> dict:
    """The named tables say after a rebuild, and what is to be done ``after`` it, what they said before; returned is what that was."""
    grown = snapshot(world.context.engine, *names)
    rebuild(world.context)
    after()
    rebuilt = snapshot(world.context.engine, *names)
    for name in grown:
        assert rebuilt[name] == grown[name], name
    return grown


def test_a_death_is_replayed_by_the_rules_of_cases_as_they_were_then(world):
    world.submit(twice_within_60_days(1))
    world.submit(deaths((1, "30/06/2024")), sender="NET", name="deaths.csv")
    later = mend(world)
    assert_rebuilt_as_grown(later, *GREW)
    assert statuses(later) == ["valid", "duplicate"]


def test_so_is_a_death_that_was_taken_back_and_one_that_came_after_the_mend(world):
    world.submit(twice_within_60_days(1) + twice_within_60_days(2))
    told = world.submit(deaths((1, "30/06/2024"), (2, "30/06/2024")), sender="NET", name="deaths.csv")
    withdraw(world.context, told.submission_id, "a tester")
    later = mend(world)
    later.submit(deaths((2, "01/07/2024")), sender="NET", name="more.csv")
    assert sorted(statuses(later)) == ["duplicate", "valid", "valid", "valid"], "only whom the later death touched is judged anew"
    assert_rebuilt_as_grown(later, *GREW)


def test_an_old_house_that_kept_no_versions_with_its_deaths_takes_those_of_the_load_before(world, admin):
    world.submit(twice_within_60_days(1))
    world.submit(deaths((1, "30/06/2024")), sender="NET", name="deaths.csv")
    with admin.begin() as connection:
        connection.exec_driver_sql("update intake.effect set detail = '{}'")
    later = mend(world)
    assert_rebuilt_as_grown(later, *GREW)
    assert statuses(later) == ["valid", "duplicate"]


def test_what_a_second_judgement_refused_is_refused_in_the_rebuild_too(world):
    taken = world.submit([wrist(9, **{"Pain score": "10"})])
    later = mend(world)
    retry(later.context, taken.submission_id)
    assert [outcome.state for outcome in later.work_off()] == ["rejected"]
    assert_rebuilt_as_grown(later, *GREW)
    assert statuses(later) == []


def before_the_mend(world: World) -> None:
    """Records, some of them twice, some wrong by each rule that ends; deaths, one of them later taken back; counts; a sheet; a back-load; a withdrawal."""
    world.submit(history(1, 12) + twice_within_60_days(901))
    world.submit(history(2, 12, sites=("ZX2A1",)), sender="ZX2")
    world.submit([wrist(n, **{"X-ray": "09/01/2024 08:00"}) for n in range(3, 9)])
    world.submit(
        deaths((901, "30/06/2024"), (1003, "01/01/2024")),
        sender="NET",
        name="deaths.csv",
        manifest={"period_start": "2024-01-01", "period_end": "2024-12-31"},
    )
    world.submit(monthly(24, lambda month: 90 if month < 16 else 40), sender="NET", name="counts.csv")
    world.submit([wrist(8, **{"X-ray": "09/01/2024 08:00"})], manifest={"mode": "withdraw"})


def after_the_mend(world: World) -> None:
    """The same kinds again, judged by version 2: corrections of old records, one of a person who was judged twice, and a file judged again."""
    world.submit(history(3, 12, sites=("ZX3A1", "ZX3A2")) + twice_within_60_days(902), sender="ZX3", name="third.csv")
    world.submit([row | {"Grip strength": "30"} for row in history(1, 12)[:20]], name="corrections.csv")
    world.submit([wrist(n, **{"X-ray": "09/01/2024 08:00"}) for n in range(20, 26)], name="late x-rays.csv")
    told = world.submit(deaths((1004, "02/01/2024"), (2005, "01/01/2024")), sender="NET", name="deaths again.csv")
    world.submit(deaths((902, "30/06/2024"), (3004, "01/01/2024")), sender="NET", name="deaths at last.csv")
    withdraw(world.context, told.submission_id, "a tester")
    world.submit(monthly(3, lambda month: 95), sender="NET", name="counts corrected.csv")
    retry(world.context, "S00000002")
    world.work_off()


def monthly(months: int, numerator) -> bytes:
    """Counts of a measure of another pathway for ``months`` months from January 2022, of 100 each."""
    days = (date(2022 + month // 12, 1 + month % 12, 1) for month in range(months))
    return counts(
        *(f"ZX1 | ae_four_hour | {day:%d/%m/%Y} | month | {numerator(number) - number % 3} | 100" for number, day in enumerate(days))
    )


@pytest.mark.slow
def test_over_two_versions_of_the_rules_a_rebuild_equals_what_grew_down_to_the_signals(world):
    before_the_mend(world)
    world.refresh()
    later = mend(world)
    after_the_mend(later)
    found = later.query("select distinct rule_version, rule_id from intake.finding where rule_id in ('W03', 'W06', 'W08') order by 1, 2")
    assert [tuple(row.values()) for row in found] == [(1, "W03"), (1, "W06"), (2, "W08")], "each version has found what only it judges"
    assert {"valid", "duplicate", "error"} <= set(statuses(later))
    later.refresh()
    grown = assert_rebuilt_as_grown(later, after=later.refresh)
    assert set(grown) == set(SNAPSHOTS)
    empty = {name for name, rows in grown.items() if not rows}
    assert not empty, "nothing is shown by an empty table"
