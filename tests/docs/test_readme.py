"""What README and documents name exists, and their commands do what is said; those that need a house that is up are in ``test_readme_house``."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import click
import pytest

from dashboard.configuration import Configuration
from pipelines.cli.main import CANNOT, cli, run
from tests.docs.commands import DOCUMENTS, README, ROOT, blocks, spans, starting_with, text_of
from tests.world import query
from warehouse.settings import Settings

COMMANDS = sorted({" ".join(rest) for _, rest in starting_with("common-cause") if rest})
TARGETS = sorted({rest[0] for _, rest in starting_with("make") if rest})
ROOMS = ("pipelines", "assets", "schemas", "quality_checks", "warehouse", "tests", "docs", "deploy", "bench")


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words name, and the rest of them."""
    found: click.Command = cli
    while isinstance(found, click.Group) and words:
        found, words = found.commands[words[0].rstrip(",")], words[1:]
    return found, words


def options_of(command: click.Command) -> set[str]:
    return {"--help", *(name for parameter in (*command.params, *cli.params) for name in parameter.opts)}


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_is_named_exists_with_its_options(line, capsys):
    command, rest = command_of(line.split())
    assert not isinstance(command, click.Group)
    assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= options_of(command)
    assert run([*line.split()[: -len(rest) or None], "--help"]) == 0
    assert "Usage:" in capsys.readouterr().out


def test_the_table_of_commands_is_complete():
    named = {
        word
        for line in text_of(README).splitlines()
        if line.startswith("| `common-cause")
        for word in re.findall(r"[a-z]+", line.split("|")[1])
    }
    assert set(cli.commands) <= named


def test_options_that_the_table_tells_of_exist():
    for line in text_of(README).splitlines():
        if line.startswith("| `common-cause"):
            command, _ = command_of(re.search(r"`common-cause ([^`]+)`", line)[1].split())
            told = set(re.findall(r"`(--[a-z-]+)", line))
            assert told <= options_of(command), line


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_is_named_exists_and_is_in_the_help(target):
    helped = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"make {target}\s", helped)


def test_each_target_of_the_help_could_be_made():
    helped = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in re.findall(r"make ([a-z-]+)\s", helped):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, (target, done.stderr)


def test_paths_that_are_named_exist():
    for document in DOCUMENTS:
        for span in spans(text_of(document)):
            for path in re.findall(rf"(?<![\w/.<]){'|'.join(f'(?:{room}/[^ :,;)(]*)' for room in ROOMS)}", span):
                if not re.search(r"[<>*]", path) and (path.startswith("docs/") or path.endswith((".py", "/", ".md", ".service"))):
                    assert (ROOT / path).exists(), f"{document.name}: {path}"


def test_functions_that_are_named_exist():
    for document in DOCUMENTS:
        for module, name in re.findall(
            r"`((?:warehouse|assets|schemas|pipelines|quality_checks)(?:\.[a-z_]+)*)\.(\w+)\(", text_of(document)
        ):
            assert hasattr(importlib.import_module(module), name), f"{document.name}: {module}.{name}"


def test_views_tables_and_functions_that_are_named_exist(database):
    names = {
        name
        for d in DOCUMENTS
        for span in spans(text_of(d))
        for name in re.findall(r"(?<![\w/-])(?:house|intake|pathway|measurement|dashboard|publication)\.[a-z_0-9]+", span)
    }
    known = {row["name"] for row in query(database, KNOWN)}
    assert len(names) > 5
    assert sorted(names - known) == []


KNOWN = """select relnamespace::regnamespace || '.' || relname as name from pg_class
    union select pronamespace::regnamespace || '.' || proname from pg_proc"""


def test_the_settings_are_those_that_are_read():
    told = set(re.findall(r"COMMON_CAUSE_[A-Z_]+", text_of(README)))
    assert told == set(re.findall(r"COMMON_CAUSE_[A-Z_]+\b", (ROOT / "warehouse/settings.py").read_text())) - {"COMMON_CAUSE_"}


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"COMMON_CAUSE_[A-Z_]+", text_of(README)))))
def test_a_setting_changes_something(variable, tmp_path):
    (tmp_path / "secret").write_text("a secret of the proxy's")
    given = {
        "DATABASE_URL": "postgresql://db.example/x",
        "MAIL_URL": "smtp://mail.example?from=a@b.example",
        "SIGN_IN": "local",
        "NAMED_PEERS": "yes",
        "SECRET_FILE": str(tmp_path / "secret"),
    }
    text = next(
        (value for end, value in given.items() if variable.endswith(end)), "https://x.example" if variable.endswith("_URL") else "7"
    )
    assert _read({variable: text}) != _read({})


def _read(environment: dict[str, str]) -> tuple:
    """What the house and its dashboard read, but for the clock."""
    settings = Settings.from_environment(environment)
    dashboard = Configuration.from_environment(settings, environment)
    return tuple(getattr(of, f.name) for of in (settings, dashboard) for f in fields(of) if f.name not in ("settings", "clock"))


def test_the_block_of_commands_runs_without_a_database(tmp_path):
    """As it stands in the README, but for starting and stopping the house."""
    [block] = [block for block in blocks(text_of(README)) if any("generate" in line for line in block)]
    script = "\n".join(line for line in block if line not in ("common-cause up", "common-cause down"))
    done = shell(script, tmp_path)
    assert done.returncode == 11, done.stdout + done.stderr
    assert "rows would be taken" in done.stdout and "Traceback" not in done.stderr
    assert len(list(tmp_path.glob("hip_fracture_ZQA_*.csv"))) == 1 and not (tmp_path / "a home").exists()


def shell(script: str, folder: Path) -> subprocess.CompletedProcess:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COMMON_CAUSE_HOME": str(folder / "a home"), "COLUMNS": "200"}
    return subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["generate", "hip_fracture", "--sender", "../x"], "no code of a sender"),
        (["generate", "hip_fracture", "--sender", "ZQA", "--defect", "nonsense=0.1"], "there is no defect 'nonsense'"),
        (["generate", "hip_fracture", "--sender", "ZQA", "--defect", "unknown_code=2"], "between 0 and 1"),
        (["generate", "hip_fracture", "--sender", "ZQA", "--from", "2025-02-01", "--to", "2025-01-01"], "lies after"),
        (["generate", "measure_counts", "--sender", "ZQA"], "holds no records"),
        (["template", "nothing"], "there are: "),
        (["check", str(README), "--sender", "a/b"], "no code of a sender"),
        (["check", str(README), "--sender", "ZQA", "--dataset", "nothing"], "no dataset 'nothing'"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(arguments, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == CANNOT
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1 and "Traceback" not in told
