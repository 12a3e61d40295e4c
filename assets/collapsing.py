"""What a case says that several teams have told of: their records as one row. Pure functions of frames.

Belongs here: ranking, sections, filling, emptying. Does not belong here: which records are one case (``assets.case_linking``).
``records``: typed like a conformed frame, with ``case_id`` and ``record_number``, those of a case in sequence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from assets.cases import complete
from assets.folding import carried_names
from quality_checks.conditions import unmet
from quality_checks.masks import Evaluator
from schemas.case_links import AnyTrue, BestOf, Criterion, Earliest, First, Latest, MostFilled, Section, Where
from schemas.datasets import Dataset


def collapse(dataset: Dataset, records: pd.DataFrame) -> pd.DataFrame:
    """One row a case, index ``case_id``: its carried fields. What is derived from them has to be derived again."""
    return _Collapsing(dataset, records.reset_index(drop=True)).rows()


class _Collapsing:
    def __init__(self, dataset: Dataset, records: pd.DataFrame):
        self.dataset, self.records = dataset, records
        self.names = carried_names(dataset)
        self.judge = Evaluator(records)
        blanks = {f.name for f in dataset.fields if f.blank is not None}
        # an empty box says no, which is no answer to a section
        self.answered = pd.DataFrame({n: (records[n].eq(True) if n in blanks else records[n].notna()).to_numpy() for n in self.names})
        self.rank = self._ranked(dataset.collapse.prefer, records["record_number"].to_numpy())

    def rows(self) -> pd.DataFrame:
        best = self._chosen(self.rank)
        case_ids = self.records["case_id"].to_numpy()[best]
        rows = self.records.loc[best, self.names].set_axis(case_ids)
        for section in self.dataset.collapse.sections:
            names = [name for name in self.names if name.startswith(section.prefixes)]
            chosen = self._best_of(section, names)
            rows[names] = self.records.loc[chosen, names].set_axis(self.records["case_id"].to_numpy()[chosen]).reindex(case_ids)
        for fill in self.dataset.collapse.fill:
            self._fill(rows, fill)
        return self._emptied(rows).rename_axis("case_id")

    # -- ranking -------------------------------------------------------------------------------------------------------
    def _ranked(self, criteria: tuple[Criterion, ...], otherwise: np.ndarray) -> np.ndarray:
        """Place of each record in the order of the criteria, best first; ``otherwise`` decides what they leave open."""
        return _places([*(self._key(criterion) for criterion in criteria), otherwise])

    def _key(self, criterion: Criterion) -> np.ndarray:
        """Small is good."""
        match criterion:
            case Where(condition):
                return ~self.judge.holds(condition)
            case Latest(name):
                instants = self.records[name].astype("datetime64[us]")
                return np.where(instants.isna(), np.inf, -instants.astype("int64").astype("float64"))
            case MostFilled(prefix):
                return -self.answered[[n for n in self.names if n.startswith(prefix)]].sum(axis=1).to_numpy()
            case First():
                return self.records["record_number"].to_numpy() - self.records["is_leading"].to_numpy(dtype=bool) * len(self.records)

    def _chosen(self, rank: np.ndarray) -> np.ndarray:
        """Position of each case's best record."""
        given = pd.DataFrame({"case_id": self.records["case_id"], "rank": rank})
        return given.sort_values("rank").drop_duplicates("case_id").index.to_numpy()

    def _best_of(self, section: Section, names: list[str]) -> np.ndarray:
        rank = self._ranked(section.prefer, self.rank)
        is_silent = ~self.answered[names].any(axis=1).to_numpy()
        return self._chosen(rank + is_silent * len(rank))

    # -- single values -------------------------------------------------------------------------------------------------
    def _fill(self, rows: pd.DataFrame, fill: Earliest | BestOf | AnyTrue) -> None:
        match fill:
            case Earliest(name):
                rows[name] = self.records.groupby("case_id")[name].min().reindex(rows.index).astype(rows[name].dtype)
            case AnyTrue(names):
                for name in names:
                    rows[name] = _any_true(self.records, name).reindex(rows.index).astype(object).where(lambda s: s.notna(), None)
            case BestOf(names, by, order):
                place = self.records[by].map({code: n for n, code in enumerate(order)}).fillna(len(order)).to_numpy()
                told = self.records[names[0]].notna().to_numpy()
                first = self.records[names[0]].astype("datetime64[us]").astype("int64").to_numpy()
                chosen = self._chosen(_places([~told, place, first, self.rank]))
                values = self.records.loc[chosen, list(names)].set_axis(self.records["case_id"].to_numpy()[chosen])
                rows[list(names)] = values.reindex(rows.index)

    def _emptied(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Without the answers to questions that the row itself rules out."""
        asked = complete(self.dataset, rows)
        for name, ruled_out in unmet(asked, self.dataset).items():
            if name in self.names and self.dataset.field_by_name[name].blank is None:
                rows[name] = rows[name].mask(ruled_out, None).astype(rows[name].dtype)
        return rows


def _places(keys: list[np.ndarray]) -> np.ndarray:
    """Place of each row in the order of the keys, the first key deciding first."""
    order = np.lexsort(keys[::-1])
    places = np.empty(len(order), dtype="int64")
    places[order] = np.arange(len(order))
    return places


def _any_true(records: pd.DataFrame, name: str) -> pd.Series:
    told = records[records[name].notna()]
    return told[name].astype(bool).groupby(told["case_id"]).any()
