"""Who made-up patients are: NHS numbers of the 999 range, invented names, birth dates, numbers of their hospital, postcodes.

Belongs here: values of identifying fields. Does not belong here: anything clinical.
No name, number or postcode belongs to anybody: the 999 range is kept for tests, the postcode area ZZ does not exist.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.random import Generator

from schemas.datasets import Dataset
from schemas.fields import Field, Identifier
from schemas.formats import DUMMY_NHS_NUMBERS
from schemas.simulation import Cases


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN = _words(
    """
    Ada Agnes Alma Beryl Bronwen Cecily Clara Daphne Doris Dilys Edith Elsie Enid Ethel Eunice Fatima Flora Freda Gladys Greta
    Hilda Ida Indira Iris Ivy Joyce Kamala Lilian Mabel Maeve Mavis Mirabel Moira Muriel Myrtle Nancy Nerys Noreen Olive Olwen
    Parveen Pearl Phyllis Queenie Renée Rhoda Rita Rosalind Saoirse Sylvia Thelma Una Vera Verity Wanda Winifred Yasmin Zoë
    """
)
MEN = _words(
    """
    Albert Alfred Amir Angus Arnold Arthur Aubrey Basil Bernard Cecil Cedric Clifford Cyril Desmond Dilip Edgar Edwin Emrys
    Ernest Errol Fergus Frank François Gordon Harold Hector Horace Hubert Idris Ivor Jürgen Kenneth Leopold Leslie Lionel Magnus
    Mervyn Neville Norman Osbert Osman Oswald Percy Rajesh Reginald Roland Rufus Rupert Sidney Stanley Tariq Terence Victor
    Wilfred
    """
)
SURNAMES = _words(
    """
    Appleby Ashdown Barleycroft Bartholomew Birchall Blackthorn Bramblewick Briarwood Brookfield Carrowmore Chatterley Coldbrook
    Copperfield Cotterill D'Arcy Dalrymple Dunnock Elderfield Evergreen Fallowfield Featherstone Fennimore Fitzmaurice Foxglove
    Gladwin Goldfinch Greenhalgh Hartshorn Hawthorne Hazelwood Heatherington Hollybush Honeychurch Ironside Jessop Juniper
    Kestrel Kingfisher Lambswool Larkspur Lindqvist Lockhart Longbottom MacTavish Marigold Meadowcroft Merryweather Mossop Müller
    Nightingale Nettleship Núñez O'Shaughnessy Oakenshaw Orchardson Partridge Pennyfeather Pilkington-Smythe Plumtree Primrose
    Quillfeather Ravenscroft Redfern Rosewarne Rowntree Sandpiper Skylark Snowdrop Sorrel Starling Summerfield Swallowtail
    Tanglewood Thistlewood Thornberry Tumblewood Underhill Wagtail Wainwright Waterhouse Weatherby Whitethorn Willowby
    Winterbourne Woodruff Wrenfield Yarrow Yellowhammer Vanderberg
    """
)
WITHOUT_NUMBER_SHARE = 0.005
LONGEST_POSTCODE = 8
RANGE_START = 999_000_000  # nine digits, the tenth is the check digit


def nhs_numbers(rng: Generator, count: int) -> np.ndarray:
    """Different valid numbers of the 999 range, as texts. Raises ValueError if more are wanted than there are."""
    usable = _test_range()
    if count > len(usable):
        raise ValueError(f"the test range holds {len(usable)} NHS numbers, {count} are wanted; simulate fewer cases at a time")
    return rng.choice(usable, count, replace=False).astype(str).astype(object)


@lru_cache
def _test_range() -> np.ndarray:
    """All numbers of the range that have a check digit and are no dummies, as integers."""
    nine = np.arange(RANGE_START, RANGE_START + 1_000_000)
    total = sum((nine // 10**place % 10) * (place + 2) for place in range(9))
    check = (11 - total % 11) % 11
    numbers = nine * 10 + check
    return numbers[(check < 10) & ~np.isin(numbers, [int(dummy) for dummy in DUMMY_NHS_NUMBERS])]


def identify(rng: Generator, cases: Cases, started_on: np.ndarray, dataset: Dataset) -> dict[str, np.ndarray]:
    """Values of the dataset's identifying fields, as texts, but for birth dates (datetime64[D]); one a record.

    A patient is the same in all records of a case, but for the numbers that each site gives. Left out: fields that the pathway draws itself,
    accounts of staff.
    """
    case = np.arange(len(started_on)) if cases.telling is None else cases.telling.case
    makers = {
        Identifier.NHS_NUMBER: lambda item: _with_some_without(rng, nhs_numbers(rng, len(started_on)), item)[case],
        Identifier.LOCAL_PATIENT_IDENTIFIER: lambda item: _hospital_numbers(rng, len(case)),
        Identifier.NAME: lambda item: _names(rng, item, cases.is_female)[case],
        Identifier.BIRTH_DATE: lambda item: _birth_dates(rng, cases.age_years, started_on)[case],
        Identifier.POSTCODE: lambda item: _postcodes(rng, len(started_on), item)[case],
    }
    wanted = (item for item in dataset.fields if item.identifies in makers and item.name not in cases.columns)
    return {item.name: _withheld(makers[item.identifies](item), cases.withheld.get(item.name)) for item in wanted}


def _withheld(values: np.ndarray, records: np.ndarray | None) -> np.ndarray:
    if records is None:
        return values
    return np.where(records, np.datetime64("NaT") if values.dtype.kind == "M" else None, values)


def _with_some_without(rng: Generator, numbers: np.ndarray, item: Field) -> np.ndarray:
    """A few patients have no number, where the field declares a word for that."""
    if item.codes is None:
        return numbers
    words = np.array(item.codes.values, dtype=object)[rng.integers(0, len(item.codes.values), len(numbers))]
    return np.where(rng.random(len(numbers)) < WITHOUT_NUMBER_SHARE, words, numbers)


def _hospital_numbers(rng: Generator, count: int) -> np.ndarray:
    return np.char.add("H", np.char.zfill(rng.choice(10**7, count, replace=False).astype(str), 7)).astype(object)


def _names(rng: Generator, item: Field, is_female: np.ndarray) -> np.ndarray:
    def one_of(names: tuple[str, ...]) -> np.ndarray:
        return np.array(names, dtype=object)[rng.integers(0, len(names), len(is_female))]

    is_surname = "sur" in item.name or "last" in item.name or "family" in item.name
    return one_of(SURNAMES) if is_surname else np.where(is_female, one_of(WOMEN), one_of(MEN))


def _birth_dates(rng: Generator, age_years: np.ndarray, started_on: np.ndarray) -> np.ndarray:
    """A day on which the completed years are those of ``age_years``."""
    whole = np.floor(age_years).astype(int)
    back = whole * 365.25 + 2 + rng.random(len(whole)) * 361
    return started_on - np.floor(back).astype("timedelta64[D]")


def _postcodes(rng: Generator, count: int, item: Field) -> np.ndarray:
    """Whole ones, or their second parts for a field that holds no more."""
    letters = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
    parts = (rng.integers(1, 100, count).astype(str), rng.integers(0, 10, count).astype(str))
    ends = (letters[rng.integers(0, len(letters), count)] for _ in range(2))
    whole = [f"ZZ{outer} {inner}{a}{b}" for outer, inner, a, b in zip(*parts, *ends, strict=True)]
    return np.array([text[-3:] for text in whole] if item.maximum_length < LONGEST_POSTCODE else whole, dtype=object)
