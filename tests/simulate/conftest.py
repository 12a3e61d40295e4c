"""One simulated national year, shared by the tests of this folder."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from assets.simulate import History, made_up_sites, simulate_history
from schemas.datasets import Pathway
from schemas.registry import load_registry
from tests.spec.evaluation import OFFERED, add_derived, typed_column


@pytest.fixture(scope="session")
def hip() -> Pathway:
    return load_registry().pathway("hip_fracture")


@pytest.fixture(scope="session")
def nation(hip) -> History:
    """60,000 cases at 165 sites in a year."""
    sites = made_up_sites(165, hip.simulation, seed=1)
    return simulate_history(hip, sites, date(2023, 1, 1), date(2023, 12, 31), seed=20, count=60_000)


@pytest.fixture(scope="session")
def typed_nation(nation) -> pd.DataFrame:
    """The same as a typed frame with derived fields and linked deaths."""
    return typed(nation)


def typed(history: History) -> pd.DataFrame:
    """What the file of a history says, typed, with what the warehouse would add."""
    columns = {f.name: typed_column([text or None for text in history.texts[f.name]], f.kind) for f in history.dataset.fields}
    frame = pd.DataFrame(columns | dict.fromkeys(OFFERED))
    frame["started_on"] = frame["presentation_date"]
    frame["death_on"] = history.cases.died_on.astype("datetime64[s]")
    frame["deaths_covered_to"] = pd.Timestamp("2024-12-31").to_datetime64()
    frame["received_on"] = pd.Timestamp("2024-12-31").to_datetime64()
    return add_derived(frame, history.dataset.derived)
