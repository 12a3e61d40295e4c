"""Layouts by position whose header tells nothing, what a blank cell says, codes with a prefix, layouts that differ in dates alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assets.reading import conform
from assets.reading.manifest import Manifest
from schemas.fields import CodePrefix, Identifier
from schemas.registry import Registry
from tests.reading.files import HEADER, advice_of, csv_bytes, read, records, refusal, xlsx_bytes
from tests.reading.test_columns import EASTERN, eastern_row

ANY_TEXT = [f"Spalte {i}" for i in range(1, 11)]
SENTINELS = ("date_of_birth", "arrival_date", "side")


def only(pathway, **changes) -> Registry:
    return Registry((replace(pathway, layouts=(replace(pathway.layouts[0], positional=True, sentinels=SENTINELS, **changes),)),))


@pytest.fixture(scope="module")
def eastern(registry) -> Registry:
    return only(registry.pathway("wrist_fracture"))


def with_field(registry, name: str, **changes) -> Registry:
    """The invented pathway with one field declared otherwise."""
    pathway = registry.pathway("wrist_fracture")
    (dataset,) = pathway.datasets
    fields = tuple(replace(f, **changes) if f.name == name else f for f in dataset.fields)
    return Registry((replace(pathway, datasets=(replace(dataset, fields=fields),)),))


def rows(count=3):
    return [eastern_row(serial) for serial in range(1, count + 1)]


# ------------------------------------------------------------------------------------------------ places
@pytest.mark.parametrize(("make", "suffix"), [(csv_bytes, ".csv"), (xlsx_bytes, ".xlsx")])
def test_cells_tell_the_places_where_the_header_tells_nothing(eastern, make, suffix):
    done = read(eastern, make([ANY_TEXT, *rows()]), suffix)
    assert done.text["date_of_birth"].tolist() == ["1950-02-01"] * 3 and done.received_count == 3
    assert len(advice_of(done, "F33")) == 1


def test_a_title_above_the_header_is_passed_over(eastern):
    done = read(eastern, csv_bytes([["Wrist audit"], ANY_TEXT, *rows()]))
    assert done.source.header_row == 2 and done.received_count == 3


def test_a_header_that_names_columns_in_another_order_is_not_read_by_place(eastern):
    moved = [EASTERN[1], EASTERN[0], *EASTERN[2:]]
    done = read(eastern, csv_bytes([moved, *rows()]))
    assert len(advice_of(done, "F33")) == 2  # most columns are named in their places, and these two are told
    jumbled = [*EASTERN[5:7], *ANY_TEXT[2:]]
    assert refusal(eastern, csv_bytes([jumbled, *rows()])).rule_id == "F11"


def test_cells_in_other_places_are_refused(eastern):
    turned = [[*row[1:], row[0]] for row in rows()]
    finding = refusal(eastern, csv_bytes([ANY_TEXT, *turned]))
    assert finding.rule_id == "F11" and "10 columns, as there should be" in finding.advice


def test_another_number_of_columns_is_told(eastern):
    finding = refusal(eastern, csv_bytes([[*ANY_TEXT, "more"], *[[*row, "x"] for row in rows()]]))
    assert "there must be 10, and there are 11" in finding.advice


def test_a_first_row_that_is_a_record_is_no_header(eastern):
    assert refusal(eastern, csv_bytes(rows(4))).rule_id == "F11"


def test_rows_that_tell_nothing_either_are_refused(eastern):
    silent = [["x", "y", "z", "", "", "", "", "", "", ""]] * 3
    assert refusal(eastern, csv_bytes([ANY_TEXT, *silent])).rule_id == "F11"


def test_empty_columns_behind_the_last_do_no_harm(eastern):
    done = read(eastern, csv_bytes([[*ANY_TEXT, ""], *[[*row, ""] for row in rows()]]))
    assert done.received_count == 3


def test_without_sentinels_a_header_must_tell(registry):
    plain = only(registry.pathway("wrist_fracture"), name="plain")
    silent = Registry((replace(plain.pathways[0], layouts=(replace(plain.pathways[0].layouts[0], sentinels=()),)),))
    assert refusal(silent, csv_bytes([ANY_TEXT, *rows()])).rule_id == "F11"


def test_a_layout_without_the_site_says_where_to_name_it(registry):
    pathway = registry.pathway("wrist_fracture")
    layout = replace(pathway.layouts[0], columns=pathway.layouts[0].columns[1:])
    siteless = Registry((replace(pathway, layouts=(layout,)),))
    content = csv_bytes([EASTERN[1:], *[row[1:] for row in rows()]])
    assert "below your own, or name it in a manifest" in refusal(siteless, content, dataset=None).advice
    done = read(siteless, content, dataset=None, manifest=Manifest(site="RAB01"))
    assert conform(done).frame["clinic_code"].tolist() == ["RAB01"] * 3


# ------------------------------------------------------------------------------------------------ layouts alike but for their dates
def test_of_layouts_that_fit_alike_the_one_whose_dates_can_be_read_is_taken(registry):
    pathway = registry.pathway("wrist_fracture")
    american = replace(pathway.datasets[0].standard_layout, name="wrist_american", date_formats=("%Y-%m-%d",))
    both = Registry((replace(pathway, layouts=(american,)),))
    british = read(both, csv_bytes([HEADER, *records(3)]))
    other = [
        [cell[6:10] + "-" + cell[3:5] + "-" + cell[:2] if len(cell) == 10 and cell[2] == "/" else cell for cell in row]
        for row in records(3)
    ]
    assert british.layout.name == "wrist_fracture_standard"
    assert read(both, csv_bytes([HEADER, *other])).layout.name == "wrist_american"


# ------------------------------------------------------------------------------------------------ cells
def test_what_an_empty_cell_says(registry):
    ticked = with_field(registry, "open_wound", blank="no")
    table = [[*HEADER, "Open wound"], *[[*row, told] for row, told in zip(records(4), ("yes", "", "  ", "[CLEAR]"), strict=True)]]
    done = conform(read(ticked, csv_bytes(table)))
    assert done.frame["open_wound"].tolist() == [True, False, False, None]
    assert done.cleared["open_wound"].tolist() == [False, False, False, True]
    assert conform(read(ticked, csv_bytes([HEADER, *records(2)]))).frame["open_wound"].tolist() == [None, None]
    coded = with_field(registry, "manipulated", blank="0")
    assert conform(read(coded, csv_bytes([HEADER, *records(2, Manipulated="")]))).frame["manipulated"].tolist() == ["0", "0"]


def test_codes_of_a_list_get_its_prefix(registry):
    listed = with_field(registry, "clinic_code", prefix=CodePrefix("LIST", r"C?[0-9]{3}"))
    spelt = [["123", *records(1)[0][1:]], ["c045", *records(1)[0][1:]], ["LIST123", *records(1)[0][1:]], ["RAB01", *records(1)[0][1:]]]
    assert conform(read(listed, csv_bytes([HEADER, *spelt]))).frame["clinic_code"].tolist() == ["LIST123", "LISTC045", "LIST123", "RAB01"]


def test_members_of_staff_are_no_part_of_a_patients_identity(registry):
    from schemas.field_rules import field_rules

    staffed = with_field(registry, "surname", identifies=Identifier.STAFF).dataset("wrist_fracture")
    assert "surname" not in {name for rule in field_rules(staffed) if rule.id.startswith("PRV") for name in rule.requirement.field_names()}
    assert not staffed.field_by_name["surname"].is_stored
