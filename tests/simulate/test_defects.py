"""A clean file is clean; each planted defect is found where it was planted, by the rule that is meant for it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime

import pytest

from assets.reading import conform, read_file, read_manifest
from assets.simulate import csv_bytes, defect_names, made_up_sites, simulate
from pipelines.cli.generating import generate_files
from quality_checks.validate import validate
from schemas.registry import load_registry

SHARE, ROWS = 0.01, 2500
RECEIVED_AT = datetime(2023, 6, 20, tzinfo=UTC)
# defect -> beginnings of the ids of the rules of which one must find each planted row
FOUND_BY = {
    "american_date": ("FMT.", "SWP."),
    "discharge_before_surgery": ("H08a",),
    "discharge_in_the_future": ("H09.trust_discharge_date",),
    "dummy_nhs_number": ("H01b",),
    "impossible_date": ("FMT.",),
    "impossible_time": ("FMT.",),
    "long_text": ("LEN.",),
    "missing_essential": ("REQ.",),
    "nhs_number_as_excel": ("XLS.nhs_number",),
    "shifted_columns": ("",),
    "surgery_before_presentation": ("H04",),
    "surgery_in_the_wrong_year": ("H10a",),
    "too_young": ("H02a",),
    "unknown_code": ("H03",),
    "wrong_check_digit": ("H01a",),
}
# told only across records, only sometimes visible, or no fault at all
ONLY_UNTIDY = ("formula", "grouped_nhs_number", "line_break", "untidy_spaces")
NOT_FOUND_IN_A_ROW = {"duplicate_row", "patient_at_another_site", "swapped_date", *ONLY_UNTIDY}


@pytest.fixture(scope="module")
def judged(hip):
    """The clean and the spoilt file: what was simulated, and the verdict."""
    registry, sites = load_registry(), made_up_sites(5, hip.simulation, seed=1)

    def judge(defects: dict[str, float]):
        made = simulate(hip, sites, date(2023, 1, 1), date(2023, 5, 31), seed=5, count=ROWS, as_of=date(2023, 6, 15), defects=defects)
        read = read_file(csv_bytes(made.table), ".csv", registry, dataset=hip.case_dataset.name, sender_code="ZAA", manifest=None)
        assert read.received_count == len(made.table)
        return made, validate(conform(read), hip.case_dataset, hip.case_dataset.rule_version, RECEIVED_AT)

    return judge({}), judge(dict.fromkeys(defect_names(hip), SHARE))


def test_every_defect_is_accounted_for(hip):
    assert set(FOUND_BY) | NOT_FOUND_IN_A_ROW == set(defect_names(hip))


def test_a_clean_file_is_taken_whole(judged):
    (_, verdict), _ = judged
    assert (verdict.quarantined.sum(), verdict.out_of_scope.sum(), verdict.is_rejected) == (0, 0, False)


# the sender's sites, where the pathway has teams of its own
SITES = {"acute_stroke": ("SSNAP700",)}
SIMULATED = [pathway.name for pathway in load_registry().pathways if pathway.simulation]
LAST = date(2026, 11, 23)


@pytest.mark.parametrize("pathway", SIMULATED)
@pytest.mark.parametrize("seed", range(1, 5))
def test_a_file_generated_today_holds_what_can_be_known_today(tmp_path, registry, pathway, seed):
    """As `generate` makes it where no day is asked for: up to the day on which it is sent, and as many rows as are asked for."""
    dataset = registry.pathway(pathway).case_dataset
    asked = {"sites": SITES.get(pathway, ()), "rows": 300, "start": None, "end": None, "defects": (), "suffix": "csv"}
    (path,) = generate_files(registry, dataset, tmp_path, today=LAST, senders=["ZQA"], seed=seed, **asked)
    beside = path.with_name(f"{path.name}.manifest.json")
    manifest = read_manifest(beside.read_bytes()) if beside.exists() else None
    read = read_file(path.read_bytes(), ".csv", registry, dataset=dataset.name, sender_code="ZQA", manifest=manifest)
    verdict = validate(conform(read), dataset, dataset.rule_version, datetime(LAST.year, LAST.month, LAST.day, 18, tzinfo=UTC))
    aside = sorted({finding.rule_id for finding in verdict.findings if finding.row_number and verdict.quarantined[finding.row_number - 2]})
    assert (read.received_count, verdict.quarantined.sum(), verdict.is_rejected) == (300, 0, False), aside


def _rules_by_row(verdict) -> dict[int, set[str]]:
    found = defaultdict(set)
    for finding in verdict.findings:
        found[finding.row_number].add(finding.rule_id)
    return found


@pytest.mark.parametrize("defect", sorted(FOUND_BY))
def test_each_planted_row_is_found(judged, defect):
    _, (made, verdict) = judged
    by_row = _rules_by_row(verdict)
    rows = [item.row_number for item in made.planted if item.defect == defect]
    assert len(rows) == round(SHARE * ROWS)
    assert [row for row in rows if not any(rule.startswith(FOUND_BY[defect]) for rule in by_row[row])] == []


def test_no_row_is_quarantined_that_was_not_spoilt(judged):
    _, (made, verdict) = judged
    planted = {item.row_number for item in made.planted}
    quarantined = {number for number, is_aside in enumerate(verdict.quarantined, start=2) if is_aside}
    assert quarantined <= planted


@pytest.mark.parametrize("defect", ONLY_UNTIDY)
def test_what_is_only_untidy_is_taken(judged, defect):
    _, (made, verdict) = judged
    rows = [item.row_number for item in made.planted if item.defect == defect]
    assert not any(verdict.quarantined[row - 2] for row in rows)


def test_added_rows_come_last(judged):
    _, (made, _) = judged
    added = [item.row_number for item in made.planted if item.defect in ("duplicate_row", "patient_at_another_site")]
    assert sorted(added) == list(range(ROWS + 2, len(made.table) + 2))


def test_a_duplicate_row_repeats_another(judged):
    _, (made, _) = judged
    rows = [item.row_number for item in made.planted if item.defect == "duplicate_row"]
    assert made.table.iloc[[row - 2 for row in rows]].merge(made.table.iloc[:ROWS].drop_duplicates(), how="inner").shape[0] == len(rows)


def test_no_row_is_spoilt_twice(judged):
    _, (made, _) = judged
    rows = [item.row_number for item in made.planted]
    assert len(rows) == len(set(rows))


def test_an_unknown_defect_is_refused(hip):
    sites = made_up_sites(1, hip.simulation, seed=1)
    with pytest.raises(ValueError, match="there is no defect 'gremlins'"):
        simulate(hip, sites, date(2023, 1, 1), date(2023, 1, 31), seed=1, count=10, defects={"gremlins": 0.1})


def test_more_spoilt_rows_than_there_are_is_refused(hip):
    sites = made_up_sites(1, hip.simulation, seed=1)
    with pytest.raises(ValueError, match="ask for smaller shares"):
        simulate(hip, sites, date(2023, 1, 1), date(2023, 1, 31), seed=1, count=10, defects={"formula": 0.9, "line_break": 0.9})
