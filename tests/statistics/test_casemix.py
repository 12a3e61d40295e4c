"""Case-mix models beyond the golden cases: nobody is dropped, what was never seen, a second oracle, published coefficients."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics import calibration, casemix
from assets.statistics.casemix_terms import Factor, Number, Product

LEVELS = ("home", "care home", "hospital")


def cohort(count: int = 1500, seed: int = 5) -> tuple[np.ndarray, dict, np.ndarray]:
    """Outcomes, answers with gaps, and providers; one provider answers nothing but the age."""
    random = np.random.default_rng(seed)
    provider = random.integers(0, 8, count)
    age = random.normal(82, 8, count).round()
    source = random.choice(LEVELS, count).astype(object)
    source[provider == 3] = None
    age[random.random(count) < 0.05] = np.nan
    risk = 1 / (1 + np.exp(-(-8 + 0.075 * np.nan_to_num(age, nan=82) + 0.6 * (source == "care home"))))
    return (random.random(count) < risk).astype(float), {"age": age, "source": source}, provider


TERMS = (Number("age"), Factor("source", LEVELS))


def test_an_unknown_answer_is_a_level_of_its_own_and_no_hospitals_patients_are_dropped():
    y, columns, provider = cohort()
    model = casemix.fit(y, columns, TERMS)
    assert model.labels == ("intercept", "age", "age=unknown", "source=care home", "source=hospital", "source=unknown")
    found = casemix.standardise(y, model.fitted, provider)
    assert found.patients.sum() == len(y) and (found.expected > 0).all()
    assert found.expected.sum() == pytest.approx(y.sum())
    assert found.ratio[3] == pytest.approx(1), "who answers nothing that others answer is compared with itself"


def test_the_coefficients_equal_statsmodels_on_the_same_regressors():
    y, columns, _ = cohort()
    model = casemix.fit(y, columns, TERMS)
    age, source = columns["age"], columns["source"]
    unknown = np.isnan(age)
    x = np.column_stack([
        np.ones(len(y)), np.where(unknown, age[~unknown].mean(), age), unknown, source == "care home", source == "hospital", source == None,  # noqa: E711
    ]).astype(float)  # fmt: skip
    oracle = sm.GLM(y, x, sm.families.Binomial()).fit(tol=1e-14)
    np.testing.assert_allclose(model.coefficient, oracle.params, rtol=1e-7)
    np.testing.assert_allclose(model.se, oracle.bse, rtol=1e-7)
    np.testing.assert_allclose(model.p_value, oracle.pvalues, rtol=1e-6)
    assert (model.deviance, model.aic) == pytest.approx((oracle.deviance, oracle.aic))


def test_order_of_patients_and_terms_changes_no_risk():
    y, columns, _ = cohort()
    order = np.random.default_rng(1).permutation(len(y))
    model = casemix.fit(y, columns, TERMS)
    shuffled = casemix.fit(y[order], {name: values[order] for name, values in columns.items()}, TERMS[::-1])
    np.testing.assert_allclose(shuffled.fitted, model.fitted[order], rtol=1e-9)


def test_another_unit_of_a_number_changes_its_coefficient_and_no_risk():
    y, columns, _ = cohort()
    months = columns | {"age": columns["age"] * 12}
    years, by_month = casemix.fit(y, columns, TERMS), casemix.fit(y, months, TERMS)
    np.testing.assert_allclose(by_month.fitted, years.fitted, rtol=1e-9)
    assert by_month.coefficient[1] == pytest.approx(years.coefficient[1] / 12)


def test_a_level_that_the_fit_never_saw_is_an_average_patient_later():
    y, columns, _ = cohort()
    known = columns["source"] != None  # noqa: E711
    model = casemix.fit(
        y[known], {name: values[known] for name, values in columns.items()}, (Number("age"), Factor("source", (*LEVELS, "abroad")))
    )
    new = {"age": np.full(6, 80.0), "source": np.array([*LEVELS, None, "abroad", "a new code"], object)}
    odds = np.log(model.risks(new) / (1 - model.risks(new)))
    shares = [(columns["source"][known] == level).mean() for level in LEVELS]
    np.testing.assert_allclose(odds[3:], np.dot(shares, odds[:3]))


def test_a_reference_level_without_patients_is_an_average_patient_too():
    y, columns, _ = cohort()
    model = casemix.fit(y, columns, (Factor("source", ("abroad", *LEVELS)),))
    risk = model.risks({"source": np.array(["abroad", *LEVELS, None], object)})
    assert risk[1:].min() < risk[0] < risk[1:].max()
    np.testing.assert_allclose(model.fitted, casemix.fit(y, columns, (Factor("source", LEVELS),)).fitted, rtol=1e-9)


def test_a_number_that_was_never_missing_takes_the_average_when_it_is():
    y, columns, _ = cohort()
    whole = {"age": np.nan_to_num(columns["age"], nan=81.0)}
    model = casemix.fit(y, whole, (Number("age"),))
    assert model.risks({"age": [np.nan]}) == pytest.approx(model.risks({"age": [whole["age"].mean()]}))


def test_a_patient_whose_outcome_is_unknown_gets_a_risk_but_counts_nowhere():
    y, columns, provider = cohort()
    y[:40] = np.nan
    model = casemix.fit(y, columns, TERMS)
    rest = casemix.fit(y[40:], {name: values[40:] for name, values in columns.items()}, TERMS)
    np.testing.assert_allclose(model.coefficient, rest.coefficient, rtol=1e-9)
    assert not np.isnan(model.fitted).any()
    found = casemix.standardise(y, model.fitted, provider)
    assert found.patients.sum() == len(y) - 40 and found.expected.sum() == pytest.approx(np.nansum(y))


def test_a_fitted_model_and_the_same_one_published_give_the_same_risks():
    y, columns, _ = cohort()
    model = casemix.fit(y, columns, TERMS)
    again = casemix.published(model.terms, dict(zip(model.labels, model.coefficient.tolist(), strict=True)))
    np.testing.assert_array_equal(again.risks(columns), model.risks(columns))
    np.testing.assert_allclose(model.risks(columns), model.fitted, rtol=1e-12)


def test_published_coefficients_need_an_intercept_and_a_term_each():
    for coefficients in ({"age": 0.1}, {"intercept": -3, "weight": 0.1}):
        with pytest.raises(ValueError, match="intercept"):
            casemix.published((Number("age", 80.0),), coefficients)


def test_a_published_model_says_what_an_unknown_answer_means():
    age, source = Number("age", 80.0), Factor("source", LEVELS)
    coefficients = {"intercept": -3.0, "age": 0.02, "source=care home": 0.8, "source=hospital": 0.3}
    for terms in ((Number("age"),), (age, source), (Product(age, source),)):
        labels = {"intercept"} | {label for term in terms for label in term.labels if "unknown" not in label}
        with pytest.raises(ValueError, match="unknown"):
            casemix.published(terms, dict.fromkeys(labels, 0.1))
    of_its_own = casemix.published((age, source), coefficients | {"source=unknown": 0.5})
    as_average = casemix.published((age, Factor("source", LEVELS, (0.5, 0.3, 0.2, 0.0))), coefficients)
    nobody = {"age": [np.nan], "source": [None]}
    assert of_its_own.risks(nobody) == pytest.approx(1 / (1 + np.exp(3 - 1.6 - 0.5)))
    assert as_average.risks(nobody) == pytest.approx(1 / (1 + np.exp(3 - 1.6 - 0.3 * 0.8 - 0.2 * 0.3)))


def test_a_term_that_others_already_tell_is_left_out_as_if_it_were_not_there():
    y, columns, _ = cohort()
    doubled = columns | {"twice": columns["age"] * 2}
    with_it, without = casemix.fit(y, doubled, (*TERMS, Number("twice"))), casemix.fit(y, columns, TERMS)
    assert np.isnan(with_it.coefficient[-2:]).all() and with_it.degrees == without.degrees
    np.testing.assert_allclose(with_it.fitted, without.fitted, rtol=1e-9)


def test_an_interaction_of_factors_fits_each_combination_by_itself():
    random = np.random.default_rng(3)
    columns = {"sex": random.choice(["F", "M"], 800), "place": random.choice(["a", "b"], 800)}
    y = (random.random(800) < 0.2 + 0.4 * ((columns["sex"] == "F") == (columns["place"] == "a"))).astype(float)
    sex, place = Factor.of("sex", columns["sex"]), Factor.of("place", columns["place"])
    model = casemix.fit(y, columns, (sex, place, Product(sex, place)))
    for a in "FM":
        for b in "ab":
            cell = (columns["sex"] == a) & (columns["place"] == b)
            np.testing.assert_allclose(model.fitted[cell], y[cell].mean())


def test_a_level_in_which_nobody_died_is_told_as_separated():
    y, columns, _ = cohort()
    y[columns["source"] == "hospital"] = 0
    model = casemix.fit(y, columns, TERMS)
    assert model.is_separated or model.fitted[columns["source"] == "hospital"].max() < 1e-6
    assert not casemix.fit(cohort()[0], columns, TERMS).is_separated


def test_codes_that_became_decimals_because_of_a_gap_are_the_same_codes():
    numbers = Factor.of("asa", np.array([3.0, 1.0, np.nan, 10.0]))
    assert numbers.levels == ("1", "3", "10")
    np.testing.assert_array_equal(
        numbers.regressors({"asa": [1.0, 3, np.nan, 10]}), numbers.regressors({"asa": np.array(["1", "3", "", "10"])})
    )


def test_a_provider_without_deaths_or_without_patients_whose_outcome_is_known():
    found = casemix.standardise([0, 0, 1, np.nan], [0.2, 0.3, 0.5, 0.4], ["a", "a", "b", "c"])
    assert found.ratio[0] == 0 and found.limits[0.95][0][0] == 0 and found.limits[0.95][1][0] == pytest.approx(3.689 / 0.5, rel=1e-3)
    assert np.isnan([found.ratio[2], found.z[2], found.limits[0.95][0][2], found.crude_rate[2]]).all()


def test_the_standardised_rate_is_the_ratio_times_the_rate_asked_for():
    y, columns, provider = cohort()
    risk = casemix.fit(y, columns, TERMS).fitted
    found = casemix.standardise(y, risk, provider, overall_rate=0.07)
    np.testing.assert_allclose(found.standardised_rate, found.ratio * 0.07)
    np.testing.assert_allclose(casemix.standardise(y, risk, provider).standardised_rate, found.ratio * y.mean())


@pytest.mark.parametrize(
    "call",
    [
        lambda: casemix.fit([0, 2, 1], {"age": [1, 2, 3]}, (Number("age"),)), lambda: casemix.fit([np.nan], {"age": [1]}, (Number("age"),)),
        lambda: casemix.fit([], {}, ()), lambda: casemix.fit([0, 1], {"age": [1, np.inf]}, (Number("age"),)),
        lambda: casemix.standardise([0, 1], [0.1, 1.2], [1, 1]), lambda: casemix.standardise([0, 1], [0.1, np.nan], [1, 1]),
        lambda: casemix.standardise([0, 3], [0.1, 0.2], [1, 1]), lambda: calibration.c_statistic([0, 2], [0.1, 0.2]),
        lambda: calibration.brier_score([0, 1], [0.1, -0.2]), lambda: calibration.calibration_groups([0, 1], [0.1, 0.2], 0),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(call):
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        call()


patients = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 9)), min_size=2, max_size=40)


@settings(max_examples=80, deadline=None)
@given(patients)
def test_the_c_statistic_is_the_share_of_pairs_in_the_right_order(rows):
    y, score = (np.array(column) for column in zip(*rows, strict=True))
    found = calibration.c_statistic(y, score / 10)
    pairs = [(a > b) + (a == b) / 2 for a in score[y == 1] for b in score[y == 0]]
    assert found == pytest.approx(np.mean(pairs)) if pairs else np.isnan(found)
    assert calibration.c_statistic(y, (score / 10) ** 3) == pytest.approx(found, nan_ok=True)


def test_the_risks_of_a_fit_are_calibrated_on_its_own_patients_and_extreme_ones_are_found_out():
    y, columns, _ = cohort()
    risk = casemix.fit(y, columns, TERMS).fitted
    line = calibration.calibration_line(y, risk)
    assert (line.intercept, line.slope) == pytest.approx((0, 1), abs=1e-7)
    odds = np.log(risk / (1 - risk))
    extreme = calibration.calibration_line(y, 1 / (1 + np.exp(-2 * odds)))
    assert extreme.slope == pytest.approx(0.5)


def test_calibration_groups_hold_every_patient_once_in_ascending_risk_and_keep_equal_risks_together():
    y, columns, _ = cohort()
    risk = casemix.fit(y, columns, TERMS).fitted
    groups = calibration.calibration_groups(y, risk)
    assert groups.patients.sum() == len(y) and (np.diff(groups.mean_risk) > 0).all() and 5 <= len(groups.patients) <= 10
    assert (groups.patients * groups.observed_share).sum() == pytest.approx(y.sum())
    assert calibration.calibration_groups([0, 1, 0, 1], [0.2] * 4).patients.tolist() == [4]


def test_calibration_of_nobody_or_of_one_outcome_is_unknown():
    for y, p in (([], []), ([1, 1], [0.2, 0.4]), ([np.nan], [0.3])):
        assert np.isnan([calibration.c_statistic(y, p), calibration.calibration_line(y, p).slope]).all()
    assert np.isnan(calibration.calibration_line([0, 1, 0], [0.2, 0.2, 0.2]).slope)
    assert calibration.calibration_groups([], []).patients.tolist() == []
