"""Which case a record tells of. A pure function of frames: no database, so its rules can be read in its tests.

Belongs here: the match of records to cases. Does not belong here: persons (``assets.persons``), what a load writes (``assets.cases``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from assets.random_ids import random_ids
from schemas.datasets import Dataset
from schemas.fields import Identifier


def key_columns(dataset: Dataset, names: tuple[str, ...]) -> list[str]:
    """Columns that stand for the fields ``names`` where persons and sites are resolved: ``person_id``, ``site_code``, else the field."""
    return [_column(dataset, name) for name in names]


def _column(dataset: Dataset, name: str) -> str:
    if name == dataset.site_field:
        return "site_code"
    return "person_id" if dataset.field_by_name[name].identifies is Identifier.NHS_NUMBER else name


def link(dataset: Dataset, records: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Match records to the cases of their persons.

    ``records`` (index: row number) and ``cases`` have the columns of the record key, of the match rule and ``clock_on``;
    ``cases`` also ``case_id``. Returned, on the index of ``records``: ``case_id``, ``is_new``, ``is_corrected``.

    A record tells of the case with its key. Else, by the dataset's match rule, of the one case that agrees in ``same``, whose clock
    date is near enough and whose key no other record of the file bears: then its key has been corrected. Else of a new
    case. Records of one file with one key tell of one case.
    """
    key = key_columns(dataset, dataset.record_key)
    linked = pd.DataFrame({"case_id": _exact(records, cases, key)}, index=records.index)
    linked["is_corrected"] = False
    _match_corrected(dataset, records, cases, key, linked)
    linked["is_new"] = linked["case_id"].isna()
    _number_new(records, key, linked)
    return linked


def _exact(records: pd.DataFrame, cases: pd.DataFrame, key: list[str]) -> np.ndarray:
    if not len(cases):
        return np.full(len(records), None, dtype=object)
    known = cases.drop_duplicates(key, keep="last")[[*key, "case_id"]]
    found = records[key].merge(known, on=key, how="left")["case_id"]
    return found.astype(object).where(found.notna(), None).to_numpy()


def _match_corrected(dataset: Dataset, records: pd.DataFrame, cases: pd.DataFrame, key: list[str], linked: pd.DataFrame) -> None:
    open_rows = linked["case_id"].isna()
    if dataset.match_rule is None or not len(cases) or not open_rows.any():
        return
    same = key_columns(dataset, dataset.match_rule.same)
    wanted = records[open_rows].drop_duplicates(key)[[*dict.fromkeys([*key, *same, "clock_on"])]].reset_index(names="row")
    free = cases[~cases["case_id"].isin(linked["case_id"].dropna())][[*same, "clock_on", "case_id"]]
    pairs = wanted.merge(free, on=same, how="inner", suffixes=("", "_of_case"))
    days = (pairs["clock_on"] - pairs["clock_on_of_case"]).dt.days.abs()
    pairs = pairs[days <= dataset.match_rule.within_days]
    certain = pairs[~pairs["row"].duplicated(keep=False) & ~pairs["case_id"].duplicated(keep=False)]
    chosen = certain.set_index("row")["case_id"]
    linked.loc[chosen.index, "case_id"] = chosen
    linked.loc[chosen.index, "is_corrected"] = True


def _number_new(records: pd.DataFrame, key: list[str], linked: pd.DataFrame) -> None:
    """A new case for each new key; a later record with a key that was just matched or numbered joins its case."""
    open_rows = linked["case_id"].isna()
    if not open_rows.any():
        return
    groups = records.groupby(key, sort=False, dropna=False).ngroup().to_numpy()
    case_of_group: dict[int, str] = {}
    for group, case_id in zip(groups[~open_rows], linked.loc[~open_rows, "case_id"], strict=True):
        case_of_group.setdefault(group, case_id)
    new = [group for group in dict.fromkeys(groups[open_rows.to_numpy()]) if group not in case_of_group]
    case_of_group.update(zip(new, random_ids(len(new)), strict=True))
    linked.loc[open_rows, "case_id"] = [case_of_group[group] for group in groups[open_rows.to_numpy()]]
