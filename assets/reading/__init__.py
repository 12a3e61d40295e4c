"""Bytes -> table of text -> fields of a dataset -> typed frame. The first stage of a submission's way, in memory only.

Belongs here: containers, encodings, separators, sheets, layouts, reshapes, typing. Does not belong here: ledger and archive
(``assets.submissions``), rules (``quality_checks``), persons and cases.

containers encodings          what the bytes are
structure delimited           CSV: the independent count, the parse
workbook_safety workbooks     XLSX: limits and count, the parse
recognise columns             dataset, layout, header
reshape grouping transposing  sheets whose rows are not records
file_rules manglings shifted  what must hold of a file, and what spreadsheets do to it
shifted_rows                  the same of single rows, once they are typed
reader                        ``read_file``: all of these in order
cells conform swapped         texts -> typed values
manifest shapes               what is said beside a file; what is handed on
"""

from assets.reading.conform import Conformed, conform, derive
from assets.reading.containers import check_size, size_limit_bytes
from assets.reading.manifest import Manifest, ManifestError, read_manifest
from assets.reading.reader import read_file
from assets.reading.shapes import InternalError, ReadFile, SourceTable
from assets.reading.shifted_rows import typed

__all__ = [
    "Conformed", "InternalError", "Manifest", "ManifestError", "ReadFile", "SourceTable", "check_size", "conform", "derive",
    "read_file", "read_manifest", "size_limit_bytes", "typed",
]  # fmt: skip
