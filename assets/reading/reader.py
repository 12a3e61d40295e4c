"""Bytes -> ReadFile: the order of the steps of reading.

Belongs here: putting the steps together. Does not belong here: any step; typing the values (``conform``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pyarrow as pa

from assets.reading import containers, delimited, encodings, workbooks
from assets.reading.columns import column_findings
from assets.reading.file_rules import FileRule
from assets.reading.manglings import mangling_findings
from assets.reading.manifest import Manifest
from assets.reading.recognise import Grid, Match, recognise
from assets.reading.shapes import InternalError, ReadFile, Sheet, SourceTable, as_strings
from assets.reading.shifted import refuse_shifted
from quality_checks.findings import Finding
from schemas.registry import Registry

GUIDANCE_MARK = "[guidance]"  # begins the row of a template that tells how to fill it in


@dataclass(frozen=True)
class Opened:
    """A container whose bytes are known to be safe: the first rows of each possible table in it, and how to read one whole."""

    grids: list[Grid]
    read: Callable[[int, int, int], Sheet]  # (table, header row 0-based, row limit)
    all_rows: Callable[[int], list[list[str | None]]]
    is_workbook: bool
    sheet_names: tuple[str, ...] = ()


def read_file(
    content: bytes,
    suffix: str,
    registry: Registry,
    *,
    dataset: str | None,
    sender_code: str,
    manifest: Manifest | None = None,
    file_name: str | None = None,
) -> ReadFile:
    """The file as a table of text with its dataset and layout.

    ``suffix`` is the file name's (``.csv``, ``.xlsx``); ``dataset`` what it is sent as, if that is known; ``file_name`` is only
    for layouts that find their period in it. Raises ``FileRefused`` with the findings where the file cannot be taken,
    ``InternalError`` where two of our own counts differ.
    """
    wanted = dataset or (manifest.dataset if manifest else None)
    containers.check_size(len(content), containers.size_limit_bytes(registry, wanted))
    _check_bytes(content, manifest)
    opened = _open(content, suffix)
    match = recognise(opened.grids, registry, wanted, sender_code, manifest)
    containers.check_size(len(content), match.dataset.size_limit_bytes)
    if match.layout.reshape is not None:
        return _reshaped(opened, match, manifest, file_name)
    return _records(opened, match, manifest)


def _open(content: bytes, suffix: str) -> Opened:
    if containers.container_of(content, suffix) is containers.Container.WORKBOOK:
        book = workbooks.open_workbook(content)
        return Opened(book.head_grids(), lambda i, row, limit: workbooks.read_sheet(book, i, row, limit), book.all_rows, True, book.names)
    text = encodings.to_utf8(content)
    separators = delimited.DELIMITERS
    return Opened(
        delimited.head_grids(text),
        lambda i, row, limit: delimited.read_delimited(text, separators[i], row, limit),
        lambda i: delimited.all_rows(text, separators[i]),
        False,
    )


def _check_bytes(content: bytes, manifest: Manifest | None) -> None:
    if manifest and manifest.sha256 and sha256(content).hexdigest() != manifest.sha256:
        raise FileRule.AS_MANIFEST.refusal(
            "The file's SHA-256 is not the one in its manifest: the file was changed or cut off after the manifest was made. Send both again."
        )


# ------------------------------------------------------------------------------------------------ rows that are records
def _records(opened: Opened, match: Match, manifest: Manifest | None) -> ReadFile:
    header = [cell or "" for cell in opened.grids[match.grid][match.row]]
    warnings = column_findings(header, match, manifest)
    sheet = _without_guidance(opened.read(match.grid, match.row, match.dataset.row_limit))
    _refuse_other_sheets(opened, match)
    received = _received(sheet, manifest)
    columns = {column.field: sheet.columns[i] for i, column in match.columns.items()}
    kinds = {column.field: sheet.kinds[i] for i, column in match.columns.items()} if sheet.kinds else {}
    columns |= _site_of_manifest(match, manifest, columns, len(sheet.row_numbers))
    refuse_shifted(sheet, match, received)
    source = SourceTable(
        sheet.header, sheet.header_row, {i: c.field for i, c in match.columns.items()}, sheet.columns, sheet.row_numbers, sheet.misshapen
    )
    read = ReadFile(match.dataset, match.layout, received, columns, sheet.row_numbers, (), tuple(sorted(sheet.misshapen)), source, kinds)
    findings = (*warnings, *_misshapen_findings(sheet), *mangling_findings(read))
    return read.with_findings(findings)


def _received(sheet: Sheet, manifest: Manifest | None) -> int:
    """The independent count, which must be that of the parsed rows. Raises ``FileRefused`` without rows or against the manifest."""
    received = len(sheet.counted_rows)
    parsed = np.union1d(sheet.row_numbers, np.fromiter(sheet.misshapen, dtype=np.int64))
    if not np.array_equal(parsed, sheet.counted_rows):
        raise InternalError(f"{len(parsed)} rows parsed, {received} counted")
    if received == 0:
        raise FileRule.HAS_ROWS.refusal("The file has a header and no rows. Check the export's period and filter, and send it again.", 0)
    _check_row_count(received, manifest)
    if len(sheet.row_numbers) == 0:
        raise FileRule.NO_ROW_FITS.refusal(
            f"None of the {received:,} rows has as many cells as the header ({len(sheet.header)}). Export the file again.", received
        )
    return received


def _check_row_count(received: int, manifest: Manifest | None) -> None:
    if manifest and manifest.row_count is not None and manifest.row_count != received:
        told = f"The manifest says {manifest.row_count:,} rows, the file has {received:,}."
        raise FileRule.AS_MANIFEST.refusal(f"{told} Send the whole file, or correct row_count.", received)


def _misshapen_findings(sheet: Sheet) -> list[Finding]:
    width = len(sheet.header)
    return [
        FileRule.ROW_WIDTH.finding(
            f"The row has {len(cells)} cells, the header has {width}. Look for a separator inside a value (quote it) or a missing cell.",
            row_number=row,
        )
        for row, cells in sheet.misshapen.items()
    ]


def _without_guidance(sheet: Sheet) -> Sheet:
    """A template's row of guidance is no record, in neither count."""
    first = sheet.header_row + 1
    if not len(sheet.row_numbers) or sheet.row_numbers[0] != first:
        return sheet
    words = next((text for column in sheet.columns if (text := column[0].as_py())), "")
    if not words.startswith(GUIDANCE_MARK):
        return sheet
    kinds = tuple(k[1:] for k in sheet.kinds) if sheet.kinds else None
    counted = sheet.counted_rows[sheet.counted_rows != first]
    return Sheet(
        sheet.header, sheet.header_row, tuple(c[1:] for c in sheet.columns), sheet.row_numbers[1:], counted, sheet.misshapen, kinds
    )


def _refuse_other_sheets(opened: Opened, match: Match) -> None:
    """Records on two sheets: one of them would be lost without a word."""
    if not opened.is_workbook or match.layout.sheet:
        return
    head = [cell or "" for cell in opened.grids[match.grid][match.row]]
    for number, grid in enumerate(opened.grids):
        rows = [i for i, row in enumerate(grid) if [c or "" for c in row][: len(head)] == head] if number != match.grid else []
        if rows and any(any(row) for row in grid[rows[0] + 1 :]):
            raise FileRule.ONE_SHEET.refusal(
                f"Sheets {match.grid + 1} and {number + 1} of the workbook both hold records. Send one file a sheet, or put them on one."
            )


def _site_of_manifest(match: Match, manifest: Manifest | None, columns: dict[str, pa.Array], count: int) -> dict[str, pa.Array]:
    name, code = match.dataset.site_field, (manifest.team or manifest.site) if manifest else None
    return {name: as_strings([code] * count)} if name and code and name not in columns else {}


# ------------------------------------------------------------------------------------------------ rows that are not records
def _reshaped(opened: Opened, match: Match, manifest: Manifest | None, file_name: str | None) -> ReadFile:
    from assets.reading.reshape import reshape

    made = reshape(opened.all_rows(match.grid), match.layout, match.dataset, manifest, file_name)
    columns = {name: as_strings(made.text[name]) for name in made.text.columns}
    if made.received_count == 0:
        raise FileRule.HAS_ROWS.refusal("The file holds no results. Check the export, and send it again.", 0)
    _check_row_count(made.received_count, manifest)
    row_numbers = np.asarray(made.text.index, dtype=np.int64)
    return ReadFile(
        match.dataset, match.layout, made.received_count, columns, row_numbers, made.findings, units=made.units, cells=made.cells
    )
