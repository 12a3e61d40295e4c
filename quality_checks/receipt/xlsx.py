"""A small writer of workbooks: texts, dates, fills, notes. Ten times as fast as openpyxl, and never makes a formula.

Belongs here: the parts of Office Open XML (ECMA-376) that a table with notes needs. Does not belong here: what is in the table.
Every text is an inline string, so nothing that a sender wrote can be run.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
EPOCH = datetime(1899, 12, 30)
CUSTOM_FORMATS = 164  # ids below are built in


class Style(NamedTuple):
    """How a cell looks. Colours are RRGGBB; ``is_quoted`` keeps a text that begins like a formula a text when it is edited."""

    number_format: str = "@"
    fill: str | None = None
    is_bold: bool = False
    size: int = 11
    is_quoted: bool = False
    is_wrapped: bool = False


class Cell(NamedTuple):
    """A text or a date, and a note that appears beside it."""

    value: str | datetime
    style: Style = Style()
    note: str | None = None


@dataclass
class Sheet:
    """``widths`` in characters, one a column; the first ``frozen_rows`` stay in sight.

    ``choices``: column, from 1 -> the cells of another sheet (``Codes!$A$1:$A$3``) that a list below the frozen rows offers; other texts may be typed.
    """

    name: str
    widths: Sequence[float] = ()
    frozen_rows: int = 0
    rows: list[Sequence[Cell | None]] = field(default_factory=list)
    choices: Mapping[int, str] = field(default_factory=dict)
    is_hidden: bool = False


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The bytes of an .xlsx file. Texts must hold no characters that XML cannot hold."""
    styles: dict[Style, int] = {Style(number_format="General"): 0}
    bodies = [_sheet_xml(sheet, styles) for sheet in sheets]
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        noted = []
        for number, (xml, notes) in enumerate(bodies, start=1):
            package.writestr(f"xl/worksheets/sheet{number}.xml", xml)
            if notes:
                noted.append(number)
                _write_notes(package, number, notes)
        package.writestr("xl/styles.xml", _styles_xml(list(styles)))
        _write_frame(package, sheets, noted)
    return saved.getvalue()


def column_letters(place: int) -> str:
    """1 -> A, 27 -> AA."""
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# ------------------------------------------------------------------------------------------------ a sheet
def _sheet_xml(sheet: Sheet, styles: dict[Style, int]) -> tuple[str, list[tuple[int, int, str]]]:
    """The sheet's XML, and its notes as (row, column, text), both from 1."""
    notes: list[tuple[int, int, str]] = []
    letters = [column_letters(place) for place in range(1, max(map(len, sheet.rows), default=0) + 1)]
    rows, written = [], {}
    for number, row in enumerate(sheet.rows, start=1):
        cells = [f'<c r="{letters[i]}{number}"{_written(cell, styles, written)}' for i, cell in enumerate(row) if cell is not None]
        notes.extend((number, i, cell.note) for i, cell in enumerate(row, start=1) if cell is not None and cell.note)
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    legacy = '<legacyDrawing r:id="rId1"/>' if notes else ""
    head = f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{_view_xml(sheet)}{_columns_xml(sheet)}'
    return f"{HEAD}{head}<sheetData>{''.join(rows)}</sheetData>{_choices_xml(sheet)}{legacy}</worksheet>", notes


def _written(cell: Cell, styles: dict[Style, int], written: dict[int, str]) -> str:
    """``_cell_xml`` of a cell that is in many places, made once. The sheet keeps the cells, so their identities are not used again."""
    xml = written.get(id(cell))
    if xml is None:
        xml = written[id(cell)] = _cell_xml(cell, styles)
    return xml


def _cell_xml(cell: Cell, styles: dict[Style, int]) -> str:
    """The cell's XML after its place."""
    style = styles.setdefault(cell.style, len(styles))
    if isinstance(cell.value, datetime):
        passed = cell.value - EPOCH
        return f' s="{style}"><v>{passed.days + passed.seconds / 86400:.10g}</v></c>'
    if not cell.value:
        return f' s="{style}"/>'
    return f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(cell.value)}</t></is></c>'


def _view_xml(sheet: Sheet) -> str:
    if not sheet.frozen_rows:
        return ""
    pane = f'<pane ySplit="{sheet.frozen_rows}" topLeftCell="A{sheet.frozen_rows + 1}" activePane="bottomLeft" state="frozen"/>'
    return f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'


def _columns_xml(sheet: Sheet) -> str:
    widths = enumerate(sheet.widths, start=1)
    columns = "".join(f'<col min="{n}" max="{n}" width="{width:.1f}" customWidth="1"/>' for n, width in widths)
    return f"<cols>{columns}</cols>" if columns else ""


def _choices_xml(sheet: Sheet) -> str:
    """The lists of columns. A text that is not in its list is the rules' to judge, not the spreadsheet's to refuse."""
    first, last = sheet.frozen_rows + 1, len(sheet.rows)
    if not sheet.choices or last < first:
        return ""
    spans = ((f"{column_letters(column)}{first}:{column_letters(column)}{last}", cells) for column, cells in sheet.choices.items())
    told = "".join(
        f'<dataValidation type="list" allowBlank="1" sqref="{span}"><formula1>{cells}</formula1></dataValidation>' for span, cells in spans
    )
    return f'<dataValidations count="{len(sheet.choices)}">{told}</dataValidations>'


# ------------------------------------------------------------------------------------------------ notes
def _write_notes(package: zipfile.ZipFile, number: int, notes: list[tuple[int, int, str]]) -> None:
    entries = "".join(
        f'<comment ref="{column_letters(column)}{row}" authorId="0"><text><r><t xml:space="preserve">{escape(text)}</t></r></text></comment>'
        for row, column, text in notes
    )
    xml = f'{HEAD}<comments xmlns="{MAIN}"><authors><author>Common Cause</author></authors><commentList>{entries}</commentList></comments>'
    package.writestr(f"xl/comments{number}.xml", xml)
    package.writestr(f"xl/drawings/vmlDrawing{number}.vml", _drawing_xml(notes))
    targets = (("vmlDrawing", f"../drawings/vmlDrawing{number}.vml"), ("comments", f"../comments{number}.xml"))
    package.writestr(f"xl/worksheets/_rels/sheet{number}.xml.rels", _relations_xml(targets))


def _drawing_xml(notes: list[tuple[int, int, str]]) -> str:
    """The boxes of the notes, in the older drawing language that notes still need; hidden until the cell is pointed at."""
    shapes = "".join(_shape_xml(n, row, column, text) for n, (row, column, text) in enumerate(notes))
    kind = (
        '<v:shapetype id="note" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
    )
    spaces = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"'
    return f"<xml {spaces}>{kind}{shapes}</xml>"


def _shape_xml(number: int, row: int, column: int, text: str) -> str:
    lines = sum(len(line) // 46 + 1 for line in text.split("\n"))
    anchor = f"{column}, 12, {row - 1}, 4, {column + 4}, 20, {row + lines}, 8"
    return (
        f'<v:shape id="note{number}" type="#note" style="position:absolute;visibility:hidden" fillcolor="#fffdf2" o:insetmode="auto">'
        f'<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )


# ------------------------------------------------------------------------------------------------ styles and the frame
def _styles_xml(styles: list[Style]) -> str:
    formats = list(dict.fromkeys(s.number_format for s in styles if s.number_format not in ("General", "@")))
    fonts = list(dict.fromkeys((s.is_bold, s.size) for s in styles))
    fills = list(dict.fromkeys(s.fill for s in styles if s.fill))
    number_ids = {"General": 0, "@": 49} | {code: CUSTOM_FORMATS + n for n, code in enumerate(formats)}
    told_formats = "".join(f'<numFmt numFmtId="{number_ids[code]}" formatCode={quoteattr(code)}/>' for code in formats)
    told_fonts = "".join(f'<font>{"<b/>" * bold}<sz val="{size}"/><name val="Calibri"/></font>' for bold, size in fonts)
    solid = "".join(f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/></patternFill></fill>' for colour in fills)
    told_styles = "".join(_format_xml(s, number_ids, fonts, fills) for s in styles)
    return (
        f'{HEAD}<styleSheet xmlns="{MAIN}">'
        + (f'<numFmts count="{len(formats)}">{told_formats}</numFmts>' if formats else "")
        + f'<fonts count="{len(fonts)}">{told_fonts}</fonts><fills count="{len(fills) + 2}"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{solid}</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="{len(styles)}">{told_styles}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _format_xml(style: Style, number_ids: dict[str, int], fonts: list, fills: list) -> str:
    fill = fills.index(style.fill) + 2 if style.fill else 0
    quoted = ' quotePrefix="1"' if style.is_quoted else ""
    wrapped = '<alignment wrapText="1" vertical="top"/>' if style.is_wrapped else ""
    ids = f'numFmtId="{number_ids[style.number_format]}" fontId="{fonts.index((style.is_bold, style.size))}" fillId="{fill}" borderId="0" xfId="0"'
    return f'<xf {ids}{quoted} applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1">{wrapped}</xf>'


def _relations_xml(targets: Sequence[tuple[str, str]]) -> str:
    told = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


def _write_frame(package: zipfile.ZipFile, sheets: Sequence[Sheet], noted: list[int]) -> None:
    numbers = range(1, len(sheets) + 1)
    named = "".join(_named_xml(n, sheet) for n, sheet in zip(numbers, sheets, strict=True))
    package.writestr("xl/workbook.xml", f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{named}</sheets></workbook>')
    parts = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    package.writestr("xl/_rels/workbook.xml.rels", _relations_xml([*parts, ("styles", "styles.xml")]))
    package.writestr("_rels/.rels", _relations_xml([("officeDocument", "xl/workbook.xml")]))
    package.writestr("[Content_Types].xml", _content_types_xml(numbers, noted))


def _named_xml(number: int, sheet: Sheet) -> str:
    state = ' state="hidden"' if sheet.is_hidden else ""
    return f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"{state} r:id="rId{number}"/>'


def _content_types_xml(numbers: Sequence[int], noted: list[int]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    told = [("/xl/workbook.xml", f"{kind}.sheet.main+xml"), ("/xl/styles.xml", f"{kind}.styles+xml")]
    told += [(f"/xl/worksheets/sheet{n}.xml", f"{kind}.worksheet+xml") for n in numbers]
    told += [(f"/xl/comments{n}.xml", f"{kind}.comments+xml") for n in noted]
    overrides = "".join(f'<Override PartName="{part}" ContentType="{content}"/>' for part, content in told)
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
    )
    return f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{defaults}{overrides}</Types>'
