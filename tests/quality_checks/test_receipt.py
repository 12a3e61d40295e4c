"""The receipt: what the clerk reads, and the workbook that can be corrected and sent as it is."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from openpyxl import Workbook, load_workbook

from quality_checks.findings import Finding
from quality_checks.receipt import Comparison, NotCounting, RowCounts, SubmissionFacts, build_content, write_receipt
from quality_checks.receipt.findings_csv import findings_csv
from quality_checks.receipt.machine import receipt_json
from quality_checks.receipt.not_counting import MEANINGS
from quality_checks.receipt.page import receipt_html
from quality_checks.receipt.sentences import deadline, next_steps, row_ranges, summary, title
from quality_checks.receipt.workbook import CELL_FILL, ROW_FILL, annotated_xlsx
from schemas.datasets import Expectation
from schemas.rules import Scope, Severity
from tests.quality_checks.submissions import NOW, check, csv_of
from warehouse.case_source import COUNTED_STATUSES
from warehouse.tables import RECORD_STATUSES


@pytest.fixture(scope="module")
def dataset(registry):
    return registry.dataset("wrist_fracture")


@pytest.fixture(scope="module")
def content(registry, dataset, tmp_path_factory):
    """Row 2 is right, row 3 set aside, row 4 warned, row 5 outside the audit."""
    rows = [{}, {"side": "9"}, {"manipulation_time": ""}, {"date_of_birth": "01/01/2020"}]
    return check(tmp_path_factory.mktemp("check"), csv_of(dataset, rows), registry).content


def as_receipt(content, state, **facts):
    return replace(content, facts=replace(content.facts, submission_id="S00000042", is_check=False, state=state, **facts))


def text_of(page: bytes) -> str:
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.decode(), flags=re.S)
    return " ".join(unescape(words).split())


def facts(state: str, **more) -> SubmissionFacts:
    return SubmissionFacts("S00000042", "RA1", state, NOW, "sent.csv", **more)


class TestResultInWords:
    CASES = (
        ("accepted", RowCounts(300, 280, 20), "Accepted", "All 300 rows were taken."),
        ("accepted", RowCounts(1, 1), "Accepted", "The row was taken."),
        ("accepted with warnings", RowCounts(300, 300, warned=1), "Accepted, with warnings", "All 300 rows were taken. 1 of those taken carries a warning."),
        ("accepted in part", RowCounts(1300, 1288, quarantined=12), "Accepted in part", "1,288 of 1,300 rows were taken. 12 were set aside and can be corrected."),
        ("accepted", RowCounts(3, 2, out_of_scope=1), "Accepted", "2 of 3 rows were taken. 1 is outside this audit."),
        ("rejected", RowCounts(3, quarantined=3), "Not accepted", "Nothing was taken from this file, and nothing that you sent before was changed."),
        ("held", RowCounts(3, withdrawn=40), "On hold", "Nothing has been changed yet: somebody has to agree to it first."),
        ("failed", RowCounts(), "We could not process this file", "The fault is ours, not yours."),
    )  # fmt: skip

    @pytest.mark.parametrize("state, counts, told, words", CASES)
    def test_the_title_and_the_sentence_below_it(self, state, counts, told, words):
        made = build_content(facts(state), counts)
        assert title(made) == told and summary(made).startswith(words)
        assert told in text_of(receipt_html(made)) and words in text_of(receipt_html(made))

    def test_a_repeat_says_which_submission_still_holds(self):
        made = build_content(facts("accepted", repeats="S00000007"), RowCounts(3, unchanged=3))
        assert title(made) == "Already received" and "S00000007" in summary(made) and next_steps(made)[0].startswith("You need do nothing.")

    def test_a_refusal_gives_its_reasons_and_the_remedy(self):
        refusal = Finding(
            "F02", "file_has_rows_below_the_header", Severity.REJECT_FILE, Scope.FILE, "The file has a header and no rows. Export it again."
        )
        assert "Export it again." in text_of(receipt_html(build_content(facts("rejected"), None, [refusal])))

    def test_a_hold_tells_how_many_and_who_can_let_it_through(self):
        made = text_of(receipt_html(build_content(facts("held", reason="it would withdraw 40 of 50 known records"), RowCounts(10))))
        assert "It would withdraw 40 of 50 known records." in made and "approve" in made


class TestPage:
    def test_it_asks_for_nothing_outside_itself(self, content):
        page = receipt_html(content).decode()
        outside = []

        class Links(HTMLParser):
            def handle_starttag(self, tag, attributes):
                outside.extend(value for name, value in attributes if name in ("src", "href", "srcset", "data", "action"))

        Links().feed(page)
        assert outside == [] and "url(" not in page and "@import" not in page and "<script" not in page

    def test_what_the_sender_wrote_cannot_become_markup(self, content):
        page = receipt_html(as_receipt(content, "accepted", file_name="<img src=x onerror=alert(1)>.csv")).decode()
        assert "<img" not in page and "&lt;img" in page

    def test_the_counts_of_the_bar_add_up(self, content):
        counts = content.counts
        assert (counts.received, counts.accepted, counts.out_of_scope, counts.quarantined) == (4, 2, 1, 1)
        assert "2 would be taken" in text_of(receipt_html(content)) and "4 received" in text_of(receipt_html(content))

    def test_findings_come_with_header_advice_and_rows_gravest_first(self, content):
        told = text_of(receipt_html(content))
        assert told.index("Rows set aside") < told.index("Warnings") < told.index("Rows outside this audit")
        assert "'Side' takes one of 1 (Left), 2 (Right). Correct the code. Row 3" in told

    def test_warnings_are_told_of_rows_that_were_taken(self, registry, dataset, tmp_path):
        made = check(tmp_path, csv_of(dataset, [{"side": "9", "manipulation_time": ""}, {"manipulation_time": ""}]), registry).content
        told = text_of(receipt_html(made))
        assert "Warnings: 1 row" in told and "1 of those taken carries a warning" in told

    def test_no_value_of_a_record_is_on_the_page(self, content):
        told = receipt_html(content).decode() + json.dumps(str(content.groups))
        assert "9990000018" not in told and "1950" not in told and "H1<" not in told

    def test_what_changed_against_the_last_submission(self, content):
        made = replace(as_receipt(content, "accepted in part"), comparison=Comparison(12, 3, 285, 2, "S00000031"))
        told = text_of(receipt_html(made))
        assert (
            "your last accepted submission, S00000031" in told
            and "+12 new 3 changed 285 unchanged 2 not in this file; they are kept" in told
        )

    def test_completeness_tells_what_is_missing_of_what_is_due(self, content):
        assert "Manipulation time 50 % 1 of 2 missing" in text_of(receipt_html(content))

    def test_a_long_list_is_cut_and_its_total_told(self, dataset):
        rows = [Finding("W03", "xray_after_arrival", Severity.WARN, Scope.RECORD, "Check.", row, "xray_at") for row in range(2, 2002, 2)]
        told = text_of(receipt_html(build_content(facts("accepted with warnings"), RowCounts(2000, 2000), rows, dataset=dataset)))
        assert "1,000 rows" in told and "and 976 more, all in findings.csv" in told

    def test_many_rules_are_cut_and_their_number_told(self, dataset):
        rules = [Finding(f"X{n}", f"rule_{n}", Severity.WARN, Scope.RECORD, "Check.", 2, "side") for n in range(55)]
        assert "and 15 more rules" in text_of(
            receipt_html(build_content(facts("accepted with warnings"), RowCounts(1, 1), rules, dataset=dataset))
        )


@pytest.mark.parametrize(
    "rows, words, left_out",
    [
        ((2,), "2", 0),
        ((2, 3), "2, 3", 0),
        ((2, 3, 4, 9), "2\u20134, 9", 0),
        ((2, 4, 6, 8), "2, 4", 2),
        ((5, 4, 4), "4, 5", 0),
        ((), "", 0),
        ((2, 5, 7, 8, 9), "2, 5", 3),
    ],
)
def test_rows_are_told_as_ranges(rows, words, left_out):
    assert row_ranges(rows, most=2) == (words, left_out)


@pytest.mark.parametrize(
    "grain, today, words",
    [
        ("month", date(2025, 11, 14), "Data for October 2025 are due by 14 November 2025."),
        ("month", date(2025, 11, 15), "Data for November 2025 are due by 14 December 2025."),
        ("quarter", date(2025, 11, 20), "Data for October to December 2025 are due by 14 January 2026."),
        ("year", date(2026, 1, 3), "Data for 2025 are due by 14 January 2026."),
    ],
)
def test_the_next_deadline(grain, today, words):
    assert deadline(Expectation(grain, 14), today) == words


class TestFindingsCsv:
    def lines(self, content):
        return list(csv.DictReader(io.StringIO(findings_csv(content).decode("utf-8-sig"))))

    def test_a_line_has_row_reference_header_rule_and_advice(self, content):
        (line,) = [line for line in self.lines(content) if line["rule"] == "COD"]
        assert (line["row"], line["your_reference"], line["field"], line["severity"]) == ("3", "H2", "Side", "quarantine record")
        assert line["advice"].startswith("'Side' takes one of")

    @pytest.mark.parametrize(
        "reference, written",
        [
            ("=1+1", "'=1+1"),
            ("+cmd|x", "'+cmd|x"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("-5", "-5"),
            ("+44", "+44"),
            ("-1.5", "-1.5"),
            ("12-3", "12-3"),
            (" =1+1", "' =1+1"),
            ("\u00a0\u200b@SUM(A1)", "'\u00a0\u200b@SUM(A1)"),
            ("-1e5", "-1e5"),
            ("+1.5E-07", "+1.5E-07"),
            ("-1,234.50", "-1,234.50"),
            ("-.5", "-.5"),
            ("-1e5+1", "'-1e5+1"),
        ],
    )
    def test_what_a_spreadsheet_would_run_is_neutralised_and_numbers_are_not(self, registry, dataset, tmp_path, reference, written):
        made = check(tmp_path, csv_of(dataset, [{}, {"hospital_number": reference, "side": "9"}]), registry).content
        assert {line["your_reference"] for line in self.lines(made) if line["row"] == "3"} == {written}

    def test_headers_are_the_senders_own(self, registry, tmp_path):
        header = "Clinic,NHS No,MRN,DOB,Arrived on,Arrived at,L/R,MUA,MUA on,MUA at"
        row = "RA101,9990000018,H1,1950-02-01,2025-10-06,10:00,X,Y,2025-10-06,12:00"
        made = check(tmp_path, f"{header}\n{row}\n".encode(), registry).content
        (line,) = [line for line in self.lines(made) if line["rule"] == "COD"]
        assert line["field"] == "L/R" and "L (Left), R (Right)" in line["advice"]

    def test_a_very_long_list_is_cut_and_the_rest_counted(self, dataset, monkeypatch):
        monkeypatch.setattr("quality_checks.receipt.findings_csv.LINE_LIMIT", 3)
        monkeypatch.setattr("quality_checks.receipt.machine.ROW_LIMIT", 3)
        rows = [Finding("W03", "xray_after_arrival", Severity.WARN, Scope.RECORD, "Check.", row, "xray_at") for row in range(2, 12)]
        made = build_content(facts("accepted with warnings"), RowCounts(10, 10), rows, dataset=dataset)
        assert [line["row"] for line in self.lines(made)] == ["2", "3", "4", ""] and self.lines(made)[-1]["advice"].startswith(
            "7 more findings"
        )
        (told,) = json.loads(receipt_json(made))["findings"]
        assert (told["rows"], told["rows_left_out"], told["count"]) == ([2, 3, 4], 7, 10)


class TestAnnotatedWorkbook:
    def sheet(self, content):
        return load_workbook(io.BytesIO(annotated_xlsx(content)))["Data"]

    def column(self, sheet, header):
        return next(cell.column for cell in sheet[1] if cell.value == header)

    def test_rows_and_cells_are_coloured_and_the_reason_is_a_comment(self, content):
        sheet = self.sheet(content)
        side = sheet.cell(3, self.column(sheet, "Side"))
        assert side.fill.fgColor.rgb.endswith(CELL_FILL[Severity.QUARANTINE_RECORD]) and "'Side' takes one of" in side.comment.text
        assert sheet.cell(3, 1).fill.fgColor.rgb.endswith(ROW_FILL[Severity.QUARANTINE_RECORD])
        assert sheet.cell(4, self.column(sheet, "Manipulation time")).fill.fgColor.rgb.endswith(CELL_FILL[Severity.WARN])
        assert sheet.cell(2, 1).fill.fill_type is None and sheet.cell(2, 1).comment is None

    def test_every_cell_is_the_text_that_was_sent(self, content):
        sheet = self.sheet(content)
        sent = [list(content.read.source.header), *(list(row) for row in content.read.source.rows)]
        assert [[cell.value or "" for cell in row] for row in sheet.iter_rows()] == sent

    def test_a_formula_stays_a_text(self, registry, dataset, tmp_path):
        made = check(tmp_path, csv_of(dataset, [{"hospital_number": '=HYPERLINK("http://x","y")', "side": "9"}, {}]), registry).content
        sheet = self.sheet(made)
        cell = sheet.cell(2, self.column(sheet, "Hospital number"))
        assert cell.data_type == "s" and cell.value.startswith("=HYPERLINK") and cell.quotePrefix

    def test_dropped_as_it_is_it_is_judged_as_before(self, registry, content, tmp_path):
        again = check(tmp_path, annotated_xlsx(content), registry, name="annotated.xlsx").content
        assert [(f.row_number, f.rule_id) for f in again.findings] == [(f.row_number, f.rule_id) for f in content.findings]

    def lists(self, content):
        """Header of a column -> (the cells that offer a list, what it offers)."""
        book = load_workbook(io.BytesIO(annotated_xlsx(content)))
        found = {}
        for offer in book["Data"].data_validations.dataValidation:
            sheet, cells = offer.formula1.replace("$", "").split("!")
            assert book[sheet].sheet_state == "hidden" and not offer.showErrorMessage
            span = str(offer.sqref)
            found[book["Data"][f"{span.split(':')[0].rstrip('0123456789')}1"].value] = span, [row[0].value for row in book[sheet][cells]]
        return found

    def test_columns_of_single_codes_offer_them_and_other_columns_nothing(self, content):
        assert self.lists(content) == {
            "Side": ("H2:H5", ["1 = Left", "2 = Right"]),
            "Manipulated": ("J2:J5", ["0 = No", "1 = Yes"]),
        }

    def test_a_layout_of_ones_own_is_offered_its_own_spellings(self, registry, tmp_path):
        header = "Clinic,NHS No,MRN,DOB,Arrived on,Arrived at,L/R,MUA,MUA on,MUA at"
        row = "RA101,9990000018,H1,1950-02-01,2025-10-06,10:00,X,Y,2025-10-06,12:00"
        made = check(tmp_path, f"{header}\n{row}\n".encode(), registry).content
        assert self.lists(made)["L/R"] == ("G2", ["L", "R"])

    def corrected(self, content, cells: dict) -> bytes:
        """The workbook after somebody wrote into cells of it: (row, header) -> text."""
        book = load_workbook(io.BytesIO(annotated_xlsx(content)))
        for (row, header), value in cells.items():
            book["Data"].cell(row, self.column(book["Data"], header)).value = value
        saved = io.BytesIO()
        book.save(saved)
        return saved.getvalue()

    def test_a_code_chosen_from_the_list_is_taken(self, registry, content, tmp_path):
        chosen = self.lists(content)["Side"][1][1]
        again = check(tmp_path, self.corrected(content, {(3, "Side"): chosen}), registry, name="chosen.xlsx").content
        assert again.findings.by_rule() == {rule: count for rule, count in content.findings.by_rule().items() if rule != "COD"}

    def test_corrected_and_dropped_as_it_is_it_is_accepted(self, registry, content, tmp_path):
        sent = self.corrected(content, {(3, "Side"): "2", (4, "Manipulation time"): "12:30"})
        again = check(tmp_path, sent, registry, name="corrected.xlsx")
        assert again.exit_code == 0 and again.content.counts.accepted == 3

    def test_real_dates_below_title_rows_come_back_as_real_dates(self, registry, dataset, tmp_path):
        lines = list(csv.reader(io.StringIO(csv_of(dataset, [{}, {"side": "9"}]).decode())))
        book = Workbook()
        book.active.append(["Report of the clinic"])
        book.active.append([])
        for line in lines:
            book.active.append(
                [datetime.strptime(cell, "%d/%m/%Y") if re.fullmatch(r"\d\d/\d\d/\d{4}", cell) else cell or None for cell in line]
            )
        saved = io.BytesIO()
        book.save(saved)
        first = check(tmp_path, saved.getvalue(), registry, name="dated.xlsx").content
        sheet = self.sheet(first)
        assert sheet.cell(2, self.column(sheet, "Arrival date")).value == datetime(2025, 10, 6)
        again = check(tmp_path, annotated_xlsx(first), registry, name="again.xlsx").content
        assert again.findings.by_rule() == first.findings.by_rule() == {"COD": 1} and again.counts == first.counts

    def test_of_a_large_file_only_the_rows_that_need_attention_come_back_and_it_says_so(self, registry, dataset, tmp_path, monkeypatch):
        monkeypatch.setattr("quality_checks.receipt.workbook.WHOLE_FILE_LIMIT", 3)
        made = check(tmp_path, csv_of(dataset, [{}, {"side": "9"}, {}, {"manipulation_time": ""}]), registry).content
        book = load_workbook(io.BytesIO(annotated_xlsx(made)))
        assert book["Data"].max_row == 3 and "2 that need attention" in " ".join(
            str(row[1].value) for row in book["How to use this"].iter_rows()
        )


class TestFiles:
    def test_all_four_appear_together_and_replace_earlier_ones(self, content, tmp_path):
        folder = tmp_path / "outbox" / "RA1" / "S00000042"
        for _ in range(2):
            write_receipt(as_receipt(content, "accepted in part"), folder)
        assert sorted(path.name for path in folder.iterdir()) == ["annotated.xlsx", "findings.csv", "receipt.html", "receipt.json"]
        assert [path.name for path in folder.parent.iterdir()] == ["S00000042"]

    def test_an_unreadable_file_has_no_workbook(self, tmp_path):
        write_receipt(build_content(facts("rejected"), None), tmp_path / "S1")
        assert not (tmp_path / "S1" / "annotated.xlsx").exists()

    def test_the_machine_readable_one_holds_counts_rules_and_rows_and_no_value(self, content, tmp_path):
        told = json.loads((write_receipt(as_receipt(content, "accepted in part"), tmp_path / "S1") / "receipt.json").read_text())
        assert told["counts"]["received"] == 4 and told["state"] == "accepted in part"
        assert {(f["rule"], tuple(f["rows"])) for f in told["findings"]} == {("COD", (3,)), ("REQ.manipulation_time", (4,)), ("W01", (5,))}
        assert not re.search(r"999000\d{4}|1950|H1", json.dumps(told))


class TestCasesThatDoNotCount:
    @pytest.fixture
    def many(self, content):
        """Twenty files of ten cases each, alternate rows."""
        rows = tuple((f"S{number:08d}", 2 * row) for number in range(1, 21) for row in range(1, 11))
        told = (NotCounting("duplicate", rows), NotCounting("error", (("S00000003", 7),)))
        return replace(as_receipt(content, "accepted"), not_counting=told)

    def test_the_page_shows_the_latest_files_and_counts_the_rest(self, many):
        page = text_of(receipt_html(many))
        assert "Cases sent earlier that do not count now: 201" in page
        assert "Duplicate 200 cases" in page and "Error 1 case " in page
        assert "S00000020: rows 2, 4, 6, 8, 10, 12, 14, 16, 18, 20" in page
        assert "S00000009:" in page and "S00000008:" not in page
        assert "and 80 more of earlier files, all in receipt.json" in page

    def test_programs_get_them_all(self, many):
        duplicate, error = json.loads(receipt_json(many))["earlier_cases_not_counting"]
        assert (duplicate["count"], len(duplicate["cases"]), duplicate["cases_left_out"]) == (200, 200, 0)
        assert error == {
            "status": "error",
            "count": 1,
            "meaning": error["meaning"],
            "cases": [{"submission": "S00000003", "row": 7}],
            "cases_left_out": 0,
        }

    def test_every_status_that_is_left_out_of_measures_has_words(self):
        assert set(MEANINGS) == set(RECORD_STATUSES) - set(COUNTED_STATUSES)

    def test_where_all_count_nothing_is_said(self, content):
        assert "do not count now" not in text_of(receipt_html(content))
