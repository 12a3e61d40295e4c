"""The real published files, sent as they are: every cell arrives, nothing is lost."""

import csv

import pandas as pd
import pytest

from assets.reading import read_file
from assets.reading.conform import conform

LEVELS = {"A": 5, "B": 4, "C": 3, "D": 2, "E": 1}
SHEETS = "ssnap/scoring_summaries"


@pytest.fixture(scope="module")
def published(open_data) -> pd.DataFrame:
    """The tidy table of what the sheets say: one row a team and quarter."""
    return pd.read_csv(open_data / "ssnap/published_scores_2013_2019.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def read_sheets(open_data, registry) -> dict[str, object]:
    paths = sorted((open_data / SHEETS).glob("*.csv"))
    return {p.stem: read_file(p.read_bytes(), ".csv", registry, dataset=None, sender_code="NET", file_name=p.name) for p in paths}


def published_cells(published: pd.DataFrame) -> dict[tuple[str, str, str], str | float]:
    """(quarter, team, measure) -> the cell: the text of a level, the number of a score, ``.`` where there is none."""
    scores = [column for column in published.columns if column not in ("quarter", "team_type_or_region", "trust", "team")]
    assert len(scores) == 34
    long = published.melt(["quarter", "team"], scores, "measure", "cell")
    long = long[long["cell"] != ""]
    numbers = pd.to_numeric(long["cell"], errors="coerce").tolist()
    names = [name if name.startswith("ssnap_") else f"ssnap_{name}" for name in long["measure"]]
    cells = [text if number != number else number for text, number in zip(long["cell"], numbers, strict=True)]
    return dict(zip(zip(long["quarter"], long["team"], names, strict=True), cells, strict=True))


def read_cells(quarter: str, frame: pd.DataFrame) -> dict[tuple[str, str, str], str | float]:
    numbers = frame["value"].tolist()
    cells = [level or ("." if number != number else number) for level, number in zip(frame["level"], numbers, strict=True)]
    return dict(zip(zip([quarter] * len(frame), frame["organisation"], frame["measure"], strict=True), cells, strict=True))


def test_every_cell_of_every_team_and_quarter_is_read_as_published(read_sheets, published):
    assert len(read_sheets) == 18 and len(published) == 3984
    read: dict = {}
    for quarter, sheet in read_sheets.items():
        frame = conform(sheet).frame
        assert sheet.received_count == (published["quarter"] == quarter).sum()
        read |= read_cells(quarter, frame[~frame["measure"].str.startswith("ssnap_six_month")])
    assert read == published_cells(published)


def test_every_teams_trust_and_type_are_read_as_published(read_sheets, published):
    columns = ["organisation", "parent_organisation", "organisation_group"]
    read = {(quarter, *row) for quarter, sheet in read_sheets.items() for row in conform(sheet).frame[columns].itertuples(index=False)}
    assert read == set(published[["quarter", "team", "trust", "team_type_or_region"]].itertuples(index=False, name=None))


def test_a_level_has_its_number_and_every_other_text_a_reason(read_sheets):
    for read in read_sheets.values():
        frame = conform(read).frame
        told = frame[frame["level"].notna()]
        assert (told["value"].fillna(0) == told["level"].map(LEVELS).fillna(0)).all()
        assert (frame["value"].isna() == frame["reason"].notna()).all()


def test_every_quarter_is_told_by_its_file_name(read_sheets):
    first_months = {"Jan": 1, "Apr": 4, "Jul": 7, "Oct": 10}
    for quarter, read in read_sheets.items():
        frame = conform(read).frame
        assert set(frame["period_start"]) == {pd.Timestamp(int(quarter[6:]), first_months[quarter[:3]], 1)}
        assert set(frame["grain"]) == {"quarter"}


def test_the_sheets_have_no_finding(read_sheets):
    assert {quarter: [f.rule_name for f in read.findings] for quarter, read in read_sheets.items() if read.findings} == {}


def test_the_attendances_are_summed_over_departments(open_data, registry):
    path = open_data / "open/ae_attendances.csv"
    read = read_file(path.read_bytes(), ".csv", registry, dataset=None, sender_code="NET", file_name=path.name)
    expected: dict[tuple, list[int]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            total = expected.setdefault((row["org_code"], row["period"]), [0, 0])
            total[0] += int(row["attendances"]) - int(row["breaches"])
            total[1] += int(row["attendances"])
    frame = conform(read).frame
    keys = zip(frame["organisation"], frame["period_start"].dt.strftime("%Y-%m-%d"), strict=True)
    assert dict(zip(keys, map(list, zip(frame["numerator"], frame["denominator"], strict=True)), strict=True)) == expected
    assert (read.received_count, len(frame), len(read.findings)) == (12765, 8298, 0)


# ------------------------------------------------------------------------------------------------ through the landing folder
@pytest.fixture
def teams(world, open_data):
    """The teams of the published list and their trusts, in the warehouse."""
    from warehouse.organisations import load_network

    with (open_data / "ssnap/ssnapstats_teamdetails.csv").open(newline="", encoding="utf-8-sig") as file:
        listed = list(csv.DictReader(file))
    trusts = {row["TRUST_Groups"].removeprefix("TRUST_"): row["TRUST_Names"] for row in listed if row["TRUST_Names"]}
    rows = [
        {"organisation_code": code, "organisation_name": name, "organisation_kind": "provider", "parent_code": None}
        for code, name in trusts.items()
    ]
    known = set(trusts)
    for row in listed:
        trust = row["TRUST_Groups"].removeprefix("TRUST_")
        rows.append(
            {
                "organisation_code": f"SSNAP-{row['TeamCode']}",
                "organisation_name": row["TeamName"].strip(),
                "organisation_kind": "team",
                "parent_code": trust if trust in known else None,
            }
        )
    with world.context.engine.begin() as connection:
        load_network(connection, rows)
    return {row["TeamName"].strip() for row in listed}


def test_the_sheets_become_results_and_unknown_teams_are_kept(world, teams, open_data, published):
    for path in sorted((open_data / SHEETS).glob("*.csv"))[:2]:
        quarter = published[published["quarter"] == path.stem].set_index("team")
        outcome = world.submit(path.read_bytes(), sender="NET", name=path.name)
        assert outcome.state == "accepted with warnings"
        assert (outcome.counts.received, outcome.counts.accepted) == (len(quarter), len(quarter))
        stored = world.query(
            """select organisation_name, organisation_code, value, reason from measurement.submitted_result join pathway.organisation using (organisation_code)
            where submission_id = :id and measure_name = 'ssnap_score'""",
            id=outcome.submission_id,
        )
        assert {row["organisation_name"]: row["value"] for row in stored} == {
            team: None if score == "." else float(score) for team, score in quarter["ssnap_score"].items() if score
        }
        unknown = {row["organisation_name"] for row in stored if row["organisation_code"].startswith("?")}
        assert unknown and not unknown & teams


def test_the_attendances_become_results(world, open_data):
    outcome = world.submit((open_data / "open/ae_attendances.csv").read_bytes(), sender="NET", name="ae_attendances.csv")
    assert outcome.state == "accepted with warnings"
    assert (outcome.counts.received, outcome.counts.accepted, outcome.counts.quarantined) == (12765, 12765, 0)
    found = world.query("select count(*) as results, count(distinct organisation_code) as providers from measurement.submitted_result")
    assert found == [{"results": 8298, "providers": 274}]
    assert len(world.query("select 1 from intake.finding where rule_id = 'RES3'")) == 274
