"""Submissions of results: what is taken, what counts, what is told, what goes stale."""

import pytest

from tests.aggregate.conftest import table

COUNTS = "Organisation | Measure | Period start | Period | Numerator | Denominator"
SCORES = "Organisation | Measure | Period start | Period | Value | Level | Reason"
EFFECTIVE = """select organisation_code as code, period_start::text as start, numerator as n, denominator as d
    from measurement.submitted_result order by arrival_number, row_number"""


def counts(*rows: str) -> bytes:
    return table(COUNTS, *rows)


def counting(world) -> dict:
    """(organisation, first day) -> numerator of what counts."""
    from assets.effective_results import effective_results

    with world.context.engine.connect() as connection:
        rows = connection.execute(effective_results()).mappings().all()
    return {
        (row["organisation_code"], row["period_start"].isoformat()): row["numerator"] if row["value"] is None else row["value"]
        for row in rows
    }


def rules(world) -> list[tuple]:
    found = world.query("select rule_id, severity, row_number from intake.finding order by submission_id, finding_number")
    return [(f["rule_id"], f["severity"], f["row_number"]) for f in found]


def stale(world) -> set:
    found = world.query("select distinct pathway_name, organisation_code, period_grain, period_start from intake.stale_cell")
    return {(f["pathway_name"], f["organisation_code"], f["period_grain"], f["period_start"].isoformat()) for f in found}


def clear_queue(world) -> None:
    from sqlalchemy import text

    with world.context.engine.begin() as connection:
        connection.execute(text("delete from intake.stale_cell"))


def test_a_provider_sends_counts_of_its_own(world):
    outcome = world.submit(
        counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100", "ZX1 | ae_four_hour | 01/06/2024 | month | 80 | 100")
    )
    assert (outcome.state, outcome.counts.received, outcome.counts.accepted) == ("accepted", 2, 2)
    assert counting(world) == {("ZX1", "2024-05-01"): 90, ("ZX1", "2024-06-01"): 80}
    assert ("emergency_care", "ZX1", "month", "2024-05-01") in stale(world)


def test_the_same_result_again_is_unchanged_and_a_correction_is_accepted(world):
    world.submit(counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100", "ZX1 | ae_four_hour | 01/06/2024 | month | 80 | 100"))
    clear_queue(world)
    outcome = world.submit(
        counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100", "ZX1 | ae_four_hour | 01/06/2024 | month | 81 | 100")
    )
    assert (outcome.counts.unchanged, outcome.counts.accepted) == (1, 1)
    assert counting(world) == {("ZX1", "2024-05-01"): 90, ("ZX1", "2024-06-01"): 81}
    assert {cell[3] for cell in stale(world) if cell[2] == "month"} == {"2024-06-01"}


def test_the_same_file_again_has_no_effect(world):
    content = counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100")
    world.submit(content)
    clear_queue(world)
    outcome = world.submit(content)
    assert (outcome.counts.unchanged, outcome.counts.accepted) == (1, 0)
    assert stale(world) == set()


def test_a_withdrawn_submission_gives_back_what_counted_before(world):
    from assets.submissions import withdraw

    world.submit(counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100"))
    second = world.submit(
        counts("ZX1 | ae_four_hour | 01/05/2024 | month | 70 | 100", "ZX1 | ae_four_hour | 01/06/2024 | month | 80 | 100")
    )
    clear_queue(world)
    withdraw(world.context, second.submission_id, "test")
    assert counting(world) == {("ZX1", "2024-05-01"): 90}
    assert {cell[3] for cell in stale(world) if cell[2] == "month"} == {"2024-05-01", "2024-06-01"}


def test_a_result_told_twice_outlives_the_withdrawal_of_the_first_submission(world):
    from assets.submissions import withdraw

    first = world.submit(counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100"))
    world.submit(counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100", "ZX1 | ae_four_hour | 01/06/2024 | month | 80 | 100"))
    withdraw(world.context, first.submission_id, "test")
    assert counting(world) == {("ZX1", "2024-05-01"): 90, ("ZX1", "2024-06-01"): 80}


def test_a_file_in_mode_withdraw_empties_its_cells(world):
    rows = ["ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100", "ZX1 | ae_four_hour | 01/06/2024 | month | 80 | 100"]
    world.submit(counts(*rows))
    outcome = world.submit(counts(rows[0]), manifest={"mode": "withdraw"})
    assert outcome.counts.accepted == 1
    assert counting(world) == {("ZX1", "2024-06-01"): 80}


def test_replace_period_withdraws_what_it_leaves_out(world):
    world.submit(counts(*(f"ZX1 | ae_four_hour | 01/{month:02d}/2024 | month | 90 | 100" for month in (4, 5, 6, 7))))
    manifest = {"mode": "replace period", "period_start": "2024-05-01", "period_end": "2024-06-30"}
    outcome = world.submit(counts("ZX1 | ae_four_hour | 01/05/2024 | month | 91 | 100"), manifest=manifest)
    assert outcome.state == "held"
    assert counting(world)[("ZX1", "2024-06-01")] == 90
    from assets.submissions import approve

    approve(world.context, outcome.submission_id, "test")
    outcome = world.work_off()[-1]
    assert (outcome.state, outcome.counts.accepted, outcome.counts.withdrawn) == ("accepted", 1, 1)
    assert counting(world) == {("ZX1", "2024-04-01"): 90, ("ZX1", "2024-05-01"): 91, ("ZX1", "2024-07-01"): 90}


def test_replace_period_takes_only_results_of_its_period(world):
    manifest = {"mode": "replace period", "period_start": "2024-05-01", "period_end": "2024-05-31"}
    outcome = world.submit(
        counts("ZX1 | ae_four_hour | 01/05/2024 | month | 91 | 100", "ZX1 | ae_four_hour | 01/06/2024 | month | 91 | 100"),
        manifest=manifest,
    )
    assert (outcome.state, outcome.counts.quarantined) == ("accepted in part", 1)
    assert ("PER1", "quarantine record", 3) in rules(world)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("ZX1 | ae_four_hour | 01/05/2024 | month | 101 | 100", "MC02"),
        ("ZX1 | ae_four_hour | 01/05/2024 | month | -1 | 100", "BND.numerator"),
        ("ZX1 | ae_four_hour | 02/05/2024 | month | 90 | 100", "MC01"),
        ("ZX1 | ae_four_hour | 01/05/2024 | quarter | 90 | 100", "MC01"),
        ("ZX1 | ae_four_hour | 01/04/2024 | year | 90 | 100", "MC01"),
        ("ZX1 | no_such_measure | 01/05/2024 | month | 90 | 100", "COD"),
        ("ZX1 | ssnap_score | 01/05/2024 | month | 90 | 100", "COD"),
        ("ZX1 | ae_four_hour | 01/05/2024 | month | | 100", "REQ.numerator"),
        ("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | ", "REQ.denominator"),
        ("ZX1 | ae_four_hour | | month | 90 | 100", "REQ.period_start"),
        (" | ae_four_hour | 01/05/2024 | month | 90 | 100", "REQ.organisation"),
        ("ZX1 | ae_four_hour | 01/05/2024 | month | ninety | 100", "FMT.numerator"),
    ],
)
def test_a_row_that_breaks_a_rule_is_set_aside(world, row, rule):
    good = "ZX1 | ae_four_hour | 01/01/2024 | quarter | 100 | 100"
    outcome = world.submit(counts(row, good, good.replace("quarter", "year")))
    assert (outcome.state, outcome.counts.quarantined, outcome.counts.accepted) == ("accepted in part", 1, 2)
    assert (rule, "quarantine record", 2) in rules(world)


def test_a_provider_may_not_send_for_another(world):
    outcome = world.submit(
        counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100", "ZX2 | ae_four_hour | 01/05/2024 | month | 90 | 100")
    )
    assert (outcome.state, outcome.counts.quarantined) == ("accepted in part", 1)
    assert ("RES2", "quarantine record", 3) in rules(world)


def test_the_office_sends_for_all_and_finds_them_by_name(world):
    outcome = world.submit(counts("exemplar 2 HOSPITALS | ae_four_hour | 01/05/2024 | month | 90 | 100"), sender="NET")
    assert outcome.state == "accepted"
    assert counting(world) == {("ZX2", "2024-05-01"): 90}


def test_two_results_of_one_cell_are_both_set_aside_two_equal_ones_are_not(world):
    outcome = world.submit(
        counts(
            "ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100",
            "Exemplar 1 Hospitals | ae_four_hour | 01/05/2024 | month | 91 | 100",
            "ZX2 | ae_four_hour | 01/05/2024 | month | 70 | 100",
            "Exemplar 2 Hospitals | ae_four_hour | 01/05/2024 | month | 70 | 100",
        ),
        sender="NET",
    )
    assert counting(world) == {("ZX2", "2024-05-01"): 70}
    assert outcome.counts.quarantined == 2
    assert [f for f in rules(world) if f[0] == "RES4"] == [
        ("RES4", "quarantine record", 2), ("RES4", "quarantine record", 3), ("RES4", "warn", 4), ("RES4", "warn", 5),
    ]  # fmt: skip


def test_a_name_that_nobody_bears_keeps_its_results_until_it_gets_an_alias(world):
    from assets.named_organisations import provisional_code, rehome
    from warehouse.organisations import add_alias

    rows = [f"The Unknown Infirmary | ae_four_hour | 01/0{month}/2024 | month | 90 | 100" for month in (5, 6)]
    outcome = world.submit(counts(*rows), sender="NET")
    provisional = provisional_code("the unknown infirmary")
    assert outcome.state == "accepted with warnings"
    assert [f for f in rules(world) if f[0] == "RES3"] == [("RES3", "warn", 2)]
    assert set(counting(world)) == {(provisional, "2024-05-01"), (provisional, "2024-06-01")}
    assert world.query("select alias, seen_count from pathway.unresolved_organisation") == [
        {"alias": "the unknown infirmary", "seen_count": 2}
    ]
    assert world.query(
        "select organisation_name, is_member from pathway.organisation where organisation_code = :code", code=provisional
    ) == [{"organisation_name": "The Unknown Infirmary", "is_member": False}]
    clear_queue(world)
    with world.context.engine.begin() as connection:
        add_alias(connection, "The Unknown Infirmary", "ZX3")
        assert rehome(connection, world.context.registry) == 1
        assert rehome(connection, world.context.registry) == 0
    assert set(counting(world)) == {("ZX3", "2024-05-01"), ("ZX3", "2024-06-01")}
    assert {provisional, "ZX3"} <= {cell[1] for cell in stale(world)}
    assert world.query("select 1 from pathway.unresolved_organisation") == []


def test_a_known_name_does_not_come_to_mean_a_provisional_organisation(world):
    from warehouse.organisations import load_network, resolve

    world.submit(counts("New Infirmary | ae_four_hour | 01/05/2024 | month | 90 | 100"), sender="NET")
    row = {
        "organisation_code": "ZX9",
        "organisation_name": "New Infirmary",
        "organisation_kind": "team",
        "parent_code": "ZX1",
        "is_member": True,
    }
    with world.context.engine.begin() as connection:
        load_network(connection, [row])
        assert resolve(connection, ["New Infirmary"]) == {"New Infirmary": "ZX9"}


def test_a_score_without_a_value_has_its_reason(world):
    outcome = world.submit(
        table(
            SCORES,
            "ZX1 | ssnap_score | 01/07/2024 | quarter | 71.5 | | ",
            "ZX2 | ssnap_score | 01/07/2024 | quarter | | | too few patients",
            "ZX3 | ssnap_score | 01/07/2024 | quarter | | | ",
            "ZX1 | ssnap_level | 01/07/2024 | quarter | 4 | B | ",
            "ZX2 | ssnap_level | 01/07/2024 | quarter | 4 | B | too few patients",
            "ZX3 | ssnap_level | 01/07/2024 | quarter | | Z | ",
        ),
        sender="NET",
    )
    assert (outcome.counts.accepted, outcome.counts.quarantined) == (3, 3)
    assert {f[0]: f[2] for f in rules(world) if f[0].startswith("PS")} == {"PS02": 4, "PS03": 6, "PS04": 7}
    stored = world.query("select value, level_code, reason from measurement.submitted_result order by row_number")
    assert [tuple(row.values()) for row in stored] == [(71.5, None, None), (None, None, "too few patients"), (4.0, "B", None)]


REFERENCE = "Measure | Period start | Period | Value | Numerator | Denominator | Source | Published on"


def test_a_national_value_is_kept_apart_with_its_source(world):
    world.submit(counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100"), sender="ZX1")
    outcome = world.submit(
        table(
            REFERENCE,
            "ae_four_hour | 01/05/2024 | month | 0.74 | | | Monthly statistics | 13/06/2024",
            "ae_four_hour | 01/06/2024 | month | 74 | | | Monthly statistics | 11/07/2024",
            "ae_four_hour | 01/07/2024 | month | | 70 | 100 | Monthly statistics | 08/08/2024",
            "ae_four_hour | 01/08/2024 | month | 0.7 | 70 | | Monthly statistics | 08/08/2024",
        ),
        sender="NET",
    )
    assert outcome.counts.accepted == 2
    assert {f[0]: f[2] for f in rules(world) if f[0].startswith("RV")} == {"RV03": 3, "RV04": 5}
    stored = world.query(
        "select organisation_code, value, source, is_reference from measurement.submitted_result where is_reference order by row_number"
    )
    assert stored[0] == {
        "organisation_code": "NATION",
        "value": 0.74,
        "source": "Monthly statistics (published 13 June 2024)",
        "is_reference": True,
    }


def test_only_the_office_sends_national_values(world):
    outcome = world.submit(table(REFERENCE, "ae_four_hour | 01/05/2024 | month | 0.74 | | | Monthly statistics | 13/06/2024"), sender="ZX1")
    assert outcome.state == "rejected"
    assert rules(world)[-1][0] == "RES1"


def test_a_replaced_result_whose_row_is_set_aside_is_told_with_its_row(world):
    world.submit(counts(*(f"ZX1 | ae_four_hour | 01/{month:02d}/2024 | month | 90 | 100" for month in range(1, 11))))
    rows = [f"ZX1 | ae_four_hour | 01/{month:02d}/2024 | month | {'101' if month == 6 else '91'} | 100" for month in range(1, 11)]
    manifest = {"mode": "replace period", "period_start": "2024-01-01", "period_end": "2024-10-31"}
    outcome = world.submit(counts(*rows), manifest=manifest)
    assert (outcome.state, outcome.counts.quarantined, outcome.counts.withdrawn) == ("accepted in part", 1, 1)
    [told] = world.query("select severity, row_number, advice from intake.finding where rule_id = 'PER2'")
    assert (told["severity"], told["row_number"]) == ("warn", None)
    assert "1 earlier result" in told["advice"] and "rows 7." in told["advice"]
