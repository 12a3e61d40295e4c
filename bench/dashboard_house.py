"""A warehouse as large as the dashboard has to bear: 200 providers, 60 measures, five years; ``python -m bench.dashboard_house HOME`` makes one.

Belongs here: home, rows into tables, cases with milestones. Does not belong here: the values (``bench.dashboard_rows``), what is measured (``bench.dashboard``).
Results are made up; benchmarks, funnels, charts and signals of them are computed as a refresh does. The same seed makes the same network, up to the present month.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, insert, text

from assets.benchmarks import compute_benchmarks
from assets.charts import compute_charts
from assets.milestones import compute_milestones
from assets.result_frames import Moment
from assets.signals import settle_results
from bench.dashboard_rows import OFFICE, SEED, YEARS, chosen, organisations, places, results, unit_codes
from schemas.datasets import Pathway
from schemas.registry import Registry, load_registry
from warehouse.database import make_engine
from warehouse.intake_tables import expected_submission, submission
from warehouse.loading import copy_frame
from warehouse.measure_definitions import sync_measures
from warehouse.measurement_tables import measure_result
from warehouse.migrate import migrate
from warehouse.milestone_definitions import sync_milestones
from warehouse.organisations import load_network
from warehouse.settings import Settings
from warehouse.sync import case_pathways

STALE = """
create temporary table stale_now on commit drop as
select distinct m.pathway_name, r.organisation_code, r.period_grain, r.period_start
from measurement.measure_result r join measurement.measure m using (measure_name) where m.pathway_name = :pathway
"""
# as a refresh finds them: whose results a site's or provider's cases count for
LEVELS = """
create temporary table organisation_level_now on commit drop as
select o.organisation_code as start_code, o.organisation_kind as start_kind, o.organisation_code as level_code, o.organisation_kind as level_kind
from pathway.organisation o where o.organisation_kind in ('site', 'team', 'provider')
union all
select o.organisation_code, o.organisation_kind, above.level_code, above.level_kind from pathway.organisation o
join pathway.organisation region on region.organisation_code = o.parent_code
cross join lateral (values (region.organisation_code, 'region'), (region.parent_code, 'network')) as above (level_code, level_kind)
where o.organisation_kind = 'provider'
"""
ANALYZED = ("measurement.measure_result", "measurement.benchmark", "measurement.funnel_limit", "measurement.spc_point", "measurement.signal", "measurement.milestone_part", "measurement.milestone_result", "pathway.pathway_case",
            "pathway.organisation", "pathway.person", "intake.submission", "intake.expected_submission")  # fmt: skip


def build(home: Path, cases_share: float = 1.0) -> Settings:
    """The warehouse in ``home``, with its server up. ``cases_share``: how many of the providers' cases there are, for milestones."""
    settings = Settings(home=home, network_code=OFFICE)
    migrate(settings)
    engine, registry, today = make_engine(settings), load_registry(settings.pathway_folders), date.today()
    with engine.begin() as connection:
        load_network(connection, organisations(places()))
        sync_measures(connection, registry)
        sync_milestones(connection, registry)
    for pathway in _of_cases(registry):
        _fill(engine, pathway, today)
    with engine.begin() as connection:
        _add_cases(connection, registry, today, cases_share)
        _add_submissions(connection, registry, today)
    for pathway in _of_cases(registry):
        _measure_milestones(engine, pathway)
    _analyze(engine, connection_tables=[f"pathway.{name}" for _, *tables in _tables(engine) for name in tables])
    engine.dispose()
    return settings


def _of_cases(registry: Registry) -> list[Pathway]:
    return [pathway for pathway in registry.pathways if pathway.case_dataset is not None]


def _tables(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        return case_pathways(connection)


def _fill(engine: Engine, pathway: Pathway, today: date) -> None:
    """Results, then what a refresh makes of them."""
    now = datetime.now(UTC)
    with engine.begin() as connection:
        for frame in results(pathway, places(), today, chosen(pathway)):
            copy_frame(connection, measure_result, frame)
    with engine.begin() as connection:
        connection.execute(text("analyze measurement.measure_result"))
        connection.execute(text(STALE), {"pathway": pathway.name})
        connection.execute(text("analyze stale_now"))
        compute_benchmarks(connection, pathway, Moment(now, None))
        settle_results(connection, pathway, compute_charts(connection, pathway), now)


# ------------------------------------------------------------------------------------------------ cases
PERSONS = "insert into pathway.person (person_id) select ({id}) from generate_series(1, :count) n"
CASES = """
insert into pathway.pathway_case (case_id, pathway_name, person_id, site_code, provider_code, started_at, started_on, record_status, first_arrival_number,
    first_row_number, last_arrival_number)
select ({id}), :pathway, ({id}), site, provider, started, started::date, 'valid', 1, n, 1
from (select n, (cast(:sites as text[]))[place] as site, (cast(:providers as text[]))[place] as provider, cast(:today as timestamp) - interval '1 day' * (1 + mod(n * 48271, :days)) + interval '1 minute' * mod(n * 69621, 1440) as started
    from unnest(cast(:place as int[])) with ordinality as x (place, n)) drawn
"""
DETAILS = """
insert into pathway."{table}" (case_id, {clock}, {fields})
select case_id, started_at, {values} from (select *, row_number() over () as n from pathway.pathway_case where pathway_name = :pathway) c
"""


def _add_cases(connection: Connection, registry: Registry, today: date, share: float) -> None:
    """Cases of each pathway as many as the providers' months say, with their milestones; nothing else of them is known."""
    details = {name: table for name, _, table in case_pathways(connection)}
    for number, pathway in enumerate(_of_cases(registry)):
        of, unique = _drawn_places(share, number), f"md5('{pathway.name}' || n)::uuid"
        given = {"pathway": pathway.name, "count": len(of), "place": of.tolist(), "today": today, "days": 365 * YEARS}
        codes = {"providers": [p.code for p in places()], "sites": unit_codes(pathway, places())}
        connection.execute(text(PERSONS.format(id=unique)), {"count": len(of)})
        connection.execute(text(CASES.format(id=unique)), given | codes)
        connection.execute(text(_details(pathway, details[pathway.name])), {"pathway": pathway.name})


def _drawn_places(share: float, number: int) -> np.ndarray:
    """(cases,): the provider of each case, counted from 1."""
    sizes = np.array([p.monthly for p in places()])
    return np.random.default_rng([SEED, 2, number]).choice(len(sizes), int(sizes.sum() * 12 * YEARS * share), p=sizes / sizes.sum()) + 1


def _details(pathway: Pathway, table: str) -> str:
    """Each milestone some hours after the one declared before it, in nine of ten cases."""
    clock = pathway.case_dataset.clock
    fields = [m.field for m in pathway.case_dataset.milestones if m.field != clock]
    value = "case when mod(n * {a}, 10) > 0 then started_at + interval '1 minute' * ({number} * 180 + mod(n * {a}, 331)) end"
    values = [value.format(a=7919 + 2 * number, number=number) for number in range(len(fields))]
    return DETAILS.format(table=table, clock=f'"{clock}"', fields=", ".join(f'"{f}"' for f in fields), values=", ".join(values))


def _measure_milestones(engine: Engine, pathway: Pathway) -> None:
    with engine.begin() as connection:
        connection.execute(text(STALE), {"pathway": pathway.name})
        connection.execute(text(LEVELS))
        connection.execute(text("analyze stale_now"))
        compute_milestones(connection, pathway, Moment(datetime.now(UTC), None))


# ------------------------------------------------------------------------------------------------ submissions
def _add_submissions(connection: Connection, registry: Registry, today: date) -> None:
    """A submission a provider, pathway and month, each as expected. None tells of records: the database counts them when it commits."""
    names = [pathway.case_dataset.name for pathway in _of_cases(registry)]
    months = [(today.replace(day=1) - timedelta(days=30 * back)).replace(day=1) for back in range(12 * YEARS, 0, -1)]
    keys = [(place.code, name, month) for month in months for name in names for place in places()]
    connection.execute(insert(submission), [_submission(number, *key) for number, key in enumerate(keys)])
    connection.execute(insert(expected_submission), [_expected(number, *key) for number, key in enumerate(dict.fromkeys(keys))])


def _submission(number: int, sender: str, dataset: str, month: date) -> dict:
    received = datetime(month.year, month.month, 5, 9, tzinfo=UTC)
    return {
        "submission_id": f"S{number:08d}", "claim_token": str(number), "sender_code": sender, "dataset_name": dataset, "state": "accepted", "file_sha256": f"{number:064x}",
        "envelope_sha256": "0", "file_size_bytes": 40_000, "received_at": received, "finished_at": received, "refreshed_at": received, "received_count": 20 + number % 40,
        "accepted_count": 0, "unchanged_count": 0, "out_of_scope_count": 20 + number % 40, "quarantined_count": 0, "warned_count": 0,
    }  # fmt: skip


def _expected(number: int, sender: str, dataset: str, month: date) -> dict:
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return {
        "sender_code": sender,
        "dataset_name": dataset,
        "period_start": month,
        "period_end": end,
        "due_on": end + timedelta(days=20),
        "met_on": None if number % 50 == 0 else end,
    }


def _analyze(engine: Engine, connection_tables: Sequence[str]) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (*ANALYZED, *connection_tables):
            connection.exec_driver_sql(f"vacuum analyze {table}")


if __name__ == "__main__":
    begun = time.perf_counter(), time.process_time()
    build(Path(sys.argv[1]))
    print(
        f"made in {time.perf_counter() - begun[0]:.0f} s, of which {time.process_time() - begun[1]:.0f} s of this process's processor time"
    )
