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
from schemas.layouts import GroupAndSum

ALIKE = 75  # of 100: rapidfuzz ratio from which a suggestion is worth reading


def column_findings(header: Sequence[str], match: Match, manifest: Manifest | None) -> tuple[Finding, ...]:
    """Warnings about the header's columns. Raises ``FileRefused`` for two columns of one field, or an essential one missing."""
    _refuse_duplicates(match)
    _refuse_missing(match, manifest)
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


def _refuse_missing(match: Match, manifest: Manifest | None) -> None:
    present = {column.field for column in match.columns.values()}
    missing = [name for name in essential_fields(match.dataset, manifest) if name not in present]
    if missing == [match.dataset.site_field] and missing[0] not in {column.field for column in match.layout.columns}:
        raise FileRule.ESSENTIAL_COLUMNS.refusal(
            f"The file does not say whose records it holds ('{_header(match, missing[0])}'), and files of this layout never do. Drop it in the folder named by the code, below your own, or name it in a manifest.",
            field_name=missing[0],
        )
    if missing and not isinstance(match.layout.reshape, GroupAndSum):
        named = ", ".join(f"'{_header(match, name)}'" for name in missing)
        raise FileRule.ESSENTIAL_COLUMNS.refusal(
            f"Without these columns no row can be taken: {named}. Add them, spelt as in the template.", field_name=missing[0]
        )


def essential_fields(dataset: Dataset, manifest: Manifest | None) -> tuple[str, ...]:
    """Fields whose column must be in the file: what names a record; all essential fields where nothing else can supply them."""
    essential = [field.name for field in dataset.fields if field.is_essential]
    mode = (manifest.mode if manifest else None) or dataset.default_mode
    names = dataset.record_key if dataset.record_key and mode is not Mode.REPLACE_PERIOD else (*dataset.record_key, *essential)
    supplied = {dataset.site_field} if manifest and (manifest.site or manifest.team) else set()
    return tuple(dict.fromkeys(name for name in names if name not in supplied and name in dataset.field_by_name))


def _unknown(header: Sequence[str], match: Match) -> Iterator[Finding]:
    ignored = {normalised(name) for name in getattr(match.layout.reshape, "ignored", ())}
    taken = {column.field for column in match.columns.values()}
    free = {column.field: normalised(column.header) for column in match.layout.columns if column.field not in taken}
    for position, text in enumerate(header):
        if position not in match.columns and normalised(text) and normalised(text) not in ignored:
            yield _unknown_column(position, text, free, match)


def _unknown_column(position: int, text: str, free: dict[str, str], match: Match) -> Finding:
    best = process.extractOne(normalised(text), free, scorer=fuzz.ratio, score_cutoff=ALIKE)
    name = best[2] if best else None
    suggestion = f" Did you mean '{_header(match, name)}'?" if name else " Delete it, or leave it: it does no harm."
    return FileRule.KNOWN_COLUMNS.finding(
        f"Column {column_letter(position)} is not part of the dataset and was not read.{suggestion}", field_name=name
    )


def _missing(match: Match) -> Iterator[Finding]:
    present = {column.field for column in match.columns.values()}
    missing = [f for f in match.dataset.fields if f.required is not False and f.name not in present]
    if missing and match.dataset.kind not in (DatasetKind.RESULTS, DatasetKind.IMPROVEMENT):
        named = ", ".join(f"'{_header(match, f.name)}'" for f in missing)
        yield FileRule.ALL_COLUMNS.finding(
            f"These columns are not in the file: {named}. What was sent of them before is kept; add them if they should change."
        )


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
