"""To which level of each factor a patient belongs, by masks and in Postgres; and that the coefficients to begin with give the national mortality."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from sqlalchemy import select

from quality_checks.masks import Evaluator
from schemas.case_mix import INTERCEPT, CaseMixModel, Factor, Published
from schemas.expressions import Expression, field
from schemas.pathways.acute_stroke.fields_nihss import ARRIVAL, ITEMS, names
from schemas.registry import load_registry
from tests.spec.acute_stroke import patient as stroke
from tests.spec.acute_stroke.timed_rows import LOCKED
from tests.spec.evaluation import typed_frame
from tests.spec.evaluation_in_sql import load_cases
from tests.spec.tables import Row, specification
from warehouse.compile_sql import SqlCompiler

REGISTRY = load_registry()


def coded(factor: str, name: str, **levels: tuple) -> list[tuple]:
    """(factor, changes, level) for each code of each level; ``None`` stands for unknown."""
    return [(factor, {name: code}, level) for level, codes in levels.items() for code in codes]


def born(factor_name: str, days: dict[str, str | None]) -> list[tuple]:
    return [("age", {factor_name: day}, level) for day, level in days.items()]


HIP = (  # on 3 March 2025
    *born("date_of_birth", {"03/03/1965": "60-64", "04/03/1960": "60-64", "03/03/1960": "65-69", "03/03/1955": "70-74", "04/03/1945": "75-79",
                            "03/03/1945": "80-84", "03/03/1940": "85-89", "04/03/1930": "90-94", "03/03/1930": "95-99", "04/03/1925": "95-99",
                            "03/03/1925": "100+", "01/01/1915": "100+"}),
    *coded("sex", "sex", male=("1",), female=("2",)), ("sex", {"sex": None}, None),
    *coded("asa", "asa_grade", **{"1-2": ("1", "2"), "3": ("3",), "4-5": ("4", "5")}), ("asa", {"asa_grade": "U"}, None), ("asa", {"asa_grade": None}, None),
    *coded("mobility", "mobility_pre_fracture", **{"no aid": ("1",), "aids": ("2", "3"), "indoors": ("4", "5")}), ("mobility", {"mobility_pre_fracture": "U"}, None),
    *coded("residence", "residence_before_admission", **{"own home": ("1",), "care home": ("2", "3")}), ("residence", {"residence_before_admission": None}, None),
    *coded("fracture", "fracture_type", intracapsular=("11", "12"), extracapsular=("13", "14", "15")),
)  # fmt: skip


def nihss(total: int) -> dict[str, str]:
    """Answers that add up to the total, item after item."""
    points, answers = total, {}
    for name, (_, highest, _) in zip(names(ARRIVAL), ITEMS, strict=True):
        answers[name] = str(min(points, highest))
        points -= min(points, highest)
    return answers


_AGES = {"04/03/1965": "<60", "03/03/1965": "60-69", "04/03/1955": "60-69", "03/03/1955": "70-79", "04/03/1945": "70-79", "03/03/1945": "80-89",
         "04/03/1935": "80-89", "03/03/1935": "90+"}  # fmt: skip
_OF_BOTH = (
    *(("age", {"s1_birth_on": day}, level) for day, level in _AGES.items()), ("age", {**LOCKED, "s1_birth_on": None}, None),
    ("af", {}, "no"), ("af", {"s2_com_atrial_fibrillation": "Y"}, "yes"), ("af", {**LOCKED, "s2_com_atrial_fibrillation": None}, None),
    ("type", {}, "infarct"), ("type", stroke.HAEMORRHAGE, "haemorrhage"), ("type", stroke.NOT_IMAGED, None),
)  # fmt: skip
_TOTALS = {0: "0", 1: "1-4", 4: "1-4", 5: "5-15", 15: "5-15", 16: "16-20", 20: "16-20", 21: "21-42", 42: "21-42"}
_ITEM_UNKNOWN = {names(ARRIVAL)[4]: "-1"}
BY_NIHSS = (*_OF_BOTH, *(("nihss", nihss(total), level) for total, level in _TOTALS.items()), ("nihss", _ITEM_UNKNOWN, None))
BY_CONSCIOUSNESS = (
    *_OF_BOTH,
    *(("loc", {names(ARRIVAL)[0]: str(n)}, str(n)) for n in range(4)),
    ("loc", {**LOCKED, names(ARRIVAL)[0]: None}, None),
)
LEVELS = {"hip_mortality_case_mix": HIP, "stroke_mortality_nihss": BY_NIHSS, "stroke_mortality_consciousness": BY_CONSCIOUSNESS}


def model(name: str) -> CaseMixModel:
    return REGISTRY.case_mix[name]


def frame_of(name: str):
    pathway = REGISTRY.pathway_of_measure(model(name).measure)
    rows = [Row(f"{factor} is {level}", ("gives", None), tuple(changes.items())) for factor, changes, level in LEVELS[name]]
    return pathway, typed_frame(rows, specification(pathway.name).patient, pathway.case_dataset)


def by_mask(frame, expression: Expression) -> list:
    values, known = Evaluator(frame).evaluate(expression)
    return [value if is_known else None for value, is_known in zip(np.asarray(values).tolist(), known, strict=True)]


@pytest.mark.parametrize("name", LEVELS)
def test_a_patient_belongs_to_the_level_that_its_answers_say(database, name):
    pathway, frame = frame_of(name)
    factors = {factor.name: factor for factor in model(name).factors}
    assert {factor for factor, _, _ in LEVELS[name]} == set(factors)
    with database.connect() as connection:
        table = load_cases(connection, pathway.case_dataset, frame)
        compiler = SqlCompiler({column.name: column for column in table.columns})
        columns = [compiler.compile(factor.expression).label(factor.name) for factor in factors.values()]
        in_sql = connection.execute(select(*columns).order_by(table.c.row_index)).mappings().all()
    masks = {factor.name: by_mask(frame, factor.expression) for factor in factors.values()}
    wanted = [(factor, str(changes), level) for factor, changes, level in LEVELS[name]]
    assert [(factor, about, masks[factor][k]) for k, (factor, about, _) in enumerate(wanted)] == wanted
    assert [(factor, about, in_sql[k][factor]) for k, (factor, about, _) in enumerate(wanted)] == wanted


@pytest.mark.parametrize("name", LEVELS)
def test_every_level_and_the_unknown_has_a_case(name):
    told = {(factor, level) for factor, _, level in LEVELS[name]}
    never_unknown = {("hip_mortality_case_mix", "age"), ("hip_mortality_case_mix", "fracture")}  # the cohort needs them
    for factor in model(name).factors:
        unknown = [] if (name, factor.name) in never_unknown else [None]
        assert {level for named, level in told if named == factor.name} == {*factor.level_names, *unknown}


def test_who_has_all_items_of_the_nihss_is_predicted_by_it():
    _, frame = frame_of("stroke_mortality_nihss")
    applies = by_mask(frame, model("stroke_mortality_nihss").applies)
    assert [bool(found) for found in applies] == [not (set(changes.items()) >= set(_ITEM_UNKNOWN.items())) for _, changes, _ in BY_NIHSS]
    assert model("stroke_mortality_consciousness").applies is None


# ------------------------------------------------------------------------------------------------ coefficients to begin with
NATIONAL = {
    "hip_mortality_case_mix": (0.062, {
        "age": {"65-69": 0.09, "75-79": 0.23, "85-89": 0.452, "90-94": 0.228}, "sex": {"male": 0.294, "female": 0.706},
        "asa": {"1-2": 0.253, "3": 0.572, "4-5": 0.175}, "mobility": {"no aid": 0.372, "aids": 0.372, "indoors": 0.256},
        "residence": {"own home": 0.82, "care home": 0.18}, "fracture": {"intracapsular": 0.588, "extracapsular": 0.412}}),
    "stroke_mortality_nihss": (0.13, {
        "age": {"<60": 0.141, "60-69": 0.163, "70-79": 0.265, "80-89": 0.317, "90+": 0.114}, "af": {"no": 0.8, "yes": 0.2},
        "type": {"infarct": 0.877, "haemorrhage": 0.123}, "nihss": {"0": 0.068, "1-4": 0.424, "5-15": 0.35, "16-20": 0.073, "21-42": 0.085}}),
    "stroke_mortality_consciousness": (0.13, {
        "age": {"<60": 0.141, "60-69": 0.163, "70-79": 0.265, "80-89": 0.317, "90+": 0.114}, "af": {"no": 0.8, "yes": 0.2},
        "type": {"infarct": 0.877, "haemorrhage": 0.123}, "loc": {"0": 0.836, "1": 0.096, "2": 0.04, "3": 0.028}}),
}  # fmt: skip


@pytest.mark.parametrize("name", NATIONAL)
def test_on_the_national_case_mix_as_many_die_as_the_audit_says(name):
    rate, shares = NATIONAL[name]
    coefficients = model(name).published.by_label
    mean = 0.0
    for levels in itertools.product(*(mix.items() for mix in shares.values())):
        eta = coefficients[INTERCEPT] + sum(
            coefficients.get(f"{factor}={level}", 0.0) for factor, (level, _) in zip(shares, levels, strict=True)
        )
        mean += math.prod(share for _, share in levels) / (1 + math.exp(-eta))
    assert mean == pytest.approx(rate, abs=0.005)


@pytest.mark.parametrize("name", NATIONAL)
def test_an_unknown_answer_weighs_as_the_mean_of_the_nation(name):
    _, shares = NATIONAL[name]
    coefficients = model(name).published.by_label
    for factor, mix in shares.items():
        mean = sum(share * coefficients.get(f"{factor}={level}", 0.0) for level, share in mix.items())
        assert coefficients[f"{factor}=unknown"] == pytest.approx(mean, abs=0.006), factor


# ------------------------------------------------------------------------------------------------ what a declaration must hold
ONE = Factor("one", "One", (("no", field("a").equals("0")), ("yes", field("a").equals("1"))))


@pytest.mark.parametrize("labels", [("one=yes", "one=unknown"), (INTERCEPT, "one=yes"), (INTERCEPT, "one=yes", "one=unknown", "two=yes")])
def test_a_model_has_one_coefficient_for_each_level_but_the_reference(labels):
    with pytest.raises(ValueError, match="one published coefficient for each level"):
        CaseMixModel("m", "M", "measure", (ONE,), Published(tuple((label, 0.0) for label in labels), "here"))
