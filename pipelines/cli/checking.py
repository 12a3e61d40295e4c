"""The command ``check`` on the console.

Belongs here: laying out what a check found. Does not belong here: the check itself (``assets.check``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.padding import Padding
from rich.text import Text

from pipelines.cli.shared import console
from warehouse.settings import Settings

if TYPE_CHECKING:
    from assets.check import CheckOutcome

SHOWN_GROUPS = 40
STYLES = {"reject file": "bold red", "quarantine record": "red", "warn": "yellow", "out of scope": "dim"}
WORDS = {"reject file": "not accepted", "quarantine record": "set aside", "warn": "warning", "out of scope": "outside this audit"}


def judge(settings: Settings, file: Path, sender: str, dataset: str | None, manifest: Path | None) -> CheckOutcome:
    """The outcome of the check; a mistake in the question (an unknown dataset, a manifest that cannot be read) is told in a sentence."""
    from assets.check import check_file
    from assets.reading import ManifestError, read_manifest
    from pipelines.cli.describing import find_dataset
    from schemas.registry import load_registry

    registry = load_registry(settings.pathway_folders)
    if dataset:
        find_dataset(registry, dataset)
    beside = file.with_name(f"{file.name}.manifest.json")
    path = manifest or (beside if beside.is_file() else None)
    try:
        stated = read_manifest(path.read_bytes()) if path else None
    except ManifestError as error:
        raise click.ClickException(f"the manifest {path.name} cannot be taken: {error}") from None
    return check_file(file, sender, settings, registry, dataset, stated)


def show(outcome: CheckOutcome, file: Path, out: Path | None) -> int:
    """Prints findings by rule and the result in words, writes the receipt if wanted; returns the exit code."""
    from quality_checks.receipt import write_receipt
    from quality_checks.receipt.sentences import requirement_words, summary, title

    content = outcome.content
    if outcome.failure:
        console().print(
            f"{file.name}: something of ours broke ({outcome.failure}); tell the network's office", soft_wrap=True, markup=False
        )
        return int(outcome.exit_code)
    for group in content.groups[:SHOWN_GROUPS]:
        _show_group(group, requirement_words(group.rule_name, group.field_name))
    if len(content.groups) > SHOWN_GROUPS:
        console().print(f"... and {len(content.groups) - SHOWN_GROUPS} more rules; --out FOLDER writes them all")
    console().print(f"{file.name}: {title(content)}", soft_wrap=True, markup=False, style="bold")
    console().print(summary(content), markup=False)
    if out:
        console().print(f"receipt: {write_receipt(content, out) / 'receipt.html'}", soft_wrap=True, markup=False)
    return int(outcome.exit_code)


def _show_group(group, requirement: str) -> None:
    """One rule: where it is broken, then what to do."""
    from quality_checks.receipt.sentences import places_of

    counted, where, more = places_of(group, most=8)
    rows = f"{counted} ({where}{', ...' if more else ''})" if where else "the file"
    head = Text.assemble(
        (WORDS[group.severity.value], STYLES[group.severity.value]),
        f"  {group.rule_id}  {group.header or ''} not met: {requirement}; {rows}",
    )
    console().print(head)
    console().print(Padding(Text(" ".join(group.advice)), (0, 0, 0, 4)), style="dim")
