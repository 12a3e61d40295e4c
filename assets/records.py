"""Records of patients: one submission's rows into persons, record versions and cases, in one transaction.

Belongs here: the order of the steps between a typed frame and the written cases. Does not belong here: reading (``assets.reading``),
judging (``quality_checks``), the pure parts (``linking``, ``folding``), the ledger's states (``assets.submissions``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, Text, select

from assets import cases as case_store
from assets import persons, team_records
from assets.cross_record import families
from assets.effective_records import change, is_overtaken, replaced_cases, settle_effectiveness, take_back
from assets.folding import all_emptied, carried_derived, carried_names, carry_forward, clock_dates, typed_like, with_values
from assets.ledger import Counts, latest_effective
from assets.linking import link
from assets.places import folder_findings, place_findings, sites_of_records
from assets.reading.conform import derive
from assets.record_linking import link_team_records, linking_fields
from assets.spared import find_spared, spare, unknown_findings
from assets.work import Applied, Work
from quality_checks.findings import Finding
from quality_checks.receipt import Comparison, completeness
from quality_checks.validate import judged_frame, validate
from schemas.datasets import Dataset, Mode, Pathway
from schemas.fields import Identifier
from schemas.rules import Scope, Severity
from warehouse.detail_tables import record_table, unit_column
from warehouse.loading import Copies, copy_frame
from warehouse.planner_statistics import renew_statistics

MANY = 5_000  # records; what asks for so many new rows joins them one by one if the server does not know yet that they are there


@dataclass(frozen=True)
class Linked:
    """Rows of the file that could be linked, on the file's row numbers: who, where, when, which case, and what was known before.

    Where cases have the records of several teams, ``case_id`` is here that of the team's record: what rows are folded into first.
    """

    rows: pd.DataFrame  # person_id, is_new, digest, key_id, site_code, provider_code, clock_on, case_id, is_new_case, is_corrected
    known: pd.DataFrame  # the persons' cases as they stand

    @property
    def told_of(self) -> pd.DataFrame:
        """Those of the known cases that the rows tell of."""
        return self.known[self.known["case_id"].isin(self.rows["case_id"])]


def apply(connection: Connection, work: Work) -> Applied:
    """Take one submission's records. The caller holds the lock of loads and commits."""
    pathway = work.registry.pathway_of_dataset(work.dataset.name)
    take_back(connection, pathway, work.row, for_good=True)
    found = sites_of_records(connection, work.dataset, work.conformed.frame, work.sender, work.row.site_code)
    findings = place_findings(work.dataset, found, work.sender) + folder_findings(
        work.dataset, work.conformed.frame, found, work.sender, work.row.site_code
    )
    if any(f.severity is Severity.REJECT_FILE for f in findings):
        return Applied.rejected(work, findings)
    linked = link_rows(connection, work, pathway, found)
    if work.row.mode == Mode.WITHDRAW:
        return _withdraw_rows(connection, work, pathway, linked, findings)
    merged, changed = merge(connection, pathway, work, linked)
    judged_as = {"measures": pathway.measures, "layout": work.read.layout}
    verdict = validate(replace(work.conformed, frame=merged), work.dataset, work.row.rule_version, work.row.received_at, **judged_as)
    findings += _key_findings(work.dataset, linked) + _period_findings(work, linked)
    return _load(connection, work, pathway, linked, merged, changed, verdict, findings)


def _compare(connection: Connection, pathway: Pathway, row: Row, taken: pd.DataFrame, counts: Counts) -> Comparison:
    """The cases of the submission beside those of the sender's last effective one."""
    record, last = record_table(pathway), latest_effective(connection, row)
    new = int(taken.loc[taken["is_new_case"], "case_id"].nunique())
    missing = None
    if last is not None:
        named = set(connection.scalars(select(unit_column(pathway).cast(Text)).where(record.c.submission_id == last.submission_id)))
        missing = len(named - set(taken["case_id"]))
    changed = max(counts.accepted - new, 0)
    return Comparison(new, changed, counts.unchanged, missing, last.submission_id if last else None)


def link_rows(connection: Connection, work: Work, pathway: Pathway, found: pd.DataFrame) -> Linked:
    """Persons, sites, clock and cases of the rows that have a site and a clock date; the others are set aside by their findings."""
    dataset, frame = work.dataset, work.conformed.frame
    rows = found.assign(clock_on=clock_dates(dataset, frame))
    rows = rows[rows["site_code"].notna() & rows["clock_on"].notna()]
    frame = frame.loc[rows.index]
    identified = persons.identify(connection, work.keys, persons.identities(dataset, frame, rows["site_code"]), rows.index)
    rows = rows.join(identified)
    known_of, link_to = (team_records.of_persons, link_team_records) if dataset.case_link else (case_store.cases_of_persons, link)
    known = known_of(connection, pathway, rows.loc[~rows["is_new"], "person_id"].unique())
    keys = [name for name in linking_fields(dataset) if name in frame]
    linked = link_to(dataset, rows[["person_id", "site_code", "clock_on"]].join(frame[keys]), known)
    return Linked(rows.join(linked.rename(columns={"is_new": "is_new_case"})), known)


def merge(connection: Connection, pathway: Pathway, work: Work, linked: Linked) -> tuple[pd.DataFrame, pd.Series]:
    """What is known of each row's case after the row, and whether the row changed anything; on the index of the file's rows.

    What was known before is the fold of what had arrived before this submission, whatever has been loaded since.
    """
    dataset, frame = work.dataset, work.conformed.frame
    rows = linked.rows
    changed = pd.Series(True, index=frame.index)
    before = _known_before(connection, pathway, work.row, linked)
    if not len(before) and not rows["case_id"].duplicated().any():
        return frame, changed
    carried = carried_names(dataset)
    told = frame.loc[rows.index, carried].assign(case_id=rows["case_id"], row=rows.index)
    base = typed_like(before, frame, carried).assign(case_id=before["case_id"], row=-1)
    stacked = pd.concat([base, told], ignore_index=True).copy()  # a copy keeps columns of a type together, which concat does not
    emptied = all_emptied(
        dataset,
        frame.loc[rows.index],
        {n: pd.Series(m, index=frame.index)[rows.index].to_numpy() for n, m in work.conformed.cleared.items()},
    )
    cleared = {n: np.concatenate([np.zeros(len(base), bool), m]) for n, m in emptied.items()}
    after = carry_forward(stacked, stacked["case_id"].to_numpy(), carried, cleared)
    previous = after.groupby("case_id", sort=False)[carried].shift(1)
    same = ((after[carried] == previous) | (after[carried].isna() & previous.isna())).all(axis=1)
    is_first = ~stacked["case_id"].duplicated()
    own = after["row"] >= 0
    changed.loc[after.loc[own, "row"]] = ~(same & ~is_first)[own].to_numpy()
    merged = with_values(frame, after.loc[own, carried].set_axis(after.loc[own, "row"]))
    return derive(merged, dataset, keep=carried_derived(dataset)), changed


def _known_before(connection: Connection, pathway: Pathway, row: Row, linked: Linked) -> pd.DataFrame:
    wanted = linked.told_of
    late = wanted["last_arrival_number"] > row.arrival_number
    if not late.any():
        return wanted
    touched = case_store.touch(connection, wanted.loc[late, "case_id"])
    earlier = case_store.fragments(connection, pathway, touched.ids, before=row.arrival_number)
    folded = case_store.fold_fragments(pathway.case_dataset, earlier).reset_index() if len(earlier) else wanted.iloc[:0]
    return pd.concat([wanted[~late], folded[[c for c in wanted.columns if c in folded]]], ignore_index=True)


def _key_findings(dataset: Dataset, linked: Linked) -> list[Finding]:
    advice = (
        "A record of this person with another key was known: it has been corrected. If this is a second event, tell the network's office."
    )
    rows = linked.rows.index[linked.rows["is_corrected"].astype(bool)]
    return [
        Finding("KEY1", "key_is_as_submitted_before", Severity.WARN, Scope.WAREHOUSE, advice, int(r), dataset.record_key[-1]) for r in rows
    ]


def _period_findings(work: Work, linked: Linked) -> list[Finding]:
    if work.row.mode != Mode.REPLACE_PERIOD:
        return []
    on = linked.rows["clock_on"]
    outside = ~on.between(pd.Timestamp(work.row.period_start), pd.Timestamp(work.row.period_end))
    advice = "This record lies outside the period that the submission replaces. Correct its date or the manifest's period."
    field = work.dataset.record_key[-1]
    return [
        Finding("PER1", "record_lies_in_period", Severity.QUARANTINE_RECORD, Scope.RECORD, advice, int(r), field) for r in on.index[outside]
    ]


def _load(connection, work: Work, pathway: Pathway, linked: Linked, merged: pd.DataFrame, changed: pd.Series, verdict, findings) -> Applied:
    judged = Applied.judge(work, verdict, findings)
    if judged.is_rejected:
        return judged
    takes = judged.taken.reindex(linked.rows.index)
    leaves = judged.out_of_scope.reindex(linked.rows.index) & ~linked.rows["is_new_case"]
    spared, unknown = find_spared(connection, work, judged, linked.rows)
    replaced = replaced_cases(connection, pathway, work.row, linked.rows[takes], spared)
    held = _hold_reason(work, replaced, linked)
    if held:
        return judged.held(held, len(replaced))
    rows = linked.rows[takes | leaves]
    filled = completeness(work.dataset, judged_frame(replace(work.conformed, frame=merged), work.row.received_at), judged.taken.to_numpy())
    judged = replace(judged.with_findings(unknown_findings(unknown, len(replaced))), completeness=filled)
    if work.repeats:
        return judged.loaded(judged.taken & False, rows["case_id"], 0)
    stands_alone = not len(replaced) and not leaves.any() and not is_overtaken(connection, work.row, linked.told_of)

    def write(touched) -> None:
        spare(connection, pathway, work.row.submission_id, spared)
        with Copies(connection) as copies:
            persons.make(copies, rows, _births(work))
            copies.add(record_table(pathway), _fragments(work, rows, leaves[takes | leaves]))
            if stands_alone:
                case_store.write(connection, pathway, _states(work, linked, rows, merged), copies)
        if len(rows) >= MANY:
            renew_statistics(connection)
        if not stands_alone:
            settle_effectiveness(connection, pathway, rows["provider_code"].unique(), work.row, counts=True)
            case_store.refold(connection, pathway, touched)

    clashes = change(connection, pathway, [*rows["case_id"], *replaced], rows.loc[~rows["is_new"], "person_id"].unique(), work.row, write)
    judged = judged.with_clashes(clashes, rows["case_id"], work.dataset).with_families(
        families(work.dataset, work.row.rule_version, rows["case_id"], clashes)
    )
    done = judged.loaded(changed.reindex(judged.taken.index).fillna(True).astype(bool), rows["case_id"], len(replaced))
    return replace(done, comparison=_compare(connection, pathway, work.row, linked.rows[takes], done.counts))


def _births(work: Work) -> pd.Series | None:
    name = persons.field_of(work.dataset, Identifier.BIRTH_DATE)
    return work.conformed.frame[name] if name else None


def _fragments(work: Work, rows: pd.DataFrame, is_withdrawal: pd.Series) -> pd.DataFrame:
    """What the submission said, as rows of the record table."""
    carried = carried_names(work.dataset)
    told = work.conformed.frame.loc[rows.index, carried].copy()
    masks = {name: pd.Series(mask, index=work.conformed.frame.index) for name, mask in work.conformed.cleared.items()}
    told["cleared_fields"] = [tuple(name for name, mask in masks.items() if mask[row]) for row in rows.index] if masks else [()] * len(rows)
    told["submission_id"] = work.row.submission_id
    told["arrival_number"] = work.row.arrival_number
    told["row_number"] = rows.index
    told["is_effective"] = True
    told["is_withdrawal"] = is_withdrawal.to_numpy()
    told["organisation_code"] = rows["provider_code"]
    told = told.join(rows[["case_id", "person_id", "site_code", "clock_on"]])
    return told.assign(team_record_id=told["case_id"]) if work.dataset.case_link else told


def _states(work: Work, linked: Linked, rows: pd.DataFrame, merged: pd.DataFrame) -> pd.DataFrame:
    """The cases as the rows leave them, where nothing later is known: no need to read the records again."""
    first = rows.index.to_series().groupby(rows["case_id"]).first()
    last = rows[~rows["case_id"].duplicated(keep="last")]
    known = linked.known[["case_id", "first_arrival_number", "first_row_number"]].set_index("case_id").reindex(last["case_id"])
    states = merged.loc[last.index].assign(
        person_id=last["person_id"], site_code=last["site_code"], provider_code=last["provider_code"], last_arrival_number=work.row.arrival_number,
        first_arrival_number=known["first_arrival_number"].fillna(work.row.arrival_number).to_numpy("int64"),
        first_row_number=known["first_row_number"].fillna(first[last["case_id"]]).to_numpy("int64"), is_new=~last["case_id"].isin(linked.known["case_id"]),
    )  # fmt: skip
    return states.set_axis(pd.Index(last["case_id"], name="case_id"))


def _hold_reason(work: Work, replaced: list[str], linked: Linked) -> str | None:
    policy, row = work.dataset.hold_policy, work.row
    if row.is_approved or not replaced:
        return None
    whole = len(replaced) + int((~linked.rows["is_new_case"]).sum())
    if len(replaced) <= policy.records and len(replaced) <= policy.share * whole:
        return None
    return f"it would withdraw {len(replaced)} of {whole} known records of the period"


def _withdraw_rows(connection, work: Work, pathway: Pathway, linked: Linked, findings: list[Finding]) -> Applied:
    """Rows that name records to withdraw by their key."""
    unknown = linked.rows.index[linked.rows["is_new_case"]]
    advice = "No record with this key is known, so there is nothing to withdraw. Check the key."
    field = work.dataset.record_key[-1]
    findings += [
        Finding("WDR1", "record_to_withdraw_is_known", Severity.QUARANTINE_RECORD, Scope.WAREHOUSE, advice, int(r), field) for r in unknown
    ]
    judged = Applied.judge(work, None, findings)
    rows = linked.rows[judged.taken.reindex(linked.rows.index)]
    told = _fragments(work, rows, pd.Series(True, index=rows.index))

    def write(touched) -> None:
        copy_frame(connection, record_table(pathway), told)
        case_store.refold(connection, pathway, touched)

    change(connection, pathway, rows["case_id"], rows["person_id"].unique(), work.row, write)
    return judged.loaded(pd.Series(True, index=judged.taken.index), rows["case_id"], rows["case_id"].nunique())
