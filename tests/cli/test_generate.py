"""``generate``: files in the layout in which they are usually sent, a file a team where the layout has no column for it, and ``check`` takes them."""

from __future__ import annotations

import csv
import json

import pytest

from pipelines.cli.main import run
from schemas.pathways.acute_stroke.columns import EXPORT_COLUMNS, IMPORT_COLUMNS

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
    assert [json.loads(path.with_name(f"{path.name}.manifest.json").read_text()) for path in made] == [{"site": "SSNAP700"}, {"site": "SSNAP701"}]
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


def test_an_unknown_layout_is_told_with_those_that_there_are(tmp_path, capsys):
    assert run([*STROKES, "--layout", "telegram", "--out", str(tmp_path)]) != 0
    assert "acute_stroke_export, acute_stroke_import, acute_stroke_standard" in capsys.readouterr().err
