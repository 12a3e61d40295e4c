"""A small world of cases with records of several units: team records straight in the tables, linked and queued as a load does it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace

import numpy as np
from sqlalchemy import delete, insert, update

from assets import team_records
from tests.results.world import World
from warehouse.detail_tables import team_record_table
from warehouse.pathway_tables import person

BURNT = datetime(2026, 5, 10, 8)


def burn(site: str = "ZX1A1", days: int = 0, stays: int | None = 3, minutes: float | None = 100, burnt: datetime = BURNT, **more) -> dict:
    """One unit's record: the patient came so many days after the burn and stayed so many; dressed so many minutes after the burn."""
    came = burnt + timedelta(days=days, hours=1)
    row = {"site": site, "burnt_at": burnt, "came_at": came, "is_clinic": False, "depth": "1"}
    row["dressed_at"] = None if minutes is None else burnt + timedelta(minutes=minutes)
    row["left_on"] = None if stays is None else (came + timedelta(days=stays)).date()
    return row | more


@dataclass
class LinkedWorld(World):
    """Writes records of the invented pathway of burns; ``records`` are the ids of those that there are, with their persons."""

    records: dict[str, str] = field(default_factory=dict)

    @property
    def pathway(self):
        return self.registry.pathway("burn")

    def burn(self, *rows: dict) -> list[str]:
        """The records of one person, who is new; their ids."""
        person_id = str(uuid.uuid4())
        with self.engine.begin() as connection:
            connection.execute(insert(person), [{"person_id": person_id}])
        return self.told(person_id, *rows)

    def told(self, person_id: str, *rows: dict) -> list[str]:
        """Further records of a person."""
        made = [self._record(person_id, dict(row)) for row in rows]
        ids = [row["team_record_id"] for row in made]
        self._do(ids, person_id, lambda connection, table: connection.execute(insert(table), made))
        self.records |= dict.fromkeys(ids, person_id)
        return ids

    def _record(self, person_id: str, row: dict) -> dict:
        self.count += 1
        made, site = str(uuid.uuid4()), row.pop("site")
        told = dict.fromkeys(column.name for column in team_record_table(self.pathway).columns) | row
        return told | {
            "team_record_id": made, "case_id": made, "record_number": 1, "is_leading": True, "is_return": False, "person_id": person_id, "site_code": site,
            "provider_code": site[:3], "started_at": row["burnt_at"], "started_on": row["burnt_at"].date(), "burnt_on": row["burnt_at"].date(),
            "record_status": "valid", "first_arrival_number": self.count, "first_row_number": 1, "last_arrival_number": self.count,
        }  # fmt: skip

    def change_record(self, record_id: str, **values) -> None:
        """Change fields of a record, or its ``site``."""
        if "site" in values:
            values |= {"site_code": values["site"], "provider_code": values.pop("site")[:3]}
        if "burnt_at" in values:
            values |= {"started_at": values["burnt_at"], "started_on": values["burnt_at"].date(), "burnt_on": values["burnt_at"].date()}

        def work(connection, table):
            connection.execute(update(table).where(table.c.team_record_id == record_id).values(**values))

        self._do([record_id], self.records[record_id], work)

    def withdraw_record(self, record_id: str) -> None:
        self._do(
            [record_id],
            self.records.pop(record_id),
            lambda connection, table: connection.execute(delete(table).where(table.c.team_record_id == record_id)),
        )

    def _do(self, ids: list[str], person_id: str, work: Callable) -> None:
        table = team_record_table(self.pathway)
        with self.engine.begin() as connection:
            submission = SimpleNamespace(submission_id=self.submit(connection), rule_version=1)
            team_records.change(connection, self.pathway, ids, [person_id], submission, lambda touched: work(connection, table))

    def counted(self, measure: str, grain: str = "month", start: str = "2026-05-01") -> dict[str, float]:
        """organisation -> denominator, where it is not nothing."""
        found = self.results(measure_name=measure, period_grain=grain, period_start=start)
        return {row.organisation_code: int(row.denominator) for row in found.itertuples() if row.denominator > 0}


def random_change(world: LinkedWorld, rng: np.random.Generator, sites: list[str], first: datetime, days: int) -> None:
    """One of the things that happen: a new patient, a further record, a correction, a withdrawal."""
    burnt = first + timedelta(days=int(rng.integers(days)), hours=int(rng.integers(24)))
    kind = rng.integers(6)
    if kind == 0 or not world.records:
        world.burn(*random_journey(rng, sites, burnt))
        return
    record_id = str(rng.choice(list(world.records)))
    if kind == 1:
        world.told(world.records[record_id], *random_journey(rng, sites, burnt))
    elif kind == 2:
        world.withdraw_record(record_id)
    else:
        corrected = [
            {"site": str(rng.choice(sites))},
            {"burnt_at": burnt},
            {"left_on": burnt.date(), "is_clinic": bool(rng.random() < 0.5)},
        ]
        world.change_record(record_id, **corrected[kind - 3])


def random_journey(rng: np.random.Generator, sites: list[str], burnt: datetime) -> list[dict]:
    """The records of a burn: mostly one, else up to four, of the same units or others; ends and dressings may be missing."""
    count = int(rng.choice([1, 1, 1, 2, 3, 4]))
    return [
        burn(str(rng.choice(sites)), days=4 * k, stays=None if rng.random() < 0.1 else int(rng.integers(1, 40)),
             minutes=None if rng.random() < 0.2 else float(np.round(rng.gamma(4, 50))), burnt=burnt, is_clinic=bool(k and rng.random() < 0.2))
        for k in range(count)
    ]  # fmt: skip
