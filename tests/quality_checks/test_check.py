"""A file is checked before it is sent: the result, the counts, how the command ends."""

import pytest

from assets.check import ExitCode
from assets.reading.manifest import Manifest
from quality_checks.receipt.sentences import next_steps, title
from tests.quality_checks.submissions import check, csv_of


@pytest.fixture(scope="module")
def dataset(registry):
    return registry.dataset("wrist_fracture")


CASES = (
    ([{}, {}], ExitCode.ACCEPTED, (2, 0, 0), "Ready to send"),
    ([{}, {"manipulation_time": ""}], ExitCode.WITH_WARNINGS, (2, 0, 0), "Ready to send, with warnings"),
    ([{}, {"date_of_birth": "01/01/2020"}], ExitCode.ACCEPTED, (1, 1, 0), "Ready to send"),
    ([{}, {"side": "9"}], ExitCode.IN_PART, (1, 0, 1), "Part of it would be taken"),
    ([{"side": "9"}, {"side": "9"}], ExitCode.REJECTED, (0, 0, 2), "It would not be accepted"),
)


@pytest.mark.parametrize(
    "rows, code, counts, told", CASES, ids=[told for *_, told in CASES[:2]] + ["out of scope", "in part", "none taken"]
)
def test_what_would_come_of_it(registry, dataset, tmp_path, rows, code, counts, told):
    outcome = check(tmp_path, csv_of(dataset, rows), registry)
    made = outcome.content.counts
    assert outcome.exit_code == code and (made.accepted, made.out_of_scope, made.quarantined) == counts and made.received == len(rows)
    assert title(outcome.content) == told and "nothing has been sent or stored" in next_steps(outcome.content)[0]


def test_a_row_of_another_width_counts_as_set_aside(registry, dataset, tmp_path):
    outcome = check(tmp_path, csv_of(dataset, [{}, {}]) + b"RA101,9990000018\r\n", registry)
    assert outcome.exit_code == ExitCode.IN_PART and (outcome.content.counts.received, outcome.content.counts.quarantined) == (3, 1)


@pytest.mark.parametrize("content", [b"", b"Clinic code,NHS number\n", b"a,b\n1,2\n", b"\x00\x01\x02"])
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(registry, tmp_path, content):
    outcome = check(tmp_path, content, registry)
    assert outcome.exit_code == ExitCode.REJECTED and outcome.content.groups and outcome.content.groups[0].advice


def test_a_manifest_is_heeded(registry, dataset, tmp_path):
    outcome = check(tmp_path, csv_of(dataset, [{}]), registry, manifest=Manifest(row_count=2))
    assert outcome.exit_code == ExitCode.REJECTED


def test_our_failure_is_told_as_ours_and_names_no_value(registry, dataset, tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise ValueError("could not convert 9990000018")

    monkeypatch.setattr("assets.check.validate", broken)
    outcome = check(tmp_path, csv_of(dataset, [{}]), registry)
    assert outcome.exit_code == ExitCode.OUR_FAILURE and title(outcome.content) == "We could not check this file"
    assert "9990000018" not in outcome.failure and "ValueError at" in outcome.failure


def test_it_needs_no_database_and_leaves_nothing_behind(registry, dataset, tmp_path):
    check(tmp_path, csv_of(dataset, [{}]), registry)
    assert [path.name for path in tmp_path.iterdir()] == ["sent.csv"]
