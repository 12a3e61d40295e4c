"""A network of fourteen emergency departments with three years of monthly counts, straight in the table of submitted results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
from sqlalchemy import insert

from assets.refresh import refresh
from schemas.pathways.emergency_care import FOUR_HOUR
from tests.improvement.files import ACTION, actions
from warehouse.intake_tables import submission
from warehouse.loading import copy_frame
from warehouse.measurement_tables import submitted_result
from warehouse.organisations import load_network
from warehouse.stale import queue_all

FIRST, MONTHS, CASES = np.datetime64("2023-01", "M"), 36, 400
NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)  # the last month is December 2025
PROVIDERS = tuple(f"ZY{letter}" for letter in "ABCDEFGHIJKLMN")
EMERGENCY = {**ACTION, "Pathway": "emergency_care", "Measures to raise": FOUR_HOUR.name, "Change ideas": "Trauma list at weekends"}


class Departments:
    """Fills a world with results, and asks what became of the actions."""

    def __init__(self, world, drift: float = 0.0, seed: int = 1):
        self.world, self.engine = world, world.context.engine
        rng = np.random.default_rng(seed)
        share = (
            0.7
            + 0.05 * rng.standard_normal((len(PROVIDERS), 1)).clip(-1, 1)
            + drift * (np.arange(MONTHS) - MONTHS / 2)
            + 0.01 * rng.standard_normal((len(PROVIDERS), MONTHS))
        )
        self.counted = rng.binomial(CASES, share.clip(0, 1)).astype(float)
        with self.engine.begin() as connection:
            load_network(connection, [self._organisation(code) for code in PROVIDERS])

    @staticmethod
    def _organisation(code: str) -> dict:
        return {
            "organisation_code": code,
            "organisation_name": f"Department {code}",
            "organisation_kind": "provider",
            "parent_code": "REG1",
            "is_member": True,
        }

    def change(self, provider: str, since: str, by: float, until: str | None = None) -> Departments:
        """From a month on (and to the month before another) so much of the share more are seen in time."""
        months = FIRST + np.arange(MONTHS)
        chosen = (months >= np.datetime64(since, "M")) & (months < np.datetime64(until or "2100-01", "M"))
        row = self.counted[PROVIDERS.index(provider)]
        row[chosen] = (row[chosen] + by * CASES).clip(0, CASES)
        return self

    def load(self) -> Departments:
        """Everything into the warehouse, queued and computed."""
        with self.engine.begin() as connection:
            row = {
                "submission_id": "S00000000", "arrival_number": 0, "sender_code": "NET", "state": "accepted", "attempt_count": 1, "file_sha256": "0" * 64,
                "file_size_bytes": 1, "received_at": NOW, "finished_at": NOW, "received_count": 0, "accepted_count": 0, "unchanged_count": 0,
                "out_of_scope_count": 0, "quarantined_count": 0, "dataset_name": "measure_counts", "claim_token": "x", "envelope_sha256": "0" * 64,
            }  # fmt: skip
            connection.execute(insert(submission), [row])
            copy_frame(connection, submitted_result, self._rows())
            queue_all(connection, self.world.context.registry)
        return self.refresh()

    def _rows(self) -> pd.DataFrame:
        starts = (FIRST + np.arange(MONTHS)).astype("datetime64[s]")
        told = pd.DataFrame(
            {
                "organisation_code": np.repeat(PROVIDERS, MONTHS),
                "period_start": np.tile(starts, len(PROVIDERS)),
                "numerator": self.counted.ravel(),
            }
        )
        return told.assign(
            submission_id="S00000000", row_number=np.arange(len(told)) + 2, arrival_number=0, measure_name=FOUR_HOUR.name, period_grain="month",
            denominator=float(CASES), is_reference=False, is_withdrawal=False,
        )  # fmt: skip

    def refresh(self, now: datetime = NOW) -> Departments:
        refresh(self.engine, self.world.context.registry, now)
        return self

    def register(self, *rows: Mapping[str, str]) -> Departments:
        """Actions, by the office; what a row does not say is in ``EMERGENCY``."""
        outcome = self.world.submit(actions(*({**EMERGENCY, **row} for row in rows)), sender="NET", name="actions.csv")
        assert outcome.counts.quarantined == 0, self.world.query("select * from intake.finding")
        return self

    def effects(self) -> dict[str, dict]:
        """Reference -> effect."""
        rows = self.world.query(
            "select a.reference, e.* from improvement.action_effect e join improvement.action a on a.number = e.action_number"
        )
        return {row["reference"]: row for row in rows}

    def correct(self, provider: str, month: str, numerator: float) -> None:
        """Another number for one month, from the provider itself."""
        day = date.fromisoformat(f"{month}-01")
        header = "Organisation,Measure,Period start,Period,Numerator,Denominator\r\n"
        self.world.submit(
            f"{header}{provider},{FOUR_HOUR.name},{day:%d/%m/%Y},month,{numerator:g},{CASES}\r\n".encode(),
            sender=provider,
            name="counts.csv",
        )
