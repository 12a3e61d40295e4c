"""Rows in, findings out: what a clinician would expect of the small invented pathway."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from quality_checks.findings import Finding
from quality_checks.rulesets import judge, rule_set
from quality_checks.validate import SuiteError, _positions, judged_frame, validate
from schemas.rules import Scope, Severity
from tests.quality_checks.frames import RECEIVED_AT, Conformed, conformed, table

# a complete, right record of a fracture that was manipulated; the tables below say what differs
RIGHT = {
    "clinic_code": "RA101", "nhs_number": "9990000018", "hospital_number": "H1", "date_of_birth": "01/02/1950", "arrival_date": "06/10/2025",
    "arrival_time": "10:00", "side": "1", "manipulated": "1", "manipulation_date": "06/10/2025", "manipulation_time": "12:00",
    "discharge_date": "07/10/2025",
}  # fmt: skip


@pytest.fixture(scope="module")
def dataset(registry):
    return registry.dataset("wrist_fracture")


@pytest.fixture(scope="module")
def judged(registry, dataset):
    measures = registry.pathway("wrist_fracture").measures

    def judge(rows, problems=None, received_at=RECEIVED_AT, of=dataset):
        return validate(conformed(of, rows, problems), of, of.rule_version, received_at, measures=measures)

    return judge


def told(verdict) -> set[tuple]:
    return {(f.row_number, f.rule_id, f.field_name) for f in verdict.findings}


def outcome(verdict) -> list[str]:
    masks = {"set aside": verdict.quarantined, "out of scope": verdict.out_of_scope, "warned": verdict.warned}
    return [next((name for name, mask in masks.items() if mask[row]), "taken") for row in range(len(verdict.warned))]


CASES = """
| what differs                                   | outcome      | rule                       | field             |
| nothing                                        | taken        | .                          | .                 |
| side=                                          | set aside    | REQ.side                   | side              |
| side=3                                         | set aside    | COD                        | side              |
| analgesia=1;9                                  | set aside    | COD                        | analgesia         |
| hospital_number=                               | warned       | REQ.hospital_number        | hospital_number   |
| manipulation_time=                             | warned       | REQ.manipulation_time      | manipulation_time |
| nhs_number=9990000019                          | set aside    | VAL.nhs_number             | nhs_number        |
| nhs_number=9999999999                          | warned       | DUM.nhs_number             | nhs_number        |
| pain_score=0                                   | taken        | .                          | .                 |
| pain_score=10                                  | taken        | .                          | .                 |
| pain_score=11                                  | set aside    | BND.pain_score             | pain_score        |
| date_of_birth=31/12/1899                       | set aside    | BND.date_of_birth          | date_of_birth     |
| date_of_birth=01/01/1900                       | taken        | .                          | .                 |
| date_of_birth=06/10/2007                       | taken        | .                          | .                 |
| date_of_birth=07/10/2007                       | out of scope | W01                        | date_of_birth     |
| manipulation_time=10:00                        | set aside    | W02                        | manipulation_date |
| manipulation_time=10:01                        | taken        | .                          | .                 |
| xray_at=06/10/2025 09:59                       | warned       | W03                        | xray_at           |
| xray_at=06/10/2025 10:00                       | taken        | .                          | .                 |
| manipulated=0                                  | set aside    | W04                        | manipulation_date |
| xray_at=26/10/2025 01:30                       | warned       | CLK.xray_at                | xray_at           |
"""


@pytest.mark.parametrize("case", table(CASES), ids=lambda case: case["what differs"])
def test_a_row_and_what_is_found(judged, case):
    name, _, text = case["what differs"].partition("=")
    verdict = judged([RIGHT | ({name: text} if name != "nothing" else {})])
    assert outcome(verdict) == [case["outcome"]]
    assert told(verdict) == ({(2, case["rule"], case["field"])} if "rule" in case else set())


class TestPrecedence:
    def test_a_row_set_aside_is_not_out_of_scope_too(self, judged):
        assert outcome(judged([RIGHT | {"date_of_birth": "01/01/2020", "side": "9"}])) == ["set aside"]

    def test_a_row_out_of_scope_is_not_warned_of_its_content(self, judged):
        verdict = judged([RIGHT | {"date_of_birth": "01/01/2020", "hospital_number": ""}])
        assert outcome(verdict) == ["out of scope"] and told(verdict) == {(2, "W01", "date_of_birth")}

    def test_findings_come_in_the_order_of_rows(self, judged):
        rows = [RIGHT | {"side": "9"}, RIGHT, RIGHT | {"hospital_number": ""}]
        assert [f.row_number for f in judged(rows).findings] == [2, 4]


class TestDue:
    """Fields of discharge are due when the patient has left, or 30 days after arrival."""

    OPEN = {k: v for k, v in RIGHT.items() if k not in ("manipulated", "manipulation_date", "manipulation_time", "discharge_date")}

    def test_a_value_that_is_not_yet_due_is_not_missing(self, judged):
        assert outcome(judged([self.OPEN], received_at=datetime(2025, 11, 4, tzinfo=UTC))) == ["taken"]

    def test_from_its_day_on_it_is(self, judged):
        assert told(judged([self.OPEN], received_at=datetime(2025, 11, 5, tzinfo=UTC))) == {(2, "REQ.manipulated", "manipulated")}

    def test_reaching_the_stage_makes_it_due_at_once(self, judged):
        row = self.OPEN | {"discharge_date": "06/10/2025"}
        assert told(judged([row], received_at=datetime(2025, 10, 7, tzinfo=UTC))) == {(2, "REQ.manipulated", "manipulated")}

    def test_what_is_essential_is_wanted_even_if_nothing_says_that_it_is_due(self, judged):
        assert told(judged([RIGHT | {"arrival_date": ""}])) == {(2, "REQ.arrival_date", "arrival_date")}


class TestUnreadable:
    def test_a_cell_that_cannot_be_read_is_not_missing_as_well(self, judged):
        verdict = judged([RIGHT | {"arrival_date": ""}], problems={"arrival_date": {2: "not_a_date"}})
        assert told(verdict) == {(2, "FMT.arrival_date", "arrival_date")} and outcome(verdict) == ["set aside"]

    def test_a_swapped_date_is_told_as_such(self, judged):
        verdict = judged([RIGHT | {"xray_at": ""}], problems={"xray_at": {2: "swapped_date"}})
        assert told(verdict) == {(2, "SWP.xray_at", "xray_at")}

    @pytest.mark.parametrize(
        "reason, rule", [("excel_number", "XLS"), ("excel_error", "XLS"), ("too_long", "LEN"), ("not_in_code_list", "COD")]
    )
    def test_a_reason_with_a_rule_of_its_own_is_told_by_that_rule_alone(self, judged, reason, rule):
        found = told(judged([RIGHT | {"side": ""}], problems={"side": {2: reason}}))
        assert found == {(2, rule if rule == "COD" else f"{rule}.side", "side")}


class TestClockChange:
    def test_a_limit_that_the_hour_decides_is_told(self, judged):
        # 3 h 30 min by the clock, 4 h 30 min in truth: the four hours hang on it
        night = RIGHT | {
            "arrival_date": "25/10/2025",
            "arrival_time": "23:00",
            "manipulation_date": "26/10/2025",
            "manipulation_time": "02:30",
        }
        assert told(judged([night | {"discharge_date": ""}])) == {(2, "CLK.manipulation_date.240", "manipulation_date")}

    def test_a_limit_that_it_does_not_decide_is_not(self, judged):
        night = RIGHT | {
            "arrival_date": "25/10/2025",
            "arrival_time": "22:00",
            "manipulation_date": "26/10/2025",
            "manipulation_time": "08:30",
        }
        assert outcome(judged([night | {"discharge_date": ""}])) == ["taken"]


class TestFile:
    def test_a_rule_on_the_file_has_no_row_and_sets_no_row_aside(self, judged):
        rows = [RIGHT | {"arrival_time": "10:00", "manipulation_time": "10:00"}] * 10
        file_findings = [f for f in judged(rows).findings if f.row_number is None]
        assert [(f.rule_id, f.field_name) for f in file_findings] == [("W05", "arrival_time")]
        assert not judged(rows).warned.any()

    def test_nine_rows_are_too_few_for_it(self, judged):
        assert "W05" not in judged([RIGHT | {"manipulation_time": "10:00"}] * 9).findings.by_rule()

    def test_a_file_without_rows_breaks_no_rule_on_records(self, judged):
        assert len(judged([]).findings) == 0


class TestVersionsAndDates:
    EARLY_XRAY = RIGHT | {"xray_at": "06/10/2025 09:59"}  # breaks W03

    def judged_with(self, dataset, version=1, row=EARLY_XRAY, **changes):
        changed = replace(dataset, rules=tuple(replace(rule, **changes) for rule in dataset.rules if rule.id == "W03"))
        return validate(conformed(changed, [row]), changed, version, RECEIVED_AT).findings.by_rule().get("W03", 0)

    @pytest.mark.parametrize(
        "limits, by_version", [({"since": 2}, [0, 1, 1]), ({"until": 1}, [1, 0, 0]), ({"since": 2, "until": 2}, [0, 1, 0])]
    )
    def test_a_rule_holds_only_in_its_versions(self, dataset, limits, by_version):
        assert [self.judged_with(dataset, version, **limits) for version in (1, 2, 3)] == by_version

    @pytest.mark.parametrize("limits, broken", [({"valid_from": date(2025, 10, 6)}, 1), ({"valid_from": date(2025, 10, 7)}, 0),
                                                ({"valid_to": date(2025, 10, 6)}, 1), ({"valid_to": date(2025, 10, 5)}, 0)])  # fmt: skip
    def test_a_rule_holds_only_for_its_clock_dates(self, dataset, limits, broken):
        assert self.judged_with(dataset, **limits) == broken

    @pytest.mark.parametrize("time", ["00:00", "23:59"])
    def test_its_first_and_its_last_day_count_whole(self, dataset, time):
        row = RIGHT | {"arrival_time": time, "xray_at": "05/10/2025 23:59"}
        one_day = {"valid_from": date(2025, 10, 6), "valid_to": date(2025, 10, 6)}
        assert self.judged_with(dataset, row=row, **one_day) == 1


class TestWhatTheLibraryIsTold:
    SECRETS = ("9990000018", "ZEBEDEE", "1950", "H-SECRET-7")

    def test_no_value_is_in_its_results_or_in_the_findings(self, registry, dataset):
        from quality_checks.suite import run_suite

        row = RIGHT | {"surname": "ZEBEDEE", "hospital_number": "H-SECRET-7", "side": "9", "manipulation_time": "10:00"}
        rows = conformed(dataset, [row] * 3)
        results = run_suite(rule_set(dataset, 1), judged_frame(rows, RECEIVED_AT))
        said = json.dumps([result.to_json_dict() for result in results]) + str(list(validate(rows, dataset, 1, RECEIVED_AT).findings))
        assert "unexpected_index_list" in said and not [secret for secret in self.SECRETS if secret in said]

    def test_every_position_is_told_however_many_there_are(self, dataset):
        rows = conformed(dataset, [RIGHT | {"side": "9"}])
        many = Conformed(rows.frame.loc[np.repeat(2, 5000)].set_axis(range(2, 5002)))
        assert len(validate(many, dataset, 1, RECEIVED_AT).findings.with_severity(Severity.QUARANTINE_RECORD)) == 5000

    def test_a_count_that_contradicts_the_rows_is_our_failure(self, dataset):
        from quality_checks.suite import run_suite

        rules = rule_set(dataset, 1)
        results = run_suite(rules, judged_frame(conformed(dataset, [RIGHT | {"side": "9"}]), RECEIVED_AT))
        for result in results:
            for detail in result.result["details"]["rules"].values():
                detail["unexpected_index_list"] = []
        with pytest.raises(SuiteError, match="break rule"):
            _positions(rules, results, 1)

    def test_one_result_a_family_with_the_counts_of_each_rule(self, judged):
        families = {f.family: f for f in judged([RIGHT | {"side": "9"}, RIGHT | {"side": "8"}, RIGHT | {"side": ""}]).families}
        assert not families["codes"].success and families["times"].success
        (codes,) = families["codes"].rules
        assert (codes.rule_id, codes.evaluated_count, codes.broken_count) == ("COD", 2 + 3 + 0, 2)

    def test_the_masks_are_computed_once_for_all_families(self, judged, monkeypatch):
        calls = []
        monkeypatch.setattr("quality_checks.expectations.judge", lambda *given: calls.append(given) or judge(*given))
        assert len(judged([RIGHT]).families) > 5 and len(calls) == 1


def test_every_dataset_can_be_judged_with_no_row_and_with_nothing_in_a_row(registry):
    for dataset in registry.datasets.values():
        for rows in ([], [{}]):
            verdict = validate(conformed(dataset, rows), dataset, dataset.rule_version, RECEIVED_AT)
            essential = {item.name for item in dataset.fields if item.required is True and item.is_essential}
            assert {f.field_name for f in verdict.findings.with_severity(Severity.QUARANTINE_RECORD)} >= (essential if rows else set())


class TestOurFailure:
    def test_it_names_the_rule_and_no_value(self, dataset):
        rows = conformed(dataset, [RIGHT])
        mistyped = rows.frame.assign(arrival_at="not an instant 9990000018")
        with pytest.raises(SuiteError, match=r"rule \S+ \(\S+\) cannot be judged: TypeError") as error:
            validate(Conformed(mistyped), dataset, 1, RECEIVED_AT)
        assert "9990000018" not in str(error.value) + repr(error.value.__cause__)


def test_findings_are_made_only_where_they_are_read(judged):
    findings = judged([RIGHT | {"side": "9"}, RIGHT | {"side": "9", "pain_score": "11"}]).findings
    assert len(findings) == 3 and isinstance(findings[0], Finding) and findings.by_rule() == {"COD": 2, "BND.pain_score": 1}
    assert findings.rules_of_rows(Severity.QUARANTINE_RECORD) == {2: ("COD",), 3: ("COD", "BND.pain_score")}
    more = findings.with_findings([Finding("W06", "one_fracture", Severity.WARN, Scope.WAREHOUSE, "Delete one.", row_number=2)])
    assert [f.rule_id for f in more if f.row_number == 2] == ["COD", "W06"]
    of_the_file = Finding("F01", "file_is_whole", Severity.WARN, Scope.FILE, "Send it again.")
    assert more.with_findings([of_the_file]).rows_with(Severity.WARN) == {2} and more.rows_with(Severity.QUARANTINE_RECORD) == {2, 3}
