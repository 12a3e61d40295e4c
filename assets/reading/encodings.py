"""Bytes of a text file -> UTF-8.

Belongs here: telling UTF-8, UTF-16 and Windows-1252 apart. Does not belong here: separators and rows (``delimited``).
"""

from __future__ import annotations

import codecs

from assets.reading.file_rules import FileRule

SAVE_AS_UTF8 = "Save it as 'CSV UTF-8 (comma delimited)'."
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def to_utf8(content: bytes) -> bytes:
    """The same text in UTF-8 without a byte order mark. Raises ``FileRefused`` where the encoding cannot be told for certain."""
    if content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
    elif content.startswith(UTF16_MARKS):
        return _from_utf16(content)
    _refuse_nul(content)
    try:
        content.decode("utf-8")
        return content
    except UnicodeDecodeError:
        return _from_windows_1252(content)


def _from_utf16(content: bytes) -> bytes:
    try:
        text = content.decode("utf-16").encode("utf-8")
    except UnicodeError:
        raise FileRule.ENCODING.refusal(f"The file begins as UTF-16 but is not, or is cut off. {SAVE_AS_UTF8}") from None
    _refuse_nul(text)
    return text


def _refuse_nul(content: bytes) -> None:
    if b"\0" not in content:
        return
    head = content[:2000]
    if max(head[::2].count(0), head[1::2].count(0)) > len(head) // 4:
        raise FileRule.ENCODING.refusal(f"The file is UTF-16 or UTF-32 without the mark that says so. {SAVE_AS_UTF8}")
    line = content[: content.index(b"\0")].count(b"\n") + 1
    raise FileRule.NO_NUL.refusal(f"Line {line} holds a NUL byte: the file is damaged or not a text. Export it again and send it again.")


def _from_windows_1252(content: bytes) -> bytes:
    try:
        return content.decode("cp1252").encode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        # the error quotes the bytes, so it is not chained
        raise FileRule.ENCODING.refusal(f"Line {line} holds characters of neither UTF-8 nor Windows-1252. {SAVE_AS_UTF8}") from None
