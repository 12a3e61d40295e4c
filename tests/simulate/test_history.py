"""What the generator promises of a history and of the files cut from it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from assets.simulate import Change, Site, made_up_sites, simulate, simulate_history
from assets.simulate.identities import nhs_numbers
from schemas.datasets import Pathway
from schemas.formats import is_nhs_number

QUARTER = (date(2024, 1, 1), date(2024, 3, 31))


@pytest.fixture(scope="module")
def sites(hip) -> tuple[Site, ...]:
    return made_up_sites(6, hip.simulation, seed=4)


def test_the_seed_decides_everything(hip, sites):
    first, again, other = (simulate(hip, sites, *QUARTER, seed=seed, count=200, defects={"formula": 0.1}) for seed in (11, 11, 12))
    pd.testing.assert_frame_equal(first.table, again.table)
    pd.testing.assert_frame_equal(first.deaths, again.deaths)
    assert first.planted == again.planted
    assert not first.table.equals(other.table)


def test_the_table_has_the_headers_of_the_standard_layout_and_only_text(hip, sites):
    table = simulate(hip, sites, *QUARTER, seed=1, count=50).table
    assert list(table.columns) == [column.header for column in hip.case_dataset.standard_layout.columns]
    assert all(isinstance(value, str) for value in table.to_numpy().ravel())


def test_nhs_numbers_are_of_the_test_range_valid_and_different(nation):
    numbers = [number for number in nation.texts["nhs_number"] if number.isdigit()]
    assert len(numbers) == len(set(numbers)) > 0.99 * len(nation)
    assert all(number.startswith("999") and is_nhs_number(number) for number in numbers)
    assert set(nation.texts["nhs_number"]) - set(numbers) == {"Overseas", "[NONHS]"}


def test_more_people_than_numbers_is_refused():
    with pytest.raises(ValueError, match="the test range holds 90"):
        nhs_numbers(np.random.default_rng(1), 1_000_000)


def test_birth_dates_give_the_ages_that_were_drawn(nation, typed_nation):
    np.testing.assert_array_equal(typed_nation.age_years, np.floor(nation.cases.age_years))


def test_without_a_count_sites_have_as_many_cases_as_they_should(hip):
    two = (Site("A", "P", yearly_cases=200), Site("B", "P", yearly_cases=800))
    history = simulate_history(hip, two, date(2023, 1, 1), date(2023, 12, 31), seed=3)
    assert (history.site_codes == "A").sum() == pytest.approx(200, abs=60)
    assert (history.site_codes == "B").sum() == pytest.approx(800, abs=120)


def test_cases_lie_in_the_period_and_belong_to_their_provider(hip):
    two = (Site("A", "P"), Site("B", "Q"))
    history = simulate_history(hip, two, *QUARTER, seed=3, count=300)
    assert (history.started_on.min(), history.started_on.max()) >= (np.datetime64("2024-01-01"), np.datetime64("2024-03-01"))
    assert history.started_on.max() <= np.datetime64("2024-03-31")
    rows = history.select(provider="Q", start=date(2024, 2, 1), end=date(2024, 2, 29))
    assert set(history.site_codes[rows]) == {"B"}
    assert {day.astype("datetime64[M]") for day in history.started_on[rows]} == {np.datetime64("2024-02")}


def test_a_file_tells_only_what_was_known_on_its_day(hip, sites):
    history = simulate_history(hip, sites, *QUARTER, seed=3, count=400)
    table = history.table(as_of=date(2024, 2, 15))
    presented = pd.to_datetime(table["Presentation date"], dayfirst=True)
    assert presented.max() <= pd.Timestamp(2024, 2, 15)
    for header in ("Surgery date", "Ward discharge date", "Trust discharge date", "Geriatrician date"):
        assert pd.to_datetime(table[header].replace("", None), dayfirst=True).max() <= pd.Timestamp(2024, 2, 15)
    assert (table["Residential status"] == "").all()
    assert (table.loc[table["Operated"] == "", "Surgery date"] == "").all()


def test_later_files_tell_more_of_the_same_cases(hip, sites):
    history = simulate_history(hip, sites, *QUARTER, seed=3, count=400)
    rows = history.select(end=date(2024, 1, 31))
    early, late = history.table(rows, date(2024, 2, 5)), history.table(rows, date(2024, 9, 30))
    said = early != ""
    pd.testing.assert_frame_equal(early.where(said), late.where(said))
    assert (late != "").to_numpy().sum() > said.to_numpy().sum()


def test_deaths_are_those_of_people_with_a_number_up_to_a_day(hip, nation):
    everybody, until = nation.deaths(), nation.deaths(date(2023, 6, 30))
    assert list(everybody.columns) == ["NHS number", "Date of death"]
    assert len(until) < len(everybody)
    assert pd.to_datetime(until["Date of death"], dayfirst=True).max() <= pd.Timestamp(2023, 6, 30)
    assert set(everybody["NHS number"]) <= set(nation.texts["nhs_number"])


def test_a_change_of_habit_shows_from_its_day_on(hip):
    better = Site("A", "P", 2000, habits=(("mobilised", -1.0),), changes=(Change("mobilised", date(2023, 7, 1), 2.5),))
    history = simulate_history(hip, (better,), date(2023, 1, 1), date(2023, 12, 31), seed=3)
    mobilised = np.isin(history.texts["mobilised_post_surgery"], ("1", "2"))
    late = history.started_on >= np.datetime64("2023-07-01")
    assert mobilised[late].mean() - mobilised[~late].mean() > 0.15


def test_a_pathway_without_a_simulation_says_so():
    with pytest.raises(ValueError, match="declares no simulation"):
        simulate_history(Pathway("elbow", "Elbow", ""), (), *QUARTER, seed=1)


def test_a_hundred_thousand_rows_at_once(hip):
    table = simulate(hip, made_up_sites(50, hip.simulation, seed=1), *QUARTER, seed=1, count=100_000).table
    assert len(table) == 100_000
