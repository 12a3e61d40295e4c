"""The risk-adjusted CUSUM chart of each provider, for worse and for better, and the signal of a chart that reaches its limit.

Belongs here: which cases, which limit, months, events. Does not belong here: the recursion and run lengths
(``assets.statistics.cusum``, ``assets.statistics.run_lengths``), the life of signals (``assets.signals``).
An early warning that invites a look, apart from judgements of closed periods. The chart takes a provider's cases one by one; what is kept
is a month. At its limit it signals and starts anew from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.case_mix_models import CurrentModel, label_of
from assets.result_frames import BETTER, Moment, read
from assets.signals import CUSUM, Event, Settled, settle
from assets.statistics import cusum
from assets.statistics.numerics import places, to_rows
from assets.statistics.run_lengths import risk_adjusted_limit
from schemas.datasets import Pathway
from schemas.measures import Measure
from warehouse.case_mix_tables import cusum_month
from warehouse.loading import copy_frame
from warehouse.organisations import PROVISIONAL

RULE_VERSION = 1
ODDS_RATIOS = {"worse": 2.0, "better": 0.5}
RULES = {"worse": "odds doubled", "better": "odds halved"}
# each of the two charts of a provider gives a false alarm once in so many years on average, both together twice as often
FALSE_ALARM_YEARS = 10
# the smallest hospital that national audits report; with fewer cases single deaths would signal
CASES_A_YEAR = 50
SIGNAL_MONTHS = 12  # a crossing is worth a look for a year of final months
RISK_GROUPS, GRID = 10, 100  # of the run length: within 3 % of that of every single risk
DAYS_A_YEAR = 365.25
VALUE_DECIMALS = 9
MONTH_COLUMNS = [
    column.name for column in cusum_month.columns if column.name not in ("measure_name", "is_provisional", "model_version", "rule_version")
]
OVER = f"no crossing in the last {SIGNAL_MONTHS} final months"

# whose charts: of the organisation that has the provider's cases now
OWNERS = """
select start_code, min(level_code) from organisation_level_now where level_kind = start_kind and level_kind not in ('region', 'network')
and start_code = any(:codes) group by start_code
"""
FINAL = """
select organisation_code, period_start, is_provisional from measurement.measure_result
where measure_name = :measure and period_grain = 'month' and organisation_code = any(:codes)
"""
DELETE = "delete from measurement.cusum_month where measure_name = :measure"


def watch(
    connection: Connection, pathway: Pathway, measure: Measure, models: Sequence[CurrentModel], cases: pd.DataFrame, providers: Sequence[str] | None, moment: Moment
) -> Settled:  # fmt: skip
    """Make the charts of the providers of ``cases`` anew, and their signals agree with them. ``providers``: the codes that were read, None for all."""
    cases = cases.assign(organisation_code=cases["provider_code"].map(_owners(connection, cases["provider_code"])))
    cases = cases[cases["organisation_code"].notna()]
    months = _with_finality(connection, measure, _months(cases))
    _write(connection, measure, providers, months.assign(model_version=label_of(models)))
    examined = set(months["organisation_code"]) | set(providers if providers is not None else _signalled(connection, measure))
    subjects = [(CUSUM, pathway.name, measure.name, code, None) for code in sorted(examined)]
    return settle(connection, subjects, list(_events(pathway, measure, months, label_of(models))), moment.now, OVER)


def _owners(connection: Connection, codes: pd.Series) -> dict[str, str]:
    return dict(map(tuple, connection.execute(text(OWNERS), {"codes": sorted(codes.unique())})))


def _signalled(connection: Connection, measure: Measure) -> list[str]:
    query = text(
        "select distinct organisation_code from measurement.signal where kind = :kind and measure_name = :measure and state <> 'closed'"
    )
    return list(connection.scalars(query, {"kind": CUSUM, "measure": measure.name}))


def _write(connection: Connection, measure: Measure, providers: Sequence[str] | None, months: pd.DataFrame) -> None:
    codes = None if providers is None else [*providers, *months["organisation_code"].unique()]
    connection.execute(
        text(DELETE + ("" if codes is None else " and organisation_code = any(:codes)")), {"measure": measure.name, "codes": codes}
    )
    copy_frame(connection, cusum_month, months.assign(measure_name=measure.name, rule_version=RULE_VERSION))


# ------------------------------------------------------------------------------------------------ charts
def _months(cases: pd.DataFrame) -> pd.DataFrame:
    """A row an organisation, direction and month with cases."""
    if not len(cases):
        return pd.DataFrame(columns=MONTH_COLUMNS).astype({"period_start": "datetime64[s]"})
    row, column = places(cases["organisation_code"])
    outcome, risk = (to_rows(cases[name].to_numpy(float), row, column) for name in ("outcome", "risk"))
    run_lengths = wanted_run_lengths(*_spans(cases))
    return pd.concat(
        [_charted(cases, outcome, risk, (row, column), run_lengths, direction) for direction in ODDS_RATIOS], ignore_index=True
    )


def _spans(cases: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Cases of each organisation, and the days from the first to the last of them, in the order of the organisations' codes."""
    days = pd.to_datetime(cases["counted_on"]).groupby(cases["organisation_code"]).agg(["size", "min", "max"])
    return days["size"].to_numpy(float), ((days["max"] - days["min"]).dt.days + 1).to_numpy(float)


def wanted_run_lengths(cases: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Cases between two false alarms, given how many ``cases`` came in how many ``days`` (a year at least); NaN where they are too few for a chart."""
    a_year = cases * DAYS_A_YEAR / np.maximum(days, DAYS_A_YEAR)
    return np.where(a_year >= CASES_A_YEAR, FALSE_ALARM_YEARS * a_year, np.nan)


def limit_for(run_length: float, risks: np.ndarray, odds_ratio: float) -> float:
    """The limit at which a chart of cases of these risks runs so many cases between false alarms; NaN where there is none."""
    if not np.isfinite(run_length):
        return np.nan
    groups = np.array_split(np.sort(risks), RISK_GROUPS)
    share, risk = np.array([len(group) / len(risks) for group in groups]), np.array([group.mean() for group in groups])
    try:
        return risk_adjusted_limit(run_length, share, risk, odds_ratio, scaling=GRID)
    except ValueError:  # nobody's risk leaves anything to signal on
        return np.nan


def _charted(
    cases: pd.DataFrame, outcome: np.ndarray, risk: np.ndarray, at: tuple, run_lengths: np.ndarray, direction: str
) -> pd.DataFrame:
    """The charts of one direction, by month."""
    ratio = ODDS_RATIOS[direction]
    limits = np.array([limit_for(length, line[~np.isnan(line)], ratio) for length, line in zip(run_lengths, risk, strict=True)])
    value, reached, crossed = run(outcome, risk, limits, ratio)
    told = {"last_value": value[at], "highest_value": reached[at], "crossing_count": crossed[at].astype(int)}
    grouped = cases.assign(**told).groupby(["organisation_code", "period_start"], sort=True)
    months = grouped.agg(
        case_count=("outcome", "size"), observed=("outcome", "sum"), expected=("risk", "sum"), last_value=("last_value", "last"),
        highest_value=("highest_value", "max"), crossing_count=("crossing_count", "sum"),
    ).round(VALUE_DECIMALS).reset_index()  # fmt: skip
    number = pd.Series(np.arange(len(limits)), index=np.unique(cases["organisation_code"].to_numpy(str)))
    place = months["organisation_code"].map(number).to_numpy(int)
    return months.assign(
        direction=direction, odds_ratio=ratio, limit_value=np.round(limits, VALUE_DECIMALS)[place], run_length=run_lengths[place]
    )


def run(outcome: np.ndarray, risk: np.ndarray, limits: np.ndarray, odds_ratio: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Charts (S, N) with a limit each (S,), NaN for none: values, 0 at a signal; values before any new start; whether the limit was reached.

    Values are at least 0 in both directions.
    """
    sign = 1.0 if odds_ratio > 1 else -1.0
    bounds = sign * np.where(np.isnan(limits), np.inf, limits)[:, None]
    chart = cusum.risk_adjusted(outcome, risk, bounds, odds_ratio)
    value = np.abs(chart.value)
    before = np.hstack([np.zeros((len(value), 1)), value[:, :-1]])
    climbed = before + cusum.likelihood_weights(outcome, risk, odds_ratio)
    return value, np.where(chart.signal, climbed, value), chart.signal


def _with_finality(connection: Connection, measure: Measure, months: pd.DataFrame) -> pd.DataFrame:
    found = read(connection, FINAL, {"measure": measure.name, "codes": sorted(months["organisation_code"].unique())})
    found = found.astype({"organisation_code": object})  # also where there is none
    joined = months.merge(found, on=["organisation_code", "period_start"], how="left")
    return joined.assign(is_provisional=joined["is_provisional"].astype("boolean").fillna(True).astype(bool))


# ------------------------------------------------------------------------------------------------ events
def _events(pathway: Pathway, measure: Measure, months: pd.DataFrame, model_version: str) -> Iterator[Event]:
    """An event for each chart that reached its limit in the last year of the provider's final months.

    A chart that reaches it again before a year has passed tells of the same event, which lasts until the latest crossing.
    """
    final = months[~months["is_provisional"].astype(bool)]
    for (code, direction), chart in final.groupby(["organisation_code", "direction"]):
        crossings = _latest_crossings(chart)
        if crossings and not str(code).startswith(PROVISIONAL):
            subject = (CUSUM, pathway.name, measure.name, code, None)
            is_favourable = (direction == "better") == (BETTER[measure.direction] <= 0)
            parameters = _parameters(chart, crossings, model_version)
            yield Event(subject, RULES[direction], RULE_VERSION, crossings[0], crossings[-1], parameters, is_favourable)


def _latest_crossings(chart: pd.DataFrame) -> list[date]:
    """The months of the event that is not over: crossings less than a year apart, of which the last is less than a year old."""
    later, found = _month_number(chart["period_start"].max()), []
    for month in reversed(chart.loc[chart["crossing_count"] > 0, "period_start"].tolist()):
        if later - _month_number(month) >= SIGNAL_MONTHS:
            break
        later = _month_number(month)
        found.insert(0, month.date())
    return found


def _month_number(day: pd.Timestamp) -> int:
    return day.year * 12 + day.month


def _parameters(chart: pd.DataFrame, crossings: list[date], model_version: str) -> dict:
    """The rule, and the months up to the one in which the limit was reached last."""
    until = chart[chart["period_start"] <= pd.Timestamp(crossings[-1])].tail(SIGNAL_MONTHS)
    columns = zip(until["period_start"], until["case_count"], until["observed"], until["expected"], until["highest_value"], strict=True)
    last = until.iloc[-1]
    return {
        "odds_ratio": float(last["odds_ratio"]), "limit": float(last["limit_value"]), "run_length_cases": float(last["run_length"]),
        "false_alarm_years": FALSE_ALARM_YEARS, "model_version": model_version, "crossings": [day.isoformat() for day in crossings],
        "points": [{"period_start": day.date().isoformat(), "cases": int(n), "observed": int(o), "expected": float(e), "highest_value": float(v)}
                   for day, n, o, e, v in columns],
    }  # fmt: skip
