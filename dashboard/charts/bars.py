"""Small bars in a row of a table: shares by month.

Belongs here: drawing them. Does not belong here: the numbers, which stand in the table too.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from dashboard.charts.canvas import CONCERN, GRID, PEER

STEP, BAR, HEIGHT = 9, 7, 26
LOW = 0.9


def small_bars(shares: Sequence[float | None], said: Sequence[str], description: str) -> Markup:
    """A bar a month, ``shares`` from 0 to 1 (None: no bar); what lies below 90 % has another colour and a dot below it."""
    width = STEP * max(len(shares), 1)
    parts = [
        f'<path d="M0 {HEIGHT - 3.5} H{width}" stroke="{GRID}"/>',
        *(_bar(i, share, told) for i, (share, told) in enumerate(zip(shares, said, strict=True)) if share is not None),
    ]
    head = (
        f'<svg class="bars" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" role="img" aria-label="{escape(description)}">'
    )
    return Markup(f"{head}{''.join(parts)}</svg>")


def _bar(place: int, share: float, said: str) -> str:
    height = max(min(share, 1.0) * (HEIGHT - 4), 1.0)
    is_low, x = share < LOW, place * STEP + 1
    drawn = f'<rect x="{x}" y="{HEIGHT - 4 - height:.1f}" width="{BAR}" height="{height:.1f}" fill="{CONCERN if is_low else PEER}"/>'
    drawn += f'<circle cx="{x + BAR / 2}" cy="{HEIGHT - 1.6}" r="1.5" fill="{CONCERN}"/>' if is_low else ""
    return f"<g>{drawn}<title>{escape(said)}</title></g>"
