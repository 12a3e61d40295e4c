"""What the audit's tool adds to a record in an export: numbers, the chain of transfers, locks, statuses.

Belongs here: columns that only an export has. Does not belong here: what the team wrote.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke.fields_record import LOCKED_WITH
from schemas.pathways.acute_stroke.simulated_journeys import Stays
from schemas.pathways.acute_stroke.simulated_parts import Columns, minutes
from schemas.simulation import where

RECORDS_A_CASE = 10  # numbers that a case may use


def numbers(rng: Generator, stays: Stays) -> Columns:
    """Numbers of patient and record; a later record of a case has a higher one. Far apart, so that files made apart do not share them."""
    cases = int(stays.case.max()) + 1 if len(stays) else 0
    patient = rng.choice(10**8, cases, replace=False)[stays.case] + 1
    own = patient * RECORDS_A_CASE + np.arange(len(stays)) - _begin(stays)
    goes_on = ~stays.is_last
    came = ~stays.is_first
    before = np.append([None], stays.site_codes[:-1])
    return {
        "patient_id": patient,
        "pro_clin_v1_id": own,
        "transfer_to_team_code": where(goes_on, stays.next_code),
        "transfer_to_at": np.where(goes_on, stays.left_at, np.datetime64("NaT")),
        "transfer_to_pro_clin_v1_id": where(goes_on, (own + 1).astype(object)),
        "transfer_from_team_code": where(came, before),
        "transfer_from_at": np.where(came, np.append(np.datetime64("NaT"), stays.left_at[:-1]), np.datetime64("NaT")),
        "transfer_from_pro_clin_v1_id": where(came, (own - 1).astype(object)),
        "audit_type": np.full(len(stays), "S1", dtype=object),
        "initial_diagnosis": np.full(len(stays), "S", dtype=object),
    }


def _begin(stays: Stays) -> np.ndarray:
    """Place of the first record of each record's case."""
    return np.maximum.accumulate(np.where(stays.is_first, np.arange(len(stays)), 0))


def locks(rng: Generator, stays: Stays, known_on: Mapping[str, np.ndarray], has_review: np.ndarray) -> Columns:
    """Each section is locked when all its answers are known; the community team locks what is its own."""
    columns: Columns = {}
    at = {stage: day.astype("datetime64[m]") + minutes(rng.integers(540, 1020, len(stays))) for stage, day in known_on.items()}
    for section, stage in LOCKED_WITH.items():
        is_locked = has_review if section == 8 else np.ones(len(stays), dtype=bool)
        columns[f"locked_s{section}"] = is_locked
        columns[f"locked_s{section}_at"] = np.where(is_locked, at[stage], np.datetime64("NaT"))
        columns[f"s{section}_status"] = where(is_locked, "30", "0")
    return columns | {
        "created_at": known_on["arrival"].astype("datetime64[m]") + minutes(rng.integers(540, 1020, len(stays))),
        "status72h": np.full(len(stays), "30", dtype=object),
        "status_discharge": np.full(len(stays), "30", dtype=object),
    }
