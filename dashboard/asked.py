"""One request: who asks, and what pages and figures need to answer.

Belongs here: what all pages share. Does not belong here: any one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from starlette.exceptions import HTTPException
from starlette.requests import Request

from dashboard.configuration import Configuration
from dashboard.names import Names
from dashboard.readers import Reader
from dashboard.views import Row, Views, hashable

ORGANISATIONS = "select * from dashboard.organisation_v1 order by organisation_name"
MEASURES = "select * from dashboard.measure_v1 order by is_headline desc, title"
ADJUSTED = "select distinct measure_name from dashboard.case_mix_model_v1 where is_current"
FRESH = "select max(refreshed_at) as refreshed_at from dashboard.submission_v1"


@dataclass
class Asked:
    """A reader's request. ``provider``: on whose behalf views are asked; None for the office."""

    views: Views
    configuration: Configuration
    reader: Reader

    @classmethod
    def of(cls, request: Request) -> Asked:
        return cls(request.app.state.views, request.app.state.configuration, request.state.reader)

    @property
    def provider(self) -> str | None:
        return self.reader.provider_code

    def rows(self, sql: str, **parameters) -> list[Row]:
        """As the reader may see them; remembered until data change."""
        return self.views.remembered(sql, self.provider, **parameters)

    def latest_for_everybody(self, sql: str, **parameters) -> list[Row]:
        """What nobody in particular sees: one answer for all readers, never waited for twice. For big questions."""
        key = (sql, "everybody", hashable(parameters))
        return self.views.memory.latest(key, lambda: self.views.rows(sql, None, **parameters))

    def latest(self, sql: str, **parameters) -> list[Row]:
        """As the reader's provider may see them, at once where they were ever asked for. For big questions that do not belong to all."""
        key = (sql, self.provider, hashable(parameters))
        return self.views.memory.latest(key, lambda: self.views.rows(sql, self.provider, **parameters))

    @cached_property
    def names(self) -> Names:
        key = self.configuration.key("peers")
        return Names(self.rows(ORGANISATIONS), self.reader, self.configuration.has_named_peers, key)

    @cached_property
    def measures(self) -> dict[str, Row]:
        return {row.measure_name: row for row in self.rows(MEASURES)}

    @cached_property
    def adjusted(self) -> frozenset[str]:
        """Measures with a case-mix model: their crude values are not for comparing providers, whose patients differ."""
        return frozenset(row.measure_name for row in self.rows(ADJUSTED))

    @property
    def data_at(self) -> datetime | None:
        """When what was last submitted had been computed."""
        return self.rows(FRESH)[0].refreshed_at

    def measure(self, name: str) -> Row:
        """Raises 404."""
        if name not in self.measures:
            raise HTTPException(404, "There is no such measure.")
        return self.measures[name]

    def organisation(self, slug: str) -> Row:
        """The organisation of an address. Raises 404."""
        code = self.names.code(slug)
        if code is None:
            raise HTTPException(404, "There is no such organisation, or it is not shown to you.")
        return self.names.organisations[code]

    @cached_property
    def pathways(self) -> Sequence[str]:
        """Names of pathways that have headline measures, in order."""
        return sorted({row.pathway_name for row in self.measures.values() if row.is_headline})

    @cached_property
    def providers(self) -> list[Row]:
        """Members that give care, in the order of what they are called on the page."""
        members = [
            row
            for row in self.names.organisations.values()
            if row.organisation_kind == "provider" and row.is_member and row.closed_on is None
        ]
        return sorted(
            members,
            key=lambda row: (
                (len(self.names.name(row.organisation_code)), self.names.name(row.organisation_code))
                if not self.names.is_named
                else (0, self.names.name(row.organisation_code))
            ),
        )

    @cached_property
    def network_code(self) -> str | None:
        networks = [row for row in self.names.organisations.values() if row.organisation_kind == "network"]
        networks.sort(key=lambda row: (not row.is_member, row.organisation_code))
        return networks[0].organisation_code if networks else None
