"""The board pack of a provider: its numbers are the dashboard's, and it is for those whom it concerns."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from types import SimpleNamespace as Row

import pytest
from pypdf import PdfReader
from sqlalchemy import insert

from dashboard import words
from dashboard.asked import Asked
from dashboard.improvement import STATUSES
from dashboard.pack import NoPack, board_pack
from dashboard.pack.chapters import Read, charts, summary
from dashboard.views import Views
from pipelines.cli.main import run
from tests.conftest import DEMO_NETWORK, PATHWAYS
from tests.dashboard.network import EMERGENCY, IMPROVES, LARGE, TINY, WORSENS, months
from tests.warehouse.results import PERIOD, add_benchmark, add_measures, add_result
from tests.world import World, csv_bytes
from warehouse.case_mix_tables import standardised_result
from warehouse.organisations import load_network

HIDDEN = "hidden"


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def said(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def made(network, code: str, groups: str = "", pathways=("emergency_care",), is_named: bool = True):
    return board_pack(network.asked(groups or f"reader:{code}", is_named), code, pathways)


def test_a_few_pages_with_the_providers_name_on_each(network):
    document = made(network, WORSENS).document
    found = pages(document.pdf)
    assert 3 <= document.page_count == len(found) <= 6
    assert all("Department A NHS Trust" in page and f"page {n} of {len(found)}" in page for n, page in enumerate(found, start=1))


def test_numbers_are_those_of_the_view(network):
    asked, text = network.asked(f"reader:{WORSENS}"), said(made(network, WORSENS).document.pdf)
    sql = "select * from dashboard.benchmark_v1 where organisation_code = :code and measure_name = :measure and period_grain = 'month' and not is_provisional order by period_start"
    row = asked.rows(sql, code=WORSENS, measure=EMERGENCY)[-1]
    measure = asked.measures[EMERGENCY]
    line = (
        words.value(row.value, measure),
        f"{words.bare(row.lower_95, measure)} to {words.bare(row.upper_95, measure)}",
        words.value(row.network_value, measure),
        words.value(row.national_value, measure),
        f"{row.rank} of {row.peer_count}",
    )
    assert " ".join((measure.title, *line)) in text


def test_what_worsened_stands_first_and_nobody_has_taken_it_up(network):
    first = pages(made(network, WORSENS).document.pdf)[0]
    attention = first.split("What needs the board’s attention")[1].split("What has improved")[0]
    assert network.asked().measures[EMERGENCY].title in attention
    assert "months below the mean, since" in attention
    assert "nobody has taken it up yet" in attention


def test_an_outlier_that_was_detected_is_not_said_to_be_worked_on(network):
    read = Read.of(network.asked(f"reader:{WORSENS}"), WORSENS, "emergency_care")
    states = [Row(state=state, direction="worse") for state in ("detected", "detected", "notified")]
    assert "; 2 outliers are not yet taken up; 1 outlier is being worked on" in summary(replace(read, outliers=states))


def test_a_chart_that_sees_nothing_says_what_the_cusum_saw(network):
    read = Read.of(network.asked(f"reader:{WORSENS}"), WORSENS, "emergency_care")
    crossed = Row(
        **{
            **vars(read.signals[0]),
            "kind": "cusum",
            "rule_name": "odds doubled",
            "measure_name": EMERGENCY,
            "organisation_code": WORSENS,
            "is_favourable": False,
            "since_on": date(2025, 4, 1),
        }
    )
    (chart,) = (chart for chart in charts(replace(read, signals=[crossed])) if chart.title == network.asked().measures[EMERGENCY].title)
    assert chart.badge == ("concern", "concern")
    assert chart.notes[-1] == "Risk-adjusted CUSUM: more than expected of such patients, since April 2025"


def test_the_office_is_told_where_outliers_are(network):
    assert "outliers that are not published are in the provider’s own pack alone" in said(made(network, WORSENS, "office").document.pdf)
    assert "not published" not in said(made(network, WORSENS).document.pdf)


def test_to_the_office_numbers_of_a_provider_are_rough(network):
    (row,) = network.asked().rows(
        "select * from dashboard.latest_result_v1 where organisation_code = :code and measure_name = :measure and period_grain = 'month'",
        code=WORSENS,
        measure=EMERGENCY,
    )
    assert f"≈ {row.value * 100:.0f} %" in _rows_of(pages(made(network, WORSENS, "office").document.pdf))


def test_an_action_has_the_state_that_pages_call_it(network):
    text = said(made(network, IMPROVES).document.pdf)
    (action,) = network.asked().rows("select * from dashboard.improvement_action_v1 where provider_code = :code", code=IMPROVES)
    assert f"{action.title} ({STATUSES[action.status]}, " in text


def test_what_improved_is_told_with_its_cause(network):
    first = pages(made(network, IMPROVES).document.pdf)[0]
    (effect,) = network.asked(f"reader:{IMPROVES}").rows(
        "select * from dashboard.action_effect_v1 where provider_code = :code", code=IMPROVES
    )
    assert effect.verdict == "improved"
    improved = first.split("What has improved")[1]
    assert "After “A second triage nurse”" in improved
    assert (
        f"({words.points(effect.after_value - effect.before_value, effect)}); beyond the rest of the network {words.points(effect.controlled_difference, effect)}"
        in improved
    )


def test_aims_are_told(network):
    aim = network.asked(f"reader:{IMPROVES}").rows("select * from dashboard.aim_progress_v1 where provider_code = :code", code=IMPROVES)[0]
    assert (
        f"{words.value(aim.actual_value, aim)} over the latest three final months to {words.period(aim.actual_on)}; aim {words.value(aim.target_value, aim)}"
        in said(made(network, IMPROVES).document.pdf)
    )


def test_without_a_pathway_it_has_all_that_have_results(network):
    text = said(made(network, WORSENS, pathways=()).document.pdf)
    assert "Emergency care" in text
    assert "Wrist" in text


def test_peers_are_not_named(network):
    text = said(made(network, WORSENS, pathways=(), is_named=False).document.pdf)
    assert "Department A" in text
    for other in LARGE[1:]:
        assert f"Department {other[-1]}" not in text
        assert other not in text


def test_to_the_office_small_numbers_of_a_provider_are_hidden_and_to_the_provider_they_are_not(network):
    assert HIDDEN in _rows_of(pages(made(network, TINY, "office", pathways=()).document.pdf))
    assert HIDDEN not in _rows_of(pages(made(network, TINY, pathways=()).document.pdf))


def _rows_of(found: list[str]) -> str:
    return " ".join(page.split("Headline measures")[1] for page in found if "Headline measures" in page)


def test_it_is_remembered_until_data_change(network):
    asked = network.asked(f"reader:{WORSENS}")
    assert board_pack(asked, WORSENS, ("emergency_care",)) is board_pack(asked, WORSENS, ("emergency_care",))


def test_a_pathway_that_is_none(network):
    with pytest.raises(NoPack, match="there is no pathway 'knees'"):
        made(network, WORSENS, pathways=("knees",))


# ------------------------------------------------------------------------------------------------ in the dashboard
def test_ones_own_pack_opens_in_the_browser_under_a_name(client):
    answer = client(f"reader:{WORSENS}").get(f"/pack/{WORSENS}/emergency_care.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith(f'inline; filename="board-pack-{WORSENS.lower()}-emergency-care-')
    assert answer.content.startswith(b"%PDF-")


def test_the_button_of_the_providers_page_leads_to_it(client):
    browser = client(f"reader:{WORSENS}")
    address = f"/pack/{WORSENS}/emergency_care.pdf"
    assert address in browser.get(f"/provider/{WORSENS}/emergency_care").text
    assert browser.head(address).status_code == 200


def test_that_of_others_is_not_ones_own(client):
    answer = client(f"lead:{WORSENS}").get(f"/pack/{IMPROVES}/emergency_care.pdf")
    assert answer.status_code == 403
    assert "for the provider&#39;s own people" in answer.text or "for the provider's own people" in answer.text


def test_the_office_may_have_it(client):
    assert client("office").get(f"/pack/{IMPROVES}.pdf").status_code == 200


@pytest.mark.parametrize(
    "address", ["/pack/nobody.pdf", f"/pack/{WORSENS}/knees.pdf", f"/pack/{WORSENS}/a/b.pdf", f"/pack/{WORSENS}A1.pdf"]
)
def test_what_does_not_exist_is_not_found(client, address):
    assert client("office").get(address).status_code == 404


# ------------------------------------------------------------------------------------------------ little data
def test_a_provider_without_results(new_house):
    with new_house.engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    with pytest.raises(NoPack, match="has no results yet"):
        board_pack(Asked(Views(new_house.dashboard), new_house.configuration(), new_house.asked("reader:ZX1").reader), "ZX1")
    answer = new_house.client("reader:ZX1").get("/pack/ZX1.pdf")
    assert answer.status_code == 404
    assert "has no results yet" in answer.text


# ------------------------------------------------------------------------------------------------ deaths beside those expected
@pytest.fixture
def with_deaths(new_house):
    """A house with a year of one measure that a case-mix model stands beside: 22 deaths of 304 at ZX2, of which 18.1 were to be expected."""
    with new_house.engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
        add_measures(connection)
        for grain in ("quarter", "year"):
            key = {"measure_name": "m_proportion", "organisation_code": "ZX2", "period_grain": grain, "period_start": PERIOD}
            add_result(connection, "ZX2", 22, 304, period_grain=grain)
            add_benchmark(connection, "ZX2", period_grain=grain, rank=8, peer_count=9)
            ratio = {
                "case_count": 304,
                "observed": 22,
                "expected": 18.1,
                "ratio": 22 / 18.1,
                "lower_95": 0.77,
                "upper_95": 1.84,
                "lower_998": 0.6,
                "upper_998": 2.2,
                "z_score": 0.9,
                "funnel_position": "inside",
            }
            connection.execute(
                insert(standardised_result).values(
                    **key, **ratio, crude_rate=0.07, is_provisional=False, matures_on=PERIOD, measure_version=1, model_version="model 2"
                )
            )
    return new_house


@pytest.mark.parametrize(
    "groups, ratio, place",
    [
        (
            "reader:ZX2",
            "22 observed among 304 cases, 18.1 expected for its mix of patients. Ratio 1.22 (95 % interval 0.77 to 1.84); inside",
            "O / E 1.22 (2026)",
        ),
        (
            "office",
            "about 20 observed among about 305 cases, about 20 expected for its mix of patients. Ratio about 1.00; inside",
            "O / E ≈ 1.00 (2026)",
        ),
    ],
)
def test_everybody_who_may_have_the_pack_reads_of_deaths_what_may_be_shown(with_deaths, groups, ratio, place):
    text = said(board_pack(with_deaths.asked(groups), "ZX2").document.pdf)
    assert ratio in text
    assert place in text
    assert "8 of 9" not in text, "a crude value has no rank where a model stands beside it"


# ------------------------------------------------------------------------------------------------ by command line
@pytest.fixture
def typed(network, monkeypatch, capsys, tmp_path):
    """``typed("pack", ...)`` in an empty folder: exit code and what was said."""
    settings = network.settings
    for name, value in (
        ("HOME", settings.home),
        ("DATABASE_URL", settings.database_url),
        ("DASHBOARD_DATABASE_URL", settings.dashboard_database_url),
        ("PATHWAYS", PATHWAYS),
    ):
        monkeypatch.setenv(f"COMMON_CAUSE_{name}", str(value))
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str]:
        code = run(list(arguments))
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return command


def test_by_code_it_writes_a_file_and_says_where(typed, tmp_path):
    code, told = typed("pack", WORSENS.lower(), "--pathway", "emergency_care")
    (path,) = tmp_path.glob("*.pdf")
    assert code == 0
    assert told.strip() == f"{path.name}: {len(pages(path.read_bytes()))} pages"


def test_by_name_into_a_file_of_ones_choice(typed, tmp_path):
    assert typed("pack", "department a", "--out", str(tmp_path / "board.pdf"))[0] == 0
    assert "Department A NHS Trust" in said((tmp_path / "board.pdf").read_bytes())


def test_peers_are_numbered_by_command_line_too(typed, tmp_path):
    assert typed("pack", WORSENS, "--out", str(tmp_path / "board.pdf"))[0] == 0
    assert "Department B" not in said((tmp_path / "board.pdf").read_bytes())


def test_a_name_that_is_nearly_right(typed):
    code, told = typed("pack", "Departmnt A")
    assert code == 1
    assert "no provider of the network has the code or name 'Departmnt A'; did you mean" in told


def test_a_folder_that_is_not_there(typed, tmp_path):
    code, told = typed("pack", WORSENS, "--out", str(tmp_path / "no" / "board.pdf"))
    assert code == 1
    assert "there is no folder" in told


def test_a_pathway_that_there_is_not(typed):
    code, told = typed("pack", WORSENS, "--pathway", "knees")
    assert code == 1
    assert "there is no pathway 'knees'" in told


def test_the_database_is_away(typed, monkeypatch):
    monkeypatch.setenv("COMMON_CAUSE_DASHBOARD_DATABASE_URL", "postgresql+psycopg://nobody:nothing@127.0.0.1:9/none")
    code, told = typed("pack", WORSENS)
    assert code == 1
    assert "the database is not answering" in told
    assert "nothing" not in told


@pytest.fixture
def one_month(new_house):
    """A house that has the last month alone, of one provider."""
    from assets.context import Context

    context = Context.open(new_house.settings, new_house.engine)
    with new_house.engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    header = ("Organisation", "Measure", "Period start", "Period", "Numerator", "Denominator")
    row = dict(zip(header, ("ZX1", EMERGENCY, f"{months()[-1]:%d/%m/%Y}", "month", "280", "400"), strict=True))
    world = World(context)
    assert world.submit(csv_bytes([row], header), sender="NET", name="counts.csv").state == "accepted"
    world.refresh()
    return new_house


def test_one_month_alone_makes_a_pack_that_says_how_little_it_is(one_month):
    document = board_pack(one_month.asked("reader:ZX1"), "ZX1").document
    text = said(document.pdf)
    assert 2 <= document.page_count <= 4
    assert "Final results up to" in text
    assert "70.0 %" in text
    assert "No signal of concern is open" in text
