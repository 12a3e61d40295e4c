"""Rules V09, V11 to V13, V24, parts of V22, V30, V32 and V41: imaging, thrombolysis, thrombectomy.

Belongs here: requirements on section 2 of one record. Does not belong here: conditions of questions (they follow from the fields).
"""

from __future__ import annotations

from schemas.expressions import (
    Count,
    Expression,
    Holds,
    MinutesBetween,
    Not,
    all_of,
    any_of,
    days_between,
    field,
    minutes_between,
)
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_discharge import HOSPITAL_DISCHARGE
from schemas.pathways.acute_stroke.fields_first_day import BRAIN_IMAGING, SWALLOW_SCREEN_4H
from schemas.pathways.acute_stroke.fields_nihss import ARRIVAL, names
from schemas.pathways.acute_stroke.fields_onset import FIRST_ARRIVAL, ONSET
from schemas.pathways.acute_stroke.fields_reperfusion import DEVICE, END_OF_PROCEDURE, LOW_PRESSURE, NEEDLE, NO_BUT_BITS, PUNCTURE
from schemas.pathways.acute_stroke.no_but import AGREES
from schemas.pathways.acute_stroke.parts import Asked, after_clock_start, any_ticked, at_most_after, if_given, not_before
from schemas.rules import Rule, Severity

ASIDE, WARN = Severity.QUARANTINE_RECORD, Severity.WARN
_scan_to_needle = minutes_between(BRAIN_IMAGING.exact, NEEDLE.exact)
_thrombolysis = field("s2_thrombolysis")
_haemorrhagic = NO_BUT_BITS["Haemorrhagic"]
_inr = ("s2_inr", "s2_inr_high", "s2_inr_nk")
_anticoagulants = tuple(f"s2_com_af_anticoagulent_{kind}" for kind in ("vit_k", "doac", "heparin"))


def _rule(id: str, name: str, requirement: Expression, severity: Severity, fields: tuple[str, ...], advice: str, family: str) -> Rule:
    return Rule(id, name, requirement, severity, fields, advice, family=family)


def strictly_after(first: Asked, then: Asked) -> Expression:
    return all_of(days_between(first.at, then.at) >= 0, MinutesBetween(field(first.exact), field(then.exact)) > 0)


def within_the_stay(asked: Asked) -> Expression:
    """Not after discharge or death here."""
    left = if_given(HOSPITAL_DISCHARGE.at, not_before(asked, HOSPITAL_DISCHARGE))
    return all_of(left, if_given("s7_death_on", days_between(asked.at, "s7_death_on") >= 0))


def before_the_end(asked: Asked) -> Expression:
    """Not after discharge or death here; where the patient was passed on, the stroke's story goes on elsewhere (decision 5)."""
    return any_of(Holds(when.PASSED_ON), within_the_stay(asked))


IMAGING = (
    _rule("V09a", "imaging_not_before_clock_start", after_clock_start(BRAIN_IMAGING), ASIDE, (BRAIN_IMAGING.at, FIRST_ARRIVAL.at, ONSET.at),
          "Brain imaging lies before the clock start (arrival; onset for an inpatient): correct one of the times.", "imaging"),
    _rule("V09b", "imaging_not_after_the_end_of_the_stay", before_the_end(BRAIN_IMAGING), ASIDE,
          (BRAIN_IMAGING.at, HOSPITAL_DISCHARGE.at, "s7_death_on"), "Brain imaging lies after discharge or death: correct one of the dates.", "imaging"),
    _rule("V22b", "imaging_within_7_days", days_between("clock_start_on", BRAIN_IMAGING.at) <= policy.LATE_IMAGING_DAYS, WARN,
          (BRAIN_IMAGING.at, FIRST_ARRIVAL.at), "Brain imaging more than seven days after the clock start: check the dates.", "imaging"),
    _rule("V22c", "imaging_not_at_the_minute_of_the_needle", _scan_to_needle.differs_from(0), WARN, (NEEDLE.at, BRAIN_IMAGING.at),
          "Brain imaging and thrombolysis are at the same minute: check both times.", "imaging"),
    _rule("V22d", "imaging_not_at_the_minute_of_clock_start", minutes_between("clock_start_at", BRAIN_IMAGING.exact).differs_from(0), WARN,
          (BRAIN_IMAGING.at, FIRST_ARRIVAL.at), "Brain imaging is at the minute of the clock start: check both times.", "imaging"),
    _rule("V22e", "severity_on_arrival_is_complete", all_of(*(field(item) >= 0 for item in names(ARRIVAL))), WARN, names(ARRIVAL),
          "An item of the NIHSS on arrival is not known (-1), so the total cannot be computed: enter it if it was assessed.", "imaging"),
    Rule("V02m", "modality_is_one_of_version_5", field("s2_brain_imaging_modality").is_not_in(*lists.OLD_MODALITIES), WARN, ("s2_brain_imaging_modality",),
         "Since July 2021 the form asks for the exact kind of imaging: CT and MR are no longer answers.", family="imaging",
         valid_from=policy.DATASET_5_FROM),
)  # fmt: skip

THROMBOLYSIS = (
    _rule("V11a", "haemorrhage_is_a_no_but", when.BLEED.implies(_thrombolysis.equals(lists.NO_BUT)), ASIDE, ("s2_thrombolysis", "s2_stroke_type"),
          "After an intracerebral haemorrhage the answer on thrombolysis is NB: correct it, or the type of stroke.", "thrombolysis"),
    _rule("V11b", "haemorrhage_is_the_reason_given", all_of(when.BLEED, when.NO_BUT_THROMBOLYSED).implies(field(_haemorrhagic)), ASIDE,
          (_haemorrhagic, "s2_stroke_type"), "The stroke is a haemorrhage: tick haemorrhagic stroke as the reason, or correct the type of stroke.", "thrombolysis"),
    _rule("V11c", "infarct_is_not_haemorrhagic", when.INFARCT.implies(Not(field(_haemorrhagic))), ASIDE, (_haemorrhagic, "s2_stroke_type"),
          "The stroke is an infarct, so haemorrhagic stroke cannot be the reason: untick it, or correct the type of stroke.", "thrombolysis"),
    _rule("V12a", "needle_not_before_imaging", not_before(BRAIN_IMAGING, NEEDLE), ASIDE, (NEEDLE.at, BRAIN_IMAGING.at),
          "Thrombolysis lies before brain imaging: correct one of the times.", "thrombolysis"),
    _rule("V12b", "needle_within_12_hours", after_clock_start(NEEDLE, policy.NEEDLE_WITHIN_MINUTES), ASIDE, (NEEDLE.at, FIRST_ARRIVAL.at),
          "Thrombolysis lies before the clock start or more than 12 hours after it: correct one of the times.", "thrombolysis"),
    _rule("V13", "no_but_has_a_reason", when.NO_BUT_THROMBOLYSED.implies(any_ticked(*NO_BUT_BITS.values())), ASIDE,
          (*NO_BUT_BITS.values(), "s2_thrombolysis"), "The answer is NB, but no clinical reason is ticked: tick at least one, or answer N.", "thrombolysis"),
    *(_rule(f"V24.{NO_BUT_BITS[end]}", f"reason_{NO_BUT_BITS[end].removeprefix('s2_thrombolysis_no_but_')}_agrees_with_the_record",
            field(NO_BUT_BITS[end]).implies(agrees), WARN, (NO_BUT_BITS[end],),
            f"The reason '{lists.NO_BUT_REASONS[end]}' does not agree with age, times and severity of this record: it will not excuse. Check them.",
            "thrombolysis") for end, agrees in AGREES.items()),
)  # fmt: skip

_after_device = all_of(strictly_after(DEVICE, END_OF_PROCEDURE), at_most_after(DEVICE, END_OF_PROCEDURE, policy.PROCEDURE_WITHIN_MINUTES))
_without_device = field(DEVICE.event.not_done).implies(
    all_of(
        strictly_after(PUNCTURE, END_OF_PROCEDURE),
        at_most_after(PUNCTURE, END_OF_PROCEDURE, policy.PROCEDURE_WITHOUT_DEVICE_WITHIN_MINUTES),
    )
)
THROMBECTOMY = (
    _rule("V32a", "puncture_not_before_onset_or_arrival", all_of(not_before(ONSET, PUNCTURE), not_before(FIRST_ARRIVAL, PUNCTURE)), ASIDE,
          (PUNCTURE.at, ONSET.at, FIRST_ARRIVAL.at), "Arterial puncture lies before onset or arrival: correct one of the times.", "thrombectomy"),
    _rule("V32b", "puncture_within_48_hours_of_onset", at_most_after(ONSET, PUNCTURE, policy.PUNCTURE_WITHIN_MINUTES), ASIDE, (PUNCTURE.at, ONSET.at),
          "Arterial puncture more than 48 hours after onset: correct one of the times.", "thrombectomy"),
    _rule("V32c", "puncture_not_before_imaging", not_before(BRAIN_IMAGING, PUNCTURE), ASIDE, (PUNCTURE.at, BRAIN_IMAGING.at),
          "Arterial puncture lies before brain imaging: correct one of the times.", "thrombectomy"),
    _rule("V32d", "device_within_2_hours_of_puncture", all_of(not_before(PUNCTURE, DEVICE), at_most_after(PUNCTURE, DEVICE, policy.DEVICE_WITHIN_MINUTES)),
          ASIDE, (DEVICE.at, PUNCTURE.at), "The device was deployed before the puncture or more than two hours after it: correct one of the times.", "thrombectomy"),
    _rule("V32e", "procedure_ends_after_the_device_in_time", all_of(if_given(DEVICE.at, _after_device), _without_device), ASIDE, (END_OF_PROCEDURE.at, DEVICE.at, PUNCTURE.at),
          "The end must be after the device and within 6 hours of it; without a device, after the puncture and within 2 hours: correct one of the "
          "times.", "thrombectomy"),
    _rule("V32f", "thrombectomy_elsewhere_is_not_done_here",
          field("s2_iai_referral").equals(lists.ACCEPTED_ELSEWHERE).implies(field("s2_iai").differs_from(lists.YES)), ASIDE,
          ("s2_iai", "s2_iai_referral"), "Another team does the thrombectomy, so question 2.11 is N here: correct one of the answers.", "thrombectomy"),
)  # fmt: skip

MEDICINES = (
    _rule("V30a", "anticoagulant_is_named", when.ANTICOAGULATED.implies(any_ticked(*_anticoagulants)), WARN, (*_anticoagulants, "s2_com_af_anticoagulent"),
          "The patient was on an anticoagulant, but none is ticked: tick which.", "medicines"),
    _rule("V30b", "inr_has_one_answer",
          when.ON_VITAMIN_K.implies(Count((field("s2_inr").is_present(), field("s2_inr_high"), field("s2_inr_nk"))).equals(1)), WARN, _inr,
          "The INR has exactly one answer: a number, too high to measure, or not known.", "medicines"),
    _rule("V14a", "first_swallow_screen_within_4_hours", after_clock_start(SWALLOW_SCREEN_4H, policy.SWALLOW_SCREEN_WITHIN_MINUTES), ASIDE,
          (SWALLOW_SCREEN_4H.at, FIRST_ARRIVAL.at),
          "The swallow screen lies before the clock start or more than 4 hours after it: a later one belongs to question 3.4.", "assessments"),
    _rule("V41a", "low_pressure_within_24_hours", after_clock_start(LOW_PRESSURE, policy.LOW_PRESSURE_WITHIN_MINUTES), WARN, (LOW_PRESSURE.at,),
          "The pressure was lowered before the clock start or more than 24 hours after it: check the time.", "medicines"),
)  # fmt: skip

RULES = (*IMAGING, *THROMBOLYSIS, *THROMBECTOMY, *MEDICINES)
