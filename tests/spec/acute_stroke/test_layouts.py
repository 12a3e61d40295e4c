"""The audit's files are read as their layouts say: the import by position, the export by name; nothing is dropped."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from assets.reading import conform, read_file
from assets.reading.manifest import Manifest
from assets.templates import write_template
from quality_checks.findings import FileRefused
from schemas.datasets import Dataset
from schemas.fields import Identifier, Kind
from schemas.pathways.acute_stroke.columns import EXPORT_COLUMNS, IMPORT_COLUMNS
from schemas.pathways.acute_stroke.naming import name_of
from schemas.registry import load_registry
from tests.reading.files import csv_bytes, xlsx_bytes
from tests.spec.acute_stroke.files import CARRIED, EXPORT, as_export, row, rows

SPECIFICATION = Path(__file__).resolve().parents[3].parent / "shared/data/ssnap"
TEAM = Manifest(team="SSNAP121")
QUESTIONS = [f"Question {i}" for i in range(1, 345)]


@pytest.fixture(scope="module")
def registry():
    return load_registry()


@pytest.fixture(scope="module")
def dataset(registry) -> Dataset:
    return registry.dataset("acute_stroke")


def read(registry, content: bytes, suffix: str = ".csv", manifest: Manifest | None = TEAM, dataset: str | None = "acute_stroke"):
    return read_file(content, suffix, registry, dataset=dataset, sender_code="RXX", manifest=manifest)


def refusal(registry, content: bytes, **more):
    with pytest.raises(FileRefused) as caught:
        read(registry, content, **more)
    (finding,) = caught.value.findings
    return finding


# ------------------------------------------------------------------------------------------------ the list of columns
def _listed() -> list[dict]:
    path = SPECIFICATION / "ssnap_fields_v5.0.0.csv"
    if not path.is_file():
        pytest.skip("the audit's list of fields is not beside the checkout")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_import_has_every_position_whatever_the_lists_flag_says():
    numbered = {int(line["field_no"]): line["field_name"] for line in _listed() if line["field_no"].isdigit()}
    assert tuple(numbered[i] for i in range(1, 345)) == IMPORT_COLUMNS
    assert not {IMPORT_COLUMNS[i - 1] for i in (110, 131, 156)} - {
        "S2IAIReasonNo",
        "S2IAIProcedureNotCompletedReason",
        "S2AcuteBPLoweringTreatmentDateTime",
    }


def test_the_export_has_the_others():
    assert {line["field_name"] for line in _listed() if not line["field_no"].isdigit()} == set(EXPORT_COLUMNS)


def test_the_header_of_the_specifications_own_example_names_the_columns_in_order():
    found = sorted(SPECIFICATION.glob("ssnap_import_spec*.xlsx"))
    if not found:
        pytest.skip("the import specification is not beside the checkout")
    sheet = openpyxl.load_workbook(found[0], read_only=True).worksheets[1]
    header = next(cells for cells in sheet.iter_rows(values_only=True) if cells and cells[0] == "ImportIdentifier")
    differ = {(ours, theirs) for ours, theirs in zip(IMPORT_COLUMNS, header, strict=False) if ours != theirs}
    assert len([h for h in header if h]) == 344 and differ <= {("S7TransferTeamCode", "S7TransferHospitalCode")}


def test_names_follow_their_headers_and_fit_the_database(dataset):
    every = (*IMPORT_COLUMNS, *EXPORT_COLUMNS)
    assert [(f.header, f.name) for f in dataset.fields] == [(h, name_of(h)) for h in dict.fromkeys(("TeamCode", *every))]
    names = [item.name for item in (*dataset.fields, *dataset.derived)]
    assert len(set(names)) == len(names) and max(map(len, names)) <= 63
    assert all(name == name.lower() and name.replace("_", "").isalnum() for name in names)


# ------------------------------------------------------------------------------------------------ by position
@pytest.mark.parametrize("header", [IMPORT_COLUMNS, QUESTIONS], ids=["the audit's names", "any text"])
@pytest.mark.parametrize("container", [(csv_bytes, ".csv"), (xlsx_bytes, ".xlsx")], ids=["csv", "xlsx"])
def test_every_position_is_read_and_nothing_is_dropped(registry, dataset, header, container):
    make, suffix = container
    done = read(registry, make([list(header), *rows(5, **CARRIED)]), suffix)
    assert (done.layout.name, done.received_count) == ("acute_stroke_import", 5)
    assert len(done.present_fields) == 345  # and the team
    frame = conform(done).frame
    assert {name: frame[name].tolist()[0] for name in CARRIED} == CARRIED
    assert frame["clock_start_at"].tolist() == [datetime(2025, 3, 3, 9, 0)] * 5
    assert frame["team_code"].tolist() == ["SSNAP121"] * 5 and frame["nihss_arrival_total"].tolist() == [8.0] * 5
    assert frame["s2_brain_imaging_modality"].tolist() == ["NCCT"] * 5  # position 173


def test_a_header_that_tells_nothing_is_told_once(registry):
    told = [f.advice for f in read(registry, csv_bytes([QUESTIONS, *rows(3)])).findings if f.rule_id == "F33"]
    assert told == ["The header does not name the columns; all were read by their places. Check that none was added, lost or moved."]


def test_a_header_that_differs_in_places_is_told_where(registry):
    header = [*IMPORT_COLUMNS[:22], "Arrival?", *IMPORT_COLUMNS[23:291], "S7TransferHospitalCode", *IMPORT_COLUMNS[292:]]
    done = read(registry, csv_bytes([header, *rows(3)]))
    told = [f for f in done.findings if f.rule_id == "F33"]
    assert [f.field_name for f in told] == ["s1_first_arrival_at"] and "Arrival?" not in told[0].advice
    assert done.layout.name == "acute_stroke_import" and conform(done).frame["s7_transfer_team_code"].isna().all()


def test_names_in_another_order_win_over_places(registry):
    done = read(registry, csv_bytes([IMPORT_COLUMNS[::-1], *(cells[::-1] for cells in rows(3))]))
    frame = conform(done).frame
    assert done.layout.name == "acute_stroke_standard" and frame["clock_start_at"].notna().all()
    assert frame["s1_gender"].tolist() == ["F"] * 3


def test_an_inserted_column_does_no_harm_where_the_header_names_the_columns(registry):
    table = [[*line[:40], "x", *line[40:]] for line in ([*IMPORT_COLUMNS], *rows(3))]
    done = read(registry, csv_bytes(table))
    assert done.layout.name == "acute_stroke_standard" and conform(done).frame["s7_discharge_type"].tolist() == ["H"] * 3
    assert [f.rule_id for f in done.findings if f.rule_id == "F31"] == ["F31"]


def test_an_inserted_column_is_refused_where_it_does_not(registry):
    table = [[*line[:40], "x", *line[40:]] for line in (QUESTIONS, *rows(3))]
    finding = refusal(registry, csv_bytes(table))
    assert finding.rule_id == "F11" and "there must be 344, and there are 345" in finding.advice


@pytest.mark.parametrize(("added", "lost"), [(0, 30), (30, 100), (70, 300), (0, 343)])
def test_a_column_added_and_another_lost_is_refused(registry, added, lost):
    def shifted(line):
        return [*line[:added], "x", *line[added:lost], *line[lost + 1 :]]

    finding = refusal(registry, csv_bytes([QUESTIONS, *map(shifted, rows(3))]))
    said = {"F11": "their cells do not fit their places", "F19": "the values stand one column to the"}
    assert said[finding.rule_id] in finding.advice


def test_a_file_without_a_header_is_refused(registry):
    assert refusal(registry, csv_bytes(rows(4))).rule_id == "F11"


def test_without_a_team_the_file_says_where_to_name_it(registry):
    finding = refusal(registry, csv_bytes([IMPORT_COLUMNS, *rows(2)]), manifest=None)
    assert finding.rule_id == "F15" and "folder" in finding.advice and "manifest" in finding.advice


def test_the_dataset_is_told_from_the_file(registry):
    assert read(registry, csv_bytes([IMPORT_COLUMNS, *rows(2)]), dataset=None).dataset.name == "acute_stroke"
    assert read(registry, csv_bytes([QUESTIONS, *rows(2)]), dataset=None).dataset.name == "acute_stroke"


def test_a_column_of_teams_is_taken_where_there_is_one(registry):
    named = ("SiteCode", *IMPORT_COLUMNS)
    done = read(registry, csv_bytes([named, ["121", *row()], ["c012", *row(serial=2)], ["RXX01", *row(serial=3)]]), manifest=None)
    frame = conform(done).frame
    assert frame["team_code"].tolist() == ["SSNAP121", "SSNAPC012", "RXX01"]
    assert frame["is_community_team"].tolist() == [False, True, False]


# ------------------------------------------------------------------------------------------------ by name, as exported
def test_an_export_is_read_with_its_own_dates(registry):
    told = {
        "pro_clin_v1_id": "501",
        "team_code": "121",
        "locked_s1": "1",
        "locked_s2": "TRUE",
        "locked_s3": "TRUE",
        "locked_s1_at": "04/04/2025 09:30",
    }
    done = read(registry, csv_bytes([EXPORT, *(as_export(row(EXPORT, serial, **told)) for serial in (1, 2))]), manifest=None)
    frame = conform(done).frame
    assert done.layout.name == "acute_stroke_export" and not conform(done).problems
    assert frame["locked_s1_at"].tolist() == [datetime(2025, 4, 4, 9, 30)] * 2
    assert frame["is_locked_to_72h"].tolist() == [True, True] and frame["is_locked_to_discharge"].tolist() == [False, False]
    assert frame["clock_start_at"].tolist() == [datetime(2025, 3, 3, 9, 0)] * 2


def test_the_same_columns_with_british_dates_are_the_standard_layout(registry):
    done = read(registry, csv_bytes([EXPORT, row(EXPORT, 1, pro_clin_v1_id="501", team_code="121")]), manifest=None)
    assert done.layout.name == "acute_stroke_standard" and not conform(done).problems


# ------------------------------------------------------------------------------------------------ cells
def test_a_box_that_is_not_ticked_says_no_and_a_missing_column_says_nothing(registry):
    headers = tuple(h for h in IMPORT_COLUMNS if h != "S2BrainImagingTimeNotEntered")
    frame = conform(read(registry, csv_bytes([headers, row(headers), row(headers, 2, s2_brain_imaging_not_performed="1")]))).frame
    assert frame["s2_brain_imaging_not_performed"].tolist() == [False, True]
    assert frame["s2_brain_imaging_time_not_entered"].tolist() == [None, None]
    assert frame["locked_s1"].tolist() == [None, None]


def test_a_day_without_its_time_is_read_as_its_midnight(registry):
    done = conform(
        read(registry, csv_bytes([IMPORT_COLUMNS, row(s1_first_arrival_at="03/03/2025", s1_first_arrival_time_not_entered="TRUE")]))
    )
    assert done.frame["s1_first_arrival_at"].tolist() == [datetime(2025, 3, 3)] and not done.problems
    assert done.frame["clock_start_at"].isna().all() and done.frame["clock_start_on"].tolist() == [datetime(2025, 3, 3)]


@pytest.mark.parametrize("header", [IMPORT_COLUMNS, QUESTIONS], ids=["the audit's names", "any text"])
def test_real_dates_and_numbers_of_a_workbook(registry, header):
    def real(cell):
        for form in ("%d/%m/%Y %H:%M", "%d/%m/%Y"):
            try:
                return datetime.strptime(cell, form)
            except ValueError:
                continue
        return {"TRUE": True}.get(cell, int(cell) if cell.isdigit() and len(cell) < 4 else cell)

    carried = {"s8_living": "home", "s4_mood_screened_on": "10/03/2025"}
    done = read(registry, xlsx_bytes([list(header), *[list(map(real, cells)) for cells in rows(3, **carried)]]), ".xlsx")
    typed = conform(done)
    assert done.layout.name == "acute_stroke_import" and not typed.problems
    assert typed.frame["clock_start_at"].tolist() == [datetime(2025, 3, 3, 9, 0)] * 3 and typed.frame["age_years"].tolist() == [76.0] * 3
    assert typed.frame["s4_mood_screened_on"].tolist() == [datetime(2025, 3, 10)] * 3


def test_nihss_items_not_known_are_numbers(registry):
    frame = conform(read(registry, csv_bytes([IMPORT_COLUMNS, row(s2_nihss_arrival_visual="-1")]))).frame
    assert frame["s2_nihss_arrival_visual"].tolist() == [-1.0] and np.isnan(frame["nihss_arrival_total"]).all()


# ------------------------------------------------------------------------------------------------ privacy and templates
def test_what_identifies_is_classed(dataset):
    classed = {f.name: f.identifies for f in dataset.fields if not f.is_stored and f.identifies is not Identifier.STAFF}
    assert classed == {
        "import_identifier": Identifier.LOCAL_PATIENT_IDENTIFIER, "s1_hospital_number": Identifier.LOCAL_PATIENT_IDENTIFIER,
        "s1_nhs_number": Identifier.NHS_NUMBER, "s1_surname": Identifier.NAME, "s1_forename": Identifier.NAME, "s1_birth_on": Identifier.BIRTH_DATE,
        "s1_postcode_in": Identifier.POSTCODE, "s1_cad_number": Identifier.LOCAL_PATIENT_IDENTIFIER,
    }  # fmt: skip
    assert {f.header for f in dataset.fields if f.identifies is Identifier.STAFF} == {h for h in EXPORT_COLUMNS if h.endswith("UserName")}


def test_the_template_filled_in_is_taken(registry, dataset, tmp_path):
    text, workbook = write_template(dataset, tmp_path, registry)
    headers = tuple(next(csv.reader(text.open(encoding="utf-8-sig", newline=""))))
    assert headers == tuple(f.header for f in dataset.fields)
    book = openpyxl.load_workbook(workbook)
    for position, cell in enumerate(row(headers, team_code="121"), start=1):
        book["Records"].cell(3, position).value = cell or None
    book.save(workbook)
    done = read(registry, workbook.read_bytes(), ".xlsx", manifest=None)
    assert done.received_count == 1 and not conform(done).problems
    assert conform(done).frame["team_code"].tolist() == ["SSNAP121"]


def test_every_field_tells_its_question(dataset):
    asked = [f for f in dataset.fields if f.header[0] == "S" and f.header[1].isdigit() and not f.header.endswith("Status")]
    assert not [f.name for f in asked if not f.description[0].isdigit()]
    assert not [f.name for f in dataset.fields if f.kind is Kind.CODE and not f.codes]
