"""Made-up care of the first 72 hours: nurse, consultant, swallow screen, therapists, palliative care. Section 6.3 of the reference.

Belongs here: section 3 of the form, and the screen within 4 hours. Does not belong here: assessments after 72 hours (``simulated_stays``).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke import fields_three_days as form
from schemas.pathways.acute_stroke.fields_first_day import SWALLOW_SCREEN_4H
from schemas.pathways.acute_stroke.parts import Asked
from schemas.pathways.acute_stroke.simulated_onset import Onset
from schemas.pathways.acute_stroke.simulated_outcome import Outcome
from schemas.pathways.acute_stroke.simulated_parts import (
    Columns,
    answered,
    day_of,
    happens,
    in_working_hours,
    minutes,
    spread,
    without_time,
)
from schemas.pathways.acute_stroke.simulated_patients import Patients
from schemas.simulation import Arrivals, chance, correlated_uniform, pick, sigmoid, stretched_logit, where

NURSE_SPREAD, CONSULTANT_SPREAD, SWALLOW_SPREAD, THERAPIST_SPREAD = 0.5, 0.35, 0.5, 0.3
NURSE_MEDIAN, NURSE_SIGMA, NO_NURSE = 54.0, 1.75, 0.045
CONSULTANT_MEDIAN, CONSULTANT_SIGMA, NO_CONSULTANT = 755.0, 0.66, 0.035
CONTACT = {"PERS": 88.0, "TELEM": 6.0, "TELEP": 6.0}
SCREENED_IN_4_HOURS, SCREENED_LATER = 0.655, 0.75
SCREEN_REASONS, LATER_REASONS = {"OR": 49.0, "PU": 27.0, "PR": 1.0, "NK": 23.0}, {"OR": 25.0, "PU": 52.0, "PR": 3.0, "NK": 20.0}
# median minutes, no deficit, unwell or refused, seen of those left
THERAPISTS = {
    "occupational_therapist": (form.OCCUPATIONAL_THERAPIST, 1200.0, 0.08, 0.045, 0.955), "physiotherapist": (form.PHYSIOTHERAPIST, 1030.0, 0.06, 0.04, 0.985),
    "communication_therapist": (form.COMMUNICATION, 1270.0, 0.36, 0.045, 0.92),
}  # fmt: skip
PASSED_SCREEN, SWALLOW_SEEN, SWALLOW_MEDIAN = 0.54, 0.925, 1380.0
NOT_SEEN = {"OR": 62.0, "NK": 38.0}
WITHOUT_TIME = 0.004
UNTIMED = (form.NURSE, form.CONSULTANT_CONTACT, form.OCCUPATIONAL_THERAPIST, form.PHYSIOTHERAPIST, form.COMMUNICATION)


def first_days(rng: Generator, arrivals: Arrivals, who: Patients, begun: Onset, ends: Outcome) -> Columns:
    habits = arrivals.habits
    columns = (
        _palliative(rng, begun, ends) | _nurse(rng, begun, ends, habits["nurse"]) | _consultant(rng, begun, ends, habits["consultant"])
    )
    columns |= _screens(rng, begun, ends, habits["swallow"])
    is_unwell = columns["s3_palliative_care"] == "Y"
    attention = rng.standard_normal(len(who))  # therapists of one team work together: whoever is missed by one is missed by the others
    for asked, median, no_deficit, unwell, seen in THERAPISTS.values():
        relevant = correlated_uniform(rng, who.severity, 0.5) > no_deficit
        unwell = (is_unwell & happens(rng, 0.7, len(who))) | happens(rng, unwell * 0.5, len(who))
        columns |= _therapist(rng, asked, begun, ends, median, relevant, unwell, seen, habits["therapists"], attention)
    columns |= _swallow(rng, who, begun, ends, columns, is_unwell, habits["therapists"])
    for asked in UNTIMED:
        without_time(rng, columns, asked, WITHOUT_TIME)
    return columns


def _seen(rng: Generator, planned: np.ndarray, begun: Onset, ends: Outcome, before_leaving: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Instant, and whether it lies within 72 hours and the stay; most of those who leave early are seen before they do."""
    stay = (ends.until - begun.started_at).astype(float)
    sooner = (planned > stay) & happens(rng, before_leaving, len(stay))
    after = np.where(sooner, stay * (0.3 + 0.6 * rng.random(len(stay))), planned)
    at = begun.started_at + minutes(np.maximum(after, 1))
    return at, (at <= begun.started_at + minutes(4320)) & (at <= ends.until)


def _palliative(rng: Generator, begun: Onset, ends: Outcome) -> Columns:
    count = len(begun.gap)
    days = np.where(ends.dies, (ends.died_on - day_of(begun.started_at)).astype(float), np.inf)
    early = (days <= 14) & happens(rng, 0.52, count)
    decided_on = np.minimum(day_of(begun.started_at) + np.floor(3 * rng.random(count) ** 1.5).astype("timedelta64[D]"), day_of(ends.until))
    return {
        "s3_palliative_care": where(early, "Y", "N"),
        "s3_palliative_care_decision_on": decided_on,
        "s3_end_of_life_pathway": where(early, pick(rng, {"Y": 70.0, "N": 30.0}, count)),
    }


def _nurse(rng: Generator, begun: Onset, ends: Outcome, habit: np.ndarray) -> Columns:
    count = len(habit)
    at, in_time = _seen(rng, spread(rng, NURSE_MEDIAN, NURSE_SIGMA, count) * np.exp(-habit), begun, ends)
    return answered(form.NURSE, at, in_time & ~happens(rng, NO_NURSE, count))


def _consultant(rng: Generator, begun: Onset, ends: Outcome, habit: np.ndarray) -> Columns:
    """A first contact by telephone or video comes sooner than the consultant in person."""
    count = len(habit)
    planned = spread(rng, CONSULTANT_MEDIAN, CONSULTANT_SIGMA, count) * np.exp(-habit)
    method = pick(rng, CONTACT, count)
    in_person_at, in_time = _seen(rng, planned, begun, ends)
    is_seen = in_time & ~happens(rng, NO_CONSULTANT, count)
    sooner = (in_person_at - begun.started_at).astype(float) * (0.1 + 0.4 * rng.random(count))
    contact_at = np.where(method == "PERS", in_person_at, begun.started_at + minutes(np.maximum(sooner, 1)))
    is_contacted = np.where(method == "PERS", is_seen, contact_at <= np.minimum(ends.until, begun.started_at + minutes(4320)))
    return {
        **answered(form.CONSULTANT_CONTACT, contact_at, is_contacted),
        "s3_stroke_consultant_first_contact_method": method,
        **answered(form.CONSULTANT_SEEN, in_person_at, is_seen),
    }


def _screens(rng: Generator, begun: Onset, ends: Outcome, habit: np.ndarray) -> Columns:
    count = len(habit)
    stay = (ends.until - begun.started_at).astype(float)
    soon = minutes(np.clip(spread(rng, 105, 0.75, count), 3, np.minimum(236, stay * 0.9)))
    is_soon = chance(rng, SCREENED_IN_4_HOURS, habit, SWALLOW_SPREAD) & (stay > 30)
    later_at, in_time = _seen(rng, np.maximum(spread(rng, 900, 0.8, count), 245), begun, ends)
    is_later = in_time & (later_at > begun.started_at + minutes(240)) & happens(rng, SCREENED_LATER, count)
    return {
        **answered(SWALLOW_SCREEN_4H, begun.started_at + soon, is_soon, pick(rng, SCREEN_REASONS, count)),
        **answered(form.SWALLOW_SCREEN_72H, later_at, is_later & ~is_soon, pick(rng, LATER_REASONS, count)),
    }


def _therapist(
    rng: Generator, asked: Asked, begun: Onset, ends: Outcome, median: float, relevant: np.ndarray, unwell: np.ndarray, seen: float, habit: np.ndarray,
    attention: np.ndarray,
) -> Columns:  # fmt: skip
    """A team that is slow also misses more."""
    count = len(relevant)
    after = spread(rng, median * np.exp(-habit), 0.7, count)
    planned = (in_working_hours(rng, begun.started_at + minutes(after)) - begun.started_at).astype(float)
    at, in_time = _seen(rng, planned, begun, ends, 0.9)
    is_seen = (
        in_time
        & relevant
        & ~unwell
        & (correlated_uniform(rng, -attention, 0.9) < sigmoid(stretched_logit(seen, 2.5 * THERAPIST_SPREAD) + 2.5 * habit))
    )
    why = where(~relevant, "ND", where(unwell, np.where(happens(rng, 0.9, count), "PU", "PR"), pick(rng, NOT_SEEN, count)))
    return answered(asked, at, is_seen, why)


def _swallow(
    rng: Generator, who: Patients, begun: Onset, ends: Outcome, columns: Columns, is_unwell: np.ndarray, habit: np.ndarray
) -> Columns:
    """A formal assessment for those who did not pass a screen."""
    count = len(who)
    screened = ~columns[SWALLOW_SCREEN_4H.event.not_done] | ~columns[form.SWALLOW_SCREEN_72H.event.not_done]
    passed = screened & (correlated_uniform(rng, who.severity, 0.5) < PASSED_SCREEN)
    unwell = (is_unwell & happens(rng, 0.6, count)) | happens(rng, 0.02, count)
    at, in_time = _seen(rng, spread(rng, SWALLOW_MEDIAN * np.exp(-habit), 0.75, count), begun, ends, 0.9)
    is_seen = in_time & ~passed & ~unwell & happens(rng, SWALLOW_SEEN, count)
    why = where(passed, "PS", where(unwell, np.where(happens(rng, 0.9, count), "PU", "PR"), pick(rng, NOT_SEEN, count)))
    return answered(form.SWALLOW, at, is_seen, why)
