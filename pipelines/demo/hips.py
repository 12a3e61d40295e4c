"""The demo's files of hip fracture: one back-load a provider, then single files of every kind of result.

Belongs here: what each file holds and what should come of it. Does not belong here: the patients (``assets.simulate``), dropping.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd

from assets.simulate import Dialect, csv_bytes, in_layout, xlsx_bytes
from assets.simulate.history import with_headers
from pipelines.demo.files import DemoFile, Story
from pipelines.demo.layouts.own_layouts import TRUST_LAYOUT


class HipStory(Story):
    """Two years of hip fracture at every provider."""

    def back_loads(self) -> Iterator[DemoFile]:
        """History, one file a provider."""
        for provider in self.network.providers:
            rows = self.history.select(provider=provider, end=self.back_load_day)
            content = csv_bytes(self.history.table(rows, as_of=self.back_load_day))
            yield DemoFile(provider, f"hip fractures {self.months} months.csv", content, "history")

    # -------------------------------------------------------------------------------------------- tables
    def recent(self, provider: str, days: int = 60, **defects: float) -> pd.DataFrame:
        """The provider's cases of the last days as they are known today, with shares of rows spoilt."""
        rows = self.history.select(provider=provider, start=self.today - timedelta(days=days))
        return with_headers(self.told(rows, **defects), self.history.dataset)

    def singles(self) -> Iterator[DemoFile]:
        """One file after the other, as a network's week brings them."""
        yield from self._accepted()
        yield from self._flawed()
        yield from self._refused()
        yield from self._consequential()
        last = self.network.providers[-1]
        yield DemoFile(last, "week.csv", csv_bytes(self.recent(last)), "the last of the week")

    # -------------------------------------------------------------------------------------------- kinds
    def _accepted(self) -> Iterator[DemoFile]:
        a, b, c, d, e = self.network.providers[:5]
        data = self.pathway.case_dataset
        yield DemoFile(a, "week.csv", csv_bytes(self.recent(a)), "a plain CSV with new cases, and later news of known ones")
        yield DemoFile(b, "week (semicolons).csv", csv_bytes(self.recent(b), Dialect(";", "cp1252")), "semicolons and Windows-1252")
        yield DemoFile(c, "week.txt", csv_bytes(self.recent(c), Dialect("\t", has_mark=True)), "tabs and a byte order mark")
        yield DemoFile(d, "week.xlsx", xlsx_bytes(self.recent(d), data), "a workbook with real dates")
        titled = xlsx_bytes(
            self.recent(d, 30), data, real_dates=False, title_rows=("Hip fractures", "Exported by the ward"), sheets_before=("Notes",)
        )
        yield DemoFile(d, "week with title.xlsx", titled, "a workbook with titles, notes and dates as text")
        recent = self.history.select(provider=e, start=self.today - timedelta(days=60))
        own = in_layout(self.told(recent), data, TRUST_LAYOUT)
        yield DemoFile(e, "theatre export.csv", csv_bytes(own), "a trust's own layout")

    def _flawed(self) -> Iterator[DemoFile]:
        f, g, h, i, j, k = self.network.providers[5:11]
        yield DemoFile(
            f,
            "week.csv",
            csv_bytes(self.recent(f, 90, unknown_code=0.05, impossible_date=0.05)),
            "unknown codes and impossible dates: taken in part",
        )
        yield DemoFile(
            g,
            "week.csv",
            csv_bytes(self.recent(g, 90, surgery_before_presentation=0.08, discharge_before_surgery=0.05)),
            "times in the wrong order",
        )
        yield DemoFile(
            h,
            "week.csv",
            csv_bytes(self.recent(h, 90, nhs_number_as_excel=0.1, swapped_date=0.05)),
            "what a spreadsheet does to numbers and dates",
        )
        yield DemoFile(
            i, "week.csv", csv_bytes(self.recent(i, 90, dummy_nhs_number=0.05, wrong_check_digit=0.05)), "NHS numbers that cannot be"
        )
        yield DemoFile(j, "week.csv", csv_bytes(self.recent(j, 90, formula=0.05, untidy_spaces=0.1)), "formulas and untidy spaces")
        renamed = self.recent(k).rename(columns={"Presentation date": "Presentaton date", "ASA Grade": "ASA Grad"})
        yield DemoFile(k, "week.csv", csv_bytes(renamed), "misspelt headers: did you mean ...?")

    def _refused(self) -> Iterator[DemoFile]:
        l, m, n, o, p = self.network.providers[11:16]  # noqa: E741
        yield DemoFile(l, "week.csv", csv_bytes(self.recent(l).iloc[:0]), "a header and no rows")
        yield DemoFile(m, "week.csv", _zip(), "an archive that calls itself a CSV")
        yield DemoFile(n, "staff.csv", b"name,department,phone\r\nnobody,nowhere,0\r\n", "not of any dataset")
        yield DemoFile(o, "week.csv", csv_bytes(self.recent(p)), "another trust's patients in the wrong folder")
        short = self.recent(m).drop(columns=["Presentation date", "Fracture side"])
        yield DemoFile(m, "week again.csv", csv_bytes(short), "essential columns are missing")

    def _consequential(self) -> Iterator[DemoFile]:
        p, q, r, s, t = self.network.providers[15:20]
        week = csv_bytes(self.recent(p))
        yield DemoFile(p, "week.csv", week, "the file that comes again")
        yield DemoFile(p, "week (copy).csv", week, "the same bytes again: already received", waits=True)
        since, until = self.today - timedelta(days=180), self.today - timedelta(days=30)
        few = self.recent(q, 180).head(6)
        manifest = {"mode": "replace period", "period_start": since.isoformat(), "period_end": until.isoformat()}
        yield DemoFile(q, "half a year.csv", csv_bytes(few), "would withdraw most of half a year: held", manifest)
        corrected = self.recent(r, 120)
        corrected["Presentation date"] = [_a_day_earlier(text, row) for row, text in enumerate(corrected["Presentation date"])]
        yield DemoFile(r, "corrections.csv", csv_bytes(corrected), "corrected key fields: corrections, not second cases")
        yield DemoFile(s, "withdrawn later.csv", csv_bytes(self.recent(s)), "taken, and then withdrawn by the office")
        yield DemoFile(
            t, "records to withdraw.csv", csv_bytes(self.recent(t, 200).head(3)), "withdraws three records", {"mode": "withdraw"}
        )


def _a_day_earlier(text: str, row: int) -> str:
    """Every tenth presentation was really on the day before."""
    if row % 10 or not text:
        return text
    day, month, year = map(int, text.split("/"))
    return (date(year, month, day) - timedelta(days=1)).strftime("%d/%m/%Y")


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("week.csv", "a,b\n1,2\n")
    return packed.getvalue()
