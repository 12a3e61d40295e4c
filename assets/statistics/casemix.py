"""Case-mix adjustment: a logistic model of risks, and providers against what their patients' risks would lead to expect.

Belongs here: fitting, predicting, indirect standardisation. Does not belong here: how good a model is (``calibration``), which terms
or coefficients a pathway has, or what becomes an outlier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import expit, logit

from assets.statistics.casemix_terms import Columns, Term, found_once
from assets.statistics.confidence import refuse
from assets.statistics.counts import ratio_interval
from assets.statistics.numerics import Floats
from assets.statistics.regression import BINOMIAL, NEAREST, likelihood

INTERCEPT = "intercept"


@dataclass(frozen=True)
class Model:
    """A logistic model: ``terms``, the ``labels`` of the regressors (P,), the intercept first, and their ``coefficient``s (P,), log odds.

    NaN where a term is a combination of earlier ones, or no patient has it: such a term adds nothing.
    """

    terms: tuple[Term, ...]
    labels: tuple[str, ...]
    coefficient: Floats

    def risks(self, columns: Columns, count: int | None = None) -> Floats:
        """Risk of each patient (N,), 0 to 1, nobody left out. ``count``: how many they are, for a model without terms."""
        regressors = _regressors(self.terms, columns, count)
        eta = np.nan_to_num(self.coefficient) @ regressors
        return np.clip(expit(eta), NEAREST, 1 - NEAREST)


@dataclass(frozen=True)
class FittedModel(Model):
    """A model with what the fit says of it: ``se``, ``z``, ``p_value`` (P,; Wald, normal), ``fitted`` risks (N,), and scalars.

    ``is_separated``: some patients' risks are 0 or 1 to the last digit, so that coefficients have run away and their errors mean
    nothing; merge rare levels. The fitted risks are right even so.
    """

    se: Floats
    z: Floats
    p_value: Floats
    fitted: Floats
    deviance: float
    null_deviance: float
    aic: float
    degrees: float
    is_converged: bool
    is_separated: bool

    @property
    def log_likelihood(self) -> float:
        return -self.deviance / 2


def published(terms: Sequence[Term], coefficients: Mapping[str, float]) -> Model:
    """A model of which only the coefficients are known, by their labels (``intercept``, ``age``, ``asa=3``, ``asa=unknown``).

    A patient whose answer is missing must mean something too: numbers need an ``average``, factors a coefficient of ``unknown`` or the
    ``shares`` of their levels, of which an unknown patient then is the average (a share of 0 for the unknown). A term without a
    coefficient adds nothing. Raises ValueError where that is not given, for labels that no term has and for a missing intercept.
    """
    labels = _labels(terms)
    if INTERCEPT not in coefficients or set(coefficients) - set(labels):
        raise ValueError("a published model needs an intercept, and no coefficient that belongs to no term")
    if not all(term.provides(coefficients) for term in terms):
        raise ValueError("a published model says what an unknown answer means: an average, shares of levels, or a coefficient of unknown")
    return Model(tuple(terms), labels, np.array([coefficients.get(label, np.nan) for label in labels]))


def fit(outcome: ArrayLike, columns: Columns, terms: Sequence[Term]) -> FittedModel:
    """Logistic regression of ``outcome`` (N,; 1 event, 0 none, NaN unknown: takes no part in the fit) on the terms.

    ``columns`` has (N,) answers for each name that the terms mention. Raises ValueError where an outcome is neither 0 nor 1, a number
    is infinite, or no outcome is known. Source: maximum likelihood as R ``glm(binomial)``; see ``regression`` on aliased terms.
    """
    y = np.asarray(outcome, float)
    refuse(~np.isin(y, (0, 1)) & ~np.isnan(y), "an outcome is 0 or 1")
    refuse(not len(y) or np.isnan(y).all(), "a model needs patients whose outcome is known")
    known = ~np.isnan(y)
    columns = found_once(columns, terms)
    of_known = columns if known.all() else {name: values[known] for name, values in columns.items()}
    settled = tuple(term.settled(of_known) for term in terms)
    regressors = _regressors(settled, columns, len(y))
    found = likelihood(BINOMIAL, regressors[None], np.where(known, y, 0)[None], known.astype(float)[None])
    coefficient, se = found.coefficient[0], np.sqrt(np.diagonal(found.covariance[0]))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = coefficient / se
    extreme = np.minimum(found.fitted[0], 1 - found.fitted[0])[known] < 10 * NEAREST
    return FittedModel(
        settled, _labels(settled), coefficient, se, z, 2 * stats.norm.sf(np.abs(z)), found.fitted[0], float(found.deviance[0]),
        _null_deviance(y[known]), float(found.deviance[0] + 2 * found.rank[0]), float(found.degrees[0]), bool(found.converged[0]),
        bool(extreme.any()),
    )  # fmt: skip


@dataclass(frozen=True)
class Standardised:
    """Providers, one element for each of ``groups`` (G,), in the order of ``np.unique``.

    ``patients``, ``observed`` and ``expected`` events; ``ratio`` of the two (NaN with none expected) with ``limits`` by level of
    confidence: exact below ten events, Byar's from ten; ``z``, (O - E) over the standard deviation of O given the risks;
    ``crude_rate``; ``standardised_rate``, the ratio times the overall crude rate.
    """

    groups: NDArray
    patients: Floats
    observed: Floats
    expected: Floats
    ratio: Floats
    limits: dict[float, tuple[Floats, Floats]]
    z: Floats
    crude_rate: Floats
    standardised_rate: Floats


def standardise(
    outcome: ArrayLike, risk: ArrayLike, groups: ArrayLike, confidence: Sequence[float] = (0.95, 0.998), overall_rate: float | None = None
) -> Standardised:
    """Observed against expected events of each group of patients; arrays are (N,).

    A patient whose outcome is unknown counts neither as observed nor as expected. ``overall_rate`` is that of these patients
    unless given. Over the patients of a fit the expected add up to the observed, later they need not.
    Raises ValueError where an outcome is neither 0 nor 1, a risk lies outside 0 to 1 or is missing beside a known outcome.
    Source: indirect standardisation as in the Summary Hospital-level Mortality Indicator; limits as PHEindicatormethods.
    """
    y, p = np.asarray(outcome, float), np.asarray(risk, float)
    known = ~np.isnan(y)
    refuse(~np.isin(y, (0, 1)) & known, "an outcome is 0 or 1")
    refuse((p < 0) | (p > 1) | (np.isnan(p) & known), "each patient has a risk between 0 and 1")
    labels, place = np.unique(np.asarray(groups), return_inverse=True)
    patients, observed, expected, variance = (
        np.bincount(place, np.where(known, value, 0), len(labels)).astype(float) for value in (np.ones(len(y)), y, p, p * (1 - p))
    )
    overall = np.nan if overall_rate is None and not known.any() else y[known].mean() if overall_rate is None else overall_rate
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
        z = np.where(variance > 0, (observed - expected) / np.sqrt(variance), np.nan)
        crude = observed / patients
    limits = {level: _limits(observed, expected, level) for level in confidence}
    return Standardised(labels, patients, observed, expected, ratio, limits, z, crude, ratio * overall)


def _limits(observed: Floats, expected: Floats, confidence: float) -> tuple[Floats, Floats]:
    lower, upper = ratio_interval(observed, expected, confidence)
    return np.where(expected > 0, lower, np.nan), np.where(expected > 0, upper, np.nan)


def _labels(terms: Sequence[Term]) -> tuple[str, ...]:
    return (INTERCEPT, *(label for term in terms for label in term.labels))


def _regressors(terms: Sequence[Term], columns: Columns, count: int | None) -> Floats:
    parts = [term.regressors(columns) for term in terms]
    if not parts and count is None:
        raise ValueError("a model without terms needs to be told how many patients there are")
    return np.concatenate([np.ones((1, parts[0].shape[1] if parts else count)), *parts])


def _null_deviance(y: Floats) -> float:
    """Deviance of one risk for all."""
    mean = np.full((1, len(y)), np.clip(y.mean(), NEAREST, 1 - NEAREST))
    return float(BINOMIAL.deviance(y[None], mean, np.ones((1, len(y))))[0])


def log_odds(risk: ArrayLike) -> Floats:
    """Linear predictor that belongs to a risk; infinite for 0 and 1."""
    return logit(np.asarray(risk, float))
