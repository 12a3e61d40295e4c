"""Organisations are found by code and name, belong to something on a date, and live on in their successors."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from tests.conftest import DEMO_NETWORK
from warehouse.intake_tables import effect
from warehouse.organisation_files import import_organisations, import_successors
from warehouse.organisations import OrganisationError, add_alias, ancestors, load_network, normalise_name, remember_unresolved, resolve
from warehouse.pathway_tables import organisation, organisation_alias, unresolved_organisation

ODS = Path(__file__).resolve().parents[3] / "shared" / "data" / "ods"
BY = {"actor": "test", "at": datetime(2026, 1, 2, tzinfo=UTC)}


@pytest.fixture
def connection(demo_organisations):
    with demo_organisations.begin() as connection:
        yield connection


def _codes(chain):
    return [place.code for place in chain]


@pytest.mark.parametrize(
    "spelling",
    [
        "St Mary's & All Saints",
        "ST MARYS AND ALL SAINTS",
        "st. mary’s  and all-saints ",
        "St Mary's & All Saints,",
        "Śt Mary's and All Saints",
    ],
)
def test_spellings_of_one_name_are_one(spelling):
    assert normalise_name(spelling) == "st marys and all saints"


def test_different_names_stay_different():
    assert len({normalise_name(name) for name in ("Exemplar 1 Hospitals", "Exemplar 2 Hospitals", "Exemplar Hospital", "")}) == 4


def test_names_resolve_by_code_then_by_name(connection):
    found = resolve(connection, ["zx1a1 ", "ZX2", "exemplar 3 HOSPITALS", "Exemplar-1 Infirmary 2", "Nowhere Infirmary", ""])
    assert found == {
        "zx1a1 ": "ZX1A1",
        "ZX2": "ZX2",
        "exemplar 3 HOSPITALS": "ZX3",
        "Exemplar-1 Infirmary 2": "ZX1A2",
        "Nowhere Infirmary": None,
        "": None,
    }
    assert resolve(connection, []) == {}


def test_an_alias_resolves_what_was_unresolved(connection):
    remember_unresolved(connection, {"Old Infirmary": 3}, "S00000001")
    remember_unresolved(connection, {"OLD infirmary": 5}, "S00000002")
    rows = connection.execute(select(unresolved_organisation)).all()
    assert [(r.alias, r.first_submission_id, r.seen_count) for r in rows] == [("old infirmary", "S00000001", 5)]
    add_alias(connection, "Old Infirmary", "ZX2A1", "older code")
    assert resolve(connection, ["old infirmary"]) == {"old infirmary": "ZX2A1"}
    assert connection.scalar(select(func.count()).select_from(unresolved_organisation)) == 0


def test_an_import_does_not_take_back_an_alias_given_by_hand(connection):
    add_alias(connection, "Exemplar 1 Hospitals", "ZX3", "national audit code")
    load_network(connection, DEMO_NETWORK)
    assert resolve(connection, ["Exemplar 1 Hospitals"]) == {"Exemplar 1 Hospitals": "ZX3"}


def test_a_site_counts_to_all_above_it(connection):
    assert _codes(ancestors(connection, "ZX3A2")) == ["ZX3A2", "ZX3", "REG2", "NET"]
    assert [place.kind for place in ancestors(connection, "ZX1A1")] == ["site", "provider", "region", "network"]
    assert ancestors(connection, "NOBODY") == []


def test_a_closed_provider_is_followed_by_its_successor(connection):
    change = {"organisation_code": "ZX1", "successor_code": "ZX3", "closed_on": date(2024, 3, 31)}
    load_network(connection, [change])
    assert _codes(ancestors(connection, "ZX1A1")) == ["ZX1A1", "ZX1", "ZX3", "REG2", "NET"]
    assert _codes(ancestors(connection, "ZX1A1", date(2024, 3, 31))) == ["ZX1A1", "ZX1", "REG1", "NET"]
    assert _codes(ancestors(connection, "ZX1A1", date(2024, 4, 1))) == ["ZX1A1", "ZX1", "ZX3", "REG2", "NET"]


def test_a_row_changes_only_what_it_mentions(connection):
    assert load_network(connection, [{"organisation_code": "ZX1", "opened_on": date(2001, 4, 1)}]) == ["ZX1"]
    row = connection.execute(select(organisation).where(organisation.c.organisation_code == "ZX1")).one()
    assert (row.organisation_name, row.parent_code, row.is_member, row.opened_on) == (
        "Exemplar 1 Hospitals",
        "REG1",
        True,
        date(2001, 4, 1),
    )


def test_loading_twice_changes_nothing(connection):
    assert load_network(connection, DEMO_NETWORK) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"organisation_code": "ZX1", "parent_code": "NOWHERE"}], "unknown"),
        ([{"organisation_code": "REG1", "parent_code": "ZX1"}], "above itself"),
        ([{"organisation_code": "ZX1", "successor_code": "ZX2"}, {"organisation_code": "ZX2", "successor_code": "ZX1"}], "above itself"),
    ],
)
def test_contradictions_are_refused(connection, rows, said):
    with pytest.raises(OrganisationError, match=said):
        load_network(connection, rows)


# ------------------------------------------------------------------------------------------------ files
def _etr(path: Path, *rows: tuple) -> Path:
    """(code, name, region, opened, closed) in the layout of etr.csv."""
    with path.open("w", newline="") as file:
        for code, name, region, opened, closed in rows:
            csv.writer(file).writerow([code, name, region, "QZZ", *["1 STREET"] * 5, "ZZ1 1ZZ", opened, closed, *[""] * 15])
    return path


def test_an_etr_file_is_taken_once(connection, tmp_path):
    path = _etr(
        tmp_path / "etr.csv",
        ("ZY1", "EXEMPLAR NORTH & SOUTH TRUST", "Y99", "20010401", ""),
        ("K9Z9Z", "EXEMPLAR NEW TRUST", "Y99", "20260401", ""),
    )
    first = import_organisations(connection, path, **BY)
    assert (first.read_count, sorted(first.changed_codes), first.problems) == (2, ["K9Z9Z", "Y99", "ZY1"], ())
    assert import_organisations(connection, path, **BY).changed_codes == ()
    assert _codes(ancestors(connection, "ZY1")) == ["ZY1", "Y99", "NET"]
    assert resolve(connection, ["Exemplar North and South Trust"]) == {"Exemplar North and South Trust": "ZY1"}
    row = connection.execute(select(organisation).where(organisation.c.organisation_code == "ZY1")).one()
    assert (row.opened_on, row.closed_on, row.is_member) == (date(2001, 4, 1), None, False)
    assert connection.scalars(select(effect.c.kind)).all() == ["import organisations"]


def test_a_closed_trust_keeps_its_dates_and_its_successor_takes_over(connection, tmp_path):
    path = _etr(
        tmp_path / "etr.csv", ("ZY1", "EXEMPLAR OLD", "REG1", "20010401", "20240331"), ("ZY2", "EXEMPLAR NEW", "REG2", "20240401", "")
    )
    import_organisations(connection, path, are_members=True, **BY)
    (tmp_path / "successors.csv").write_text("predecessor,successor,date\nZY1,ZY2,2024-04-01\nZX2,ZY2,2025-01-01\n")
    outcome = import_successors(connection, tmp_path / "successors.csv", **BY)
    assert outcome.changed_codes == ("ZY1", "ZX2")
    assert import_successors(connection, tmp_path / "successors.csv", **BY).changed_codes == ()
    closed = dict(
        connection.execute(text("select organisation_code, closed_on from pathway.organisation where successor_code is not null")).all()
    )
    assert closed == {"ZY1": date(2024, 3, 31), "ZX2": date(2024, 12, 31)}
    assert _codes(ancestors(connection, "ZX2A1")) == ["ZX2A1", "ZX2", "ZY2", "REG2", "NET"]
    # a later import of the same file does not forget the successor
    import_organisations(connection, path, **BY)
    assert _codes(ancestors(connection, "ZY1")) == ["ZY1", "ZY2", "REG2", "NET"]


def test_an_open_organisation_has_the_name_that_a_closed_one_bore(connection, tmp_path):
    path = _etr(
        tmp_path / "etr.csv", ("ZY1", "EXEMPLAR CITY", "REG1", "19910401", "20240331"), ("ZY2", "EXEMPLAR CITY", "REG1", "20240401", "")
    )
    import_organisations(connection, path, **BY)
    assert resolve(connection, ["Exemplar City"]) == {"Exemplar City": "ZY2"}


def test_bad_lines_are_told_and_the_others_taken(connection, tmp_path):
    path = _etr(
        tmp_path / "etr.csv",
        ("ZY1", "GOOD", "REG1", "20010401", ""),
        ("!", "BAD CODE", "REG1", "", ""),
        ("ZY2", "BAD DATE", "REG1", "1.4.2001", ""),
    )
    outcome = import_organisations(connection, path, **BY)
    assert outcome.changed_codes == ("ZY1",)
    assert [problem.partition(":")[0] for problem in outcome.problems] == ["line 2", "line 3"]


@pytest.mark.parametrize("content", ["", "code,name\nZY1,X\n"])
def test_another_file_is_refused(connection, tmp_path, content):
    (tmp_path / "x.csv").write_text(content)
    with pytest.raises(OrganisationError, match=r"layout of etr\.csv"):
        import_organisations(connection, tmp_path / "x.csv", **BY)


def test_a_successor_that_nobody_knows_is_refused(connection, tmp_path):
    (tmp_path / "s.csv").write_text("predecessor,successor,date\nZX1,QQQ,2024-04-01\n")
    with pytest.raises(OrganisationError, match="line 2: no organisation has the code QQQ"):
        import_successors(connection, tmp_path / "s.csv", **BY)


@pytest.mark.skipif(not ODS.is_dir(), reason="the reference data are not beside the checkout")
def test_the_trusts_of_england_in_the_etr_layout(connection, tmp_path):
    with (ODS / "trusts_england.csv").open() as file:
        trusts = [(r["trust_code"], r["trust_name"], r["region_code"], r["open_date"], r["close_date"]) for r in csv.DictReader(file)]
    path = _etr(tmp_path / "etr.csv", *trusts)
    outcome = import_organisations(connection, path, **BY)
    assert (outcome.read_count, outcome.problems) == (len(trusts), ())
    assert import_organisations(connection, path, **BY).changed_codes == ()
    resolved = resolve(connection, [name for code, name, _, _, closed in trusts if not closed])
    expected = {name: code for code, name, _, _, closed in trusts if not closed}
    assert resolved == expected
    assert connection.scalar(select(func.count()).select_from(organisation_alias)) >= len({name for _, name, *_ in trusts})
