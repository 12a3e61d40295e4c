"""Putting a file into the landing area so that nobody sees half of it.

Belongs here: what a sender does, on the command line and by a form. Does not belong here: finding and taking what lies there (``assets.drops``,
``assets.landing``).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from assets.drops import DONE, MANIFEST, sibling


def drop(file: Path, folder: Path, manifest: dict[str, str] | None = None) -> Path:
    """Copies a file; a manifest beside it goes with it unless one is given. Returns where it lies."""
    beside = sibling(file, MANIFEST)
    text = json.dumps(manifest) if manifest else beside.read_text() if beside.is_file() else None
    return _drop(file.read_bytes(), file.name, folder, text)


def drop_content(content: bytes, name: str, folder: Path, manifest: dict[str, str] | None = None) -> Path:
    """The same of bytes that are no file yet. Returns where they lie."""
    return _drop(content, name, folder, json.dumps(manifest) if manifest else None)


def _drop(content: bytes, name: str, folder: Path, manifest: str | None) -> Path:
    """Written under a passing name and renamed at the end, its manifest and mark of completion before it; an equal name that still lies there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    target = _free_name(folder / name)
    passing = sibling(target, ".part")
    with passing.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if manifest is not None:
        sibling(target, MANIFEST).write_text(manifest)
    sibling(target, DONE).touch()
    passing.rename(target)
    return target


def _free_name(path: Path) -> Path:
    number, free = 2, path
    while free.exists() or sibling(free, ".part").exists():
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1
    return free
