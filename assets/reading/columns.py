"""What the header says: columns that are there, unknown, missing, twice, or in another place.

Belongs here: judging the columns of a recognised header. Does not belong here: recognising it (``recognise``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process

from assets.reading.file_rules import FileRule, column_letter
from assets.reading.manifest import Manifest
from assets.reading.recognise import Match, is_header_of, normalised
from quality_checks.findings import Finding
from schemas.datasets import Dataset, DatasetKind, Mode
from schemas.fields import Field
from schemas.layouts import Column, GroupAndSum

ALIKE = 75  # of 100: rapidfuzz ratio from which a suggestion is worth reading


def column_findings(header: Sequence[str], match: Match, manifest: Manifest | None) -> tuple[Finding, ...]:
    """Warnings about the header's columns. Raises ``FileRefused`` for two columns of one field, or an essential one missing."""
    _refuse_duplicates(match)
    _refuse_missing(header, match, manifest)
    return (*_unknown(header, match), *_missing(match), *_out_of_place(header, match))


def _refuse_duplicates(match: Match) -> None:
    counted = Counter(column.field for column in match.columns.values())
    twice = [name for name, count in counted.items() if count > 1]
    if twice:
        letters = [column_letter(i) for i, column in match.columns.items() if column.field == twice[0]]
        raise FileRule.UNIQUE_HEADERS.refusal(
            f"Columns {' and '.join(letters)} both are '{_header(match, twice[0])}'. Keep the one that is right, delete or rename the other.",
            field_name=twice[0],
        )


def _refuse_missing(header: Sequence[str], match: Match, manifest: Manifest | None) -> None:
    present = {column.field for column in match.columns.values()}
    missing = [name for name in essential_fields(match.dataset, manifest) if name not in present]
    if missing == [match.dataset.site_field] and missing[0] not in {column.field for column in match.layout.columns}:
        raise FileRule.ESSENTIAL_COLUMNS.refusal(
            f"The file does not say whose records it holds ('{_header(match, missing[0])}'), and files of this layout never do. Drop it in the folder named by the code, below your own, or name it in a manifest.",
            field_name=missing[0],
        )
    if missing and not isinstance(match.layout.reshape, GroupAndSum):
        alike = {name: position for position, name in _looks_like(header, match).items()}
        named = ", ".join(f"'{_header(match, name)}'{_place_of(alike.get(name))}" for name in missing)
        raise FileRule.ESSENTIAL_COLUMNS.refusal(
            f"Without these columns no row can be taken: {named}. Head them as the template does.", field_name=missing[0]
        )


def _place_of(position: int | None) -> str:
    return "" if position is None else f" (column {column_letter(position)} looks like it)"


def essential_fields(dataset: Dataset, manifest: Manifest | None) -> tuple[str, ...]:
    """Fields whose column must be in the file: what names a record; all essential fields where nothing else can supply them."""
    essential = [field.name for field in dataset.fields if field.is_essential]
    mode = (manifest.mode if manifest else None) or dataset.default_mode
    names = dataset.record_key if dataset.record_key and mode is not Mode.REPLACE_PERIOD else (*dataset.record_key, *essential)
    supplied = {dataset.site_field} if manifest and (manifest.site or manifest.team) else set()
    return tuple(dict.fromkeys(name for name in names if name not in supplied and name in dataset.field_by_name))


def _unknown(header: Sequence[str], match: Match) -> Iterator[Finding]:
    alike, is_whole = _looks_like(header, match), not _required_missing(match)
    other = (
        "Delete it, or leave it: it does no harm."
        if is_whole
        else "If it is one of the columns that are missing, head it as the template does."
    )
    for position, name in alike.items():
        told = f"Did you mean '{_header(match, name)}'?" if name else other
        yield FileRule.KNOWN_COLUMNS.finding(
            f"Column {column_letter(position)} is not part of the dataset and was not read. {told}", field_name=name
        )


def _unread(header: Sequence[str], match: Match) -> list[int]:
    """Places of the headed columns that are no field's."""
    ignored = {normalised(name) for name in getattr(match.layout.reshape, "ignored", ())}
    return [
        place for place, text in enumerate(header) if place not in match.columns and normalised(text) and normalised(text) not in ignored
    ]


def _looks_like(header: Sequence[str], match: Match) -> dict[int, str | None]:
    """Place of each headed column that was not read -> the field without a column whose header is spelt most like it, None where none is."""
    taken = {column.field for column in match.columns.values()}
    free = {spelt: column.field for column in match.layout.columns if column.field not in taken for spelt in _spellings(column)}
    found = {
        place: process.extractOne(normalised(header[place]), free.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
        for place in _unread(header, match)
    }
    return {place: best and free[best[0]] for place, best in found.items()}


def _spellings(column: Column) -> Iterator[str]:
    """How a column may be headed, and each name of a header of two: 'Sex / Gender'."""
    for header in (column.header, *column.synonyms):
        yield from map(normalised, {header, *header.split("/")})


def _missing(match: Match) -> Iterator[Finding]:
    missing = _required_missing(match)
    if missing:
        named = ", ".join(f"'{_header(match, f.name)}'" for f in missing)
        always = any(f.is_essential and f.required is True for f in missing)
        told = (
            "New records cannot be taken without them; of records sent before, what was sent is kept."
            if always
            else "What was sent of them before is kept."
        )
        yield FileRule.ALL_COLUMNS.finding(f"These columns are not in the file: {named}. {told} Add them.")


def _required_missing(match: Match) -> list[Field]:
    """The fields that some record must have and that have no column; none of datasets whose rows are no records."""
    present = {column.field for column in match.columns.values()}
    if match.dataset.kind in (DatasetKind.RESULTS, DatasetKind.IMPROVEMENT):
        return []
    return [f for f in match.dataset.fields if f.required is not False and f.name not in present]


def _out_of_place(header: Sequence[str], match: Match) -> Iterator[Finding]:
    if not match.layout.positional:
        return
    if match.is_by_cells:
        told = "The header does not name the columns; all were read by their places. Check that none was added, lost or moved."
        yield FileRule.HEADER_AT_PLACE.finding(told)
        return
    for position, column in match.columns.items():
        if not is_header_of(header[position], column, match.dataset):
            yield FileRule.HEADER_AT_PLACE.finding(
                f"Column {column_letter(position)} was read as '{column.header}' because of its place, but is headed otherwise. Check the order of the columns.",
                field_name=column.field,
            )


def _header(match: Match, name: str) -> str:
    own = next((column.header for column in match.layout.columns if column.field == name), None)
    return own or match.dataset.field_by_name[name].header
