"""All published files at once, dropped as they are: what the warehouse then holds is what was published, cell by cell, and it is compared, charted and judged."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.aggregate.test_published_files import LEVELS, SHEETS, published, published_cells  # noqa: F401  (a fixture)
from tests.world import World, drop
from warehouse.organisation_files import import_organisations
from warehouse.organisation_lists import import_list, list_of
from warehouse.organisations import resolve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ATTENDANCES = "open/ae_attendances.csv"
FIRST_MONTHS = {"Jan": 1, "Apr": 4, "Jul": 7, "Oct": 10}
RESULTS = "select organisation_code, period_grain, period_start, measure_name, numerator, denominator, value, reason, is_provisional from measurement.measure_result"
# results without a benchmark of their cell; results that are no point of their series' chart
NOT_COMPARED = """select r.measure_name, r.organisation_code, r.period_start from measurement.measure_result r
left join measurement.benchmark b using (measure_name, organisation_code, period_grain, period_start) where r.value is not null and (b.peer_count > 1) is not true"""
NOT_CHARTED = """select r.measure_name, r.organisation_code, r.period_start from measurement.measure_result r
left join measurement.spc_point p on (p.measure_name, p.organisation_code, p.period_grain, p.period_start, p.chart) = (r.measure_name, r.organisation_code, r.period_grain, r.period_start, 'xmr')
where r.value is not null and p.value is distinct from r.value"""
# watched series of organisations that are on a list, whose latest point is a special cause on the chart that judges them
DUE_SIGNALS = """select measure_name, organisation_code from (
    select distinct on (measure_name, organisation_code) measure_name, organisation_code, final_point_type from measurement.spc_point
    where value is not null and chart = case measure_name when 'ae_four_hour' then 'p_prime' else 'xmr' end and organisation_code not like '?%' order by 1, 2, period_start desc
) latest where final_point_type like 'special cause%' and measure_name in ('ssnap_score', 'ae_four_hour')"""
SIGNALS = """select s.*, (select array_agg(e.event order by e.signal_event_id) from measurement.signal_event e where e.signal_id = s.signal_id) as history
from measurement.signal s where kind = 'special cause'"""


def first_day(quarter: str) -> date:
    """``JulSep2013`` -> 1 July 2013."""
    return date(int(quarter[6:]), FIRST_MONTHS[quarter[:3]], 1)


def etr(open_data: Path, path: Path) -> Path:
    """The trusts of England in the columns of the ODS file that people import."""
    with (open_data / "ods/trusts_england.csv").open(newline="", encoding="utf-8") as file, path.open("w", newline="") as out:
        for row in csv.DictReader(file):
            empty = [""] * 6
            csv.writer(out).writerow(
                [
                    row["trust_code"],
                    row["trust_name"],
                    row["region_code"],
                    row["icb_code_2026"],
                    *empty,
                    row["open_date"],
                    row["close_date"],
                ]
            )
    return path


@pytest.fixture
def house(world, open_data, tmp_path) -> World:
    """The warehouse after trusts, teams, the 18 sheets and the attendances, and one refresh."""
    noted = {"actor": "test", "at": datetime(2026, 1, 1, tzinfo=UTC)}
    with world.context.engine.begin() as connection:
        import_organisations(connection, etr(open_data, tmp_path / "etr.csv"), **noted)
        teams = open_data / "ssnap/ssnapstats_teamdetails.csv"
        import_list(connection, teams, list_of(teams, world.context.registry), **noted)
    files = [*sorted((open_data / SHEETS).glob("*.csv")), open_data / ATTENDANCES]
    for path in files:
        drop(world.context.settings.landing, "NET", path.read_bytes(), path.name)
    outcomes = world.work_off()
    assert [outcome.state for outcome in outcomes] == ["accepted with warnings"] * 19
    assert sum(outcome.counts.accepted for outcome in outcomes) == sum(outcome.counts.received for outcome in outcomes) == 3984 + 12765
    world.refresh()
    return world


def test_what_was_published_is_what_the_warehouse_holds(house, open_data, published):  # noqa: F811
    results = pd.DataFrame(house.query(RESULTS)).astype({"numerator": float, "denominator": float, "value": float})
    is_attendance = results["measure_name"] == "ae_four_hour"
    every_score_is_as_published(results[~is_attendance], published, house)
    every_month_is_as_published(results[is_attendance], open_data, house)
    assert house.query("select 1 from intake.stale_cell") == []
    assert house.query(NOT_COMPARED) == [] and house.query(NOT_CHARTED) == []
    special_causes_were_raised_and_closed(house)


def codes_in(house: World, names: Iterable[str]) -> dict[str, str]:
    """Code of each name, and of each that is on no list and was kept as it came."""
    kept = house.query(
        "select organisation_code as code, organisation_name as name from pathway.organisation where organisation_code like '?%'"
    )
    with house.context.engine.connect() as connection:
        return resolve(connection, names) | {row["name"]: row["code"] for row in kept}


def every_score_is_as_published(results: pd.DataFrame, published: pd.DataFrame, house: World) -> None:  # noqa: F811
    """3,984 team-quarters with up to 34 cells each; what the sheets tell of six months is not in the tidy table."""
    code_of = codes_in(house, published["team"].unique())
    cells = published_cells(published)
    expected = {(first_day(quarter), code_of[team], measure): LEVELS.get(cell, cell) for (quarter, team, measure), cell in cells.items()}
    assert len(expected) == len(cells), "no two teams of a quarter are one"
    assert len({cell[:2] for cell in expected}) == len(published) == 3984
    kept = results[~results["measure_name"].str.startswith("ssnap_six_month")]
    assert set(kept["period_grain"]) == {"quarter"} and not kept["is_provisional"].any()
    keys = zip(kept["period_start"], kept["organisation_code"], kept["measure_name"], strict=True)
    values = [value if value == value else None for value in kept["value"]]
    found = dict(zip(keys, values, strict=True))
    without = {key for key, cell in expected.items() if isinstance(cell, str)}
    assert found == {key: None if key in without else cell for key, cell in expected.items()}
    assert kept["reason"].notna().sum() == len(without) > 0


def every_month_is_as_published(results: pd.DataFrame, open_data: Path, house: World) -> None:
    """Counts summed over the departments of each provider and month."""
    expected: dict[tuple, list[int]] = {}
    with (open_data / ATTENDANCES).open(newline="") as file:
        for row in csv.DictReader(file):
            total = expected.setdefault((row["org_code"], date.fromisoformat(row["period"])), [0, 0])
            total[0] += int(row["attendances"]) - int(row["breaches"])
            total[1] += int(row["attendances"])
    code_of = codes_in(house, {provider for provider, _ in expected})
    expected = {(code_of[provider], month): total for (provider, month), total in expected.items()}
    keys = zip(results["organisation_code"], results["period_start"], strict=True)
    found = dict(zip(keys, map(list, zip(results["numerator"], results["denominator"], strict=True)), strict=True))
    assert found == expected and len(results) == len(expected) == 8298
    told = results[results["denominator"] > 0]
    assert (told["value"] == told["numerator"] / told["denominator"]).all() and results[results["denominator"] == 0]["value"].isna().all()


def special_causes_were_raised_and_closed(house: World) -> None:
    """The files end years ago: what they show was raised, and closed by itself, for nobody can act on it."""
    signals = pd.DataFrame(house.query(SIGNALS))
    assert set(signals["pathway_name"]) == {"acute_stroke", "emergency_care"}
    raised, due = set(zip(signals["measure_name"], signals["organisation_code"], strict=True)), house.query(DUE_SIGNALS)
    due = {(row["measure_name"], row["organisation_code"]) for row in due}
    scores, months = ({one for one in due if one[0] == name} for name in ("ssnap_score", "ae_four_hour"))
    assert scores == {one for one in raised if one[0] == "ssnap_score"} != set()
    # a month of hardly any breaches is charted, and raises nothing (assets.enough)
    assert set() != {one for one in raised if one[0] == "ae_four_hour"} <= months
    assert all(history[0] == "raised" and history[-1] == "closed" for history in signals["history"])
    assert set(signals["state"]) == {"closed"} and signals["closed_because"].str.startswith("the series has stopped").all()
    for signal in signals.itertuples():
        assert signal.parameters["points"] and signal.since_on <= signal.until_on < date(2021, 1, 1)
