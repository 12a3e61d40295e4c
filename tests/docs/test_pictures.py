"""Every picture that README and documents show is there, is one, is small enough, and is told to who cannot see it."""

from __future__ import annotations

import re

from tests.dashboard.demo_house import LARGEST_PICTURE
from tests.docs.commands import DOCUMENTS, ROOT, text_of

PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
SHOWN = [(document, said, document.parent / path) for document in DOCUMENTS for said, path in PICTURE.findall(text_of(document))]


def test_every_picture_that_is_shown_is_there():
    assert len(SHOWN) >= 5
    for document, said, path in SHOWN:
        assert path.is_file() and path.resolve().is_relative_to(ROOT), f"{document.name}: {path}"
        assert path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size < LARGEST_PICTURE, path
        assert len(said) > 20, f"{document.name} does not say what {path.name} shows"


def test_no_picture_lies_about_unshown():
    assert {path.resolve() for path in (ROOT / "docs/pictures").glob("*")} == {path.resolve() for _, _, path in SHOWN}
