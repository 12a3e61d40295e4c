"""The ways of made-up patients over teams: direct; passed on after a day or more; to a centre for thrombectomy and back; home with a community team.

Belongs here: which team has the patient from when to when, and how each stay ends. Does not belong here: what a team writes of its stay.
A site's ``roles``: ``centre`` does thrombectomies, ``community`` visits at home, ``rehabilitation`` takes over and admits nobody itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke.simulated_hyperacute import Reperfusion
from schemas.pathways.acute_stroke.simulated_onset import Onset
from schemas.pathways.acute_stroke.simulated_outcome import Outcome
from schemas.pathways.acute_stroke.simulated_parts import DAY, NEVER, day_of, happens, minutes
from schemas.simulation import Arrivals, Place

CENTRE, COMMUNITY, REHABILITATION = "centre", "community", "rehabilitation"
# teams that are none of the sites: codes that the audit has not given
OUTSIDE = {CENTRE: "SSNAP801", COMMUNITY: "SSNAPC801", REHABILITATION: "SSNAP802"}
PASSED_ON_SHARE, FROM_CENTRE_SHARE, BACK_SHARE = 0.08, 0.45, 0.8


@dataclass(frozen=True)
class Stays:
    """One element a record, those of a case together and in their sequence.

    ``case``: place of the case among the arrivals. ``left_at``: NaT if the patient died there. ``ends_as``: the code of question 7.1.
    ``until``: its last instant. ``next_code``: the team that follows, None for none.
    """

    case: np.ndarray
    site_codes: np.ndarray
    is_community: np.ndarray
    is_first: np.ndarray
    is_last: np.ndarray
    arrived_at: np.ndarray
    left_at: np.ndarray
    until: np.ndarray
    ends_as: np.ndarray
    next_code: np.ndarray

    def __len__(self) -> int:
        return len(self.case)


def centres(arrivals: Arrivals) -> np.ndarray:
    """Whether the first team does thrombectomies itself."""
    doing = {place.code for place in arrivals.places if CENTRE in place.roles}
    return np.array([code in doing for code in arrivals.site_codes], dtype=bool)


def journeys(rng: Generator, arrivals: Arrivals, begun: Onset, done: Reperfusion, ends: Outcome) -> Stays:
    """Who has each patient from when to when."""
    count = len(arrivals)
    sent = done.is_elsewhere
    back_at = done.puncture_at + minutes((20 + 30 * rng.random(count)) * 60)
    is_back = sent & (back_at + 2 * DAY < ends.until) & happens(rng, BACK_SHARE, count)
    moved_at = day_of(begun.started_at).astype("datetime64[m]") + minutes(1440 * rng.integers(1, 5, count) + 600 + rng.random(count) * 480)
    share = np.where(done.has_thrombectomy, FROM_CENTRE_SHARE, PASSED_ON_SHARE)
    moved_at = np.maximum(moved_at, np.fmax(done.puncture_at, begun.started_at) + minutes(600))
    is_moved = ~sent & (moved_at + 2 * DAY < ends.until) & happens(rng, share, count)
    partner = {role: _partners(arrivals, role) for role in OUTSIDE}
    first_left = np.where(sent, done.puncture_at - done.travel, np.where(is_moved, moved_at, NEVER))
    second = np.where(sent, partner[CENTRE], partner[REHABILITATION])
    visited_at = day_of(ends.left_at).astype("datetime64[m]") + minutes(1440 * rng.integers(1, 4, count) + 540 + rng.random(count) * 420)
    legs = [
        (np.ones(count, dtype=bool), arrivals.site_codes, begun.arrived_at, first_left, False),
        (
            sent | is_moved,
            second,
            first_left + np.where(sent, done.travel - minutes(15), minutes(45)),
            np.where(is_back, back_at, NEVER),
            False,
        ),
        (is_back, arrivals.site_codes, back_at + minutes(70), np.full(count, NEVER), False),
        (ends.destination == "TC", partner[COMMUNITY], visited_at, visited_at + minutes(1440 * (12 + 45 * rng.random(count))), True),
    ]
    return _joined(legs, ends)


def _joined(legs, ends: Outcome) -> Stays:
    """The legs that there are, case after case; the last in hospital ends as the outcome says."""
    case = np.concatenate([np.flatnonzero(there) for there, *_ in legs])
    code, arrived_at, left_at = (np.concatenate([leg[i][leg[0]] for leg in legs]) for i in (1, 2, 3))
    community = np.concatenate([np.full(int(leg[0].sum()), leg[4]) for leg in legs])
    order = np.argsort(case, kind="stable")
    case, code, arrived_at, left_at, community = (values[order] for values in (case, code, arrived_at, left_at, community))
    is_first = np.append(True, case[1:] != case[:-1])
    is_last = np.append(is_first[1:], True)
    next_code = np.where(is_last, None, np.append(code[1:], None))
    is_final = ~community & (is_last | np.append(community[1:], False))
    left_at = np.where(is_final, ends.left_at[case], left_at)
    ends_as = np.where(is_final, ends.destination[case], np.where(community, "H", "T")).astype(object)
    until = np.where(is_final, ends.until[case], left_at)
    return Stays(case, code, community, is_first, is_last, arrived_at, left_at, until, ends_as, next_code)


def _partners(arrivals: Arrivals, role: str) -> np.ndarray:
    """For each case the team of this role to which its first team passes patients on."""
    found = {place.code: _partner(place, arrivals.places, role) for place in arrivals.places}
    return np.array([found.get(code, OUTSIDE[role]) for code in arrivals.site_codes], dtype=object)


def _partner(place: Place, places: tuple[Place, ...], role: str) -> str:
    """One of the same provider if there is one, else the next in the list; for rehabilitation any hospital will do."""
    others = [other for other in places if other.code != place.code]
    able = [other for other in others if role in other.roles]
    if role == REHABILITATION:
        able = able or [other for other in others if not {CENTRE, COMMUNITY} & set(other.roles)]
    if not able:
        return OUTSIDE[role]
    own = [other for other in able if other.provider_code == place.provider_code]
    return (own or able)[places.index(place) % len(own or able)].code
