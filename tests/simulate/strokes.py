"""A made-up nation of stroke teams: its records as a file tells them, and its strokes after linking.

Belongs here: the sites, and the way from a history to linked cases without a database. Does not belong here: what is expected of them.
"""

from __future__ import annotations

import warnings
from datetime import date

import pandas as pd

from assets.case_linking import WHO_AND_WHEN, fields_read, group
from assets.cases import complete
from assets.collapsing import collapse
from assets.reading import conform, read_file
from assets.simulate import History, Site, csv_bytes, simulate_history
from schemas.datasets import Pathway
from schemas.registry import Registry


def stroke_sites(hospitals: int) -> tuple[Site, ...]:
    """Every sixth hospital does thrombectomies, every third provider has a community team."""
    admitting = [Site(f"SSNAP{500 + i}", f"Z{i:02d}", roles=("centre",) if i % 6 == 0 else ()) for i in range(hospitals)]
    visiting = [Site(f"SSNAPC{500 + i}", f"Z{i:02d}", 0, roles=("community",)) for i in range(0, hospitals, 3)]
    return (*admitting, *visiting)


def made_history(pathway: Pathway, hospitals: int, count: int, seed: int = 20) -> History:
    return simulate_history(pathway, stroke_sites(hospitals), date(2022, 4, 1), date(2023, 3, 31), seed=seed, count=count)


def as_read(history: History, registry: Registry) -> pd.DataFrame:
    """The records as the house reads them from a file in the standard layout, typed and derived."""
    name = history.dataset.name
    read = read_file(csv_bytes(history.table()), ".csv", registry, dataset=name, sender_code="ZAA", manifest=None)
    return conform(read).frame


def linked(history: History, records: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The team records with their place in their case, and one row a case."""
    dataset = history.dataset
    ids = {"team_record_id": [f"{i:07d}" for i in range(len(records))], "person_id": [f"{case:07d}" for case in history.case]}
    told = pd.concat([records.reset_index(drop=True), pd.DataFrame(ids | {"site_code": history.site_codes})], axis=1)
    told = told.assign(started_on=history.started_on.astype("datetime64[s]"))
    found = group(dataset, told[list(dict.fromkeys((*WHO_AND_WHEN, *fields_read(dataset.case_link))))])
    told = found.merge(told, on="team_record_id")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        return told, complete(dataset, collapse(dataset, told)).copy()
