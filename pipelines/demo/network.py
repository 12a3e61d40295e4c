"""The demo's organisations: four regions, 22 providers with one or two sites. None of the codes is borne by a real organisation.

Belongs here: who there is, and how their care differs. Does not belong here: their patients (``assets.simulate``) and files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from assets.simulate import Change, Site

OFFICE = "NET"
REGIONS = {"ZR1": "Northmoor", "ZR2": "Eastfen", "ZR3": "Southdown", "ZR4": "Westvale"}
TOWNS = (
    "Aldercombe", "Brackenhurst", "Calderford", "Dunmarsh", "Elmswick", "Fernleigh", "Garthwaite", "Hollowmere", "Ivybeck", "Kestrel Bay", "Larchmont",
    "Millhaven", "Nettlebridge", "Oakhampton Vale", "Pinecliff", "Quarrydale", "Rushwater", "Silverdyke", "Thornaby Moor", "Underbarrow", "Vinehill", "Willowmead",
)  # fmt: skip


@dataclass(frozen=True)
class Network:
    """Rows for the table of organisations, and the sites that patients come to."""

    organisations: tuple[dict, ...]
    sites: tuple[Site, ...]

    @property
    def providers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(site.provider_code for site in self.sites))

    def sites_of(self, provider: str) -> tuple[Site, ...]:
        return tuple(site for site in self.sites if site.provider_code == provider)


def make_network(today: date, count: int = len(TOWNS), yearly_cases: float = 190.0, seed: int = 20) -> Network:
    """The first ``count`` providers. Sizes differ; a few sites get better or worse half a year ago, so that signals have something to find."""
    rng = np.random.default_rng(seed)
    organisations = [_organisation(OFFICE, "The demo network", "network", None)]
    organisations += [_organisation(code, name, "region", OFFICE) for code, name in REGIONS.items()]
    sites: list[Site] = []
    for number, town in enumerate(TOWNS[:count]):
        code = f"ZQ{chr(65 + number)}"
        organisations.append(_organisation(code, f"{town} NHS Trust (made up)", "provider", list(REGIONS)[number % len(REGIONS)]))
        for place in range(1, 3 if number % 3 == 1 else 2):
            name = f"{town} {'General' if place == 1 else 'Community'} Hospital (made up)"
            organisations.append(_organisation(f"{code}0{place}", name, "site", code))
            size = float(np.clip(rng.lognormal(-0.06, 0.3), 0.5, 1.9) * yearly_cases * (1.0 if place == 1 else 0.5))
            sites.append(Site(f"{code}0{place}", code, size, changes=_changes(number, today)))
    return Network(tuple(organisations), tuple(sites))


def _changes(number: int, today: date) -> tuple[Change, ...]:
    """What happened at the provider with this number: a new theatre list, a lost geriatrician, an early-mobility project."""
    since = today - timedelta(days=300)
    happened = {
        2: (Change("surgery_speed", since, 0.7),), 6: (Change("geriatrician", since, -2.5),), 11: (Change("mobilised", since, 1.6),),
        16: (Change("bone", since, 1.8),),
    }  # fmt: skip
    return happened.get(number, ())


def _organisation(code: str, name: str, kind: str, parent: str | None) -> dict:
    return {"organisation_code": code, "organisation_name": name, "organisation_kind": kind, "parent_code": parent, "is_member": True}
