"""How many signals chance alone raises in the network, under each rule set and threshold, and how long a real change takes to be seen.

Belongs here: which studies are run, and their figures as rows. Does not belong here: drawing, judging and counting (``bench.alarms``),
the page that shows them (``bench.alarms.page``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assets.case_mix_cusum import CASES_A_YEAR
from assets.enough import ENOUGH
from bench import house
from bench.alarms import charts, completeness, cusum, outliers
from bench.alarms.charts import BASES, SECOND_YEAR, SETTLED, SHIFTS, VOLUMES
from bench.alarms.draws import CHANCE, TRUTHS, Truth
from bench.alarms.network import DEMO_YEARLY as PATHWAYS
from bench.alarms.network import Watched, watched
from bench.alarms.rules import ALL, DISCOVERED, XMR_ALL, from_cases, from_events
from bench.report import Figure, Measured
from schemas.measures import MeasureKind
from schemas.outliers import Basis

TITLE = "False alarms, and how soon a change is seen"
SEED = 8
# every special cause on the chart that is drawn of all measures, and what the product takes for a signal
XMR_ON_ALL = {"proportion": XMR_ALL, "time": XMR_ALL, "count": XMR_ALL}
ENOUGH_EVENTS, ENOUGH_CASES = int(ENOUGH[MeasureKind.PROPORTION]), int(ENOUGH[MeasureKind.MEDIAN])
DEFAULT = {
    "proportion": f"P' never inside P, {ALL}{from_events(ENOUGH_EVENTS)}",
    "time": f"{XMR_ALL}{from_cases(ENOUGH_CASES)}",
    "count": XMR_ALL,
}
PHASES = {"second year": SECOND_YEAR, "fifth year": SETTLED}
DEATHS, SHARE = 0.07, 0.4
SPREAD_OF_PROVIDERS = 0.3
PROVIDER_YEARS = (22, 200.0, 0.3)  # providers, cases a year, and the spread of its logarithm


def run(repeats: int = 8, series: int = 2000, periods: int = 1000) -> Measured:
    network = watched()
    network_rows = list(_network(network, repeats))
    detail = {
        "network": described(network), "rules": network_rows, "volumes": list(_volumes(series)), "cusum": list(_cusum(series // 4)),
        "outliers": list(_outliers(periods)), "completeness": list(_completeness(network, series)),
    }  # fmt: skip
    return Measured("false_alarms", TITLE, figures(detail), notes=(
        "Signals that are raised where nothing changes, counted month after month as the product raises them. What the figures mean, and which defaults "
        "follow, stands in docs/false-alarms.md, whose tables are made from these results.",), detail=_rounded(detail))  # fmt: skip


def described(network: Watched) -> dict:
    kinds = network.series["kind"].value_counts().to_dict()
    few = {minimum: int((_least(network.series) >= minimum).sum()) for minimum in (1, 2, 3, 5)}
    national = {minimum: int((_least(network.at_national_volumes()) >= minimum).sum()) for minimum in (1, 2, 3, 5)}
    times = network.series[network.series["kind"].isin(["median", "mean"])]
    return {
        "series": len(network.series), "kinds": kinds, "shares_from_events": few, "shares_from_events_national": national,
        "times_from_cases": {minimum: int((times["cases"] >= minimum).sum()) for minimum in (5, 10, 20)},
        "providers": network.series.loc[network.series["organisation_kind"] == "provider", "organisation_code"].nunique(),
        "measures": network.series["measure_name"].nunique(), "cusum_providers": _with_cusum(network.series),
    }  # fmt: skip


def _with_cusum(series: pd.DataFrame) -> int:
    """Providers with a pair of charts of deaths, for each pathway that has a model."""
    modelled = {model.measure for name in PATHWAYS for model in house.pathway(name).case_mix}
    deaths = series[series["measure_name"].isin(modelled) & (series["organisation_kind"] == "provider")]
    return int((12 * deaths["cases"] >= CASES_A_YEAR).sum())


def _least(series: pd.DataFrame) -> pd.Series:
    """Mean events, or cases without, of a month of the shares."""
    shares = series[series["kind"] == "proportion"]
    return shares["cases"] * np.minimum(shares["value"], 1 - shares["value"])


def is_kept(rule: str) -> bool:
    """Of the many choices of a smallest number of events: the one by default; of rules alone: none."""
    return rule in {*XMR_ON_ALL.values(), *DEFAULT.values()} or ("a month" not in rule and "alone" not in rule)


# ------------------------------------------------------------------------------------------------ charts
def _network(network: Watched, repeats: int) -> Iterator[dict]:
    """A row a network, phase, truth, kind and rule set; by kind of organisation too for the two choices that are compared."""
    plans = [("demo", network.series, phase, truth) for phase in PHASES for truth in TRUTHS]
    plans += [("national", network.at_national_volumes(), "fifth year", CHANCE)]
    for number, (name, series, phase, truth) in enumerate(plans):
        rng = np.random.default_rng([SEED, 1, number])
        drawn = repeats if truth is CHANCE else max(repeats // 2, 1)
        found = charts.chance_signals(rng, series, PHASES[phase], truth, drawn)
        found = found.assign(kind=found["kind"].replace({"median": "time", "mean": "time"}))
        if truth is not CHANCE:
            found = found[(found["kind"] == "proportion") & found["rule"].map(is_kept)]
        for (kind, rule), part in found.groupby(["kind", "rule"], sort=True):
            levels = dict(list(part.groupby("organisation_kind"))) if rule in (XMR_ON_ALL[kind], DEFAULT[kind]) else {}
            for level, of_level in ({"all": part} | levels).items():
                yield {
                    "network": name,
                    "phase": phase,
                    "truth": truth.name,
                    "kind": kind,
                    "rule": rule,
                    "level": level,
                    **vars(charts.rate_of(of_level)),
                }


def _volumes(series: int) -> Iterator[dict]:
    """A row a volume, share, rule set: false alarms in 100 series a year, and when falls by 5 and by 10 points are seen."""
    for number, (cases, share) in enumerate((cases, share) for share in BASES for cases in VOLUMES):
        rng = np.random.default_rng([SEED, 2, number])
        alarms = charts.false_alarms(rng, cases, share, series)
        seen = {by: charts.time_to_see(rng, cases, share, by, series) for by in SHIFTS}
        for rule, (raised, error) in alarms.items():
            # of series of one volume all are judged or none; and where all change at once, false discovery control is easier than it ever is
            if "a month" in rule or rule == DISCOVERED:
                continue
            found = {f"{100 * by:.0f} points": vars(seen[by][rule]) for by in SHIFTS}
            yield {"cases": cases, "share": share, "rule": rule, "raised": raised, "error": error, "series": series, **found}


# ------------------------------------------------------------------------------------------------ the others
def _cusum(providers: int) -> Iterator[dict]:
    for number, cases in enumerate(VOLUMES):
        rng = np.random.default_rng([SEED, 3, number])
        alarms = cusum.false_alarms(rng, cases, providers)
        seen = {by: cusum.time_to_see(rng, cases, by, providers) for by in SHIFTS}
        for years, (raised, error) in alarms.items():
            yield {
                "cases": cases,
                "years": years,
                "raised": raised,
                "error": error,
                **{f"{100 * by:.0f} points": vars(seen[by][years]) for by in SHIFTS},
            }


def _outliers(periods: int) -> Iterator[dict]:
    rng = np.random.default_rng([SEED, 4])
    count, size, spread = PROVIDER_YEARS
    cases = rng.lognormal(np.log(size), spread, count)
    shown = [(Basis.STANDARDISED, DEATHS, differ, worse) for differ, worse in ((0, 0), (0.2, 0), (0, 0.05), (0, 0.10))]
    shown += [
        (basis, SHARE, differ, 0)
        for differ in (0, SPREAD_OF_PROVIDERS)
        for basis in (Basis.NETWORK_VALUE, Basis.NETWORK_VALUE_OVERDISPERSED)
    ]
    for basis, share, differ, worse in shown:
        found = outliers.shares_flagged(outliers.judged(outliers.period(rng, cases, share, periods, differ, worse), basis))
        for rule, (false, error, caught) in found.items():
            yield {
                "basis": basis.value,
                "spread": differ,
                "worse_by": worse,
                "rule": rule,
                "false": false,
                "error": error,
                "found": None if np.isnan(caught) else caught,
            }


def _completeness(network: Watched, series: int) -> Iterator[dict]:
    for number, cases in enumerate(VOLUMES):
        rng = np.random.default_rng([SEED, 5, number])
        raised, error = completeness.false_alarms(rng, cases, 0.9, series)
        yield {"cases": cases, "raised": raised, "error": error, "seen_at_once": completeness.seen_at_once(rng, cases, 0.9, series)}
    counts = [completeness.raised_in(points) for points in network.completeness]
    years = sum(map(len, network.completeness)) / 12
    yield {"cases": "demo", "raised": 100 * sum(counts) / years, "error": 100 * np.sqrt(sum(counts)) / years, "seen_at_once": None}


# ------------------------------------------------------------------------------------------------ figures
def figures(detail: dict) -> tuple[Figure, ...]:
    def of(rules: dict[str, str], network: str, phase: str) -> float:
        return sum(row["raised"] for row in picked(detail, network=network, phase=phase) if row["rule"] == rules[row["kind"]])

    at = [(network, phase) for network, phase in (("demo", "second year"), ("demo", "fifth year"), ("national", "fifth year"))]
    words = {"demo": "the demo's network", "national": "the same at national volumes"}
    found = []
    for network, phase in at:
        found += [Figure(f"signals a month by chance, {words[network]}, {phase}: {XMR_ALL}", of(XMR_ON_ALL, network, phase), "signals"),
                  Figure("- by default", of(DEFAULT, network, phase), "signals")]  # fmt: skip
    return tuple(found)


def picked(detail: dict, level: str = "all", truth: Truth = CHANCE, **wanted) -> list[dict]:
    """The rows of the network that are about this."""
    wanted |= {"level": level, "truth": truth.name}
    return [row for row in detail["rules"] if all(row[name] == value for name, value in wanted.items())]


def _rounded(found):
    if isinstance(found, dict):
        return {str(name): _rounded(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [_rounded(value) for value in found]
    if isinstance(found, float | np.floating):
        return None if np.isnan(found) else round(float(found), 4)
    return int(found) if isinstance(found, np.integer) else found
