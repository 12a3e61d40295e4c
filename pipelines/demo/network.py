"""The demo's organisations: four regions, 22 providers with one or two sites, 12 of them with stroke teams. No real organisation bears the codes.

Belongs here: who there is, and how their care differs. Does not belong here: their patients (``assets.simulate``) and files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from assets.simulate import Site
from pipelines.demo.true_effects import HIP, STROKE, true_changes

OFFICE = "NET"
REGIONS = {"ZR1": "Northmoor", "ZR2": "Eastfen", "ZR3": "Southdown", "ZR4": "Westvale"}
TOWNS = (
    "Aldercombe", "Brackenhurst", "Calderford", "Dunmarsh", "Elmswick", "Fernleigh", "Garthwaite", "Hollowmere", "Ivybeck", "Kestrel Bay", "Larchmont",
    "Millhaven", "Nettlebridge", "Oakhampton Vale", "Pinecliff", "Quarrydale", "Rushwater", "Silverdyke", "Thornaby Moor", "Underbarrow", "Vinehill", "Willowmead",
)  # fmt: skip

# by their number among the providers
WITH_STROKE_TEAMS, CENTRES, WITH_COMMUNITY_TEAM, WITH_REHABILITATION = 12, (0, 7), (0, 4, 8, 10), 2
STROKES_A_FRACTURE = 0.6

# log odds of dying within 30 days beside the average hospital's: by number among the providers, who is truly worse and who truly better
MORTALITY_OF_FRACTURES = {18: 0.8, 7: -1.2}
MORTALITY_OF_STROKES = {6: 0.9, 5: -1.8}


@dataclass(frozen=True)
class Network:
    """Rows for the table of organisations, the sites that patients with a fracture come to, the teams that have those with a stroke."""

    organisations: tuple[dict, ...]
    sites: tuple[Site, ...]
    teams: tuple[Site, ...] = ()

    @property
    def providers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(site.provider_code for site in self.sites))

    def sites_of(self, provider: str) -> tuple[Site, ...]:
        return tuple(site for site in self.sites if site.provider_code == provider)


def make_network(today: date, count: int = len(TOWNS), yearly_cases: float = 190.0, seed: int = 20) -> Network:
    """The first ``count`` providers. Sizes differ; a few sites get better or worse within the last year, and from one hospital of each pathway more
    patients die than from others of the same risks, from one fewer, so that signals and outliers have something to find.
    """
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
            sites.append(Site(f"{code}0{place}", code, size, _mortality(MORTALITY_OF_FRACTURES, number), true_changes(number, HIP, today)))
    teams = tuple(_teams(rng, count, today, yearly_cases * STROKES_A_FRACTURE))
    organisations += [_organisation(team.code, _team_name(team), "team", team.provider_code) for team in teams]
    return Network(tuple(organisations), tuple(sites), teams)


def _teams(rng: np.random.Generator, count: int, today: date, yearly_cases: float) -> Iterator[Site]:
    """A hospital's team for the first providers; two do thrombectomies, some visit at home, one takes over for rehabilitation."""
    for number in range(min(count, WITH_STROKE_TEAMS)):
        provider = f"ZQ{chr(65 + number)}"
        size = float(np.clip(rng.lognormal(-0.06, 0.3), 0.5, 1.9) * yearly_cases)
        roles = ("centre",) if number in CENTRES else ()
        yield Site(
            f"SSNAP7{number:02d}", provider, size, _mortality(MORTALITY_OF_STROKES, number), true_changes(number, STROKE, today), roles
        )
        if number in WITH_COMMUNITY_TEAM:
            yield Site(f"SSNAPC7{number:02d}", provider, 0, roles=("community",))
        if number == WITH_REHABILITATION:
            yield Site(f"SSNAP8{number:02d}", provider, 0, roles=("rehabilitation",))


def _mortality(known: dict[int, float], number: int) -> tuple[tuple[str, float], ...]:
    """The habit of a site whose mortality is set; nothing for the others, whose is drawn."""
    return (("mortality", known[number]),) if number in known else ()


def _team_name(team: Site) -> str:
    town = TOWNS[ord(team.provider_code[-1]) - 65]
    what = {
        ("community",): "community stroke team",
        ("rehabilitation",): "stroke rehabilitation unit",
        ("centre",): "comprehensive stroke centre",
    }
    return f"{town} {what.get(team.roles, 'stroke team')} (made up)"


def _organisation(code: str, name: str, kind: str, parent: str | None) -> dict:
    return {"organisation_code": code, "organisation_name": name, "organisation_kind": kind, "parent_code": parent, "is_member": True}
