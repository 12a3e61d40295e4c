"""Organisations: finding them by code or name, what they belong to, who took them over.

Belongs here: look-ups and the upsert that every import uses. Does not belong here: reading files of organisations
(``warehouse.organisation_files``), whose record a record is (``assets.places``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ARRAY, Connection, Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from warehouse.pathway_tables import organisation, organisation_alias, unresolved_organisation

DEPTH_LIMIT = 20
BY_HAND = "name given by hand"  # no import takes such an alias back
PROVISIONAL = "?"  # begins the code of an organisation of which only a submitted name is known
_APOSTROPHES = re.compile(r"['’‘`´]")
_OTHER_MARKS = re.compile(r"[^0-9a-z]+")


class OrganisationError(ValueError):
    """Organisations contradict themselves or each other; the message names the codes and the remedy."""


@dataclass(frozen=True)
class Place:
    """An organisation as one step of a chain."""

    code: str
    name: str
    kind: str


def normalise_name(name: str) -> str:
    """One spelling of a name: accents and case folded, ``&`` as *and*, apostrophes dropped, every other mark a space."""
    folded = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return _OTHER_MARKS.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def resolve(connection: Connection, names: Iterable[str]) -> dict[str, str | None]:
    """For each name as given: the organisation's code, found by code or else by alias; None where nobody bears it."""
    wanted = list(dict.fromkeys(names))
    codes = _existing(connection, [name.strip().upper() for name in wanted])
    aliases = _aliased(connection, [normalise_name(name) for name in wanted])
    return {name: name.strip().upper() if name.strip().upper() in codes else aliases.get(normalise_name(name)) for name in wanted}


def remember_unresolved(connection: Connection, counts: Mapping[str, int], submission_id: str) -> None:
    """Keeps names that nobody bears, with how many rows named them, until somebody adds an alias."""
    rows = [{"alias": normalise_name(n), "first_submission_id": submission_id, "seen_count": c} for n, c in counts.items()]
    if rows:
        statement = insert(unresolved_organisation).values(rows)
        connection.execute(statement.on_conflict_do_update(index_elements=["alias"], set_={"seen_count": statement.excluded.seen_count}))


def add_alias(connection: Connection, name: str, code: str, kind: str = BY_HAND) -> None:
    """``name`` finds ``code`` from now on, whatever it found before; it is no longer unresolved."""
    _upsert_aliases(connection, [{"alias": normalise_name(name), "organisation_code": code, "alias_kind": kind}])
    connection.execute(unresolved_organisation.delete().where(unresolved_organisation.c.alias == normalise_name(name)))


def ancestors(connection: Connection, code: str, on: date | None = None) -> list[Place]:
    """The chain to which the results of ``code`` count: itself, then site -> provider -> region -> network -> nation.

    An organisation that had closed before ``on`` (None: today's view, whatever the date) is followed by its successor, and the
    chain goes on from there. Empty for an unknown code; ``OrganisationError`` for a chain that runs in a circle.
    """
    directory = _directory(connection)
    chain: list[Place] = []
    while code in directory:
        row = directory[code]
        chain.append(Place(row.organisation_code, row.organisation_name, row.organisation_kind))
        if len(chain) > DEPTH_LIMIT:
            raise OrganisationError(f"the organisations above {chain[0].code} run in a circle; correct their parents or successors")
        is_over = row.successor_code and row.closed_on and (on is None or row.closed_on < on)
        code = row.successor_code if is_over else row.parent_code
    return chain


def aliases_of(connection: Connection, code: str) -> list[tuple[str, str]]:
    """(name or older code as normalised, kind) by which ``code`` is found, in alphabetical order."""
    table = organisation_alias.c
    query = select(table.alias, table.alias_kind).where(table.organisation_code == code).order_by(table.alias)
    return [tuple(row) for row in connection.execute(query)]


def took_over(connection: Connection, code: str) -> list[Place]:
    """Those whose successor ``code`` is, provisional ones left out."""
    table = organisation.c
    query = select(table.organisation_code, table.organisation_name, table.organisation_kind).where(table.successor_code == code)
    rows = connection.execute(query.where(~table.organisation_code.startswith(PROVISIONAL)).order_by(table.organisation_code))
    return [Place(*row) for row in rows]


def load_network(connection: Connection, rows: Sequence[Mapping]) -> list[str]:
    """Upserts organisations (columns of ``pathway.organisation``; parents may come in any order) with their names as aliases.

    Returns the codes that are new or changed. What a row does not mention stays as it is.
    """
    before = {code: dict(row._mapping) for code, row in _directory(connection).items()}
    complete = [{**_blank(), **before.get(row["organisation_code"], {}), **row} for row in rows]
    _check(complete, before)
    changed = [row for row in complete if before.get(row["organisation_code"]) != row]
    if changed:
        _upsert(connection, changed)
    _upsert_aliases(connection, _names(complete, {**before, **{r["organisation_code"]: r for r in complete}}))
    return [row["organisation_code"] for row in changed]


def _existing(connection: Connection, codes: list[str]) -> set[str]:
    query = select(organisation.c.organisation_code).where(organisation.c.organisation_code == any_(literal(codes, ARRAY(Text))))
    return set(connection.scalars(query))


def _aliased(connection: Connection, aliases: list[str]) -> dict[str, str]:
    table = organisation_alias.c
    found = connection.execute(select(table.alias, table.organisation_code).where(table.alias == any_(literal(aliases, ARRAY(Text)))))
    return {row.alias: row.organisation_code for row in found}


def _directory(connection: Connection) -> dict:
    return {row.organisation_code: row for row in connection.execute(select(organisation))}


def _blank() -> dict:
    return {column.name: None for column in organisation.columns} | {"is_member": False}


def _check(rows: Sequence[Mapping], before: Mapping) -> None:
    known = {**before, **{row["organisation_code"]: row for row in rows}}
    for row in rows:
        for column in ("parent_code", "successor_code"):
            if row[column] is not None and row[column] not in known:
                raise OrganisationError(f"organisation {row['organisation_code']} names {row[column]}, which is unknown; add it first")
        _check_circle(row["organisation_code"], known)


def _check_circle(code: str, known: Mapping) -> None:
    for column in ("parent_code", "successor_code"):
        seen, above = {code}, known[code][column]
        while above is not None:
            if above in seen:
                raise OrganisationError(f"organisation {code} is above itself by its {column}; correct it")
            seen.add(above)
            above = known[above][column]


def _upsert(connection: Connection, rows: list[dict]) -> None:
    # all rows first without links, so that they may name each other in any order
    links = ("parent_code", "successor_code")
    statement = insert(organisation).values([{**row, **dict.fromkeys(links)} for row in rows])
    plain = {c.name: statement.excluded[c.name] for c in organisation.columns if c.name not in (*links, "organisation_code")}
    connection.execute(statement.on_conflict_do_update(index_elements=["organisation_code"], set_=plain))
    statement = insert(organisation).values(rows)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["organisation_code"], set_={name: statement.excluded[name] for name in links})
    )


def _names(rows: Sequence[Mapping], known: Mapping) -> list[dict]:
    """Each name once: an open organisation is preferred to a closed one, then a provider to what lies above or below it."""

    def rank(row: Mapping) -> tuple:
        is_provisional = row["organisation_code"].startswith(PROVISIONAL)
        return (is_provisional, row["closed_on"] is not None, row["organisation_kind"] != "provider", row["organisation_code"])

    named = {normalise_name(row["organisation_name"]) for row in rows}
    best: dict[str, Mapping] = {}
    for row in sorted(known.values(), key=rank):
        best.setdefault(normalise_name(row["organisation_name"]), row)
    return [{"alias": name, "organisation_code": best[name]["organisation_code"], "alias_kind": "name"} for name in sorted(named) if name]


def _upsert_aliases(connection: Connection, rows: list[dict]) -> None:
    if not rows:
        return
    statement = insert(organisation_alias).values(rows)
    # an alias that somebody gave by hand is not taken back by an import of names
    given = organisation_alias.c.alias_kind == "name"
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["alias"],
            set_={"organisation_code": statement.excluded.organisation_code, "alias_kind": statement.excluded.alias_kind},
            where=given | (func.coalesce(statement.excluded.alias_kind, "") != "name"),
        )
    )
