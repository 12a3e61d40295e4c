"""Setting the pack: its content as JSON to ``pack.typ``, with typst.

Belongs here: calling the typesetter. Does not belong here: content, and how it looks.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import typst

from dashboard import words
from dashboard.pack.content import Pack

HERE = Path(__file__).parent
FONTS = HERE.parent / "static" / "fonts"
ICONS = HERE.parent / "templates" / "icons.html"
TEMPLATE = "pack.typ"
STANDARDS = ["ua-1"]  # tagged, with title, language and alternative texts; typst refuses to make it otherwise
_SYMBOL = re.compile(r'<symbol id="i-(\w+)" viewBox="([\d ]+)">(.*?)</symbol>')
_BEFORE_PER_CENT = re.compile(r"(?<=\d) %")  # no line is broken there


@dataclass(frozen=True)
class Document:
    """A PDF and how many pages it has."""

    pdf: bytes
    page_count: int


def typeset(pack: Pack) -> Document:
    typesetter = compiler(pack)
    pdf = typesetter.compile(format="pdf", pdf_standards=STANDARDS, timestamp=int(pack.made_at.timestamp()))
    return Document(pdf, json.loads(typesetter.query("<page-count>", field="value", one=True)))


def compiler(pack: Pack) -> typst.Compiler:
    """The pack and its template; for PDF, or pictures of its pages."""
    data = _BEFORE_PER_CENT.sub("\u00a0%", json.dumps(told(pack), ensure_ascii=False))
    return typst.Compiler(HERE / TEMPLATE, root=HERE, font_paths=[FONTS], ignore_system_fonts=True, sys_inputs={"pack": data})


def told(pack: Pack) -> dict:
    """The pack as the template reads it."""
    data_at = words.minute(pack.data_at) + " UTC" if pack.data_at else "no data yet"
    return {**asdict(pack), "data_at": data_at, "made_at": words.minute(pack.made_at) + " UTC", "icons": icons()}


@cache
def icons() -> dict[str, str]:
    """The dashboard's own icons, each as an SVG."""
    return {
        name: f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{drawn}</svg>'
        for name, box, drawn in _SYMBOL.findall(ICONS.read_text("utf-8"))
    }
