"""Every measure that comes out of the warehouse is the one that the definitions give of the patients who went in.

Three trusts send a year of hip fractures in two files each, the second telling how it went on; the network's office sends deaths.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from assets.simulate import History, Site, csv_bytes, simulate_history
from quality_checks.masks import Evaluator
from schemas.measures import Measure, MeasureKind
from schemas.registry import load_registry
from tests.spec.evaluation import OFFERED, add_derived, denominator, typed_column
from tests.world import World

SITES = tuple(Site(f"ZX{provider}A{site}", f"ZX{provider}", 130) for provider in (1, 2, 3) for site in (1, 2))
DEATHS_UP_TO = date(2024, 5, 31)
NUMBERS = {MeasureKind.MEDIAN: np.median, MeasureKind.MEAN: np.mean}


@pytest.fixture
def history() -> History:
    return simulate_history(load_registry().pathway("hip_fracture"), SITES, date(2023, 1, 1), date(2023, 12, 31), seed=23)


@pytest.fixture
def world(context, demo_organisations, history) -> World:
    world = World(context)
    for as_of in (date(2023, 9, 15), date(2024, 6, 30)):
        for provider in ("ZX1", "ZX2", "ZX3"):
            table = history.table(history.select(provider=provider), as_of=as_of)
            world.submit(csv_bytes(table), provider, f"until {as_of}.csv")
    manifest = {"dataset": "deaths", "period_start": "2023-01-01", "period_end": DEATHS_UP_TO.isoformat()}
    world.submit(csv_bytes(history.deaths(DEATHS_UP_TO)), "NET", "deaths.csv", manifest)
    world.refresh()
    return world


def _known(history: History) -> pd.DataFrame:
    """The patients as a typed frame, with what the warehouse adds."""
    columns = {f.name: typed_column([text or None for text in history.texts[f.name]], f.kind) for f in history.dataset.fields}
    frame = pd.DataFrame(columns | dict.fromkeys(OFFERED))
    died_on = history.cases.died_on
    has_number = np.array([text.isdigit() for text in history.texts["nhs_number"]])
    is_known = has_number & (died_on <= np.datetime64(DEATHS_UP_TO))
    frame["started_on"] = frame["presentation_date"]
    frame["death_on"] = np.where(is_known, died_on, np.datetime64("NaT", "D")).astype("datetime64[s]")
    frame["deaths_covered_to"] = np.datetime64(DEATHS_UP_TO, "s")
    return add_derived(frame, history.dataset.derived)


def _wanted(measure: Measure, frame: pd.DataFrame) -> tuple[float | None, int, float | None]:
    """Numerator, denominator and value of the network in 2023."""
    judge = Evaluator(frame)
    counts = judge.holds(denominator(measure)) & (frame[measure.index_date].dt.year == 2023).to_numpy()
    if measure.kind is MeasureKind.PROPORTION:
        achieved = int((judge.holds(measure.numerator) & counts).sum())
        return achieved, int(counts.sum()), achieved / counts.sum()
    if measure.kind is MeasureKind.COUNT:
        return None, int(counts.sum()), float(counts.sum())
    values, known = judge.evaluate(measure.value)
    return None, int(counts.sum()), float(NUMBERS[measure.kind](values[counts & known]))


def _found(world: World) -> dict[str, tuple]:
    rows = world.query(
        "select measure_name, numerator, denominator, value from measurement.measure_result "
        "where organisation_code = 'NET' and period_grain = 'year' and period_start = '2023-01-01'"
    )
    return {row["measure_name"]: (row["numerator"], row["denominator"], row["value"]) for row in rows}


def _what_came_in(world: World) -> list[tuple]:
    rows = world.query("select state, quarantined_count, out_of_scope_count from intake.submission order by arrival_number")
    return [tuple(row.values()) for row in rows]


def test_the_networks_year_is_what_the_definitions_give(world, history):
    assert _what_came_in(world) == [("accepted with warnings", 0, 0)] * 6 + [("accepted", 0, 0)]
    assert world.query("select count(*) as cases from pathway.pathway_case where record_status <> 'error'") == [{"cases": len(history)}]
    frame, found = _known(history), _found(world)
    strange = []
    for measure in history.pathway.measures:
        wanted, came = _wanted(measure, frame), found.get(measure.name)
        same = (
            came is not None
            and (wanted[0] is None or came[0] == wanted[0])
            and came[1] == wanted[1]
            and came[2] == pytest.approx(wanted[2])
        )
        strange += [] if same else [f"{measure.name}: should be {wanted}, is {came}"]
    assert not strange
