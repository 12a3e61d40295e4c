"""A small network, its office, and files of results put into the landing area."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.world import World

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture
def world(context, demo_organisations) -> World:
    return World(context)


@pytest.fixture(scope="session")
def open_data() -> Path:
    """The folder of published files; tests that read them skip where it is absent."""
    if not DATA.is_dir():
        pytest.skip("the folder ../shared/data with the published files is not there")
    return DATA


def table(*rows: str) -> bytes:
    """A CSV file of texts whose cells are separated by ``|``."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([cell.strip() for cell in row.split("|")] for row in rows)
    return out.getvalue().encode()
