"""The case-mix models that predict now, from the warehouse and into it.

Belongs here: which version counts, reading and writing models. Does not belong here: fitting (``assets.case_mix_fit``), the model's
mathematics (``assets.statistics.casemix``). A version is never changed, but for how it is judged while it predicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select, update

from assets.result_frames import Moment
from assets.statistics import calibration, casemix
from assets.statistics.casemix_terms import Factor
from schemas.case_mix import INTERCEPT, CaseMixModel
from schemas.datasets import Pathway
from schemas.measures import Measure
from warehouse.case_mix_tables import case_mix_calibration, case_mix_coefficient, case_mix_model

PUBLISHED, FITTED = "published", "fitted"
FITTED_SOURCE = "fitted on the network's own cases"
OF_MODEL = ("model_name", "model_version")


@dataclass(frozen=True)
class CurrentModel:
    """A declared model with the version of its coefficients that predicts now, and the cases on which that was judged last."""

    declared: CaseMixModel
    version: int
    risks: casemix.Model
    origin: str = PUBLISHED
    judged_to: date | None = None
    case_count: int = 0

    @property
    def label(self) -> str:
        return f"{self.declared.name} {self.version}"


@dataclass(frozen=True)
class Judgement:
    """The cases a model was fitted or judged on: days (first, last), ``outcome`` (0 or 1) and predicted ``risk`` of each."""

    first: date
    last: date
    outcome: np.ndarray
    risk: np.ndarray

    def row(self) -> dict:
        line = calibration.calibration_line(self.outcome, self.risk)
        found = {
            "c_statistic": calibration.c_statistic(self.outcome, self.risk), "brier_score": calibration.brier_score(self.outcome, self.risk),
            "calibration_intercept": line.intercept, "calibration_slope": line.slope,
        }  # fmt: skip
        counted = {"case_count": len(self.outcome), "event_count": int(self.outcome.sum())}
        return {"judged_from": self.first, "judged_to": self.last, **counted, **{name: known(value) for name, value in found.items()}}


def known(value: float) -> float | None:
    """None for what could not be computed."""
    return float(value) if np.isfinite(value) else None


def label_of(models: Iterable[CurrentModel]) -> str:
    """The models with their versions, as results carry them."""
    return ", ".join(model.label for model in models)


# ------------------------------------------------------------------------------------------------ which counts
def current_models(connection: Connection, pathway: Pathway, moment: Moment) -> tuple[list[CurrentModel], bool]:
    """The pathway's models in their order, and whether one of them is new: declared otherwise than before, or for the first time."""
    measures = {measure.name: measure for measure in pathway.measures}
    found, is_new = [], False
    for model in pathway.case_mix:
        current = _stored(connection, model, measures[model.measure])
        if current is None:
            is_new, current = True, _begin_with_published(connection, pathway, model, moment)
        found.append(current)
    return found, is_new


def _stored(connection: Connection, model: CaseMixModel, measure: Measure) -> CurrentModel | None:
    """The current version, None where there is none or its definition is another one now."""
    row = connection.execute(
        select(case_mix_model).where(case_mix_model.c.model_name == model.name, case_mix_model.c.is_current)
    ).one_or_none()
    if row is None or (row.declared_version, row.measure_version, row.measure_name) != (model.version, measure.version, measure.name):
        return None
    mine = (case_mix_coefficient.c.model_name == model.name) & (case_mix_coefficient.c.model_version == row.model_version)
    rows = connection.execute(select(case_mix_coefficient).where(mine).order_by(case_mix_coefficient.c.place)).all()
    if row.origin == PUBLISHED and {r.label: r.coefficient for r in rows if not r.is_reference} != model.published.by_label:
        return None
    return CurrentModel(model, row.model_version, _model_of(model, rows), row.origin, row.judged_to, row.case_count or 0)


def _model_of(model: CaseMixModel, rows: list) -> casemix.Model:
    """The model as it was fitted or published: coefficients, and for fitted ones the shares of the levels."""
    shares = {row.label: row.case_share for row in rows}
    terms = tuple(_term(factor, tuple(shares[label] for label in factor.labels)) for factor in model.factors)
    kept = [row for row in rows if not row.is_reference]
    coefficients = np.array([np.nan if row.coefficient is None else row.coefficient for row in kept])
    return casemix.Model(terms, tuple(row.label for row in kept), coefficients)


def _term(factor, shares: tuple) -> Factor:
    return Factor(factor.name, factor.level_names, None if None in shares else shares)


def _begin_with_published(connection: Connection, pathway: Pathway, model: CaseMixModel, moment: Moment) -> CurrentModel:
    terms = [Factor(factor.name, factor.level_names) for factor in model.factors]
    made = casemix.published(terms, model.published.by_label)
    version = save(connection, pathway, model, made, moment, origin=PUBLISHED, source=model.published.source)
    return CurrentModel(model, version, made)


# ------------------------------------------------------------------------------------------------ writing
def save(
    connection: Connection,
    pathway: Pathway,
    model: CaseMixModel,
    made: casemix.Model,
    moment: Moment,
    *,
    origin: str,
    source: str,
    is_sound: bool = True,
) -> int:
    """A new version of the model, current if it is sound; return its number."""
    table = case_mix_model
    mine = table.c.model_name == model.name
    version = 1 + (connection.scalar(select(func.max(table.c.model_version)).where(mine)) or 0)
    if is_sound:
        connection.execute(update(table).where(mine, table.c.is_current).values(is_current=False))
    measure = next(measure for measure in pathway.measures if measure.name == model.measure)
    row = {
        "model_name": model.name, "model_version": version, "pathway_name": pathway.name, "measure_name": measure.name,
        "measure_version": measure.version, "declared_version": model.version, "origin": origin, "source": source, "is_current": is_sound,
        "is_sound": is_sound, "made_at": moment.now, "as_of_submission": moment.as_of_submission,
    }  # fmt: skip
    connection.execute(insert(table).values(row))
    connection.execute(insert(case_mix_coefficient), list(_coefficients(model, made, version)))
    return version


def _coefficients(model: CaseMixModel, made: casemix.Model, version: int) -> Iterable[dict]:
    """Rows of the coefficients in the order of the factors, the references among them."""
    place = {label: k for k, label in enumerate(made.labels)}
    shares = {label: share for term in made.terms if term.shares for label, share in zip(_labels(term), term.shares, strict=True)}
    fitted = isinstance(made, casemix.FittedModel)
    for number, label in enumerate((INTERCEPT, *(label for factor in model.factors for label in factor.labels)), start=1):
        k = place.get(label)
        told = {"coefficient": 0.0 if k is None else known(made.coefficient[k]), "standard_error": None, "p_value": None}
        if fitted and k is not None:
            told |= {"standard_error": known(made.se[k]), "p_value": known(made.p_value[k])}
        named = {"model_name": model.name, "model_version": version, "label": label, "place": number}
        yield {**named, **told, "is_reference": k is None, "case_share": shares.get(label)}


def _labels(term: Factor) -> tuple[str, ...]:
    return (f"{term.name}={term.levels[0]}", *term.labels)


def judge(connection: Connection, name: str, version: int, judged: Judgement) -> None:
    """Keep how good the version is on these cases, in place of how good it was on earlier ones."""
    mine = (case_mix_model.c.model_name == name) & (case_mix_model.c.model_version == version)
    connection.execute(update(case_mix_model).where(mine).values(judged.row()))
    table = case_mix_calibration
    connection.execute(delete(table).where(table.c.model_name == name, table.c.model_version == version))
    groups = calibration.calibration_groups(judged.outcome, judged.risk)
    columns = zip(groups.patients.tolist(), groups.mean_risk.tolist(), groups.observed_share.tolist(), strict=True)
    rows = [{"model_name": name, "model_version": version, "group_number": k, "case_count": int(count), "mean_risk": risk, "observed_share": share}
            for k, (count, risk, share) in enumerate(columns, start=1)]  # fmt: skip
    if rows:
        connection.execute(insert(table), rows)
