"""What a crash has left of a sender is processed before what came later, so that later rows are counted against it."""

from assets import ledger
from assets.landing import claim_drops
from assets.submissions import process
from tests.world import csv_bytes, drop, query, wrist


def test_what_a_crash_left_is_taken_before_what_came_later(context, demo_organisations):
    rows = [wrist(n) for n in range(1, 6)]
    landing = context.settings.landing
    drop(landing, "ZX1", csv_bytes(rows), "a.csv")
    [first] = claim_drops(context)
    with context.engine.begin() as connection:
        ledger.begin_attempt(connection, first, None)  # and then its process was killed
    drop(landing, "ZX2", csv_bytes([wrist(9, "ZX2A1")]), "other.csv")
    [other] = claim_drops(context)
    drop(landing, "ZX1", csv_bytes([*rows[:4], rows[4] | {"Pain score": "10"}]), "b.csv")
    [second] = claim_drops(context)

    counts = process(second, context).counts
    assert (counts.received, counts.accepted, counts.unchanged) == (5, 1, 4)
    states = {row["submission_id"]: row["state"] for row in query(context.engine, "select submission_id, state from intake.submission")}
    assert states[first].startswith("accepted") and states[other] == "received"


def test_what_failed_by_itself_is_not_tried_again_on_the_way(context, demo_organisations):
    landing = context.settings.landing
    drop(landing, "ZX1", csv_bytes([wrist(1)]), "a.csv")
    [first] = claim_drops(context)
    with context.engine.begin() as connection:
        ledger.begin_attempt(connection, first, None)
        ledger.recognise(connection, first, state="failed", reason_code="SomeError", reason="ours")
    drop(landing, "ZX1", csv_bytes([wrist(2)]), "b.csv")
    [second] = claim_drops(context)
    assert process(second, context).state.startswith("accepted")
    assert query(context.engine, "select state, attempt_count from intake.submission where submission_id = :id", id=first) == [
        {"state": "failed", "attempt_count": 1}
    ]
