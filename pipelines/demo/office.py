"""The demo's files that the network's office sends for all: deaths, and published national values.

Belongs here: files of no single pathway. Does not belong here: those of providers (``hips``, ``strokes``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pandas as pd

from assets.simulate import csv_bytes
from pipelines.demo.files import DemoFile, Story
from pipelines.demo.network import OFFICE

# made up, and said to be so in their source
NATIONAL_VALUES = {
    "hip_kpi1_geriatrician_72h": 0.87, "hip_kpi2_surgery_next_day": 0.58, "hip_kpi4_mobilised_next_day": 0.80, "hip_mortality_30_days": 0.062,
    "stroke_tc_1_1_scanned_1h": 0.55, "stroke_tc_2_1_stroke_unit_4h": 0.46, "stroke_tc_3_3_needle_1h": 0.60,
}  # fmt: skip
COLUMNS = ("Measure", "Period start", "Period", "Value", "Numerator", "Denominator", "Source", "Published on")


def office_files(stories: Sequence[Story]) -> Iterator[DemoFile]:
    """Deaths of the patients of all stories, and national values to stand beside their measures."""
    today, start = stories[0].today, stories[0].start
    known_to = today - timedelta(days=10)
    deaths = pd.concat([story.history.deaths(as_of=known_to) for story in stories]).drop_duplicates("NHS number")
    coverage = {"dataset": "deaths", "period_start": start.isoformat(), "period_end": known_to.isoformat()}
    yield DemoFile(OFFICE, "deaths.csv", csv_bytes(deaths), "deaths, from the network's office", coverage)
    yield DemoFile(OFFICE, "national values.csv", csv_bytes(_national_values(start, today)), "published national values")


def _national_values(start: date, today: date) -> pd.DataFrame:
    rows = [
        (measure, f"01/{month:02d}/{year}", "quarter", value, "", "", "Made up for the demo", today.strftime("%d/%m/%Y"))
        for measure, value in NATIONAL_VALUES.items() for year in range(start.year, today.year + 1) for month in (1, 4, 7, 10)
        if date(year, month, 1) < today
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)
