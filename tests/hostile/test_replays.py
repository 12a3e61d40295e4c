"""A submission that is judged again keeps its place in the order of arrival: no order of replays changes what is known."""

from __future__ import annotations

import pytest

from assets.submissions import process, retry
from tests.integration.test_cases_of_several_teams import known
from tests.spec.acute_stroke import journeys
from tests.spec.acute_stroke.journeys import HERE, Record, send

pytestmark = pytest.mark.slow


@pytest.fixture
def told(world) -> list[str]:
    """A first record, its correction, and the next team's record of the same stroke; one row was set aside and is mended by another file."""
    first, second = journeys.ON_DAY_2
    spoilt = Record(HERE, 77, {"s2_thrombolysis_at": "03/03/2025 09:20"}, serial=7)
    mended = Record(HERE, 77, {}, serial=7)
    corrected = Record(
        first.team, first.number, {**first.changes, "s1_first_arrival_at": "03/03/2025 08:50", "s4_arrival_at": "03/03/2025 08:50"}
    )
    done = send(world, first, spoilt, corrected, second, mended)
    assert [outcome.counts.quarantined for outcome in done] == [0, 1, 0, 0, 0]
    return [outcome.submission_id for outcome in done]


def test_replays_in_any_order_tell_the_same(world, told):
    """First what was sent first, its correction, the other team's; then from the last to the first; then what was set aside, and its mending."""
    grown = known(world.context.engine)
    for number in (0, 2, 3, 2, 0, 1, 4):
        retry(world.context, told[number])
        process(told[number], world.context)
        assert known(world.context.engine) == grown, f"after the replay of file {number}"
