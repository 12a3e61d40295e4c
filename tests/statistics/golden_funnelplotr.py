"""How the product computes what FunnelPlotR gives; where it has a defect, the test puts the defect back into our figures.

So a comparison that passes shows that the deviation is this defect and nothing else (docs/deviations.md tells why).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assets.statistics import overdispersion as od
from assets.statistics.counts import exact_poisson
from assets.statistics.funnel import position
from assets.statistics.grouped import Groups
from assets.statistics.ranks import rank_in_groups
from assets.statistics.rounding import round_decimals
from tests.statistics.golden import Case, Method, Tables

PACKAGE_DISTANCES = (1.959964, 3.090232)  # it has the normal quantiles to six decimals
UNADJUSTED = {"expected": ("LCL99", "LCL95", "UCL95", "UCL99"), "expected_limits": ("ll998", "ll95", "ul95", "ul998")}
ADJUSTED = {"expected": ("OD99LCL", "OD95LCL", "OD95UCL", "OD99UCL"), "expected_limits": ("odll998", "odll95", "odul95", "odul998")}
FORMS = {("SR", "SHMI"): od.LOG_RATIO, ("SR", "CQC"): od.ROOT_RATIO, "PR": od.ARCSINE, "RC": od.LOG_COUNTS}


@dataclass(frozen=True)
class Plot:
    """One call of the package."""

    case: Case

    @cached_property
    def form(self) -> od.Form:
        kind, method = self.case.args["data_type"], self.case.args["sr_method"]
        return FORMS[(kind, method) if kind == "SR" else kind]

    @cached_property
    def groups(self) -> Groups:
        return Groups.of(self.case.text("group", "input").astype(str))

    @cached_property
    def observed(self) -> np.ndarray:
        return self.groups.sum(self.case.column("numerator", "input"))

    @cached_property
    def unrounded(self) -> np.ndarray:
        return self.groups.sum(self.case.column("denominator", "input"))

    @cached_property
    def ratio(self) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.observed / self.unrounded

    @cached_property
    def denominator(self) -> np.ndarray:
        is_rounded = self.form is od.LOG_RATIO and self.case.args["SHMI_rounding"]
        return round_decimals(self.unrounded, 2) if is_rounded else self.unrounded

    @cached_property
    def dispersion(self) -> od.Dispersion:
        return od.overdispersion(self.observed, self.denominator, np.zeros(len(self.observed)), self.form, self.case.args["trim_by"])

    @property
    def centre(self) -> float:
        return self.dispersion.centre[0]

    @property
    def phi_and_tau_squared(self) -> tuple[float, float]:
        """Both are reported as 0 where no adjustment was asked for."""
        return (self.dispersion.phi[0], self.dispersion.tau_squared[0]) if self.case.args["draw_adjusted"] else (0.0, 0.0)

    @cached_property
    def drawn(self) -> tuple[bool, bool]:
        """Adjusted and unadjusted limits; the package gives up the adjusted ones where there is no over-dispersion."""
        adjusted, unadjusted = self.case.args["draw_adjusted"], self.case.args["draw_unadjusted"]
        gives_up = adjusted and not unadjusted and not self.dispersion.is_overdispersed[0]
        return (False, True) if gives_up else (adjusted, unadjusted)

    @cached_property
    def grid(self) -> np.ndarray:
        """The denominators of its table of limits."""
        largest = np.ceil(self.denominator.max())
        return np.unique(np.append(np.linspace(1.1 if self.form.is_ratio else 3, largest, 1000), self.denominator))

    def on_grid(self, limits: np.ndarray, size: np.ndarray) -> np.ndarray:
        return limits[np.searchsorted(self.grid, size)]

    def adjusted_limits(self, size: np.ndarray, tau_squared: float | None = None) -> np.ndarray:
        tau_squared = self.phi_and_tau_squared[1] if tau_squared is None else tau_squared
        if self.form is od.LOG_RATIO:
            return od.overdispersed_limits(size, self.centre, tau_squared, self.form, PACKAGE_DISTANCES)
        if self.form is od.ROOT_RATIO:  # defect: the limits stay on the scale of square roots
            return od.limits_on_scale(size, self.centre, tau_squared, self.form, PACKAGE_DISTANCES)
        if self.form is od.LOG_COUNTS:  # defect: another deviation than that of the z scores
            other = od.limits_on_scale(size, 1.0, tau_squared, od.ROOT_RATIO, PACKAGE_DISTANCES) - 1
            return np.exp(np.log(self.centre) + other)
        return self.on_grid(self.folded_proportion_limits(tau_squared), size)

    def folded_proportion_limits(self, tau_squared: float) -> np.ndarray:
        """Defect: the sine turns back beyond 0 and 1, and what turned back is told by comparing with the next denominator."""
        limits = np.sin(od.limits_on_scale(self.grid, self.centre, tau_squared, od.ARCSINE, PACKAGE_DISTANCES)) ** 2
        falls = np.diff(limits, axis=0, append=limits[-1:]) < 0
        rises = np.diff(limits, axis=0, append=limits[-1:]) > 0
        return np.column_stack([np.where(falls, 0, limits)[:, :2], np.where(rises, 1, limits)[:, 2:]])

    def unadjusted_limits(self, size: np.ndarray) -> np.ndarray:
        if not self.form.is_ratio:
            return self.adjusted_limits(size, 0.0)
        # defect: the interval of a count as large as the expected one, in place of the limits of a count that is expected
        size = np.where(size > 0, size, np.nan)
        (low_998, high_998), (low_95, high_95) = exact_poisson(size, 0.998), exact_poisson(size, 0.95)
        return np.column_stack([low_998, low_95, high_95, high_998]) / size[:, None]

    def outlier(self) -> np.ndarray:
        is_adjusted, is_unadjusted = self.drawn
        if not (is_adjusted or is_unadjusted):
            return np.zeros(len(self.observed))
        limits = (self.adjusted_limits if is_adjusted else self.unadjusted_limits)(self.denominator)
        place = position(self.ratio, limits)
        found = np.isin(place, (0, 4) if self.case.args["limit"] == 99 else (0, 1, 3, 4))
        return np.where(place < 0, np.nan, found)


def funnelplotr(case: Case) -> Tables:
    plot = Plot(case)
    index = case.column("index", "expected_limits").astype(int)
    return {
        "expected": in_order(plot, providers(plot) | limits_of(plot, plot.denominator, "expected")),
        "expected_limits": {"index": index, "number_seq": plot.grid[index - 1]} | limits_of(plot, plot.grid[index - 1], "expected_limits"),
        "expected_scalars": scalars(plot),
    }


def limits_of(plot: Plot, size: np.ndarray, table: str) -> dict[str, np.ndarray]:
    unit = plot.case.args["multiplier"]
    both = ((UNADJUSTED, plot.unadjusted_limits(size)), (ADJUSTED, plot.adjusted_limits(size)))
    return {name: limit * unit for names, limits in both for name, limit in zip(names[table], limits.T, strict=True)}


def providers(plot: Plot) -> dict[str, np.ndarray]:
    found, zeros = plot.dispersion, np.zeros(len(plot.observed))
    trimmed = np.where(np.isnan(found.z), np.nan, (found.used_z != found.z).astype(float))
    with np.errstate(divide="ignore", invalid="ignore"):
        transformed = plot.form.transform(plot.observed, plot.denominator)
    columns = {
        "group": plot.groups.names.astype(object), "numerator": plot.observed, "denominator": plot.denominator,
        "rr": plot.ratio, "target_transformed": zeros + plot.form.scale(plot.centre), "Y": transformed,
        "Uzscore": found.z, "Wuzscore": found.used_z, "outlier": plot.outlier(),
    }  # fmt: skip
    if not plot.form.truncates:
        return columns | {"winsorised": at_or_beyond_the_ends(plot)}
    slices = od.truncation_slices(found.z, zeros, plot.case.args["trim_by"])
    return columns | {"rk": rank_in_groups(found.z, zeros, "average"), "sp": slices, "truncated": trimmed}


def in_order(plot: Plot, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """In the order of the case's groups: R sorts numbers as numbers, and texts by the rules of a language."""
    place = {name: k for k, name in enumerate(plot.groups.names)}
    order = [place[name] for name in plot.case.text("group")]
    return {name: column[order] for name, column in columns.items()}


def at_or_beyond_the_ends(plot: Plot) -> np.ndarray:
    """The package calls winsorised also a score that lies on the quantile to which the others are drawn in."""
    z, used = plot.dispersion.z, plot.dispersion.used_z
    inside = (z > np.nanmin(used)) & (z < np.nanmax(used))
    return np.where(np.isnan(z), np.nan, ~inside)


def scalars(plot: Plot) -> dict[str, list[float]]:
    phi, tau_squared = plot.phi_and_tau_squared
    adjusted, unadjusted = plot.drawn
    numbers = {"phi": phi, "tau2": tau_squared, "target": plot.centre, "draw_adjusted": adjusted, "draw_unadjusted": unadjusted}
    counts = {"n_outliers": np.nansum(plot.outlier()), "n_groups": len(plot.observed), "n_limits": len(plot.grid)}
    return {name: [float(value)] for name, value in (numbers | counts).items()}


METHODS = {"funnelplotr": Method(funnelplotr)}
