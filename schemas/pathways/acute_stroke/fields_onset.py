"""Section 1: who the patient is, when the stroke began, how and where the patient arrived.

Belongs here: declarations of these fields. Does not belong here: the clock that starts with them (``derived``), rules.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from schemas.expressions import Not, any_of, field
from schemas.fields import Identifier
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.parts import all_empty, allowed_if, answer, asked_if, bit, day, event, number, text, yes_no

DUE = "arrival"
_ask, _yes_no, _text = (partial(make, due=DUE) for make in (answer, yes_no, text))
# identifiers may be left out where the patient refused, or the team may not hold them
_KNOWN_BY_NAME = Not(when.REFUSED_CONSENT)

PATIENT = (
    _text("S1HospitalNumber", "1.1 The hospital's own number of the patient.", maximum_length=30, identifies=Identifier.LOCAL_PATIENT_IDENTIFIER,
          required=_KNOWN_BY_NAME),
    _text("S1NHSNumber", "1.2 NHS number: ten digits with a check digit.", maximum_length=20, identifies=Identifier.NHS_NUMBER, format="nhs_number",
          required=_KNOWN_BY_NAME & Not(field("s1_no_nhs_number"))),
    bit("S1NoNHSNumber", "1.2 Ticked if the patient has no NHS number.", due=DUE),
    _text("S1Surname", "1.3 Surname.", maximum_length=30, identifies=Identifier.NAME, required=_KNOWN_BY_NAME),
    _text("S1Forename", "1.4 Forename.", maximum_length=30, identifies=Identifier.NAME, required=_KNOWN_BY_NAME),
    day("S1BirthDate", "1.5 Date of birth.", identifies=Identifier.BIRTH_DATE, earliest=date(1890, 1, 1), due=DUE,
        required=_KNOWN_BY_NAME & all_empty("s1_age_on_arrival")),
    number("S1AgeOnArrival", 0, 130, "1.5 Age on arrival, where the date of birth may not be given; otherwise it is computed.", unit="years"),
    _ask("S1Gender", lists.GENDER, "1.6 Gender.", required=True),
    _text("S1PostcodeOut", "1.7 First part of the postcode of the usual address.", maximum_length=4, required=True),
    _text("S1PostcodeIn", "1.7 Second part of the postcode.", maximum_length=3, identifies=Identifier.POSTCODE, required=_KNOWN_BY_NAME),
    _ask("S1Ethnicity", lists.ETHNICITY, "1.8 Ethnicity, by the NHS's list.", required=True),
    _ask("S1Diagnosis", lists.DIAGNOSIS, "1.9 Diagnosis; only strokes are counted.", required=True),
)  # fmt: skip

ONSET = event(
    "onset", "Onset of symptoms", "S1OnsetDateTime", "1.11", due=DUE,
    time_unknown=any_of(field("s1_onset_time_not_entered"), field("s1_onset_time_type").equals(lists.NOT_KNOWN)),
)  # fmt: skip
FIRST_ARRIVAL = event("first_arrival", "Arrival at the first hospital", "S1FirstArrivalDateTime", "1.13", due=DUE, is_essential=True)
FIRST_STROKE_UNIT = event(
    "first_stroke_unit", "First arrival on a stroke unit", "S1FirstStrokeUnitArrivalDateTime", "1.15", due=DUE, not_done="S1FirstStrokeUnitArrivalNA",
)  # fmt: skip
EVENTS = (ONSET, FIRST_ARRIVAL, FIRST_STROKE_UNIT)

ONSET_AND_WAY = (
    _yes_no("S1OnsetInHospital", "1.10 Whether the patient was an inpatient already when the stroke began.", required=True),
    *ONSET.fields,
    _ask("S1OnsetDateType", lists.ONSET_DATE_TYPE, "1.11.1 How well the date of onset is known.", required=True),
    _ask("S1OnsetTimeType", lists.ONSET_TIME_TYPE, "1.11.2 How well the time of onset is known.", required=True),
    _yes_no("S1ArriveByAmbulance", "1.12 Whether the patient came by ambulance.", **asked_if(when.CAME_FROM_OUTSIDE, "V07")),
    _text("S1AmbulanceTrust", "1.12.1 Ambulance service, by its code.", codes=lists.AMBULANCE_TRUST, maximum_length=8, **asked_if(when.BY_AMBULANCE, "V07")),
    # it leads to one patient's incident in another organisation's system
    _text("S1CadNumber", "1.12.2 The ambulance service's number of the incident.", maximum_length=12, identifies=Identifier.LOCAL_PATIENT_IDENTIFIER,
          **allowed_if(when.BY_AMBULANCE, "V07")),
    bit("S1CadNumberNK", "1.12.2 Ticked if the number of the incident is not known.", due=DUE, **allowed_if(when.BY_AMBULANCE, "V07")),
    *FIRST_ARRIVAL.fields,
    _ask("S1FirstWard", lists.FIRST_WARD, "1.14 First ward at the first hospital.", required=True),
    *FIRST_STROKE_UNIT.fields,
)  # fmt: skip

FIELDS = (*PATIENT, *ONSET_AND_WAY)
