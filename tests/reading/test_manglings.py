"""What spreadsheets do to a column is found, named for the column, and never taken as another value."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from assets.reading import conform
from schemas.fields import Codes, Field, Kind
from schemas.registry import Registry
from tests.reading.files import HEADER, advice_of, csv_bytes, read, record, records, text_dataset, xlsx_bytes


def with_column(name, values):
    return [record(i, **{name: value}) for i, value in enumerate(values, start=1)]


def of_csv(registry, name, values):
    return read(registry, csv_bytes([HEADER, *with_column(name, values)]))


def of_workbook(registry, name, values):
    return read(registry, xlsx_bytes([HEADER, *with_column(name, values)]), ".xlsx")


def test_a_clean_file_has_no_findings(registry):
    assert read(registry, csv_bytes([HEADER, *records(20)])).findings == ()
    assert read(registry, xlsx_bytes([HEADER, *records(20)]), ".xlsx").findings == ()


@pytest.mark.parametrize(
    ("name", "values", "rule_id", "rows", "reason"),
    [
        ("NHS_number", ["9.99E+09", "9990000018", "9.99e+09"], "F42", "rows 2 and 4", "excel_number"),
        ("Hospital_number", ["H1", "1.23E+08"], "F42", "row 3", "excel_number"),
        ("Side", ["1.0", "2.0", "1"], "F41", "rows 2 and 3", None),
        ("Pain_score", ["4.0", "4"], "F41", "row 2", None),
        ("NHS_number", ["9990000018.0"], "F41", "row 2", None),
        ("Arrival_date", ["45323", "01/03/2024"], "F44", "row 2", "excel_serial"),
        ("Surname", ["########", "x"], "F46", "row 2", "excel_error"),
        ("Grip_strength", ["#REF!", "1"], "F46", "row 2", "excel_error"),
    ],
)
def test_damage_is_named_by_column_and_rows(registry, name, values, rule_id, rows, reason):
    done = of_csv(registry, name, values)
    (advice,) = advice_of(done, rule_id)
    field = done.source.field_of_header[HEADER.index(name.replace("_", " "))]
    assert rows in advice and f"'{name.replace('_', ' ')}'" in advice
    assert next(f.field_name for f in done.findings if f.rule_id == rule_id) == field
    first = conform(done).problems[field].iloc[0] if rows != "row 3" else conform(done).problems[field].iloc[1]
    assert (first or None) == reason


@pytest.mark.parametrize(
    ("name", "values", "rule_id", "one", "several"),
    [
        (
            "NHS_number",
            "9990000018.0",
            "F41",
            "1 value ends in .0 and was read as a whole number (row 2)",
            "2 values end in .0 and were read as whole numbers",
        ),
        ("NHS_number", "9.99E+09", "F42", "row 2 holds a number", "rows 2 and 3 hold a number"),
        ("Arrival_date", "45323", "F44", "row 2 holds a number of days", "rows 2 and 3 hold a number of days"),
        ("Surname", "########", "F46", "row 2 holds #####", "rows 2 and 3 hold #####"),
    ],
)
def test_one_cell_and_several_are_told_in_grammar(registry, name, values, rule_id, one, several):
    assert one in advice_of(of_csv(registry, name, [values]), rule_id)[0]
    assert several in advice_of(of_csv(registry, name, [values, values]), rule_id)[0]


def test_codes_that_lost_their_leading_zeros():
    _, dataset = text_dataset(3)
    ward = Field("ward", "Ward", Kind.CODE, "Ward.", codes=Codes((("01", "A"), ("02", "B"), ("11", "C"))))
    own = Registry((), (replace(dataset, fields=(*dataset.fields, ward)),))
    done = read(
        own,
        csv_bytes([["Field 0", "Field 1", "Field 2", "Ward"], ["a", "b", "c", "1"], ["a", "b", "c", "02"], ["a", "b", "c", "11"]]),
        dataset=None,
    )
    assert "1 code has lost its leading zeros and was read with them (row 2)" in advice_of(done, "F45")[0]
    assert conform(done).frame["ward"].tolist() == ["01", "02", "11"]


# ------------------------------------------------------------------------------------------------ day and month
def test_real_dates_up_to_the_twelfth_among_texts_above_it_were_swapped(registry):
    values = ["13/03/2024", date(2024, 3, 4), "25/03/2024", date(2024, 12, 3)]
    done = of_workbook(registry, "Arrival_date", values)
    assert "rows 3 and 5" in advice_of(done, "F43")[0]
    typed = conform(done)
    assert typed.problems["arrival_date"].tolist() == [None, "swapped_date", None, "swapped_date"]
    assert typed.frame["arrival_date"].isna().tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    "values",
    [
        [date(2024, 3, 4), date(2024, 3, 25), "26/03/2024"],  # a real date above the twelfth: nobody swapped
        [date(2024, 3, 4), "05/03/2024", "26/03/2024"],  # a text up to the twelfth: nobody converted it
        [date(2024, 3, 4), date(2024, 3, 5)],
    ],
)
def test_other_mixtures_are_not_suspected(registry, values):
    done = of_workbook(registry, "Arrival_date", values)
    assert not advice_of(done, "F43") and conform(done).frame["arrival_date"].notna().all()


def test_a_column_that_is_month_first_throughout_is_not_taken_as_day_first(registry):
    done = of_csv(registry, "Arrival_date", ["03/04/2024", "03/25/2024", "12/01/2024"])
    assert "rows 2 and 4" in advice_of(done, "F43")[0]
    assert conform(done).problems["arrival_date"].tolist() == ["swapped_date"] * 3


EARLY = ["03/04/2024", "05/06/2024", "01/01/2024", "12/02/2024", "07/07/2024"]


def test_one_odd_date_among_dates_that_can_be_read_both_ways_is_its_own_rows_alone(registry):
    done = of_csv(registry, "Arrival_date", [*EARLY, "03/15/2024"])
    assert not advice_of(done, "F43")
    typed = conform(done)
    assert typed.problems["arrival_date"].tolist() == [None] * 5 + ["swapped_date"]
    assert typed.frame["arrival_date"].iloc[0] == pd.Timestamp(2024, 4, 3)


@pytest.mark.parametrize("proofs", [["03/15/2024", "04/30/2024"], ["03/15/2024", "03/15/2024"]])
def test_several_such_dates_make_all_others_doubtful(registry, proofs):
    done = of_csv(registry, "Arrival_date", [*EARLY, *proofs])
    assert "rows 2, 3, 4, 5 and 6" in advice_of(done, "F43")[0]
    assert conform(done).problems["arrival_date"].tolist() == ["swapped_date"] * 7


def test_one_text_beside_real_dates_that_can_be_read_both_ways_proves_nothing_and_two_do(registry):
    real = [date(2024, 3, day) for day in range(1, 9)]
    one, two = (of_workbook(registry, "Arrival_date", [*real, *texts]) for texts in (["25/03/2024"], ["25/03/2024", "26/03/2024"]))
    assert not advice_of(one, "F43") and conform(one).frame["arrival_date"].notna().all()
    assert conform(two).problems["arrival_date"].tolist() == ["swapped_date"] * 8 + [None] * 2


def test_one_slip_does_not_condemn_a_day_first_column(registry):
    done = of_csv(registry, "Arrival_date", ["03/04/2024", "03/25/2024", "25/03/2024"])
    assert not advice_of(done, "F43")
    typed = conform(done)
    assert typed.problems["arrival_date"].tolist() == [None, "swapped_date", None]
    assert typed.frame["arrival_date"].iloc[0] == pd.Timestamp(2024, 4, 3)
