"""The command ``generate``: files of made-up patients.

Belongs here: turning options into files. Does not belong here: making the patients up (``assets.simulate``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.datasets import Dataset, Pathway
from schemas.layouts import Layout
from schemas.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from assets.simulate import History

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


def layout_of(pathway: Pathway, name: str | None) -> Layout:
    """The layout that is wanted, else the one in which the pathway's files are usually sent; one sentence if there is none of the name."""
    dataset = pathway.case_dataset
    offered = {made.name: made for made in pathway.layouts if made.dataset == dataset.name and made.reshape is None}
    offered[dataset.standard_layout.name] = dataset.standard_layout
    wanted = name or pathway.simulation.layout or dataset.standard_layout.name
    if wanted not in offered:
        raise click.ClickException(f"--layout {wanted}: there are {', '.join(sorted(offered))}")
    return offered[wanted]


def generate_files(
    registry: Registry, dataset: Dataset, out: Path, *, today: date, senders: Sequence[str], sites: Sequence[str], rows: int,
    start: date | None, end: date | None, seed: int, defects: Sequence[str], suffix: str, layout: str | None = None,
) -> Iterator[Path]:  # fmt: skip
    """Writes the files of each sender into ``out`` and gives their paths: one, or one a site (with its manifest) if the layout has no column for the
    site. The same options give the same bytes."""
    from assets.simulate import Site, simulate_history

    pathway, shares = simulated_pathway(registry, dataset), parse_defects(defects)
    spelt = layout_of(pathway, layout)
    last = end or today
    first = start or last - timedelta(days=365)
    if first > last:
        raise click.ClickException(f"--from {first} lies after --to {last}")
    out.mkdir(parents=True, exist_ok=True)
    for number, sender in enumerate(senders):
        places = [Site(code, sender) for code in sites or [sender]]
        try:
            history = simulate_history(pathway, places, first, last, seed=seed + 1000 * number, count=rows)
            for site, table in _tables(history, history.own(places)[:rows], spelt, shares, last, seed + 1000 * number):
                named = "_".join((dataset.name, sender, *([site] if site else []), f"{first:%Y%m%d}", f"{last:%Y%m%d}"))
                yield _written(table, dataset, out / f"{named}.{suffix}", site)
        except ValueError as error:
            raise click.ClickException(str(error)) from None


def _tables(
    history: History, rows: np.ndarray, layout: Layout, shares: dict[str, float], as_of: date, seed: int
) -> Iterator[tuple[str | None, pd.DataFrame]]:
    """Site and table of each file; no site where a column of the file tells it."""
    from assets.simulate import in_layout, plant

    told = history.dataset.site_field in {column.field for column in layout.columns}
    for site in [None] if told else dict.fromkeys(history.site_codes[rows]):
        chosen = rows if site is None else rows[history.site_codes[rows] == site]
        texts, _ = plant(history.known(chosen, as_of), history.pathway, shares, seed=seed)
        yield site, in_layout(texts, history.dataset, layout)


def _written(table: pd.DataFrame, dataset: Dataset, path: Path, site: str | None) -> Path:
    """The file, and beside it the manifest that names its site."""
    from assets.simulate import csv_bytes, xlsx_bytes

    path.write_bytes(csv_bytes(table) if path.suffix == ".csv" else xlsx_bytes(table, dataset))
    if site:
        path.with_name(f"{path.name}.manifest.json").write_text(json.dumps({"site": site}))
    return path
