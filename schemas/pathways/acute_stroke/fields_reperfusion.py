"""Section 2: thrombolysis and thrombectomy, and what was done for a haemorrhage.

Belongs here: declarations of these fields. Does not belong here: the other columns on thrombectomy, which are carried (``carried``).
"""

from __future__ import annotations

from functools import partial

from schemas.expressions import field
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.naming import name_of
from schemas.pathways.acute_stroke.parts import allowed_if, answer, asked_if, bit, event, number, yes_no
from schemas.rules import Severity

DUE = "first_day"
_ask, _yes_no, _bit = (partial(make, due=DUE) for make in (answer, yes_no, bit))

NEEDLE = event("needle", "Thrombolysis", "S2ThrombolysisDateTime", "2.7", due=DUE, when=(when.THROMBOLYSED, "V12"))
NO_BUT_BITS = {end: name_of(f"S2ThrombolysisNoBut{end}") for end in lists.NO_BUT_REASONS}

THROMBOLYSIS = (
    _ask("S2Thrombolysis", lists.YES_NO_NO_BUT, "2.6 Whether the patient was given thrombolysis.", required=True),
    _ask("S2ThrombolysisNoReason", lists.NO_THROMBOLYSIS_REASON, "2.6.1 Why not, where there is no clinical reason.", **asked_if(when.NOT_THROMBOLYSED, "V13")),
    *(_bit(f"S2ThrombolysisNoBut{end}", f"2.6.2 Clinical reason against thrombolysis: {what}.", **allowed_if(when.NO_BUT_THROMBOLYSED, "V13"))
      for end, what in lists.NO_BUT_REASONS.items()),
    *NEEDLE.fields,
    _yes_no("S2ThrombolysisCerebralHaemorrhage", "2.8 Whether there was a symptomatic haemorrhage after reperfusion.", **asked_if(when.REPERFUSED, "V31")),
)  # fmt: skip

PUNCTURE = event(
    "puncture", "Arterial puncture", "S2IAIArterialPunctureDateTime", "2.11.6a", due=DUE, when=(when.THROMBECTOMY, "V32"),
)  # fmt: skip
DEVICE = event(
    "device", "First deployment of the device", "S2IAIThrombectomyAspirationDeviceDateTime", "2.11.6b", due=DUE, when=(when.THROMBECTOMY, "V32"),
    not_done="S2IAIThrombectomyAspirationDeviceNotPerformed",
)  # fmt: skip
END_OF_PROCEDURE = event(
    "end_of_procedure", "End of the thrombectomy", "S2IAIEndOfProcedureDateTime", "2.11.6c", due=DUE, when=(when.THROMBECTOMY, "V32"),
)  # fmt: skip

_if_done = asked_if(when.THROMBECTOMY, "V32")
THROMBECTOMY = (
    _ask("S2IAIReferral", lists.THROMBECTOMY_REFERRAL, "2.11.0 Whether the patient was referred for thrombectomy; asked since version 5.",
         **asked_if(when.INFARCT, "V32", since=when.SINCE_DATASET_5)),
    _yes_no("S2IAI", "2.11 Whether the patient had a thrombectomy; N where another team does it.", **asked_if(when.THROMBECTOMY_ASKED, "V32")),
    *PUNCTURE.fields,
    *DEVICE.fields,
    *END_OF_PROCEDURE.fields,
    _ask("S2IAITiciPreIntervention", lists.TICI, "2.11.8a TICI score before the procedure.", **_if_done),
    _ask("S2IAITiciPostIntervention", lists.TICI, "2.11.8b TICI score after the procedure.", **_if_done),
    _ask("S2IAITransferTo", lists.AFTER_THROMBECTOMY, "2.11.9 Where the patient went after the procedure.", **_if_done),
)  # fmt: skip

REVERSAL = event("reversal", "Reversal of anticoagulation", "S2ReversalTherapyDateTime", "2.15.2", due=DUE, when=(when.REVERSED, "V33"))
LOW_PRESSURE = event(
    "low_pressure", "Systolic pressure of 140 mmHg or lower first reached", "S2LowSBPDateTime", "2.14", due=DUE, flag="S2LowSBPTimeNotEntered",
    not_done="S2LowSBPDateTimeNotAchieved", when=(when.BLEED & (field("s2_systolic_on_arrival") > 140), "V41", Severity.WARN), wanted=False,
)  # fmt: skip

HAEMORRHAGE = (
    number("S2SystolicOnArrival", 30, 300, "2.12 Systolic blood pressure on arrival.", unit="mmHg", due=DUE,
           **asked_if(when.BLEED, "V33", since=when.SINCE_DATASET_4)),
    *LOW_PRESSURE.fields,
    _yes_no("S2ReversalTherapy", "2.15 Whether anticoagulation was reversed.", **asked_if(when.BLEED_ON_ANTICOAGULANT, "V33", since=when.SINCE_DATASET_4)),
    *REVERSAL.fields,
)  # fmt: skip

EVENTS = (NEEDLE, PUNCTURE, DEVICE, END_OF_PROCEDURE, LOW_PRESSURE, REVERSAL)
FIELDS = (*THROMBOLYSIS, *THROMBECTOMY, *HAEMORRHAGE)
