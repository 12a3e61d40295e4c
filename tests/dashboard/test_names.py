"""What organisations are called: peers by name or by number, and what an address may say."""

from __future__ import annotations

import pytest

from dashboard.names import Names
from dashboard.readers import Reader
from dashboard.views import Row


def organisation(code, name, kind="provider", provider=None):
    return Row(
        organisation_code=code,
        organisation_name=name,
        organisation_kind=kind,
        provider_code=provider or (code if kind == "provider" else None),
    )


ORGANISATIONS = [
    organisation("ZQA", "Aldercombe NHS Trust (made up)"), organisation("ZQB", "Brackenhurst NHS Trust (made up)"), organisation("ZQC", "Calder Hospital"),
    organisation("ZQA01", "Aldercombe General", "site", "ZQA"), organisation("ZQB01", "Brackenhurst Infirmary", "site", "ZQB"),
    organisation("ZR1", "Northmoor", "region"), organisation("NET", "The network", "network"),
]  # fmt: skip


def names(reader=None, is_named=False, key="a key of the house"):
    return Names(ORGANISATIONS, reader or Reader("Jo", "ZQA"), is_named, key)


def test_where_peers_are_numbered_only_ones_own_and_pooled_organisations_have_names():
    numbered = names()
    assert numbered.name("ZQA") == "Aldercombe NHS Trust"
    assert numbered.name("ZQA01") == "Aldercombe General"
    assert numbered.name("ZR1") == "Northmoor"
    assert numbered.name("NET") == "The network"
    assert {numbered.name("ZQB"), numbered.name("ZQC")} < {"Provider 1", "Provider 2", "Provider 3"}


def test_a_numbered_peers_code_is_in_no_address():
    numbered = names()
    assert numbered.slug("ZQB") == f"peer-{numbered.numbers['ZQB']}"
    assert numbered.code(numbered.slug("ZQB")) == "ZQB"
    assert numbered.code("ZQB") is None, "whoever knows the code must not learn the number by it"


def test_sites_of_numbered_peers_are_not_shown():
    assert not names().may_see("ZQB01")
    assert names().code("ZQB01") is None
    assert names().name("ZQB01") == names().name("ZQB")
    assert names(is_named=True).may_see("ZQB01")


def test_numbers_are_the_same_for_every_reader_and_follow_from_the_key():
    assert names(Reader("A", "ZQA")).numbers == names(Reader("B", "ZQB")).numbers
    different = {tuple(names(key=f"key {i}").numbers.items()) for i in range(20)}
    assert len(different) > 1


def test_the_office_reads_names():
    assert names(Reader("Office")).name("ZQB") == "Brackenhurst NHS Trust"


@pytest.mark.parametrize("is_named", [True, False])
def test_an_unknown_organisation_has_no_page(is_named):
    assert names(is_named=is_named).code("XXX") is None


def test_short_names_leave_out_what_all_have():
    assert names(is_named=True).short("ZQB") == "Brackenhurst"
    assert names(is_named=True).short("ZQC") == "Calder Hospital"
