"""Which dataset, which layout, and which row is the header.

Belongs here: comparing header texts with the declared layouts. Does not belong here: what follows from columns that are missing
or unknown (``columns``), the container (``delimited``, ``workbooks``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assets.reading.file_rules import FileRule
from assets.reading.likeness import Grid, dates_read, fitting_columns, looks_like_records
from assets.reading.manifest import Manifest
from quality_checks.findings import FileRefused
from schemas.datasets import Dataset
from schemas.layouts import Column, Layout, Transpose
from schemas.registry import Registry

HEADER_WITHIN_ROWS = 30
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
NEARLY_AS_WIDE = 5  # columns more or less than a layout by places has


@dataclass(frozen=True)
class Match:
    """A header found: ``grid`` and ``row`` are 0-based, ``columns`` position -> column of the layout (several positions may
    claim the same), ``matched`` the number of distinct columns whose header was recognised, ``exact`` those spelt exactly.

    ``is_by_cells``: the header tells nothing, the cells below it tell that each column of the layout is in its place."""

    layout: Layout
    dataset: Dataset
    grid: int
    row: int
    columns: dict[int, Column]
    matched: int
    exact: int
    is_for_sender: bool
    is_by_cells: bool = False

    @property
    def score(self) -> tuple:
        matched = len(self.layout.columns) if self.is_by_cells else self.matched
        return (matched, matched / max(len(self.layout.columns), 1), self.is_for_sender, self.exact)

    @property
    def is_plausible(self) -> bool:
        declared = self.layout.reshape.rows if isinstance(self.layout.reshape, Transpose) else self.layout.columns
        return self.is_by_cells or self.matched >= min(3, len(declared))


def normalised(text: str | None) -> str:
    """Case, spaces and punctuation do not tell headers apart."""
    return _NO_LETTER_OR_DIGIT.sub("", text.casefold()) if text else ""


def recognise(grids: Sequence[Grid], registry: Registry, dataset: str | None, sender_code: str, manifest: Manifest | None) -> Match:
    """The best match of any grid (a sheet, or a text split by one separator) with a layout that the sender may use.

    Raises ``FileRefused`` where no header is found, where the file is of another dataset than ``dataset``, or where two
    datasets fit equally well.
    """
    layouts = _usable_layouts(registry, sender_code)
    keys = [[[normalised(cell) for cell in row] for row in grid[:HEADER_WITHIN_ROWS]] for grid in grids]
    found = [m for layout in layouts for m in _best_in_grids(grids, keys, layout, registry.dataset(layout.dataset), sender_code)]
    plausible = _best_first([m for m in found if m.is_plausible], grids)
    if manifest and manifest.layout:
        plausible = _only_layout(plausible, manifest.layout, layouts)
    if not plausible:
        raise _no_header(grids, found, registry, dataset)
    return _of_dataset(plausible, registry, dataset) if dataset else _of_any_dataset(plausible)


def _best_first(found: list[Match], grids: Sequence[Grid]) -> list[Match]:
    """By score; of layouts of one dataset that fit alike, the one in whose formats more dates are written."""
    alike = Counter((m.layout.dataset, m.score) for m in found)

    def rank(m: Match) -> tuple:
        is_alone = alike[m.layout.dataset, m.score] == 1
        return m.score, 0 if is_alone else dates_read(grids[m.grid], m.row, m.columns, m.layout, m.dataset)

    return sorted(found, key=rank, reverse=True)


def _usable_layouts(registry: Registry, sender_code: str) -> list[Layout]:
    return [layout for layout in registry.layouts.values() if not layout.senders or sender_code in layout.senders]


def _best_in_grids(grids: Sequence[Grid], keys: Sequence[Grid], layout: Layout, dataset: Dataset, sender_code: str) -> Iterable[Match]:
    """One match for each grid: its row that fits the layout best. ``keys`` are the normalised cells of the first rows."""
    is_for_sender = sender_code in layout.senders
    names = spellings(layout, dataset)
    match_row = _match_positions if layout.positional else _match_names
    for number, grid in enumerate(grids):
        if isinstance(layout.reshape, Transpose):
            matched = _labels_found(grid, layout)
            yield Match(layout, dataset, number, 0, {}, matched, matched, is_for_sender)
            continue
        rows = (match_row(row, of_row, layout, names) for row, of_row in zip(grid, keys[number], strict=False))
        scored = [Match(layout, dataset, number, i, *found, is_for_sender) for i, found in enumerate(rows)]
        best = sorted(scored, key=lambda m: m.score, reverse=True)[:1]
        yield from (
            best if not layout.sentinels or any(m.is_plausible for m in best) else _by_cells(grid, keys[number], scored, names) or best
        )


def _labels_found(grid: Grid, layout: Layout) -> int:
    """How many of a transposed sheet's declared labels are there; 0 where those are missing that every such sheet has."""
    from assets.reading.reshape import fits

    first_column = {normalised(row[0]) for row in grid if row}
    found = sum(normalised(row.label) in first_column for row in layout.reshape.rows)
    return found if found and fits(grid, layout) else 0


def _match_names(
    row: Sequence[str | None], keys: Sequence[str], layout: Layout, names: dict[str, Column]
) -> tuple[dict[int, Column], int, int]:
    columns = {i: names[key] for i, key in enumerate(keys) if key in names}
    exact = sum((row[i] or "").strip() == column.header for i, column in columns.items())
    return columns, len({c.field for c in columns.values()}), exact


def _match_positions(
    row: Sequence[str | None], keys: Sequence[str], layout: Layout, names: dict[str, Column]
) -> tuple[dict[int, Column], int, int]:
    width = len(layout.columns)
    if len(row) < width or any(keys[width:]):
        return {}, 0, 0
    agree = [i for i, column in enumerate(layout.columns) if keys[i] in names and names[keys[i]] == column]
    exact = sum((row[i] or "").strip() == layout.columns[i].header for i in agree)
    return dict(enumerate(layout.columns)), len(agree), exact


def _by_cells(grid: Grid, keys: Grid, found: list[Match], names: dict[str, Column]) -> list[Match]:
    """The first row of the layout's width that names no column in another's place, with cells below it that fit the layout's places."""
    for m in (m for m in found if m.columns):
        is_moved = any(key in names and names[key] != m.columns.get(i) for i, key in enumerate(keys[m.row]))
        if any(keys[m.row]) and not is_moved and looks_like_records(grid, m.row, m.layout, m.dataset):
            return [replace(m, is_by_cells=True)]
    return []


def is_header_of(text: str | None, column: Column, dataset: Dataset) -> bool:
    """Whether the text is a declared spelling of the column."""
    return normalised(text) in {normalised(name) for names in _ranked_names(column, dataset) for name in names}


def spellings(layout: Layout, dataset: Dataset) -> dict[str, Column]:
    """Normalised spelling -> column. A declared header wins over a synonym, a synonym over the field's own name."""
    found: dict[str, Column] = {}
    for rank in range(3):
        for column in layout.columns:
            for name in _ranked_names(column, dataset)[rank]:
                found.setdefault(normalised(name), column)
    found.pop("", None)
    return found


def _ranked_names(column: Column, dataset: Dataset) -> tuple[tuple[str, ...], ...]:
    field = dataset.field_by_name.get(column.field)
    return (column.header,), (*column.synonyms, *(field.synonyms if field else ())), (column.field,)


# ------------------------------------------------------------------------------------------------ the choice
def _only_layout(found: list[Match], name: str, usable: list[Layout]) -> list[Match]:
    if name not in {layout.name for layout in usable}:
        raise FileRule.AS_MANIFEST.refusal(
            "The manifest names a layout that does not exist or is not yours. Leave the key 'layout' out, or correct it."
        )
    return [m for m in found if m.layout.name == name]


def _no_header(grids: Sequence[Grid], found: list[Match], registry: Registry, dataset: str | None) -> FileRefused:
    meant = registry.datasets[dataset] if dataset else _meant(grids, found)
    if meant is None:
        templates = ", ".join(f"'{dataset.title}' ({name})" for name, dataset in sorted(registry.datasets.items()))
        return FileRule.HAS_HEADER.refusal(
            f"No row among the first {HEADER_WITHIN_ROWS} holds column names that we know: the header line is missing, or is of another table. Put that of the template above the records. There are templates of {templates}."
        )
    names = ", ".join(f"'{field.header}'" for field in meant.fields[:3])
    return FileRule.HAS_HEADER.refusal(
        f"No row among the first {HEADER_WITHIN_ROWS} holds the column names such as {names}. Put them into one row above the records, as in the template of '{meant.title}' ({meant.name})."
        + _widths(grids, [m.layout for m in found if m.layout.positional and m.dataset == meant])
    )


def _meant(grids: Sequence[Grid], found: list[Match]) -> Dataset | None:
    """The dataset that a file without known names may be of: one read by places that is about as wide, else the one whose cells
    these are, else the one of which some names are there. None where nothing points to any."""
    widest = _widest(grids)
    wide = [m for m in found if m.layout.positional and abs(len(m.layout.columns) - widest) <= NEARLY_AS_WIDE]
    filled = [] if wide else [(fitting_columns(grids[m.grid], m.layout, m.dataset), m) for m in found if m.layout.reshape is None]
    fits, fitting = max(filled, key=lambda told: told[0], default=(0, None))
    best = fitting if fits else max(wide or [m for m in found if m.matched], key=lambda m: m.score, default=None)
    return best.dataset if best else None


def _widest(grids: Sequence[Grid]) -> int:
    return max((len(row) for grid in grids for row in grid), default=0)


def _widths(grids: Sequence[Grid], positional: list[Layout]) -> str:
    """What may be wrong with a file whose columns are told by their places alone."""
    if not positional:
        return ""
    wanted, widest = len(positional[0].columns), _widest(grids)
    if widest == wanted:
        return f" There are {wanted} columns, as there should be, but their cells do not fit their places: was one added and another lost?"
    return f" Columns without names are read by their places: there must be {wanted}, and there are {widest}."


def _of_dataset(found: list[Match], registry: Registry, dataset: str) -> Match:
    if dataset not in registry.datasets:
        raise FileRule.RIGHT_DATASET.refusal(
            f"There is no such dataset as the file is sent as. There are: {', '.join(sorted(registry.datasets))}."
        )
    own = next((m for m in found if m.layout.dataset == dataset), None)
    other = next((m for m in found if m.layout.dataset != dataset), None)
    if own is None or (other and other.matched > own.matched):
        expected = registry.datasets[dataset].title
        raise FileRule.RIGHT_DATASET.refusal(
            f"The columns are those of '{other.dataset.title}' ({other.dataset.name}), but the file was sent as '{expected}' ({dataset}). Send it as what it is, or send the other file."
        )
    return own


def _of_any_dataset(found: list[Match]) -> Match:
    best = found[0]
    rival = next((m for m in found if m.layout.dataset != best.layout.dataset and m.score[:2] == best.score[:2]), None)
    if rival:
        raise FileRule.ONE_DATASET.refusal(
            f"The columns fit '{best.dataset.title}' ({best.dataset.name}) and '{rival.dataset.title}' ({rival.dataset.name}) alike. Say which in a manifest: {{\"dataset\": \"...\"}}."
        )
    return best
