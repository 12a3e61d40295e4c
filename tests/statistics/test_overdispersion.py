"""Over-dispersion: what always holds, the defects of other software that we do without, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assets.statistics import funnel
from assets.statistics import overdispersion as od

FORMS = {"log_ratio": od.LOG_RATIO, "root_ratio": od.ROOT_RATIO, "arcsine": od.ARCSINE, "log_counts": od.LOG_COUNTS}
HARDLY = 0.002  # trimmed so little that the estimate is unbiased
SIZES = st.lists(st.integers(1, 2000), min_size=1, max_size=25)


def network(form: od.Form, spread: float, providers: int = 400, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Counts of providers whose true value on the form's scale varies by ``spread`` around the centre."""
    random = np.random.default_rng(seed)
    size = random.integers(150, 2500, providers).astype(float)
    true = form.back(form.scale(np.array(0.3 if form.is_share else 1.0)) + random.normal(0, spread, providers))
    return (random.binomial(size.astype(int), true) if form.is_share else random.poisson(size * true)).astype(float), size


def one_group(values) -> np.ndarray:
    return np.zeros(len(values))


# ------------------------------------------------------------------------------------------------ the estimate
@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("spread", [0.1, 0.2])
def test_the_variance_between_providers_is_found_again(name, spread):
    form = FORMS[name]
    found = od.overdispersion(*network(form, spread), np.zeros(400), form, HARDLY)
    assert found.is_overdispersed[0]
    assert np.sqrt(found.tau_squared[0]) == pytest.approx(spread, rel=0.2)


@pytest.mark.parametrize("name", ["log_ratio", "root_ratio", "arcsine"])
def test_providers_that_differ_by_chance_alone_have_little_or_no_variance_between_them(name):
    found = od.overdispersion(*network(FORMS[name], 0.0), np.zeros(400), FORMS[name], HARDLY)
    assert found.phi[0] == pytest.approx(1, abs=0.15) and found.tau_squared[0] < 1e-3


@pytest.mark.parametrize(("form", "by_chance"), [(od.LOG_RATIO, 0.44), (od.ROOT_RATIO, 0.68)])
def test_trimmed_by_a_tenth_chance_alone_has_a_phi_well_below_1(form, by_chance):
    assert od.overdispersion(*network(form, 0.0, providers=4000), np.zeros(4000), form).phi[0] == pytest.approx(by_chance, abs=0.04)


@pytest.mark.parametrize("name", FORMS)
def test_adjusted_limits_hold_as_many_providers_as_they_say_also_without_what_varies_between_them(name):
    form = FORMS[name]
    o, n = network(form, 0.15, providers=3000)
    found = od.overdispersion(o, n, one_group(o), form, HARDLY)
    place = funnel.position(o / n, od.overdispersed_limits(n, found.centre[0], found.tau_squared[0], form))
    assert np.isin(place, (0, 1, 3, 4)).mean() == pytest.approx(0.05, abs=0.02)
    assert np.isin(place, (0, 4)).mean() < 0.01


@pytest.mark.parametrize("name", FORMS)
def test_many_measures_at_once_are_each_alone(name):
    form = FORMS[name]
    parts = [network(form, 0.1 * k, providers=12 + 7 * k, seed=k) for k in range(4)]
    o, n = (np.concatenate(column) for column in zip(*parts, strict=True))
    groups = np.repeat(["d", "a", "c", "b"], [len(size) for _, size in parts])
    mixed = np.random.default_rng(9).permutation(len(o))
    together = od.overdispersion(o[mixed], n[mixed], groups[mixed], form)
    for group, (own, size) in zip("dacb", parts, strict=True):
        alone, place = od.overdispersion(own, size, one_group(own), form), list(together.groups).index(group)
        for figure in ("centre", "phi", "tau_squared", "count"):
            assert getattr(together, figure)[place] == pytest.approx(getattr(alone, figure)[0], rel=1e-12)


@settings(max_examples=50)
@given(st.sampled_from(sorted(FORMS)), SIZES, st.floats(0, 0.5), st.floats(0, 0.2))
def test_limits_are_in_order_enclose_the_centre_and_widen_with_the_variance_between_providers(name, sizes, tau_squared, more):
    form, centre = FORMS[name], 0.3 if FORMS[name].is_share else 1.0
    narrow, wide = (od.overdispersed_limits(sizes, centre, t, form) for t in (tau_squared, tau_squared + more))
    assert (np.diff(narrow, axis=1) >= 0).all() and (narrow[:, 1] <= centre).all() and (narrow[:, 2] >= centre).all()
    assert (wide[:, :2] <= narrow[:, :2] + 1e-12).all() and (wide[:, 2:] >= narrow[:, 2:] - 1e-12).all()


@pytest.mark.parametrize("name", FORMS)
def test_trimmed_by_nothing_all_providers_are_used_as_they_are(name):
    found = od.overdispersion(*network(FORMS[name], 0.2, providers=9), np.zeros(9), FORMS[name], trim=0)
    assert np.array_equal(found.used_z, found.z) and found.phi[0] == pytest.approx((found.z**2).mean())


# ------------------------------------------------------------------------------------------------ defects of FunnelPlotR, done without
def test_limits_of_square_roots_are_squared_back():
    limits = od.overdispersed_limits([25.0], 1, 0.01, od.ROOT_RATIO, distances=(2, 3))
    spread = np.sqrt(1 / 100 + 0.01)
    assert limits[0] == pytest.approx(np.array([1 - 3 * spread, 1 - 2 * spread, 1 + 2 * spread, 1 + 3 * spread]) ** 2)
    assert od.overdispersed_limits([1.0], 1, 1.0, od.ROOT_RATIO)[0, 0] == 0


def test_limits_of_a_ratio_of_counts_hold_by_chance_what_they_say():
    random = np.random.default_rng(2)
    expected, observed = random.poisson(200, 20_000), random.poisson(150, 20_000)
    limits = od.overdispersed_limits(expected, 0.75, 0, od.LOG_COUNTS)
    assert (funnel.position(observed / expected, limits) != 2).mean() == pytest.approx(0.05, abs=0.01)
    packages = np.exp(np.log(0.75) + 1.959964 * np.array([-1, 1]) / (2 * np.sqrt(200)))
    assert ((observed / expected < packages[0]) | (observed / expected > packages[1])).mean() > 0.3


def test_a_limit_of_a_proportion_depends_on_its_own_denominator_alone_and_never_turns_back():
    sizes = np.arange(1, 400)
    together = od.overdispersed_limits(sizes, 0.02, 0.004, od.ARCSINE)
    alone = np.vstack([od.overdispersed_limits([size], 0.02, 0.004, od.ARCSINE) for size in sizes])
    assert np.array_equal(together, alone)
    assert (np.diff(together[:, :2], axis=0) >= 0).all() and (np.diff(together[:, 2:], axis=0) <= 0).all()
    assert together[0, 0] == 0 and together[0, 3] == 1


def test_limits_of_a_standardised_ratio_are_those_of_the_events_expected_and_not_the_interval_of_such_a_count():
    lower, upper = funnel.rate_limits(10, 1.0)[[0, 3]]
    assert (lower, upper) == pytest.approx((0.122, 2.066), abs=5e-4)
    assert stats.poisson.cdf(np.floor(2.413 * 10) - 1, 10) > 0.999  # the package's upper limit lets pass what is rarer than it says


def test_the_limits_stand_at_the_normal_quantiles_and_not_at_six_decimals_of_them():
    assert (*od.DISTANCES,) == pytest.approx((stats.norm.isf(0.025), stats.norm.isf(0.001)), rel=1e-14)
    assert od.DISTANCES[0] != 1.959964 and od.DISTANCES[1] != 3.090232


def test_that_everybody_does_all_is_no_error_and_no_overdispersion():
    found = od.overdispersion([20, 30, 45], [20, 30, 45], np.zeros(3), od.ARCSINE)
    assert found.centre[0] == 1 and found.phi[0] == 0 and found.tau_squared[0] == 0 and not found.is_overdispersed[0]


# ------------------------------------------------------------------------------------------------ bad input
@pytest.mark.parametrize("name", FORMS)
def test_missing_numbers_and_empty_denominators_are_left_out(name):
    form = FORMS[name]
    o, n = network(form, 0.2, providers=30)
    whole = od.overdispersion(o, n, one_group(o), form)
    gaps = od.overdispersion(np.append(o, [np.nan, 5]), np.append(n, [100, np.nan]), np.zeros(32), form)
    if not form.truncates:  # the slices of the truncated form count everyone, as the published method does
        assert gaps.phi[0] == pytest.approx(whole.phi[0]) and gaps.tau_squared[0] == pytest.approx(whole.tau_squared[0])
    assert np.isnan(gaps.z[30:]).all() and gaps.centre[0] == pytest.approx(whole.centre[0])
    assert np.isnan(od.overdispersed_limits([0, np.nan, 10], 0.5, 0.1, form)[:2]).all()


@pytest.mark.parametrize("name", FORMS)
def test_a_group_of_which_nothing_is_known_is_unknown_and_spoils_no_other(name):
    form = FORMS[name]
    o, n = network(form, 0.2, providers=30)
    both = od.overdispersion(np.append(o, [np.nan] * 3), np.append(n, [10] * 3), np.repeat([0, 1], [30, 3]), form)
    assert both.tau_squared[0] == pytest.approx(od.overdispersion(o, n, one_group(o), form).tau_squared[0])
    assert np.isnan(both.phi[1]) and not both.is_overdispersed[1] and both.count[1] == 0


@pytest.mark.parametrize("name", FORMS)
def test_a_provider_without_peers_is_never_an_outlier(name):
    form = FORMS[name]
    found = od.overdispersion([12.0], [40.0], [0], form)
    limits = od.overdispersed_limits([40.0], found.centre, found.tau_squared, form)
    assert not found.is_overdispersed[0] or funnel.position([12 / 40], limits)[0] in (2, -1)


def test_no_events_anywhere_near_the_middle_leave_nobody_beyond_the_limits():
    found = od.overdispersion([0, 0, 0, 9], [8.0, 9, 10, 11], np.zeros(4), od.LOG_RATIO)
    assert found.tau_squared[0] == np.inf
    place = funnel.position([0, 0, 0, 9 / 11], od.overdispersed_limits([8.0, 9, 10, 11], 1, found.tau_squared[0], od.LOG_RATIO))
    assert set(place) <= {2, -1}


@pytest.mark.parametrize(("o", "n"), [(-1, 10), (1, -10), (np.inf, 10), (1, np.inf)])
def test_impossible_counts_are_refused(o, n):
    for form in FORMS.values():
        with pytest.raises(ValueError, match="finite and at least 0"):
            od.overdispersion([3, o], [10, n], [0, 0], form)


def test_other_impossible_input_is_refused():
    with pytest.raises(ValueError, match="at most its denominator"):
        od.overdispersion([11.0], [10.0], [0], od.ARCSINE)
    with pytest.raises(ValueError, match="same for every provider"):
        od.overdispersion([11.0, 12], [11.0, 12], [0, 0], od.LOG_RATIO)
    for trim in (0.5, -0.1, 1):
        with pytest.raises(ValueError, match="share trimmed"):
            od.overdispersion([11.0], [10.0], [0], od.LOG_RATIO, trim)
    with pytest.raises(ValueError, match="denominator is finite"):
        od.overdispersed_limits([-1.0], 1, 0, od.LOG_RATIO)
