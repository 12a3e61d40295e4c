"""The house as a Dagster resource.

Belongs here: opening the house once a process. Does not belong here: what is in it (``assets.context``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from warehouse.settings import Settings

if TYPE_CHECKING:
    from assets.context import Context


class House:
    """Opens settings, declarations, database, archive and keys when an asset or a sensor first wants them; keys are read anew each time."""

    def __init__(self, settings: Settings):
        self.settings = settings

    def open(self) -> Context:
        return _opened(self.settings).renewed()


@lru_cache(maxsize=4)
def _opened(settings: Settings) -> Context:
    from assets.context import Context

    return Context.open(settings)
