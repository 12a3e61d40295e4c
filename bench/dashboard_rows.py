"""Results of a made-up network of 200 providers, 60 measures, 60 months: as frames, from a seed.

Belongs here: who there is, volumes, counts, values. Does not belong here: writing them, benchmarks and charts of them (``bench.dashboard_house``).
What matters is size and shape: small and large providers, seasons, shares and medians of all sizes, so that the small-numbers policy hides what it would.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from assets.result_frames import MONTHS, period_after, valued_counts
from schemas.datasets import Pathway
from schemas.measures import Measure, MeasureKind

OFFICE = "NET"
PROVIDERS, REGIONS, YEARS, MEASURES_A_PATHWAY, SEED = 200, 7, 5, 30, 17
PROVISIONAL_MONTHS = 3
COUNTED = (MeasureKind.PROPORTION, MeasureKind.RATE)


@dataclass(frozen=True)
class Place:
    """A provider with the codes of its one site and its one team, and its cases a month."""

    code: str
    site: str
    team: str
    region: str
    monthly: float


def places(count: int = PROVIDERS, seed: int = SEED) -> tuple[Place, ...]:
    """Providers of the regions in turn; from about 5 to 60 cases a month. The codes are of letters that no real organisation's has."""
    monthly = np.random.default_rng([seed, 0]).lognormal(np.log(22), 0.6, count).clip(5, 60)
    codes = [f"ZQ{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(count)]
    return tuple(Place(c, f"{c}01", f"{c}T1", f"ZR{1 + n % REGIONS}", float(monthly[n])) for n, c in enumerate(codes))


def organisations(them: Sequence[Place]) -> list[dict]:
    """The network, its regions, the providers, their sites and teams."""
    made = [_organisation(OFFICE, "The bench network", "network", None)]
    made += [_organisation(f"ZR{n}", f"Region {n}", "region", OFFICE) for n in range(1, REGIONS + 1)]
    for number, place in enumerate(them, 1):
        made.append(_organisation(place.code, f"Provider {number} NHS Trust (made up)", "provider", place.region))
        made.append(_organisation(place.site, f"Hospital {number} (made up)", "site", place.code))
        made.append(_organisation(place.team, f"Stroke team {number} (made up)", "team", place.code))
    return made


def _organisation(code: str, name: str, kind: str, parent: str | None) -> dict:
    return {"organisation_code": code, "organisation_name": name, "organisation_kind": kind, "parent_code": parent, "is_member": True}


def chosen(pathway: Pathway, count: int = MEASURES_A_PATHWAY) -> list[Measure]:
    """The pathway's measures, headline first, then those with months, as many as asked for."""
    ranked = sorted(pathway.measures, key=lambda m: (not m.is_headline, "month" not in m.grains, m.kind is not MeasureKind.PROPORTION))
    return ranked[:count]


def results(
    pathway: Pathway, them: Sequence[Place], today: date, measures: Sequence[Measure], years: int = YEARS, seed: int = SEED
) -> Iterator[pd.DataFrame]:
    """A frame a measure with the columns of ``measurement.measure_result``: of every level and grain that the measure has."""
    for number, measure in enumerate(measures):
        rng = np.random.default_rng([seed, 1, number, sum(map(ord, pathway.name))])
        yield _measured(measure, _levels(measure, unit_codes(pathway, them), them, _months(rng, measure, them, today, years)), today)


def _months(rng: np.random.Generator, measure: Measure, them: Sequence[Place], today: date, years: int) -> pd.DataFrame:
    """A row a provider and month: cases that could count, those that do, and the sum of values of a median or mean."""
    starts = pd.period_range(end=pd.Period(today, "M") - 1, periods=12 * years, freq="M").to_timestamp()
    season = 1 + 0.15 * np.cos(2 * np.pi * (starts.month.to_numpy() - 1) / 12)
    share = rng.uniform(0.25, 1) if measure.kind is not MeasureKind.SCORE else 1.0
    cases = rng.poisson(np.outer([p.monthly * share for p in them], season))
    level = rng.uniform(0.08, 0.9) + 0.08 * rng.standard_normal((len(them), 1)) + np.linspace(-0.04, 0.04, len(starts))
    met = rng.binomial(cases, level.clip(0.01, 0.99))
    typical = 10 ** rng.uniform(0.5, 2.5) * rng.lognormal(0, 0.3, (len(them), 1)) * rng.lognormal(0, 0.15, cases.shape)
    shape = {"place": np.repeat(np.arange(len(them)), len(starts)), "period_start": np.tile(starts, len(them))}
    return pd.DataFrame({**shape, "denominator": cases.ravel(), "numerator": met.ravel(), "value_sum": (typical * cases).ravel()})


def unit_codes(pathway: Pathway, them: Sequence[Place]) -> list[str]:
    """Whose the cases of each provider are: its team's where teams share cases, else its site's."""
    return [place.team if pathway.case_dataset.case_link else place.site for place in them]


def _levels(measure: Measure, units: list[str], them: Sequence[Place], months: pd.DataFrame) -> pd.DataFrame:
    """The sums of each organisation by month, quarter and year, as far as the measure has them."""
    codes = {
        "team": units,
        "site": units,
        "provider": [p.code for p in them],
        "region": [p.region for p in them],
        "network": [OFFICE] * len(them),
    }
    wanted = [level for level in codes if level in measure.levels]
    each = pd.concat([months.assign(organisation_code=np.array(codes[level])[months["place"]]) for level in wanted])
    return pd.concat([_summed(each, grain) for grain in measure.grains], ignore_index=True)


def _summed(each: pd.DataFrame, grain: str) -> pd.DataFrame:
    month = each["period_start"].to_numpy().astype("datetime64[M]").astype(int)
    start = (month // MONTHS[grain] * MONTHS[grain]).astype("datetime64[M]").astype("datetime64[s]")
    keys = each.assign(period_start=start).groupby(["organisation_code", "period_start"], sort=True)
    return keys[["denominator", "numerator", "value_sum"]].sum().reset_index().assign(period_grain=grain)


def _measured(measure: Measure, sums: pd.DataFrame, today: date) -> pd.DataFrame:
    """With value, interval, completeness and maturity."""
    frame = valued_counts(sums.astype({"denominator": float, "numerator": float}), measure.kind)
    if measure.kind not in (*COUNTED, MeasureKind.COUNT):
        typical = np.where(sums["denominator"] > 0, sums["value_sum"] / sums["denominator"].where(sums["denominator"] > 0, 1), np.nan)
        half = typical / np.sqrt(sums["denominator"].clip(lower=1))
        has_count = measure.kind not in (MeasureKind.SCORE, MeasureKind.DERIVED)
        frame = frame.assign(
            value=typical,
            lower_95=typical - half,
            upper_95=typical + half,
            numerator=np.nan,
            denominator=frame["denominator"] if has_count else np.nan,
        )
    matures = period_after(frame["period_start"], frame["period_grain"]) + pd.Timedelta(days=30 * PROVISIONAL_MONTHS - 1)
    return frame.drop(columns="value_sum").assign(
        measure_name=measure.name, reason=np.where(frame["value"].isna(), "no cases", None), completeness_share=0.9 + 0.1 * (frame.index % 11) / 11,
        matures_on=matures, is_provisional=matures > pd.Timestamp(today), measure_version=measure.version,
    )  # fmt: skip
