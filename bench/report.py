"""What a bench hands back, and how it is shown. Belongs here: figures, tables, files. Does not belong here: measuring."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured number. ``aim`` None: told for information. ``at_least``: the aim is a lower bound (else an upper one)."""

    what: str
    value: float
    unit: str
    aim: float | None = None
    at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        if self.aim is None:
            return None
        return self.value >= self.aim if self.at_least else self.value <= self.aim

    def cells(self) -> tuple[str, str, str, str]:
        aim = "" if self.aim is None else f"{'at least' if self.at_least else 'at most'} {self.aim:g} {self.unit}"
        return self.what, f"{_short(self.value)} {self.unit}", aim, {None: "", True: "met", False: "**not met**"}[self.is_met]


@dataclass(frozen=True)
class Measured:
    """The figures of one bench, and what a reader must know of them."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    detail: Mapping[str, object] = field(default_factory=dict)

    def markdown(self) -> str:
        rows = table(("", "measured", "aim", ""), [figure.cells() for figure in self.figures])
        notes = "".join(f"\n{note}\n" for note in self.notes)
        return f"## {self.title}\n\n`python -m bench {self.name}`, {self.seconds:.0f} s\n\n{rows}\n{notes}"

    def as_json(self) -> dict:
        return {**asdict(self), "figures": [{**asdict(figure), "is_met": figure.is_met} for figure in self.figures]}


def _short(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def split(seconds: Mapping[str, float], count: int = 1) -> tuple[Figure, ...]:
    """Parts of a whole as figures for information."""
    return tuple(Figure(f"- {name}", value / count, "s") for name, value in seconds.items())


def write(folder: Path, machine: Mapping[str, object], measured: Sequence[Measured]) -> list[Path]:
    """``<folder>/<name>.md`` and ``.json`` a bench: a bench run alone replaces its own files and no others."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    data = table(("machine", ""), [(name.replace("_", " "), value) for name, value in machine.items()])
    for one in measured:
        for suffix, content in (
            (".md", f"{one.markdown()}\n{data}\n"),
            (".json", json.dumps({"machine": machine, **one.as_json()}, indent=1, default=str) + "\n"),
        ):
            path = folder / f"{one.name}{suffix}"
            path.write_text(content)
            written.append(path)
    return written
