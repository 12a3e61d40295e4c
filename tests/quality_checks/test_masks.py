"""The masks are the logic of the expressions: Kleene's three values, and the same answers as a slow row-by-row reading."""

import itertools
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality_checks.masks import Evaluator, evaluate, in_common
from schemas import expressions as ex
from schemas.expressions import (
    AgeInYears,
    Choose,
    Coalesce,
    Conforms,
    Constant,
    Count,
    Includes,
    Moment,
    RowCount,
    Share,
    Sum,
    field,
)
from schemas.field_rules import ElapsedMinutes, UnambiguousTime, Unique
from tests.quality_checks.reference import value_of

TRUTHS = (True, False, None)


def objects(*values) -> pd.Series:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return pd.Series(column, dtype=object)


def answers(expression, frame) -> list:
    """The value of each row, None where it is not known."""
    data, known = evaluate(expression, frame)
    return [item if is_known else None for item, is_known in zip(data.tolist(), known.tolist(), strict=True)]


class TestKleene:
    PAIRS = tuple(itertools.product(TRUTHS, TRUTHS))
    FRAME = pd.DataFrame({"a": objects(*(a for a, _ in PAIRS)), "b": objects(*(b for _, b in PAIRS))})
    AND = {
        (True, True): True,
        (False, True): False,
        (True, False): False,
        (False, False): False,
        (False, None): False,
        (None, False): False,
    }
    OR = {(False, False): False, (True, True): True, (True, False): True, (False, True): True, (True, None): True, (None, True): True}

    def test_all_of_is_false_if_any_is_false_and_unknown_if_one_is_unknown(self):
        assert answers(field("a") & field("b"), self.FRAME) == [self.AND.get(pair) for pair in self.PAIRS]

    def test_any_of_is_true_if_any_is_true_and_unknown_if_one_is_unknown(self):
        assert answers(field("a") | field("b"), self.FRAME) == [self.OR.get(pair) for pair in self.PAIRS]

    def test_not_leaves_the_unknown_unknown(self):
        assert answers(~field("a"), pd.DataFrame({"a": objects(*TRUTHS)})) == [False, True, None]

    def test_implies_is_false_only_from_true_to_false(self):
        found = dict(zip(self.PAIRS, answers(field("a").implies(field("b")), self.FRAME), strict=True))
        assert [pair for pair, truth in found.items() if truth is False] == [(True, False)]
        assert [pair for pair, truth in found.items() if truth is None] == [(True, None), (None, False), (None, None)]

    def test_holds_and_presence_are_never_unknown(self):
        frame = pd.DataFrame({"a": objects(*TRUTHS)})
        assert answers(ex.Holds(field("a")), frame) == [True, False, False]
        assert answers(field("a").is_present(), frame) == [True, True, False]

    @pytest.mark.parametrize("first, second", PAIRS)
    def test_de_morgan(self, first, second):
        frame = pd.DataFrame({"a": objects(first), "b": objects(second)})
        assert answers(~(field("a") & field("b")), frame) == answers(~field("a") | ~field("b"), frame)
        assert answers(~(field("a") | field("b")), frame) == answers(~field("a") & ~field("b"), frame)


class TestValues:
    def test_a_comparison_with_a_missing_side_is_unknown(self):
        frame = pd.DataFrame({"x": [1.0, np.nan, 3.0], "y": [1.0, 2.0, np.nan]})
        assert answers(field("x").equals(field("y")), frame) == [True, None, None]
        assert answers(field("x") >= 3, frame) == [False, None, True]

    def test_codes_that_are_numbers_are_summed_and_others_make_the_sum_unknown(self):
        frame = pd.DataFrame({"a": objects("4", "U", None), "b": objects("2", "1", "1")})
        assert answers(Sum((field("a"), field("b"))) >= 4, frame) == [True, None, None]

    def test_a_code_is_compared_with_a_number_as_a_number(self):
        assert answers(field("a") >= 3, pd.DataFrame({"a": objects("10", "2", "8a", None)})) == [True, False, None, None]

    def test_a_code_keeps_its_leading_zero_against_text(self):
        assert answers(field("a").equals("8"), pd.DataFrame({"a": objects("08", "8")})) == [False, True]

    def test_division_by_zero_is_unknown(self):
        assert answers(field("x") / field("y"), pd.DataFrame({"x": [1.0, 1.0], "y": [2.0, 0.0]})) == [0.5, None]

    def test_several_codes_include_one(self):
        frame = pd.DataFrame({"a": objects(("1", "3"), ("2",), None)})
        assert answers(Includes(field("a"), ("3", "4")), frame) == [True, False, None]

    def test_the_first_known_value_is_taken_across_types_of_column(self):
        frame = pd.DataFrame({"a": objects(None, "x"), "b": objects("y", "z")})
        assert answers(Coalesce((field("a"), field("b"), Constant("none"))), frame) == ["y", "x"]

    def test_a_choice_takes_the_first_condition_that_is_known_to_be_true(self):
        frame = pd.DataFrame({"x": [1.0, 5.0, np.nan]})
        choice = Choose(((field("x") > 4, Constant("high")), (field("x") > 0, Constant("low"))), Constant(None))
        assert answers(choice, frame) == ["low", "high", None]

    def test_count_counts_only_what_is_known_to_be_true(self):
        frame = pd.DataFrame({"a": objects(True, None), "b": objects(True, True), "c": objects(False, None)})
        assert answers(Count((field("a"), field("b"), field("c"))), frame) == [2.0, 1.0]

    def test_a_column_without_any_value_is_unknown_whatever_it_is_compared_with(self):
        frame = pd.DataFrame({"a": objects(None, None)})
        for test in (field("a") > 3, field("a") >= date(2020, 1, 1), field("a").equals("x"), Conforms(field("a"), "postcode")):
            assert answers(test, frame) == [None, None]

    def test_the_day_of_an_instant(self):
        frame = pd.DataFrame({"at": pd.to_datetime(["2025-03-03 23:59", "2025-03-03 00:00", None])})
        assert answers(field("at").equals(ex.DayOf(field("at"))), frame) == [False, True, None]
        assert answers(ex.MinutesBetween(ex.DayOf(field("at")), field("at")), frame) == [1439.0, 0.0, None]

    def test_unique_is_false_for_each_of_several_rows_alike(self):
        frame = pd.DataFrame({"key": objects("a", "a", "b", None, None, "a"), "team": objects("1", "1", "1", "1", "1", None)})
        assert answers(Unique(field("key")), frame) == [False, False, True, None, None, False]
        assert answers(Unique(field("key"), (field("team"),)), frame) == [False, False, True, None, None, True]

    def test_unique_within_what_is_missing_too(self):
        frame = pd.DataFrame({"key": [1.0, 1.0, np.nan], "on": pd.to_datetime([None, None, "2025-01-01"])})
        assert answers(Unique(field("key"), (field("on"),)), frame) == [False, False, None]

    def test_what_cannot_be_compared_is_an_error_and_not_an_answer(self):
        frame = pd.DataFrame({"on": pd.to_datetime(["2025-01-01"]), "x": [1.0]})
        with pytest.raises(TypeError, match="instant cannot be compared with number"):
            evaluate(field("on") > field("x"), frame)

    def test_unknown_numbers_come_back_as_nan(self):
        frame = pd.DataFrame({"born": pd.to_datetime([None, "1940-01-01"]), "on": pd.to_datetime(["2025-01-01"] * 2)})
        data, known = evaluate(AgeInYears(field("born"), field("on")), frame)
        assert np.isnan(data[0]) and data[1] == 85 and known.tolist() == [False, True]


class TestFile:
    FRAME = pd.DataFrame({"x": [1.0, 2.0, np.nan, 4.0]})

    def test_a_share_is_of_the_rows_for_which_the_condition_is_known(self):
        assert answers(Share(field("x") >= 2), self.FRAME) == [2 / 3] * 4

    def test_a_share_of_nothing_is_unknown(self):
        assert answers(Share(field("x") >= 2), self.FRAME.iloc[2:3]) == [None]

    def test_the_rows_are_counted(self):
        assert answers(RowCount() >= 4, self.FRAME) == [True] * 4


class TestTime:
    def test_a_moment_needs_its_date_and_its_time(self):
        frame = pd.DataFrame(
            {"d": pd.to_datetime(["2025-03-01", None, "2025-03-01"]), "t": pd.to_timedelta(["09:30:00", "09:30:00", None])}
        )
        assert answers(Moment(field("d"), field("t")), frame)[0] == datetime(2025, 3, 1, 9, 30)
        assert answers(Moment(field("d"), field("t")), frame)[1:] == [None, None]

    def test_a_birthday_on_29_february_counts_from_1_march(self):
        frame = pd.DataFrame({"born": pd.to_datetime(["2000-02-29"] * 3), "on": pd.to_datetime(["2061-02-28", "2061-03-01", "2060-02-29"])})
        assert answers(AgeInYears(field("born"), field("on")), frame) == [60.0, 61.0, 60.0]

    def test_a_time_of_day_is_compared_with_a_time_of_day(self):
        frame = pd.DataFrame({"t": pd.to_timedelta(["00:00:00", "00:01:00", None])})
        assert answers(field("t").equals(time(0, 0)), frame) == [True, False, None]

    def test_days_count_calendar_days_and_minutes_real_differences(self):
        frame = pd.DataFrame({"a": pd.to_datetime(["2025-01-01 23:59"]), "b": pd.to_datetime(["2025-01-02 00:01"])})
        assert answers(ex.days_between("a", "b"), frame) == [1.0]
        assert answers(ex.minutes_between("b", "a"), frame) == [-2.0]

    def test_the_hour_that_a_clock_change_skips_or_repeats_is_ambiguous(self):
        times = [
            "2025-03-30 00:59",
            "2025-03-30 01:00",
            "2025-03-30 01:59",
            "2025-03-30 02:00",
            "2025-10-26 00:59",
            "2025-10-26 01:00",
            "2025-10-26 02:00",
            None,
        ]
        frame = pd.DataFrame({"at": pd.to_datetime(times)})
        assert answers(UnambiguousTime(field("at")), frame) == [True, False, False, True, True, False, True, None]

    def test_elapsed_minutes_count_the_clock_change(self):
        frame = pd.DataFrame(
            {"a": pd.to_datetime(["2025-10-25 23:00", "2025-03-29 23:00"]), "b": pd.to_datetime(["2025-10-26 03:00", "2025-03-30 03:00"])}
        )
        assert answers(ElapsedMinutes(field("a"), field("b")), frame) == [300.0, 180.0]
        assert answers(ex.minutes_between("a", "b"), frame) == [240.0, 240.0]


# ------------------------------------------------------------------------------------------------ against the slow reading
INSTANTS = st.datetimes(datetime(1999, 1, 1), datetime(2002, 12, 31)).map(lambda moment: moment.replace(second=0, microsecond=0))
COLUMNS = {
    "n": st.none() | st.integers(-3, 3).map(float),
    "m": st.none() | st.integers(-3, 3).map(float),
    "code": st.none() | st.sampled_from(["0", "1", "2", "8a"]),
    "other": st.none() | st.sampled_from(["0", "1", "2", "U"]),
    "several": st.none() | st.sampled_from([("1",), ("1", "2"), ("3",)]),
    "flag": st.sampled_from(TRUTHS),
    "at": st.none() | INSTANTS,
    "till": st.none() | INSTANTS,
    "on": st.none() | INSTANTS.map(lambda moment: moment.replace(hour=0, minute=0)),
    "clock": st.none() | st.integers(0, 1439).map(lambda minutes: timedelta(minutes=minutes)),
}
DTYPES = {"n": "float64", "m": "float64", "at": "datetime64[s]", "till": "datetime64[s]", "on": "datetime64[s]", "clock": "timedelta64[s]"}
SYMBOLS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def _numbers() -> st.SearchStrategy:
    f = field
    leaves = st.sampled_from(
        [f("n"), f("m"), f("code"), Sum((f("code"), f("other"))), ex.days_between("on", "at"), ex.minutes_between("at", "till"),
         AgeInYears(f("on"), f("till")), ex.DaysBetween(ex.DayOf(f("on")), f("till")), RowCount(), Constant(1), Constant(None), ex.MinutesBetween(Moment(f("on"), f("clock")), f("till"))]
    )  # fmt: skip
    return st.builds(ex.Arithmetic, st.sampled_from("+-*/"), leaves, leaves) | leaves


def _truths() -> st.SearchStrategy:
    f = field
    texts = st.sampled_from([f("code"), f("other"), Coalesce((f("code"), f("other"))), Constant("1")])
    compared = st.builds(ex.Comparison, SYMBOLS, _numbers(), _numbers().filter(lambda n: n != f("code")))
    base = (
        compared
        | st.builds(ex.Comparison, st.sampled_from(["==", "!="]), texts, texts)
        | st.builds(
            ex.Comparison, SYMBOLS, st.sampled_from([f("at"), f("on")]), st.sampled_from([f("till"), Constant(datetime(2000, 2, 29, 12))])
        )
        | st.sampled_from(
            [f("flag"), f("code").is_in("1", "8a"), Includes(f("several"), ("2",)), f("at").is_present(), Share(f("flag")) > 0.4]
        )
    )
    return st.recursive(base, _combine, max_leaves=8)


def _combine(inner: st.SearchStrategy) -> st.SearchStrategy:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    counted = st.builds(lambda items, n: Count(items) >= n, some, st.integers(0, 3))
    chosen = st.builds(lambda a, b, c: Choose(((a, b),), c), inner, inner, inner)
    return st.builds(ex.Not, inner) | st.builds(ex.Holds, inner) | st.builds(ex.AllOf, some) | st.builds(ex.AnyOf, some) | counted | chosen


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries(COLUMNS), min_size=1, max_size=6), expression=_truths())
def test_masks_agree_with_the_row_by_row_reading(rows, expression):
    frame = pd.DataFrame({name: objects(*(row[name] for row in rows)).astype(DTYPES.get(name, object)) for name in COLUMNS})
    assert answers(expression, frame) == [value_of(expression, row, rows) for row in rows]


def test_only_what_expressions_have_in_common_is_remembered_beyond_them():
    asked = (field("x") > 0, ex.all_of(field("x") > 0, field("x") < 2))
    evaluator = Evaluator(pd.DataFrame({"x": [1.0, 3.0]}), in_common(asked))
    shared, own = evaluator.values(asked[0]), evaluator.values(asked[1])
    evaluator.forget()
    assert evaluator.values(asked[0]) is shared and evaluator.values(asked[1]) is not own
    assert evaluator.holds(asked[1]).tolist() == [True, False]


def test_an_added_column_stands_for_that_of_the_frame():
    evaluator = Evaluator(pd.DataFrame({"x": [1.0]}))
    evaluator.add("x", pd.Series([3.0]))
    evaluator.add("y", pd.Series([4.0]))
    assert evaluator.holds(field("x").equals(3)).all() and evaluator.holds(field("y").equals(4)).all()


def test_a_shared_part_is_computed_once():
    evaluator = Evaluator(pd.DataFrame({"x": [1.0]}))
    assert evaluator.values(field("x") > 0) is evaluator.values(field("x") > 0)
