"""A manifest is taken exactly or not at all, and the error names the key and the remedy without its value."""

import json
from datetime import date

import pytest

from assets.reading import Manifest, ManifestError, read_manifest
from schemas.datasets import Mode

WHOLE = {
    "dataset": "wrist_fracture", "mode": "replace_period", "organisation": "RAB", "site": "RAB01", "team": None, "period_start": "2024-03-01",
    "period_end": "2024-03-31", "sha256": "AB" * 32, "row_count": 12, "layout": "wrist_fracture_eastern",
}  # fmt: skip


def test_a_whole_manifest():
    assert read_manifest(b"\xef\xbb\xbf" + json.dumps(WHOLE).encode()) == Manifest(
        "wrist_fracture",
        Mode.REPLACE_PERIOD,
        "RAB",
        "RAB01",
        None,
        date(2024, 3, 1),
        date(2024, 3, 31),
        "ab" * 32,
        12,
        "wrist_fracture_eastern",
    )
    assert read_manifest(b"{}") == Manifest()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"mode": "Zebedee"}, "upsert, replace period, withdraw"),
        ({"period_start": "01/03/2024"}, "YYYY-MM-DD"),
        ({"period_start": "2024-02-30"}, "YYYY-MM-DD"),
        ({"period_start": "2024-04-01"}, "after period_end"),
        ({"period_end": None}, "go together"),
        ({"period_start": None, "period_end": None}, "needs period_start"),
        ({"row_count": "12"}, "row_count must be a whole number"),
        ({"row_count": True}, "row_count must be a whole number"),
        ({"row_count": -1}, "row_count must be a whole number"),
        ({"sha256": "abc"}, "64 hexadecimal"),
        ({"site": ["RAB01"]}, "site must be a text"),
        ({"dataset": " "}, "dataset must be a text"),
        ({"Zebedee": 1}, "key number 11 is not known"),
    ],
)
def test_what_is_not_right(change, word):
    with pytest.raises(ManifestError, match=word) as caught:
        read_manifest(json.dumps(WHOLE | change).encode())
    assert "Zebedee" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"dataset: Zebedee", "not JSON in UTF-8 in line 1"),
        (b'["Zebedee"]', "one JSON object"),
        (b'{"site": "Zebedee", "site": "X"}', "twice"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 50_000, "not JSON"),
        (b" " * 100_001, "larger than"),
    ],
)
def test_what_is_no_manifest(content, word):
    with pytest.raises(ManifestError, match=word) as caught:
        read_manifest(content)
    assert "Zebedee" not in str(caught.value) and caught.value.__cause__ is None
