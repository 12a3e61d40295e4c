"""The series of months that the demo's network is watched by: whose, of which measure, how many cases a month, which value.

Belongs here: filling a house with the demo's two years and reading its months. Does not belong here: simulating anything.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.result_frames import read, shortest_grain
from assets.signals import ALONE
from assets.simulate import csv_bytes
from bench import house
from bench.chosen import HIPS, STROKES
from schemas.datasets import Pathway
from schemas.measures import EVENT_CHARTS

DAY = date(2026, 11, 1)  # a fixed one: the same day gives the same patients
WATCHED_KINDS = ("proportion", "median", "mean", "count")
MONTHS = """
select r.measure_name, r.organisation_code, o.organisation_kind, sum(r.denominator)::float / :months as cases, sum(r.numerator)::float as events,
       sum(r.denominator)::float as all_cases
from measurement.measure_result r join pathway.organisation o on o.organisation_code = r.organisation_code
where r.period_grain = 'month' and r.measure_name = any(:measures) and r.period_start >= :start and r.period_start < :day
group by 1, 2, 3 having sum(r.denominator) > 0 order by 1, 2
"""
COMPLETENESS = """
select r.organisation_code, r.period_start, avg(r.completeness_share)::float as share
from measurement.measure_result r join pathway.organisation o on o.organisation_code = r.organisation_code and o.organisation_kind in ('provider', 'team')
where r.period_grain = 'month' and r.measure_name = any(:needing) and r.period_start >= :start and r.period_start < :day
group by 1, 2 having avg(r.completeness_share) is not null order by 1, 2
"""
# what a site of the pathway has in a year, by the pathway's own simulation, beside what one of the demo has
DEMO_YEARLY = {HIPS: 190.0, STROKES: 190.0 * 0.6}


@dataclass(frozen=True)
class Watched:
    """``series``: a row each, with ``measure_name``, ``pathway``, ``kind``, ``organisation_code``, ``organisation_kind``, ``cases`` (mean denominator of a month,
    months without any included) and ``value`` (pooled share; missing for other kinds). ``completeness``: a list of dated shares a provider
    or team and pathway.
    """

    series: pd.DataFrame
    completeness: list[list[tuple[date, float]]]

    def at_national_volumes(self) -> pd.DataFrame:
        """The same series with as many patients a site as the pathways have in the nation."""
        factor = {name: house.pathway(name).simulation.yearly_cases / yearly for name, yearly in DEMO_YEARLY.items()}
        return self.series.assign(cases=self.series["cases"] * self.series["pathway"].map(factor))


def watched() -> Watched:
    """Two years of the demo's patients in a house of their own, without the demo's spoilt files. Some real changes are among them, as in the demo."""
    from pipelines.demo.network import make_network
    from pipelines.demo.show import STORIES

    network = make_network(DAY)
    with house.house() as place:
        with place.context.engine.begin() as connection:
            house.load_network(connection, network.organisations)
        stories = [story(network, place.context.registry.pathway(name), DAY) for name, story in STORIES.items()]
        _fill(place, stories)
        house.refresh_all(place)
        with place.context.engine.connect() as connection:
            read_of = [(_series(connection, story), _completeness(connection, story)) for story in stories]
            found, completeness = zip(*read_of, strict=True)
            series = pd.concat(found, ignore_index=True)
            return Watched(series, [each for part in completeness for each in part])


def _fill(place: house.Place, stories) -> None:
    """All records of each pathway as one file of the office, then the deaths."""
    from assets.dropping import drop
    from pipelines.demo.office import office_files

    for story in stories:
        history = story.history
        place.drop(house.OFFICE, csv_bytes(history.table(history.own(story.sites), as_of=DAY)), f"{story.pathway.name}.csv")
    [deaths] = [file for file in office_files(stories) if file.name == "deaths.csv"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / deaths.name
        path.write_bytes(deaths.content)
        drop(path, place.settings.landing / deaths.sender, deaths.manifest)
    house.take_all(place)


def _series(connection: Connection, story) -> pd.DataFrame:
    monthly = [m for m in story.pathway.measures if m.is_watched and shortest_grain(m) == "month" and m.judged_by not in EVENT_CHARTS]
    kinds = {measure.name: measure.kind.value for measure in monthly if measure.kind.value in WATCHED_KINDS}
    found = read(connection, MONTHS, {"measures": list(kinds), "months": story.months, "start": story.start, "day": DAY})
    alone = connection.scalars(text(ALONE), {"measures": [measure.name for measure in story.pathway.measures]}).all()
    found = found[~found["organisation_code"].isin(alone)].reset_index(drop=True)
    found = found.assign(kind=found["measure_name"].map(kinds), pathway=story.pathway.name).astype({"events": float, "cases": float})
    return found.assign(value=(found["events"] / found["all_cases"].astype(float)).where(found["kind"] == "proportion", np.nan))


def _completeness(connection: Connection, story) -> list[list[tuple[date, float]]]:
    found = read(connection, COMPLETENESS, {"needing": _needing(story.pathway), "start": story.start, "day": DAY})
    return [
        [(day.date(), float(share)) for day, share in zip(part["period_start"], part["share"], strict=True)]
        for _, part in found.groupby("organisation_code")
    ]


def _needing(pathway: Pathway) -> list[str]:
    return [measure.name for measure in pathway.measures if measure.needs]
