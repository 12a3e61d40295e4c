"""Numbers as the reader may know them: one's own whole, those of others as roughly as the small-numbers policy rounds them.

Belongs here: how a number that was rounded is written. Does not belong here: the rounding itself (the warehouse's views), numbers that are nobody's own
(network and national values, targets).
"""

from __future__ import annotations

from dashboard import words
from dashboard.views import Row

ABOUT = "about"  # in a sentence
NEARLY = "≈"  # in a table


def rounded(said: str, is_own: bool, sign: str = ABOUT) -> str:
    return said if is_own or said == words.NONE else f"{sign} {said}"


def value(number: float | None, measure: Row, is_own: bool, sign: str = ABOUT) -> str:
    return rounded(words.value(number, words.as_known(measure, is_own)), is_own, sign)


def points(difference: float | None, measure: Row, is_own: bool, sign: str = ABOUT) -> str:
    return rounded(words.points(difference, words.as_known(measure, is_own)), is_own, sign)


def between(lower: float, upper: float, measure: Row, is_own: bool) -> str:
    """An interval without the unit."""
    known = words.as_known(measure, is_own)
    return f"{words.bare(lower, known)} to {words.bare(upper, known)}"


def between_points(lower: float, upper: float, measure: Row, is_own: bool) -> str:
    """An interval of a difference, with signs and without the unit."""
    return " to ".join(words.points(end, words.as_known(measure, is_own)).split()[0] for end in (lower, upper))
