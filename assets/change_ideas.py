"""What a change idea does to a measure over all providers that tried it: random effects of what was told of their actions.

Belongs here: which effects speak for an idea, pooling, what is written. Does not belong here: the effects (``assets.effects``).
A provider speaks once: several of its actions with one idea are weighed by their precision. An action with several ideas speaks for each of them, and the
row tells how many providers changed nothing else with it. An effect that nobody was compared with speaks for none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.result_frames import Moment
from assets.statistics.effects import Pooled, pool
from warehouse.improvement_tables import change_idea_effect
from warehouse.loading import copy_frame

EFFECTS = """
select unnest(a.change_ideas) as change_idea, cardinality(a.change_ideas) = 1 as is_alone, e.measure_name, e.provider_code, e.verdict, e.controlled_difference as effect,
    e.controlled_difference_lower as lower, e.controlled_difference_upper as upper, e.controlled_error as error, e.verdict in ('improved', 'no change', 'worse') and e.compared_count > 0 as is_told, case m.direction
    when 'higher is better' then 1 when 'lower is better' then -1 else case e.wanted_direction when 'rise' then 1 else -1 end end as better
from improvement.action_effect e join improvement.action a on a.number = e.action_number join measurement.measure m using (measure_name)
where e.measure_name = any(:measures)
"""


def compute_ideas(connection: Connection, measures: Collection[str], moment: Moment) -> None:
    """Make the rows of these measures again, in the caller's transaction."""
    given = {"measures": sorted(measures)}
    connection.execute(text("delete from improvement.change_idea_effect where measure_name = any(:measures)"), given)
    found = pd.DataFrame(map(dict, connection.execute(text(EFFECTS), given).mappings()))
    if len(found):
        rows = [
            _pooled(part) | dict(zip(("change_idea", "measure_name"), key, strict=True))
            for key, part in found.groupby(["change_idea", "measure_name"])
        ]
        copy_frame(connection, change_idea_effect, pd.DataFrame(rows).assign(computed_at=pd.Timestamp(moment.now)))


def _pooled(part: pd.DataFrame) -> dict:
    told = _of_providers(part[part["is_told"]])
    pooled = _pool(told) if len(told) else Pooled(0, *[np.nan] * 7)
    if part["is_told"].sum() == 1:  # of a single action the idea says what the action says, whose limits know how little its error is known
        [limits] = part.loc[part["is_told"], ["lower", "upper"]].astype(float).itertuples(index=False)
        pooled = replace(pooled, lower=limits.lower, upper=limits.upper)
    best_first = told.sort_values("effect", ascending=bool(part["better"].iloc[0] < 0))["provider_code"].tolist()
    others = sorted(set(part["provider_code"]) - set(best_first))
    return {
        "provider_count": part["provider_code"].nunique(), "told_count": len(told), "alone_count": part[part["is_alone"]]["provider_code"].nunique(),
        "improved_count": _with(part, "improved"), "worse_count": _with(part, "worse"), "effect": pooled.estimate, "effect_lower": pooled.lower,
        "effect_upper": pooled.upper, "between_deviation": pooled.tau, "i_squared": pooled.i_squared, "expected_lower": pooled.predicted_lower,
        "expected_upper": pooled.predicted_upper, "providers": [*best_first, *others],
    }  # fmt: skip


def _with(part: pd.DataFrame, verdict: str) -> int:
    return part[part["verdict"] == verdict]["provider_code"].nunique()


def _of_providers(told: pd.DataFrame) -> pd.DataFrame:
    """One effect and error a provider."""
    weighed = told.assign(weight=1 / told["error"].astype(float) ** 2)
    weighed = weighed.assign(part=weighed["effect"].astype(float) * weighed["weight"])
    sums = weighed.groupby("provider_code", as_index=False)[["part", "weight"]].sum()
    return sums.assign(effect=sums["part"] / sums["weight"], error=sums["weight"] ** -0.5)


def _pool(told: pd.DataFrame) -> Pooled:
    with catch_warnings():
        simplefilter("ignore")  # about intervals of single effects that are not asked for
        return pool(told["effect"], told["error"])
