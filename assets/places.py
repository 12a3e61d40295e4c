"""Whose record it is: the site a record names, and whether its sender may send for it.

Belongs here: sites of records, and the findings where they do not fit. Does not belong here: importing organisations (``warehouse.organisations``).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import ARRAY, Connection, Text, any_, literal, select

from quality_checks.findings import Finding
from schemas.datasets import Dataset
from schemas.rules import Scope, Severity
from warehouse.organisations import normalise_name
from warehouse.pathway_tables import organisation, organisation_alias


@dataclass(frozen=True)
class Sender:
    """Who sends: a provider for itself and what lies below it, or the network's office for all."""

    code: str
    kind: str | None

    @property
    def is_known(self) -> bool:
        return self.kind in ("provider", "site", "team", "network")

    @property
    def is_office(self) -> bool:
        return self.kind == "network"


def find_sender(connection: Connection, code: str) -> Sender:
    kind = connection.scalar(select(organisation.c.organisation_kind).where(organisation.c.organisation_code == code))
    return Sender(code, kind)


def places(connection: Connection, named: pd.Series) -> pd.DataFrame:
    """``site_code`` and ``provider_code`` (None where nobody is meant) for each name, code or older code; same index.

    A provider that names itself is its own site. Two queries, however many names.
    """
    rows = connection.execute(select(organisation.c.organisation_code, organisation.c.organisation_kind, organisation.c.parent_code))
    directory = {row.organisation_code: (row.organisation_kind, row.parent_code) for row in rows}
    wanted = [str(name) for name in named.dropna().unique()]
    codes = {name: name.strip().upper() for name in wanted}
    aliases = _aliases(connection, [normalise_name(name) for name in wanted if codes[name] not in directory])
    found = {name: _place(directory, codes[name] if codes[name] in directory else aliases.get(normalise_name(name))) for name in wanted}
    pairs = [found.get(name, (None, None)) for name in named]
    return pd.DataFrame(pairs, columns=["site_code", "provider_code"], index=named.index, dtype=object)


def find_site(connection: Connection, named: str) -> str | None:
    """The code of the provider, site or team that is meant; None where the network knows none."""
    return places(connection, pd.Series([named], dtype=object))["site_code"].iloc[0]


def _aliases(connection: Connection, names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    query = select(organisation_alias.c.alias, organisation_alias.c.organisation_code)
    return {
        row.alias: row.organisation_code
        for row in connection.execute(query.where(organisation_alias.c.alias == any_(literal(names, ARRAY(Text)))))
    }


def _place(directory: dict[str, tuple[str, str | None]], code: str | None) -> tuple[str | None, str | None]:
    above = code
    while above is not None and directory[above][0] != "provider":
        above = directory[above][1]
    return (code, above) if above else (None, None)


def sites_of_records(
    connection: Connection, dataset: Dataset, frame: pd.DataFrame, sender: Sender, folder_site: str | None
) -> pd.DataFrame:
    """Sites of the records: what the record says, else the folder, else the sender itself."""
    fallback = folder_site or (sender.code if not sender.is_office else None)
    if dataset.site_field is None:
        named = pd.Series(fallback, index=frame.index, dtype=object)
    else:
        named = frame[dataset.site_field].astype(object)
        named = named.where(named.notna(), fallback)
    return places(connection, named)


def place_findings(dataset: Dataset, found: pd.DataFrame, sender: Sender) -> list[Finding]:
    """Records whose site is unknown, or is not the sender's."""
    unknown = found["site_code"].isna().to_numpy()
    foreign = ~unknown & (found["provider_code"] != sender.code).to_numpy() & (not sender.is_office)
    if foreign.any() and (foreign | unknown).all():
        return [_whole_file(dataset)]
    rows = found.index.to_numpy()
    return [_unknown(dataset, row) for row in rows[unknown]] + [_foreign(dataset, row) for row in rows[foreign]]


def folder_findings(dataset: Dataset, frame: pd.DataFrame, found: pd.DataFrame, sender: Sender, folder_site: str | None) -> list[Finding]:
    """One warning where the file came for one site, by its folder or manifest, and rows that are the sender's name another. The column counts.

    A file that came for the provider as a whole contradicts none of its sites.
    """
    if folder_site is None or dataset.site_field is None:
        return []
    own = found["site_code"].notna() & ((found["provider_code"] == sender.code) | sender.is_office)
    told = own & frame[dataset.site_field].notna()
    others = int((told & (found["site_code"] != folder_site) & (found["provider_code"] != folder_site)).sum())
    if not others:
        return []
    rows = f"{others:,} of {len(frame):,} rows {'names' if others == 1 else 'name'}"
    advice = (
        f"The file came for {folder_site}, by its folder or manifest, but {rows} another site in their own column. What counts is the column: "
        "these rows are told for the sites that they name. If that is wrong, correct the column and send them again; else drop such a file in your own landing folder itself."
    )
    return [Finding("ORG4", "folder_and_rows_name_the_same_site", Severity.WARN, Scope.FILE, advice, None, dataset.site_field)]


def _unknown(dataset: Dataset, row) -> Finding:
    advice = "The network knows no site with this code. Use the site's code as in the template, or ask the network's office to add it."
    return Finding("ORG1", "site_is_known", Severity.QUARANTINE_RECORD, Scope.RECORD, advice, int(row), dataset.site_field)


def _foreign(dataset: Dataset, row) -> Finding:
    advice = "This site belongs to another provider. Correct the code, or let that provider submit the record."
    return Finding("ORG2", "site_belongs_to_sender", Severity.QUARANTINE_RECORD, Scope.RECORD, advice, int(row), dataset.site_field)


def _whole_file(dataset: Dataset) -> Finding:
    advice = "All records name sites of another provider: the file seems to lie in the wrong folder. Drop it in the folder of its provider."
    return Finding("ORG3", "file_is_from_its_sender", Severity.REJECT_FILE, Scope.FILE, advice, None, dataset.site_field)
