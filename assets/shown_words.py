"""How numbers and periods are written on Dagster's pages, and the one way of asking for them.

Belongs here: what several of ``assets.shown`` and its fellows need. Does not belong here: what only one stage shows.

Whoever may open Dagster sees these pages, so the small-numbers policy holds on them: what the dashboard's views hide from a reader without an
organisation is not drawn. Of the rest counts are rounded as there; shares and ratios are the exact ones, rounded to the policy's decimals, and no page
tells the two counts of one. (The views make shares of rounded counts, which moves a month of fifteen patients by a tenth: no chart to judge by.)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Row, text

from assets.pictures import PERCENT, Unit

POLICY = "select suppress_to, round_to, share_decimals, statistic_decimals from house.small_numbers_policy where is_current"


class Policy(NamedTuple):
    """The small-numbers policy as it applies to pages."""

    suppress_to: int
    round_to: int
    share_decimals: int
    statistic_decimals: int

    @property
    def words(self) -> str:
        return f"counts of 1 to {self.suppress_to} hidden, cases rounded to {self.round_to}"

    def value(self, value: float | None, unit: Unit) -> float | None:
        """A value of somebody's as it is shown."""
        return None if value is None else round(value, self.share_decimals if unit == PERCENT else unit.decimals)


def policy_of(connection: Connection) -> Policy:
    [row] = query(connection, POLICY)
    return Policy(*row)


def query(connection: Connection, sql: str, **parameters) -> Sequence[Row]:
    return connection.execute(text(sql), parameters).all()


def unit_of(unit: str, decimals: int) -> Unit:
    """A share is written in per cent."""
    return PERCENT if unit == "share" else Unit(1.0, unit, decimals)


def month_of(day: date) -> str:
    return f"{day:%b %y}"


def period_of(grain: str, start: date) -> str:
    """``2025``, ``April to June 2026`` or ``May 2026``."""
    if grain == "year":
        return str(start.year)
    if grain == "month":
        return f"{start:%B %Y}"
    return f"{start:%B} to {start.replace(month=start.month + 2):%B %Y}"


def counted(number: int, thing: str) -> str:
    """``1 provider``, ``22 providers``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
