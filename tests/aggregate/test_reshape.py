"""Sheets whose rows are not records: what becomes a record, what is received, what is set aside."""

from datetime import date

import pytest

from assets.reading.manifest import Manifest
from assets.reading.periods import named_period, stated_period
from assets.reading.reshape import Units, fits, reshape
from quality_checks.findings import FileRefused
from schemas.layouts import Column, GroupAndSum, Layout, Transpose, TransposedRow
from schemas.rules import Severity
from schemas.shared import shared_datasets

COUNTS, SCORES = shared_datasets()[:2]
WARDS = Layout(
    "wards",
    "measure_counts",
    columns=(
        Column("Month", "period_start"),
        Column("Org", "organisation"),
        Column("Ward", "ward"),
        Column("All", "denominator"),
        Column("Late", "late"),
    ),
    reshape=GroupAndSum(
        by=("organisation", "period_start"),
        sum=("denominator", "late"),
        constants=(("measure", "in_time"), ("grain", "month")),
        computed=(("numerator", "denominator", "late"),),
        unique=("organisation", "period_start", "ward"),
        ignored=("Beds",),
    ),
)
MARKS = Layout(
    "marks",
    "published_scores",
    columns=(),
    reshape=Transpose(
        rows=(
            TransposedRow("Kind:", field="organisation_group", is_numbered=True),
            TransposedRow("Team", field="organisation"),
            TransposedRow("Mark", measure="mark"),
            TransposedRow("Grade (after review)", measure="grade", is_level=True),
            TransposedRow("Share", measure="share", is_optional=True),
        ),
        reasons=((".", "cannot be calculated"), ("Few", "too few")),
        levels=(("A", "2"), ("B", "1")),
        constants=(("source", "The yearbook"),),
        period_name=r"(?P<first>[A-Z][a-z]{2})(?P<last>[A-Z][a-z]{2})(?P<year>20[0-9]{2})",
        ignored=("Remarks",),
    ),
)
HEADER = ["Month", "Org", "Ward", "Beds", "All", "Late"]
SHEET = [
    ["Kind:", "Large", "Large.1", "Small"],
    ["Team", "North", "South", "East"],
    ["Mark", "81.5", ".", ""],
    ["Grade \n(after review)", "A", "Few", "B"],
    ["Remarks", "x", "y", "z"],
    ["A - 2 teams", "", "", ""],
]
JULY = Manifest(period_start=date(2024, 7, 1), period_end=date(2024, 9, 30))


def summed(*rows):
    return reshape([HEADER, *rows], WARDS, COUNTS)


def aside(made):
    """Rule, row and field of the findings, all of which set a row aside."""
    assert {f.severity for f in made.findings} == {Severity.QUARANTINE_RECORD}
    return [(f.rule_name, f.row_number, f.field_name) for f in made.findings]


def test_rows_of_a_group_become_one_record_named_by_its_first_row():
    made = summed(
        ["01/05/2024", "R1", "a", "9", "10", "1"], ["01/05/2024", "R2", "a", "9", "7", "0"], ["01/05/2024", "R1", "b", "9", "30", "4"]
    )
    assert list(made.text.index) == [2, 3]
    assert made.text.loc[2, ["organisation", "period_start", "measure", "grain"]].tolist() == ["R1", "01/05/2024", "in_time", "month"]
    assert made.text.loc[2, ["numerator", "denominator"]].tolist() == ["35", "40"]
    assert made.received_count == 3
    assert made.units.of_record == {2: (2, 4), 3: (3,)}


def test_blank_rows_are_not_received_and_row_numbers_are_those_of_the_file():
    made = reshape([["The ward list"], [], HEADER, [], ["01/05/2024", "R1", "a", "", "10", "1"], ["", None]], WARDS, COUNTS)
    assert (made.received_count, list(made.text.index)) == (1, [5])


@pytest.mark.parametrize("cell", ["", "n/a", "-3", "1e999x", "NaN", "1,000"])
def test_no_record_is_made_of_a_group_with_a_cell_that_cannot_be_added_and_each_of_its_rows_is_told(cell):
    made = summed(
        ["01/05/2024", "R1", "a", "", "10", "1"], ["01/05/2024", "R1", "b", "", cell, "1"], ["01/05/2024", "R2", "a", "", "5", "1"]
    )
    assert made.text["numerator"].to_dict() == {4: "4"}
    assert aside(made) == [("what_is_summed_is_a_number", 3, "denominator"), ("all_rows_of_a_sum_can_be_added", 2, None)]
    assert "added up with row 3" in made.findings[1].advice
    assert made.units.count({4: "accepted"}, made.units.set_aside({2: ("SUM3",), 3: ("SUM2",)}))["quarantined"] == 2


def test_a_row_sent_twice_is_not_added_twice():
    made = summed(["01/05/2024", "R1", "a", "", "10", "1"], ["01/05/2024", "R1", "a", "", "10", "1"])
    assert made.text.empty
    assert aside(made) == [("no_row_is_sent_twice", 3, None), ("all_rows_of_a_sum_can_be_added", 2, None)]


def test_decimals_are_added_exactly():
    made = summed(["01/05/2024", "R1", "a", "", "0.1", "0"], ["01/05/2024", "R1", "b", "", "0.2", "0"])
    assert made.text.loc[2, "denominator"] == "0.3"


def test_an_unknown_column_is_told_by_its_place_never_by_its_header():
    made = reshape([[*HEADER, "Mrs Smith"], ["01/05/2024", "R1", "a", "", "10", "1"]], WARDS, COUNTS)
    assert [f.rule_name for f in made.findings] == ["every_column_is_known"]
    assert "Column 7" in made.findings[0].advice and "Smith" not in made.findings[0].advice


def test_a_sheet_without_a_needed_column_is_refused():
    assert not fits([["Month", "Org", "All"]], WARDS)
    with pytest.raises(FileRefused, match="'Ward'"):
        reshape([["Month", "Org", "All"]], WARDS, COUNTS)


def test_each_cell_of_a_measure_becomes_a_record_named_by_its_place():
    made = reshape(SHEET, MARKS, SCORES, JULY)
    shown = made.text[["organisation", "organisation_group", "measure", "value", "level", "reason"]]
    assert {number: tuple(row) for number, row in zip(shown.index, shown.to_numpy(), strict=True)} == {
        2003: ("North", "Large", "mark", "81.5", None, None),
        2004: ("North", "Large", "grade", "2", "A", None),
        3003: ("South", "Large", "mark", None, None, "cannot be calculated"),
        3004: ("South", "Large", "grade", None, "Few", "too few"),
        4004: ("East", "Small", "grade", "1", "B", None),
    }
    assert set(made.text["period_start"]) == {"01/07/2024"} and set(made.text["grain"]) == {"quarter"}
    assert made.received_count == 3 and made.units.every == (2, 3, 4) and not made.findings


def test_a_record_leads_to_the_sheets_own_cell_and_an_attribute_to_the_cell_that_tells_it():
    cells = reshape([["", "Results"], *(["", *row] for row in SHEET)], MARKS, SCORES, JULY).cells
    shown = {
        (number, name): (c.address, c.label, c.name)
        for number, name in [(3005, "value"), (5005, "organisation"), (4004, None)]
        if (c := cells.cell(number, name))
    }
    assert shown == {
        (3005, "value"): ("C5", "Grade (after review)", "North"),
        (5005, "organisation"): ("E3", "Team", "East"),
        (4004, None): ("D4", "Mark", "South"),
    }
    assert cells.cell(7, None) is None


def test_a_column_without_an_organisation_is_received_and_its_records_lack_the_name():
    made = reshape([[*row, extra] for row, extra in zip(SHEET, ["", "", "70", "A", "", ""], strict=True)], MARKS, SCORES, JULY)
    assert made.received_count == 4
    assert made.text.loc[[5003, 5004], "organisation"].tolist() == [None, None]


def test_a_text_that_is_not_declared_is_kept_as_it_is_and_gets_no_reason():
    made = reshape([*SHEET[:2], ["Mark", "n/k", "1", "2"], ["Grade (after review)", "Z", "A", "B"]], MARKS, SCORES, JULY)
    assert made.text.loc[2003, ["value", "reason"]].tolist() == ["n/k", None]
    assert made.text.loc[2004, ["value", "level", "reason"]].tolist() == [None, "Z", None]


def test_a_percentage_is_a_share():
    made = reshape([*SHEET[:4], ["Share", "31%", "0.5", "100 %"]], MARKS, SCORES, JULY)
    assert made.text.loc[[2005, 3005, 4005], "value"].tolist() == ["0.31", "0.5", "1"]


def test_an_unknown_row_with_cells_is_told_and_a_footer_passed_over():
    made = reshape([*SHEET, ["Mr Jones", "1", "2", "3"]], MARKS, SCORES, JULY)
    assert [(f.rule_name, f.row_number) for f in made.findings] == [("every_labelled_row_is_known", 7)]
    assert "Jones" not in made.findings[0].advice


def test_a_missing_measure_is_told_a_missing_organisation_row_refuses():
    made = reshape([row for row in SHEET if row[0] != "Mark"], MARKS, SCORES, JULY)
    assert [f.rule_name for f in made.findings] == ["the_rows_of_the_layout_are_there"]
    with pytest.raises(FileRefused, match="'Team'"):
        reshape([row for row in SHEET if row[0] != "Team"], MARKS, SCORES, JULY)


def test_a_label_in_two_rows_refuses():
    with pytest.raises(FileRefused, match="every_label_stands_once"):
        reshape([*SHEET, ["Mark", "1", "2", "3"]], MARKS, SCORES, JULY)


def test_labels_may_stand_in_the_second_column_below_a_title():
    made = reshape([["", "Results"], *(["", *row] for row in SHEET)], MARKS, SCORES, JULY)
    assert list(made.text.index) == [3004, 3005, 4004, 4005, 5005]


def test_the_period_is_the_manifests_else_the_file_names_else_the_sheet_is_refused():
    assert set(reshape(SHEET, MARKS, SCORES, None, "scores_OctDec2019.csv").text["period_start"]) == {"01/10/2019"}
    assert set(reshape(SHEET, MARKS, SCORES, JULY, "scores_OctDec2019.csv").text["period_start"]) == {"01/07/2024"}
    with pytest.raises(FileRefused, match="the_period_of_the_sheet_is_known") as refused:
        reshape(SHEET, MARKS, SCORES, Manifest(), "Smith.csv")
    assert refused.value.received_count == 3 and "Smith" not in str(refused.value)


@pytest.mark.parametrize(
    ("start", "end", "grain"),
    [
        (date(2024, 2, 1), date(2024, 2, 29), "month"),
        (date(2024, 10, 1), date(2024, 12, 31), "quarter"),
        (date(2024, 1, 1), date(2024, 12, 31), "year"),
        (date(2024, 2, 1), date(2024, 2, 28), None),
        (date(2024, 2, 1), date(2024, 4, 30), None),
        (date(2024, 4, 1), date(2024, 7, 31), None),
        (date(2024, 4, 2), date(2024, 5, 1), None),
    ],
)
def test_a_manifests_period_is_a_whole_month_quarter_or_year(start, end, grain):
    assert stated_period(Manifest(period_start=start, period_end=end)) == (grain and (start, grain))


def test_a_file_name_tells_whole_quarters_only():
    pattern = MARKS.reshape.period_name
    assert named_period("JanMar2015.csv", pattern) == (date(2015, 1, 1), "quarter")
    assert named_period("AprJul2016.csv", pattern) is None
    assert named_period("XxxYyy2016.csv", pattern) is None
    assert named_period(None, pattern) is None


def test_every_unit_gets_exactly_one_outcome_the_worst_of_its_records():
    units = Units(every=(2, 3, 4, 5), of_record={2001: (2,), 2002: (2,), 3001: (3,), 4001: (4,)})
    counts = units.count({2001: "accepted", 2002: "quarantined", 3001: "unchanged", 4001: "accepted"})
    assert counts == {"quarantined": 1, "accepted": 1, "unchanged": 2, "out of scope": 0}
    assert units.touched_by([2001, 2002, 4001]) == 2
    assert units.set_aside({2001: ("A",), 2002: ("B", "A"), 3001: ("C",)}) == {2: ("A", "B"), 3: ("C",)}
