"""How the product computes the golden method of case-mix adjustment: R's formula and factors in the words of the house."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np

from assets.statistics import calibration, casemix
from assets.statistics.casemix_terms import UNKNOWN, Factor, Number, Product, Term
from tests.statistics.golden import Case, Method, Tables, number

FACTOR = re.compile(r"factor\((\w+)\)")


def _terms(case: Case) -> list[Term]:
    """``a + factor(b) + a:c + a * c`` as R reads it: main effects first, then interactions; ``1`` is the intercept alone."""
    wanted: list[tuple[str, ...]] = []
    for part in case.args["formula"].split("~")[1].split("+"):
        names = tuple(name.strip() for name in re.split(r"[*:]", part))
        lengths = range(1, len(names) + 1) if "*" in part else [len(names)]
        wanted += [found for length in lengths for found in combinations(names, length) if found != ("1",) and found not in wanted]
    return [_term(case, names) for names in sorted(wanted, key=len)]


def _term(case: Case, names: tuple[str, ...]) -> Term:
    terms = [_single(case, name) for name in names]
    while len(terms) > 1:
        terms = [Product(terms[0], terms[1]), *terms[2:]]
    return terms[0]


def _single(case: Case, name: str) -> Term:
    factor = FACTOR.fullmatch(name)
    column = factor[1] if factor else name
    answers = _answers(case, column)
    return Factor.of(column, answers) if factor or answers.dtype == object else Number(name)


def _answers(case: Case, name: str) -> np.ndarray:
    """A column as R's ``read.csv`` would have it: numbers if all are."""
    try:
        return case.column(name, "input")
    except ValueError:
        return case.text(name, "input")


def _in_r(label: str, case: Case) -> str:
    if label == casemix.INTERCEPT:
        return "(Intercept)"
    return ":".join(_single_in_r(*part.partition("=")[::2], case) for part in label.split(":"))


def _single_in_r(name: str, level: str, case: Case) -> str:
    """R writes a factor of the formula before its level, and a column of truths with TRUE behind it."""
    if level:
        return (f"factor({name})" if f"factor({name})" in case.args["formula"] else name) + level
    return name + "TRUE" * (set(case.text(name, "input")) <= {"TRUE", "FALSE"})


def _casemix(case: Case) -> Tables:
    terms = _terms(case)
    columns = {name: _answers(case, name) for name in _mentioned(terms)}
    y, provider = case.column("outcome", "input"), case.text("group", "input")
    fitted_on = _fit_rows(case)
    model = casemix.fit(np.where(fitted_on, y, np.nan), columns, terms)
    risk = model.risks(columns, len(y))
    judged = _judged(case, fitted_on)
    found = casemix.standardise(y[judged], risk[judged], provider[judged].astype(str))
    return {
        "expected": _providers(found), "expected_coef": _coefficients(model, case), "expected_fit": {"p": risk},
        "expected_scalars": _scalars(model, y[judged], risk[judged]),
    }  # fmt: skip


def _mentioned(terms: list[Term]) -> set[str]:
    flat = list(terms)
    while any(isinstance(term, Product) for term in flat):
        flat = [part for term in flat for part in ((term.first, term.second) if isinstance(term, Product) else (term,))]
    return {term.name for term in flat}


def _fit_rows(case: Case) -> np.ndarray:
    """Which rows the model is fitted on: all, or those for which a column of the input is true, or has the value named."""
    if case.args["fit_rows"] == "all":
        return np.ones(len(case.tables["input"]), bool)
    name, value = re.fullmatch(r"(\w+)(?:\s*==\s*(\S+))?", case.args["fit_rows"]).groups()
    return case.column(name, "input") == number(value or "1")


def _judged(case: Case, fitted_on: np.ndarray) -> np.ndarray:
    """All patients, unless the expected table counts only those that the model was not fitted on."""
    later = case.column("n").sum() == (~fitted_on).sum()
    return ~fitted_on if later else np.ones(len(fitted_on), bool)


def _providers(found: casemix.Standardised) -> dict:
    return {
        "group": found.groups.astype(object), "n": found.patients, "observed": found.observed, "expected": found.expected,
        "smr": found.ratio, "lower95": found.limits[0.95][0], "upper95": found.limits[0.95][1], "lower998": found.limits[0.998][0],
        "upper998": found.limits[0.998][1], "z": found.z, "std_rate": found.standardised_rate, "crude_rate": found.crude_rate,
    }  # fmt: skip


def _coefficients(model: casemix.FittedModel, case: Case) -> dict:
    """Without the terms for the unknown, which R has no word for: in these cases nothing is."""
    rows = [k for k, label in enumerate(model.labels) if f"={UNKNOWN}" not in label]
    assert all(np.isnan(model.coefficient[k]) for k in range(len(model.labels)) if k not in rows)
    names = {"estimate": model.coefficient, "se": model.se, "z": model.z, "p_value": model.p_value}
    return {
        "term": np.array([_in_r(model.labels[k], case) for k in rows], object),
        **{name: values[rows] for name, values in names.items()},
    }


def _scalars(model: casemix.FittedModel, y: np.ndarray, risk: np.ndarray) -> dict:
    values = {
        "log_lik": model.log_likelihood, "deviance": model.deviance, "null_deviance": model.null_deviance, "aic": model.aic,
        "df_residual": model.degrees, "c_statistic": calibration.c_statistic(y, risk), "brier": calibration.brier_score(y, risk),
        "overall_rate": y.mean(), "converged": model.is_converged,
    }  # fmt: skip
    return {name: np.array([value], float) for name, value in values.items()}


METHODS = {"casemix_logistic": Method(_casemix)}
