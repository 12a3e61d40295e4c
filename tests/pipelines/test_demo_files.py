"""The demo's network and files: made up, the same each time, of every kind and both pathways."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assets.reading import Manifest, read_file
from pipelines.demo.hips import HipStory
from pipelines.demo.network import OFFICE, make_network
from pipelines.demo.office import office_files
from pipelines.demo.show import LAYOUTS, STORIES
from pipelines.demo.strokes import StrokeStory
from quality_checks.findings import FileRefused
from schemas.registry import load_registry

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
TODAY = date(2026, 6, 15)
REGISTRY = load_registry((LAYOUTS,))


def made(pathway: str):
    return STORIES[pathway](make_network(TODAY, yearly_cases=60), REGISTRY.pathway(pathway), TODAY)


@pytest.fixture(scope="module")
def hips() -> HipStory:
    return made("hip_fracture")


@pytest.fixture(scope="module")
def strokes() -> StrokeStory:
    return made("acute_stroke")


def test_no_real_organisation_bears_a_code_of_the_demo(hips):
    if not SHARED.is_dir():
        pytest.skip("the lists of organisations are not beside the checkout")
    lists = (*SHARED.glob("ods/*.csv"), SHARED / "ssnap/ssnapstats_teamdetails.csv")
    real = {cell for file in lists for row in csv.reader(file.open(encoding="utf-8-sig")) for cell in row}
    ours = {row["organisation_code"] for row in hips.network.organisations}
    assert len(real) > 1000 and not (ours | {code.removeprefix("SSNAP") for code in ours}) & real


def test_there_are_enough_providers_teams_regions_and_months(hips, strokes):
    kinds = Counter(row["organisation_kind"] for row in hips.network.organisations)
    assert kinds["provider"] >= 20 and kinds["region"] == 4 and kinds["team"] == len(strokes.sites)
    assert {len(hips.network.sites_of(provider)) for provider in hips.network.providers} == {1, 2}
    assert len(strokes.providers) >= 12 and set(strokes.providers) < set(hips.network.providers)
    assert {role for team in strokes.sites for role in team.roles} == {"centre", "community", "rehabilitation"}
    assert (TODAY - hips.start).days > 700 and strokes.start == hips.start


def test_history_comes_as_one_file_a_provider(hips):
    back_loads = list(hips.back_loads())
    assert [file.sender for file in back_loads] == list(hips.network.providers)
    assert all(file.content.count(b"\r\n") > 20 for file in back_loads)


def test_histories_of_strokes_are_exports_of_a_provider_or_imports_of_a_team(strokes):
    back_loads = list(strokes.back_loads())
    teams = {team.code for team in strokes.sites}
    assert {file.sender for file in back_loads} == set(strokes.providers)
    assert sum(file.folder is None for file in back_loads) == len(strokes.providers) // 2
    assert {file.folder for file in back_loads if file.folder} < teams
    told = sum(read(file).received_count for file in back_loads)
    assert told == (strokes.history.began_on <= strokes.back_load_day).sum(), "every record of every team, once"


def test_strokes_are_told_by_several_providers(strokes):
    history = strokes.history
    providers = Counter()
    for case, provider in set(zip(history.case.tolist(), history.provider_codes.tolist(), strict=True)):
        providers[case] += provider is not None
    assert sum(count > 1 for count in providers.values()) > 50


@pytest.mark.parametrize("pathway", STORIES)
def test_single_files_are_many_and_senders_have_folders(pathway, hips, strokes):
    story = {"hip_fracture": hips, "acute_stroke": strokes}[pathway]
    singles = list(story.singles())
    assert len(singles) >= 14 and {file.sender for file in singles} <= set(hips.network.providers)
    assert len({file.shows for file in singles}) == len(singles)
    assert sum(file.waits for file in singles) == 1


def test_the_office_sends_deaths_of_both_pathways_and_national_values(hips, strokes):
    deaths, values = office_files([hips, strokes])
    assert {file.sender for file in (deaths, values)} == {OFFICE}
    assert max(len(hips.history.deaths()), len(strokes.history.deaths())) < deaths.content.count(b"\r\n")
    assert b"hip_kpi1" in values.content and b"stroke_tc_1_1" in values.content


@pytest.mark.parametrize("pathway", STORIES)
def test_the_same_day_gives_the_same_files(pathway):
    first, again = ([(file.name, file.content) for file in made(pathway).singles() if not file.content.startswith(b"PK")] for _ in range(2))
    assert first == again


def read(file):
    manifest = Manifest(site=file.folder, team=None) if file.folder else None
    return read_file(file.content, f".{file.name.rpartition('.')[2]}", REGISTRY, dataset=None, sender_code=file.sender, manifest=manifest)


def test_a_trusts_own_layout_is_spelt_and_read_back(hips):
    theirs = next(file for file in hips.singles() if file.name == "theatre export.csv")
    told = read(theirs)
    assert told.layout.name == "hip_fracture_zqe" and told.dataset.name == "hip_fracture"


def test_strokes_come_in_every_layout_and_two_files_are_refused(strokes):
    layouts, refused = set(), []
    for file in strokes.singles():
        if file.manifest:
            continue
        try:
            layouts.add(read(file).layout.name)
        except FileRefused:
            refused.append(file.shows)
    assert layouts == {"acute_stroke_import", "acute_stroke_export", "acute_stroke_standard"}
    assert refused == ["an import that does not say of which team it is", "a column too many, and no headers to find it by"]


def test_a_day_on_which_hardly_any_patient_fits_a_defect_has_its_files_too():
    """On that day no stroke of the last weeks had a needle time that could be spoilt, and the demo ended there."""
    day = date(2026, 11, 23)
    story = STORIES["acute_stroke"](make_network(day), REGISTRY.pathway("acute_stroke"), day)
    assert len(list(story.singles())) >= 14


@pytest.mark.parametrize(("pathway", "worse", "better"), [("hip_fracture", "ZQS", "ZQH"), ("acute_stroke", "ZQG", "ZQF")])
def test_one_hospital_of_each_pathway_is_truly_worse_and_one_truly_better(pathway, worse, better, hips, strokes):
    """In the patients themselves, not in a table: who dies within 30 days, against all."""
    history = {"hip_fracture": hips, "acute_stroke": strokes}[pathway].history
    first = np.unique(history.case, return_index=True)[1]
    providers, lived = history.provider_codes[first], history.cases.died_on - history.started_on[first]
    dead = ~np.isnat(lived) & (lived <= np.timedelta64(30, "D"))
    assert dead[providers == worse].mean() > 1.4 * dead.mean() > 2.5 * dead[providers == better].mean()
