"""A small world for tests: people with wrist fractures, files in the landing area, and what the warehouse then says.

Everything goes the real way: landing folder, archive, suite, Postgres, refresh. Snapshots name cases and persons by what is
stable (order of arrival, pseudonym), because their ids are random.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from schemas.datasets import Pathway
from schemas.registry import Registry

HEADERS = (
    "Clinic code", "NHS number", "Hospital number", "Surname", "Date of birth", "Arrival date", "Arrival time", "Side", "X-ray",
    "Manipulated", "Manipulation date", "Manipulation time", "Analgesia", "Pain score", "Grip strength", "Open wound", "Discharge date",
)  # fmt: skip


def nhs_number(serial: int) -> str:
    """A number of the test range with a right check digit; the serial is advanced over the ones that have none."""
    nine = f"999{serial * 7 % 1_000_000:06d}"
    check = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
    return nine + str(check % 11) if check != 10 else nhs_number(serial + 100_003)


def wrist(
    serial: int, site: str = "ZX1A1", arrived: datetime = datetime(2024, 1, 10, 9, 0), minutes: int | None = 120, **given: str
) -> dict[str, str]:
    """One record, in the standard spelling; ``minutes`` to manipulation, None for not manipulated."""
    begun = arrived + timedelta(minutes=minutes or 0)
    row = {
        "Clinic code": site, "NHS number": nhs_number(serial), "Hospital number": f"H{serial:06d}", "Surname": f"TESTPERSON{serial}",
        "Date of birth": f"{1 + serial % 28:02d}/06/{1940 + serial % 40}", "Arrival date": f"{arrived:%d/%m/%Y}", "Arrival time": f"{arrived:%H:%M}",
        "Side": str(1 + serial % 2), "X-ray": f"{arrived + timedelta(minutes=20):%d/%m/%Y %H:%M}", "Manipulated": "0" if minutes is None else "1",
        "Manipulation date": "" if minutes is None else f"{begun:%d/%m/%Y}", "Manipulation time": "" if minutes is None else f"{begun:%H:%M}",
        "Analgesia": "1;3", "Pain score": str(serial % 11), "Grip strength": "", "Open wound": "yes" if serial % 5 == 0 else "no", "Discharge date": f"{arrived + timedelta(days=2):%d/%m/%Y}",
    }  # fmt: skip
    return row | given


def csv_bytes(rows: Iterable[Mapping[str, str]], headers: Iterable[str] = HEADERS) -> bytes:
    """The rows as a CSV file; only the given columns."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(headers), extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def drop(
    landing: Path, sender: str, content: bytes, name: str = "wrist.csv", manifest: dict | None = None, site: str | None = None
) -> Path:
    """Put a complete file into the sender's landing folder."""
    folder = landing / sender / site if site else landing / sender
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.with_name(f"{name}.part").write_bytes(content)
    if manifest is not None:
        path.with_name(f"{name}.manifest.json").write_text(json.dumps(manifest))
    path.with_name(f"{name}.part").rename(path)
    path.with_name(f"{name}.done").touch()
    return path


def with_pathway(registry: Registry, changed: Pathway) -> Registry:
    """The registry with this pathway in the place of the one of its name."""
    return replace(registry, pathways=tuple(changed if one.name == changed.name else one for one in registry.pathways))


@dataclass
class World:
    """A context with a moving clock, and short words for what tests do."""

    context: object
    outcomes: list = field(default_factory=list)

    def submit(self, rows, sender: str = "ZX1", name: str = "wrist.csv", manifest: dict | None = None, headers=HEADERS):
        """Drop, claim and process; return the outcome."""
        content = rows if isinstance(rows, bytes) else csv_bytes(rows, headers)
        drop(self.context.settings.landing, sender, content, name, manifest)
        return self.work_off()[-1]

    def work_off(self) -> list:
        """Claim and process all that lies in the landing area or is outstanding."""
        from assets.landing import claim_drops
        from assets.ledger import outstanding
        from assets.submissions import process

        claim_drops(self.context)
        with self.context.engine.connect() as connection:
            waiting = [row.submission_id for row in outstanding(connection)]
        done = [process(submission_id, self.context) for submission_id in waiting]
        self.outcomes += done
        return done

    def refresh(self):
        from assets.refresh import refresh

        return refresh(self.context.engine, self.context.registry, self.context.now(), self.context.settings.network_code)

    def query(self, sql: str, **parameters) -> list[dict]:
        return query(self.context.engine, sql, **parameters)


def query(engine: Engine, sql: str, **parameters) -> list[dict]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(sql), parameters).mappings()]


# a killed transaction leaves a gap in the numbers of arrival, so the order counts, not the number
ORDER = "with nth as (select submission_id, arrival_number, rank() over (order by arrival_number) as arrival from intake.submission) "
CASES = f"""{ORDER}
select c.pathway_name, f.arrival as first_arrival, c.first_row_number, l.arrival as last_arrival, c.site_code, c.provider_code, c.started_at, c.started_on,
       c.record_status, i.hmac, to_jsonb(d) - 'case_id' as detail,
       (select jsonb_agg(to_jsonb(m) - 'case_id' order by m.milestone_name) from pathway.milestone m where m.case_id = c.case_id) as milestones
from pathway.pathway_case c join pathway.wrist_fracture_detail d using (case_id) join pathway.person_identifier i using (person_id)
join nth f on f.arrival_number = c.first_arrival_number join nth l on l.arrival_number = c.last_arrival_number
order by f.arrival, c.first_row_number
"""
SNAPSHOTS = {
    "cases": CASES,
    "submissions": ORDER + """select arrival, sender_code, dataset_name, mode, state, received_count, accepted_count, unchanged_count, out_of_scope_count,
        quarantined_count, warned_count, withdrawn_count, reason_code from intake.submission join nth using (submission_id) order by 1""",
    "quarantine": ORDER + "select arrival, row_number, rule_ids from intake.quarantined_row join nth using (submission_id) order by 1, 2",
    "findings": ORDER + """select arrival, rule_id, row_number, field_name from intake.finding join nth using (submission_id)
        order by 1, 2, 3, 4""",
    "persons": "select i.hmac, p.birth_month, p.death_on from pathway.person p join pathway.person_identifier i using (person_id) order by 1",
    "results": "select to_jsonb(r) - 'computed_at' - 'as_of_submission' as result from measurement.measure_result r order by 1",
    "benchmarks": "select to_jsonb(b) - 'as_of_submission' as benchmark from measurement.benchmark b order by 1",
    "funnels": "select to_jsonb(f) as funnel from measurement.funnel_limit f order by 1",
    "spc": "select to_jsonb(p) as point from measurement.spc_point p order by 1",
    "rare events": "select to_jsonb(e) as point from measurement.rare_event_point e order by 1",
    "milestones": "select to_jsonb(r) - 'computed_at' - 'as_of_submission' as result from measurement.milestone_result r order by 1",
    "parts": "select to_jsonb(p) as part from measurement.measure_part p order by 1",
    "milestone parts": "select to_jsonb(p) as part from measurement.milestone_part p order by 1",
    "signals": "select signal_key, parameters, until_on from measurement.signal where state <> 'closed' order by 1",
    "life of signals": """select signal_key, state, parameters, since_on, until_on, closed_because,
        (select jsonb_agg(jsonb_build_array(e.event, e.note) order by e.signal_event_id) from measurement.signal_event e where e.signal_id = s.signal_id) as events
        from measurement.signal s order by signal_id""",
    "queue": "select count(*) as waiting from intake.stale_cell",
}  # fmt: skip


def snapshot(engine: Engine, *names: str) -> dict[str, list[dict]]:
    """What the named tables say, in a form that two runs of the same history share."""
    return {name: query(engine, SNAPSHOTS[name]) for name in (names or SNAPSHOTS)}


def history(seed: int, months: int = 3, per_month: int = 12, sites: Iterable[str] = ("ZX1A1", "ZX1A2")) -> list[dict[str, str]]:
    """Some months of records of one provider."""
    chance = random.Random(seed)
    rows = []
    for month in range(months):
        for number in range(per_month):
            arrived = datetime(2024, 1 + month, 1 + chance.randrange(28), chance.randrange(24), chance.randrange(60))
            minutes = None if chance.random() < 0.2 else chance.randrange(20, 400)
            rows.append(wrist(seed * 1000 + month * per_month + number, chance.choice(list(sites)), arrived, minutes))
    return rows


def day(text_: str) -> date:
    return date.fromisoformat(text_)
