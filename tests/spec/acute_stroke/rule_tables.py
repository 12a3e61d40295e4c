"""Cases for rules on keys, consent, arrival, imaging and thrombolysis: what holds, what breaks, what cannot be told."""

from __future__ import annotations

from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import fields_nihss as nihss
from schemas.pathways.acute_stroke.naming import name_of
from tests.spec.acute_stroke import patient as p
from tests.spec.tables import broken, cannot_tell, holds, table

TEXTBOOK = holds("the textbook patient")

RECORD = (
    table(
        "V01a",
        TEXTBOOK,
        holds("typed into the audit's tool, which numbered it", import_identifier=None, pro_clin_v1_id="501"),
        broken("neither", import_identifier=None),
    ),
    table(
        "V01b",
        broken("its identifier", import_identifier="A"),
        broken("the same again", import_identifier="A"),
        holds("the same in another team", import_identifier="A", team_code="SSNAP234"),
        holds("another one", import_identifier="B"),
        cannot_tell("none", import_identifier=None),
        cannot_tell("none again", import_identifier=None),
    ),
    table("V01c", broken("its number", pro_clin_v1_id="7"), broken("the same again", pro_clin_v1_id="7"), holds("another", pro_clin_v1_id="8"),
          cannot_tell("none")),
    table(
        "V25a",
        broken("a patient and arrival"),
        broken("the same again"),
        holds("the same, admitted again (decision 19)", s4_arrival_at="09/03/2025 10:00"),
        holds("the same patient, a second stroke", s1_first_arrival_at="20/04/2025 10:00", s4_arrival_at="20/04/2025 10:00"),
        holds("another patient", s1_nhs_number="9990000026"),
        holds("at another team", team_code="SSNAP234"),
        cannot_tell("no number", s1_nhs_number=None),
        cannot_tell("no number either", s1_nhs_number=None),
    ),
    table(
        "V03a",
        TEXTBOOK,
        holds("16 on the day", s1_birth_on="03/03/2009"),
        broken("16 the day after", s1_birth_on="04/03/2009"),
        holds("16, and no date of birth (decision 6)", s1_birth_on=None, s1_age_on_arrival="16"),
        broken("15, and no date of birth", s1_birth_on=None, s1_age_on_arrival="15"),
        holds("the date of birth counts, not the age beside it", s1_age_on_arrival="15"),
        cannot_tell("neither", s1_birth_on=None),
    ),
    table(
        "V03b",
        TEXTBOOK,
        broken("a TIA", s1_diagnosis="T"),
        broken("another diagnosis", s1_diagnosis="O"),
        holds("a TIA of the TIA audit, which is out of scope", s1_diagnosis="T", audit_type="T1"),
        holds("a mimic of the audit of mimics", s1_diagnosis="O", audit_type="O1"),
        broken("a TIA in the stroke audit", s1_diagnosis="T", audit_type="S1"),
        cannot_tell("missing", s1_diagnosis=None),
    ),
    table("V43", holds("the stroke audit", audit_type="S1"), broken("the TIA audit", audit_type="T1"), broken("mimics", audit_type="O1"),
          cannot_tell("an import")),
    table(
        "V21",
        holds("asked, and given", s3_patient_consent="Y"),
        holds("not asked"),
        holds("refused, identifiers blank", **p.REFUSED),
        *(broken(f"refused, {name}", **{**p.REFUSED, name: value}) for name, value in (
            ("s1_hospital_number", "H1"), ("s1_nhs_number", "9990000018"), ("s1_surname", "Example"), ("s1_forename", "Ada"),
            ("s1_birth_on", "01/06/1948"), ("s1_postcode_in", "3VZ"))),
        broken("refused at discharge", s7_discharge_pi_consent="N"),
        holds("the first part of the postcode identifies nobody", **p.REFUSED, s1_postcode_out="ZZ99"),
    ),
    table("V34a", TEXTBOOK, holds("none", s1_nhs_number=None, s1_no_nhs_number="TRUE"), broken("one, and none", s1_no_nhs_number="TRUE")),
    table(
        "V40a",
        holds("to another record", **p.LATER_OF_EXPORT, transfer_to_pro_clin_v1_id="503"),
        broken("to itself", **p.LATER_OF_EXPORT, transfer_to_pro_clin_v1_id="502"),
        broken("from itself", **{**p.LATER_OF_EXPORT, "transfer_from_pro_clin_v1_id": "502"}),
        cannot_tell("not transferred", **p.FIRST_OF_EXPORT),
    ),
    table(
        "V40b",
        holds("as told", **p.TRANSFERRED, transfer_to_team_code="SSNAP234"),
        broken("to another team", **p.TRANSFERRED, transfer_to_team_code="SSNAP121"),
        cannot_tell("not transferred in the tool", **p.TRANSFERRED),
    ),
    table(
        "V40c",
        TEXTBOOK,
        holds("transferred", **p.TRANSFERRED, transfer_to_team_code="SSNAP234", transfer_to_at="14/03/2025 14:00"),
        broken("transferred, but went home", transfer_to_team_code="SSNAP234", transfer_to_at="14/03/2025 14:00"),
        holds("to a community team", **p.TO_COMMUNITY, transfer_to_team_code="SSNAPC012", transfer_to_at="14/03/2025 14:00"),
        holds("only the review was passed on", transfer_to_team_code="SSNAPC012"),
        holds("a time, but no team", transfer_to_at="14/03/2025 14:00"),
    ),
)  # fmt: skip

ARRIVAL = (
    table(
        "V04a",
        TEXTBOOK,
        holds("at the minute of arrival (decision 10)", s1_onset_at="03/03/2025 09:00"),
        broken("a minute after arrival", s1_onset_at="03/03/2025 09:01"),
        broken("the day after, time not known", s1_onset_at="04/03/2025 00:00", s1_onset_time_type="NK"),
        cannot_tell("the same day, time not known", s1_onset_at="03/03/2025 00:00", s1_onset_time_type="NK"),
        holds("an inpatient", **p.INPATIENT),
        cannot_tell("missing", s1_onset_at=None),
    ),
    table(
        "V04b",
        TEXTBOOK,
        holds("an inpatient", **p.INPATIENT),
        holds("at the minute of onset", **{**p.INPATIENT, "s1_first_arrival_at": "03/03/2025 08:15"}),
        broken("a minute after onset", **{**p.INPATIENT, "s1_first_arrival_at": "03/03/2025 08:16"}),
        broken("the day after onset, time not entered", **{**p.INPATIENT, "s1_first_arrival_at": "04/03/2025 00:00", "s1_first_arrival_time_not_entered": "TRUE"}),
    ),
    table(
        "V05",
        TEXTBOOK,
        holds("28 days", s1_onset_at="03/02/2025 23:59"),
        broken("29 days", s1_onset_at="02/02/2025 23:59"),
        holds("an inpatient for months", **{**p.INPATIENT, "s1_first_arrival_at": "01/12/2024 12:00"}),
        cannot_tell("missing", s1_onset_at=None),
    ),
    table("V06a", TEXTBOOK, broken("the date estimated", s1_onset_date_type="BE"), holds("both estimated", s1_onset_date_type="BE", s1_onset_time_type="BE"),
          cannot_tell("date type missing", s1_onset_date_type=None)),
    table("V06b", TEXTBOOK, holds("an inpatient, estimated", **p.INPATIENT, s1_onset_time_type="BE"),
          broken("an inpatient, not known", **p.INPATIENT, s1_onset_time_type="NK"), holds("from outside, not known", s1_onset_time_type="NK")),
    table("V06c", TEXTBOOK, broken("in sleep, precise", s1_onset_date_type="DS"), holds("in sleep, estimated", s1_onset_date_type="DS", s1_onset_time_type="BE")),
    table("V08a", TEXTBOOK, broken("did not stay on one", s1_first_stroke_unit_arrival_na="TRUE", s1_first_stroke_unit_arrival_at=None),
          holds("another ward", s1_first_ward="MAC", s1_first_stroke_unit_arrival_na="TRUE", s1_first_stroke_unit_arrival_at=None)),
    table(
        "V08b",
        TEXTBOOK,
        holds("at the minute of arrival", s1_first_stroke_unit_arrival_at="03/03/2025 09:00"),
        broken("a minute before", s1_first_stroke_unit_arrival_at="03/03/2025 08:59"),
        holds("an inpatient, after onset", **p.INPATIENT, s1_first_stroke_unit_arrival_at="03/03/2025 08:15"),
        broken("an inpatient, before onset", **p.INPATIENT, s1_first_stroke_unit_arrival_at="03/03/2025 08:14"),
        broken("the day before, time not entered", s1_first_stroke_unit_arrival_at="02/03/2025 00:00", s1_first_stroke_unit_arrival_time_not_entered="TRUE"),
        cannot_tell("missing", s1_first_stroke_unit_arrival_at=None),
    ),
    table("V22a", TEXTBOOK, broken("the same minute", s1_onset_at="03/03/2025 09:00"), holds("a minute", s1_onset_at="03/03/2025 08:59"),
          holds("an inpatient (decision 2)", **{**p.INPATIENT, "s1_first_arrival_at": "03/03/2025 08:15"})),
    table(
        "V23",
        TEXTBOOK,
        broken("not known, yet 08:15", s1_onset_time_type="NK"),
        holds("not known, 00:00", s1_onset_time_type="NK", s1_onset_at="03/03/2025 00:00"),
        holds("not known, and marked so", s1_onset_time_type="NK", s1_onset_time_not_entered="TRUE"),
        holds("estimated", s1_onset_time_type="BE"),
    ),
    table("V34b", TEXTBOOK, *(holds(f"{name} ({code})", s1_ambulance_trust=code) for code, name in lists.AMBULANCE_TRUST.labels),
          holds("a trust that is not listed", s1_ambulance_trust="R1F"), broken("the code of another kind of organisation", s1_ambulance_trust="SNE01"),
          broken("begins as a trust's code, and is none", s1_ambulance_trust="R-1F"), broken("no trust's code", s1_ambulance_trust="999"), broken("a word", s1_ambulance_trust="London"), cannot_tell("none", s1_ambulance_trust=None)),
)  # fmt: skip

IMAGING = (
    table(
        "V09a",
        TEXTBOOK,
        holds("at the minute of arrival", s2_brain_imaging_at="03/03/2025 09:00"),
        broken("a minute before arrival", s2_brain_imaging_at="03/03/2025 08:59"),
        holds("an inpatient, at onset", **p.INPATIENT, s2_brain_imaging_at="03/03/2025 08:15"),
        broken("an inpatient, before onset", **p.INPATIENT, s2_brain_imaging_at="03/03/2025 08:14"),
        cannot_tell("the same day, time not entered", s2_brain_imaging_at="03/03/2025 00:00", s2_brain_imaging_time_not_entered="TRUE"),
        broken("the day before, time not entered", s2_brain_imaging_at="02/03/2025 00:00", s2_brain_imaging_time_not_entered="TRUE"),
        cannot_tell("not imaged", **p.NOT_IMAGED),
    ),
    table("V22b", TEXTBOOK, holds("seven days", s2_brain_imaging_at="10/03/2025 23:59"), broken("eight days", s2_brain_imaging_at="11/03/2025 00:01"),
          cannot_tell("not imaged", **p.NOT_IMAGED)),
    table("V22c", TEXTBOOK, broken("the same minute (decision 1)", s2_brain_imaging_at="03/03/2025 09:50"), cannot_tell("no needle", **p.NOT_THROMBOLYSED)),
    table("V22d", TEXTBOOK, broken("at the minute of arrival", s2_brain_imaging_at="03/03/2025 09:00")),
    table("V22e", TEXTBOOK, broken("an item not known", s2_nihss_arrival_visual="-1"), cannot_tell("an item missing", s2_nihss_arrival_visual=None),
          broken("one missing, one not known", s2_nihss_arrival_visual=None, s2_nihss_arrival_sensory="-1"),
          holds("no deficit at all", **dict.fromkeys(nihss.names(nihss.ARRIVAL), "0")),
          *(broken(f"{item} not known", **{item: "-1"}) for item in nihss.names(nihss.ARRIVAL))),
    table("V02m", TEXTBOOK, broken("CT", s2_brain_imaging_modality="CT"), broken("MR", s2_brain_imaging_modality="MR"),
          cannot_tell("missing", s2_brain_imaging_modality=None)),
)  # fmt: skip

_AT_14_HOURS = "03/03/2025 21:0"
_UNTIMED_NEEDLE = {"s2_thrombolysis_time_not_entered": "TRUE"}
_NOT_IMAGED = {"s2_brain_imaging_not_performed": "TRUE"}
_TIME_WINDOW = {**p.NO_BUT, "s2_thrombolysis_no_but_time_window": "TRUE"}
_AGED_80, _AGED_79 = {"s1_birth_on": "03/03/1945"}, {"s1_birth_on": "04/03/1945"}
_NIHSS_4 = {"s2_nihss_arrival_facial_palsy": "0", "s2_nihss_arrival_motor_arm_right": "0"}
THROMBOLYSIS = (
    table("V11a", TEXTBOOK, holds("a haemorrhage", **p.HAEMORRHAGE), broken("a haemorrhage, N", **{**p.HAEMORRHAGE, "s2_thrombolysis": "N"}),
          broken("a haemorrhage, Y", **{**p.HAEMORRHAGE, "s2_thrombolysis": "Y"}),
          cannot_tell("a haemorrhage, not answered (decision 8)", **{**p.HAEMORRHAGE, "s2_thrombolysis": None}),
          holds("not imaged, though a type is given (V10)", **{**p.NOT_IMAGED, "s2_stroke_type": "PIH"})),
    table("V11b", TEXTBOOK, holds("a haemorrhage", **p.HAEMORRHAGE),
          broken("a haemorrhage, another reason", **{**p.HAEMORRHAGE, "s2_thrombolysis_no_but_haemorrhagic": "FALSE", "s2_thrombolysis_no_but_age": "TRUE"}),
          holds("a haemorrhage, not answered", **{**p.HAEMORRHAGE, "s2_thrombolysis": "N", "s2_thrombolysis_no_but_haemorrhagic": "FALSE"}),
          holds("an infarct, another reason", **p.NO_BUT, s2_thrombolysis_no_but_age="TRUE"),
          holds("not imaged, though a type is given (V10)", **{**p.HAEMORRHAGE, **_NOT_IMAGED, "s2_thrombolysis_no_but_haemorrhagic": "FALSE"})),
    table("V11c", TEXTBOOK, holds("a haemorrhage", **p.HAEMORRHAGE), broken("an infarct", **p.NO_BUT, s2_thrombolysis_no_but_haemorrhagic="TRUE"),
          holds("not imaged, though a type is given (V10)", **p.NO_BUT, **_NOT_IMAGED, s2_thrombolysis_no_but_haemorrhagic="TRUE")),
    table(
        "V12a",
        TEXTBOOK,
        holds("at the minute of imaging (decision 1)", s2_thrombolysis_at="03/03/2025 09:30"),
        broken("a minute before imaging", s2_thrombolysis_at="03/03/2025 09:29"),
        cannot_tell("the same day, time not entered", s2_thrombolysis_at="03/03/2025 00:00", s2_thrombolysis_time_not_entered="TRUE"),
        broken("the day before, time not entered", s2_thrombolysis_at="02/03/2025 00:00", s2_thrombolysis_time_not_entered="TRUE"),
    ),
    table(
        "V12b",
        TEXTBOOK,
        holds("exactly 12 hours", s2_thrombolysis_at=f"{_AT_14_HOURS}0"),
        broken("a minute later", s2_thrombolysis_at=f"{_AT_14_HOURS}1"),
        holds("at the minute of arrival", s2_thrombolysis_at="03/03/2025 09:00"),
        broken("before arrival", s2_thrombolysis_at="03/03/2025 08:59"),
        broken("the day before, time not entered", s2_thrombolysis_at="02/03/2025 00:00", **_UNTIMED_NEEDLE),
        cannot_tell("the next day, time not entered", s2_thrombolysis_at="04/03/2025 00:00", **_UNTIMED_NEEDLE),
        broken("two days later, time not entered", s2_thrombolysis_at="05/03/2025 00:00", **_UNTIMED_NEEDLE),
        holds("an inpatient, 12 hours after onset", **p.INPATIENT, s2_thrombolysis_at="03/03/2025 20:15"),
        broken("an inpatient, a minute later", **p.INPATIENT, s2_thrombolysis_at="03/03/2025 20:16"),
    ),
    table("V13", TEXTBOOK, broken("no but, no reason", **p.NO_BUT),
          *(holds(f"no but, {reason}", **p.NO_BUT, **{name_of(f"S2ThrombolysisNoBut{end}"): "TRUE"}) for end, reason in lists.NO_BUT_REASONS.items()),
          holds("no but, two reasons", **p.NO_BUT, s2_thrombolysis_no_but_refusal="TRUE", s2_thrombolysis_no_but_age="TRUE"),
          holds("no", **p.NOT_THROMBOLYSED)),
    table(
        "V24.s2_thrombolysis_no_but_age",
        TEXTBOOK,
        broken("76 years", **p.NO_BUT, s2_thrombolysis_no_but_age="TRUE"),
        broken("79 years, too late", **p.NO_BUT, **_AGED_79, s2_thrombolysis_no_but_age="TRUE", s1_onset_at="03/03/2025 05:00"),
        holds("80 years on the day, 120 minutes", **p.NO_BUT, **_AGED_80, s2_thrombolysis_no_but_age="TRUE", s1_onset_at="03/03/2025 07:00"),
        broken("80 years, 119 minutes", **p.NO_BUT, **_AGED_80, s2_thrombolysis_no_but_age="TRUE", s1_onset_at="03/03/2025 07:01"),
        holds("80 years, 119 minutes, estimated", **p.NO_BUT, **_AGED_80, s2_thrombolysis_no_but_age="TRUE", s1_onset_at="03/03/2025 07:01", s1_onset_time_type="BE"),
    ),
    table(
        "V24.s2_thrombolysis_no_but_too_mild_severe",
        TEXTBOOK,
        broken("NIHSS 8", **p.NO_BUT, s2_thrombolysis_no_but_too_mild_severe="TRUE"),
        broken("NIHSS 4", **p.NO_BUT, **_NIHSS_4, s2_thrombolysis_no_but_too_mild_severe="TRUE"),
        holds("NIHSS 3", **p.NO_BUT, **_NIHSS_4, s2_thrombolysis_no_but_too_mild_severe="TRUE", s2_nihss_arrival_motor_leg_right="0"),
        broken("NIHSS not complete (decision 12)", **p.NO_BUT, s2_thrombolysis_no_but_too_mild_severe="TRUE", s2_nihss_arrival_visual="-1"),
    ),
    table("V24.s2_thrombolysis_no_but_time_unknown_wake_up", TEXTBOOK, broken("precise", **p.NO_BUT, s2_thrombolysis_no_but_time_unknown_wake_up="TRUE"),
          holds("estimated", **p.NO_BUT, s2_thrombolysis_no_but_time_unknown_wake_up="TRUE", s1_onset_time_type="BE"),
          holds("not known", **p.NO_BUT, s2_thrombolysis_no_but_time_unknown_wake_up="TRUE", s1_onset_time_type="NK")),
    table(
        "V24.s2_thrombolysis_no_but_time_window",
        TEXTBOOK,
        broken("76 years, 209 minutes", **_TIME_WINDOW, s1_onset_at="03/03/2025 05:31"),
        holds("76 years, 210 minutes", **_TIME_WINDOW, s1_onset_at="03/03/2025 05:30"),
        holds("76 years, 45 minutes, estimated", **_TIME_WINDOW, s1_onset_time_type="BE"),
        broken("80 years, 119 minutes", **_TIME_WINDOW, **_AGED_80, s1_onset_at="03/03/2025 07:01"),
        holds("80 years, 120 minutes", **_TIME_WINDOW, **_AGED_80, s1_onset_at="03/03/2025 07:00"),
        broken("79 years, 120 minutes", **_TIME_WINDOW, **_AGED_79, s1_onset_at="03/03/2025 07:00"),
        holds("80 years, 119 minutes, estimated", **_TIME_WINDOW, **_AGED_80, s1_onset_at="03/03/2025 07:01", s1_onset_time_type="BE"),
        holds("age not known: the reason is believed", **_TIME_WINDOW, s1_birth_on=None),
        broken("an inpatient, awake", **{**_TIME_WINDOW, **p.INPATIENT}),
        broken("an inpatient, awake, at an estimated time", **{**_TIME_WINDOW, **p.INPATIENT}, s1_onset_date_type="BE", s1_onset_time_type="BE"),
        holds("an inpatient, in sleep", **{**_TIME_WINDOW, **p.INPATIENT}, s1_onset_date_type="DS", s1_onset_time_type="BE"),
    ),
)  # fmt: skip

RULE_TABLES = (*RECORD, *ARRIVAL, *IMAGING, *THROMBOLYSIS)
