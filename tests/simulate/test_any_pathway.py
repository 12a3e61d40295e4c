"""The generator knows no pathway: an invented one that declares a simulation gets files, too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.random import Generator

from assets.reading import conform, read_file
from assets.simulate import csv_bytes, defect_names, made_up_sites, simulate, xlsx_bytes
from schemas.datasets import Pathway
from schemas.simulation import Arrivals, Cases, Simulation, pick


def draw(rng: Generator, arrivals: Arrivals) -> Cases:
    """Wrist fractures with a value of every kind."""
    count = len(arrivals)
    at = arrivals.started_on.astype("datetime64[m]") + rng.integers(1, 1439, count).astype("timedelta64[m]")
    columns = {
        "clinic_code": arrivals.site_codes,
        "arrival_date": arrivals.started_on,
        "arrival_time": (at - arrivals.started_on).astype("timedelta64[m]"),
        "side": pick(rng, {"1": 1, "2": 1}, count),
        "xray_at": at + np.timedelta64(30, "m"),
        "manipulated": pick(rng, {"0": 1}, count),
        "analgesia": pick(rng, {"1;3": 1, "2": 1, None: 1}, count),
        "pain_score": rng.integers(0, 11, count).astype(float),
        "grip_kg": np.where(rng.random(count) < 0.5, np.nan, 22.5),
    }
    nobody = np.full(count, np.datetime64("NaT", "D"))
    return Cases(columns, 20 + 60 * rng.random(count), rng.random(count) < 0.5, {}, nobody)


@pytest.fixture
def wrist(registry) -> Pathway:
    return replace(registry.pathway("wrist_fracture"), simulation=Simulation(draw, yearly_cases=100))


@pytest.mark.parametrize("written", ["csv", "xlsx"])
def test_a_file_of_another_pathway_is_read_without_a_problem(registry, wrist, written):
    made = simulate(wrist, made_up_sites(3, wrist.simulation, seed=1), date(2024, 1, 1), date(2024, 3, 31), seed=8, count=80)
    content = csv_bytes(made.table) if written == "csv" else xlsx_bytes(made.table, wrist.case_dataset)
    read = read_file(content, f".{written}", registry, dataset="wrist_fracture", sender_code="ZAA", manifest=None)
    conformed = conform(read)
    assert read.received_count == len(conformed.frame) == 80
    assert {name: set(reasons.dropna()) for name, reasons in conformed.problems.items() if reasons.notna().any()} == {}
    assert conformed.frame["age_years"].between(20, 80).all()
    assert set(conformed.frame["grip_kg"].dropna()) == {22.5}
    assert set(conformed.frame["analgesia"].dropna()) == {("1", "3"), ("2",)}


def test_general_defects_are_there_for_it_and_those_of_others_are_not(wrist):
    names = defect_names(wrist)
    assert {"wrong_check_digit", "unknown_code", "impossible_date", "duplicate_row"} <= set(names)
    assert "surgery_before_presentation" not in names
