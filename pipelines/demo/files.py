"""The demo's files: what all of its pathways' files have in common.

Belongs here: a drop, and a pathway's history as far as it is known. Does not belong here: what each file shows (``hips``, ``strokes``, ``office``),
the patients (``assets.simulate``), dropping (``show``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from assets.simulate import History, Site, plant, simulate_history
from assets.simulate.spelling import Texts
from pipelines.demo.network import Network
from schemas.datasets import Pathway

MONTHS = 24
SEED = 7


@dataclass(frozen=True)
class DemoFile:
    """One drop. ``shows`` says in words why it is there. ``waits``: only dropped when everything before it has its receipt.

    ``folder`` below the sender's names the site or team that the file is about.
    """

    sender: str
    name: str
    content: bytes
    shows: str
    manifest: dict[str, str] = field(default_factory=dict)
    waits: bool = False
    folder: str | None = None


@dataclass(frozen=True)
class Story:
    """A pathway's files of a network on a day. The same network and day give the same files."""

    network: Network
    pathway: Pathway
    today: date
    months: int = MONTHS

    @property
    def sites(self) -> tuple[Site, ...]:
        return self.network.sites

    @property
    def start(self) -> date:
        month = self.today.year * 12 + self.today.month - 1 - self.months
        return date(month // 12, month % 12 + 1, 1)

    @property
    def back_load_day(self) -> date:
        """The day on which the back-loads were exported: what happened later comes in single files."""
        return self.today - timedelta(days=21)

    @cached_property
    def history(self) -> History:
        return simulate_history(self.pathway, self.sites, self.start, self.today - timedelta(days=1), seed=SEED)

    def back_loads(self) -> Iterator[DemoFile]:
        """History, a file a provider or team."""
        raise NotImplementedError

    def singles(self) -> Iterator[DemoFile]:
        """One file after the other, as a network's week brings them."""
        raise NotImplementedError

    def told(self, rows: np.ndarray, **defects: float) -> Texts:
        """Texts of these records as they are known today, with shares of rows spoilt.

        Which patients came in the last weeks depends on the day: a defect that fits too few of them is planted in those.
        """
        return plant(self.history.known(rows, as_of=self.today), self.pathway, defects, seed=SEED, is_lenient=True)[0]
