"""The organisations that results name, and those that nobody knows yet.

Belongs here: from a published name to a code, and what becomes of a name that no organisation bears. Does not belong here:
importing organisations and their aliases (``warehouse.organisations``), sites of patients' records (``assets.places``).

A name that no organisation bears is kept: its results go to a provisional organisation whose code is made from the name alone
(``?`` and a hash), so that every submission finds the same one. When the name has become an alias, ``rehome`` moves them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pandas as pd
from sqlalchemy import Connection, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from assets.effective_results import Cell, queue_results
from schemas.registry import Registry
from warehouse.database import transaction_lock
from warehouse.intake_tables import effect, finding_kind, submission
from warehouse.measurement_tables import submitted_result
from warehouse.organisations import PROVISIONAL, OrganisationError, add_alias, ancestors, normalise_name, remember_unresolved, resolve
from warehouse.pathway_tables import organisation, unresolved_organisation
from warehouse.tables import EFFECTIVE_STATES

# rules that set rows aside, or refuse the file, where an organisation is not known; which name it was is kept nowhere
NOT_KNOWN = ("ORG1", "RES2", "SND4")


def provisional_code(name: str) -> str:
    """The code of the organisation that stands for a name which nobody bears; equal for all spellings that match alike."""
    return PROVISIONAL + sha256(normalise_name(name).encode()).hexdigest()[:12].upper()


def is_provisional(code: str) -> bool:
    return code.startswith(PROVISIONAL)


def find_codes(connection: Connection, names: pd.Series) -> pd.Series:
    """The code of each name (a code, a name or an older code); the provisional one where nobody bears it; None where there is no name."""
    distinct = [str(name) for name in names.dropna().unique()]
    found = resolve(connection, distinct)
    codes = {name: found.get(name) or provisional_code(name) for name in distinct}
    return pd.Series([codes.get(name) for name in names], index=names.index, dtype=object)


def keep_unresolved(connection: Connection, rows: pd.DataFrame, submission_id: str) -> None:
    """Make the provisional organisations among ``rows`` (``organisation_code``, ``name``, ``kind``, ``parent``) and note the names."""
    unknown = rows[rows["organisation_code"].map(is_provisional)]
    if not len(unknown):
        return
    first = unknown.drop_duplicates("organisation_code")
    parents = resolve(connection, [str(name) for name in first["parent"].dropna().unique()])
    made = [
        {
            "organisation_code": row.organisation_code,
            "organisation_name": row.name,
            "organisation_kind": row.kind,
            "parent_code": parents.get(row.parent),
        }
        for row in first[["organisation_code", "name", "kind", "parent"]].itertuples(index=False)
    ]
    connection.execute(insert(organisation).on_conflict_do_nothing(), made)
    remember_unresolved(connection, {name: int(count) for name, count in unknown["name"].value_counts().items()}, submission_id)


def rehome(connection: Connection, registry: Registry) -> int:
    """Give the results kept under a name to the organisation that has come to bear it; return how many names found a home.

    Call it in the transaction that adds organisations or aliases. The cells of both organisations are queued.
    """
    known = organisation.c
    waiting = select(known.organisation_name, known.organisation_code).where(
        known.organisation_code.startswith(PROVISIONAL), known.successor_code.is_(None)
    )
    codes = {row.organisation_name: row.organisation_code for row in connection.execute(waiting)}
    found = {name: code for name, code in resolve(connection, codes).items() if code and not is_provisional(code)}
    for name, code in found.items():
        _move(connection, registry, codes[name], code)
    forgotten = unresolved_organisation.c.alias.in_([normalise_name(name) for name in found])
    connection.execute(delete(unresolved_organisation).where(forgotten))
    return len(found)


@dataclass(frozen=True)
class NewAlias:
    """What came of an alias: how many names found a home, whom it found before, and submissions with rows set aside that may be taken now."""

    rehomed: int
    before: str | None
    to_retry: tuple[str, ...]


def give_alias(connection: Connection, registry: Registry, name: str, code: str, *, actor: str, at: datetime) -> NewAlias:
    """``name`` means ``code`` from now on; results that were kept under it move, and their cells are queued. In the caller's transaction.

    Raises ``OrganisationError`` for a code that nobody bears, and for a name that is none or is itself a code.
    """
    transaction_lock(connection, "load")
    if is_provisional(code) or resolve(connection, [code])[code] != code:
        raise OrganisationError(f"the network knows no organisation {code}; `common-cause organisations import FILE` adds organisations")
    before = resolve(connection, [name])[name]
    if not normalise_name(name) or before == name.strip().upper():
        raise OrganisationError(f"{name!r} cannot be an alias: it is {'itself the code of an organisation' if before else 'no name'}")
    add_alias(connection, name, code)
    connection.execute(
        insert(effect).values(
            kind="import organisations", committed_at=at, actor=actor, detail={"alias": normalise_name(name), "organisation": code}
        )
    )
    before = None if before == code or is_provisional(before or PROVISIONAL) else before
    return NewAlias(rehome(connection, registry), before, _to_retry(connection, code))


def _to_retry(connection: Connection, code: str) -> tuple[str, ...]:
    """Submissions of the provider of ``code`` or of the network's office in which a site or organisation was not known."""
    query = (
        select(submission.c.submission_id)
        .join(organisation, organisation.c.organisation_code == submission.c.sender_code)
        .where(submission.c.state.in_((*EFFECTIVE_STATES, "rejected")))
        .where(
            or_(
                organisation.c.organisation_kind == "network",
                submission.c.sender_code.in_([place.code for place in ancestors(connection, code)]),
            )
        )
        .where(exists().where(finding_kind.c.submission_id == submission.c.submission_id, finding_kind.c.rule_id.in_(NOT_KNOWN)))
    )
    return tuple(connection.scalars(query.order_by(submission.c.arrival_number)))


def _move(connection: Connection, registry: Registry, old: str, new: str) -> None:
    cell = [submitted_result.c[name] for name in Cell._fields]
    moved = update(submitted_result).where(submitted_result.c.organisation_code == old).values(organisation_code=new)
    cells: Iterable[Cell] = {Cell(*row) for row in connection.execute(moved.returning(*cell))}
    queue_results(connection, registry, {*cells, *(c._replace(organisation_code=old) for c in cells)}, None)
    successor = update(organisation).where(organisation.c.organisation_code == old)
    connection.execute(successor.values(successor_code=new, closed_on=func.current_date()))
