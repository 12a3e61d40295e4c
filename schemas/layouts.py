"""How a file spells a dataset. Many layouts, one dataset; a trust's own layout is one small file of these.

Belongs here: the shapes of layouts and reshapes. Does not belong here: recognising and applying them (``assets.reading``).
"""

from __future__ import annotations

from dataclasses import dataclass

DATETIME_FORMATS = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")


@dataclass(frozen=True)
class Column:
    """A column of a layout: ``header`` as the file spells it, ``field`` as the dataset names it.

    ``codes`` translates the file's spellings into the dataset's codes; ``date_formats`` overrides the layout's.
    """

    header: str
    field: str
    codes: tuple[tuple[str, str], ...] = ()
    date_formats: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupAndSum:
    """Rows that agree in ``by`` become one record; ``sum`` are added. ``constants`` are set on each record.

    The layout's columns name fields of the dataset, or helpers that only the reshape uses. ``unique`` are the columns that no
    two rows may share, so that a row sent twice is not added twice. ``ignored`` are headers that are known and not taken.
    """

    by: tuple[str, ...]
    sum: tuple[str, ...]
    constants: tuple[tuple[str, str], ...] = ()
    computed: tuple[tuple[str, str, str], ...] = ()  # (field, minuend, subtrahend)
    unique: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class TransposedRow:
    """A labelled row of a sheet whose columns are organisations: a measure, or an attribute of the organisation.

    ``is_level``: its cells are letters of ``Transpose.levels``, not numbers. ``is_optional``: some of the sheets lack it.
    ``is_numbered``: a program made repeated texts unique by ``.1``, ``.2``, which is taken off.
    """

    label: str
    field: str | None = None  # the row gives this field of every record of the column
    measure: str | None = None  # the row gives one record a column: the value of this measure
    is_level: bool = False
    is_optional: bool = False
    is_numbered: bool = False


@dataclass(frozen=True)
class Transpose:
    """A sheet whose columns are organisations and whose labelled rows are attributes and measures.

    The period comes from the manifest, else from the file's name by ``period_name``: a pattern with the groups ``first`` and
    ``last`` (English months, three letters) and ``year``. ``levels`` gives each letter its number. ``ignored`` are labels that
    are known and not taken; a row that has a label and no cell (a footer) is passed over. The remaining names say which field
    of the dataset gets what.
    """

    rows: tuple[TransposedRow, ...]
    reasons: tuple[tuple[str, str], ...] = ()  # text in a value cell -> reason why there is no value
    constants: tuple[tuple[str, str], ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    period_name: str | None = None
    ignored: tuple[str, ...] = ()
    organisation_field: str = "organisation"
    measure_field: str = "measure"
    value_field: str = "value"
    level_field: str = "level"
    reason_field: str = "reason"
    period_field: str = "period_start"
    grain_field: str = "grain"


@dataclass(frozen=True)
class Layout:
    """``columns`` may be fewer than the dataset's fields.

    A ``positional`` layout is matched by the number of its columns and their places; headers are checked, and may be any text. Where they
    tell nothing, the cells of the fields ``sentinels`` must look like theirs.
    ``sheet`` names the worksheet of a workbook (else the first whose header matches). ``senders`` limits who uses it.
    Dates are read by ``date_formats`` (strftime), strictly, in order; a real date of a workbook needs no format.
    """

    name: str
    dataset: str
    columns: tuple[Column, ...]
    date_formats: tuple[str, ...] = ("%d/%m/%Y",)
    time_formats: tuple[str, ...] = ("%H:%M", "%H:%M:%S")
    datetime_formats: tuple[str, ...] = DATETIME_FORMATS
    decimal_mark: str = "."
    codes_separator: str = ";"
    positional: bool = False
    sentinels: tuple[str, ...] = ()
    sheet: str | None = None
    senders: tuple[str, ...] = ()
    reshape: GroupAndSum | Transpose | None = None


@dataclass(frozen=True)
class OrganisationList:
    """A published list of organisations (CSV with a header): in which of its columns code, name and parent stand.

    ``code_prefix`` keeps the list's own codes apart from all others; ``parent_prefix`` is taken off the parent's code.
    """

    name: str
    kind: str
    code: str
    title: str
    parent: str | None = None
    code_prefix: str = ""
    parent_prefix: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.code, self.title, *([self.parent] if self.parent else []))
