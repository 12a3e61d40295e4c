"""When a case-mix model is fitted anew on the network's own cases, or judged anew where they are too few; and doing it.

Belongs here: the window of cases, when it is time, the fit. Does not belong here: which version counts (``assets.case_mix_models``).
A model is looked at again when a quarter has become final since, or when its window has a quarter more or fewer cases than then:
so neither each file makes another model, nor does a history that is loaded in parts leave the model of its first part.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.case_mix_cases import levels_of, predicted, read_cases
from assets.case_mix_models import FITTED, FITTED_SOURCE, CurrentModel, Judgement, judge, save
from assets.result_frames import Moment
from assets.statistics import casemix
from assets.statistics.casemix_terms import Factor
from schemas.case_mix import CaseMixModel
from schemas.datasets import Pathway
from schemas.measures import Measure

WINDOW_MONTHS = 36
CHANGED_BY = 0.25  # share of the cases of the window
TOLD_BY = 5  # cases with, and as many without the outcome: a level with fewer tells nothing of its own
COUNTS = """
select model_name, sum(case_count)::bigint as case_count, max(period_start) as latest from measurement.case_mix_part
where measure_name = :measure and period_start >= :first and period_start <= :last group by 1
"""


def window(today: date, matures_after_days: int) -> tuple[date, date]:
    """First and last day of the three years up to the end of the latest quarter whose results are final on ``today``."""
    settled = pd.Timestamp(today) - pd.Timedelta(days=matures_after_days)
    after = pd.Period(settled, "Q").start_time
    return (after - pd.DateOffset(months=WINDOW_MONTHS)).date(), after.date() - timedelta(days=1)


def look_again(connection: Connection, pathway: Pathway, measure: Measure, models: Sequence[CurrentModel], moment: Moment) -> bool:
    """Fit or judge the models of the measure for which it is time; whether one of them predicts otherwise now."""
    between = window(moment.today, pathway.matures_after_days(measure))
    rows = connection.execute(text(COUNTS), {"measure": measure.name, "first": between[0], "last": between[1]})
    counted = {row.model_name: row for row in rows}
    due = [k for k, model in enumerate(models) if (row := counted.get(model.declared.name)) and _is_due(model, row.case_count, row.latest)]
    if not due:
        return False
    frame = read_cases(connection, pathway, measure, [model.declared for model in models], between=between)
    looked = [_look(connection, pathway, models[k], frame[frame["model"] == k], between, moment) for k in due]
    return any(looked)


def _is_due(model: CurrentModel, count: int, latest: date) -> bool:
    has_new_months = model.judged_to is None or model.judged_to < latest
    return has_new_months or abs(count - model.case_count) > CHANGED_BY * model.case_count


def _look(
    connection: Connection, pathway: Pathway, model: CurrentModel, frame: pd.DataFrame, between: tuple[date, date], moment: Moment
) -> bool:
    """Whether the model was fitted and is used."""
    outcome = frame["outcome"].to_numpy(float)
    declared = model.declared
    is_enough = len(outcome) >= declared.minimum_cases and outcome.sum() >= declared.minimum_events
    made = fit(declared, outcome, frame) if is_enough else None
    is_used = made is not None and made.is_converged and not made.is_separated
    if made is not None:
        version = save(connection, pathway, declared, made, moment, origin=FITTED, source=FITTED_SOURCE, is_sound=is_used)
        judge(connection, declared.name, version, Judgement(*between, outcome, made.fitted))
    if not is_used:
        judge(connection, declared.name, model.version, Judgement(*between, outcome, predicted(frame, model)))
    return is_used


def fit(declared: CaseMixModel, outcome: np.ndarray, frame: pd.DataFrame) -> casemix.FittedModel:
    """The model on these cases. Levels with too few of either outcome have no coefficient: their patients count as average ones.

    Else a level in which nobody died would be a level in which nobody can.
    """
    columns = levels_of(frame, declared)
    terms = [_told(Factor(factor.name, factor.level_names), columns[factor.name], outcome) for factor in declared.factors]
    return casemix.fit(outcome, columns, terms)


def _told(term: Factor, values: np.ndarray, outcome: np.ndarray) -> Factor:
    """The factor with the shares of its levels, the unknown last; 0 for those that tell too little."""
    place = {level: k for k, level in enumerate(term.levels)}
    level = np.array([place.get(value, len(place)) for value in values], int)
    cases, events = (np.bincount(level, weights, len(place) + 1) for weights in (None, outcome))
    counted = np.where(np.minimum(events, cases - events) >= TOLD_BY, cases, 0)
    return Factor(term.name, term.levels, tuple((counted / max(counted.sum(), 1)).tolist()))
