"""Submissions of deaths: who has died, what counts, what goes stale, up to when absence means alive."""

from datetime import date, datetime

from tests.aggregate.conftest import table
from tests.aggregate.test_submitted_results import clear_queue, rules, stale
from tests.world import nhs_number, wrist

HEADER = "NHS number | Date of death"
MAY = {"period_start": "2024-05-01", "period_end": "2024-05-31"}


def deaths(*rows: tuple[int | str, str]) -> bytes:
    return table(HEADER, *(f"{nhs_number(who) if isinstance(who, int) else who} | {day}" for who, day in rows))


def known(world) -> list:
    return [row["death_on"] for row in world.query("select death_on from pathway.person where death_on is not null order by 1")]


def covered(world) -> list:
    return [row["covered_to"] for row in world.query("select covered_to from pathway.linkage_coverage")]


def test_a_death_is_joined_to_the_person_of_a_case_and_makes_its_cells_stale(world):
    world.submit([wrist(1, arrived=datetime(2024, 5, 3, 9)), wrist(2, arrived=datetime(2024, 5, 4, 9))])
    clear_queue(world)
    outcome = world.submit(deaths((1, "20/05/2024")), sender="NET", name="deaths.csv")
    assert (outcome.state, outcome.counts.accepted) == ("accepted", 1)
    assert known(world) == [date(2024, 5, 20)]
    assert world.query("select count(*) as persons from pathway.person") == [{"persons": 2}]
    assert ("wrist_fracture", "ZX1A1", "month", "2024-05-01") in stale(world)


def test_a_death_that_comes_before_the_case_is_not_lost(world):
    world.submit(deaths((1, "20/05/2024")), sender="NET", name="deaths.csv")
    world.submit([wrist(1, arrived=datetime(2024, 5, 3, 9))])
    found = world.query("select death_on from pathway.person join pathway.pathway_case using (person_id)")
    assert found == [{"death_on": date(2024, 5, 20)}]


def test_the_spelling_of_the_number_makes_no_difference(world):
    number = nhs_number(1)
    world.submit([wrist(1)])
    world.submit(deaths((f"{number[:3]} {number[3:6]} {number[6:]}", "20/05/2024")), sender="NET", name="deaths.csv")
    assert world.query("select count(*) as persons from pathway.person") == [{"persons": 1}]


def test_the_latest_arrival_wins_and_its_withdrawal_gives_back_the_one_before(world):
    from assets.submissions import withdraw

    world.submit(deaths((1, "20/05/2024")), sender="NET", name="deaths.csv")
    second = world.submit(deaths((1, "21/05/2024"), (2, "22/05/2024")), sender="NET", name="deaths.csv")
    assert second.counts.accepted == 2
    assert known(world) == [date(2024, 5, 21), date(2024, 5, 22)]
    withdraw(world.context, second.submission_id, "test")
    assert known(world) == [date(2024, 5, 20)]


def test_the_same_death_again_is_unchanged(world):
    world.submit(deaths((1, "20/05/2024")), sender="NET", name="deaths.csv")
    clear_queue(world)
    outcome = world.submit(deaths((1, "20/05/2024"), (2, "22/05/2024")), sender="NET", name="deaths.csv")
    assert (outcome.counts.unchanged, outcome.counts.accepted) == (1, 1)


def test_a_file_in_mode_withdraw_takes_deaths_back(world):
    world.submit([wrist(1)])
    world.submit(deaths((1, "20/05/2024")), sender="NET", name="deaths.csv")
    clear_queue(world)
    outcome = world.submit(deaths((1, "20/05/2024")), sender="NET", name="deaths.csv", manifest={"mode": "withdraw"})
    assert outcome.counts.accepted == 1
    assert known(world) == []
    assert stale(world)


def test_a_number_of_nobody_and_two_dates_for_one_person_are_set_aside(world):
    outcome = world.submit(
        deaths(("Overseas", "20/05/2024"), (1, "20/05/2024"), (1, "21/05/2024"), (2, "22/05/2024"), (3, ""), ("9999999999", "20/05/2024")),
        sender="NET",
        name="deaths.csv",
    )
    assert (outcome.state, outcome.counts.quarantined, outcome.counts.accepted) == ("accepted in part", 5, 1)
    assert {(rule, row) for rule, severity, row in rules(world) if severity == "quarantine record"} >= {
        ("DE01", 2), ("DE02", 3), ("DE02", 4), ("REQ.date_of_death", 6), ("DE01", 7),
    }  # fmt: skip


def test_the_offices_period_says_up_to_when_deaths_are_known(world):
    from assets.submissions import withdraw

    assert covered(world) == []
    world.submit(deaths((1, "20/04/2024")), sender="NET", name="deaths.csv")
    assert covered(world) == []
    may = world.submit(deaths((2, "20/05/2024")), sender="NET", name="deaths.csv", manifest=MAY)
    assert covered(world) == [date(2024, 5, 31)]
    april = {"period_start": "2024-04-01", "period_end": "2024-04-30"}
    world.submit(deaths((3, "20/04/2024")), sender="NET", name="deaths.csv", manifest=april)
    assert covered(world) == [date(2024, 5, 31)]
    withdraw(world.context, may.submission_id, "test")
    assert covered(world) == [date(2024, 4, 30)]


def test_a_providers_deaths_do_not_say_that_all_others_are_alive(world):
    outcome = world.submit(deaths((1, "20/05/2024")), sender="ZX1", name="deaths.csv", manifest=MAY)
    assert outcome.counts.accepted == 1
    assert covered(world) == []


def test_no_number_reaches_the_warehouse(world):
    world.submit(deaths((1, "20/05/2024"), ("Overseas", "20/05/2024")), sender="NET", name="deaths.csv")
    columns = world.query(
        """select format('%I.%I', table_schema, table_name) as name from information_schema.tables
        where table_schema in ('intake', 'pathway', 'measurement') and table_type = 'BASE TABLE'"""
    )
    for column in columns:
        assert world.query(f"select 1 from {column['name']} as t where t::text like :number", number=f"%{nhs_number(1)}%") == []
