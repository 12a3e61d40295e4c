"""A file judged before it is sent: reading, typing and the suite, without a database.

Belongs here: ``check_file`` for the command ``check``. Does not belong here: reading, judging, states (``assets``, ``quality_checks``).
What only the warehouse knows (other records of a patient, sites, what was sent before) is not judged here.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from assets.ledger import Counts
from quality_checks.findings import FileRefused, Finding
from warehouse.settings import Settings


@dataclass(frozen=True)
class CheckResult:
    """What would become of the file: state, findings, counts (None where the file could not be counted)."""

    state: str
    findings: tuple[Finding, ...]
    counts: Counts | None
    dataset: str | None = None

    @property
    def sentence(self) -> str:
        if self.counts is None:
            return f"{self.state}: the file cannot be read"
        c = self.counts
        taken = c.accepted + c.unchanged
        what = f" as {self.dataset}" if self.dataset else ""
        return f"{self.state}{what}: {c.received:,} rows, {taken:,} would be taken, {c.quarantined:,} set aside, {c.out_of_scope:,} out of scope, {c.warned:,} with warnings"


def check_file(settings: Settings, file: Path, sender: str, dataset: str | None = None, manifest: Path | None = None) -> CheckResult:
    """The findings of scope record and file. Raises nothing for a bad file: that is a result."""
    try:
        return _judge(settings, file, sender, dataset, manifest)
    except FileRefused as refused:
        counts = None if refused.received_count is None else Counts(refused.received_count, quarantined=refused.received_count)
        return CheckResult("rejected", refused.findings, counts, dataset)


def _judge(settings: Settings, file: Path, sender: str, dataset: str | None, manifest: Path | None) -> CheckResult:
    import pandas as pd

    from assets.places import Sender
    from assets.reading import conform, read_file, read_manifest
    from assets.work import Applied, Work
    from quality_checks.validate import validate
    from schemas.registry import load_registry

    registry = load_registry(settings.pathway_folders)
    stated = read_manifest(manifest.read_bytes()) if manifest else None
    read = read_file(file.read_bytes(), file.suffix, registry, dataset=dataset, sender_code=sender, manifest=stated, file_name=file.name)
    work = Work(None, Sender(sender, "provider"), read, conform(read), registry, None)  # type: ignore[arg-type]
    pathway = registry.pathway_of_dataset(read.dataset.name)
    verdict = validate(
        work.conformed, read.dataset, read.dataset.rule_version, settings.clock(), measures=pathway.measures if pathway else (), layout=read.layout
    )
    judged = Applied.judge(work, verdict, ())
    if not judged.is_rejected:
        judged = judged.loaded(pd.Series(True, index=judged.taken.index), pd.Series(dtype=object), 0)
    return CheckResult(judged.state, judged.findings, judged.counts, read.dataset.name)


def write_findings(findings: Sequence[Finding], folder: Path) -> Path:
    """All findings as CSV; they hold no value of a record."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "findings.csv"
    names = [field.name for field in fields(Finding)]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        rows = csv.writer(file)
        rows.writerow(names)
        rows.writerows([getattr(finding, name) for name in names] for finding in findings)
    return path
