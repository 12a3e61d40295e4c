"""Files whose columns are told by their places alone, dropped in a team's folder: no value is ever taken for another column's."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import openpyxl
import pytest

from schemas.pathways.acute_stroke.columns import IMPORT_COLUMNS
from tests.hostile.aftermath import aftermath, ledger_row
from tests.hostile.samples import OTHER_TEAM, SECOND_TEAM, STROKE_TEAM, table
from tests.reading.files import nhs_number
from tests.spec.acute_stroke.files import row
from tests.world import World, drop

pytestmark = pytest.mark.slow
Table = list[list[str]]
QUESTIONS = [f"Question {n}" for n in range(1, len(IMPORT_COLUMNS) + 1)]
DETAIL = "select s1_first_arrival_at, s2_brain_imaging_at, s7_discharge_type, s7_rankin_discharge, nihss_arrival_total from pathway.acute_stroke_detail"
TEXTBOOK = {
    "s1_first_arrival_at": datetime(2025, 3, 3, 9, 0), "s2_brain_imaging_at": datetime(2025, 3, 3, 9, 30), "s7_discharge_type": "H",
    "s7_rankin_discharge": 2, "nihss_arrival_total": 8,
}  # fmt: skip


def records(count: int = 6) -> Table:
    """Textbook patients, one with a name beyond ASCII."""
    return [row(serial=n, s1_surname="Exámple" if n == 1 else "Example") for n in range(1, count + 1)]


def named(lines: Table) -> Table:
    return [list(IMPORT_COLUMNS), *lines]


def unnamed(lines: Table) -> Table:
    return [list(QUESTIONS), *lines]


def without(lines: Table, position: int) -> Table:
    return [[*line[:position], *line[position + 1 :]] for line in lines]


def inserted(lines: Table, position: int, text: str = "x") -> Table:
    return [[*line[:position], text, *line[position:]] for line in lines]


def moved(lines: Table, added: int, lost: int) -> Table:
    """Another column at one place and one less at a later one: the width stays."""
    return [[*line[:added], "x", *line[added:lost], *line[lost + 1 :]] for line in lines]


def text(lines: Table, encoding: str = "utf-8", separator: str = ",") -> bytes:
    return table(lines[0], lines[1:], separator).decode().encode(encoding)


def workbook(lines: Table) -> bytes:
    """As a spreadsheet keeps it: dates, numbers and truths of its own."""
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(map(_real, line)))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _real(cell: str):
    for form in ("%d/%m/%Y %H:%M", "%d/%m/%Y"):
        try:
            return datetime.strptime(cell, form)
        except ValueError:
            continue
    return True if cell == "TRUE" else int(cell) if cell.isdigit() and len(cell) < 4 else cell


@dataclass(frozen=True)
class Sent:
    content: bytes
    rule_ids: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    name: str = "stroke.csv"


# ------------------------------------------------------------------------------------------------ what is taken, and means what it says
TAKEN: dict[str, Callable[[], Sent]] = {
    "the audit's header": lambda: Sent(text(named(records()))),
    "any header": lambda: Sent(text(unnamed(records())), ("F33",), ("by their places",)),
    "windows-1252": lambda: Sent(text(named(records()), "windows-1252")),
    "UTF-16": lambda: Sent(text(named(records()), "utf-16")),
    "semicolons": lambda: Sent(text(named(records()), separator=";")),
    "semicolons and windows-1252, any header": lambda: Sent(text(unnamed(records()), "windows-1252", ";"), ("F33",)),
    "tabs": lambda: Sent(text(named(records()), separator="\t")),
    "a workbook with real dates": lambda: Sent(workbook(named(records())), name="stroke.xlsx"),
    "a workbook with real dates and any header": lambda: Sent(workbook(unnamed(records())), ("F33",), name="stroke.xlsx"),
    "another order, named": lambda: Sent(text([line[::-1] for line in named(records())])),
    "343 columns, named: one that is only carried is missing": lambda: Sent(text(without(named(records()), IMPORT_COLUMNS.index("S8Living")))),
    "343 columns, named: one that is wanted is missing": lambda: Sent(
        text(without(named(records()), IMPORT_COLUMNS.index("S1Ethnicity"))), ("F32", "REQ.s1_ethnicity"), ("S1Ethnicity",)),
    "345 columns, named: one that nobody knows": lambda: Sent(text(_with_unknown()), ("F31",), ("is not part of the dataset",)),
    "some other text as a header": lambda: Sent(text([["Extract of 1 April", *[""] * 343], *records()]), ("F33",), ("by their places",)),
    "345 columns: an empty one at the end": lambda: Sent(text([[*line, ""] for line in unnamed(records())]), ("F33",)),
    "an empty line at the end": lambda: Sent(text(named(records())) + b"," * 343 + b"\r\n"),
}  # fmt: skip


def _with_unknown() -> Table:
    header, *lines = inserted(named(records()), 100)
    return [[*header[:100], "Shoe size", *header[101:]], *lines]


# ------------------------------------------------------------------------------------------------ what is refused, and told why
REFUSED: dict[str, Callable[[], Sent]] = {
    "343 columns": lambda: Sent(text(without(unnamed(records()), 100)), ("F11",), ("344", "343")),
    "345 columns": lambda: Sent(text(inserted(unnamed(records()), 100)), ("F11",), ("344", "345")),
    "343 columns, named: the arrival is missing": lambda: Sent(text(without(named(records()), 22)), ("F15",), ("S1FirstArrivalDateTime",)),
    "a column added and a later one lost": lambda: Sent(text(_moved(10, 200)), ("F11",), ("places",)),
    "the values of all columns shifted to the right": lambda: Sent(text(_moved(0, 343)), ("F11",), ("places",)),
    "the values of all columns shifted to the right, named": lambda: Sent(text([list(IMPORT_COLUMNS), *moved(records(), 0, 343)]), ("F19",), ("right",)),
    "the values of late columns shifted to the right": lambda: Sent(text(_moved(100, 343)), ("F19",), ("right",)),
    "no header": lambda: Sent(text(records()), ("F11",), ("column names",)),
}  # fmt: skip


def _moved(added: int, lost: int) -> Table:
    return [list(QUESTIONS), *moved(records(), added, lost)]


def submit(world: World, sent: Sent, sender: str = "ZX1", team: str | None = STROKE_TEAM, manifest: dict | None = None):
    drop(world.context.settings.landing, sender, sent.content, sent.name, manifest, team)
    [outcome] = world.work_off()
    return outcome


def told(findings: Sequence[dict], sent: Sent) -> None:
    advice = {finding["rule_id"]: finding["advice"] for finding in findings}
    assert set(advice) == set(sent.rule_ids)
    assert [word for word in sent.words if word not in " ".join(advice.values())] == []


@pytest.mark.parametrize("way", TAKEN)
def test_a_file_that_says_what_it_means_is_taken_as_it_means_it(world, way):
    sent = TAKEN[way]()
    outcome = submit(world, sent)
    told(aftermath(world, outcome, sent.content, is_read=True), sent)
    assert (outcome.counts.accepted, outcome.counts.quarantined) == (6, 0)
    assert world.query(DETAIL) == [TEXTBOOK] * 6


@pytest.mark.parametrize("way", REFUSED)
def test_a_file_whose_places_cannot_be_trusted_is_refused(world, way):
    sent = REFUSED[way]()
    outcome = submit(world, sent)
    told(aftermath(world, outcome, sent.content, is_read=False), sent)
    assert outcome.state == "rejected"
    assert world.query("select count(*) as records from pathway.acute_stroke_record") == [{"records": 0}]


# ------------------------------------------------------------------------------------------------ whose records
def test_a_sender_without_a_teams_folder_is_told_where_to_name_the_team(world):
    sent = Sent(text(named(records())))
    outcome = submit(world, sent, team=None)
    [finding] = aftermath(world, outcome, sent.content, is_read=False)
    assert (finding["rule_id"], outcome.state) == ("F15", "rejected")
    assert "folder" in finding["advice"] and "manifest" in finding["advice"]


@pytest.mark.parametrize(("team", "is_read"), [(OTHER_TEAM, True), ("SSNAP999", False), ("ZX9A1", False)])
def test_a_folder_of_no_team_of_the_sender_is_refused_and_the_right_one_taken(world, team, is_read):
    sent = Sent(text(named(records())))
    wrong = submit(world, sent, team=team)
    [finding] = aftermath(world, wrong, sent.content, is_read)
    assert wrong.state == "rejected" and "folder" in finding["advice"]
    right = submit(world, sent)
    assert (right.state, right.counts.accepted) == ("accepted", 6)
    assert {case["site_code"] for case in world.query("select site_code from pathway.pathway_case")} == {STROKE_TEAM}


def test_another_providers_folder_is_refused_and_the_right_one_taken(world):
    sent = Sent(text([["SiteCode", *IMPORT_COLUMNS], *[[STROKE_TEAM, *line] for line in records()]]))
    assert submit(world, sent, sender="ZX2", team=None).state == "rejected"
    assert submit(world, sent, team=None).counts.accepted == 6


@pytest.mark.parametrize(
    "place", [{"team": "121", "manifest": None}, {"team": None, "manifest": {"team": "121"}}], ids=["folder", "manifest"]
)
def test_a_team_is_known_by_the_audits_number_alone(world, place):
    outcome = submit(world, Sent(text(named(records(1)))), **place)
    assert (outcome.state, outcome.counts and outcome.counts.accepted) == ("accepted", 1), outcome.reason
    assert world.query("select site_code from pathway.pathway_case") == [{"site_code": STROKE_TEAM}]


def test_a_folder_and_a_column_that_name_different_teams_do_not_agree(world):
    """The column counts: it is nearer to the record. Both teams are the sender's, so no row is set aside, but it is said."""
    lines = [["SiteCode", *IMPORT_COLUMNS], *[[SECOND_TEAM if n < 2 else STROKE_TEAM, *line] for n, line in enumerate(records())]]
    sent = Sent(text(lines))
    outcome = submit(world, sent)
    [finding] = aftermath(world, outcome, sent.content, is_read=True)
    assert (finding["rule_id"], finding["severity"], finding["row_number"], finding["field_name"]) == ("ORG4", "warn", None, "team_code")
    assert f"came for {STROKE_TEAM}" in finding["advice"] and "2 of 6 rows name another" in finding["advice"]
    assert (outcome.state, outcome.counts.accepted) == ("accepted with warnings", 6)
    cases = world.query("select site_code, count(*) as cases from pathway.pathway_case group by 1 order by 1")
    assert cases == [{"site_code": STROKE_TEAM, "cases": 4}, {"site_code": SECOND_TEAM, "cases": 2}]


def test_a_column_that_names_another_providers_team_is_set_aside_whatever_the_folder(world):
    lines = [["SiteCode", *IMPORT_COLUMNS], *[[OTHER_TEAM if n == 0 else STROKE_TEAM, *line] for n, line in enumerate(records())]]
    sent = Sent(text(lines))
    outcome = submit(world, sent)
    findings = aftermath(world, outcome, sent.content, is_read=True)
    assert ledger_row(world, outcome.submission_id)["quarantined_count"] == 1
    assert [f["row_number"] for f in findings if f["severity"] != "warn"] == [2]


def test_a_file_that_is_still_written_is_taken_when_it_is_whole(world):
    folder = world.context.settings.landing / "ZX1" / STROKE_TEAM
    folder.mkdir(parents=True)
    content = text(named(records()))
    with (folder / "stroke.csv").open("wb") as file:
        for part in (content[: len(content) // 2], content[len(content) // 2 :]):
            file.write(part)
            file.flush()
            assert world.work_off() == []
    [outcome] = world.work_off()
    assert outcome.counts.accepted == 6
    assert aftermath(world, outcome, content, is_read=True) == []


# ------------------------------------------------------------------------------------------------ the same again, otherwise
RANKIN = "select s7_rankin_discharge as rankin from pathway.acute_stroke_detail"


def send(world: World, lines: Table):
    sent = Sent(text(named(lines)))
    outcome = submit(world, sent)
    aftermath(world, outcome, sent.content, is_read=True)
    return outcome


def test_x_then_y_then_x_gives_x(world):
    for rankin in ("2", "3", "2"):
        assert send(world, [row(s7_rankin_discharge=rankin)]).counts.accepted == 1
    assert world.query(RANKIN) == [{"rankin": 2}]


CORRECTED = {
    "the spelling of the number": {"s1_nhs_number": f"{nhs_number(1)[:3]} {nhs_number(1)[3:6]} {nhs_number(1)[6:]}"},
    "the hour of arrival": {"s1_first_arrival_at": "03/03/2025 08:50", "s4_arrival_at": "03/03/2025 08:50"},
    "the sender's own key": {"import_identifier": "another"},
    "the hospital number": {"s1_hospital_number": "H999"},
}


@pytest.mark.parametrize("key", CORRECTED)
def test_a_corrected_key_is_no_second_stroke(world, key):
    send(world, [row()])
    assert send(world, [row(**CORRECTED[key])]).state.startswith("accepted")
    assert world.query("select count(*) as cases, count(distinct person_id) as persons from pathway.pathway_case") == [
        {"cases": 1, "persons": 1}
    ]
    assert world.query("select count(*) as records from pathway.acute_stroke_team_record") == [{"records": 1}]


def test_rows_set_aside_are_taken_when_they_come_again_mended(world):
    spoilt = row(s2_thrombolysis_at="03/03/2025 09:20")
    assert send(world, [spoilt, row(serial=2)]).counts.quarantined == 1
    assert send(world, [row(), row(serial=2)]).counts.quarantined == 0
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 2}]
