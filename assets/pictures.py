"""Small pictures for Dagster's pages, as markdown with the picture in it: nothing is fetched, nothing is stored beside.

Belongs here: drawing. Does not belong here: what is drawn (``assets.shown``). Counts and aggregates only.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

INK, SOFT, BLUE, ORANGE, GREY = "#1f2933", "#9aa5b1", "#2f6db5", "#d9822b", "#cbd2d9"
WIDTH_INCHES, DOTS_PER_INCH = 6.4, 80
COLOURS = 32


def bars(title: str, labels: Sequence[str], values: Sequence[float], colour: str = BLUE) -> str:
    """Horizontal bars, the first on top, each with its number."""
    figure, axes = _axes(title, 0.7 + 0.26 * max(len(labels), 1), labels)
    positions = list(range(len(labels)))[::-1]
    axes.barh(positions, values, color=colour, height=0.62)
    axes.set_yticks(positions, labels)
    for position, value in zip(positions, values, strict=True):
        axes.text(value, position, f" {value:,.4g}", va="center", color=INK, fontsize=8)
    axes.set_xlim(0, 1.12 * max([*values, 1e-9]))
    axes.set_xticks([])
    return _markdown(figure, title)


def stacked(title: str, labels: Sequence[str], parts: dict[str, Sequence[float]]) -> str:
    """Vertical bars of parts that add up."""
    figure, axes = _axes(title, 2.2)
    floor = [0.0] * len(labels)
    for colour, (name, values) in zip((BLUE, SOFT, GREY, ORANGE), parts.items(), strict=False):
        axes.bar(range(len(labels)), values, bottom=floor, color=colour, label=name, width=0.7)
        floor = [a + b for a, b in zip(floor, values, strict=True)]
    _thin_labels(axes, labels)
    axes.legend(fontsize=7, frameon=False, ncols=len(parts), loc="lower right", bbox_to_anchor=(1.0, 0.98))
    return _markdown(figure, title)


def line(title: str, labels: Sequence[str], values: Sequence[float | None], unit: str = "") -> str:
    """A series in time; gaps where there is no value."""
    figure, axes = _axes(title, 2.0)
    shown = [float("nan") if value is None else value for value in values]
    axes.plot(range(len(shown)), shown, color=BLUE, marker="o", markersize=3, linewidth=1.4)
    _thin_labels(axes, labels)
    axes.set_ylabel(unit, fontsize=8, color=INK)
    axes.grid(axis="y", color=GREY, linewidth=0.5)
    return _markdown(figure, title)


def dots(title: str, labels: Sequence[str], values: Sequence[float], centre: float | None) -> str:
    """One dot a peer, ordered as given, with a line for the network."""
    figure, axes = _axes(title, 0.8 + 0.2 * max(len(labels), 1), labels)
    positions = list(range(len(labels)))[::-1]
    axes.hlines(positions, min(values, default=0), values, color=GREY, linewidth=1)
    axes.plot(values, positions, "o", color=BLUE, markersize=5)
    if centre is not None:
        axes.axvline(centre, color=ORANGE, linewidth=1.2)
    axes.set_yticks(positions, labels)
    return _markdown(figure, title)


def _axes(title: str, height_inches: float, side_labels: Sequence[str] = ()):
    """A figure with its axes; margins are counted, not searched for, which would take as long again as the drawing."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height = min(height_inches, 8.0)
    figure = Figure(figsize=(WIDTH_INCHES, height), dpi=DOTS_PER_INCH)
    FigureCanvasAgg(figure)
    left = max(0.08, 0.03 + 0.0107 * max(map(len, side_labels), default=0))
    axes = figure.add_axes((left, 0.3 / height, 0.98 - left, 1 - 0.65 / height))
    axes.set_title(title, fontsize=9, color=INK, loc="left")
    axes.tick_params(labelsize=8, colors=INK, length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _thin_labels(axes, labels: Sequence[str]) -> None:
    step = max(1, -(-len(labels) // 12))
    axes.set_xticks(range(0, len(labels), step), labels[::step])


def _markdown(figure, title: str) -> str:
    from PIL import Image

    figure.canvas.draw()
    drawn = Image.frombuffer("RGBA", figure.canvas.get_width_height(), figure.canvas.buffer_rgba()).convert("RGB")
    buffer = io.BytesIO()
    drawn.quantize(COLOURS).save(buffer, format="png")  # a quarter of the size, and every picture is stored twice
    return f"![{title}](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A markdown table."""
    def text(cell: object) -> str:
        return "" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "/")

    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(map(text, row)) + " |" for row in rows)])


def warm() -> None:
    """Draws once, so that fonts and backends are loaded before the first run."""
    bars("", ["a"], [1.0])
