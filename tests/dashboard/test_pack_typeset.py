"""The typesetter takes texts as they are, and makes a document that everybody can read."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from dashboard.charts.series import Paper, Spot, series
from dashboard.pack.content import Chapter, Chart, Pack, Section, Statement, Table
from dashboard.pack.typeset import HERE, TEMPLATE, icons, typeset
from dashboard.words import Unit

STRANGE = (
    '#panic("no")',
    "*bold* _it_ `raw`",
    "$ x^2 $",
    "@label <label>",
    'back\\slash "quoted"',
    '#import "@preview/cetz:0.3.0"',
    "= no heading",
    "// no comment",
    "~ & < > {{ }} %",
    "Ünïcode — “ok”",
)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def pack(*texts: str, provider: str = "Aldercombe NHS Trust", chart_title: str = "A chart") -> Pack:
    """A document with each text in every place that takes one."""
    said = [Statement("concern", text, text) for text in texts]
    svg = str(series(chart_title, "as by chance", [Spot("Jan 2026", 1.0), Spot("Feb 2026", 2.0)], [], Unit(), paper=Paper(430, 200, False)))
    chart = Chart(chart_title, svg, f"{chart_title}: as by chance", "As by chance.", texts, ("common", "common cause"))
    table = Table(("Measure", "Value"), [(text, "1.0") for text in texts], (1,), [("concern", "concern")] * len(texts))
    chapter = Chapter(
        "Hip fracture",
        "All is well.",
        "Q3 2026",
        [Section(text, said) for text in texts] or [Section("Attention", [], "Nothing.")],
        table,
        [chart],
        table,
        said,
        chart,
        [],
        "version 1",
    )
    return Pack(provider, [chapter], NOON, NOON)


def read(document) -> PdfReader:
    return PdfReader(io.BytesIO(document.pdf))


def words(reader: PdfReader) -> str:
    """All text, without the places where lines were broken."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_whatever_a_title_holds_comes_out_as_text():
    said = words(read(typeset(pack(*STRANGE))))
    for text in STRANGE:
        assert said.count(text) >= 3, text


def test_a_provider_is_called_as_it_is_even_in_the_title_of_the_document():
    document = read(typeset(pack(provider='#set "A & B" *Trust*')))
    assert document.metadata.title == '#set "A & B" *Trust*: board pack'
    assert '#set "A & B" *Trust*' in words(document)


def test_the_document_is_tagged_and_says_its_language():
    root = read(typeset(pack("text"))).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()


def test_charts_have_their_words_for_those_who_cannot_see_them():
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, dict):
            found.append(str(node.get("/Alt", "")))
            children = node.get("/K", [])
            for child in children if isinstance(children, list) else [children]:
                if not isinstance(child, int):
                    walk(child)

    walk(read(typeset(pack("text", chart_title="Surgery in time"))).trailer["/Root"]["/StructTreeRoot"])
    assert found.count("Surgery in time: as by chance") == 2
    assert "concern" in found


def test_pages_are_counted_as_a_reader_counts_them():
    document = typeset(pack("text"))
    assert document.page_count == len(read(document).pages)
    assert f"page 1 of {document.page_count}" in words(read(document))


def test_only_the_houses_letters_are_used():
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in read(typeset(pack("text"))).pages for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("SourceSans3" in font for font in fonts)


def test_nothing_is_imported_into_the_template_so_nothing_can_be_fetched():
    template = (HERE / TEMPLATE).read_text("utf-8")
    assert "#import" not in template
    assert "#include" not in template
    assert "@preview" not in template


@pytest.mark.parametrize("name", ["concern", "improvement", "change", "common", "none"])
def test_icons_are_those_of_the_dashboard(name):
    assert icons()[name].startswith("<svg")


def test_no_line_is_broken_between_a_number_and_its_per_cent():
    document = read(typeset(pack(*("word " * count + "91.4 % of all" for count in range(8, 20)))))
    lines = [line.strip() for page in document.pages for line in page.extract_text().splitlines()]
    assert any("91.4" in line for line in lines)
    assert not [line for line in lines if line.startswith("%")]
