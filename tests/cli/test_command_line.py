"""The command line: help everywhere, one sentence for a mistake, never a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from assets.dropping import drop
from pipelines.cli.main import BROKEN, CANNOT, USAGE, cli, run
from pipelines.cli.running import print_addresses
from pipelines.services import Addresses
from tests.conftest import PATHWAYS


@pytest.fixture
def house(tmp_path, monkeypatch):
    """An empty home with a space in its path, and the invented pathway."""
    home = tmp_path / "a home"
    monkeypatch.setenv("COMMON_CAUSE_HOME", str(home))
    monkeypatch.setenv("COMMON_CAUSE_PATHWAYS", str(PATHWAYS))
    monkeypatch.setenv("COLUMNS", "200")
    return home


def commands(group: click.Group, *before: str):
    for name, command in group.commands.items():
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


@pytest.mark.parametrize("path", list(commands(cli)), ids=" ".join)
def test_every_command_has_help(path, capsys):
    assert run([*path, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Usage: common-cause" in shown and len(shown.splitlines()) > 3


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nonsense"], USAGE, "No such command"),
        (["submit", "x.csv"], USAGE, "does not exist"),
        (["status"], CANNOT, "no warehouse in .* yet; `common-cause up` makes one"),
        (["retry", "S1"], CANNOT, "no warehouse"),
        (["template", "rist_fracture"], CANNOT, r"no dataset 'rist_fracture' \(did you mean wrist_fracture\?\)"),
        (["describe", "wrist_manipulated"], CANNOT, "did you mean wrist_manipulated_4h"),
        (["down"], 0, "nothing was running"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(house, capsys, arguments, code, says):
    assert run(arguments) == code
    shown = capsys.readouterr()
    assert re.search(says, (shown.out + shown.err).replace("\n", " "))
    assert "Traceback" not in shown.err


def test_a_sender_that_is_a_path_is_refused(house, tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_text("a\n")
    assert run(["submit", str(file), "--sender", "../elsewhere"]) == CANNOT
    assert "no code of a sender" in capsys.readouterr().err
    assert not (house / "landing").exists()


def test_a_setting_that_cannot_be_used_is_named(house, capsys, monkeypatch):
    monkeypatch.setenv("COMMON_CAUSE_PARALLEL_RUNS", "two")
    assert run(["down"]) == CANNOT
    assert "COMMON_CAUSE_PARALLEL_RUNS: a whole number" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["COMMON_CAUSE_LANDING", "COMMON_CAUSE_OUTBOX", "COMMON_CAUSE_HOME"])
def test_a_folder_that_cannot_be_made_is_named_with_its_setting(house, capsys, monkeypatch, tmp_path, variable):
    (tmp_path / "a file").touch()
    monkeypatch.setenv(variable, str(tmp_path / "a file" / "x"))
    assert run(["up"]) == CANNOT
    said = capsys.readouterr().err
    assert f"a file/x ({variable}) cannot be made: not a directory" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("SIGN_IN", "maybe", "SIGN_IN is local or proxy, not 'maybe'"),
        ("PROXY_SECRET_FILE", "/none/such", "PROXY_SECRET_FILE cannot be read: No such file"),
    ],
)
def test_what_is_wrong_with_the_dashboards_settings_is_told_before_anything_starts(house, capsys, monkeypatch, variable, text, says):
    monkeypatch.setenv(f"COMMON_CAUSE_DASHBOARD_{variable}", text)
    assert run(["up"]) == CANNOT
    assert says in capsys.readouterr().err and not (house / "postgres").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [(Addresses("w", "http://127.0.0.1:8600", "d", Path("l"), Path("o"), Path("g"), True), "http://127.0.0.1:8600  closed until COMMON_CAUSE_DASHBOARD_SIGN_IN is set (docs/dashboard.md)"),
     (Addresses("w", "http://127.0.0.1:8600", "d", Path("l"), Path("o"), Path("g")), "http://127.0.0.1:8600\n")],
)  # fmt: skip
def test_an_address_behind_a_closed_door_says_so(capsys, given, told):
    print_addresses(given)
    assert told in capsys.readouterr().out


def test_a_variable_that_is_no_setting_is_told(house, capsys, monkeypatch):
    monkeypatch.setenv("COMMON_CAUSE_PARALEL_RUNS", "3")
    assert run(["down"]) == 0
    assert (
        "COMMON_CAUSE_PARALEL_RUNS is no setting and changes nothing (did you mean COMMON_CAUSE_PARALLEL_RUNS?)" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "arguments", [["up"], ["status"], ["submit", __file__, "--sender", "ZX1"], ["organisations", "unresolved"]], ids=" ".join
)
def test_a_server_that_does_not_answer_is_told_without_its_password(house, capsys, monkeypatch, arguments):
    monkeypatch.setenv("COMMON_CAUSE_DATABASE_URL", "postgresql://somebody:secret-word@127.0.0.1:1/x")
    assert run(arguments) == CANNOT
    said = capsys.readouterr()
    assert "no server answers at 127.0.0.1:1 (COMMON_CAUSE_DATABASE_URL)" in said.err and "secret-word" not in said.out + said.err


def test_a_server_that_lets_nobody_in_is_told(server, house, capsys, monkeypatch):
    monkeypatch.setenv("COMMON_CAUSE_DATABASE_URL", f"postgresql://nobody:secret-word@127.0.0.1:{server.port}/x")
    assert run(["status"]) == CANNOT
    said = capsys.readouterr().err
    assert f"the server at 127.0.0.1:{server.port} does not let nobody into x" in said and "secret-word" not in said


def test_a_pathway_folder_that_is_not_there_is_named(house, capsys, monkeypatch):
    monkeypatch.setenv("COMMON_CAUSE_PATHWAYS", str(house / "nowhere"))
    assert run(["describe"]) == CANNOT
    assert "correct COMMON_CAUSE_PATHWAYS" in capsys.readouterr().err.replace("\n", " ")


def test_what_breaks_is_ours_and_shows_no_text_of_the_error(house, capsys, monkeypatch):
    import schemas.registry

    def broken(*_):
        raise ZeroDivisionError("9990000018")

    monkeypatch.setattr("pipelines.cli.describing.load_registry", broken)
    assert schemas.registry is not None and run(["describe"]) == BROKEN
    shown = capsys.readouterr()
    assert "ZeroDivisionError" in shown.err and "9990000018" not in shown.out + shown.err


def test_dropping_is_atomic_marked_complete_and_overwrites_nothing(tmp_path):
    file = tmp_path / "records.csv"
    file.write_text("a,b\n1,2\n")
    folder = tmp_path / "landing" / "ZX1"
    first = drop(file, folder, {"mode": "upsert"})
    second = drop(file, folder)
    assert (first.name, second.name) == ("records.csv", "records (2).csv")
    assert first.read_bytes() == second.read_bytes() == file.read_bytes()
    names = {path.name for path in folder.iterdir()}
    assert names == {"records.csv", "records.csv.done", "records.csv.manifest.json", "records (2).csv", "records (2).csv.done"}


def test_a_manifest_beside_the_file_goes_with_it(tmp_path):
    (tmp_path / "records.csv").write_text("a\n")
    (tmp_path / "records.csv.manifest.json").write_text('{"mode": "withdraw"}')
    drop(tmp_path / "records.csv", tmp_path / "landing")
    assert (tmp_path / "landing" / "records.csv.manifest.json").read_text() == '{"mode": "withdraw"}'


def test_the_command_is_installed():
    script = Path(sys.executable).with_name("common-cause")
    done = subprocess.run([str(script), "--version"], capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0 and done.stdout.startswith("common-cause")


def test_a_template_can_be_filled_in(house, tmp_path, capsys):
    assert run(["template", "wrist_fracture", "--out", str(tmp_path)]) == 0
    assert {path.suffix for path in tmp_path.glob("wrist_fracture_template*")} == {".csv", ".xlsx"}


def test_describe_lists_datasets_and_measures(house, capsys):
    assert run(["describe"]) == 0
    shown = capsys.readouterr().out
    assert "wrist_fracture" in shown and "wrist_manipulated_4h" in shown


def test_describe_tells_what_is_not_computed_and_why(house, capsys):
    assert run(["describe"]) == 0
    assert "ssnap_case_ascertainment" in capsys.readouterr().out
    assert run(["describe", "ssnap_pc_72h_later_teams"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "not computed from acute_stroke_import" in shown and "the first hospital alone" in shown


def test_describe_tells_a_measure_in_sql_too(house, capsys):
    assert run(["describe", "wrist_manipulated_4h"]) == 0
    in_words = capsys.readouterr().out
    assert run(["describe", "wrist_manipulated_4h", "--sql"]) == 0
    in_sql = capsys.readouterr().out
    assert in_sql.startswith(in_words.rstrip("\n")) and "wrist_fracture_detail" not in in_words
    assert re.search(r"(?i)\bmanipulat\w+.*\b(and|case|between|<=)\b", in_sql[len(in_words.rstrip()) :].replace("\n", " "))
