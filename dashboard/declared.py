"""What the pathways declare, for words on pages: titles of datasets and fields, how often a measure is watched.

Belongs here: finding the declarations of a house. Does not belong here: anything of a single pathway.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from dashboard.asked import Asked
from schemas.datasets import Dataset
from schemas.registry import Registry, load_registry

GRAINS = ("month", "quarter", "year")


def registry(asked: Asked) -> Registry:
    return _registry(tuple(asked.configuration.settings.pathway_folders))


@lru_cache
def _registry(folders: tuple[Path, ...]) -> Registry:
    return load_registry(folders)


def dataset(asked: Asked, name: str | None) -> Dataset | None:
    return registry(asked).datasets.get(name or "")


def grain(asked: Asked, measure: str | None) -> str:
    """How often a measure is watched: the shortest of its periods."""
    declared = registry(asked).measures.get(measure or "")
    return min(declared.grains, key=GRAINS.index) if declared and declared.grains else "month"
