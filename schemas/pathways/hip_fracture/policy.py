"""Definitions that may be argued about, each in one place: who counts as senior, how soon is soon enough, who is in which cohort.

Belongs here: constants that a clinical lead may want to change, with what they rest on. A change of one of them is a new
version of the measures that read it. Does not belong here: codes and their meaning (``codes``), expressions.
"""

from __future__ import annotations

from datetime import date

from schemas.pathways.hip_fracture import codes as lists

HOUR = 60  # minutes

MINIMUM_AGE_YEARS = 60
PLAUSIBLE_AGE_YEARS = 110
COHORT_FRACTURES = lists.HIP_FRACTURES

WARD_WITHIN_MINUTES = 4 * HOUR
GERIATRICIAN_WITHIN_MINUTES = 72 * HOUR
SURGERY_WITHIN_MINUTES = 36 * HOUR
SURGERY_WITHIN_CALENDAR_DAYS = 1

# the tariff's text: consultant, non-consultant career grade, ST3 and above; some count only consultants, specialists and ST3+
SENIOR_GRADES = ("1", "2", "3", "4")

NOT_DELIRIOUS_AT_MOST_POINTS = 3  # 4 points and above: possible delirium

# NICE: total hip replacement for those fit for it, with normal cognition, who walk outside with no more than a stick; NICE sets no
# grade or score, so the cut-offs are ours
THR_ASA_GRADES = ("1", "2")
THR_MOBILITY = lists.WALKS_OUTSIDE_WITH_AT_MOST_ONE_AID
THR_4AT_POINTS = 0
CEMENTED_HEMIARTHROPLASTY = "6"
# NICE is silent on undisplaced intracapsular fractures (12)
NICE_FRACTURES = ("11", "13", "14", "15")

INJECTABLE_BONE_DRUGS = ("4", "5", "6", "8", "9")

MORTALITY_DAYS = 30
FOLLOW_UP_DAYS = 120
SAME_FRACTURE_DAYS = 120

# the tariff reaches beyond the hip since about April 2021; the exact day is not known to us
TARIFF_FEMUR_FROM = date(2021, 4, 1)
TARIFF_FEMUR_FRACTURES = lists.OTHER_FEMORAL_FRACTURES
# whether an assessment before the 7th day counts is not settled; any completed one does here
TARIFF_POSTOP_4AT = lists.POSTOP_4AT_DONE

LONG_STAY_DAYS = 365
LONG_WAIT_FOR_SURGERY_MINUTES = 30 * 24 * HOUR
LONG_WAIT_FOR_WARD_MINUTES = 5 * 24 * HOUR

SPIKE_SHARE = 0.1
SPIKE_FROM_ROWS = 30  # in a smaller file one or two rows are already a tenth
