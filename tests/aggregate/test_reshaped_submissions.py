"""Sheets whose rows are not records, through the landing folder: every row or column of the file gets exactly one outcome."""

import pytest

from tests.aggregate.conftest import table
from tests.aggregate.test_submitted_results import counting, rules

ATTENDANCES = "period | org_code | type | attendances | breaches | admissions"
JULY = {"period_start": "2024-07-01", "period_end": "2024-09-30"}


def attendances(*rows: str) -> bytes:
    return table(ATTENDANCES, *rows)


def sheet(*, scores: str = "81.5 | 60.2", levels: str = "A | C", teams: str = "Exemplar 1 Hospitals | Exemplar 2 Hospitals") -> bytes:
    """A scoring summary of two teams: all its rows, with the same cells for each total and domain."""
    from schemas.registry import load_registry

    rows = load_registry().layouts["ssnap_scoring_summary"].reshape.rows
    names = {
        "organisation_group": "Routinely admitting team | Routinely admitting team.1",
        "parent_organisation": "T | T",
        "organisation": teams,
    }
    cells = [(row, names[row.field] if row.field else levels if row.is_level else scores) for row in rows if not row.is_optional]
    return table(*(f"{row.label} | {text}" for row, text in cells), "A - 1 teams (50%) | | ")


def test_departments_are_summed_and_every_row_is_accepted(world):
    outcome = world.submit(
        attendances("2024-05-01 | ZX1 | 1 | 100 | 20 | 9", "2024-05-01 | ZX2 | 1 | 50 | 0 | 9", "2024-05-01 | ZX1 | other | 40 | 0 | 0"),
        sender="NET",
    )
    assert (outcome.state, outcome.counts.received, outcome.counts.accepted) == ("accepted", 3, 3)
    assert counting(world) == {("ZX1", "2024-05-01"): 120, ("ZX2", "2024-05-01"): 50}


def test_a_bad_cell_sets_its_whole_group_aside(world):
    outcome = world.submit(
        attendances("2024-05-01 | ZX1 | 1 | 100 | 20 | 9", "2024-05-01 | ZX2 | 1 | 50 | 0 | 9", "2024-05-01 | ZX1 | other | n/a | 0 | 0"),
        sender="NET",
    )
    assert (outcome.state, outcome.counts.received, outcome.counts.accepted, outcome.counts.quarantined) == ("accepted in part", 3, 1, 2)
    assert [row["row_number"] for row in world.query("select row_number from intake.quarantined_row order by 1")] == [2, 4]
    assert rules(world) == [("SUM3", "quarantine record", 2), ("SUM2", "quarantine record", 4)]
    assert counting(world) == {("ZX2", "2024-05-01"): 50}


def test_a_file_sent_again_with_one_row_changed_changes_its_group_only(world):
    rows = ["2024-05-01 | ZX1 | 1 | 100 | 20 | 9", "2024-05-01 | ZX1 | other | 40 | 0 | 0", "2024-05-01 | ZX2 | 1 | 50 | 0 | 9"]
    world.submit(attendances(*rows), sender="NET")
    outcome = world.submit(attendances(*rows[:2], "2024-05-01 | ZX2 | 1 | 50 | 1 | 9"), sender="NET")
    assert (outcome.counts.accepted, outcome.counts.unchanged) == (1, 2)


def test_a_sheet_of_teams_gives_each_column_one_outcome(world):
    outcome = world.submit(sheet(), sender="NET", manifest=JULY)
    assert (outcome.state, outcome.counts.received, outcome.counts.accepted) == ("accepted", 2, 2)
    stored = world.query(
        "select value, level_code from measurement.submitted_result where measure_name = 'ssnap_level' order by row_number"
    )
    assert [tuple(row.values()) for row in stored] == [(5.0, "A"), (3.0, "C")]


@pytest.mark.parametrize(("given", "rule"), [({"levels": "A | Z"}, "PS04"), ({"scores": "81.5 | n/k"}, "FMT.value")])
def test_a_cell_that_is_no_level_and_no_reason_sets_its_column_aside_and_keeps_its_other_cells(world, given, rule):
    outcome = world.submit(sheet(**given), sender="NET", manifest=JULY)
    assert (outcome.state, outcome.counts.received, outcome.counts.accepted, outcome.counts.quarantined) == ("accepted in part", 2, 1, 1)
    aside = world.query("select row_number, rule_ids from intake.quarantined_row")
    assert [row["row_number"] for row in aside] == [3] and rule in aside[0]["rule_ids"]
    assert {code for code, _ in counting(world)} == {"ZX1", "ZX2"}


def test_a_column_without_a_team_is_set_aside(world):
    outcome = world.submit(sheet(teams="Exemplar 1 Hospitals | "), sender="NET", manifest=JULY)
    assert (outcome.counts.received, outcome.counts.quarantined) == (2, 1)
    assert {code for code, _ in counting(world)} == {"ZX1"}


def test_a_sheet_whose_period_nobody_tells_is_refused(world):
    outcome = world.submit(sheet(), sender="NET", name="summary.csv")
    assert (outcome.state, outcome.counts.received) == ("rejected", 2)
    assert [rule for rule, *_ in rules(world)] == ["PER1"]


def test_a_corrected_sheet_changes_only_what_it_corrects(world):
    world.submit(sheet(), sender="NET", manifest=JULY)
    outcome = world.submit(sheet(scores="81.5 | 61"), sender="NET", manifest=JULY)
    assert (outcome.counts.accepted, outcome.counts.unchanged) == (1, 1)
    corrected = "select value from measurement.submitted_result where organisation_code = 'ZX2' and measure_name = 'ssnap_score' order by arrival_number"
    assert [row["value"] for row in world.query(corrected)] == [60.2, 61.0]
