"""Made-up records of strokes are such as teams send: complete, consistent over the teams, known by and by, and accepted."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from assets.reading import Manifest, conform, read_file
from assets.simulate import csv_bytes, defect_names, in_layout, plant
from quality_checks.conditions import unmet
from quality_checks.validate import validate
from schemas.pathways.acute_stroke.columns import IMPORT_COLUMNS
from schemas.pathways.acute_stroke.naming import name_of
from schemas.pathways.acute_stroke.rules_record import IDENTIFIERS
from schemas.registry import load_registry
from tests.simulate.strokes import made_history, stroke_sites

RECEIVED_AT = datetime(2024, 6, 1, tzinfo=UTC)
# the clock changed, or an item of the NIHSS could not be assessed: as in real files
EXPECTED_WARNINGS = ("CLK.", "V22e")
# a later team's record in the import layout, which cannot say that it is one (decision 4)
OF_LATER_TEAMS = ("V16wa", "V16wb", "V16wc")


@pytest.fixture(scope="module")
def registry():
    return load_registry()


@pytest.fixture(scope="module")
def stroke(registry):
    return registry.pathway("acute_stroke")


@pytest.fixture(scope="module")
def history(stroke):
    return made_history(stroke, 12, 2_500, seed=3)


def layout(stroke, name: str):
    return next((made for made in stroke.layouts if made.name == name), stroke.case_dataset.standard_layout)


def judged(registry, table: pd.DataFrame, team: str | None = None, received_at: datetime = RECEIVED_AT):
    manifest = Manifest(site=team) if team else None
    read = read_file(csv_bytes(table), ".csv", registry, dataset="acute_stroke", sender_code="ZAA", manifest=manifest)
    frame = conform(read)
    dataset = read.dataset
    return read, frame.frame, validate(frame, dataset, dataset.rule_version, received_at)


def findings(verdict, *but: str) -> list[str]:
    return [f"{item.rule_id} in row {item.row_number}" for item in verdict.findings if not item.rule_id.startswith(but)]


# ------------------------------------------------------------------------------------------------ accepted
@pytest.mark.parametrize("name", ["acute_stroke_standard", "acute_stroke_export"])
def test_clean_records_are_taken_and_hardly_warned_of(registry, stroke, history, name):
    read, _, verdict = judged(registry, in_layout(history.texts, history.dataset, layout(stroke, name)))
    assert read.layout.name == name and read.received_count == len(history) > 3_000
    assert verdict.quarantined.mean() <= 0.001 and verdict.out_of_scope.sum() == 0
    assert verdict.warned.mean() <= 0.08
    assert len(findings(verdict, *EXPECTED_WARNINGS)) <= 0.005 * len(history)


def test_clean_files_in_the_layout_of_the_import_are_taken(registry, stroke, history):
    """By position, a file a team, the team from the manifest."""
    for site in stroke_sites(12)[:2]:
        rows = history.select(site=site.code)
        texts = {name: column[rows] for name, column in history.texts.items()}
        read, frame, verdict = judged(registry, in_layout(texts, history.dataset, layout(stroke, "acute_stroke_import")), site.code)
        assert (read.layout.name, set(frame["team_code"])) == ("acute_stroke_import", {site.code})
        assert verdict.quarantined.mean() <= 0.01
        assert len(findings(verdict, *EXPECTED_WARNINGS, *OF_LATER_TEAMS)) <= 0.01 * len(rows)


def test_nothing_is_answered_that_is_not_asked(registry, history):
    _, frame, _ = judged(registry, history.table())
    answered = {name: int((frame[name].eq(True) if frame[name].dtype == object and history.dataset.field_by_name[name].blank else frame[name].notna())[rows].sum())
                for name, rows in unmet(frame, history.dataset).items()}  # fmt: skip
    assert len(answered) > 100 and {name: count for name, count in answered.items() if count} == {}


NEVER_FILLED = {"S2NihssArrival", "S2Nihss24Hrs", "S6FirstRehabGoalsDate"}  # the audit computes them
RARE = {"S2ReversalTherapyProtamine", "S8FollowUpByOther", "S8LivingOther"}


def test_every_column_of_the_import_is_used(history):
    """But for the box "time not entered" of events whose time is always known, and what hardly ever happens."""
    blank = {header for header in IMPORT_COLUMNS if not (history.texts[name_of(header)] != "").any()}
    assert {header for header in blank if not header.endswith("TimeNotEntered")} <= NEVER_FILLED | RARE
    assert {"S1OnsetTimeNotEntered", "S3StrokeNurseAssessedTimeNotEntered"}.isdisjoint(blank)


def test_who_refused_is_not_named_and_has_an_age(history):
    refused = history.texts["s3_patient_consent"] == "N"
    assert refused.sum() >= 5
    assert {text for name in IDENTIFIERS for text in history.texts[name][refused]} == {""}
    assert (history.texts["s1_age_on_arrival"] != "").tolist() == refused.tolist()
    without = history.texts["s1_nhs_number"] == ""
    assert (without == (refused | (history.texts["s1_no_nhs_number"] == "TRUE"))).all()


# ------------------------------------------------------------------------------------------------ journeys
def test_all_teams_of_a_stroke_mean_one_patient_and_one_beginning(history):
    table = pd.DataFrame(
        {
            name: history.texts[name]
            for name in ("s1_nhs_number", "s1_surname", "s1_birth_on", "s1_first_arrival_at", "s1_onset_at", "patient_id")
        }
    )
    assert (table.groupby(history.case).nunique() == 1).all().all()
    assert Counter(Counter(history.case).values()).keys() >= {1, 2, 3}
    hospital_numbers = pd.Series(history.texts["import_identifier"])
    assert hospital_numbers.is_unique


def test_the_chain_of_transfers_holds(history):
    texts = history.texts
    own = {number: position for position, number in enumerate(texts["pro_clin_v1_id"])}
    for position in np.flatnonzero(texts["transfer_to_pro_clin_v1_id"] != ""):
        there = own[texts["transfer_to_pro_clin_v1_id"][position]]
        assert texts["transfer_from_pro_clin_v1_id"][there] == texts["pro_clin_v1_id"][position]
        assert texts["transfer_to_team_code"][position] == texts["team_code"][there] == texts["s7_transfer_team_code"][position]
        assert texts["s7_discharge_type"][position] in ("T", "TC")


def test_thrombectomy_elsewhere_is_done_by_the_centre(history):
    referred = np.flatnonzero(history.texts["s2_iai_referral"] == "YAT")
    assert len(referred) >= 20
    assert set(history.texts["s2_iai"][referred]) == {"N"} and set(history.texts["s2_iai"][referred + 1]) == {"Y"}
    assert set(history.texts["s2_iai_arterial_puncture_at"][referred]) == {""}
    centres = {site.code.removeprefix("SSNAP") for site in stroke_sites(12) if "centre" in site.roles}
    assert set(history.texts["team_code"][referred + 1]) <= centres


def test_a_file_tells_only_what_its_team_knew_on_its_day(history):
    day = date(2022, 9, 30)
    table = history.table(as_of=day)
    arrived = pd.to_datetime(table["S4ArrivalDateTime"].replace("", None), format="%d/%m/%Y %H:%M")
    left = pd.to_datetime(table["S7HospitalDischargeDateTime"].replace("", None), format="%d/%m/%Y %H:%M")
    assert 0 < len(table) < len(history)
    assert arrived.max() < pd.Timestamp(2022, 10, 1) and left.max() < pd.Timestamp(2022, 10, 1)
    inside = table["S7DischargeType"] == ""
    assert 10 < inside.sum() < len(table) / 4
    unknown = [header for header in table if header.startswith(("S4", "S6", "S7", "S8", "TransferTo", "LockedS4", "LockedS7", "LockedS8"))]
    assert (table.loc[inside, unknown] == "").all().all()
    recent = pd.to_datetime(table["S1FirstArrivalDateTime"], format="%d/%m/%Y %H:%M") > pd.Timestamp(2022, 7, 1)
    assert (table.loc[recent, [header for header in table if header.startswith("S8")]] == "").all().all()


def test_records_of_patients_who_are_still_there_are_taken(registry, stroke, history):
    """An export on a day: of the latest patients section 1 alone is entered."""
    day = datetime(2022, 9, 30, 12, tzinfo=UTC)
    texts = history.known(np.arange(len(history)), day.date())
    _, frame, verdict = judged(registry, in_layout(texts, history.dataset, layout(stroke, "acute_stroke_export")), received_at=day)
    assert frame["s2_thrombolysis"].isna().sum() >= 10 and frame["s7_discharge_type"].isna().sum() >= 30
    assert [f"{item.rule_id} in row {item.row_number}" for item in verdict.findings if item.severity == "quarantine record"] == []


def test_one_file_of_some_rows_has_as_many(stroke):
    from assets.simulate import simulate

    made = simulate(stroke, stroke_sites(2)[:1], date(2023, 1, 1), date(2023, 3, 31), seed=1, count=50)
    assert len(made.table) == 50 and set(made.table["TeamCode"]) == {"500"}


# ------------------------------------------------------------------------------------------------ defects
# defect -> beginnings of the ids of the rules of which one must find each planted row
FOUND_BY = {
    "answer_that_is_not_asked": (
        "V07",
        "V10",
        "V12",
        "V13",
        "V15",
        "V17",
        "V18",
        "V20",
        "V30",
        "V31",
        "V32",
        "V33",
        "V34",
        "V35",
        "V36",
        "V37",
        "V38",
        "V39",
        "V41",
    ),
    "died_without_rankin_6": ("V18a",),
    "discharge_before_arrival": ("V19",),
    "dummy_nhs_number": ("VAL.s1_nhs_number", "DUM.s1_nhs_number"),
    "duplicate_row": ("V01b",),
    "haemorrhage_thrombolysed": ("V11a",),
    "imaging_after_a_week": ("V22b", "V09"),
    "imaging_before_arrival": ("V09a",),
    "impossible_date": ("FMT.",),
    "impossible_time": ("FMT.",),
    "american_date": ("FMT.", "SWP."),
    "level_of_consciousness_unknown": ("BND.s2_nihss_arrival_loc",),
    "long_text": ("LEN.",),
    "missing_essential": ("REQ.",),
    "needle_at_the_scan": ("V22c",),
    "needle_before_the_scan": ("V12a",),
    "nhs_number_as_excel": ("XLS.s1_nhs_number",),
    "onset_after_arrival": ("V04a", "V14"),
    "onset_months_before_arrival": ("V05", "V04b"),
    "shifted_columns": ("",),
    "stroke_type_missing": ("REQ.s2_stroke_type",),
    "too_young": ("V03a", "BND.s1_birth_on", "V44"),
    "unknown_code": ("V02",),
    "wrong_check_digit": ("VAL.s1_nhs_number",),
    "inr_told_twice": ("V30b",),
}
ONLY_UNTIDY = {"formula", "grouped_nhs_number", "line_break", "untidy_spaces"}
NOT_ALWAYS_VISIBLE = {"swapped_date"}
ROWS_EACH = 8


@pytest.fixture(scope="module")
def spoilt(registry, stroke, history):
    """Every defect in a few rows of one file; the texts' positions and the findings by row."""
    shares = dict.fromkeys(defect_names(stroke), ROWS_EACH / len(history))
    texts, planted = plant(history.texts, stroke, shares, seed=5)
    _, _, verdict = judged(registry, in_layout(texts, history.dataset, history.dataset.standard_layout))
    found = defaultdict(set)
    for item in verdict.findings:
        found[item.row_number].add(item.rule_id)
    return planted, found, verdict


def test_every_defect_is_accounted_for(stroke):
    assert set(FOUND_BY) | ONLY_UNTIDY | NOT_ALWAYS_VISIBLE == set(defect_names(stroke))


@pytest.mark.parametrize("defect", sorted(FOUND_BY))
def test_each_planted_row_is_found(spoilt, defect):
    planted, found, _ = spoilt
    rows = [item.row_number for item in planted if item.defect == defect]
    assert len(rows) >= 1
    missed = {row: found[row] for row in rows if not any(rule.startswith(FOUND_BY[defect]) for rule in found[row])}
    assert missed == {}


def test_no_other_row_is_set_aside(spoilt, history):
    planted, _, verdict = spoilt
    aside = {number for number, is_aside in enumerate(verdict.quarantined, start=2) if is_aside}
    twins = {item.row_number for item in planted if item.defect == "duplicate_row"}
    # the row that is repeated is set aside with its repetition: nobody can tell which is meant
    assert len(aside - {item.row_number for item in planted}) <= len(twins) + 2
