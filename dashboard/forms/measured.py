"""Numbers in the unit of a measure: a share is asked for and shown in per cent as on every page, and stays a share in the file.

Belongs here: reading and writing them, what cannot be told apart. Does not belong here: how values are written on other pages (``dashboard.words``).

Two ways were weighed. *A*: a unit that changes with the measure that is chosen in the same form, which needs a script, and misleads without it. *B*, taken: the measure is
chosen before anything is typed, so its unit stands beside the fields from the start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from dashboard import words
from dashboard.views import Row

Values = Mapping[str, Sequence[str]]  # field -> what was typed or ticked
FIELDS = ("baseline", "target")
NUMBER = re.compile(r"[+-]?([0-9]{1,12}(\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
IN_PER_CENT = "In per cent, as on our pages: 24, or 24 %."
NO_NUMBER = "Write it as a number, such as 24 or 24.5."
MEANT = "Did you mean {} % or {} %? Write {} for the first, or {} % with its sign for the second."
# rules of the dataset whose sentences speak of the file's unit
BETWEEN = {"AI02": "Per cent of a share lie between 0 and 100. Correct the target or the baseline."}
NO_BETTER = "For this measure {}: from {} to {} would make it no better. Correct the target or the baseline."


@dataclass(frozen=True)
class Measured:
    """``values`` as the file has them; ``errors`` (field -> sentences) where it cannot be told what was meant; ``said`` (rule -> sentence) in the words of the measure."""

    values: Values
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)


def read(values: Values, measure: Row | None) -> Measured:
    """What was typed for a measure (None: unknown, or the form asks for none)."""
    if measure is None:
        return Measured(values)
    typed = {name: _one_space(values[name][0]) for name in FIELDS if values.get(name)}
    errors = {name: [told] for name, text in typed.items() if (told := _unclear(text, measure))}
    declared = {name: [_declared(text, measure)] for name, text in typed.items()}
    return Measured({**values, **declared}, errors, _said(typed, measure))


def write(value: float, measure: Row, decimals: int = 6) -> str:
    """As it stands in the form: ``24.3 %``, ``36``. ``decimals``: at most, of what is shown."""
    unit = words.unit_of(measure)
    return f"{_plain(Decimal(str(round(value * unit.factor, decimals))))}{' %' if measure.unit == words.SHARE else ''}"


def unit(measure: Row | None) -> str:
    return words.unit_of(measure).sign if measure else ""


def hint(measure: Row | None) -> str:
    return IN_PER_CENT if measure is not None and measure.unit == words.SHARE else ""


def _declared(text: str, measure: Row) -> str:
    """A share of per cent; other numbers as they are, without the unit."""
    bare = _bare(text, measure)
    if not NUMBER.fullmatch(bare):
        return text
    return _plain(Decimal(bare) / 100) if measure.unit == words.SHARE else bare


def _unclear(text: str, measure: Row) -> str:
    """What cannot be told apart: no number of ours (the check of files might read one, as a share), or above 0 and up to 1 without a sign, as whoever writes files writes shares."""
    if text and not NUMBER.fullmatch(_bare(text, measure)):
        return NO_NUMBER
    return _question(text) if measure.unit == words.SHARE and NUMBER.fullmatch(text) and 0 < Decimal(text) <= 1 else ""


def _question(text: str) -> str:
    share, per_cent = _plain(Decimal(text) * 100), _plain(Decimal(text))
    return MEANT.format(share, per_cent, share, per_cent)


def _said(typed: Mapping[str, str], measure: Row) -> dict[str, str]:
    start, end = (_with_unit(typed.get(name, ""), measure) for name in FIELDS)
    return {**BETWEEN, "AI01": NO_BETTER.format(measure.direction, start, end)}


def _with_unit(text: str, measure: Row) -> str:
    return f"{_bare(text, measure)} {unit(measure)}".strip()


def _bare(text: str, measure: Row) -> str:
    """Without the unit."""
    return text.removesuffix(unit(measure)).strip()


def _one_space(text: str) -> str:
    return " ".join(text.split())


def _plain(number: Decimal) -> str:
    """Without exponent and without zeros that say nothing."""
    return f"{number.normalize():f}"
