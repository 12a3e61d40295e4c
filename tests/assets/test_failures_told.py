"""A run of ours that breaks tells what happens by itself, and from when on somebody has to act."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from assets import ledger
from assets.failures import ProcessingFailed, _what_follows
from assets.submissions import process, retry
from tests.world import World, csv_bytes, drop, wrist


def test_each_attempt_tells_what_follows_and_the_last_what_to_type(context, demo_organisations, database):
    from assets.landing import claim_drops

    world = World(context)
    drop(context.settings.landing, "ZX1", csv_bytes([wrist(1)]))
    [submission] = claim_drops(context)
    with database.begin() as connection:
        connection.exec_driver_sql("alter table pathway.wrist_fracture_record rename to out_of_the_way")
    told = [told_by(submission, context) for _ in range(3)]
    assert told[0].endswith("; attempt 2 follows by itself") and told[1].endswith("; attempt 3 follows by itself")
    assert told[2].endswith(f"; no attempt follows by itself: mend the cause, then `common-cause retry {submission}`")
    assert world.query("select state from intake.submission") == [{"state": "failed"}]
    with context.engine.connect() as connection:
        assert ledger.outstanding(connection) == [], "what is told is what is done"
    with database.begin() as connection:
        connection.exec_driver_sql("alter table pathway.out_of_the_way rename to wrist_fracture_record")
    retry(context, submission)
    assert process(submission, context).state == "accepted"


def told_by(submission: str, context) -> str:
    with pytest.raises(ProcessingFailed) as failed:
        process(submission, context)
    return str(failed.value)


@pytest.mark.parametrize("attempts", [1, ledger.AUTOMATIC_ATTEMPTS, ledger.CRASHES - 1])
def test_what_the_database_cut_off_is_taken_up_far_more_often(attempts):
    row = SimpleNamespace(submission_id="S00000001", attempt_count=attempts)
    assert _what_follows(row, ledger.CRASHES) == f"attempt {attempts + 1} follows by itself"
