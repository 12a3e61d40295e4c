"""``check`` typed as people type it: each of its five ends has an exit code of its own, as the README tells it."""

from __future__ import annotations

import shutil

import pytest

from assets.check import ExitCode
from pipelines.cli.main import main
from tests.conftest import PATHWAYS
from tests.quality_checks.submissions import csv_of

PATHWAY = "wrist_fracture"
# name -> (rows: what differs from a right record, exit code, what is said)
ENDS = {
    "accepted": ([{}, {}], 0, "Ready to send"),
    "with warnings": ([{}, {"manipulation_time": ""}], 10, "Ready to send, with warnings"),
    "in part": ([{}, {"side": "9"}], 11, "Part of it would be taken"),
    "rejected": ([{"side": "9"}, {"side": "9"}], 12, "It would not be accepted"),
    "our failure": ([{}, {}], 20, "something of ours broke"),
}
# an age can be compared with 18, a moment cannot: the mistake of whoever wrote the pathway is ours, not the sender's
RIGHT_RULE, BROKEN_RULE = 'field("age_years") >= 18', 'field("arrival_at") >= 18'


@pytest.fixture
def pathways(tmp_path):
    """``pathways(is_broken)``: the folder of the invented pathway, or of one whose rule cannot be judged."""

    def folder(is_broken: bool):
        if not is_broken:
            return PATHWAYS
        shutil.copytree(PATHWAYS / PATHWAY, tmp_path / "broken" / PATHWAY, ignore=shutil.ignore_patterns("__pycache__"))
        module = tmp_path / "broken" / PATHWAY / "__init__.py"
        declared = module.read_text()
        assert RIGHT_RULE in declared
        module.write_text(declared.replace(RIGHT_RULE, BROKEN_RULE))
        return module.parents[1]

    return folder


@pytest.mark.parametrize(("rows", "code", "says"), ENDS.values(), ids=ENDS)
def test_each_end_of_a_check_has_its_exit_code(rows, code, says, registry, pathways, tmp_path, monkeypatch, capsys):
    file = tmp_path / "wrist.csv"
    file.write_bytes(csv_of(registry.dataset(PATHWAY), rows))
    monkeypatch.setenv("COMMON_CAUSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COMMON_CAUSE_PATHWAYS", str(pathways(is_broken=code == 20)))
    monkeypatch.setattr("sys.argv", ["common-cause", "check", str(file), "--sender", "RA1"])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    assert ended.value.code == code and says in shown.out, shown.out + shown.err
    assert "Traceback" not in shown.err and "9990000018" not in shown.out + shown.err


def test_every_end_is_typed():
    assert {code for _, code, _ in ENDS.values()} == set(ExitCode)
