"""Expressions in Postgres mean what they mean over a frame."""

from __future__ import annotations

from datetime import date, datetime, time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Double, MetaData, Table, Text, Time, select

from quality_checks.masks import evaluate
from schemas import expressions as ex
from warehouse.compile_sql import compile_sql, kind_of, render_sql
from warehouse.database import make_engine

ROW = Table(
    "expression_row", MetaData(),
    Column("number", BigInteger), Column("code", Text), Column("other_code", Text), Column("several", ARRAY(Text)), Column("count", BigInteger),
    Column("amount", Double), Column("day", Date), Column("other_day", Date), Column("clock", Time),
    Column("instant", DateTime), Column("other_instant", DateTime), Column("flag", Boolean),
    prefixes=["TEMPORARY"],
)  # fmt: skip
CODES = ("0", "1", "2", "07", "8a", "B", "b")
days = st.dates(date(1999, 12, 25), date(2001, 3, 5))
instants = st.datetimes(datetime(1999, 12, 30), datetime(2000, 3, 2)).map(lambda d: d.replace(microsecond=0, second=0))
clocks = st.times().map(lambda t: t.replace(microsecond=0, second=0))
numbers = st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 7.0, 30.0])


def row():
    values = {
        "code": st.sampled_from(CODES), "other_code": st.sampled_from(CODES), "count": st.integers(-2, 3), "amount": numbers,
        "several": st.lists(st.sampled_from(CODES), max_size=3, unique=True), "day": days, "other_day": days, "clock": clocks,
        "instant": instants, "other_instant": instants, "flag": st.booleans(),
    }  # fmt: skip
    return st.fixed_dictionaries({name: st.none() | value for name, value in values.items()})


def fields(*names):
    return st.sampled_from(names).map(ex.field)


texts = fields("code", "other_code") | st.sampled_from(CODES).map(ex.Constant)
moments = st.one_of(
    fields("day", "other_day", "instant", "other_instant"), days.map(ex.Constant), instants.map(ex.Constant),
    st.just(ex.Moment(ex.field("day"), ex.field("clock"))), fields("day", "instant").map(ex.DayOf),
)  # fmt: skip
comparators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def figures(truths, depth):
    simple = fields("count", "amount") | numbers.map(ex.Constant)
    between = st.builds(ex.MinutesBetween, moments, moments) | st.builds(ex.DaysBetween, moments, moments)
    age = st.builds(ex.AgeInYears, fields("day", "other_day"), moments)
    if not depth:
        return simple | between | age
    inner = figures(truths, depth - 1)
    return st.one_of(
        simple, between, age, st.builds(ex.Arithmetic, st.sampled_from("+-*/"), inner, inner),
        st.lists(inner | fields("code"), min_size=1, max_size=3).map(lambda items: ex.Sum(tuple(items))),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: ex.Coalesce(tuple(items))),
        st.lists(truths, min_size=1, max_size=3).map(lambda items: ex.Count(tuple(items))),
        st.builds(lambda c, a, b: ex.Choose(((c, a),), b), truths, inner, inner | st.just(ex.Constant(None))),
    )  # fmt: skip


def truths(depth):
    inner = truths(depth - 1) if depth else None
    leaves = st.one_of(
        st.builds(ex.Comparison, comparators, texts, texts), st.builds(ex.Comparison, comparators, moments, moments),
        st.builds(ex.Comparison, comparators, fields("code"), numbers.map(ex.Constant)),
        st.builds(ex.Membership, fields("code"), st.lists(st.sampled_from(CODES) | st.just(7), max_size=3).map(tuple)),
        st.builds(ex.Membership, fields("count"), st.lists(st.integers(-1, 2), max_size=3).map(tuple)),
        st.builds(ex.Includes, fields("several", "code"), st.lists(st.sampled_from(CODES), max_size=2).map(tuple)),
        fields("flag"), st.just(ex.field("flag").equals(True)), fields("code", "several", "day", "amount").map(ex.Presence),
    )  # fmt: skip
    if not depth:
        return leaves
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    number = figures(inner, depth - 1)
    return st.one_of(
        leaves, st.builds(ex.Comparison, comparators, number, number), inner.map(ex.Not), inner.map(ex.Holds),
        several.map(ex.AllOf), several.map(ex.AnyOf), inner.map(ex.Presence),
    )  # fmt: skip


@pytest.fixture(scope="module")
def connection(server):
    engine = make_engine(server.admin_url)
    with engine.connect() as opened, opened.begin():
        ROW.create(opened)
        yield opened
    engine.dispose()


def frame(rows: list[dict]) -> pd.DataFrame:
    """The rows as conform would type them."""
    typed = {name: pd.Series([r[name] for r in rows], dtype=object) for name in ("code", "other_code", "flag")}
    typed["several"] = pd.Series([None if r["several"] is None else tuple(r["several"]) for r in rows], dtype=object)
    typed |= {name: pd.Series([np.nan if r[name] is None else r[name] for r in rows], dtype=float) for name in ("count", "amount")}
    for name, unit in (("day", "s"), ("other_day", "s"), ("instant", "us"), ("other_instant", "us")):
        typed[name] = pd.Series(
            pd.array([pd.NaT if r[name] is None else np.datetime64(r[name], unit) for r in rows], dtype=f"datetime64[{unit}]")
        )
    elapsed = [pd.NaT if r["clock"] is None else np.timedelta64(r["clock"].hour * 60 + r["clock"].minute, "m") for r in rows]
    typed["clock"] = pd.Series(pd.array(elapsed, dtype="timedelta64[s]"))
    return pd.DataFrame(typed)


def in_postgres(connection, expression, rows):
    with connection.begin_nested():
        connection.execute(ROW.delete())
        connection.execute(ROW.insert(), [{"number": k, **values} for k, values in enumerate(rows)])
        columns = {column.name: column for column in ROW.columns}
        return list(connection.scalars(select(compile_sql(expression, columns)).select_from(ROW).order_by(ROW.c.number)))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(expression=st.one_of(truths(2), figures(truths(1), 2)), rows=st.lists(row(), min_size=1, max_size=6))
def test_postgres_and_frame_agree(connection, expression, rows):
    found = in_postgres(connection, expression, rows)
    values, known = evaluate(expression, frame(rows))
    assert [value is not None for value in found] == known.tolist(), render_sql(compile_sql(expression, dict(ROW.columns.items())))
    for value, expected in zip(np.array(found, object)[known], values[known], strict=True):
        assert float(value) == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        (ex.field("amount") / ex.field("count"), {"amount": 3.0, "count": 0}, None),
        (ex.Sum((ex.field("code"), ex.field("other_code"))), {"code": "2", "other_code": "07"}, 9.0),
        (ex.Sum((ex.field("code"), ex.field("other_code"))), {"code": "2", "other_code": "8a"}, None),
        (ex.Includes(ex.field("several"), ("1", "3")), {"several": ["3"]}, True),
        (ex.Includes(ex.field("several"), ("1", "3")), {"several": []}, False),
        (ex.Includes(ex.field("several"), ("1", "3")), {"several": None}, None),
        (ex.Includes(ex.field("code"), ()), {"code": None}, None),
        (ex.Includes(ex.field("code"), ()), {"code": "1"}, False),
        (ex.Includes(ex.field("several"), ()), {"several": None}, None),
        (ex.MinutesBetween(ex.field("instant"), ex.Moment(ex.field("day"), ex.field("clock"))),
         {"instant": datetime(2000, 1, 1, 23, 50), "day": date(2000, 1, 2), "clock": time(3, 50)}, 240.0),
        (ex.AgeInYears(ex.field("day"), ex.field("other_day")), {"day": date(2000, 2, 29), "other_day": date(2001, 2, 28)}, 0),
        (ex.first_failing(("late", ex.field("count") < 2), ("unknown", ex.field("flag"))), {"count": 1, "flag": None}, "unknown"),
        (ex.first_failing(("late", ex.field("count") < 2), ("unknown", ex.field("flag"))), {"count": 1, "flag": True}, None),
        (ex.field("code").is_in("1", None), {"code": "2"}, False),
        (ex.field("count").equals(None), {"count": 1}, None),
        (ex.field("code") < "a", {"code": "B"}, True),
    ],
)  # fmt: skip
def test_edges(connection, expression, values, expected):
    empty = {column.name: None for column in ROW.columns if column.name != "number"}
    assert in_postgres(connection, expression, [{**empty, **values}]) == [expected]


@pytest.mark.parametrize("node", [ex.RowCount(), ex.Share(ex.field("flag")), ex.Conforms(ex.field("code"), "postcode")])
def test_what_needs_a_file_has_no_sql(node):
    with pytest.raises(TypeError, match="has no meaning in SQL"):
        compile_sql(node, dict(ROW.columns.items()))


def test_an_unknown_field_is_named():
    with pytest.raises(KeyError, match="colour"):
        compile_sql(ex.field("colour"), {})


@pytest.mark.parametrize("expression", [ex.field("day") < ex.field("clock"), ex.field("several") + 1, ex.AllOf((ex.field("code"),))])
def test_operands_that_do_not_fit_are_refused(expression):
    with pytest.raises(TypeError):
        compile_sql(expression, dict(ROW.columns.items()))


def test_every_measure_of_every_pathway_compiles(registry):
    from warehouse.case_source import measured_source

    for pathway in (p for p in registry.pathways if p.case_dataset):
        for measure in (m for m in pathway.measures if m.index_date):
            columns = measured_source(pathway, measure.credit)[1]
            for condition in (measure.cohort, measure.numerator, *(e.condition for e in measure.exclusions)):
                assert condition is None or kind_of(compile_sql(condition, columns)) == "bool"
            assert measure.value is None or render_sql(compile_sql(measure.value, columns))
