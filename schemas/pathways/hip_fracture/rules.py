"""Rules H01 to H21 and H24 of hip fracture, beside those that follow from the fields (H03 is the rule on code lists).

Belongs here: requirements on one record, on a file (H24), and on a case with what is known of a death (H20).
Does not belong here: rules on two records (``pair_rules``). A letter after the id marks parts of one rule of the reference.
Severity follows the reference: reject -> quarantine the record, accept and list or plausibility -> warn.
"""

from __future__ import annotations

from datetime import time

from schemas.expressions import (
    Comparison,
    Conforms,
    Expression,
    Holds,
    RowCount,
    Share,
    all_of,
    any_of,
    days_between,
    field,
    minutes_between,
)  # fmt: skip
from schemas.formats import DUMMY_NHS_NUMBERS
from schemas.pathways.hip_fracture import codes as lists
from schemas.pathways.hip_fracture import policy
from schemas.pathways.hip_fracture.derived import FOUR_AT_ITEMS
from schemas.rules import Rule, Scope, Severity

ASIDE, WARN, OUT = Severity.QUARANTINE_RECORD, Severity.WARN, Severity.OUT_OF_SCOPE

_to_surgery = minutes_between("presentation_at", "surgery_at")
_is_operated = field("operated").equals(lists.WAS_OPERATED)
_came_via_ed = field("presentation_via_ed").equals(lists.VIA_ED)
_was_inpatient = field("presentation_via_ed").is_in("2", *lists.INPATIENT_ELSEWHERE)
_days_after_the_ward = days_between("ward_discharge_date", "trust_discharge_date")
_ward_destination, _trust_destination = field("ward_discharge_destination"), field("trust_discharge_destination")


def _rule(id: str, name: str, requirement: Expression, severity: Severity, fields: tuple[str, ...], advice: str, family: str) -> Rule:
    return Rule(id, name, requirement, severity, fields, advice, family=family)


# words, however written, and dummies: each such record is a person of its own
NO_NUMBER_WORDS = tuple(dict.fromkeys(way(word) for word in lists.NO_NHS_NUMBER.values for way in (str, str.lower, str.upper)))
NOT_A_NUMBER = (*NO_NUMBER_WORDS, *sorted(DUMMY_NHS_NUMBERS))

PERSON = (
    _rule("H01a", "nhs_number_has_its_check_digit",
          any_of(Conforms(field("nhs_number"), "nhs_number"), field("nhs_number").is_in(*NOT_A_NUMBER)), ASIDE, ("nhs_number",),
          "The NHS number is not one: look it up again and enter all ten digits. If there is none, enter Overseas or [NONHS].", "identity"),
    _rule("H01b", "nhs_number_is_a_real_one", field("nhs_number").is_not_in(*NOT_A_NUMBER), WARN, ("nhs_number",),
          "Taken without an NHS number: deaths cannot be linked and the best practice tariff cannot be met. Enter the number once it is "
          "known.", "identity"),
    _rule("H02a", "age_at_presentation_is_at_least_60", field("age_years") >= policy.MINIMUM_AGE_YEARS, OUT,
          ("date_of_birth", "presentation_date"),
          "The audit takes patients of 60 and over. Nothing to do, unless the date of birth or of presentation is wrong.", "scope"),
    _rule("H02b", "age_at_presentation_is_at_most_110", field("age_years") <= policy.PLAUSIBLE_AGE_YEARS, WARN,
          ("date_of_birth", "presentation_date"), "The patient would be older than 110: check the year of birth.", "plausibility"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ order of events
DATED_FIELDS = (
    "date_of_birth", "presentation_date", "ambulance_date", "ward_admission_date", "surgery_date", "geriatrician_date", "ward_discharge_date",
    "trust_discharge_date",
)  # fmt: skip
TIMED_EVENTS = ("ambulance", "presentation", "ward_admission", "surgery", "geriatrician")


def _not_before_presentation(event: str) -> Expression:
    """Judged by the dates alone where a time is missing."""
    return all_of(days_between("presentation_date", f"{event}_date") >= 0, minutes_between("presentation_at", f"{event}_at") >= 0)


def _not_in_the_future(name: str) -> Rule:
    return _rule(
        f"H09.{name}", f"{name}_is_not_after_the_submission", days_between(name, "received_on") >= 0, ASIDE, (name,),
        "The date lies after the day the file was sent: correct it.", "times",
    )  # fmt: skip


def _time_is_known(event: str) -> Rule:
    return _rule(
        f"H11.{event}_time", f"{event}_time_is_not_exactly_midnight", field(f"{event}_time").differs_from(time(0, 0)), WARN,
        (f"{event}_time",), "Exactly 00:00 often stands for a time that is not known: check it.", "plausibility",
    )  # fmt: skip


TIMES = (
    _rule("H04", "surgery_not_before_presentation", _not_before_presentation("surgery"), ASIDE,
          ("surgery_date", "surgery_time", "presentation_date", "presentation_time"),
          "Surgery lies before presentation: correct the date or time of one of them (day and month swapped?).", "times"),
    _rule("H05", "surgery_not_at_the_minute_of_presentation", _to_surgery.differs_from(0), ASIDE,
          ("surgery_date", "surgery_time", "presentation_time"),
          "Surgery and presentation are at the same minute: correct the time of one of them.", "times"),
    _rule("H06a", "geriatrician_not_before_presentation",
          any_of(Holds(_was_inpatient), _not_before_presentation("geriatrician")), WARN,
          ("geriatrician_date", "geriatrician_time", "presentation_date"),
          "The geriatrician's review lies before presentation, so it does not count as seen in time: correct the date or time of one of "
          "them.", "times"),
    _rule("H06b", "geriatrician_of_an_inpatient_after_the_fracture",
          any_of(~Holds(_was_inpatient), _not_before_presentation("geriatrician")), WARN,
          ("geriatrician_date", "geriatrician_time", "presentation_date"),
          "The review was before the fracture: enter the first review after it, if there was one.", "times"),
    _rule("H07a", "ward_not_before_presentation", _not_before_presentation("ward_admission"), WARN,
          ("ward_admission_date", "ward_admission_time", "presentation_date"),
          "Admission to the ward lies before presentation: check both dates and times.", "times"),
    _rule("H07b", "ward_within_5_days_of_presentation",
          minutes_between("presentation_at", "ward_admission_at") <= policy.LONG_WAIT_FOR_WARD_MINUTES, WARN,
          ("ward_admission_date", "presentation_date"), "More than five days to the ward: check both dates.", "plausibility"),
    _rule("H08a", "ward_discharge_not_before_surgery", days_between("surgery_date", "ward_discharge_date") >= 0, ASIDE,
          ("ward_discharge_date", "surgery_date"), "Discharge from the ward lies before surgery: correct one of the dates.", "times"),
    _rule("H08b", "trust_discharge_not_before_ward_discharge", days_between("ward_discharge_date", "trust_discharge_date") >= 0, ASIDE,
          ("trust_discharge_date", "ward_discharge_date"),
          "Discharge from the trust lies before discharge from the ward: correct one of the dates.", "times"),
    _rule("H08c", "discharge_not_before_presentation",
          all_of(field("acute_stay_days") >= 0, field("trust_stay_days") >= 0), ASIDE,
          ("ward_discharge_date", "trust_discharge_date", "presentation_date"),
          "A discharge lies before presentation: correct one of the dates.", "times"),
    *map(_not_in_the_future, DATED_FIELDS),
    _rule("H10a", "surgery_within_30_days_of_presentation", _to_surgery <= policy.LONG_WAIT_FOR_SURGERY_MINUTES, WARN,
          ("surgery_date", "presentation_date"), "More than 30 days to surgery: check the month and year of both dates.", "plausibility"),
    _rule("H10b", "stay_of_at_most_365_days",
          all_of(field("acute_stay_days") <= policy.LONG_STAY_DAYS, field("trust_stay_days") <= policy.LONG_STAY_DAYS), WARN,
          ("trust_discharge_date", "ward_discharge_date", "presentation_date"),
          "A stay of more than a year: check the year of discharge and of presentation.", "plausibility"),
    *map(_time_is_known, TIMED_EVENTS),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ surgery and delirium
SURGICAL_FIELDS = (
    "surgery_date", "surgery_time", "operation_type", "anaesthesia", "delay_reason", "scrubbed_surgeon_grade", "surgeon_grade",
    "anaesthetist_grade",
)  # fmt: skip


def _all_present(names: tuple[str, ...]) -> Expression:
    return all_of(*(field(name).is_present() for name in names))


def _all_missing(names: tuple[str, ...]) -> Expression:
    return all_of(*(field(name).is_missing() for name in names))


def _four_at_rules(when: str, letters: str, done: tuple[str, ...], not_done: tuple[str, ...], label: str) -> tuple[Rule, Rule]:
    items = tuple(f"{when}_4at_{item}" for item in FOUR_AT_ITEMS)
    status = field(f"{when}_4at")
    agrees = all_of(status.is_in(*done).implies(~_all_missing(items)), status.is_in(*not_done).implies(_all_missing(items)))
    return (
        _rule(f"H17{letters[0]}", f"{when}_4at_items_are_all_or_none", any_of(_all_present(items), _all_missing(items)), ASIDE, items,
              f"{label}: enter all four items, or none if it was not done.", "delirium"),
        _rule(f"H17{letters[1]}", f"{when}_4at_items_agree_with_whether_it_was_done", agrees, ASIDE, (f"{when}_4at", *items),
              f"{label}: the items and whether it was done contradict each other. Correct one of them.", "delirium"),
    )  # fmt: skip


SURGERY = (
    _rule("H12a", "operated_has_date_time_and_operation",
          _is_operated.implies(_all_present(("surgery_date", "surgery_time", "operation_type"))), ASIDE,
          ("surgery_date", "surgery_time", "operation_type", "operated"),
          "Operated, but the date, the time or the operation is not there: enter them, or correct 'Operated'.", "surgery"),
    _rule("H12b", "surgical_fields_only_if_operated", any_of(_all_missing(SURGICAL_FIELDS), Holds(_is_operated)), ASIDE,
          ("operated", *SURGICAL_FIELDS),
          "There are data of an operation, but 'Operated' is not 1: correct it, or remove the data.", "surgery"),
    _rule("H16a", "delay_reason_if_surgery_after_36_hours",
          (_to_surgery > policy.SURGERY_WITHIN_MINUTES).implies(field("delay_reason").differs_from(lists.NO_DELAY)), WARN,
          ("delay_reason", "surgery_date", "surgery_time"),
          "Surgery began more than 36 hours after presentation: say why, or correct the time.", "surgery"),
    _rule("H16b", "no_delay_reason_if_surgery_within_36_hours",
          (_to_surgery <= policy.SURGERY_WITHIN_MINUTES).implies(field("delay_reason").equals(lists.NO_DELAY)), WARN,
          ("delay_reason", "surgery_date", "surgery_time"),
          "Surgery began within 36 hours, so there was no delay: enter 0, or correct the time.", "surgery"),
    *_four_at_rules("preop", "ab", (lists.PREOP_4AT_DONE,), ("0",), "4AT before the operation"),
    *_four_at_rules("postop", "cd", lists.POSTOP_4AT_DONE, lists.POSTOP_4AT_NOT_DONE, "4AT after the operation"),
)  # fmt: skip

IMPLAUSIBLE_OPERATIONS = {
    "11": (*lists.SLIDING_HIP_SCREW, *lists.NAILS, *lists.KNEE_OPERATIONS),
    "12": (*lists.NAILS, *lists.KNEE_OPERATIONS),
    "13": (*lists.HEMIARTHROPLASTIES, *lists.TOTAL_HIP_REPLACEMENTS, *lists.SCREWS, *lists.KNEE_OPERATIONS),
    "14": (*lists.HEMIARTHROPLASTIES, *lists.TOTAL_HIP_REPLACEMENTS, *lists.SCREWS, *lists.KNEE_OPERATIONS),
    "15": (*lists.SLIDING_HIP_SCREW, *lists.HEMIARTHROPLASTIES, *lists.TOTAL_HIP_REPLACEMENTS, *lists.SCREWS, *lists.KNEE_OPERATIONS),
}
ONLY_PLAUSIBLE_OPERATIONS = {"41": ("3", "4", "11", "13", "15", "16", "18", "20"), "51": ("21",)}


def _fits_the_fracture() -> Expression:
    fracture, operation = field("fracture_type"), field("operation_type")
    denied = (fracture.equals(f).implies(operation.is_not_in(*operations)) for f, operations in IMPLAUSIBLE_OPERATIONS.items())
    allowed = (fracture.equals(f).implies(operation.is_in(*operations)) for f, operations in ONLY_PLAUSIBLE_OPERATIONS.items())
    return all_of(*denied, *allowed)


FRACTURE = (
    _rule("H21", "operation_fits_the_fracture", _fits_the_fracture(), WARN, ("operation_type", "fracture_type"),
          "This operation is unusual for this fracture: check both against the X-ray and the operation note.", "plausibility"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ admission and discharge
ADMISSION = (
    _rule("H14", "ortho_ward_agrees_with_way_of_presentation",
          all_of(_was_inpatient.implies(field("admitted_to_ortho_ward").differs_from("0")),
                 _came_via_ed.implies(field("admitted_to_ortho_ward").differs_from("2"))), WARN,
          ("admitted_to_ortho_ward", "presentation_via_ed"),
          "'Admitted to ortho ward' and 'Presentation via ED' contradict each other: 0 is for the emergency department, 2 for inpatients.",
          "admission"),
    _rule("H15a", "first_hospital_named_if_inpatient_elsewhere",
          field("presentation_via_ed").is_in(*lists.INPATIENT_ELSEWHERE).implies(field("first_hospital_code").differs_from("X")), WARN,
          ("first_hospital_code", "presentation_via_ed"),
          "The fracture happened in another hospital: enter its code, and the presentation there. X is for patients who were "
          "not transferred.",
          "admission"),
    _rule("H15b", "first_hospital_is_another_one", field("first_hospital_code").differs_from(field("operating_hospital_code")), WARN,
          ("first_hospital_code", "operating_hospital_code"),
          "First and operating hospital are the same: enter X as the first hospital if the patient was not transferred.", "admission"),
)  # fmt: skip

DISCHARGE = (
    _rule("H13a", "died_before_surgery_has_that_destination",
          field("operated").equals(lists.DIED_BEFORE_SURGERY).implies(_ward_destination.equals(lists.DIED_PRE_SURGERY)), ASIDE,
          ("ward_discharge_destination", "operated"),
          "'Operated' says that the patient died before surgery: the ward destination is then 8a.", "discharge"),
    _rule("H13b", "destination_died_before_surgery_only_if_not_operated",
          any_of(_ward_destination.equals(lists.DIED_PRE_SURGERY), _trust_destination.equals(lists.DIED_PRE_SURGERY)).implies(
              field("operated").is_in(*lists.NOT_OPERATED)), ASIDE,
          ("ward_discharge_destination", "trust_discharge_destination", "operated"),
          "A destination says that the patient died before surgery, 'Operated' says otherwise: correct one of them.", "discharge"),
    _rule("H13c", "dead_at_ward_discharge_only_if_ward_says_so",
          _trust_destination.equals(lists.WAS_DEAD_ON_WARD).implies(_ward_destination.equals(lists.DEAD)), ASIDE,
          ("trust_discharge_destination", "ward_discharge_destination"),
          "8b at discharge from the trust means that the ward's destination is 8: correct one of them.", "discharge"),
    _rule("H18", "destinations_do_not_contradict_each_other",
          all_of(_ward_destination.is_in(*lists.DEAD_AT_WARD_DISCHARGE).implies(
                     _trust_destination.is_in(*lists.DEAD_AT_TRUST_DISCHARGE, *lists.UNKNOWN)),
                 _ward_destination.is_in(*lists.OWN_HOMES).implies(_trust_destination.is_not_in(*lists.DEAD_AT_TRUST_DISCHARGE))), ASIDE,
          ("trust_discharge_destination", "ward_discharge_destination"),
          "One destination says that the patient died, the other that they left alive: correct one of them.", "discharge"),
    _rule("H19", "discharge_dates_agree_with_the_ward_destination",
          all_of(_ward_destination.is_in(*lists.LEAVES_THE_TRUST).implies(_days_after_the_ward.equals(0)),
                 _ward_destination.equals(lists.STAYS_FOR_REHABILITATION).implies(_days_after_the_ward > 0)), WARN,
          ("trust_discharge_date", "ward_discharge_date", "ward_discharge_destination"),
          "A patient who goes home, elsewhere or has died leaves ward and trust on one day; one who goes to a rehabilitation bed of the "
          "trust leaves the trust later. Check both dates and the destination.", "discharge"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ warehouse and file
ALIVE_ON = ("presentation_date", "ward_admission_date", "surgery_date", "geriatrician_date", "ward_discharge_date", "trust_discharge_date")

# the record has been taken when this is found: the case becomes an error, which no measure counts
WAREHOUSE = (
    Rule("H20", "death_not_before_the_last_event", all_of(*(days_between(name, "death_on") >= 0 for name in ALIVE_ON)), WARN,
         ("presentation_date", *ALIVE_ON[1:]),
         "The date of death that was linked lies before an event of this record: check the NHS number and the dates.",
         scope=Scope.WAREHOUSE, family="across records"),
)  # fmt: skip


def _few_at(id: str, at: time, name: str) -> Rule:
    share: Comparison = Share(field("presentation_time").equals(at)) <= policy.SPIKE_SHARE
    return Rule(
        id, name, any_of(RowCount() < policy.SPIKE_FROM_ROWS, share), WARN, ("presentation_time",),
        f"More than a tenth of the patients presented at exactly {at:%H:%M}: the export probably fills in a time that is not known.",
        scope=Scope.FILE, family="file",
    )  # fmt: skip


FILE = (
    _few_at("H24a", time(0, 0), "few_presentations_at_exactly_midnight"),
    _few_at("H24b", time(12, 0), "few_presentations_at_exactly_noon"),
)

RULES = (*PERSON, *TIMES, *SURGERY, *FRACTURE, *ADMISSION, *DISCHARGE, *WAREHOUSE, *FILE)
