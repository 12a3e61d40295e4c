"""What can only be judged across records: the status of a case beside the other cases of its person.

Belongs here: pair rules, rules on a case and what is linked to it (a death), and statuses. The judging is a pure function of a
frame; the database only gives and takes.
Does not belong here: rules on one record (``quality_checks``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Text, false, func, select, text

from assets.folding import clock_dates
from quality_checks.masks import Evaluator
from quality_checks.validate import FamilyResult, RuleResult
from schemas.datasets import Dataset, Pathway
from schemas.expressions import Expression
from schemas.rules import PairRule, Rule, Scope
from warehouse.detail_tables import detail_table
from warehouse.loading import read_frame
from warehouse.pathway_tables import pathway_case, person


def base_status(dataset: Dataset, frame: pd.DataFrame) -> np.ndarray:
    """``incomplete`` where a stored field that its condition requires has no value, else ``valid``."""
    missing, judged = np.zeros(len(frame), dtype=bool), Evaluator(frame)
    for item in dataset.stored_fields:
        if item.required is False:
            continue
        absent = frame[item.name].isna().to_numpy()
        if isinstance(item.required, Expression) and absent.any():
            absent = absent & judged.holds(item.required)
        missing = missing | absent
    return np.where(missing, "incomplete", "valid").astype(object)


def judge(pair_rules: Sequence[PairRule], cases: pd.DataFrame, clock: str) -> pd.DataFrame:
    """Which case breaks which pair rule: columns ``case_id``, ``rule_id``, ``status``, a row each.

    ``cases``: all cases of some persons, with ``case_id, person_id, site_code, clock_on, first_arrival_number, first_row_number``, the
    clock and the fields of the rules. A case that is already a duplicate does not make another one a duplicate.
    """
    broken: list[tuple[str, str, str]] = []
    wanted = {"case_id", "person_id", "clock_on", clock, *(n for rule in pair_rules for n in (*rule.same, *rule.differ, rule.overlap) if n)}
    ordered = cases.sort_values(["clock_on", clock, "first_arrival_number", "first_row_number"], kind="stable")[[*wanted]]
    for _, group in ordered.groupby("person_id", sort=False):
        if len(group) > 1:
            rows = group.to_dict("records")
            for rule in pair_rules:
                broken += [(case_id, rule.id, rule.status) for case_id in _breakers(rule, rows, clock)]
    return pd.DataFrame(broken, columns=["case_id", "rule_id", "status"]).drop_duplicates()


def _breakers(rule: PairRule, rows: list[dict], clock: str) -> list[str]:
    found: list[str] = []
    for position, later in enumerate(rows):
        for earlier in rows[:position]:
            if earlier["case_id"] in found and not rule.both:
                continue
            if _clashes(rule, earlier, later, clock):
                found += [earlier["case_id"], later["case_id"]] if rule.both else [(earlier if rule.earlier else later)["case_id"]]
                break
    return found


def _clashes(rule: PairRule, earlier: dict, later: dict, clock: str) -> bool:
    if any(earlier[name] is None or earlier[name] != later[name] for name in rule.same):
        return False
    if any(earlier[name] == later[name] for name in rule.differ):
        return False
    if rule.within_days is not None and (later["clock_on"] - earlier["clock_on"]).days > rule.within_days:
        return False
    return rule.overlap is None or _overlap(earlier, later, clock, rule.overlap)


def _overlap(earlier: dict, later: dict, clock: str, end: str) -> bool:
    """Stays that share more than an instant. A stay without an end, or a date as an end, is not stretched beyond what is known."""
    start, stop = _start(later, clock), earlier[end]
    if stop is None or pd.isna(stop):
        return False
    return bool(start < stop) and (pd.isna(later[end]) or bool(_start(earlier, clock) < later[end]))


def _start(row: dict, clock: str):
    return row["clock_on"] if pd.isna(row[clock]) else row[clock]


def judge_linked(rules: Iterable[Rule], cases: pd.DataFrame) -> pd.DataFrame:
    """Which case breaks which rule of scope ``warehouse``, in the shape of ``judge``; ``cases`` have ``death_on``, too. Such a case is an error."""
    judged = Evaluator(cases)
    found = [(case_id, rule.id, "error") for rule in rules for case_id in cases["case_id"][judged.broken(rule.requirement)]]
    return pd.DataFrame(found, columns=["case_id", "rule_id", "status"])


def families(dataset: Dataset, rule_version: int, case_ids: pd.Series, clashes: pd.DataFrame) -> tuple[FamilyResult, ...]:
    """What the rules across records have judged of a submission whose rows tell of ``case_ids``, by family, in the shape of the suite's results."""
    linked = [rule for rule in dataset.rules_at(rule_version) if rule.scope is Scope.WAREHOUSE]
    made: dict[str, list[RuleResult]] = {}
    for rule in (*linked, *dataset.pair_rules_at(rule_version)):
        broken = int(case_ids.isin(clashes.loc[clashes["rule_id"] == rule.id, "case_id"]).sum())
        made.setdefault(rule.family, []).append(RuleResult(rule.id, rule.name, rule.severity, len(case_ids), broken))
    return tuple(FamilyResult(family, not any(rule.broken_count for rule in rules), tuple(rules)) for family, rules in made.items())


def settle_statuses(connection: Connection, pathway: Pathway, case_ids, rule_version: int) -> pd.DataFrame:
    """Give each of the cases its status anew. ``case_ids`` must hold all cases of their persons.

    Returns what ``judge`` and ``judge_linked`` found. Only persons with more than one case or a linked death are looked at, cases of
    several teams' records, and cases in error: the others keep what ``write`` gave them.
    """
    dataset = pathway.case_dataset
    cases = _cases_to_judge(connection, pathway, case_ids)
    if not len(cases):
        return pd.DataFrame(columns=["case_id", "rule_id", "status"])
    cases["base_status"] = base_status(dataset, cases)
    linked = [rule for rule in dataset.rules_at(rule_version) if rule.scope is Scope.WAREHOUSE]
    broken = pd.concat([judge_linked(linked, cases), judge(dataset.pair_rules_at(rule_version), cases, dataset.clock)], ignore_index=True)
    status = broken.drop_duplicates("case_id").set_index("case_id")["status"]
    cases["record_status"] = cases["case_id"].map(status).astype(object).where(cases["case_id"].isin(status.index), cases["base_status"])
    connection.execute(
        text("update pathway.pathway_case set record_status = given.status from unnest(:ids ::uuid[], :given ::text[]) as given (id, status) "
             "where case_id = given.id and record_status <> given.status"),
        {"ids": list(cases["case_id"]), "given": list(cases["record_status"])},
    )  # fmt: skip
    return broken


def _cases_to_judge(connection: Connection, pathway: Pathway, case_ids) -> pd.DataFrame:
    detail = detail_table(pathway)
    linked = select(pathway_case.c.person_id).join(person, person.c.person_id == pathway_case.c.person_id).where(
        pathway_case.c.case_id.in_(case_ids), person.c.death_on.is_not(None) | (pathway_case.c.record_status == "error"))  # fmt: skip
    shared = select(pathway_case.c.person_id).where(pathway_case.c.case_id.in_(case_ids), pathway_case.c.pathway_name == pathway.name)
    shared = shared.group_by(pathway_case.c.person_id).having(func.count() > 1)
    query = select(
        pathway_case.c.case_id.cast(Text).label("case_id"), pathway_case.c.person_id.cast(Text).label("person_id"), pathway_case.c.site_code,
        pathway_case.c.first_arrival_number, pathway_case.c.first_row_number, person.c.death_on, *(c for c in detail.c if c.name != "case_id"),
    ).join(detail, detail.c.case_id == pathway_case.c.case_id).join(person, person.c.person_id == pathway_case.c.person_id).where(
        pathway_case.c.person_id.in_(shared) | pathway_case.c.person_id.in_(linked) | _of_several_records(pathway, case_ids),
        pathway_case.c.pathway_name == pathway.name)  # fmt: skip
    found = read_frame(connection, query, pathway.case_dataset)
    if len(found):
        found["clock_on"] = clock_dates(pathway.case_dataset, found)
        found["death_on"] = pd.to_datetime(found["death_on"]).astype("datetime64[s]")
    return found


def _of_several_records(pathway: Pathway, case_ids):
    if pathway.case_dataset.case_link is None:
        return false()
    detail = detail_table(pathway)
    return (detail.c.team_record_count > 1) & pathway_case.c.case_id.in_(case_ids)
