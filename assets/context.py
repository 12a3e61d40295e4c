"""What every stage needs, opened once: settings, declarations, database, archive, keys.

Belongs here: putting these together. Does not belong here: Dagster (``pipelines.resources`` wraps this) or any work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from schemas.registry import Registry, load_registry
from warehouse.archive import Archive
from warehouse.keys import Keys
from warehouse.settings import Settings


@dataclass(frozen=True)
class Context:
    """The open house. ``now()`` is the settings' clock: nothing in the stages asks another."""

    settings: Settings
    registry: Registry
    engine: Engine
    archive: Archive
    keys: Keys

    def now(self) -> datetime:
        return self.settings.clock()

    def renewed(self) -> Context:
        """The same house with the keys as their file has them now; whoever keeps a house open for long asks before each piece of work."""
        keys = self.keys.renewed()
        return self if keys is self.keys else replace(self, keys=keys, archive=replace(self.archive, keys=keys))

    @classmethod
    def open(cls, settings: Settings, engine: Engine | None = None) -> Context:
        from warehouse.archive import open_archive
        from warehouse.database import make_engine

        keys = Keys.open(settings.keys)
        registry = load_registry(settings.pathway_folders)
        return cls(settings, registry, engine or make_engine(settings), open_archive(settings, keys), keys)
