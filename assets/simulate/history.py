"""What really happened to made-up patients, and what a provider's file knows of it on a given day.

Belongs here: drawing a history, and cutting a file from it. Does not belong here: spoiling the file (``assets.simulate.defects``).
A history is drawn for a whole network at once, so that no two patients share a number; files are cut from it by provider, period
and day, as later submissions tell more of the same cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from assets.simulate.asking import blank_unasked
from assets.simulate.defects import Planted, plant
from assets.simulate.identities import identify
from assets.simulate.network import Site, draw_arrivals
from assets.simulate.spelling import Texts, spell
from schemas.datasets import Dataset, Pathway
from schemas.fields import Identifier
from schemas.simulation import Arrivals, Cases

DEATH_COLUMNS = ("NHS number", "Date of death")


@dataclass(frozen=True)
class History:
    """All cases of a network, whole, in order of their start; one element a record, those of a case together.

    ``case`` is the place of a record's case; ``provider_codes`` are None where a site belongs to nobody of the network; ``began_on`` is the day
    on which the site got to know of the case.
    """

    pathway: Pathway
    started_on: np.ndarray
    began_on: np.ndarray
    case: np.ndarray
    site_codes: np.ndarray
    provider_codes: np.ndarray
    cases: Cases
    texts: Texts

    def __len__(self) -> int:
        return len(self.started_on)

    @property
    def dataset(self) -> Dataset:
        return self.pathway.case_dataset

    def select(
        self, *, provider: str | None = None, site: str | None = None, start: date | None = None, end: date | None = None
    ) -> np.ndarray:
        """Positions of the records of a provider or site on cases whose start lies in the period (inclusive)."""
        chosen = np.ones(len(self), dtype=bool)
        if provider is not None:
            chosen &= self.provider_codes == provider
        if site is not None:
            chosen &= self.site_codes == site
        if start is not None:
            chosen &= self.started_on >= np.datetime64(start, "D")
        if end is not None:
            chosen &= self.started_on <= np.datetime64(end, "D")
        return np.flatnonzero(chosen)

    def own(self, sites: Sequence[Site]) -> np.ndarray:
        """Positions of the sites' records: a case may also be told by sites that are none of the network's."""
        return np.flatnonzero(np.isin(self.site_codes, [site.code for site in sites]))

    def known(self, rows: np.ndarray, as_of: date | None = None) -> Texts:
        """Texts of these records as they are known on a day: later stages blank, later records left out. None: all is known."""
        day = None if as_of is None else np.datetime64(as_of, "D")
        if day is not None:
            rows = rows[self.began_on[rows] <= day]
        return {item.name: self._known_field(item.name, item.due, rows, day) for item in self.dataset.fields}

    def _known_field(self, name: str, stage: str | None, rows: np.ndarray, day: np.datetime64 | None) -> np.ndarray:
        texts = self.texts[name][rows]
        known_on = self.cases.known_on.get(name, self.cases.known_on.get(stage))
        return texts if day is None or known_on is None else np.where(known_on[rows] <= day, texts, "")

    def table(self, rows: np.ndarray | None = None, as_of: date | None = None) -> pd.DataFrame:
        """The same with the headers of the standard layout."""
        return with_headers(self.known(np.arange(len(self)) if rows is None else rows, as_of), self.dataset)

    def deaths(self, as_of: date | None = None) -> pd.DataFrame:
        """Those who died up to a day and have an NHS number, in the standard layout of the dataset ``deaths``."""
        number = next((f for f in self.dataset.fields if f.identifies is Identifier.NHS_NUMBER), None)
        first = np.unique(self.case, return_index=True)[1]
        died_on = self.cases.died_on
        dead = ~np.isnat(died_on) & (True if as_of is None else died_on <= np.datetime64(as_of, "D"))
        numbers = self.texts[number.name][first][dead]
        has_number = np.array([text.isdigit() for text in numbers], dtype=bool)
        dates = [day.astype(object).strftime("%d/%m/%Y") for day in died_on[dead][has_number]]
        return pd.DataFrame(dict(zip(DEATH_COLUMNS, (numbers[has_number], dates), strict=True)), dtype=object)


@dataclass(frozen=True)
class Simulated:
    """``table``: the file's text under the standard headers. ``planted``: which rows were spoilt, and how. ``history``: the truth."""

    table: pd.DataFrame
    planted: tuple[Planted, ...]
    deaths: pd.DataFrame
    history: History


def with_headers(texts: Texts, dataset: Dataset) -> pd.DataFrame:
    return pd.DataFrame({item.header: texts[item.name] for item in dataset.fields}, dtype=object)


def simulate_history(pathway: Pathway, sites: Sequence[Site], start: date, end: date, *, seed: int, count: int | None = None) -> History:
    """Cases that start from ``start`` to ``end`` (inclusive): as many as the sites have, or exactly ``count``. The seed decides all.

    Raises ValueError for a pathway that declares no simulation.
    """
    if pathway.simulation is None:
        raise ValueError(f"the pathway {pathway.name} declares no simulation; see schemas/simulation.py")
    rng = np.random.default_rng(seed)
    arrivals = draw_arrivals(rng, pathway.simulation, sites, start, end, count)
    cases = pathway.simulation.draw(rng, arrivals)
    identities = identify(rng, cases, arrivals.started_on, pathway.case_dataset)
    case, site_codes, began_on = _records(cases, arrivals)
    asked = blank_unasked({**identities, **cases.columns}, pathway.case_dataset, len(case))
    texts = spell(asked, pathway.case_dataset, len(case))
    provider_of = {site.code: site.provider_code for site in sites}
    providers = np.array([provider_of.get(code) for code in site_codes], dtype=object)
    return History(pathway, arrivals.started_on[case], began_on, case, site_codes, providers, cases, texts)


def _records(cases: Cases, arrivals: Arrivals) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Case, site and first day of each record."""
    if cases.telling is None:
        return np.arange(len(arrivals)), arrivals.site_codes, arrivals.started_on
    return cases.telling.case, cases.telling.site_codes, cases.telling.began_on


def simulate(
    pathway: Pathway,
    sites: Sequence[Site],
    start: date,
    end: date,
    *,
    seed: int,
    count: int | None = None,
    as_of: date | None = None,
    defects: Mapping[str, float] | None = None,
) -> Simulated:
    """One file of the sites' records, with a share (0 to 1) of rows spoilt by each of ``defects`` (``defect_names`` lists them).

    ``count`` records if it is given (where a case has several, the last cases are not told whole).
    """
    history = simulate_history(pathway, sites, start, end, seed=seed, count=count)
    texts = history.known(history.own(sites)[:count], as_of)
    texts, planted = plant(texts, pathway, defects or {}, seed=seed)
    return Simulated(with_headers(texts, history.dataset), planted, history.deaths(as_of), history)
