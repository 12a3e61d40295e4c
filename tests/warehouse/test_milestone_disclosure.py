"""No small count of somebody else's milestone follows from all that a reader sees: every candidate is tried on the views themselves.

One difference at a time, as the policy promises: organisations beside their totals, and quarters beside their year. Of each there are worlds in which
every number varies alone (all cases reached it in time), and such in which cases, reached and timed vary beside each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from sqlalchemy import text

from tests.warehouse.milestone_worlds import Counts, World, add_worlds, indistinguishable, told

READERS = ("nobody", "ZX1", *(pytest.param(code, marks=pytest.mark.slow) for code in ("ZX2", "ZX3")))
OWN, NONE = (20, 13, 9), (0, 0, 0)


@pytest.fixture
def told_to(demo_organisations, as_role):
    """``told_to(reader, worlds)``: what the reader can tell of others' small numbers."""

    def tell(reader: str, worlds: list[World]) -> list:
        with demo_organisations.begin() as connection:
            add_worlds(connection, worlds)
        login = as_role("cc_dashboard") if reader == "nobody" else as_role("cc_provider", reader)
        groups = indistinguishable(login, worlds)
        assert 1 < len(groups) < len(worlds), "worlds differ, and some look the same"
        return [secret for secret in told(groups) if secret[1][0] != reader]

    return tell


def alike(numbers: Iterable[int]) -> list[Counts]:
    """Everybody reached it, and every time is known."""
    return [(number, number, number) for number in numbers]


def nested(numbers: Iterable[int]) -> list[Counts]:
    """Every way in which some cases reached it, of some of whom the time is known; there is no row without a case."""
    return [counts for counts in itertools.product(numbers, repeat=3) if counts[0] >= counts[1] >= counts[2] and counts[0]]


def of_providers(first: list[Counts], second: list[Counts], third: list[Counts]) -> list[World]:
    """One quarter of three providers, the first two of one region, the third alone in another."""
    return [{("ZX1", "Q1"): a, ("ZX2", "Q1"): b, ("ZX3", "Q1"): c} for a, b, c in itertools.product(first, second, third)]


def of_quarters(number: int, counts: list[Counts], **others: Counts) -> list[World]:
    """As many quarters of the first provider; ``others`` have the same in each."""
    quarters = [f"Q{n + 1}" for n in range(number)]
    beside = {(code, quarter): known for code, known in others.items() for quarter in quarters}
    return [{("ZX1", q): c for q, c in zip(quarters, each, strict=True)} | beside for each in itertools.product(counts, repeat=number)]


# ------------------------------------------------------------------------------------------------ totals less their parts
@pytest.mark.parametrize("reader", READERS)
def test_no_small_count_follows_from_regions_and_the_network(told_to, reader):
    assert told_to(reader, of_providers(*[alike(range(13))] * 3)) == []


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["nobody", "ZX1", "ZX3"])
def test_nor_from_cases_reached_and_timed_beside_each_other(told_to, reader):
    """A provider some of whose cases reached it beside one of which all did: in one region for a bystander and a reader from outside, else in two."""
    some, all_of_them = nested(range(13)), alike((0, 1, 2, 3, 7, 8, 9, 12))
    worlds = (
        of_providers([OWN], some, all_of_them) if reader == "ZX1" else of_providers(all_of_them, some, [OWN if reader == "ZX3" else NONE])
    )
    assert told_to(reader, worlds) == []


@pytest.mark.parametrize("reader", ["nobody", "ZX1"])
def test_nor_of_who_has_a_time_where_all_others_are_known(told_to, reader):
    """Whether a total has quartiles says whether more than a handful of others have a time, and not which."""
    timed = [(20, 20, number) for number in range(10)]
    assert told_to(reader, of_providers([OWN], timed, timed)) == []


@pytest.mark.parametrize("without", [("REG1",), ("ZX1", "ZX2")], ids=["a region", "a provider"])
@pytest.mark.parametrize("reader", ["ZX1", "ZX3"])
def test_nor_from_the_network_of_those_that_belong_to_nothing_else(demo_organisations, told_to, reader, without):
    """Members are pooled in the network, whatever they are said to be below: of its total, too, the reader knows the own part."""
    with demo_organisations.begin() as connection:
        connection.execute(
            text("update pathway.organisation set parent_code = null where organisation_code = any(:codes)"), {"codes": list(without)}
        )
    own = alike([103])
    others = alike(range(13))
    worlds = of_providers(own, others, others) if reader == "ZX1" else of_providers(others, others, own)
    assert told_to(reader, worlds) == []


# ------------------------------------------------------------------------------------------------ a year less its quarters
@pytest.mark.parametrize("number", [2, 3, 4])
def test_no_small_count_follows_from_the_quarters_of_a_year(told_to, number):
    assert told_to("nobody", of_quarters(number, alike({2: range(17), 3: range(11), 4: (0, 1, 4, 7, 8, 9)}[number]))) == []


def test_nor_from_those_who_reached_it_where_the_cases_are_many(told_to):
    assert told_to("nobody", of_quarters(3, [(20, number, number) for number in range(11)])) == []


@pytest.mark.slow
def test_nor_from_cases_reached_and_timed_of_the_quarters(told_to):
    assert told_to("nobody", of_quarters(2, nested((0, 1, 2, 7, 8, 9)))) == []


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["ZX2", "ZX3"])
def test_nor_for_another_provider_that_takes_its_own_from_the_totals(told_to, reader):
    assert told_to(reader, of_quarters(3, alike(range(11)), **{reader: OWN})) == []
