"""``outliers``: the office lists what is due, moves it with a note, and reads its history; a mistake moves nothing."""

from __future__ import annotations

import re

import pytest

from assets.refresh import refresh
from pipelines.cli.main import CANNOT, USAGE
from tests.results.world import NOW, World, wrist


@pytest.fixture
def number(demo_organisations, registry) -> str:
    """The number of an alarm of ZX2."""
    world = World(demo_organisations, registry)
    shares = {"ZX1": (80, 100), "ZX2": (40, 100), "ZX3": (75, 100)}
    world.add(*[wrist(minutes=10 if k < met else 500, site=f"{code}A1") for code, (met, of) in shares.items() for k in range(of)])
    refresh(demo_organisations, registry, NOW)
    return str(world.table("measurement.period_outlier", organisation_code="ZX2").period_outlier_id.iloc[0])


def test_an_outlier_is_listed_moved_and_shown(typed, number):
    code, said = typed("outliers", "list", "--organisation", "ZX2")
    assert code == 0 and re.search(
        rf"{number}\s+ZX2\s+wrist_manipulated_4h\s+quarter from 2026-04-01\s+alarm\s+40\s+65\.0\s+detected\s+network office\s+2026-12-04",
        said,
    )
    code, said = typed("outliers", "advance", number, "data check", "--note", "theatre times look complete")
    assert code == 0 and f"outlier {number} is data check; network office: check data handling and analysis, by 2026-12-04" in said
    code, said = typed("outliers", "show", number)
    assert code == 0 and "may become: closed: no case, case to answer" in said
    assert re.search(r"alarm\s+40\s+100\s+65\.0", said) and re.search(
        r"moved\s+data check\s+2026-12-04\s+.*theatre times look complete", said
    )


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("{number}", "published", "--note", "why"), CANNOT, "it can become: data check"),
        (("{number}", "data check"), USAGE, "Missing option '--note'"),
        (("{number}", "nowhere", "--note", "why"), USAGE, "is not one of"),
        (("999", "data check", "--note", "why"), CANNOT, "there is no outlier 999"),
    ],
)
def test_a_mistake_is_told_and_moves_nothing(typed, number, words, code, says):
    got, said = typed("outliers", "advance", *(word.format(number=number) for word in words))
    assert got == code and says in said
    assert re.search(rf"{number}\s+ZX2.*detected", typed("outliers", "list")[1])


def test_without_an_outlier_the_list_says_so(typed):
    assert typed("outliers", "list")[0] == 0 and "none" in typed("outliers", "list")[1]
