"""Many files at once: a look at the landing area stays short, and hides none."""

from __future__ import annotations

import os

import pytest

from pipelines import sensors
from tests.world import drop, query

FILES = 2 * sensors.BATCH + 3


@pytest.fixture
def landing(context, demo_organisations):
    return context.settings.landing


def _claimed(context) -> list[list[str]]:
    """Names of the files of each look, in order of arrival, until nothing is left."""
    looks = []
    while claimed := sensors.claim_within(context, None, 0):
        rows = query(context.engine, "select submission_id, file_size_bytes as size from intake.submission where submission_id = any(:ids) order by arrival_number",
                     ids=claimed)  # fmt: skip
        looks.append([row["size"] for row in rows])
    return looks


def test_a_heap_of_files_is_taken_in_batches_oldest_first(context, landing):
    for number in reversed(range(FILES)):
        path = drop(landing, "ZX1", b"x" * (number + 1), f"{FILES - number}.csv")
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    looks = _claimed(context)
    assert [len(look) for look in looks] == [sensors.BATCH, sensors.BATCH, 3]
    assert [size for look in looks for size in look] == list(range(1, FILES + 1))


def test_an_old_time_stamp_hides_no_file(context, landing):
    drop(landing, "ZX1", b"new", "new.csv")
    assert _claimed(context) == [[3]]
    for name, at in (("old.csv", 86_400), ("of the same second.csv", 1_700_000_000), ("of the same second too.csv", 1_700_000_000)):
        os.utime(drop(landing, "ZX1", name.encode(), name), (at, at))
    assert sum(map(len, _claimed(context))) == 3
