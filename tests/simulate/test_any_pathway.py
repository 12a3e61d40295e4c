"""The generator knows no pathway: an invented one that declares a simulation gets files, too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.random import Generator

from assets.reading import conform, read_file
from assets.simulate import Site, csv_bytes, defect_names, made_up_sites, simulate, simulate_history, xlsx_bytes
from schemas.datasets import Pathway
from schemas.expressions import field
from schemas.fields import OnlyIf
from schemas.simulation import Arrivals, Cases, Simulation, Telling, pick


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


# ------------------------------------------------------------------------------------------------ told by several sites
TWO = (Site("A", "P", 100), Site("B", "Q", 0, roles=("afterwards",)))


def draw_twice(rng: Generator, arrivals: Arrivals) -> Cases:
    """Each patient is seen again ten days later at the site that sees patients afterwards; one in five withholds the name."""
    once = draw(rng, arrivals)
    case = np.repeat(np.arange(len(arrivals)), 2)
    again = np.arange(len(case)) % 2 == 1
    (afterwards,) = (place.code for place in arrivals.places if "afterwards" in place.roles)
    sites = np.where(again, afterwards, arrivals.site_codes[case]).astype(object)
    columns = {name: values[case] for name, values in once.columns.items()} | {"clinic_code": sites}
    began_on = arrivals.started_on[case] + np.where(again, 10, 0).astype("timedelta64[D]")
    return replace(once, columns=columns, telling=Telling(case, sites, began_on), withheld={"nhs_number": case % 5 == 0})


@pytest.fixture
def told_twice(wrist) -> Pathway:
    return replace(wrist, simulation=Simulation(draw_twice, yearly_cases=100))


def test_all_records_of_a_case_mean_one_patient(told_twice):
    history = simulate_history(told_twice, TWO, date(2024, 1, 1), date(2024, 3, 31), seed=8, count=50)
    assert len(history) == 100 and history.site_codes.tolist() == ["A", "B"] * 50
    assert history.provider_codes[:2].tolist() == ["P", "Q"]
    numbers = history.texts["nhs_number"].reshape(-1, 2)
    assert (numbers[:, 0] == numbers[:, 1]).all() and len(set(numbers[:, 0])) == 41
    assert set(numbers[::5].ravel()) == {""}, "withheld"


def test_a_site_tells_of_a_case_from_the_day_on_which_it_knows_of_it(told_twice):
    history = simulate_history(told_twice, TWO, date(2024, 1, 1), date(2024, 3, 31), seed=8, count=50)
    day = np.datetime64("2024-02-15")
    for site, known_from in (("A", day), ("B", day - 10)):
        rows = history.select(site=site)
        assert len(history.known(rows, date(2024, 2, 15))["side"]) == (history.started_on[rows] <= known_from).sum() > 10


def test_a_case_begins_only_where_cases_come_to(told_twice):
    history = simulate_history(told_twice, TWO, date(2024, 1, 1), date(2024, 12, 31), seed=8)
    assert 60 <= len(history) / 2 <= 140, "a hundred a year at A, none at B"


# ------------------------------------------------------------------------------------------------ asked under a condition
def conditional(wrist: Pathway, **conditions) -> Pathway:
    """The dataset with some of its questions asked only where the condition holds."""
    dataset = wrist.case_dataset
    fields = tuple(replace(f, only_if=OnlyIf(conditions[f.name])) if f.name in conditions else f for f in dataset.fields)
    return replace(wrist, datasets=tuple(replace(d, fields=fields) if d is dataset else d for d in wrist.datasets))


def test_what_is_not_asked_is_blank_also_where_a_question_rests_on_one_that_is_not_asked(wrist):
    asked = conditional(wrist, pain_score=field("side").equals("1"), grip_kg=field("pain_score").is_present())
    texts = simulate_history(asked, TWO[:1], date(2024, 1, 1), date(2024, 12, 31), seed=8, count=200).texts
    left = texts["side"] == "1"
    assert (texts["pain_score"] != "").tolist() == left.tolist()
    assert set(texts["grip_kg"][~left]) == {""} and set(texts["grip_kg"][left]) == {"", "22.5"}
    assert "answer_that_is_not_asked" in defect_names(asked) and "answer_that_is_not_asked" not in defect_names(wrist)


def test_an_answer_that_is_not_asked_is_planted_where_it_is_not_asked(wrist):
    asked = conditional(wrist, pain_score=field("side").equals("1"))
    made = simulate(asked, TWO[:1], date(2024, 1, 1), date(2024, 12, 31), seed=8, count=200, defects={"answer_that_is_not_asked": 0.1})
    rows = [item.row_number - 2 for item in made.planted]
    header = {f.name: f.header for f in asked.case_dataset.fields}
    wrong = made.table[(made.table[header["side"]] != "1") & (made.table[header["pain_score"]] != "")]
    assert wrong.index.tolist() == rows and len(rows) == 20
