"""The command ``generate``: files of made-up patients.

Belongs here: turning options into files. Does not belong here: making the patients up (``assets.simulate``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import click

from schemas.datasets import Dataset, Pathway
from schemas.registry import Registry

TEXTS = "pathway {0} declares no simulation; see docs/adding-a-pathway.md"


def simulated_pathway(registry: Registry, dataset: Dataset) -> Pathway:
    """The pathway whose cases the dataset makes; one sentence if nobody has said how to make them up."""
    pathway = registry.pathway_of_dataset(dataset.name)
    if pathway is None or pathway.case_dataset is None or pathway.case_dataset.name != dataset.name:
        raise click.ClickException(f"{dataset.name} holds no records of patients; `generate` makes records only")
    if pathway.simulation is None:
        raise click.ClickException(TEXTS.format(pathway.name))
    return pathway


def defects_of(registry: Registry, dataset: Dataset) -> list[tuple[str]]:
    """The defects that can be asked for."""
    from assets.simulate import defect_names

    return [(name,) for name in defect_names(simulated_pathway(registry, dataset))]


def parse_defects(given: Sequence[str]) -> dict[str, float]:
    """``("unknown_code=0.05",)`` -> ``{"unknown_code": 0.05}``."""
    found = {}
    for text in given:
        name, _, share = text.partition("=")
        try:
            found[name] = float(share)
        except ValueError:
            raise click.ClickException(f"--defect {text}: write NAME=SHARE, such as unknown_code=0.05") from None
        if not 0 <= found[name] <= 1:
            raise click.ClickException(f"--defect {text}: the share lies between 0 and 1")
    return found


def generate_files(
    registry: Registry, dataset: Dataset, out: Path, *, today: date, senders: Sequence[str], sites: Sequence[str], rows: int,
    start: date | None, end: date | None, seed: int, defects: Sequence[str], suffix: str,
) -> Iterator[Path]:  # fmt: skip
    """Writes one file a sender into ``out`` and gives its path. The same options give the same bytes."""
    from assets.simulate import Site, csv_bytes, simulate, xlsx_bytes

    pathway, shares = simulated_pathway(registry, dataset), parse_defects(defects)
    last = end or today
    first = start or last - timedelta(days=365)
    if first > last:
        raise click.ClickException(f"--from {first} lies after --to {last}")
    out.mkdir(parents=True, exist_ok=True)
    for number, sender in enumerate(senders):
        places = [Site(code, sender) for code in sites or [sender]]
        try:
            made = simulate(pathway, places, first, last, seed=seed + 1000 * number, count=rows, as_of=last, defects=shares)
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        path = out / f"{dataset.name}_{sender}_{first:%Y%m%d}_{last:%Y%m%d}.{suffix}"
        path.write_bytes(csv_bytes(made.table) if suffix == "csv" else xlsx_bytes(made.table, dataset))
        yield path
