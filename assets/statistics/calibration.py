"""How good predicted risks are: discrimination and calibration.

Belongs here: measures that compare risks with outcomes. Does not belong here: where the risks come from.
Arrays are (N,), one patient an element; patients whose outcome or risk is NaN take no part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit
from scipy.stats import rankdata

from assets.statistics.confidence import refuse
from assets.statistics.numerics import Floats
from assets.statistics.regression import BINOMIAL, NEAREST, likelihood


def c_statistic(outcome: ArrayLike, risk: ArrayLike) -> float:
    """Chance that of two patients, one with the event and one without, the first had the higher risk; equal risks count half.

    NaN where all or none had it. The area under the ROC curve, by mid-ranks. Source: Hanley and McNeil, Radiology 1982; 143: 29-36.
    """
    y, p = _known(outcome, risk)
    events, others = y.sum(), (1 - y).sum()
    if not events or not others:
        return float("nan")
    return float((rankdata(p)[y == 1].sum() - events * (events + 1) / 2) / (events * others))


def brier_score(outcome: ArrayLike, risk: ArrayLike) -> float:
    """Mean squared difference of outcome and risk, 0 best; NaN without patients. Source: Brier, Monthly Weather Review 1950; 78: 1-3."""
    y, p = _known(outcome, risk)
    return float(((y - p) ** 2).mean()) if len(y) else float("nan")


@dataclass(frozen=True)
class CalibrationLine:
    """Logistic regression of the outcome on the log odds of the risk: perfect is an ``intercept`` of 0 and a ``slope`` of 1."""

    intercept: float
    slope: float


def calibration_line(outcome: ArrayLike, risk: ArrayLike) -> CalibrationLine:
    """NaN where it cannot be told: no patients, no events, nothing but events, or all risks alike.

    A slope below 1 says that the risks are too extreme, as after overfitting. Source: Cox, Biometrika 1958; 45: 562-565.
    """
    y, p = _known(outcome, risk)
    if not len(y) or y.min() == y.max():
        return CalibrationLine(float("nan"), float("nan"))
    eta = logit(np.clip(p, NEAREST, 1 - NEAREST))
    found = likelihood(BINOMIAL, np.stack([np.ones(len(y)), eta])[None], y[None], np.ones((1, len(y))))
    intercept, slope = found.coefficient[0]
    return CalibrationLine(float(intercept) if slope == slope else float("nan"), float(slope))


@dataclass(frozen=True)
class CalibrationGroups:
    """Patients in ascending groups of risk (B,): how many, their mean risk, and the share that had the event."""

    patients: Floats
    mean_risk: Floats
    observed_share: Floats


def calibration_groups(outcome: ArrayLike, risk: ArrayLike, groups: int = 10) -> CalibrationGroups:
    """For a calibration plot: about equally many patients in each group. Patients of one risk stay together, so groups may be fewer.

    Raises ValueError for fewer than one group.
    """
    if groups < 1:
        raise ValueError("patients are put into at least one group")
    y, p = _known(outcome, risk)
    place = np.ceil(rankdata(p, "average") * groups / max(len(p), 1)).astype(int)
    _, number = np.unique(place, return_inverse=True)
    patients = np.bincount(number).astype(float) if len(p) else np.zeros(0)
    mean_risk, share = (np.bincount(number, value) / patients if len(p) else np.zeros(0) for value in (p, y))
    return CalibrationGroups(patients, mean_risk, share)


def _known(outcome: ArrayLike, risk: ArrayLike) -> tuple[Floats, Floats]:
    y, p = np.broadcast_arrays(np.asarray(outcome, float), np.asarray(risk, float))
    refuse(~np.isin(y, (0, 1)) & ~np.isnan(y), "an outcome is 0 or 1")
    refuse((p < 0) | (p > 1), "a risk lies between 0 and 1")
    known = ~np.isnan(y + p)
    return y[known], p[known]
