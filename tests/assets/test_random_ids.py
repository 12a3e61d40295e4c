"""Ids made in bulk are random UUIDs in ascending order."""

from __future__ import annotations

import uuid

import pytest

from assets.random_ids import random_ids


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_ids_are_distinct_random_uuids_in_order(count):
    made = random_ids(count)
    assert len(set(made)) == count and made == sorted(made)
    assert all(str(uuid.UUID(text)) == text and uuid.UUID(text).version == 4 and uuid.UUID(text).variant == uuid.RFC_4122 for text in made)


def test_two_draws_share_nothing():
    assert not set(random_ids(1000)) & set(random_ids(1000))
