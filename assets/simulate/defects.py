"""What goes wrong in real files, on demand: each kind spoils a share of the rows, no row twice.

Belongs here: defects that any dataset can have, and those that a pathway declares. Does not belong here: damage to the file as a
whole (encodings, truncation), which tests make themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.random import Generator

from assets.simulate.asking import not_asked
from assets.simulate.spelling import Texts
from schemas.datasets import Dataset, Pathway
from schemas.fields import Field, Identifier, Kind
from schemas.formats import DUMMY_NHS_NUMBERS
from schemas.simulation import ChangedValue, ShiftedDate

FORMULAS = ('=HYPERLINK("http://example.invalid","open")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)")
NO_SUCH_CODE = "77"
FIRST_ROW = 2  # the header is row 1


@dataclass(frozen=True)
class Planted:
    """``defect`` stands in the row of the file with this number (the header is row 1)."""

    row_number: int
    defect: str


@dataclass(frozen=True)
class Defect:
    """``fits`` says which rows can be spoilt so; ``spoil`` changes these rows of the texts in place."""

    name: str
    fits: Callable[[Texts], np.ndarray]
    spoil: Callable[[Generator, Texts, np.ndarray], None]


def defect_names(pathway: Pathway) -> tuple[str, ...]:
    """All that can be asked for, sorted."""
    return tuple(sorted((*_defects(pathway), *_added_rows(pathway))))


def plant(
    texts: Texts, pathway: Pathway, shares: Mapping[str, float], *, seed: int, is_lenient: bool = False
) -> tuple[Texts, tuple[Planted, ...]]:
    """The texts with a share of the rows spoilt by each defect, and what was planted. Added rows come last.

    Raises ValueError for a defect that there is not, or if the rows do not suffice; with ``is_lenient`` as many are spoilt then as can be.
    """
    known, adding = _defects(pathway), _added_rows(pathway)
    if strange := set(shares) - set(known) - set(adding):
        raise ValueError(f"there is no defect {sorted(strange)[0]!r}; there are: {', '.join(defect_names(pathway))}")
    rng = np.random.default_rng([seed, 1])
    spoilt = {name: column.copy() for name, column in texts.items()}
    count = len(next(iter(spoilt.values())))
    free, planted = np.ones(count, dtype=bool), []
    for name, share in sorted(shares.items(), key=lambda item: item[0] in adding):
        usable = free & known[name].fits(spoilt) if name in known else free
        wanted = round(share * count)
        rows = _choose(rng, name, usable, min(wanted, int(usable.sum())) if is_lenient else wanted)
        free[rows] = False
        if name in known:
            known[name].spoil(rng, spoilt, rows)
        else:
            spoilt, rows = _with_added(spoilt, adding[name](rng, spoilt, rows, pathway.case_dataset))
        planted += [Planted(int(row) + FIRST_ROW, name) for row in rows]
    return spoilt, tuple(sorted(planted, key=lambda item: (item.row_number, item.defect)))


def _choose(rng: Generator, name: str, usable: np.ndarray, wanted: int) -> np.ndarray:
    candidates = np.flatnonzero(usable)
    if wanted > len(candidates):
        raise ValueError(f"{wanted} rows should be spoilt by {name}, only {len(candidates)} can be; ask for smaller shares")
    return np.sort(rng.permutation(candidates)[:wanted])


def _with_added(texts: Texts, added: Texts) -> tuple[Texts, np.ndarray]:
    before = len(next(iter(texts.values())))
    longer = {name: np.concatenate([column, added[name]]) for name, column in texts.items()}
    return longer, np.arange(before, len(next(iter(longer.values()))))


# ------------------------------------------------------------------------------------------------ one cell
def _defects(pathway: Pathway) -> dict[str, Defect]:
    dataset = pathway.case_dataset
    declared = (_declared(each, dataset) for each in (pathway.simulation.defects if pathway.simulation else ()))
    return {d.name: d for d in (*_of_nhs_numbers(dataset), *_of_kinds(dataset), *_of_texts(dataset), *_of_rows(dataset), *declared)}


def _cells(name: str, fields: tuple[Field, ...], spoilt: Callable[[Generator, str], str], takes: Callable[[str], bool] = bool) -> Defect:
    """Spoils one cell a row, in one of the fields, that ``takes`` accepts."""

    def fits(texts: Texts) -> np.ndarray:
        return np.any([[takes(text) for text in texts[f.name]] for f in fields], axis=0)

    def spoil(rng: Generator, texts: Texts, rows: np.ndarray) -> None:
        for row in rows:
            names = [f.name for f in fields if takes(texts[f.name][row])]
            name = names[rng.integers(len(names))]
            texts[name][row] = spoilt(rng, texts[name][row])

    return Defect(name, fits, spoil)


def _of_nhs_numbers(dataset: Dataset) -> tuple[Defect, ...]:
    fields = tuple(f for f in dataset.fields if f.identifies is Identifier.NHS_NUMBER)
    if not fields:
        return ()
    dummies = sorted(DUMMY_NHS_NUMBERS)
    return (
        _cells("wrong_check_digit", fields, lambda rng, text: text[:9] + str((int(text[9]) + int(rng.integers(1, 10))) % 10), str.isdigit),
        _cells("dummy_nhs_number", fields, lambda rng, text: dummies[rng.integers(len(dummies))], str.isdigit),
        _cells("nhs_number_as_excel", fields, lambda rng, text: f"{int(text):.2E}", str.isdigit),
        _cells("grouped_nhs_number", fields, lambda rng, text: f"{text[:3]} {text[3:6]} {text[6:]}", str.isdigit),
    )


def _of_kinds(dataset: Dataset) -> tuple[Defect, ...]:
    coded = tuple(f for f in dataset.fields if f.kind in (Kind.CODE, Kind.CODES))
    dates = tuple(f for f in dataset.fields if f.kind in (Kind.DATE, Kind.DATETIME))
    times = tuple(f for f in dataset.fields if f.kind in (Kind.TIME, Kind.DATETIME))
    essential = tuple(f for f in dataset.fields if f.is_essential)
    candidates = (
        ("unknown_code", coded, lambda rng, text: NO_SUCH_CODE, bool),
        ("missing_essential", essential, lambda rng, text: "", bool),
        ("swapped_date", dates, lambda rng, text: f"{text[3:5]}/{text[:2]}{text[5:]}", _can_be_swapped),
        ("american_date", dates, lambda rng, text: f"{text[3:5]}/{text[:2]}{text[5:]}", lambda text: text[:2] > "12"),
        ("impossible_date", dates, lambda rng, text: f"31/02/{text[6:]}", bool),
        ("impossible_time", times, lambda rng, text: f"{text[:-5]}25:61", bool),
    )
    return tuple(_cells(name, fields, spoilt, takes) for name, fields, spoilt, takes in candidates if fields)


def _can_be_swapped(text: str) -> bool:
    """Day and month may change places without anybody noticing."""
    return bool(text) and text[:2] <= "12" and text[:2] != text[3:5]


def _of_texts(dataset: Dataset) -> tuple[Defect, ...]:
    names = tuple(f for f in dataset.fields if f.identifies is Identifier.NAME)
    coded = tuple(f for f in dataset.fields if f.kind is Kind.CODE)
    candidates = (
        ("formula", names, lambda rng, text: FORMULAS[rng.integers(len(FORMULAS))]),
        ("line_break", names, lambda rng, text: f"{text}\n{text}"),
        ("long_text", names, lambda rng, text: (text + " ") * 80),
        ("untidy_spaces", coded, lambda rng, text: f"  {text} "),
    )
    return tuple(_cells(name, fields, spoilt) for name, fields, spoilt in candidates if fields)


def _declared(each: ShiftedDate | ChangedValue, dataset: Dataset) -> Defect:
    return _shifted(each, dataset) if isinstance(each, ShiftedDate) else _changed(each)


def _shifted(shift: ShiftedDate, dataset: Dataset) -> Defect:
    field_form, anchor_form = (_format(dataset.field_by_name[name], dataset) for name in (shift.field, shift.anchor))

    def fits(texts: Texts) -> np.ndarray:
        return (texts[shift.field] != "") & (texts[shift.anchor] != "")

    def spoil(rng: Generator, texts: Texts, rows: np.ndarray) -> None:
        for row in rows:
            moment = datetime.strptime(texts[shift.anchor][row], anchor_form) + timedelta(days=shift.days, minutes=shift.minutes)
            texts[shift.field][row] = moment.strftime(field_form)

    return Defect(shift.name, fits, spoil)


def _format(item: Field, dataset: Dataset) -> str:
    return (dataset.datetime_formats if item.kind is Kind.DATETIME else dataset.date_formats)[0]


def _changed(change: ChangedValue) -> Defect:
    name, text = change.among or (change.field, None)

    def fits(texts: Texts) -> np.ndarray:
        among = texts[name] != "" if text is None else texts[name] == text
        return among & (texts[change.field] != change.text)

    def spoil(rng: Generator, texts: Texts, rows: np.ndarray) -> None:
        texts[change.field][rows] = change.text

    return Defect(change.name, fits, spoil)


# ------------------------------------------------------------------------------------------------ several cells of a row
def _of_rows(dataset: Dataset) -> tuple[Defect, ...]:
    """A cell too many in the middle of the row; an answer to a question that is not asked."""
    order = tuple(f.name for f in dataset.fields if f.name != dataset.site_field)
    shifted = Defect("shifted_columns", lambda texts: np.ones(len(texts[order[0]]), dtype=bool), _shift_from(order))
    conditional = tuple(f.name for f in dataset.fields if f.only_if and f.blank is None)
    return (shifted, _answered_unasked(conditional, dataset)) if conditional else (shifted,)


def _shift_from(order: tuple[str, ...]) -> Callable[[Generator, Texts, np.ndarray], None]:
    """From a place in the first third of the row on, each cell holds what belongs to the one before it; the last text is lost."""

    def spoil(rng: Generator, texts: Texts, rows: np.ndarray) -> None:
        for row in rows:
            start = int(rng.integers(1, max(len(order) // 3, 2)))
            cells = ["", *(texts[name][row] for name in order[start:-1])]
            for name, cell in zip(order[start:], cells, strict=True):
                texts[name][row] = cell

    return spoil


def _answered_unasked(names: tuple[str, ...], dataset: Dataset) -> Defect:
    """Where the form does not ask, what another row answers. A blank cell may also be one that is asked and not known yet: those stay blank."""

    def unasked(texts: Texts) -> dict[str, np.ndarray]:
        return {name: rows & (texts[name] != "").any() for name, rows in not_asked(texts, dataset).items() if name in names}

    def fits(texts: Texts) -> np.ndarray:
        return np.any(list(unasked(texts).values()) or [np.zeros(len(texts[names[0]]), dtype=bool)], axis=0)

    def spoil(rng: Generator, texts: Texts, rows: np.ndarray) -> None:
        possible = unasked(texts)
        for row in rows:
            open_here = [name for name, are_unasked in possible.items() if are_unasked[row]]
            name = open_here[rng.integers(len(open_here))]
            texts[name][row] = rng.choice(texts[name][texts[name] != ""])

    return Defect("answer_that_is_not_asked", fits, spoil)


# ------------------------------------------------------------------------------------------------ rows too many
def _same_row(rng: Generator, texts: Texts, rows: np.ndarray, dataset: Dataset) -> Texts:
    return {name: column[rows] for name, column in texts.items()}


def _at_another_site(rng: Generator, texts: Texts, rows: np.ndarray, dataset: Dataset) -> Texts:
    """The same patient at another of the file's sites."""
    added = {name: column[rows] for name, column in texts.items()}
    sites = np.array(sorted(set(texts[dataset.site_field]) - {""}), dtype=object)
    if len(sites) < 2:
        raise ValueError("patient_at_another_site needs a file of two sites or more")
    following = dict(zip(sites, np.roll(sites, -1), strict=True))
    added[dataset.site_field] = np.array([following[site] for site in added[dataset.site_field]], dtype=object)
    return added


def _added_rows(pathway: Pathway) -> dict[str, Callable[[Generator, Texts, np.ndarray, Dataset], Texts]]:
    """Where several sites tell of one case, a patient at another site is no defect."""
    several = pathway.case_dataset.case_link is not None
    return {"duplicate_row": _same_row} if several else {"duplicate_row": _same_row, "patient_at_another_site": _at_another_site}
