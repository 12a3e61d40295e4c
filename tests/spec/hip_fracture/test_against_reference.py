"""The declared fields are those of the transcribed dataset of the national audit: header, order, name, codes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from quality_checks.masks import Evaluator
from schemas.fields import Kind
from schemas.registry import load_registry
from tests.spec.evaluation import typed_frame
from tests.spec.hip_fracture import SPECIFICATION
from tests.spec.tables import holds

REFERENCE = Path(__file__).resolve().parents[3] / "../shared/data/nhfd/nhfd_v16_fields.csv"
DATASET = load_registry().dataset("hip_fracture")
FIELDS = DATASET.fields
DEAD = {"ward_discharge_destination": ("8", "8a"), "trust_discharge_destination": ("8", "8a", "8b")}


@pytest.fixture(scope="module")
def reference() -> list[dict[str, str]]:
    if not REFERENCE.is_file():
        pytest.skip("the reference data are not beside the checkout")
    with REFERENCE.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_headers_and_names_in_import_order(reference):
    assert [(f.header, f.name) for f in FIELDS] == [(row["header"], row["key"]) for row in reference]


def test_code_lists(reference):
    wanted = {row["key"]: {part.split("=")[0].strip() for part in row["codes"].split(";")} for row in reference if row["codes"]}
    declared = {f.name: set(f.codes.values) for f in FIELDS if f.codes and f.kind is not Kind.TEXT}
    assert declared == wanted


def test_what_is_always_required_is_required(reference):
    always = {row["key"] for row in reference if row["required"] == "always"}
    assert {f.name for f in FIELDS if f.required is True} == always


def test_what_is_conditional_is_conditional(reference):
    conditional = {row["key"] for row in reference if row["required"] in ("conditional", "follow-up")}
    assert {f.name for f in FIELDS if not isinstance(f.required, bool)} == conditional


def _asked(required, *changes: dict) -> list[bool]:
    rows = tuple(holds(str(number), **change) for number, change in enumerate(changes))
    return Evaluator(typed_frame(rows, SPECIFICATION.patient, DATASET)).holds(required).tolist()


def _wanted_codes(condition: str) -> tuple[str, set[str]]:
    """``a=1``, ``a in 1..5`` and ``a in 1,2`` as the field that decides and the codes for which a value is asked."""
    name, told = re.fullmatch(r"(\w+)(?:=| in )(.+)", condition).groups()
    if ".." in told:
        first, last = map(int, told.split(".."))
        return name, {str(code) for code in range(first, last + 1)}
    return name, set(told.split(","))


def test_each_field_is_asked_for_exactly_where_the_reference_asks(reference):
    strange = []
    for row in (row for row in reference if re.match(r"\w+(=| in )", row["condition"])):
        name, wanted = _wanted_codes(row["condition"])
        listed = DATASET.field_by_name[name].codes.values
        asked = _asked(DATASET.field_by_name[row["key"]].required, *({name: code} for code in (*listed, None)))
        strange += [] if asked == [code in wanted for code in (*listed, None)] else [row["key"]]
    assert not strange


@pytest.mark.parametrize("place", ["ward", "trust"])
def test_a_destination_is_asked_for_once_there_is_a_date(place):
    required = DATASET.field_by_name[f"{place}_discharge_destination"].required
    assert _asked(required, {}, {f"{place}_discharge_date": None}) == [True, False]


@pytest.mark.parametrize("name", ["residential_status_120d", "mobility_120d", "bone_medication_120d"])
def test_follow_up_is_asked_for_those_who_left_alive(name):
    required = DATASET.field_by_name[name].required
    dead = [{place: code} for place, codes in DEAD.items() for code in codes]
    assert _asked(required, {}, *dead) == [True] + [False] * len(dead)


def test_how_somebody_walks_is_not_asked_of_those_known_to_be_dead_at_120_days():
    dead, unknown, blank = ({"residential_status_120d": code} for code in ("8", "U", None))
    for name in ("mobility_120d", "bone_medication_120d"):
        assert _asked(DATASET.field_by_name[name].required, dead, unknown, blank) == [False, True, True]
    assert _asked(DATASET.field_by_name["residential_status_120d"].required, dead, blank) == [True, True]


def test_every_spelling_of_a_header_is_unique():
    spellings = [spelling.casefold() for f in FIELDS for spelling in (f.header, *f.synonyms)]
    assert len(spellings) == len(set(spellings))
