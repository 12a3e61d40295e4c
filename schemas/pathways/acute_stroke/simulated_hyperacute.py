"""Made-up hyperacute care: imaging, thrombolysis and why not, thrombectomy, haemorrhage. Section 6.3 of the reference.

Belongs here: section 2 of the form but case mix. Does not belong here: which team does a thrombectomy (``simulated_journeys``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke import fields_first_day as first
from schemas.pathways.acute_stroke import fields_reperfusion as form
from schemas.pathways.acute_stroke.fields_nihss import ARRIVAL, names
from schemas.pathways.acute_stroke.simulated_onset import Onset
from schemas.pathways.acute_stroke.simulated_outcome import Outcome
from schemas.pathways.acute_stroke.simulated_parts import NEVER, Columns, answered, day_of, happens, minutes, spread
from schemas.pathways.acute_stroke.simulated_patients import Patients
from schemas.simulation import Arrivals, chance, pick, where

SCAN_SPREAD, NEEDLE_SPREAD, LYSIS_SPREAD = 0.41, 0.34, 0.45
# median minutes and sigma: called ahead; soon but mild; late by ambulance; all others
SCANS = {"alert": (13.5, 0.9), "early": (38.0, 1.0), "ambulance": (66.0, 1.55), "other": (150.0, 1.5)}
SCAN_TO_NEEDLE, NEEDLE_SIGMA = 28.0, 0.6
LATEST_LYSIS, LATEST_PUNCTURE = 270, 46 * 60  # minutes from onset
LYSED_IN_WINDOW, LYSED_OUTSIDE = 0.95, 0.38
NO_REASONS = {"TNA": 8.0, "OTSH": 22.0, "USQE": 20.0, "N": 50.0}
THROMBECTOMY_AT_CENTRE, THROMBECTOMY_ELSEWHERE = 0.24, 0.092
MODALITY = {"NCCT": 70.0, "CTIA": 20.0, "CTP": 6.0, "NCMRI": 4.0}
TICI_BEFORE = {"0": 76.0, "1": 9.0, "2a": 9.0, "2b": 6.0}
TICI_AFTER = {"0": 6.0, "1": 3.0, "2a": 7.0, "2b": 22.0, "2c": 18.0, "3": 44.0}
AFTER = {"SU1": 62.0, "ICU": 24.0, "SU2": 6.0, "O": 8.0}


@dataclass(frozen=True)
class Reperfusion:
    """Instants of what was done (NaT if not); ``is_elsewhere``: the thrombectomy is done by another team than the first."""

    scanned_at: np.ndarray
    needle_at: np.ndarray
    puncture_at: np.ndarray
    is_elsewhere: np.ndarray
    travel: np.ndarray  # timedelta64[m] from leaving the first team to puncture

    @property
    def has_thrombectomy(self) -> np.ndarray:
        return ~np.isnat(self.puncture_at)


def hyperacute(
    rng: Generator, arrivals: Arrivals, columns: Columns, who: Patients, begun: Onset, ends: Outcome, is_centre: np.ndarray
) -> tuple[Columns, Reperfusion]:
    made, scanned_at = _imaging(rng, who, begun, ends, arrivals.habits["scan"])
    bits = _reasons(rng, columns, who, begun)
    scan_minutes = (scanned_at - begun.started_at).astype(float)
    in_time = who.is_infarct & (np.nan_to_num(begun.gap, nan=9999.0) + scan_minutes <= LATEST_LYSIS - 15)
    share = np.where(in_window(who, begun), LYSED_IN_WINDOW, LYSED_OUTSIDE)
    is_lysed = in_time & ~np.any(list(bits.values()), axis=0) & chance(rng, share, arrivals.habits["thrombolysis"], LYSIS_SPREAD)
    needle_at = _needles(rng, begun, scanned_at, is_lysed, arrivals.habits["needle"], ends)
    made |= _thrombolysis(rng, who, begun, bits, is_lysed, needle_at)
    done = _thrombectomy(rng, who, begun, columns["s1_onset_at"], ends, scanned_at, needle_at, is_centre)
    made |= _told_of_thrombectomy(rng, done) | _haemorrhage(rng, who, begun, ends, scanned_at)
    return made, done


# ------------------------------------------------------------------------------------------------ imaging
def _imaging(rng: Generator, who: Patients, begun: Onset, ends: Outcome, habit: np.ndarray) -> tuple[Columns, np.ndarray]:
    count = len(who)
    early = begun.is_early & ~begun.is_inpatient
    kind = np.select([early & (who.total >= 4), early, begun.by_ambulance], ["alert", "early", "ambulance"], "other")
    median, sigma = (np.select([kind == name for name in SCANS], [values[i] for values in SCANS.values()]) for i in (0, 1))
    after = np.maximum(2, median * np.exp(sigma * rng.standard_normal(count) - habit))
    most = 0.8 * (ends.until - begun.started_at).astype(float)
    scanned_at = begun.started_at + minutes(np.maximum(2, np.minimum(after, most)))
    scanned_at = np.minimum(scanned_at, ends.until)
    return {
        **answered(first.BRAIN_IMAGING, scanned_at, who.is_imaged),
        "s2_brain_imaging_ai": where(happens(rng, 0.3, count), "Y", "N"),
        "s2_brain_imaging_modality": pick(rng, MODALITY, count),
        "s2_stroke_type": where(who.is_bleed, "PIH", "I"),
    }, scanned_at


# ------------------------------------------------------------------------------------------------ thrombolysis
def in_window(who: Patients, begun: Onset) -> np.ndarray:
    """Of those for whom thrombolysis is expected by age and time (key indicator 3.2)."""
    return begun.is_inpatient | (begun.gap < np.where(who.age < 80, 210, 120))


def _reasons(rng: Generator, columns: Columns, who: Patients, begun: Onset) -> dict[str, np.ndarray]:
    """Clinical reasons against thrombolysis, each of which agrees with the record."""
    count = len(who)
    total_known = np.all([columns[item] >= 0 for item in names(ARRIVAL)], axis=0)
    mild = total_known & (who.total < 4)
    soon = begun.is_inpatient | (begun.gap < LATEST_LYSIS)
    outside = ~in_window(who, begun) & (begun.time_type != "NK")
    not_precise = begun.time_type != "P"
    asleep = not_precise & (columns["s1_onset_date_type"] == "DS")

    def drawn(share) -> np.ndarray:
        return ~who.is_bleed & happens(rng, share, count)

    return {
        "Haemorrhagic": who.is_bleed,
        "TimeWindow": drawn(np.where(outside, np.where(soon, 0.3, 0.93), 0.0)),
        "TimeUnknownWakeUp": drawn(np.where(begun.time_type == "NK", 0.88, np.where(asleep, 0.6, 0.0))),
        "TooMildSevere": drawn(np.where(mild, np.where(soon, 0.66, 0.27), 0.0)),
        "Improving": drawn(np.where(who.total < 5, np.where(soon, 0.3, 0.06), 0.04)),
        "OtherMedical": drawn(np.where(soon, 0.17, 0.04)),
        "Medication": drawn(np.where(who.is_anticoagulated, np.where(soon, 0.75, 0.25), 0.0)),
        "Comorbidity": drawn(np.where(who.frailty > 0.8, 0.12, 0.015)),
        "Age": drawn(np.where((who.age >= 81) & not_precise & outside, 0.03, 0.0)),
        "Refusal": drawn(0.003),
    }


def _needles(rng: Generator, begun: Onset, scanned_at: np.ndarray, is_lysed: np.ndarray, habit: np.ndarray, ends: Outcome) -> np.ndarray:
    after = spread(rng, SCAN_TO_NEEDLE, NEEDLE_SIGMA, len(habit)) * np.exp(-habit)
    still = LATEST_LYSIS - np.nan_to_num(begun.gap) - (scanned_at - begun.started_at).astype(float)
    needle_at = scanned_at + minutes(np.clip(after, 3, np.maximum(still, 5)))
    return np.where(is_lysed & (needle_at < ends.until), needle_at, NEVER)


def _thrombolysis(
    rng: Generator, who: Patients, begun: Onset, bits: dict[str, np.ndarray], is_lysed: np.ndarray, needle_at: np.ndarray
) -> Columns:
    """Whoever is late without a reason told gets the one that is so; whoever is not late has none (N)."""
    count = len(who)
    is_lysed = is_lysed & ~np.isnat(needle_at)
    without = ~is_lysed & ~np.any(list(bits.values()), axis=0) & ~in_window(who, begun)
    told = dict(bits)
    told["TimeWindow"] = bits["TimeWindow"] | (without & (begun.time_type != "NK"))
    told["TimeUnknownWakeUp"] = bits["TimeUnknownWakeUp"] | (without & (begun.time_type == "NK"))
    answer = np.where(is_lysed, "Y", np.where(np.any(list(told.values()), axis=0), "NB", "N")).astype(object)
    return {
        "s2_thrombolysis": answer,
        "s2_thrombolysis_no_reason": pick(rng, NO_REASONS, count),
        **{form.NO_BUT_BITS[end]: rows for end, rows in told.items()},
        **answered(form.NEEDLE, needle_at, is_lysed),
        "s2_thrombolysis_cerebral_haemorrhage": where(happens(rng, 0.04, count), "Y", "N"),
    }


# ------------------------------------------------------------------------------------------------ thrombectomy
def _thrombectomy(
    rng: Generator,
    who: Patients,
    begun: Onset,
    began_at: np.ndarray,
    ends: Outcome,
    scanned_at: np.ndarray,
    needle_at: np.ndarray,
    is_centre: np.ndarray,
) -> Reperfusion:
    """``began_at``: onset as it is told, the day alone if no more is known."""
    count = len(who)
    seen_well = np.where(np.isnan(begun.gap), happens(rng, 0.3, count) & (begun.time_type == "NK"), begun.gap < 600)
    fit = who.is_infarct & (who.total >= 7) & (who.age < 92) & seen_well
    is_done = fit & happens(rng, np.where(is_centre, THROMBECTOMY_AT_CENTRE, THROMBECTOMY_ELSEWHERE), count)
    hours = np.where(is_centre, spread(rng, 2.15, 0.5, count), spread(rng, 3.55, 0.36, count))
    travel = minutes(np.where(is_centre, 0, 40 + 40 * rng.random(count)))
    ready = np.fmax(scanned_at, needle_at) + minutes(12)
    puncture_at = np.maximum(begun.started_at + minutes(np.minimum(hours, 20) * 60), ready + travel)
    is_done &= (puncture_at + minutes(480) < ends.until) & (puncture_at < began_at + minutes(LATEST_PUNCTURE))
    return Reperfusion(scanned_at, needle_at, np.where(is_done, puncture_at, NEVER), is_done & ~is_centre, travel)


def _told_of_thrombectomy(rng: Generator, done: Reperfusion) -> Columns:
    """As the team that does it tells it; the one that refers says N and YAT."""
    count = len(done.puncture_at)
    has = done.has_thrombectomy
    with_device = has & ~happens(rng, 0.07, count)
    device_at = done.puncture_at + minutes(15 + 45 * rng.random(count))
    end_at = np.where(with_device, device_at, done.puncture_at) + minutes(12 + 70 * rng.random(count))
    return {
        "s2_iai": where(has, "Y", "N"),
        "s2_iai_referral": where(has, "YTT", pick(rng, {"NR": 95.0, "YD": 5.0}, count)),
        **answered(form.PUNCTURE, done.puncture_at, has),
        **answered(form.DEVICE, device_at, with_device),
        **answered(form.END_OF_PROCEDURE, end_at, has),
        "s2_iai_tici_pre_intervention": pick(rng, TICI_BEFORE, count),
        "s2_iai_tici_post_intervention": pick(rng, TICI_AFTER, count),
        "s2_iai_transfer_to": pick(rng, AFTER, count),
    }


# ------------------------------------------------------------------------------------------------ haemorrhage
def _haemorrhage(rng: Generator, who: Patients, begun: Onset, ends: Outcome, scanned_at: np.ndarray) -> Columns:
    count = len(who)
    systolic = np.clip(np.rint(170 + 28 * rng.standard_normal(count)), 80, 280)
    lowered_at = scanned_at + minutes(spread(rng, 110, 0.7, count))
    lowered = happens(rng, 0.75, count) & (lowered_at < np.minimum(ends.until, begun.started_at + minutes(1430)))
    reversed_at = np.minimum(scanned_at + minutes(spread(rng, 60, 0.6, count)), ends.until)
    reversed_there = day_of(reversed_at) <= day_of(ends.until)
    return {
        "s2_systolic_on_arrival": systolic,
        **answered(form.LOW_PRESSURE, lowered_at, lowered),
        "s2_reversal_therapy": where(happens(rng, 0.75, count), "Y", "N"),
        **answered(form.REVERSAL, reversed_at, reversed_there),
    }
