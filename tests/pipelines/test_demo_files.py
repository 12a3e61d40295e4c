"""The demo's network and files: made up, the same each time, of every kind."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from pipelines.demo.files import Story
from pipelines.demo.network import OFFICE, make_network
from pipelines.demo.show import LAYOUTS
from schemas.registry import load_registry

ODS = Path(__file__).resolve().parents[2] / "../shared/data/ods"
TODAY = date(2026, 6, 15)


@pytest.fixture(scope="module")
def story():
    pathway = load_registry((LAYOUTS,)).pathway("hip_fracture")
    return Story(make_network(TODAY, yearly_cases=60), pathway, TODAY)


def test_no_real_organisation_bears_a_code_of_the_demo(story):
    if not ODS.is_dir():
        pytest.skip("the lists of organisations are not beside the checkout")
    real = {cell for file in ODS.glob("*.csv") for row in csv.reader(file.open(encoding="utf-8-sig")) for cell in row}
    assert not {row["organisation_code"] for row in story.network.organisations} & real


def test_there_are_enough_providers_regions_and_months(story):
    kinds = [row["organisation_kind"] for row in story.network.organisations]
    assert kinds.count("provider") >= 20 and kinds.count("region") == 4
    assert {len(story.network.sites_of(provider)) for provider in story.network.providers} == {1, 2}
    assert (TODAY - story.start).days > 700


def test_history_comes_as_one_file_a_provider(story):
    back_loads = list(story.back_loads())
    assert [file.sender for file in back_loads] == list(story.network.providers)
    assert all(file.content.count(b"\r\n") > 20 for file in back_loads)


def test_single_files_are_many_and_senders_have_folders(story):
    singles = list(story.singles())
    known = {OFFICE, *story.network.providers}
    assert len(singles) >= 25 and {file.sender for file in singles} <= known
    assert len({file.shows for file in singles}) == len(singles)
    assert sum(file.waits for file in singles) == 1


def test_the_same_day_gives_the_same_files(story):
    again = Story(make_network(TODAY, yearly_cases=60), story.pathway, TODAY)
    texts = [(file.name, file.content) for file in story.singles() if file.name.endswith((".csv", ".txt")) and not file.content.startswith(b"PK")]
    assert texts == [(file.name, file.content) for file in again.singles() if file.name.endswith((".csv", ".txt")) and not file.content.startswith(b"PK")]


def test_a_trusts_own_layout_is_spelt_and_read_back(story):
    from assets.reading import read_file

    theirs = next(file for file in story.singles() if file.name == "theatre export.csv")
    read = read_file(theirs.content, ".csv", load_registry((LAYOUTS,)), dataset=None, sender_code=theirs.sender)
    assert read.layout.name == "hip_fracture_zqe" and read.dataset.name == "hip_fracture"
