"""The declared fields are those of the transcribed dataset of the national audit: header, order, name, codes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from schemas.registry import load_registry

REFERENCE = Path(__file__).resolve().parents[3] / "../shared/data/nhfd/nhfd_v16_fields.csv"
FIELDS = load_registry().dataset("hip_fracture").fields


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
    declared = {f.name: set(f.codes.values) for f in FIELDS if f.codes and f.identifies is None}
    assert declared == wanted


def test_what_is_always_required_is_required(reference):
    always = {row["key"] for row in reference if row["required"] == "always"}
    assert {f.name for f in FIELDS if f.required is True} == always


def test_what_is_conditional_is_conditional(reference):
    conditional = {row["key"] for row in reference if row["required"] in ("conditional", "follow-up")}
    assert {f.name for f in FIELDS if not isinstance(f.required, bool)} == conditional


def test_every_spelling_of_a_header_is_unique():
    spellings = [spelling.casefold() for f in FIELDS for spelling in (f.header, *f.synonyms)]
    assert len(spellings) == len(set(spellings))
