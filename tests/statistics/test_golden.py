"""The statistics against the results of other people's software."""

from __future__ import annotations

import pytest

from tests.statistics.golden import OWN, REAL, Case, cases, check, methods

METHODS = methods()


@pytest.mark.parametrize(
    ("method", "case"), [pytest.param(name, *p.values, id=f"{name}-{p.id}", marks=p.marks) for name in METHODS for p in cases(name)]
)
def test_equals_other_software(method: str, case: Case, record_property):
    record_property("golden_case", method)
    check(METHODS[method], case)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_cases(method: str):
    if not REAL.is_dir() and not (OWN / method).is_dir():
        pytest.skip("the folder shared/golden/real is absent")
    assert any(p.values[0] for p in cases(method)), "no case is found: the test above would have compared nothing"


def test_every_method_that_has_cases_is_compared():
    found = {folder.name for root in (OWN, REAL) if root.is_dir() for folder in root.iterdir() if (folder / "cases.csv").is_file()}
    assert found <= set(METHODS)
