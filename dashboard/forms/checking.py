"""What was typed, as a file of the dataset, and what the check of files says of it.

Belongs here: writing the file, errors by field. Does not belong here: the rules (``schemas.improvement``), their evaluation (``assets.check``), how a form words them
(``dashboard.forms.asking``).
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from dashboard.figures.figure import RUN_BY_SPREADSHEETS
from dashboard.forms import asking, measured
from dashboard.forms.inputs import Choices, Values, added_name, choices_for, kind_of
from dashboard.views import Row
from schemas.change_ideas import SEPARATOR
from schemas.datasets import Dataset
from schemas.fields import Field, Kind
from schemas.registry import Registry
from warehouse.settings import Settings

STOPPING = ("reject file", "quarantine record")
WHOLE = ""  # errors of no single field
BEGINS_WELL = "Begin with a letter or a digit: a spreadsheet would run text that begins with = + - or @."
ONE_OF_YOURS = "Choose one of your own provider, its sites and teams."
BROKEN = "Something of ours broke while this was checked. Nothing was sent; tell the network's office."


@dataclass(frozen=True)
class Checked:
    """``content`` may be sent if there are no ``errors`` (field -> sentences)."""

    content: bytes
    errors: Mapping[str, Sequence[str]]


class Found(NamedTuple):
    """What a rule of the file says."""

    rule_id: str
    advice: tuple[str, ...]


@dataclass(frozen=True)
class Judge:
    """By whom a file is judged: the house, on behalf of a sender."""

    settings: Settings
    registry: Registry
    sender: str


def check(dataset: Dataset, values: Values, choices: Mapping[str, Choices], judge: Judge, measure: Row | None = None) -> Checked:
    """One row of a file, judged as the file will be. ``measure``: in whose unit numbers were typed."""
    read = measured.read(values, measure)
    cells = {item.name: _cell(item, read.values, dataset) for item in dataset.fields}
    content = _as_csv(dataset, cells)
    errors = {**_of_the_form(dataset, cells, choices), **read.errors}
    said = {name: _worded(dataset, name, found, choices, read.said) for name, found in _of_the_file(dataset, content, judge).items()}
    # of two numbers none is wrong before it is known what both mean
    unclear = measured.FIELDS if read.errors else ()
    return Checked(content, {name: sentences for name, sentences in said.items() if name not in unclear} | errors)


# ------------------------------------------------------------------------------------------------ the file
def _cell(item: Field, values: Values, dataset: Dataset) -> str:
    given = [_one_line(value) for value in values.get(item.name, ())]
    if item.kind is Kind.CODES:
        return dataset.codes_separator.join(given)
    if (added := values.get(added_name(item.name))) is not None:
        return SEPARATOR.join(text for text in (*given, *map(_one_line, added)) if text)
    return _day(given[0], dataset) if given and item.kind is Kind.DATE else next(iter(given), "")


def _one_line(text: str) -> str:
    """Without what no cell should hold: line ends, characters that nobody sees."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _day(text: str, dataset: Dataset) -> str:
    """What a browser's calendar gives, as the dataset writes days; what is no such day stays for the check to tell."""
    try:
        return date.fromisoformat(text).strftime(dataset.date_formats[0])
    except ValueError:
        return text


def _as_csv(dataset: Dataset, cells: Mapping[str, str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([item.header for item in dataset.fields])
    writer.writerow([cells[item.name] for item in dataset.fields])
    return out.getvalue().encode()


# ------------------------------------------------------------------------------------------------ what is wrong
def _of_the_form(dataset: Dataset, cells: Mapping[str, str], choices: Mapping[str, Choices]) -> dict[str, list[str]]:
    """What a file may say and a form may not: somebody else's place, text that a spreadsheet would run."""
    texts = [item.name for item in dataset.fields if item.kind is Kind.TEXT]
    errors = {name: [BEGINS_WELL] for name in texts if cells[name].startswith(RUN_BY_SPREADSHEETS)}
    if cells["organisation"] and cells["organisation"] not in choices["organisation"].codes:
        errors["organisation"] = [ONE_OF_YOURS]
    return errors


def _of_the_file(dataset: Dataset, content: bytes, judge: Judge) -> dict[str, list[Found]]:
    """Findings that stop the row, by field."""
    # loads pandas and the library of expectations, which only forms need
    from assets.check import check_file

    with tempfile.TemporaryDirectory(prefix="common-cause-form-") as folder:
        path = Path(folder) / f"{dataset.name}.csv"
        path.write_bytes(content)
        outcome = check_file(path, judge.sender, judge.settings, judge.registry, dataset.name)
    if outcome.failure:
        return {WHOLE: [Found(WHOLE, (BROKEN,))]}
    found: dict[str, list[Found]] = {}
    for group in outcome.content.groups:
        if group.severity.value in STOPPING:
            found.setdefault(group.field_name or WHOLE, []).append(Found(group.rule_id, group.advice))
    return found


def _worded(dataset: Dataset, name: str, found: Sequence[Found], choices: Mapping[str, Choices], said: Mapping[str, str]) -> list[str]:
    """As the form says it; ``said``: in the words of the measure."""
    item = dataset.field_by_name.get(name)
    if item is None:
        return [sentence for one in found for sentence in one.advice]
    shown = asking.Shown(dataset, item, kind_of(item, choices_for(item, choices)))
    return [
        sentence
        for one in found
        for sentence in ([said[one.rule_id]] if one.rule_id in said else asking.in_words(shown, one.rule_id, one.advice))
    ]
