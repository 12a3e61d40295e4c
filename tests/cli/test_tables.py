"""Tables on the console: no word is broken, however narrow the terminal."""

from __future__ import annotations

import pytest

from pipelines.cli.shared import print_table

HEADER = ("submission", "received", "sender", "dataset", "state", "rows", "accepted", "unchanged", "set aside")
ROWS = [
    (f"S{number:08d}", "23 Nov 18:28", "ZQA", "acute_stroke_import", "accepted with warnings", 1_234_567, 1_200_000, 34_567, 0)
    for number in (19, 20)
]
NAME = "ssnap_pc_72h_later_teams_with_quite_a_name"


@pytest.mark.parametrize("width", [40, 60, 80, 100, 250])
def test_what_is_copied_stands_in_one_piece(capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    print_table("Latest", HEADER, ROWS, numbers=HEADER[5:], least=("unchanged", "accepted", "received", "set aside"))
    said = capsys.readouterr().out
    for word in ("S00000019", "S00000020", "acute_stroke_import", "1,234,567"):
        assert word in said, said
    if width >= 80:
        assert max(map(len, said.splitlines())) <= width
    assert ("too narrow for: " in said) == (width < 100), said


def test_long_sentences_give_way_to_names(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_table("Measures", ("name", "kind", "title"), [(NAME, "proportion", "a title " * 20)])
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith(f"{NAME}  proportion  a title") for line in lines) and max(map(len, lines)) <= 80


def test_a_pipe_is_as_wide_as_it_need_be(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    print_table("Measures", ("name", "kind", "title"), [(NAME, "proportion", "a title " * 12)])
    assert f"{NAME}  proportion  {('a title ' * 12).strip()}" in capsys.readouterr().out


def test_what_looks_like_markup_is_shown_as_it_is(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_table("Names", ("name",), [("[red]",)])
    assert "[red]" in capsys.readouterr().out
