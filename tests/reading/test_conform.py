"""Texts become values strictly by what is declared; what cannot be read is missing, with its reason."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest

from assets.reading import ReadFile, conform, derive
from assets.reading.cells import cell_parser
from assets.reading.shapes import CellKind
from schemas.datasets import Dataset, DatasetKind
from schemas.fields import Codes, Field, Identifier, Kind
from schemas.layouts import Column, Layout
from schemas.registry import Registry
from schemas.wording import Wording
from tests.reading.files import HEADER, csv_bytes, nhs_number, read, record, xlsx_bytes

LAYOUT = Layout("own", "d", (), date_formats=("%d/%m/%Y", "%Y-%m-%d"))
SIDES = Codes((("1", "Left"), ("2", "Right"), ("8a", "Both"), ("U", "Unknown")))
PADDED = Codes((("01", "First"), ("02", "Second"), ("10", "Tenth")))


def parsed(text, kind, cell=CellKind.TEXT, layout=LAYOUT, codes=None, spelt=(), **more):
    field = Field("f", "F", kind, "x", codes=codes, **more)
    dataset = Dataset("d", "1", "D", "D", DatasetKind.RECORDS, (field,))
    return cell_parser(field, Column("F", "f", codes=spelt), layout, dataset)(text, cell)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("01/02/2024", date(2024, 2, 1)), ("1/2/2024", date(2024, 2, 1)), ("2024-02-01", date(2024, 2, 1)), (" 29/02/2024 ", date(2024, 2, 29)),
        ("01/02/2024 00:00", date(2024, 2, 1)), ("01/02/2024 00:00:00", date(2024, 2, 1)),
        ("01/02/2024 10:00", "not_a_date"), ("29/02/2023", "not_a_date"), ("31/04/2024", "not_a_date"), ("01/02/24", "not_a_date"),
        ("01.02.2024", "not_a_date"), ("soon", "not_a_date"), ("00/01/2024", "not_a_date"), ("02/25/2024", "swapped_date"),
        ("45323", "excel_serial"), ("45323.5", "excel_serial"), ("########", "excel_error"), ("4.5E+04", "excel_number"),
        ("٠١/٠٢/٢٠٢٤", "not_a_date"),
    ],
)  # fmt: skip
def test_dates(text, wanted):
    value, reason = parsed(text, Kind.DATE)
    assert (reason or value) == wanted and (value is None) == (reason is not None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("09:05", (9, 5, 0)),
        ("9:05", (9, 5, 0)),
        ("23:59:59", (23, 59, 59)),
        ("24:00", "not_a_time"),
        ("12:60", "not_a_time"),
        ("0905", "not_a_time"),
        ("9.05", "not_a_time"),
    ],
)
def test_times(text, wanted):
    value, reason = parsed(text, Kind.TIME)
    assert reason == wanted if reason else value == timedelta(hours=wanted[0], minutes=wanted[1], seconds=wanted[2])


def test_instants():
    assert parsed("01/02/2024 10:15", Kind.DATETIME) == (datetime(2024, 2, 1, 10, 15), None)
    assert parsed("01/02/2024", Kind.DATETIME) == (None, "not_a_date")
    assert parsed("02/25/2024 10:15", Kind.DATETIME) == (None, "swapped_date")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4", 4.0),
        ("-4", -4.0),
        ("4.0", 4.0),
        ("4.5", "not_a_whole_number"),
        ("4,0", "not_a_number"),
        ("four", "not_a_number"),
        ("1e3", "not_a_number"),
        ("1E+03", "excel_number"),
        ("1" * 16, "not_a_number"),
    ],
)
def test_whole_numbers(text, wanted):
    value, reason = parsed(text, Kind.INTEGER)
    assert (reason or value) == wanted


def test_decimals_by_the_layouts_mark():
    assert parsed("12.5", Kind.DECIMAL) == (12.5, None)
    assert parsed(".5", Kind.DECIMAL) == (0.5, None)
    assert parsed("12,5", Kind.DECIMAL) == (None, "not_a_number")
    comma = Layout("c", "d", (), decimal_mark=",")
    assert parsed("12,5", Kind.DECIMAL, layout=comma) == (12.5, None)
    assert parsed("12.5", Kind.DECIMAL, layout=comma) == (None, "not_a_number")
    assert parsed("12.5", Kind.DECIMAL, CellKind.NUMBER, layout=comma) == (12.5, None)
    assert parsed("nan", Kind.DECIMAL) == (None, "not_a_number") and parsed("inf", Kind.DECIMAL) == (None, "not_a_number")


@pytest.mark.parametrize(
    ("text", "code"),
    [("1", "1"), ("8A", "8a"), ("u", "U"), ("1.0", "1"), ("1 = Left", "1"), ("01", "01"), ("9", "9"), ("Left", "Left")],
)
def test_codes_and_texts_that_are_none(text, code):
    """A text that is no code stays, for the rule on code lists to judge."""
    assert parsed(text, Kind.CODE, codes=SIDES) == (code, None)


def test_codes_that_lost_their_zeros():
    assert parsed("1", Kind.CODE, codes=PADDED) == ("01", None)
    assert parsed("2.0", Kind.CODE, codes=PADDED) == ("02", None)
    assert parsed("10", Kind.CODE, codes=PADDED) == ("10", None)
    both = Codes((("1", "one"), ("01", "the other")))
    assert parsed("1", Kind.CODE, codes=both) == ("1", None) and parsed("01", Kind.CODE, codes=both) == ("01", None)


def test_a_layouts_spelling_of_codes_wins():
    crossed = (("1", "2"), ("2", "1"), ("L", "1"))
    assert [parsed(t, Kind.CODE, codes=SIDES, spelt=crossed)[0] for t in ("1", "2", "l", "8a")] == ["2", "1", "1", "8a"]


def test_several_codes():
    assert parsed("2; 1;;2", Kind.CODES, codes=SIDES) == (("2", "1"), None)
    assert parsed("1.0", Kind.CODES, codes=SIDES) == (("1",), None)
    assert parsed(";", Kind.CODES, codes=SIDES) == (None, None)
    assert parsed("1;77", Kind.CODES, codes=SIDES) == (("1", "77"), None)


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("yes", True), ("N", False), ("TRUE", True), ("0.0", False), ("2", None), ("ja", None)]
)
def test_truth_values(text, value):
    assert parsed(text, Kind.BOOLEAN) == (value, None if value is not None else "not_yes_or_no")


def test_cells_of_a_workbook_that_became_dates_or_numbers():
    assert parsed("2024-02-01", Kind.DATE, CellKind.DATE) == (date(2024, 2, 1), None)
    assert parsed("2024-02-01 10:00:00", Kind.DATE, CellKind.DATE) == (None, "not_a_date")
    assert parsed("2024-02-01", Kind.DATETIME, CellKind.DATE) == (datetime(2024, 2, 1), None)
    assert parsed("10:15:00", Kind.TIME, CellKind.TIME) == (timedelta(hours=10, minutes=15), None)
    assert parsed("30:00:00", Kind.TIME, CellKind.TIME) == (None, "not_a_time")
    assert parsed("0.5", Kind.TIME, CellKind.NUMBER) == (None, "excel_serial")
    assert parsed("45323", Kind.DATE, CellKind.NUMBER) == (None, "excel_serial")
    for kind in (Kind.CODE, Kind.CODES, Kind.TEXT, Kind.INTEGER):
        assert parsed("2024-02-01", kind, CellKind.DATE, codes=SIDES if kind in (Kind.CODE, Kind.CODES) else None) == (None, "excel_date")


# ------------------------------------------------------------------------------------------------ whole columns
def of_texts(dataset, **columns):
    frame = pd.DataFrame(columns, dtype=object)
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return ReadFile.of_text(dataset, dataset.standard_layout, frame)


def test_every_column_of_the_dataset_has_its_type_whether_it_is_there_or_not(registry):
    for header, rows in ((HEADER, [record(1), record(2)]), (HEADER[:8], [record(1)[:8], record(2)[:8]])):
        frame = conform(read(registry, csv_bytes([header, *rows]))).frame
        dtypes = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
        assert dtypes == {
            **dict.fromkeys(
                ("clinic_code", "nhs_number", "hospital_number", "surname", "side", "manipulated", "analgesia", "open_wound"), "object"
            ),
            **dict.fromkeys(("date_of_birth", "arrival_date", "manipulation_date", "discharge_date"), "datetime64[s]"),
            **dict.fromkeys(("xray_at", "arrival_at", "manipulation_at"), "datetime64[us]"),
            **dict.fromkeys(("arrival_time", "manipulation_time"), "timedelta64[s]"),
            **dict.fromkeys(("pain_score", "grip_kg", "age_years"), "float64"),
        }
        assert frame.index.name == "row_number" and list(frame.index) == [2, 3]


def test_a_good_row_and_what_is_derived(registry):
    done = conform(read(registry, csv_bytes([HEADER, record(1, Surname=" O'Neil ", Analgesia="", Grip_strength="  ")])))
    row = done.frame.iloc[0]
    assert row["surname"] == "O'Neil" and row["analgesia"] is None and np.isnan(row["grip_kg"])
    assert row["arrival_at"] == pd.Timestamp(2024, 3, 2, 10, 15) and row["age_years"] == 74
    assert not done.problems and not done.cleared
    assert done.problems["side"].isna().all() and not done.cleared["side"].any()


def test_problems_and_cleared_cells_are_told_by_row(registry):
    rows = [record(1, Arrival_date="31/02/2024", Surname="[CLEAR]"), record(2, Arrival_date="[CLEAR]"), record(3, Surname="x" * 201)]
    done = conform(read(registry, csv_bytes([HEADER, *rows])))
    assert done.problems["arrival_date"].tolist() == ["not_a_date", None, None]
    assert done.problems["surname"].tolist() == [None, None, "too_long"]
    assert done.cleared["surname"].tolist() == [True, False, False] and done.cleared["arrival_date"].tolist() == [False, True, False]
    assert done.frame["surname"].tolist() == [None, "Testcase", None]
    assert done.frame["arrival_date"].isna().tolist() == [True, True, False] and pd.isna(done.frame["arrival_at"].iloc[0])


def test_nhs_numbers_lose_their_spaces_and_keep_their_digits(registry):
    digits = nhs_number(1)
    spelt = [
        f"{digits[:3]} {digits[3:6]} {digits[6:]}",
        f"{digits[:3]}-{digits[3:6]}-{digits[6:]}",
        digits,
        f"{digits}.0",
        f" {digits} ",
        "Overseas",
        f"{digits[:3]} {digits[3:6]}-{digits[6:]}",
        "9.99E+09",
    ]
    done = conform(read(registry, csv_bytes([HEADER, *[record(i, NHS_number=text) for i, text in enumerate(spelt)]])))
    assert done.frame["nhs_number"].tolist() == [*[digits] * 5, "Overseas", spelt[6], None]
    assert done.problems["nhs_number"].tolist() == [*[None] * 7, "excel_number"]


def test_a_workbooks_values_equal_those_of_the_text(registry):
    typed = record(
        1,
        NHS_number=int(nhs_number(1)),
        Date_of_birth=date(1950, 2, 20),
        Arrival_date=date(2024, 3, 2),
        Arrival_time=time(10, 15),
        Side=1,
        Manipulated=1.0,
        Pain_score=4,
        Grip_strength=12.5,
    )
    typed[8] = datetime(2024, 3, 2, 10, 40)
    text = record(1, Date_of_birth="20/02/1950")
    pd.testing.assert_frame_equal(
        conform(read(registry, xlsx_bytes([HEADER, typed]), ".xlsx")).frame, conform(read(registry, csv_bytes([HEADER, text]))).frame
    )


def test_derived_fields_follow_a_change(registry):
    dataset = registry.dataset("wrist_fracture")
    frame = conform(read(registry, csv_bytes([HEADER, record(1)]))).frame
    frame["arrival_date"] = frame["arrival_date"] + pd.Timedelta(days=366)
    again = derive(frame, dataset)
    assert again["age_years"].tolist() == [75.0] and again["arrival_at"].iloc[0] == pd.Timestamp(2025, 3, 3, 10, 15)
    assert derive(frame[["arrival_date", "arrival_time"]], dataset)["age_years"].isna().all()


def test_no_rows_is_no_special_case():
    dataset = Dataset(
        "d",
        "1",
        "D",
        "D",
        DatasetKind.RECORDS,
        (Field("a", "A", Kind.DATE, ""), Field("b", "B", Kind.TEXT, "", identifies=Identifier.NHS_NUMBER)),
    )
    done = conform(of_texts(dataset, a=[], b=[]))
    assert done.frame.shape == (0, 2) and not done.problems


def test_all_missing(registry):
    dataset = registry.dataset("wrist_fracture")
    done = conform(of_texts(dataset, arrival_date=[None, None], side=[None, None], surname=[None, None], pain_score=[None, None]))
    assert done.frame.isna().all().all() and not done.problems


def test_what_a_list_offers_is_read_as_the_code_it_stands_for(registry: Registry):
    offered = 0
    for layout in registry.layouts.values():
        dataset = registry.dataset(layout.dataset)
        for column in layout.columns:
            field = dataset.field_by_name.get(column.field)
            if field is None or field.kind is not Kind.CODE or not field.codes:
                continue
            parse = cell_parser(field, column, layout, dataset)
            read = [parse(choice, CellKind.TEXT)[0] for choice in Wording(dataset, layout).choices(field)]
            assert read == list(field.codes.values), (layout.name, column.header)
            offered += len(read)
    assert offered > 500
