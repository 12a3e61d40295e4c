"""What kind of file the bytes are, told by the bytes and not by the name.

Belongs here: size limits, signatures of files that are no tables, the choice between text and workbook.
Does not belong here: reading either (``delimited``, ``workbooks``).
"""

from __future__ import annotations

from enum import Enum

from assets.reading.file_rules import FileRule
from quality_checks.findings import FileRefused
from schemas.registry import Registry

MEGABYTE = 1_000_000
SAVE_AS = "Open it in the program it comes from and save it as CSV UTF-8 or as a workbook (.xlsx)."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"#!", "a program"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (rar)"),
    (b"BZh", "a compressed file (bzip2)"),
    (b"\xfd7zXZ", "a compressed file (xz)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a text document (RTF)"),
)
WORKBOOK_MEMBERS = (b"xl/workbook.xml", b"xl/worksheets/", b"xl/styles.xml", b"xl/theme/")
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<script")


class Container(Enum):
    TEXT = "text"
    WORKBOOK = "workbook"


def size_limit_bytes(registry: Registry, dataset: str | None = None) -> int:
    """The declared limit of the dataset, of the most generous one where it is not known yet."""
    limits = {name: d.size_limit_bytes for name, d in registry.datasets.items()}
    return limits[dataset] if dataset in limits else max(limits.values(), default=100 * MEGABYTE)


def check_size(size_bytes: int, limit_bytes: int) -> None:
    """Raises ``FileRefused`` if the file is over the limit; needs no byte of it."""
    if size_bytes > limit_bytes:
        size, limit = size_bytes / MEGABYTE, limit_bytes / MEGABYTE
        raise FileRule.WITHIN_SIZE.refusal(
            f"The file has {size:,.1f} MB, the limit is {limit:,.1f} MB. Send it in parts, one for each month or quarter."
        )


def container_of(content: bytes, suffix: str) -> Container:
    """Raises ``FileRefused`` for everything that is neither text nor an XLSX workbook."""
    if not content.strip():
        raise FileRule.HAS_CONTENT.refusal("The file is empty. Export it again, look at it, and send it again.", 0)
    if suffix.lower() in (".xlsm", ".xltm", ".xlam"):
        raise FileRule.NO_MACROS.refusal("The file is named as a workbook with macros. Save it as a workbook without macros (.xlsx).")
    if content.startswith(b"PK"):
        return _workbook(content)
    if content.startswith(OLE):
        raise _old_workbook(content)
    _refuse_foreign(content)
    return Container.TEXT


def _workbook(content: bytes) -> Container:
    # the names of members stand in clear, the directory's at the end may be cut off; what is inside is looked at by ``workbook_safety``
    if not any(name in content for name in WORKBOOK_MEMBERS):
        raise FileRule.IS_TABLE.refusal(
            f"The file is a zip archive or another program's document, not a table. Unpack it and send the table itself. {SAVE_AS}"
        )
    return Container.WORKBOOK


def _old_workbook(content: bytes) -> FileRefused:
    if ENCRYPTED_STREAM in content:
        return FileRule.NOT_PROTECTED.refusal(
            "The workbook is protected by a password. Save it without one: the landing folder and the archive protect it."
        )
    return FileRule.IS_TABLE.refusal(f"The file is a workbook of the old format (.xls) or another Office document. {SAVE_AS}")


def _refuse_foreign(content: bytes) -> None:
    found = next((what for signature, what in SIGNATURES if content.startswith(signature)), None)
    if found is None and content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        found = "a web page or XML document, whatever its name"
    if found:
        raise FileRule.IS_TABLE.refusal(f"The file is {found}, not a table. {SAVE_AS}")
