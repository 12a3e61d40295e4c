"""The manifest: what a sender says of a file, in ``<file>.manifest.json`` beside it.

Belongs here: reading and checking a manifest. Does not belong here: acting on it (``assets.submissions``, ``assets.reading.reader``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from schemas.datasets import Mode

SUFFIX = ".manifest.json"
SIZE_LIMIT_BYTES = 100_000


class ManifestError(ValueError):
    """The manifest cannot be taken. The message names the key and the remedy, never a value."""


@dataclass(frozen=True)
class Manifest:
    """All keys are optional. ``site`` and ``team`` are organisation codes, the period's days inclusive, ``sha256`` hexadecimal."""

    dataset: str | None = None
    mode: Mode | None = None
    organisation: str | None = None
    site: str | None = None
    team: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    sha256: str | None = None
    row_count: int | None = None
    layout: str | None = None


def read_manifest(content: bytes) -> Manifest:
    """The manifest in ``content`` (JSON, UTF-8). Raises ``ManifestError`` for anything that is not exactly right."""
    given = _json_object(content)
    known = [f.name for f in fields(Manifest)]
    unknown = [number for number, key in enumerate(given, start=1) if key not in known]
    if unknown:
        raise ManifestError(f"key number {unknown[0]} is not known; the keys are {', '.join(known)}")
    manifest = Manifest(**{key: _READERS[key](key, value) for key, value in given.items() if value is not None})
    _check_together(manifest)
    return manifest


def _json_object(content: bytes) -> dict[str, Any]:
    if len(content) > SIZE_LIMIT_BYTES:
        raise ManifestError(f"it is larger than {SIZE_LIMIT_BYTES:,} bytes; a manifest holds a few lines")
    try:
        given = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique_keys)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        place = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        # the text of the error could quote the manifest, so it is not chained
        raise ManifestError(f"it is not JSON in UTF-8{place}; write it as {{'dataset': '...', 'mode': '...'}} with double quotes") from None
    if not isinstance(given, dict):
        raise ManifestError("it must be one JSON object, in curly brackets")
    return given


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ManifestError("a key is there twice; leave one of them")
    return dict(pairs)


def _check_together(manifest: Manifest) -> None:
    start, end = manifest.period_start, manifest.period_end
    if (start is None) != (end is None):
        raise ManifestError("period_start and period_end go together; give both or neither")
    if start and end and start > end:
        raise ManifestError("period_start lies after period_end; swap or correct them")
    if manifest.mode is Mode.REPLACE_PERIOD and start is None:
        raise ManifestError(f"mode '{Mode.REPLACE_PERIOD}' needs period_start and period_end")


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200 or not value.strip().isprintable():
        raise ManifestError(f"{key} must be a text of 1 to 200 characters, in one line")
    return value.strip()


def _mode(key: str, value: Any) -> Mode:
    try:
        return Mode(_text(key, value).lower().replace("_", " "))
    except ValueError:
        raise ManifestError(f"{key} must be one of: {', '.join(Mode)}") from None


def _day(key: str, value: Any) -> date:
    text = _text(key, value)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ManifestError(f"{key} must be a day written as YYYY-MM-DD") from None


def _sha256(key: str, value: Any) -> str:
    text = _text(key, value).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ManifestError(f"{key} must be 64 hexadecimal digits")
    return text


def _count(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ManifestError(f"{key} must be a whole number, 0 or more, without quotes")
    return value


_READERS: dict[str, Callable[[str, Any], Any]] = {f.name: _text for f in fields(Manifest)} | {
    "mode": _mode, "period_start": _day, "period_end": _day, "sha256": _sha256, "row_count": _count,
}  # fmt: skip
