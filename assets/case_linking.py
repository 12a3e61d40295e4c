"""Which team records are one case, in which sequence, and what holds between them. Pure functions of a frame.

Belongs here: components, order, facts and rules across the records of a case. Does not belong here: what the case says
(``assets.collapsing``), reading and writing (``assets.team_records``).
The frame: one row a team record, all of some persons and of those whose records theirs are chained to, with ``team_record_id, person_id,
site_code, started_on`` and the fields that the ``CaseLink`` names. The result depends on nothing else: on no order, no earlier link.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from quality_checks.masks import Evaluator
from schemas.case_links import CaseLink, CaseRule, Chain
from schemas.datasets import Dataset

WHO_AND_WHEN = ("team_record_id", "person_id", "site_code", "started_on")


def fields_read(link: CaseLink) -> tuple[str, ...]:
    """Fields of the records that linking reads, each once."""
    chain = link.chain
    asked = (link.leads, *(fact.condition for fact in link.facts))
    ruled = (name for rule in link.rules for name in rule.fields)
    return tuple(
        dict.fromkeys(
            (
                chain.id,
                chain.to,
                chain.came_from,
                chain.whole,
                *link.same,
                *link.order,
                *ruled,
                *(n for e in asked for n in e.field_names()),
            )
        )
    )


def group(dataset: Dataset, records: pd.DataFrame) -> pd.DataFrame:
    """``team_record_id, case_id, record_number, is_leading`` and the facts: a row a record, those of a case together and in sequence.

    ``record_number`` counts from 1; a case has the id of its leading record.
    """
    link = dataset.case_link
    cases = components(link, records)
    judged = Evaluator(records)
    leads = judged.holds(link.leads)
    conditions = {fact.name: judged.holds(fact.condition) for fact in link.facts}
    ordered = sequence(link, records, cases)
    found = pd.DataFrame({"team_record_id": records["team_record_id"].to_numpy()[ordered], "case": cases[ordered]})
    found["record_number"] = found.groupby("case", sort=False).cumcount() + 1
    leading = found.assign(is_out=~leads[ordered]).sort_values(["case", "is_out", "record_number"], kind="stable").drop_duplicates("case")
    found["is_leading"] = found.index.isin(leading.index)
    found["case_id"] = found["case"].map(leading.set_index("case")["team_record_id"])
    for fact in link.facts:
        found[fact.name] = _elsewhere(conditions[fact.name][ordered], found["case"], fact.side)
    return found.drop(columns="case")


def _elsewhere(holds: np.ndarray, cases: pd.Series, side: str) -> np.ndarray:
    """Whether it holds for a record before (or after) each one within its case; rows are in sequence."""
    step = 1 if side == "earlier" else -1
    told = pd.Series(holds.astype(int), index=cases.index)[::step]
    return ((told.groupby(cases[::step]).cumsum() - told) > 0)[::step].to_numpy()


# ------------------------------------------------------------------------------------------------ components
def components(link: CaseLink, records: pd.DataFrame) -> np.ndarray:
    """A number for each record, the same for those of one case."""
    pairs = [
        _sharing(records, ["person_id", *link.same]),
        _sharing(records, ["person_id", link.chain.whole]),
        _chained(link.chain, records),
    ]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    graph = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(len(records), len(records)))
    return connected_components(graph, directed=False)[1]


def _sharing(records: pd.DataFrame, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of positions whose values all agree, each with the next that agrees with it."""
    told = records[names].notna().all(axis=1).to_numpy()
    positions = np.flatnonzero(told)
    groups = records.loc[told, names].groupby(names, sort=False).ngroup().to_numpy()
    order = np.argsort(groups, kind="stable")
    ours, next_ones = positions[order][:-1], positions[order][1:]
    same = groups[order][:-1] == groups[order][1:]
    return ours[same], next_ones[same]


def links(chain: Chain, records: pd.DataFrame) -> pd.DataFrame:
    """Each naming of one record by another: ``here``, ``there`` (positions), ``is_mutual``, ``is_one_person``."""
    frame = records.reset_index(drop=True)
    to = _named(frame, chain.to, chain.id).assign(forward=True)
    back = _named(frame, chain.came_from, chain.id).rename(columns={"here": "there", "there": "here"}).assign(forward=False)
    both = pd.concat([to, back], ignore_index=True)
    both["is_mutual"] = both.groupby(["here", "there"])["forward"].transform("nunique") == 2
    person = frame["person_id"].to_numpy()
    both["is_one_person"] = person[both["here"]] == person[both["there"]]
    return both.drop_duplicates(["here", "there"]).drop(columns="forward")


def _named(frame: pd.DataFrame, names: str, id: str) -> pd.DataFrame:
    """Positions of the records that name another by its number (``here``) and of the named ones (``there``)."""
    says = pd.DataFrame({"here": frame.index, "number": frame[names]}).dropna()
    is_it = pd.DataFrame({"there": frame.index, "number": frame[id]}).dropna()
    return says.merge(is_it, on="number")[["here", "there"]].query("here != there").astype("int64")


def _chained(chain: Chain, records: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    found = links(chain, records)
    found = found[found["is_one_person"] | found["is_mutual"]]
    return found["here"].to_numpy(dtype="int64"), found["there"].to_numpy(dtype="int64")


# ------------------------------------------------------------------------------------------------ sequence
def sequence(link: CaseLink, records: pd.DataFrame, cases: np.ndarray) -> np.ndarray:
    """Positions of the records, case after case, each case's in its sequence."""
    chain = link.chain
    keys = pd.DataFrame({"case": cases, "number": records[chain.id].to_numpy()})
    keys["number"] = keys["number"].where(
        keys.groupby("case")["number"].transform("count") == keys.groupby("case")["case"].transform("size")
    )
    for name in link.order:
        keys[name] = records[name].to_numpy()
    keys["came"] = records[chain.came_from].notna().to_numpy()
    keys["started_on"] = records["started_on"].to_numpy()
    keys["site_code"] = records["site_code"].to_numpy()
    keys["own_number"] = records[chain.id].to_numpy()
    keys["last"] = records["team_record_id"].to_numpy()
    return keys.sort_values(list(keys.columns), kind="stable").index.to_numpy()


# ------------------------------------------------------------------------------------------------ rules between records
def broken_rules(link: CaseLink, records: pd.DataFrame) -> pd.DataFrame:
    """Which case breaks which rule between its records: ``case_id``, ``rule_id``. ``records`` have their ``case_id``."""
    found = [(case_id, rule.id) for rule in link.rules for case_id in _breakers(link, rule, records)]
    return pd.DataFrame(found, columns=["case_id", "rule_id"])


def _breakers(link: CaseLink, rule: CaseRule, records: pd.DataFrame) -> Iterator[str]:
    if not rule.fields:
        yield from sorted(set(_broken_chains(link.chain, records)))
        return
    differing = records.groupby("case_id")[list(rule.fields)].nunique().gt(1).any(axis=1)
    yield from differing.index[differing]


def _broken_chains(chain: Chain, records: pd.DataFrame) -> Iterator[str]:
    """Cases in which a record names a neighbour that does not name it."""
    found = links(chain, records)
    yield from records["case_id"].to_numpy()[found.loc[~found["is_mutual"], "here"]]
