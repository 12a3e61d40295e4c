"""How often the interval of an action's effect holds the true effect, and how often a change that did nothing is claimed to have done something.

``python -m bench effects`` measures, ``python -m bench.effects`` then writes the table of docs/improvement.md. Networks are made up by the hundred, with a true effect that is known: months that come in runs, a national drift, small and large providers, few
and many to compare with. What is simulated is what the product computes: ``assets.statistics.effects`` and ``segmented``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.statistics.before_after import compare_proportions
from assets.statistics.effects import controlled_difference, controlled_segments, followed_extreme, segments
from bench.report import Figure, Measured, table

TITLE = "Effects of actions, on simulated networks"
NETWORKS = 2000
BEFORE, LAG, SEED = 24, 3, 11
NOMINAL = 95.0
ROOT = Path(__file__).resolve().parents[1]
RESULT, PAGE = ROOT / "bench/results/effects.json", ROOT / "docs/improvement.md"
BEGIN, END = "<!-- simulated: written by python -m bench.effects -->", "<!-- end -->"
HEADER = (
    "per cent of networks",
    "interval holds the truth",
    "called a change",
    "by a plain test",
    "step: own months",
    "step: beside others",
    "slope: beside others",
    "cautioned",
)


@dataclass(frozen=True)
class Scenario:
    """``effect`` is added to the acting provider's share after the change. Beside chance of cases, a provider's share wanders with standard deviation
    ``spread`` and correlation ``runs`` from month to month; ``drift`` is what all gain a month; ``yearly`` the cases of a provider.
    """

    name: str
    effect: float = 0.0
    after: int = 12
    runs: float = 0.0
    spread: float = 0.0
    drift: float = 0.0
    providers: int = 20
    yearly: int = 300
    follows_extreme: bool = False


SCENARIOS = (
    Scenario("nothing changed; months independent"),
    Scenario("nothing changed; months in runs (0.5)", runs=0.5, spread=0.06),
    Scenario("nothing changed; long runs (0.8)", runs=0.8, spread=0.06),
    Scenario("nothing changed; a national drift", drift=0.006),
    Scenario("nothing changed; drift and runs", runs=0.5, spread=0.06, drift=0.006),
    Scenario("nothing changed; six months after", after=6, runs=0.5, spread=0.06, drift=0.006),
    Scenario("nothing changed; small providers", runs=0.5, spread=0.06, yearly=80),
    Scenario("nothing changed; 5 to compare with", runs=0.5, spread=0.06, drift=0.006, providers=6),
    Scenario("nothing changed; nobody to compare with", runs=0.5, spread=0.06, providers=1),
    Scenario("nothing changed; begun after an extreme month", runs=0.3, spread=0.05, follows_extreme=True),
    Scenario("+0.10; months independent", effect=0.10),
    Scenario("+0.10; drift and runs", effect=0.10, runs=0.5, spread=0.06, drift=0.006),
    Scenario("+0.15; six months after", effect=0.15, after=6, runs=0.5, spread=0.06, drift=0.006),
)


@dataclass(frozen=True)
class Rates:
    """Per cent of networks: intervals that hold the truth, claims of any change by the product and by a plain test of before and after, intervals of the
    segmented regression that hold the truth (the step by the place's own months, step and slope beside the others), cautions after an extreme.
    """

    coverage: float
    claimed: float
    claimed_by_plain_test: float
    step_alone: float
    step: float
    slope: float
    cautioned: float


def run() -> Measured:
    found = {scenario.name: simulate(scenario) for scenario in SCENARIOS}
    figures = [figure for scenario in SCENARIOS for figure in _figures(scenario, found[scenario.name])]
    note = f"{NETWORKS:,} networks a row, {BEFORE} months before; per cent. Nominal: {NOMINAL:g} % covered, {100 - NOMINAL:g} % claimed where nothing changed."
    detail = {scenario.name: {**vars(found[scenario.name]), "effect": scenario.effect} for scenario in SCENARIOS}
    return Measured("effects", TITLE, tuple(figures), notes=(note,), detail=detail)


def _figures(scenario: Scenario, rates: Rates) -> tuple[Figure, ...]:
    is_judged = not scenario.follows_extreme and scenario.providers > 1
    covered = Figure(f"{scenario.name}: interval holds the truth", rates.coverage, "%", 93.0 if is_judged else None, at_least=True)
    claimed = Figure("- claimed as a change", rates.claimed, "%", 7.0 if is_judged and not scenario.effect else None)
    return covered, claimed, Figure("- claimed by a plain test", rates.claimed_by_plain_test, "%")


def simulate(scenario: Scenario, networks: int = NETWORKS, seed: int = SEED) -> Rates:
    """The rates of one scenario."""
    rng = np.random.default_rng([seed, SCENARIOS.index(scenario) if scenario in SCENARIOS else 0])
    judged = np.array([judge(*draw(rng, scenario), scenario) for _ in range(networks)], float)
    return Rates(*(100 * judged.mean(axis=0)).round(1).tolist())


def draw(rng: np.random.Generator, scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Cases that count, and cases (providers, months); the first provider acts after ``BEFORE`` months."""
    while True:
        counts, cases = _draw(rng, scenario)
        share = np.divide(counts[0], cases[0], out=np.full(cases.shape[1], np.nan), where=cases[0] > 0)
        # who acts upon a bad month begins right after it
        if not scenario.follows_extreme or share[BEFORE - 1] <= np.nanmin(share[:BEFORE]):
            return counts, cases


def _draw(rng: np.random.Generator, scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    shape = scenario.providers, BEFORE + scenario.after
    sizes = scenario.yearly / 12 * np.clip(rng.lognormal(-0.06, 0.35, scenario.providers), 0.4, 2.5)
    cases = rng.poisson(sizes[:, None], shape)
    share = (
        0.5
        + 0.1 * rng.standard_normal((scenario.providers, 1)).clip(-2, 2)
        + scenario.drift * (np.arange(shape[1]) - shape[1] / 2)
        + _wander(rng, shape, scenario)
    )
    share[0, BEFORE:] += scenario.effect
    return rng.binomial(cases, share.clip(0.01, 0.99)), cases


def _wander(rng: np.random.Generator, shape: tuple[int, int], scenario: Scenario) -> np.ndarray:
    """Of each provider by itself, from month to month alike by ``runs``."""
    steps = rng.standard_normal(shape)
    for month in range(1, shape[1]):
        steps[:, month] = scenario.runs * steps[:, month - 1] + np.sqrt(1 - scenario.runs**2) * steps[:, month]
    return scenario.spread * steps


def judge(counts: np.ndarray, cases: np.ndarray, scenario: Scenario) -> tuple[float, ...]:
    """Truths in the order of ``Rates``."""
    before = np.arange(cases.shape[1]) < BEFORE
    share = np.divide(counts, cases, out=np.full(cases.shape, np.nan), where=cases > 0)
    found = controlled_difference(share, cases, before, ~before)
    plain = compare_proportions(*(array[0, phase].sum() for phase in (before, ~before) for array in (counts, cases)), correct=False)
    alone, beside = segments(share[0], BEFORE, LAG), controlled_segments(share, cases, BEFORE, LAG)
    return (
        found.lower <= scenario.effect <= found.upper, found.lower > 0 or found.upper < 0, plain.p_value < 0.05,
        alone.step_lower <= scenario.effect <= alone.step_upper, beside.step_lower <= scenario.effect <= beside.step_upper,
        beside.slope_lower <= 0 <= beside.slope_upper, followed_extreme(share[0, :BEFORE], 1),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ the page
def simulated_table(detail: Mapping[str, Mapping[str, float]]) -> str:
    """The table of the page, from the ``detail`` of the committed result."""
    columns = ("coverage", "claimed", "claimed_by_plain_test", "step_alone", "step", "slope", "cautioned")
    alone = {scenario.name for scenario in SCENARIOS if scenario.providers == 1}
    return table(
        HEADER,
        [
            (name, *("-" if name in alone and column in ("step", "slope") else f"{rates[column]:.1f}" for column in columns))
            for name, rates in detail.items()
        ],
    )


def page_with(page: str, made: str) -> str:
    """The page with the table between its marks."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{made}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(), simulated_table(json.loads(RESULT.read_text())["detail"])))
