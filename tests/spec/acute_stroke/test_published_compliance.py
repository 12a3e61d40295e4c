"""Compliance with the target for therapy, made of the other three figures, is what the audit published: four teams, eleven years, both views.

The published figures are rounded to one decimal; a computed one may differ by what the rounding of all four can make.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from quality_checks.masks import evaluate
from schemas.pathways.acute_stroke.measures_therapy import THERAPIES
from schemas.registry import load_registry

PUBLISHED = Path(__file__).resolve().parents[3] / "../shared/data/ssnap/key_indicators_4_teams_tidy.csv"
HALF_A_DIGIT = 0.05
MEASURES = load_registry().measures


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """One row a team, view and year; a column an indicator (``5.1``)."""
    if not PUBLISHED.is_file():
        pytest.skip("the published figures are not beside the checkout")
    told = pd.read_csv(PUBLISHED, dtype={"key_indicator": str})
    return told.pivot(index=["team", "view", "financial_year"], columns="key_indicator", values="value_pct_or_minutes")


@pytest.mark.parametrize("suffix", ["", "_every_team"])
@pytest.mark.parametrize("therapy", THERAPIES, ids=lambda therapy: therapy.short)
def test_compliance_is_as_published(published, therapy, suffix):
    figures = published[[f"{therapy.domain}.{n}" for n in (1, 2, 3, 4)]].dropna().astype(float).to_numpy()
    assert len(figures) == 88
    needed, minutes, days, compliance = figures.T
    measure = MEASURES[therapy.name(4, "compliance") + suffix]
    parts = dict(zip(measure.value.field_names(), (needed / 100, minutes, days / 100), strict=True))
    value, known = evaluate(measure.value, pd.DataFrame(parts))
    assert known.all()
    by_rounding = 100 * value * (HALF_A_DIGIT / figures[:, :3]).sum(axis=1) + HALF_A_DIGIT
    assert (np.abs(100 * value - compliance) <= by_rounding).all()
