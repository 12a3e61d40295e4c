"""The demo's files: one back-load a provider, then single files of every kind of result.

Belongs here: what each file holds and what should come of it. Does not belong here: the patients (``assets.simulate``), dropping.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from assets.simulate import Dialect, History, csv_bytes, plant, simulate_history, xlsx_bytes
from assets.simulate.history import with_headers
from pipelines.demo.layouts.own_layouts import TRUST_LAYOUT
from pipelines.demo.network import OFFICE, Network
from schemas.datasets import Pathway
from schemas.layouts import Layout

MONTHS = 24
SEED = 7


@dataclass(frozen=True)
class DemoFile:
    """One drop. ``shows`` says in words why it is there. ``waits``: only dropped when everything before it has its receipt."""

    sender: str
    name: str
    content: bytes
    shows: str
    manifest: dict[str, str] = field(default_factory=dict)
    waits: bool = False


@dataclass(frozen=True)
class Story:
    """The files of a network on a day. The same network and day give the same files."""

    network: Network
    pathway: Pathway
    today: date
    months: int = MONTHS

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
        return simulate_history(self.pathway, self.network.sites, self.start, self.today - timedelta(days=1), seed=SEED)

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
        texts, _ = plant(self.history.known(rows, as_of=self.today), self.pathway, defects, seed=SEED)
        return with_headers(texts, self.history.dataset)

    def spelt(self, table: pd.DataFrame, layout: Layout) -> pd.DataFrame:
        """The table as a trust's own layout spells it."""
        dataset, out = self.history.dataset, {}
        for column in layout.columns:
            kind, values = dataset.field_by_name[column.field].kind, table[dataset.field_by_name[column.field].header]
            own = {code: spelling for spelling, code in column.codes}
            out[column.header] = [_own_date(text) if kind == "date" else own.get(text, text) for text in values]
        return pd.DataFrame(out, dtype=object)

    def singles(self) -> Iterator[DemoFile]:
        """One file after the other, as a network's week brings them."""
        yield from self._accepted()
        yield from self._flawed()
        yield from self._refused()
        yield from self._consequential()
        yield from self._from_the_office()

    # -------------------------------------------------------------------------------------------- kinds
    def _accepted(self) -> Iterator[DemoFile]:
        a, b, c, d, e = self.network.providers[:5]
        data = self.pathway.case_dataset
        yield DemoFile(a, "week.csv", csv_bytes(self.recent(a)), "a plain CSV with new cases, and later news of known ones")
        yield DemoFile(b, "week (semicolons).csv", csv_bytes(self.recent(b), Dialect(";", "cp1252")), "semicolons and Windows-1252")
        yield DemoFile(c, "week.txt", csv_bytes(self.recent(c), Dialect("\t", has_mark=True)), "tabs and a byte order mark")
        yield DemoFile(d, "week.xlsx", xlsx_bytes(self.recent(d), data), "a workbook with real dates")
        titled = xlsx_bytes(self.recent(d, 30), data, real_dates=False, title_rows=("Hip fractures", "Exported by the ward"), sheets_before=("Notes",))
        yield DemoFile(d, "week with title.xlsx", titled, "a workbook with titles, notes and dates as text")
        yield DemoFile(e, "theatre export.csv", csv_bytes(self.spelt(self.recent(e), TRUST_LAYOUT)), "a trust's own layout")

    def _flawed(self) -> Iterator[DemoFile]:
        f, g, h, i, j, k = self.network.providers[5:11]
        yield DemoFile(f, "week.csv", csv_bytes(self.recent(f, 90, unknown_code=0.05, impossible_date=0.05)), "unknown codes and impossible dates: taken in part")
        yield DemoFile(g, "week.csv", csv_bytes(self.recent(g, 90, surgery_before_presentation=0.08, discharge_before_surgery=0.05)), "times in the wrong order")
        yield DemoFile(h, "week.csv", csv_bytes(self.recent(h, 90, nhs_number_as_excel=0.1, swapped_date=0.05)), "what a spreadsheet does to numbers and dates")
        yield DemoFile(i, "week.csv", csv_bytes(self.recent(i, 90, dummy_nhs_number=0.05, wrong_check_digit=0.05)), "NHS numbers that cannot be")
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
        yield DemoFile(t, "records to withdraw.csv", csv_bytes(self.recent(t, 200).head(3)), "withdraws three records", {"mode": "withdraw"})

    def _from_the_office(self) -> Iterator[DemoFile]:
        deaths = self.history.deaths(as_of=self.today - timedelta(days=10))
        yield DemoFile(OFFICE, "deaths.csv", csv_bytes(deaths), "deaths, from the network's office", self._coverage())
        yield DemoFile(OFFICE, "national values.csv", csv_bytes(self._reference_values()), "published national values")
        last = self.network.providers[-1]
        yield DemoFile(last, "week.csv", csv_bytes(self.recent(last)), "the last of the week")

    def _coverage(self) -> dict[str, str]:
        return {"dataset": "deaths", "period_start": self.start.isoformat(), "period_end": (self.today - timedelta(days=10)).isoformat()}

    def _reference_values(self) -> pd.DataFrame:
        """Made-up national values, said to be so in their source."""
        values = {"hip_kpi1_geriatrician_72h": 0.87, "hip_kpi2_surgery_next_day": 0.58, "hip_kpi4_mobilised_next_day": 0.80, "hip_mortality_30_days": 0.062}
        rows = [
            (measure, f"01/{month:02d}/{year}", "quarter", value, "", "", "Made up for the demo", self.today.strftime("%d/%m/%Y"))
            for measure, value in values.items() for year in range(self.start.year, self.today.year + 1) for month in (1, 4, 7, 10)
            if date(year, month, 1) < self.today
        ]  # fmt: skip
        columns = ["Measure", "Period start", "Period", "Value", "Numerator", "Denominator", "Source", "Published on"]
        return pd.DataFrame(rows, columns=columns, dtype=object)


def _own_date(text: str) -> str:
    return "-".join(reversed(text.split("/"))) if text else ""


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
