"""The cases that a case-mix model speaks of, one by one, with outcome and risk: in memory only, never written anywhere.

Belongs here: the query and the prediction. Does not belong here: what is made of them (``assets.case_mix``, ``assets.case_mix_cusum``,
``assets.case_mix_fit``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import ARRAY, Connection, Date, Select, Text, any_, cast, literal, select, true

from assets.case_mix_models import CurrentModel
from schemas.case_mix import CaseMixModel
from schemas.datasets import Pathway
from schemas.measures import Measure
from warehouse.case_source import is_counted, measured_source
from warehouse.compile_sql import SqlCompiler
from warehouse.pathway_tables import pathway_case
from warehouse.stale import start_of

# last bits of a risk depend on how many are computed at once; sums of the same cases must not
RISK_DECIMALS = 12


def read_cases(
    connection: Connection, pathway: Pathway, measure: Measure, models: Sequence[CaseMixModel], *,
    providers: Sequence[str] | None = None, between: tuple[date, date] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The denominator of ``measure``, in order of the date by which it counts: of some providers or all, of some days (inclusive) or all.

    Columns: ``provider_code``, ``site_code``, ``period_start`` (month), ``outcome`` (bool), ``model`` (position of the model that
    predicts it), and the levels of the models' factors, ``<model>.<factor>``, None for unknown.
    """
    query = _query(pathway, measure, models)
    day = query.selected_columns["counted_on"]
    if providers is not None:
        query = query.where(query.selected_columns["provider_code"] == any_(literal(list(providers), ARRAY(Text))))
    if between is not None:
        query = query.where(day.element >= between[0], day.element <= between[1])
    result = connection.execute(query)
    names, rows = list(result.keys()), result.all()
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in zip(names, columns, strict=True)})
    applies = frame[[f"applies_{k}" for k in range(len(models))]].to_numpy(bool)
    return frame.assign(
        model=applies.argmax(axis=1) if len(frame) else np.zeros(0, int), outcome=frame["outcome"].astype(bool),
        period_start=frame["period_start"].astype("datetime64[s]"),
    )  # fmt: skip


def _query(pathway: Pathway, measure: Measure, models: Sequence[CaseMixModel]) -> Select:
    source, columns = measured_source(pathway, measure.credit)
    compiler = SqlCompiler(columns)
    day = columns[measure.index_date]
    cohort = compiler.holds(measure.cohort) if measure.cohort is not None else true()
    kept = [~compiler.holds(exclusion.condition) for exclusion in measure.exclusions]
    applies = [(compiler.holds(m.applies) if m.applies is not None else true()).label(f"applies_{k}") for k, m in enumerate(models)]
    levels = {f"{m.name}.{f.name}": compiler.compile(f.expression) for m in models for f in m.factors}
    return (
        select(
            columns["provider_code"], columns["site_code"], start_of("month", day).label("period_start"), cast(day, Date).label("counted_on"),
            compiler.holds(measure.numerator).label("outcome"), *applies, *(level.label(name) for name, level in levels.items()),
        )
        .select_from(source)
        .where(pathway_case.c.pathway_name == pathway.name, is_counted(), day.is_not(None), cohort, *kept)
        # the same order whatever the random ids are, so that a warehouse made anew has the same charts
        .order_by(day, columns["started_at"], pathway_case.c.first_arrival_number, pathway_case.c.first_row_number)
    )  # fmt: skip


def levels_of(frame: pd.DataFrame, model: CaseMixModel) -> dict[str, np.ndarray]:
    """The answers of the model's factors, as ``assets.statistics.casemix`` takes them."""
    return {factor.name: frame[f"{model.name}.{factor.name}"].to_numpy(object) for factor in model.factors}


def with_risks(frame: pd.DataFrame, models: Sequence[CurrentModel]) -> pd.DataFrame:
    """With ``risk``, each predicted by the model that applies to the case."""
    risk = np.full(len(frame), np.nan)
    for k, model in enumerate(models):
        mine = (frame["model"] == k).to_numpy()
        if mine.any():
            risk[mine] = predicted(frame[mine], model)
    return frame.assign(risk=risk)


def predicted(frame: pd.DataFrame, model: CurrentModel) -> np.ndarray:
    """Risks of these cases by this model, whichever model applies to them."""
    return np.round(model.risks.risks(levels_of(frame, model.declared), len(frame)), RISK_DECIMALS)
