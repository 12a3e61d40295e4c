"""Period outliers: organisations whose closed period lies beyond a policy limit, judged again whenever its data change.

Belongs here: which results are judged, judging, and what is written of it. Does not belong here: what people do about an outlier
(``assets.outlier_moves``), limits (``assets.statistics.policy_limits``), early warnings (``assets.signals``), which are never mixed with these.
A period is judged when the organisation's result and the network's are final, and again when its data, the policy or the case-mix models have
changed. A judgement that differs from the latest one of an outlier is added to its evaluations; what was judged before stays. Who was never beyond a limit leaves no row.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.outlier_moves import Outlier, detect, enter_again, note_evaluation
from assets.result_frames import BETTER, KEY, Moment, read
from assets.statistics import policy_limits
from schemas.datasets import Pathway
from schemas.measures import Measure, MeasureKind
from schemas.outliers import CONCERNS, Basis, Level, OutlierPolicy
from warehouse.loading import copy_frame
from warehouse.outlier_tables import period_outlier_evaluation

# what the refresh has touched; and every period of a measure that is judged by another policy or model than before
PERIODS = """(
    select m.measure_name, t.period_grain, t.period_start
    from (select distinct period_grain, period_start from stale_now where pathway_name = :pathway and period_grain in ('quarter', 'year')) t
    cross join unnest(cast(:measures as text[])) m (measure_name)
    union select r.measure_name, r.period_grain, r.period_start from measurement.measure_result r
    where r.measure_name = any(:measures) and r.measure_name = any(:anew) and r.period_grain in ('quarter', 'year')
    union select o.measure_name, o.period_grain, o.period_start from measurement.period_outlier o
    where o.measure_name = any(:measures) and o.measure_name = any(:anew)
)"""
MODELS = """
select measure_name, string_agg(distinct model_version, '; ') from measurement.standardised_result where measure_name = any(:measures) group by 1
"""
JUDGED_ANEW = """
insert into measurement.period_outlier_basis as b (measure_name, policy_version, model_version, judged_at)
select p.measure_name, p.policy_version, p.model_version, :now
from unnest(cast(:measures as text[]), cast(:versions as integer[]), cast(:models as text[])) p (measure_name, policy_version, model_version)
on conflict (measure_name) do update
set policy_version = excluded.policy_version, model_version = excluded.model_version, judged_at = excluded.judged_at
where (b.policy_version, b.model_version) is distinct from (excluded.policy_version, excluded.model_version)
returning measure_name
"""
# what the network's members have together stands beside each; deaths that are awaited anywhere keep the period open for all
BESIDE_NETWORK = f"""
select r.measure_name, r.organisation_code, r.period_grain, r.period_start, o.organisation_kind, r.numerator as observed, r.denominator,
    b.network_value as centre, d.tau_squared, r.measure_version, null as model_version, r.is_provisional or coalesce(n.is_provisional, false) as is_open
from {PERIODS} t
join measurement.measure_result r on r.measure_name = t.measure_name and r.period_grain = t.period_grain and r.period_start = t.period_start
join measurement.benchmark b on b.measure_name = r.measure_name and b.organisation_code = r.organisation_code
    and b.period_grain = r.period_grain and b.period_start = r.period_start
join pathway.organisation o on o.organisation_code = r.organisation_code and o.is_member
left join measurement.measure_result n on n.measure_name = r.measure_name and n.period_grain = r.period_grain and n.period_start = r.period_start
    and n.organisation_code = (select min(organisation_code) from pathway.organisation where organisation_kind = 'network' and is_member)
left join measurement.funnel_dispersion d on d.measure_name = r.measure_name and d.peer_kind = b.peer_kind
    and d.period_grain = r.period_grain and d.period_start = r.period_start
where r.value is not null
"""
STANDARDISED = f"""
select s.measure_name, s.organisation_code, s.period_grain, s.period_start, o.organisation_kind, s.observed, s.case_count as denominator,
    1.0 as centre, null as tau_squared, s.measure_version, s.model_version, s.is_provisional as is_open, s.expected
from {PERIODS} t
join measurement.standardised_result s on s.measure_name = t.measure_name and s.period_grain = t.period_grain and s.period_start = t.period_start
join pathway.organisation o on o.organisation_code = s.organisation_code and o.is_member
"""
KNOWN = f"""
select o.period_outlier_id, o.state, o.due_on, o.measure_name, o.organisation_code, o.period_grain, o.period_start, e.*,
    (select j.level from measurement.period_outlier_evaluation j where j.period_outlier_id = o.period_outlier_id and j.level <> 'not judged'
     order by j.period_outlier_evaluation_id desc limit 1) as judged_level
from {PERIODS} t
join measurement.period_outlier o on o.measure_name = t.measure_name and o.period_grain = t.period_grain and o.period_start = t.period_start
cross join lateral (select {{compared}} from measurement.period_outlier_evaluation e where e.period_outlier_id = o.period_outlier_id
    order by e.period_outlier_evaluation_id desc limit 1) e
"""
SAID = ("basis", "policy_version", "measure_version", "model_version", "level", "direction")
NUMBERS = ("observed", "denominator", "expected", "centre", "value", "statistic", "tau_squared", "policy_alert_limit", "policy_alarm_limit",
           "policy_positive_limit", "limit_crossed")  # fmt: skip
ABOUT = 1e-9  # sums in another order are no other data
RANK = {Level.ALERT: 1, Level.ALARM: 2}


def compute_outliers(connection: Connection, pathway: Pathway, moment: Moment) -> int:
    """Judge the touched quarters and years of the pathway's measures that have a policy, and all of those that are judged by another policy or model
    than before, in the caller's transaction; how many outliers were added.
    """
    if not pathway.outlier_policies:
        return 0
    given = {
        "pathway": pathway.name,
        "measures": [policy.measure for policy in pathway.outlier_policies],
        "anew": _judged_anew(connection, pathway, moment),
    }
    judged = judge(_subjects(connection, pathway, given), pathway)
    known = _known(connection, given)
    new = _new(judged, known)
    changed = _changed(judged, known)
    outliers = detect(connection, pathway.name, new, moment)
    evaluations = [_evaluations(new, outliers["period_outlier_id"]), _evaluations(changed, changed["period_outlier_id"])]
    written = pd.concat([frame for frame in evaluations if len(frame)] or [pd.DataFrame()], ignore_index=True)
    copy_frame(
        connection,
        period_outlier_evaluation,
        written.assign(evaluated_at=pd.Timestamp(moment.now), as_of_submission=moment.as_of_submission),
    )
    _tell(connection, changed, moment)
    return len(new)


# ------------------------------------------------------------------------------------------------ who is judged
def _judged_anew(connection: Connection, pathway: Pathway, moment: Moment) -> list[str]:
    """Measures whose closed periods are all judged anew, because policy or models are others than last time; kept for the next time."""
    policies = pathway.outlier_policies
    standardised = [policy.measure for policy in policies if policy.basis is Basis.STANDARDISED]
    models = dict(map(tuple, connection.execute(text(MODELS), {"measures": standardised}))) if standardised else {}
    by = {
        "measures": [policy.measure for policy in policies], "versions": [policy.version for policy in policies],
        "models": [models.get(policy.measure) for policy in policies], "now": moment.now,
    }  # fmt: skip
    return list(connection.scalars(text(JUDGED_ANEW), by))


def _subjects(connection: Connection, pathway: Pathway, given: dict) -> pd.DataFrame:
    """The results of these periods that policies are about: observed, denominator, expected, centre, and whether the period is open."""
    found = []
    for query, is_adjusted in ((BESIDE_NETWORK, False), (STANDARDISED, True)):
        names = [policy.measure for policy in pathway.outlier_policies if (policy.basis is Basis.STANDARDISED) == is_adjusted]
        if names:
            found.append(read(connection, query, {**given, "measures": names}))
    frame = pd.concat([part for part in found if len(part)] or [pd.DataFrame(columns=[*KEY, "organisation_kind"])], ignore_index=True)
    policies = {policy.measure: policy for policy in pathway.outlier_policies}
    offered = [
        kind in policies[name].levels and grain in policies[name].grains
        for name, kind, grain in zip(frame["measure_name"], frame["organisation_kind"], frame["period_grain"], strict=True)
    ]
    return frame[np.array(offered, bool)].reset_index(drop=True)


# ------------------------------------------------------------------------------------------------ judging
def judge(subjects: pd.DataFrame, pathway: Pathway) -> pd.DataFrame:
    """A row a subject: what was observed and expected, how far apart they lie, the policy's limits, and the level."""
    measures = {measure.name: measure for measure in pathway.measures}
    policies = {policy.measure: policy for policy in pathway.outlier_policies}
    parts = [_judged(part, policies[name], measures[name]) for name, part in subjects.groupby("measure_name", sort=True)]
    nothing = pd.DataFrame(columns=[*KEY, *SAID, *NUMBERS]).astype({"period_start": "datetime64[s]"})
    return pd.concat(parts, ignore_index=True) if parts else nothing


def _judged(part: pd.DataFrame, policy: OutlierPolicy, measure: Measure) -> pd.DataFrame:
    is_adjusted = policy.basis is Basis.STANDARDISED
    observed, denominator, centre, tau = (part[name].to_numpy(float) for name in ("observed", "denominator", "centre", "tau_squared"))
    expected = part["expected"].to_numpy(float) if is_adjusted else denominator * centre
    size = expected if is_adjusted else denominator
    allows = policy.basis is Basis.NETWORK_VALUE_OVERDISPERSED
    is_open = part["is_open"].to_numpy(bool) | ~(expected >= policy.minimum_expected) | (np.isnan(tau) if allows else False)
    part = part.assign(expected=expected, value=observed / np.where(size > 0, size, np.nan), tau_squared=tau if allows else np.nan)
    is_share = measure.kind is MeasureKind.PROPORTION and not is_adjusted
    distance, limits = _distance_and_limits(observed, size, centre, tau if allows else None, policy, is_share)
    return _levelled(part, np.where(is_open, np.nan, distance), limits, policy, BETTER[measure.direction])


def _distance_and_limits(observed, size, centre, tau, policy: OutlierPolicy, is_share: bool) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviations above what is expected, and the values at -alarm, -alert, alert, alarm."""
    at = policy.distances
    if tau is None:
        return policy_limits.exact_distance(observed, size, centre, is_share), policy_limits.exact_limits(size, centre, at, is_share)
    return policy_limits.spread_distance(observed, size, centre, tau, is_share), policy_limits.spread_limits(
        size, centre, tau, at, is_share
    )


def _levelled(part: pd.DataFrame, distance: np.ndarray, limits: np.ndarray, policy: OutlierPolicy, better: int) -> pd.DataFrame:
    """With level, direction and the limit that was crossed; ``better`` is 1 where more is better."""
    worse = -better * distance
    alert, alarm, positive = by_level(limits, better)
    tests = [np.isnan(worse), worse > policy.alarm_distance, worse > policy.alert_distance, worse < -policy.alarm_distance]
    level = np.select(tests, [str(Level.NOT_JUDGED), str(Level.ALARM), str(Level.ALERT), str(Level.POSITIVE)], str(Level.INSIDE))
    is_known = ~tests[0]
    return part.assign(
        basis=str(policy.basis), policy_version=policy.version, level=level, statistic=worse,
        direction=np.select(tests, [None, "worse", "worse", "better"], None),
        limit_crossed=np.select(tests, [np.nan, alarm, alert, positive], np.nan),
        policy_alert_limit=np.where(is_known, alert, np.nan), policy_alarm_limit=np.where(is_known, alarm, np.nan),
        policy_positive_limit=np.where(is_known, positive, np.nan),
    )  # fmt: skip


def by_level(limits: np.ndarray, better: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Limits (N, 4) at a policy's distances as those of alert, alarm and positive; ``better`` is 1 where more is better."""
    alert, alarm, positive = (1, 0, 3) if better > 0 else (2, 3, 0)
    return limits[:, alert], limits[:, alarm], limits[:, positive]


# ------------------------------------------------------------------------------------------------ what is written
def _known(connection: Connection, given: dict) -> pd.DataFrame:
    """The outliers of touched periods with their latest evaluation."""
    known = read(connection, KNOWN.format(compared=", ".join((*SAID, *NUMBERS))), given)
    return known.assign(**{name: known[name].astype(float) for name in NUMBERS})


def _new(judged: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    beyond = judged[judged["level"].isin([*CONCERNS, Level.POSITIVE])]
    is_known = pd.MultiIndex.from_frame(beyond[KEY]).isin(pd.MultiIndex.from_frame(known[KEY]))
    return beyond[~is_known].reset_index(drop=True)


def _changed(judged: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """The known outliers whose judgement is another one now, with both; who has no result any more is not judged."""
    if not len(known):
        return pd.DataFrame(columns=["period_outlier_id", *SAID, *NUMBERS])
    both = known.merge(judged, on=KEY, how="left", suffixes=("_before", ""))
    both["level"] = both["level"].where(both["level"].notna(), str(Level.NOT_JUDGED))
    for name in ("basis", "policy_version"):
        both[name] = both[name].where(both[name].notna(), both[f"{name}_before"])
    differs = np.zeros(len(both), bool)
    for name in SAID:
        now, before = both[name].astype(object), both[f"{name}_before"].astype(object)
        differs |= ~((now == before) | (now.isna() & before.isna())).to_numpy(bool)
    for name in NUMBERS:
        differs |= ~np.isclose(both[name].to_numpy(float), both[f"{name}_before"].to_numpy(float), rtol=ABOUT, atol=ABOUT, equal_nan=True)
    return both[differs].reset_index(drop=True)


def _evaluations(frame: pd.DataFrame, numbers: Iterable[int]) -> pd.DataFrame:
    return frame.reindex(columns=[*SAID, *NUMBERS]).assign(period_outlier_id=list(numbers))


def _tell(connection: Connection, changed: pd.DataFrame, moment: Moment) -> None:
    """Into the history of each outlier that was judged anew; one that nobody worked on any more opens again if it has become worse."""
    for row in changed.itertuples():
        outlier = Outlier(row.period_outlier_id, row.state, row.due_on)
        note = f"{row.level_before} -> {row.level}{_said_of_model(row)}"
        is_worse = RANK.get(row.level, 0) > RANK.get(row.judged_level, 0)
        if is_worse and outlier.is_closed:
            enter_again(connection, outlier, note, moment)
        else:
            note_evaluation(connection, outlier, note, moment)


def _said_of_model(row) -> str:
    """That the judgement rests on another model, where it does: the provider's own data may be the same."""
    is_other = pd.notna(row.model_version) and row.model_version != row.model_version_before
    return f"; the model is {row.model_version}" if is_other else ""
