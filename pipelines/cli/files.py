"""``submit``, ``check``, ``template``, ``generate``.

Belongs here: the commands about files. Does not belong here: reading and judging (``assets.reading``, ``quality_checks``).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from assets.dropping import drop
from pipelines.cli.shared import console, plain_code, print_table, say
from warehouse.settings import Settings

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("files", nargs=-1, required=True, type=EXISTING)
@click.option("--sender", required=True, callback=plain_code, help="Code of the organisation that sends.")
@click.option("--site", help="Code of the site or team that the file is about.")
@click.option("--dataset", help="Name of the dataset, where the file alone does not tell.")
@click.option("--organisation", help="Code of the organisation that the file is about (the network's office only).")
@click.option("--mode", type=click.Choice(["upsert", "replace period", "withdraw"]), help="What the file does to what was sent before.")
@click.option("--from", "period_start", type=DAY, help="First day of the period.")
@click.option("--to", "period_end", type=DAY, help="Last day of the period.")
@click.option("--wait", type=click.FloatRange(0), default=0.0, help="Wait so many seconds for the result and tell it.")
@click.pass_obj
def submit(settings: Settings, files: tuple[Path, ...], sender: str, wait: float, **stated) -> int:
    """Drop FILES into the landing area of SENDER, each in one step: nobody sees half a file."""
    from pipelines.cli.waiting import known_sender, results_of, somebody_takes_it

    is_up = somebody_takes_it(settings)
    known_sender(settings, sender)
    begun = settings.clock()
    manifest = {name: _text(value) for name, value in stated.items() if value is not None}
    dropped = []
    for file in files:
        dropped.append((file, drop(file, settings.landing / sender, manifest)))
        say(f"dropped {dropped[-1][1]}")
    if not is_up:
        say("the house is down: what was dropped is taken when it is up again (`common-cause up`)")
    return results_of(settings, dropped, sender, begun, wait) if wait else 0


def _text(value: object) -> str:
    return value.date().isoformat() if isinstance(value, datetime) else str(value)


@click.command()
@click.argument("file", type=EXISTING)
@click.option("--sender", required=True, callback=plain_code, help="Code of the organisation that would send it.")
@click.option("--dataset", help="Name of the dataset, where the file alone does not tell.")
@click.option("--manifest", type=EXISTING, help="The manifest that would go with it (else FILE.manifest.json, if there is one).")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for a receipt as the network would write it.")
@click.pass_obj
def check(settings: Settings, file: Path, sender: str, dataset: str | None, manifest: Path | None, out: Path | None) -> int:
    """Judge FILE as the network would, but without what was sent before, and without a database. Nothing is sent, nothing is kept.

    Whether the network knows the sender, its sites and teams is not asked here: that is in the database, and `submit` tells.

    \b
    Exit codes: 0 accepted, 10 with warnings, 11 in part, 12 rejected, 20 we broke.
    """
    from pipelines.cli.checking import judge, show

    return show(judge(settings, file, sender, dataset, manifest), file, out)


@click.command()
@click.argument("dataset")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder (here).")
@click.pass_obj
def template(settings: Settings, dataset: str, out: Path) -> None:
    """Write the template of DATASET: a CSV, and a workbook with drop-downs, notes and a row of guidance."""
    from assets.templates import write_template
    from pipelines.cli.describing import find_dataset
    from schemas.registry import load_registry

    registry = load_registry(settings.pathway_folders)
    for path in write_template(find_dataset(registry, dataset), out, registry):
        console().print(str(path), soft_wrap=True, markup=False)


@click.command()
@click.argument("dataset")
@click.option("--sender", "senders", multiple=True, callback=plain_code, help="Code of a sender; may be given more than once.")
@click.option("--site", "sites", multiple=True, help="Code of a site; may be given more than once (the sender's own code).")
@click.option("--rows", type=click.IntRange(1), default=300, show_default=True, help="Records a sender.")
@click.option("--from", "start", type=DAY, help="First day (a year before the last).")
@click.option("--to", "end", type=DAY, help="Last day (today).")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same files.")
@click.option(
    "--defect",
    "defects",
    multiple=True,
    metavar="NAME=SHARE",
    help="Share of the rows with this defect, such as unknown_code=0.05; may be given more than once.",
)
@click.option("--layout", help="Layout of the files (the one in which they are usually sent).")
@click.option("--list-defects", is_flag=True, help="List the defects and stop.")
@click.option("--format", "suffix", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder (here).")
@click.pass_obj
def generate(settings: Settings, dataset: str, out: Path, list_defects: bool, **wanted) -> None:
    """Write realistic synthetic submissions of DATASET: no real patient in them, and every NHS number from the test range."""
    from pipelines.cli.describing import find_dataset
    from pipelines.cli.generating import defects_of, generate_files
    from schemas.registry import load_registry

    registry = load_registry(settings.pathway_folders)
    declared = find_dataset(registry, dataset)
    if list_defects:
        print_table(f"Defects of {dataset}", ("name",), defects_of(registry, declared))
        return
    if not wanted["senders"]:
        raise click.UsageError("Missing option '--sender'.")
    days = {name: value.date() if value else None for name, value in (("start", wanted.pop("start")), ("end", wanted.pop("end")))}
    for path in generate_files(registry, declared, out, today=settings.clock().date(), **days, **wanted):
        console().print(str(path), soft_wrap=True, markup=False)


COMMANDS = (submit, check, template, generate)
