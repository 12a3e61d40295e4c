"""The demo's files of acute stroke: a back-load a team or provider, then single files of every kind of result.

Belongs here: what each file holds and what should come of it. Does not belong here: the patients (``assets.simulate``), dropping.
Every second provider sends the audit's export, one file for its teams; the others the layout of the import, a file a team in the team's folder.
Patients are passed on between providers, so that one stroke is told by several senders.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pandas as pd

from assets.simulate import Site, csv_bytes, in_layout, xlsx_bytes
from assets.simulate.spelling import Texts
from pipelines.demo.files import DemoFile, Story
from schemas.layouts import Layout

IMPORT, EXPORT = "acute_stroke_import", "acute_stroke_export"


class StrokeStory(Story):
    """Two years of acute stroke at the providers that have a stroke team."""

    @property
    def sites(self) -> tuple[Site, ...]:
        return self.network.teams

    @property
    def providers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(team.provider_code for team in self.sites))

    def exports(self, provider: str) -> bool:
        return self.providers.index(provider) % 2 == 0

    def teams_of(self, provider: str) -> tuple[str, ...]:
        """Its hospital's team first."""
        return tuple(team.code for team in self.sites if team.provider_code == provider)

    def layout(self, name: str) -> Layout:
        return next((made for made in self.pathway.layouts if made.name == name), self.pathway.case_dataset.standard_layout)

    def back_loads(self) -> Iterator[DemoFile]:
        """History: an export a provider, or an import a team."""
        name, end = f"strokes {self.months} months.csv", self.back_load_day
        for provider in self.providers:
            if self.exports(provider):
                texts = self.history.known(self.history.select(provider=provider, end=end), as_of=end)
                yield DemoFile(provider, name, csv_bytes(self.spelt(texts, EXPORT)), "history, every team's in one export")
                continue
            for team in self.teams_of(provider):
                texts = self.history.known(self.history.select(site=team, end=end), as_of=end)
                yield DemoFile(provider, name, csv_bytes(self.spelt(texts, IMPORT)), "history of a team, in its folder", folder=team)

    # -------------------------------------------------------------------------------------------- tables
    def spelt(self, texts: Texts, layout: str) -> pd.DataFrame:
        return in_layout(texts, self.pathway.case_dataset, self.layout(layout))

    def recent(self, team: str, days: int = 75, layout: str = IMPORT, **defects: float) -> pd.DataFrame:
        """The team's records of the last days as they are known today, with shares of rows spoilt."""
        return self.spelt(self.told(self._since(days, site=team), **defects), layout)

    def _since(self, days: int, **whose: str) -> np.ndarray:
        return self.history.select(start=self.today - timedelta(days=days), **whose)

    def singles(self) -> Iterator[DemoFile]:
        """One file after the other, as a network's week brings them."""
        yield from self._accepted()
        yield from self._flawed()
        yield from self._refused()
        yield from self._consequential()

    # -------------------------------------------------------------------------------------------- kinds
    def _accepted(self) -> Iterator[DemoFile]:
        a, b, c, d = self.providers[:4]
        data = self.pathway.case_dataset
        export = csv_bytes(self.spelt(self.told(self._since(75, provider=a)), EXPORT))
        yield DemoFile(a, "strokes of the week.csv", export, "an export: new strokes, later news, patients passed on")
        team = self.teams_of(b)[0]
        yield DemoFile(b, "strokes.csv", csv_bytes(self.recent(team)), "an import, the team by its folder", folder=team)
        book = xlsx_bytes(self.recent(self.teams_of(c)[0], layout=data.standard_layout.name), data)
        yield DemoFile(c, "strokes.xlsx", book, "the template as a workbook")
        team = self.teams_of(d)[0]
        nameless = self.recent(team)
        nameless.columns = [f"Column {place}" for place in range(1, len(nameless.columns) + 1)]
        yield DemoFile(d, "strokes.csv", csv_bytes(nameless), "an import without headers, read by position", {"team": team})

    def _flawed(self) -> Iterator[DemoFile]:
        e, f, g, h = (self.teams_of(provider)[0] for provider in self.providers[4:8])
        spoilt = {
            e: ("strokes.csv", "times in the wrong order", {"onset_after_arrival": 0.06, "needle_before_the_scan": 0.02, "imaging_before_arrival": 0.05}),
            f: ("strokes.csv", "answers that are not asked, and others that contradict each other", {"answer_that_is_not_asked": 0.1, "haemorrhage_thrombolysed": 0.05}),
            g: ("strokes.csv", "a cell too many in some rows: everything behind it has moved", {"shifted_columns": 0.1}),
            h: ("strokes.csv", "what is taken with a warning", {"stroke_type_missing": 0.05, "imaging_after_a_week": 0.05}),
        }  # fmt: skip
        for provider, (team, (name, shows, shares)) in zip(self.providers[4:8], spoilt.items(), strict=True):
            yield DemoFile(provider, name, csv_bytes(self.recent(team, 150, **shares)), shows, folder=team)

    def _refused(self) -> Iterator[DemoFile]:
        i, j, k = self.providers[8:11]
        yield DemoFile(i, "strokes.csv", csv_bytes(self.recent(self.teams_of(i)[0])), "an import that does not say of which team it is")
        wider = self.recent(self.teams_of(j)[0])
        wider.insert(40, "Ward", "7")
        wider.columns = [str(place) for place in range(len(wider.columns))]
        yield DemoFile(j, "strokes.csv", csv_bytes(wider), "a column too many, and no headers to find it by", folder=self.teams_of(j)[0])
        yield DemoFile(
            k, "strokes.csv", csv_bytes(self.recent(self.teams_of(j)[0], layout=EXPORT)), "another trust's strokes in the wrong folder"
        )

    def _consequential(self) -> Iterator[DemoFile]:
        k, m = self.providers[10:12]
        n = self.providers[2]
        team = self.teams_of(m)[0]
        week = csv_bytes(self.recent(team))
        yield DemoFile(m, "strokes.csv", week, "the strokes that come again", folder=team)
        yield DemoFile(m, "strokes (copy).csv", week, "the same strokes again: already received", waits=True, folder=team)
        since, until = self.today - timedelta(days=180), self.today - timedelta(days=30)
        manifest = {
            "mode": "replace period",
            "period_start": since.isoformat(),
            "period_end": until.isoformat(),
            "team": self.teams_of(k)[0],
        }
        few = self.recent(self.teams_of(k)[0], 180).head(4)
        yield DemoFile(k, "half a year of strokes.csv", csv_bytes(few), "would withdraw most of half a year of strokes: held", manifest)
        corrected = self.told(self._since(120, provider=n))
        corrected["s2_stroke_type"] = _another_type(corrected["s2_stroke_type"])
        yield DemoFile(
            n, "strokes, corrected.csv", csv_bytes(self.spelt(corrected, EXPORT)), "corrections that contradict what stays: told row by row"
        )


def _another_type(types: np.ndarray) -> np.ndarray:
    """Every fifteenth infarct was a haemorrhage after all; what follows from that was not corrected."""
    changed = types.copy()
    infarcts = np.flatnonzero(types == "I")
    changed[infarcts[::15]] = "PIH"
    return changed
