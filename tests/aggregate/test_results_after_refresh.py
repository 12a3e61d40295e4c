"""What submitted results look like once the refresh has run: value, interval, reason, national value."""

from tests.aggregate.conftest import table
from tests.aggregate.test_reshaped_submissions import JULY, sheet
from tests.aggregate.test_submitted_results import REFERENCE, counts

RESULT = """select organisation_code, value, reason, lower_95 is not null as has_interval from measurement.measure_result
    where measure_name = :measure and period_grain = :grain order by organisation_code"""


def test_a_score_has_its_value_or_its_reason_and_no_interval(world):
    world.submit(sheet(scores="81.5 | .", levels="A | TFP"), sender="NET", manifest=JULY)
    world.refresh()
    scores = [tuple(row.values()) for row in world.query(RESULT, measure="ssnap_score", grain="quarter")]
    assert scores == [("ZX1", 81.5, None, False), ("ZX2", None, "cannot be calculated", False)]
    levels = [tuple(row.values()) for row in world.query(RESULT, measure="ssnap_level", grain="quarter")]
    assert levels == [("ZX1", 5.0, None, False), ("ZX2", None, "too few patients to report", False)]


def test_counts_become_a_share_with_an_interval_and_are_pooled_over_members(world):
    world.submit(
        counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100", "ZX3 | ae_four_hour | 01/05/2024 | month | 30 | 60"), sender="NET"
    )
    world.refresh()
    found = {
        row["organisation_code"]: (row["value"], row["has_interval"]) for row in world.query(RESULT, measure="ae_four_hour", grain="month")
    }
    assert found == {"ZX1": (0.9, True), "ZX3": (0.5, True), "REG1": (0.9, True), "REG2": (0.5, True), "NET": (0.75, True)}


def test_a_national_value_that_comes_later_stands_beside_the_results(world):
    national = "select national_value, national_source from measurement.benchmark where organisation_code = 'ZX1' and measure_name = 'ae_four_hour'"
    world.submit(counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100"))
    world.refresh()
    assert [row["national_value"] for row in world.query(national)] == [None]
    reference = world.submit(
        table(REFERENCE, "ae_four_hour | 01/05/2024 | month | 0.74 | | | Monthly statistics | 13/06/2024"), sender="NET"
    )
    world.refresh()
    assert world.query(national) == [{"national_value": 0.74, "national_source": "Monthly statistics (published 13 June 2024)"}]
    from assets.submissions import withdraw

    withdraw(world.context, reference.submission_id, "test")
    world.refresh()
    assert [row["national_value"] for row in world.query(national)] == [None]


def test_a_withdrawn_result_leaves_no_result(world):
    from assets.submissions import withdraw

    outcome = world.submit(counts("ZX1 | ae_four_hour | 01/05/2024 | month | 90 | 100"))
    world.refresh()
    withdraw(world.context, outcome.submission_id, "test")
    world.refresh()
    assert world.query(RESULT, measure="ae_four_hour", grain="month") == []


def test_results_of_a_name_move_with_it(world):
    from assets.named_organisations import rehome
    from warehouse.organisations import add_alias

    world.submit(counts("Unknown | ae_four_hour | 01/05/2024 | month | 90 | 100"), sender="NET")
    world.refresh()
    with world.context.engine.begin() as connection:
        add_alias(connection, "Unknown", "ZX1")
        rehome(connection, world.context.registry)
    world.refresh()
    assert {row["organisation_code"] for row in world.query(RESULT, measure="ae_four_hour", grain="month")} == {"ZX1", "REG1", "NET"}
