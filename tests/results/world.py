"""A small world for results: cases of the invented pathway straight in the tables, and changes of them that queue as a load does."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, delete, insert, select, text

from schemas.registry import Registry
from warehouse.detail_tables import detail_table
from warehouse.intake_tables import submission
from warehouse.pathway_tables import pathway_case, person
from warehouse.stale import queue_for_cases

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class World:
    """Writes cases of the wrist fracture pathway; ``count`` numbers what it makes."""

    engine: Engine
    registry: Registry
    count: int = 0
    cases: dict[str, str] = field(default_factory=dict)

    @property
    def pathway(self):
        return self.registry.pathway("wrist_fracture")

    def submit(self, connection: Connection, state: str = "accepted", sender: str = "ZX1") -> str:
        """A ledger row, so that results have something to be as of."""
        self.count += 1
        name = f"S{self.count:08d}"
        row = {
            "submission_id": name, "arrival_number": self.count, "sender_code": sender, "state": state, "attempt_count": 1, "file_sha256": "0" * 64,
            "file_size_bytes": 1, "received_at": NOW, "finished_at": NOW, "received_count": 0, "accepted_count": 0, "unchanged_count": 0,
            "out_of_scope_count": 0, "quarantined_count": 0, "dataset_name": "measure_counts", "claim_token": name, "envelope_sha256": "0" * 64,
        }  # fmt: skip
        connection.execute(insert(submission), [row])
        return name

    def add(self, *rows: dict, queue: bool = True) -> list[str]:
        """Cases from rows of detail fields with ``site``; returns their ids. One submission."""
        with self.engine.begin() as connection:
            submission_id = self.submit(connection)
            made = [self._case(dict(row)) for row in rows]
            for table, part in ((person, 0), (pathway_case, 1), (detail_table(self.pathway), 2)):
                connection.execute(insert(table), [one[part] for one in made])
            ids = [one[1]["case_id"] for one in made]
            if queue:
                self.queue(connection, ids, submission_id)
        return ids

    def _case(self, row: dict) -> tuple[dict, dict, dict]:
        self.count += 1
        case_id, person_id = str(uuid.uuid4()), str(uuid.uuid4())
        site, status, died = row.pop("site", "ZX1A1"), row.pop("status", "valid"), row.pop("died", None)
        detail = dict.fromkeys(column.name for column in detail_table(self.pathway).columns) | {"case_id": case_id, "age_years": 70} | row
        started = detail["arrival_at"] or datetime.combine(detail["arrival_date"], time(0))
        case = {
            "case_id": case_id, "pathway_name": self.pathway.name, "person_id": person_id, "site_code": site, "provider_code": site[:3],
            "started_at": started, "started_on": detail["arrival_date"], "record_status": status, "first_arrival_number": 1,
            "first_row_number": self.count, "last_arrival_number": 1,
        }  # fmt: skip
        self.cases[case_id] = site
        return {"person_id": person_id, "death_on": died}, case, detail

    def queue(self, connection: Connection, ids: list[str], submission_id: str) -> None:
        queue_for_cases(connection, self.pathway, select(pathway_case.c.case_id).where(pathway_case.c.case_id.in_(ids)), submission_id)

    def change(self, ids: list[str], **values) -> None:
        """Change detail fields, or ``status``, or ``site``, with the queueing before and after."""
        columns = {"status": "record_status", "site": "site_code"}
        of_case = {columns[name]: values.pop(name) for name in list(values) if name in columns}
        if "site_code" in of_case:
            of_case["provider_code"] = of_case["site_code"][:3]
        detail = detail_table(self.pathway)
        with self.engine.begin() as connection:
            submission_id = self.submit(connection)
            self.queue(connection, ids, submission_id)
            for table, changed in ((detail, values), (pathway_case, of_case)):
                if changed:
                    connection.execute(table.update().where(table.c.case_id.in_(ids)).values(**changed))
            self.queue(connection, ids, submission_id)

    def remove(self, ids: list[str]) -> None:
        detail = detail_table(self.pathway)
        with self.engine.begin() as connection:
            self.queue(connection, ids, self.submit(connection))
            for table in (detail, pathway_case):
                connection.execute(delete(table).where(table.c.case_id.in_(ids)))

    def results(self, **where) -> pd.DataFrame:
        return self.table("measurement.measure_result", **where)

    def table(self, name: str, **where) -> pd.DataFrame:
        conditions = " and ".join(f"{column} = :{column}" for column in where) or "true"
        with self.engine.connect() as connection:
            rows = connection.execute(text(f"select * from {name} where {conditions} order by 1, 2, 3, 4"), where)
            return pd.DataFrame(rows.all(), columns=list(rows.keys()))

    def one(
        self, measure: str, organisation: str = "NET", grain: str = "month", start: date = date(2026, 5, 1), of="measurement.measure_result"
    ):
        which = {"chart": "xmr"} if of == "measurement.spc_point" else {}
        found = self.table(of, measure_name=measure, organisation_code=organisation, period_grain=grain, period_start=start, **which)
        assert len(found) == 1, f"{len(found)} rows of {measure} for {organisation}"
        return found.iloc[0]


def wrist(day: date = date(2026, 5, 10), minutes: float | None = 100, site: str = "ZX1A1", **more) -> dict:
    """A manipulated wrist whose manipulation began so many minutes after arrival at 10:00; None: not manipulated."""
    arrival = datetime.combine(day, time(10))
    row = {
        "site": site,
        "arrival_date": day,
        "arrival_time": time(10),
        "arrival_at": arrival,
        "manipulated": "0" if minutes is None else "1",
    }
    if minutes is not None:
        at = arrival + timedelta(minutes=minutes)
        row |= {"manipulation_at": at, "manipulation_date": at.date(), "manipulation_time": at.time()}
    return row | more


def random_wrists(rng: np.random.Generator, count: int, first: date, days: int, sites: list[str]) -> list[dict]:
    """Synthetic cases with gaps in every field."""
    rows = []
    for number in range(count):
        day = first + timedelta(days=int(rng.integers(days)))
        minutes = None if rng.random() < 0.2 else float(np.round(rng.gamma(4, 50)))
        row = wrist(day, minutes, site=str(rng.choice(sites)), age_years=int(rng.integers(16, 95)), pain_score=int(rng.integers(0, 10)))
        if rng.random() < 0.9:
            row["discharge_date"] = day + timedelta(days=int(rng.integers(0, 60)))
        if rng.random() < 0.1:
            row["manipulation_time"] = None
        row["open_wound"] = (number % 9 == 0) if number % 5 else None
        rows.append(row)
    return rows
