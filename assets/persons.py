"""Persons: pseudonyms before anything reaches Postgres, found or made.

Belongs here: from an identifying value to ``person_id``. Does not belong here: keys (``warehouse.keys``), cases.
Only a real NHS number joins records into one person. Who has none, or refused, or bears a dummy, is a person of their own by the
record's key. Callers hold the lock of loads, so nobody makes the same person meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.random_ids import random_ids
from schemas.datasets import Dataset
from schemas.fields import Identifier
from schemas.formats import is_nhs_number
from warehouse.keys import Keys
from warehouse.loading import Copies, copy_frame
from warehouse.pathway_tables import person, person_identifier

DIGEST_SIZE = sha256().digest_size
# all digests as one value: as an array of a hundred thousand the driver and the server would take three times as long
KNOWN = text("""
select i.hmac, i.person_id::text as person_id from pathway.person_identifier as i
where i.key_id = :key_id and i.hmac in (select substring(:digests ::bytea from 1 + n * :size for :size) from generate_series(0, :count - 1) as n)
""")


def field_of(dataset: Dataset, identifier: Identifier) -> str | None:
    """The field of the dataset that identifies in this way."""
    return next((f.name for f in dataset.fields if f.identifies is identifier), None)


def identities(dataset: Dataset, frame: pd.DataFrame, site_codes: pd.Series) -> list[str]:
    """The text under a person's pseudonym, for each row: the NHS number where it is real, else the record's own key."""
    number = field_of(dataset, Identifier.NHS_NUMBER)
    numbers = frame[number].to_numpy(object) if number else np.full(len(frame), None, dtype=object)
    real = np.array([isinstance(value, str) and is_nhs_number(value) for value in numbers], dtype=bool)
    texts = numbers.copy()
    if not real.all():
        texts[~real] = _own_keys(dataset, frame[~real], site_codes[~real])
    return list(texts)


def _own_keys(dataset: Dataset, frame: pd.DataFrame, site_codes: pd.Series) -> list[str]:
    identifying = [f.name for f in dataset.fields if f.identifies in (Identifier.BIRTH_DATE, Identifier.NAME)]
    told = frame[[*dict.fromkeys([*dataset.record_key, *identifying])]]
    key = told.astype(str).fillna("").agg("|".join, axis=1)  # what is missing stays missing as text
    if dataset.local_key:
        local = frame[dataset.local_key].astype(object)
        key = local.where(local.notna(), key)
    return [f"record|{dataset.name}|{site}|{text}" for site, text in zip(site_codes, key, strict=True)]


def identify(connection: Connection, keys: Keys, texts: list[str], index: pd.Index) -> pd.DataFrame:
    """``person_id`` (text), ``is_new``, ``digest`` and ``key_id`` for each identity. An unknown one gets the id that ``make`` will write.

    The keys are read anew: whoever loaded before may have made persons by a key that came after ours, and they must be found.
    """
    keys = keys.renewed()
    key_id, digests = keys.pseudonyms(texts)
    found = _look_up(connection, keys, texts, key_id, digests)
    unknown = [digest for digest in dict.fromkeys(digests) if digest not in found]
    fresh = dict(zip(unknown, random_ids(len(unknown)), strict=True))
    return pd.DataFrame(
        {
            "person_id": pd.Series([found.get(d) or fresh[d] for d in digests], index=index, dtype=object),
            "is_new": pd.Series([d in fresh for d in digests], index=index, dtype=bool),
            "digest": pd.Series(digests, index=index, dtype=object),
            "key_id": pd.Series(key_id, index=index, dtype=object),
        }
    )


def make(copies: Copies, identified: pd.DataFrame, birth: pd.Series | None) -> None:
    """Let the new persons among the rows be written, with the month of birth where it is known."""
    new = identified[identified["is_new"]].drop_duplicates("person_id")
    if not len(new):
        return
    persons = pd.DataFrame({"person_id": new["person_id"]})
    if birth is not None:
        persons["birth_month"] = birth.reindex(new.index).dt.to_period("M").dt.to_timestamp()
    copies.add(person, persons)
    copies.add(person_identifier, _pseudonyms(new["key_id"].iloc[0], new["digest"], new["person_id"]))


def _pseudonyms(key_id: str, digests: Iterable[bytes], person_ids: Iterable[str]) -> pd.DataFrame:
    return pd.DataFrame({"hmac": list(digests), "person_id": list(person_ids)}).assign(key_id=key_id)


def _look_up(connection: Connection, keys: Keys, texts: list[str], key_id: str, digests: list[bytes]) -> dict[bytes, str]:
    """Known persons by current digest; a person found by an older key gets the current pseudonym too."""
    found = _select(connection, key_id, digests)
    for older in keys.older_pseudonym_key_ids:
        missing = {digest: text for text, digest in zip(texts, digests, strict=True) if digest not in found}
        by_old = _select(connection, older, old := keys.pseudonyms(list(missing.values()), older)[1])
        again = {digest: by_old[o] for digest, o in zip(missing, old, strict=True) if o in by_old}
        if again:
            copy_frame(connection, person_identifier, _pseudonyms(key_id, again.keys(), again.values()))
        found |= again
    return found


def _select(connection: Connection, key_id: str, digests: list[bytes]) -> dict[bytes, str]:
    given = {"digests": b"".join(digests), "count": len(digests), "size": DIGEST_SIZE, "key_id": key_id}
    return {bytes(row.hmac): row.person_id for row in connection.execute(KNOWN, given)}
