"""Whether a workbook may be opened at all: macros, bombs, damage, and the independent count of its rows.

Belongs here: what is told from the package's members and their XML by bounded inflation. Does not belong here: cell values
(``workbooks``). Nothing is inflated beyond the limits below, whatever the package declares.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

import numpy as np

from assets.reading.file_rules import FileRule
from quality_checks.findings import FileRefused

INFLATED_LIMIT_BYTES = 1_500_000_000  # 1,000,000 rows of 63 short cells
RATIO_LIMIT = 250  # a sheet of records inflates 5 to 40 times
SMALL_BYTES = 20_000_000  # below this a high ratio does no harm
MEMBER_LIMIT = 2_000
CHUNK_BYTES = 1 << 20
LAST_CELL_BYTES = 40_000  # longer than a cell's longest text, so that the last cell of a row begins within

_ROW = re.compile(rb"<(?:\w+:)?row(?=[ />])([^>]*)>")
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_SHARED_CELL = re.compile(rb'<(?:\w+:)?c(?=[ />])[^>]*\bt="s"[^>]*>\s*<(?:\w+:)?v>(\d+)<')
_TYPED_CELL = re.compile(rb"<(?:\w+:)?c(?=[ />])[^>]*?(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?: [^>]*)?>([^<]*)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[ />]).*?(?:/>|</(?:\w+:)?f>)", re.DOTALL)
_PLACE = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d+)"')
_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c (?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})\d+"[^>]*>(?:<(?:\w+:)?f(?:/>|(?:[ ][^>]*)?>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<]*)<'
)
_SHARED_TEXT = re.compile(rb"<(?:\w+:)?si(?=[ />])[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_TEXT = re.compile(rb"<(?:\w+:)?t(?: [^>]*)?>([^<]*)<")
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh(?=[ />]).*?</(?:\w+:)?rPh>", re.DOTALL)
_SPACE = re.compile(rb"&#(?:0*(?:9|1[0-3]|32)|x0*(?:9|[a-dA-D]|20));|_x00(?:09|0[aAdD]|20)_")
_ROW_END = re.compile(rb"</(?:\w+:)?row>")


@dataclass(frozen=True, eq=False)
class Survey:
    """``filled_rows``: numbers of the rows that hold more than spaces. ``extent``: cells in the rectangle that a reader must make
    room for. ``errors``: (row, column), both from 1 -> ``#REF!`` and its like, which a reader gives as empty cells."""

    filled_rows: np.ndarray
    extent: int
    errors: dict[tuple[int, int], str]


@dataclass(frozen=True, eq=False)
class Package:
    """A workbook's bytes, found safe to inflate."""

    content: bytes
    members: dict[str, zipfile.ZipInfo]
    _surveyed: dict[str, Survey] = field(default_factory=dict)

    @cached_property
    def blank_texts(self) -> frozenset[int]:
        """Indexes of shared texts that hold nothing but spaces."""
        name = next((n for n in self.members if n.lower() == "xl/sharedstrings.xml"), None)
        if name is None:
            return frozenset()
        items = _SHARED_TEXT.findall(b"".join(inflate(self.content, self.members[name])))
        return frozenset(
            i for i, item in enumerate(items) if not any(_SPACE.sub(b"", t).strip() for t in _TEXT.findall(_PHONETIC.sub(b"", item)))
        )

    def survey(self, member: str) -> Survey:
        """What the XML of a sheet alone tells of it. Raises ``FileRefused`` for rows that every program would read differently."""
        if member not in self._surveyed:
            self._surveyed[member] = self._look_through(inflate(self.content, self.members[member]))
        return self._surveyed[member]

    def _look_through(self, chunks: Iterator[bytes]) -> Survey:
        filled, errors, last_row, last_column = [], {}, 0, 0
        for number, cells in _rows(chunks):
            place = _PLACE.search(cells)
            if number <= last_row or (place and int(place.group(2)) != number):
                raise damaged()
            last_row = number
            places = _PLACE.findall(cells, max(len(cells) - LAST_CELL_BYTES, 0))
            last_column = max(last_column, _column_number(places[-1][0]) if places else cells.count(b"<"))
            if b't="e"' in cells:
                errors |= {(number, _column_number(letters)): text.decode() for letters, text in _ERROR_CELL.findall(cells)}
            if self._is_filled(cells):
                filled.append(number)
        return Survey(np.array(filled, dtype=np.int64), last_row * last_column, errors)

    def _is_filled(self, cells: bytes) -> bool:
        for cell in _TYPED_CELL.finditer(cells):
            inner = cell.group(1)
            if not inner:
                continue
            shared = _SHARED_CELL.match(cell.group())
            if shared:
                if int(shared.group(1)) not in self.blank_texts:
                    return True
            elif any(_SPACE.sub(b"", value).strip() for value in _VALUE.findall(_FORMULA.sub(b"", inner))):
                return True
        return False


def open_package(content: bytes) -> Package:
    """Raises ``FileRefused`` for a damaged package, macros, or one that inflates beyond the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise damaged() from None
    names = [m.filename for m in members]
    if any("vbaproject" in name.lower() for name in names):
        raise FileRule.NO_MACROS.refusal("The workbook holds macros. Save it as a workbook without macros (.xlsx).")
    if any(m.flag_bits & 1 for m in members):
        raise FileRule.NOT_PROTECTED.refusal(
            "The workbook is encrypted. Save it without a password: the landing folder and the archive protect it."
        )
    if len(set(names)) != len(names):
        raise damaged()
    _refuse_bomb(members, len(content))
    for member in members:
        _check_member(content, member)
    return Package(content, {m.filename: m for m in members})


def _refuse_bomb(members: list[zipfile.ZipInfo], size: int) -> None:
    declared = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members)
    if len(members) > MEMBER_LIMIT or declared > INFLATED_LIMIT_BYTES or packed > size:
        raise _bomb()
    if declared > SMALL_BYTES and declared > RATIO_LIMIT * size:
        raise _bomb()


def _check_member(content: bytes, member: zipfile.ZipInfo) -> None:
    """Inflates it once: exactly as long as declared, right checksum, and where it is XML, well-formed and without document type."""
    length, checksum = 0, 0
    parser = _xml_check(member.filename.lower())
    for chunk in inflate(content, member):
        length += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
        if parser:
            _feed(parser, chunk)
    if length != member.file_size or checksum != member.CRC:
        raise damaged()
    if parser:
        _feed(parser, b"", is_last=True)


def _xml_check(name: str) -> expat.XMLParserType | None:
    if not name.endswith((".xml", ".rels", ".vml")):
        return None

    def refuse(*_) -> None:
        raise FileRule.UNPACKS.refusal("The workbook holds XML that no spreadsheet program writes. Open it and save it again as .xlsx.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    if name.startswith("xl/worksheets/sheet") or name == "xl/sharedstrings.xml":
        # the count of rows goes by tags, and must not take hidden ones for real
        parser.CommentHandler = parser.StartCdataSectionHandler = refuse
    return parser


def _feed(parser: expat.XMLParserType, chunk: bytes, is_last: bool = False) -> None:
    try:
        parser.Parse(chunk, is_last)
    except expat.ExpatError:
        raise damaged() from None


def inflate(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes in pieces. Raises ``FileRefused`` where they are more or fewer than it declares, or damaged."""
    packed = _packed(content, member)
    if member.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[i : i + CHUNK_BYTES]) for i in range(0, len(packed), CHUNK_BYTES))
        return
    stream, left = zlib.decompressobj(-zlib.MAX_WBITS), member.file_size
    while not stream.eof:
        try:
            chunk = stream.decompress(packed, min(CHUNK_BYTES, left + 1))
        except zlib.error:
            raise damaged() from None
        packed, left = stream.unconsumed_tail, left - len(chunk)
        # another reader may go by the data and not by the size that is declared, so the two must agree
        if left < 0 or (not chunk and not stream.eof):
            raise _bomb() if left < 0 else damaged()
        yield chunk


def _packed(content: bytes, member: zipfile.ZipInfo) -> memoryview:
    """The member's data as they lie in the package, behind the local header."""
    header = content[member.header_offset : member.header_offset + 30]
    known = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if not known or len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise damaged()
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = member.header_offset + 30 + name_length + extra_length
    packed = memoryview(content)[start : start + member.compress_size]
    if len(packed) != member.compress_size:
        raise damaged()
    return packed


def _rows(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """(row number, XML of its cells) of a sheet, reading piece by piece."""
    rest, number = b"", 0
    for chunk in chunks:
        rest += chunk
        done = 0
        for row in _ROW.finditer(rest):
            is_empty = row.group(1).endswith(b"/")
            end = None if is_empty else _ROW_END.search(rest, row.end())
            if not is_empty and end is None:
                break
            told = _ROW_NUMBER.search(row.group(1))
            number = int(told.group(1)) if told else number + 1
            yield number, b"" if end is None else rest[row.end() : end.start()]
            done = row.end() if end is None else end.end()
        rest = rest[done:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def damaged() -> FileRefused:
    return FileRule.UNPACKS.refusal(
        "The workbook is damaged or was cut off on its way. Open it, save it again as .xlsx, and send it again."
    )


def _bomb() -> FileRefused:
    return FileRule.UNPACKS.refusal(
        "The workbook unpacks to far more than a table of records needs. Copy the records into a new workbook, or send them as CSV."
    )
