"""A row of which a cell was lost or added is told as that, once, and none of its cells as wrong; no other row is."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import openpyxl
import pytest

from assets.reading import read_file, typed
from assets.simulate import csv_bytes, defect_names, made_up_sites, simulate
from assets.work import told
from quality_checks.validate import validate
from tests.hostile.samples import SAMPLES, table
from tests.reading.test_shifted import LETTERS, rows_of
from tests.world import World, wrist

ROW = 7  # of the file, of which the header is row 1
# (dataset, share of the row after which the cell was lost or added)
PLACES = [(name, share) for name in SAMPLES for share in (0, 0.3, 0.55)]


def with_one(sample, way: str, place: int) -> bytes:
    """The good rows, of which one has lost the cell at ``place``, or has an empty one more there."""
    rows = rows_of(sample)
    row = rows[ROW - 2]
    rows[ROW - 2] = [*row[:place], *row[place + 1 :], ""] if way == "left" else [*row[:place], "", *row[place:-1]]
    return table(sample.headers, rows)


def read_of(registry, sample, content: bytes):
    read = read_file(content, ".csv", registry, dataset=sample.dataset, sender_code="ZX1")
    return typed(read)[0]


@pytest.mark.parametrize("way", ["left", "right"])
@pytest.mark.parametrize(("dataset", "share"), PLACES)
def test_the_side_and_the_first_column_that_surely_moved(registry, dataset, share, way):
    sample = SAMPLES[dataset]
    place = int(share * len(sample.headers))
    [finding] = [f for f in read_of(registry, sample, with_one(sample, way, place)).findings if f.rule_id == "F23"]
    assert finding.row_number == ROW and f"one column to the {way} of their headers" in finding.advice
    first = LETTERS[re.match("From column ([A-Z]+) on", finding.advice)[1]]
    assert place <= first and finding.field_name is not None
    assert f"a cell was {'added' if way == 'right' else 'lost'} on the way there" in finding.advice


def test_in_a_workbook_with_real_dates_too(registry):
    sample = SAMPLES["hip_fracture"]
    book = openpyxl.Workbook()
    book.active.append(list(sample.headers))
    for number, row in enumerate(rows_of(sample), start=2):
        cells = [datetime.strptime(cell, "%d/%m/%Y") if re.fullmatch(r"\d\d/\d\d/\d{4}", cell) else cell for cell in row]
        book.active.append([*cells[:9], None, *cells[9:-1]] if number == ROW else cells)
    book.save(made := io.BytesIO())
    read = read_file(made.getvalue(), ".xlsx", registry, dataset=sample.dataset, sender_code="ZX1")
    [finding] = [f for f in typed(read)[0].findings if f.rule_id == "F23"]
    assert finding.row_number == ROW and "one column to the right" in finding.advice


@pytest.mark.parametrize("dataset", SAMPLES)
def test_a_row_with_wrong_cells_here_and_there_has_not_shifted(registry, dataset):
    sample = SAMPLES[dataset]
    rows = rows_of(sample)
    for step, row in enumerate(rows, start=2):
        rows[step - 2] = ["?" if i % (step + 1) == step else cell for i, cell in enumerate(row)]
    assert [
        f for f in read_of(registry, sample, table(sample.headers, rows[:6] + rows_of(sample)[6:])).findings if f.rule_id == "F23"
    ] == []


def test_of_thousands_of_rows_with_every_defect_only_those_that_shifted_are_told(registry):
    hip = registry.pathway("hip_fracture")
    made = simulate(
        hip,
        made_up_sites(5, hip.simulation, seed=1),
        date(2023, 1, 1),
        date(2023, 5, 31),
        seed=5,
        count=2500,
        as_of=date(2023, 6, 15),
        defects=dict.fromkeys(defect_names(hip), 0.01),
    )
    read = read_file(csv_bytes(made.table), ".csv", registry, dataset=hip.case_dataset.name, sender_code="ZAA", manifest=None)
    read, conformed = typed(read)
    found = {f.row_number for f in read.findings if f.rule_id == "F23"}
    planted = {one.row_number for one in made.planted if one.defect == "shifted_columns"}
    assert found <= planted and len(found) > 0.9 * len(planted)
    verdict = validate(conformed, hip.case_dataset, 1, datetime(2023, 6, 20, tzinfo=UTC))
    every = told(read, verdict.findings)
    assert {f.rule_id for f in every if f.row_number in found} == {"F23"}
    assert len(every) < len(verdict.findings), "which told of each of their cells"


def test_whose_row_it_is_is_still_read_so_a_replaced_period_withdraws_nothing_of_them(context, demo_organisations):
    world = World(context)
    world.submit([wrist(n) for n in range(1, 11)])
    rows = [list(wrist(n).values()) for n in range(1, 11)]
    rows[0] = [*rows[0][:5], "", *rows[0][5:-1]]
    manifest = {"mode": "replace period", "period_start": "2024-01-01", "period_end": "2024-01-31", "organisation": "ZX1"}
    outcome = world.submit(table(list(wrist(1)), rows), manifest=manifest)
    assert (outcome.counts.quarantined, outcome.counts.withdrawn, outcome.finding_counts["F23"]) == (1, 0, 1)
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 10}]
