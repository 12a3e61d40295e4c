"""The receipt of a sheet whose rows are not records: it names the sender's own cells and rows, and advises only what it gives."""

import csv
import io
import json
import re
from html import unescape
from pathlib import Path

import pytest

from assets.check import CheckOutcome, ExitCode, check_file
from pipelines.cli.checking import show
from quality_checks.receipt import write_files
from tests.aggregate.test_reshaped_submissions import JULY, attendances, sheet
from tests.aggregate.test_submitted_results import counting

SUM = ["2024-05-01 | ZX1 | 1 | 100 | 20 | 9", "2024-05-01 | ZX2 | 1 | 50 | 0 | 9", "2024-05-01 | ZX1 | other | oops | 0 | 0"]


def plain(page: str) -> str:
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S)
    return " ".join(unescape(words).split())


def receipt_in(folder) -> dict[str, str]:
    """Files of a receipt by name; the page without its markup."""
    read = {path.name: path.read_text("utf-8-sig") for path in folder.iterdir()}
    return read | {"receipt.html": plain(read["receipt.html"])}


def lines(files: dict[str, str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["findings.csv"])))


def cell_of(content: bytes, address: str) -> str:
    column, row = re.fullmatch("([A-Z])([0-9]+)", address).groups()
    return list(csv.reader(io.StringIO(content.decode())))[int(row) - 1][ord(column) - ord("A")]


@pytest.fixture
def checked(settings, registry, tmp_path):
    """A look at a file before it is sent: what came of it, and its receipt."""

    def check(content: bytes, name: str = "summary_JulSep2024.csv"):
        (tmp_path / name).write_bytes(content)
        made = check_file(tmp_path / name, "NET", settings, registry).content
        folder = tmp_path / "receipt"
        folder.mkdir()
        write_files(made, folder)
        return made, receipt_in(folder)

    return check


def submitted(world, content: bytes, **more) -> dict[str, str]:
    outcome = world.submit(content, sender="NET", **more)
    return receipt_in(world.context.settings.outbox / "NET" / outcome.submission_id)


# ------------------------------------------------------------------------------------------------ teams as columns
def test_a_sheet_of_teams_through_the_landing_folder(world):
    content = sheet(scores="81.5 | x9", levels="A | TFP")
    files = submitted(world, content, manifest=JULY)
    speaks_of_columns(files["receipt.html"])
    advises_what_there_is(files)
    names_the_cells(content, files)


def advises_what_there_is(files):
    assert set(files) == {"findings.csv", "receipt.html", "receipt.json"}
    assert "annotated.xlsx" not in files["receipt.html"] + files["receipt.json"]
    assert "Correct the columns set aside in your file and drop it in your landing folder again" in files["receipt.html"]


def names_the_cells(content, files):
    """The cell, the sheet's own label of its row, and the team whose column it is."""
    told = [line for line in lines(files) if line["severity"] == "quarantine record"]
    assert told and {cell_of(content, line["cell"]) for line in told} == {"x9"}
    for line in told:
        assert line["field"] == cell_of(content, f"A{line['row']}") and line["cell"] == f"C{line['row']}"
        assert line["your_reference"] == "Exemplar 2 Hospitals"
        assert f"{line['cell']} ({line['field']}, Exemplar 2 Hospitals)" in files["receipt.html"]
    [group] = [g for g in json.loads(files["receipt.json"])["findings"] if g["rule"] == "FMT.value"]
    assert [f"C{row}" for row in group["rows"]] == group["cells"]


def speaks_of_columns(page):
    assert "1 of 2 columns was taken. 1 was set aside and can be corrected." in page
    assert "Columns set aside: 1 column" in page and "the good cells of their columns were" in page
    assert not re.search(r"\b[Rr]ows? [0-9]|\b300[0-9]\b|first line is row 1", page)


def test_a_column_without_a_team_is_told_once_by_the_cell_that_should_hold_it(checked):
    content = sheet(teams="Exemplar 1 Hospitals | ")
    files = checked(content)[1]
    told = {(line["cell"], line["field"]) for line in lines(files) if line["severity"] == "quarantine record"}
    [(address, label)] = told
    assert [line["cell"] for line in lines(files)].count(address) == 1
    assert (cell_of(content, address), cell_of(content, f"A{address[1:]}")) == ("", label)
    assert f"Cell {address} ({label})" in files["receipt.html"]


def test_the_command_that_checks_names_cells_too(checked, capsys):
    made, _ = checked(sheet(scores="81.5 | x9", levels="A | TFP"))
    show(CheckOutcome(made, ExitCode.IN_PART), Path("summary.csv"), None)
    said = " ".join(capsys.readouterr().out.split())
    assert "4 cells (C4 (SSNAP score, Exemplar 2 Hospitals), C6" in said and "3004" not in said


def test_a_row_of_a_transposed_sheet_that_nobody_knows_is_told_by_its_row(checked):
    files = checked(sheet() + b"Shoe size,1,2\r\n")[1]
    number = len(sheet().splitlines()) + 1
    [line] = [line for line in lines(files) if line["rule"] == "LAY6"]
    assert (line["row"], line["cell"]) == (str(number), "") and f"Row {number}" in files["receipt.html"]


def test_a_check_counts_columns_and_names_cells(checked):
    made, files = checked(sheet(scores="81.5 | x9", levels="A | TFP"))
    assert (made.counts.received, made.counts.taken, made.counts.quarantined) == (2, 1, 1)
    assert "1 of 2 columns would be taken" in files["receipt.html"] and "annotated.xlsx" not in files["receipt.html"]
    assert {cell_of(sheet(scores="81.5 | x9", levels="A | TFP"), line["cell"]) for line in lines(files)} == {"x9"}


# ------------------------------------------------------------------------------------------------ rows that are added up
def test_the_row_at_fault_is_told_with_its_cell_and_the_others_of_its_group_by_it(world):
    files = submitted(world, attendances(*SUM))
    told = {line["row"]: (line["rule"], line["field"], line["severity"]) for line in lines(files)}
    assert told == {"2": ("SUM3", "", "quarantine record"), "4": ("SUM2", "attendances", "quarantine record")}
    assert "added up with row 4" in files["receipt.html"] and "is empty, no number or below zero" in files["receipt.html"]
    assert "Rows set aside: 2 rows" in files["receipt.html"] and "Warnings" not in files["receipt.html"]
    assert "annotated.xlsx" not in files["receipt.html"] and counting(world) == {("ZX2", "2024-05-01"): 50}
    none = submitted(world, attendances(SUM[0], SUM[2]))
    assert "Not accepted" in none["receipt.html"] and {line["row"] for line in lines(none)} == {"2", "3"}


def test_a_cell_that_is_no_number_is_told_by_the_sheets_own_header_also_where_it_is_no_field(checked):
    files = checked(attendances(*SUM[:2], "2024-05-01 | ZX1 | other | 40 | n/a | 0"))[1]
    assert {line["row"]: line["field"] for line in lines(files)} == {"2": "", "4": "breaches"}


def test_a_row_sent_twice_sets_its_group_aside_and_nothing_else(checked):
    made, files = checked(attendances(*SUM[:2], SUM[0]))
    assert {(line["rule"], line["row"]) for line in lines(files)} == {("SUM1", "4"), ("SUM3", "2")}
    assert (made.counts.received, made.counts.taken, made.counts.quarantined) == (3, 1, 2)
