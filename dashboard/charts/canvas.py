"""What all charts are drawn on: size, letters, colours, and the words for who cannot see them.

Belongs here: the frame of an SVG. Does not belong here: any one chart.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from markupsafe import Markup

from assets.pictures.drawing import circle, diamond, triangle

# each has a contrast of 3 to 1 or more against white, and differs from the others for people who do not see red and green as others do
INK, MUTED, FAINT, GRID = "#17212b", "#4a5764", "#8492a0", "#e3e8ed"
COMMON, IMPROVEMENT, CONCERN, NEUTRAL = "#5d6b79", "#0a6fc2", "#c65102", "#5b2a86"
OWN, PEER, REFERENCE, TARGET = "#0b3d66", "#7c8a97", "#00695c", "#8a1c4a"
WIDTH = 640
FONT = "Source Sans 3, Source Sans Pro, system-ui, sans-serif"
KINDS = {
    "common cause": (circle, 3.2, COMMON), "special cause improvement": (circle, 5.0, IMPROVEMENT), "special cause concern": (diamond, 6.2, CONCERN),
    "special cause neutral high": (triangle, 5.0, NEUTRAL), "special cause neutral low": (triangle, 5.0, NEUTRAL),
}  # fmt: skip


def mark(kind: str, x: float, y: float, is_hollow: bool = False) -> str:
    """A point of a chart in time; ``kind`` as ``chart_point_v1.final_point_type`` says it."""
    shape, radius, colour = KINDS.get(kind, (circle, 3.2, COMMON))
    return shape(x, y, radius, colour, is_hollow)


def told(drawn: str, said: str) -> str:
    """A mark that tells ``said`` to whoever points at it."""
    return f"<g>{drawn}<title>{escape(said)}</title></g>"


def link(drawn: str, address: str, said: str) -> str:
    """A mark that leads somewhere; the table beside holds the same link, so the keyboard need not stop at each mark."""
    return f'<a href="{escape(address)}" tabindex="-1">{told(drawn, said)}</a>'


def canvas(parts: Iterable[str], height: float, title: str, description: str, width: float = WIDTH) -> Markup:
    """The whole picture; it grows and shrinks with its place."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" class="chart" role="img" '
        f'aria-label="{escape(f"{title}. {description}")}" font-family="{FONT}" font-size="12.5" fill="{INK}">'
    )
    return Markup(f'{head}<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>{"".join(parts)}</svg>')
