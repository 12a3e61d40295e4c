"""The command ``common-cause``: its options, its groups, and what becomes of mistakes.

Belongs here: the entry point. Does not belong here: the commands (the other modules of this package).
Exit codes: 0 done, 1 it cannot be done as asked (one sentence says why), 2 wrong usage, 20 we broke; ``check`` has its own.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import click
from rich.console import Console

from pipelines.cli import describing, files, keys, organisations, outliers, packs, roles, running, signals, submissions
from pipelines.cli.database_trouble import told_of_database
from pipelines.environment import silence
from warehouse.settings import Settings, SettingsError, unknown_variables

CANNOT, USAGE, BROKEN = 1, 2, 20


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of everything that is written (COMMON_CAUSE_HOME, else .common-cause here).",
)
@click.option("--debug", is_flag=True, help="Show the traceback when something of ours breaks.")
@click.version_option(package_name="common-cause", prog_name="common-cause")
@click.pass_context
def cli(context: click.Context, home: Path | None, debug: bool) -> None:
    """Common Cause: drop a file, and the network's tables and signals are fresh."""
    given = {"home": home} if home else {}
    try:
        context.obj = Settings.from_environment(**given)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    for variable, meant in unknown_variables(os.environ).items():
        complain(f"{variable} is no setting and changes nothing" + (f" (did you mean {meant}?)" if meant else ""))


for command in (
    *running.COMMANDS,
    *files.COMMANDS,
    *submissions.COMMANDS,
    *organisations.COMMANDS,
    *keys.COMMANDS,
    *roles.COMMANDS,
    *outliers.COMMANDS,
    *packs.COMMANDS,
    *signals.COMMANDS,
    *describing.COMMANDS,
):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and ends the process with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Runs one command; returns its exit code and prints one sentence for a mistake."""
    silence()
    try:
        result = cli.main(args=arguments, prog_name="common-cause", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        complain("stopped")
        return 130
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        complain(error.format_message())
        return CANNOT
    except Exception as error:
        return _explain(error, "--debug" in arguments)


def _explain(error: Exception, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    if sentence := told_of_database(error):
        complain(sentence)
        return CANNOT
    if is_known_mistake(error):
        complain(str(error.args[0]) if error.args else type(error).__name__)
        return CANNOT
    complain(f"something of ours broke ({_kind(error)}). `common-cause --debug ...` shows where.")
    return BROKEN


def is_known_mistake(error: Exception) -> bool:
    """Errors whose message is a sentence for people: the house's own, and what the file system says."""
    if isinstance(error, (FileNotFoundError, PermissionError, IsADirectoryError)):
        error.args = (f"{error.filename}: {(error.strerror or '').lower()}",)
        return True
    house = ("assets", "dashboard", "warehouse", "schemas", "pipelines", "quality_checks")
    return type(error).__module__.split(".")[0] in house and type(error).__name__ not in ("InternalError", "SuiteError", "ProcessingFailed")


def _kind(error: Exception) -> str:
    """The kind of an error and where it arose; its text could hold a value."""
    trace = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} in {Path(trace[-1].filename).name}, line {trace[-1].lineno}" if trace else type(error).__name__


def complain(sentence: str) -> None:
    """One line on standard error."""
    Console(stderr=True, highlight=False).print(f"common-cause: {sentence}", style="bold red", markup=False, soft_wrap=True)
