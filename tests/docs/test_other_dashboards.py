"""Every query of ``docs/other-dashboards.md``, and its pandas, as a login made as the page says; and nothing that they tell breaks the small-numbers policy."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from tests.conftest import PATHWAYS, new_database
from tests.docs.commands import ROOT, text_of
from tests.docs.shown_network import PROVIDERS, QUARTER, fill
from warehouse.database import make_engine
from warehouse.roles import RoleError, create_dashboard_role, drop_provider_role
from warehouse.settings import Settings

PAGE = text_of(ROOT / "docs" / "other-dashboards.md")
QUERIES = {int(number): query for number, query in re.findall(r"### (\d+)\. [^\n]+\n.*?```sql\n(.*?)```", PAGE, re.S)}
GIVEN = {"measure": "ae_four_hour", "organisation": "ZYA", "pathway": "emergency_care", "grain": "month", "period": QUARTER}
WRISTS = {"measure": "wrist_manipulated_4h", "organisation": "ZX1", "pathway": "wrist_fracture", "grain": "quarter"}
YEAR = {"grain": "year", "period": date(2025, 1, 1)}
LOGIN, PASSWORD = "t_ward_board", "a test password"


@pytest.fixture(scope="module")
def board(server, template, tmp_path_factory) -> Iterator[Engine]:
    """A dashboard's login on a network with content."""
    from assets.context import Context

    with new_database(server) as name:
        settings = Settings(home=tmp_path_factory.mktemp("shown"), pathway_folders=(PATHWAYS,), database_url=server.url(name))
        pipeline = make_engine(settings)
        fill(Context.open(settings, pipeline))
        pipeline.dispose()
        address = make_url(server.admin_url).set(database=name)
        administrator = make_engine(address)
        with administrator.begin() as connection:
            create_dashboard_role(connection, LOGIN, PASSWORD)
        engine = make_engine(address.set(username=LOGIN, password=PASSWORD))
        yield engine
        engine.dispose()
        with suppress(RoleError), administrator.begin() as connection:
            drop_provider_role(connection, LOGIN)
        administrator.dispose()


@pytest.fixture
def ask(board):
    def answer(number: int, **given) -> pd.DataFrame:
        with board.connect() as connection:
            return pd.read_sql(text(QUERIES[number]), connection, params={**GIVEN, **given})

    return answer


def test_there_are_ten_queries_and_more():
    assert list(QUERIES) == list(range(1, 14))


def test_1_who_does_best(ask):
    rows = ask(1)
    assert sorted(rows.organisation_code) == list(PROVIDERS) and list(rows["rank"]) == sorted(rows["rank"]) and rows["rank"].iloc[0] == 1
    assert set(rows.peer_count) == {len(PROVIDERS)} and (rows.lower_95 < rows.value).all() and (rows.value < rows.upper_95).all()
    assert set(rows.national_value) == {0.74} and 0.5 < rows.network_value.iloc[0] < 0.9


def test_2_a_chart_tells_the_rule_that_a_fall_breaks(ask):
    rows = ask(2, organisation="ZYB").set_index("period_start")
    assert len(rows) == 36 and rows[["mean", "lower_limit", "upper_limit"]].notna().all(axis=None)
    fallen = rows[rows.index >= pd.Timestamp("2025-11-01").date()]
    assert (
        (fallen.value < fallen.lower_limit).any()
        and "special cause concern" in set(fallen.final_point_type)
        and fallen.final_rule_name.notna().any()
    )


def test_3_a_funnel_has_limits_at_each_point(ask):
    rows = ask(3)
    assert len(rows) == len(PROVIDERS) and (rows.denominator == 400).all()
    assert (rows.lower_998 < rows.lower_95).all() and (rows.lower_95 < rows.centre).all() and (rows.upper_95 < rows.upper_998).all()
    outside = rows[rows.funnel_position.str.startswith("above")]
    assert "ZYA" in set(outside.organisation_code) and (outside.value > outside.upper_95 - 0.01).all()


def test_4_a_caterpillar_is_in_order_and_reads_its_intervals(ask):
    rows = ask(4)
    assert list(rows.place) == list(range(1, 15)) and rows.value.is_monotonic_increasing
    above = rows[rows.reading == "above the network"]
    assert "ZYA" in set(above.organisation_code) and (above.lower_95 > above.network_value).all()


def test_5_open_signals_come_with_their_history(ask):
    rows = ask(5)
    fall = rows[(rows.organisation_code == "ZYB") & ~rows.is_favourable.astype(bool)]
    assert len(fall) >= 1 and set(fall.next) == {"nobody has acknowledged it"} and fall.history.str.contains("raised").all()
    assert rows.is_favourable.iloc[0] is not True and (rows.days_open >= 0).all()


def test_6_who_is_late(ask):
    rows = ask(6, period=date(2025, 1, 1)).query("dataset_name == 'wrist_fracture'").set_index("sender_code")
    assert set(rows.index) == {"ZX1", "ZX2", "ZX3"} and (rows.came_count <= rows.expected_count).all()
    assert (rows.late_count > 0).all() and (rows.most_days_late > 0).all()


def test_7_completeness_worst_first(ask):
    rows = ask(7, **WRISTS)
    assert rows.completeness_share.is_monotonic_increasing and rows.completeness_share.between(0, 1).all()
    assert "Manipulated within 4 hours" in set(rows.measure_title)


def test_8_milestones_beside_the_others(ask):
    rows = ask(8, **WRISTS).set_index("milestone_name")
    assert rows.loc["xray", "median_minutes"] == rows.loc["xray", "typical_minutes"] == 20 and rows.loc["manipulation", "case_count"] == 60
    assert rows.loc["manipulation", "provider_count"] == 2, "ZX3 is hidden, and no zero"
    assert rows.loc["manipulation", "quickest_tenth_minutes"] <= rows.loc["manipulation", "typical_minutes"]


def test_9_standardised_mortality_with_its_funnel(ask):
    rows = ask(9, measure="wrist_dead", **YEAR).set_index("organisation_code")
    shown = rows.loc[["ZX1", "ZX2"]]
    assert (shown.observed > shown.expected).all() and (shown.ratio == (shown.observed / shown.expected).round(2)).all()
    assert (shown.lower_998 <= shown.lower_95).all() and (shown.upper_95 < shown.upper_998).all() and (shown.lower_998 >= 0).all()
    assert rows.loc["ZX3", "is_suppressed"] and rows.loc["ZX3", ["observed", "ratio", "lower_998", "upper_95"]].isna().all()


def test_10_what_actions_did(ask):
    rows = ask(10).set_index("organisation_name")
    works, nothing = rows.loc["Department ZYA"], rows.loc["Department ZYC"]
    assert works.verdict_text == "improved" and works.change_lower < 0.15 < works.change_upper
    assert nothing.verdict_text == "no change that can be told from chance" and nothing.change_lower < 0 < nothing.change_upper


def test_11_which_ideas_work(ask):
    [idea] = ask(11).to_dict("records")
    assert (idea["provider_count"], idea["told_count"], idea["improved_count"]) == (2, 2, 1) and idea["providers"].split(", ")[0] == "ZYA"


def test_12_aims(ask):
    [aim] = ask(12).to_dict("records")
    assert aim["state"] in ("reached", "on track", "behind") and aim["target_value"] == 0.95 and aim["actual_value"] > aim["baseline_value"]


def test_13_the_network_beside_the_nation(ask):
    rows = ask(13)
    assert len(rows) == 36 and set(rows.denominator) == {400 * len(PROVIDERS)}
    national = rows[rows.national_value.notna()]
    assert (
        list(national.national_value) == [0.74] * 4
        and (national.network_value != national.national_value).all()
        and national.national_source.str.startswith("Monthly statistics").all()
    )


# ------------------------------------------------------------------------------------------------ what must not be told
def test_small_numbers_stay_hidden_in_every_query(ask):
    """ZX3 has three cases a quarter, ZX1 and ZX2 many; whatever a query tells of a count is hidden, zero or a rounded one."""
    for number in (1, 3, 4, 7, 8, 9):
        for organisation in ("ZX1", "ZX3"):
            rows = ask(number, **{**WRISTS, "organisation": organisation, **({"measure": "wrist_dead"} if number == 9 else {})})
            assert len(rows), number
            counts = rows[[name for name in ("denominator", "case_count", "observed") if name in rows]]
            assert ((counts.isna()) | (counts == 0) | ((counts >= 8) & (counts % 5 == 0))).all(axis=None), number
    hidden = ask(1, **WRISTS).set_index("organisation_code").loc["ZX3"]
    assert hidden.is_suppressed and hidden[["rank", "value", "lower_95", "upper_95", "from_best"]].isna().all()
    chart = ask(2, **{**WRISTS, "organisation": "ZX3"})
    assert (
        len(chart) == 12
        and chart[["value", "mean", "lower_limit", "upper_limit", "final_rule_name"]].isna().all(axis=None)
        and chart.is_suppressed.all()
    )


@pytest.mark.parametrize(
    "relation",
    ["dashboard.case_v1", "dashboard.wrist_fracture_case_v1", "measurement.measure_result", "improvement.lead_contact", "pathway.person"],
)
def test_the_login_is_refused_what_the_page_says_it_is(board, relation):
    with board.connect() as connection, pytest.raises(ProgrammingError, match=r"permission denied|InsufficientPrivilege"):
        connection.execute(text(f"select * from {relation} limit 1"))


# ------------------------------------------------------------------------------------------------ the tools
def test_the_panel_of_grafana_as_its_macros_expand(board):
    [panel] = [query for query in re.findall(r"```sql\n(.*?)```", PAGE, re.S) if "$__timeFilter" in query]
    asked = (
        panel.replace("$__time(period_start)", 'period_start AS "time"')
        .replace("${measure:sqlstring}", "'ae_four_hour'")
        .replace("${organisation:sqlstring}", "'NET'")
    )
    asked = asked.replace("$__timeFilter(period_start)", "period_start BETWEEN '2025-01-01T00:00:00Z' AND '2025-12-31T23:59:59Z'")
    with board.connect() as connection:
        rows = pd.read_sql(text(asked), connection)
    assert len(rows) == 12 and rows.columns[0] == "time" and rows.notna().all(axis=None)


def test_the_statement_of_r_runs_with_its_parameters(board):
    [statement] = re.findall(r'dbGetQuery\(warehouse, "(.*?)"', PAGE, re.S)
    with board.connect() as connection:
        rows = connection.exec_driver_sql(statement.replace("$1", "%s").replace("$2", "%s"), ("ae_four_hour", "NET")).all()
    assert len(rows) == 36


def test_the_lines_of_pandas_run_as_they_stand(board, monkeypatch):
    monkeypatch.setenv("WAREHOUSE", board.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MEASURE", "wrist_manipulated_4h")
    [lines] = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    done = subprocess.run([sys.executable, "-c", f"{lines}\nprint(wide.to_csv())"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    wide = pd.read_csv(io.StringIO(done.stdout), index_col=0)
    assert set(wide.columns) == {"ZX1", "ZX2", "ZX3"} and wide["ZX3"].isna().all() and wide["ZX1"].notna().any()


def test_every_view_of_the_table_can_be_read_and_none_is_missing(board):
    told = set(re.findall(r"`([a-z_]+_v1)`", PAGE.split("## The views")[1].split("## Ready queries")[0]))
    with board.connect() as connection:
        names = set(
            connection.scalars(
                text(
                    "select viewname from pg_views where schemaname in ('dashboard', 'publication') and has_table_privilege(schemaname || '.' || viewname, 'select')"
                )
            )
        )
    assert names == told - {"case_v1", "milestone_v1"}
