"""From the drop of 300 rows to results that are readable, on a house that is up: daemon, sensors, launcher, workers, Postgres.

Readable means: the provider's results say that they are as of this submission or a later one, and none of its cells is stale.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import text

from bench import house
from bench.report import Figure, Measured, split
from bench.stages import timed

ROWS, DROPS = 300, 10
PATIENCE_SECONDS = 300.0
TITLE = "Drop to readable results, 300 rows, on a house that is up"
READABLE = """
select s.submission_id, s.received_at, s.finished_at, s.receipted_at from intake.submission s
where s.sender_code = :sender and s.received_at >= :since and s.state like 'accepted%'
  and not exists (select from intake.stale_cell c where c.submission_id = s.submission_id)
  and exists (select from measurement.measure_result r where r.organisation_code = :sender and r.as_of_submission >= s.submission_id)
"""


def run(drops: int = DROPS) -> Measured:
    inside, every = _inside(ROWS), dropped(house.PATHWAY, drops)
    whole = [each["readable"] for each in every]
    medians = {name: statistics.median(each[name] for each in every) for name in every[0]}
    steps = dict(zip(("claimed", "run asked for", "run started", "loaded", "receipted", "results readable"), _steps(medians), strict=True))
    return Measured("latency", TITLE, (
        Figure(f"drop to readable results, median of {drops}", statistics.median(whole), "s", 4.0),
        Figure("the slowest of them", max(whole), "s"), *split(steps),
        Figure("in one process, without Dagster", sum(inside.values()), "s"), *split(inside),
    ), notes=("The file is dropped as `common-cause submit` does it, with its mark of completion. Of the steps on the house that is up the medians are told, each from the "
              "one before; below them what the same work costs in one process that is warm.",), detail={"drops": every})  # fmt: skip


def _steps(medians: dict[str, float]) -> Iterator[float]:
    before = 0.0
    for name in ("claimed", "asked", "started", "loaded", "receipted", "readable"):
        yield medians[name] - before
        before = medians[name]


def dropped(pathway: str, drops: int) -> list[dict[str, float]]:
    """Seconds from each drop of 300 rows to each step, on a house that is up."""
    with house.house(is_up=True) as place:
        _settle(place, pathway)
        return list(_drops(place, pathway, drops))


def _settle(place: house.Place, pathway: str) -> None:
    """Half a year of the network, so that there is something to compare with, and a first drop that warms the workers."""
    first, warm = house.rows(4_000, years=0.5, name=pathway), house.rows(50, seed=1, name=pathway)
    for number, data in enumerate((house.content(first), house.content(warm))):
        since = datetime.now(UTC)
        place.drop(house.OFFICE, data, f"history {number}.csv")
        _wait(place, READABLE.replace("r.organisation_code = :sender and", ""), house.OFFICE, since)
        _until_idle(place)


def _drops(place: house.Place, pathway: str, count: int) -> Iterator[dict[str, float]]:
    """Seconds from the drop to each step, one provider after the other."""
    for number, site in enumerate(house.sites(name=pathway)[:count]):
        drawn = house.rows(ROWS, years=0.5, seed=house.SEED + 10 + number, of=(site,), name=pathway)
        data = house.content(drawn, drawn.own((site,))[:ROWS])
        since = datetime.now(UTC)
        place.drop(site.provider_code, data, "week.csv")
        row, readable = _wait(place, READABLE, site.provider_code, since)
        run = _until_idle(place, row.submission_id)
        moments = {
            "claimed": row.received_at.timestamp(), "asked": run.create_timestamp.timestamp(), "started": run.start_time, "loaded": row.finished_at.timestamp(),
            "receipted": row.receipted_at.timestamp(), "readable": readable.timestamp(), "run ended": run.end_time,
        }  # fmt: skip
        yield {name: moment - since.timestamp() for name, moment in moments.items()}


def _wait(place: house.Place, sql: str, sender: str, since: datetime):
    """The submission once its results are readable, and the moment; looks every 20 ms."""
    until = time.monotonic() + PATIENCE_SECONDS
    with place.context.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while (row := connection.execute(text(sql), {"sender": sender, "since": since}).first()) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"no readable results after {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.02)
    return row, datetime.now(UTC)


def _until_idle(place: house.Place, submission_id: str | None = None):
    """Waits until Dagster has no run that goes on; returns the record of the submission's run."""
    from dagster import DagsterInstance, RunsFilter

    from pipelines.sensors import UNFINISHED_RUNS

    with DagsterInstance.from_config(str(place.settings.dagster_home)) as instance:
        while instance.get_runs(RunsFilter(statuses=UNFINISHED_RUNS), limit=1):
            time.sleep(0.2)
        if submission_id is None:
            return None
        return instance.get_run_records(RunsFilter(tags={"submission": submission_id}))[0]


def _inside(count: int) -> dict[str, float]:
    """Median seconds of each stage of the same work in this process, the first time left out."""
    found = []
    with house.house() as place:
        place.drop(house.OFFICE, house.content(house.rows(4_000, years=0.5)), "history.csv")
        house.take_all(place)
        house.refresh_all(place)
        for number, site in enumerate(house.sites()[:6]):
            place.drop(
                site.provider_code, house.content(house.rows(count, years=0.5, seed=house.SEED + 10 + number, of=(site,))), "week.csv"
            )
            found.append(_one(place))
    return {name: statistics.median(each[name] for each in found[1:]) for name in found[0]}


def _one(place: house.Place) -> dict[str, float]:
    begun = time.perf_counter()
    with timed() as stages:
        house.take_all(place)
    taken = time.perf_counter()
    house.refresh_all(place)
    named = dict(stages)
    return {**named, "everything else to the receipt": taken - begun - sum(named.values()), "refreshed": time.perf_counter() - taken}
