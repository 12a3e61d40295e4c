"""``generate``: files in the layout in which they are usually sent, a file a team where the layout has no column for it, and ``check`` takes them."""

from __future__ import annotations

import csv
import json

import pytest
from openpyxl import load_workbook

from assets.simulate import defect_names
from pipelines.cli.main import run
from schemas.pathways.acute_stroke.columns import EXPORT_COLUMNS, IMPORT_COLUMNS
from schemas.registry import load_registry

STROKES = ("generate", "acute_stroke", "--sender", "ZQA", "--from", "2023-01-01", "--to", "2023-03-31", "--rows", "60")
TEAMS = ("--site", "SSNAP700", "--site", "SSNAP701")


def header_and_rows(path) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(path.open(encoding="utf-8", newline=""))
    return header, rows


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Generates into a folder of its own; the CSV files, in order of their names."""
    monkeypatch.setenv("COMMON_CAUSE_HOME", str(tmp_path / "home"))

    def generate(*arguments: str):
        folder = tmp_path / str(len(list(tmp_path.glob("*"))))
        assert run([*arguments, "--out", str(folder)]) == 0
        return sorted(folder.glob("*.csv"))

    return generate


def test_the_layout_of_the_import_gives_a_file_a_team_and_a_manifest_that_names_it(files):
    made = files(*STROKES, *TEAMS)
    assert [json.loads(path.with_name(f"{path.name}.manifest.json").read_text()) for path in made] == [
        {"site": "SSNAP700"},
        {"site": "SSNAP701"},
    ]
    tables = [header_and_rows(path) for path in made]
    assert [header for header, _ in tables] == [list(IMPORT_COLUMNS)] * 2
    assert sum(len(rows) for _, rows in tables) == 60
    assert [run(["check", str(path), "--sender", "ZQA"]) for path in made] == [10, 10], "taken, with warnings"


def test_the_layout_of_the_export_gives_one_file_of_all_teams(files):
    (made,) = files(*STROKES, *TEAMS, "--layout", "acute_stroke_export")
    header, rows = header_and_rows(made)
    assert header == [*EXPORT_COLUMNS, *IMPORT_COLUMNS] and len(rows) == 60
    assert {row[header.index("TeamCode")] for row in rows} == {"700", "701"}
    assert all(row[header.index("S1FirstArrivalDateTime")].startswith("2023-") for row in rows)


def test_the_same_options_give_the_same_bytes(files):
    first, again = (files(*STROKES, *TEAMS, "--defect", "onset_after_arrival=0.05") for _ in range(2))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_a_workbook_holds_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.setenv("COMMON_CAUSE_HOME", str(tmp_path / "home"))
    asked = (
        "generate",
        "hip_fracture",
        "--sender",
        "ZQA",
        "--from",
        "2023-01-01",
        "--to",
        "2023-03-31",
        "--rows",
        "20",
        "--out",
        str(tmp_path),
    )
    assert [run([*asked, "--format", form]) for form in ("csv", "xlsx")] == [0, 0]
    (made,), (book,) = tmp_path.glob("*.csv"), tmp_path.glob("*.xlsx")
    header, rows = header_and_rows(made)
    sheet = list(load_workbook(book, read_only=True).worksheets[0].iter_rows(values_only=True))
    assert [str(cell) for cell in sheet[0]] == header and len(sheet) == len(rows) + 1 == 21
    assert run(["check", str(book), "--sender", "ZQA"]) == run(["check", str(made), "--sender", "ZQA"]) == 10


@pytest.mark.parametrize("dataset", ["hip_fracture", "acute_stroke"])
def test_the_defects_that_can_be_planted_are_listed_and_nothing_is_made(dataset, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["generate", dataset, "--list-defects"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in defect_names(load_registry().pathway(dataset)) if name not in shown] == []
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_layout_is_told_with_those_that_there_are(tmp_path, capsys):
    assert run([*STROKES, "--layout", "telegram", "--out", str(tmp_path)]) != 0
    assert "acute_stroke_export, acute_stroke_import, acute_stroke_standard" in capsys.readouterr().err
