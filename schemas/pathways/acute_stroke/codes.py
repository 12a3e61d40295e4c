"""Code lists of the stroke dataset, version 5, and the sets of codes that rules and measures speak of.

Belongs here: which codes exist and what they mean. Does not belong here: definitions that may be argued about (``policy``).
``PU`` (sections 2 and 3) and ``MU`` (sections 4 to 6) both say that the patient was medically unwell; ``NB`` is never ``N``.
"""

from __future__ import annotations

from schemas.fields import Codes, codes

YES, NO, NO_BUT = "Y", "N", "NB"
UNKNOWN = ("NK",)

YES_NO = codes(Y="Yes", N="No")
YES_NO_NO_BUT = codes(Y="Yes", N="No", NB="No, for an accepted clinical reason")
YES_NO_UNKNOWN = codes(UNKNOWN, Y="Yes", N="No", NK="Not known")

GENDER = codes(M="Male", F="Female")
ETHNICITY = codes(
    ("99", "Z"), A="British", B="Irish", C="Any other White background", D="White and Black Caribbean", E="White and Black African",
    F="White and Asian", G="Any other mixed background", H="Indian", J="Pakistani", K="Bangladeshi", L="Any other Asian background",
    M="Caribbean", N="African", P="Any other Black background", R="Chinese", S="Any other ethnic group", Z="Not stated", _99="Not known",
)  # fmt: skip
DIAGNOSIS = codes(S="Stroke", T="TIA", O="Other")
STROKE = "S"
ONSET_DATE_TYPE = codes(P="Precise", BE="Best estimate", DS="Stroke during sleep")
ONSET_TIME_TYPE = codes(UNKNOWN, P="Precise", BE="Best estimate", NK="Not known")
PRECISE, BEST_ESTIMATE, DURING_SLEEP, NOT_KNOWN = "P", "BE", "DS", "NK"
AMBULANCE_TRUST = codes(
    RRU="London", RX5="Great Western", RX6="North East", RX7="North West", RX8="Yorkshire", RX9="East Midlands", RYA="West Midlands",
    RYC="East of England", RYD="South East Coast", RYE="South Central", RYF="South Western", WAL="Wales", NIA="Northern Ireland",
    _5QT="Isle of Wight", ISA1="Isle of Man", ISA2="Guernsey", ISA3="Jersey", O="Another ambulance service",
)  # fmt: skip
FIRST_WARD = codes(
    MAC="Medical or acute assessment unit, or clinical decision unit", SU="Stroke unit", ICH="Intensive, coronary or high dependency unit",
    O="Other",
)  # fmt: skip
STROKE_UNIT, INTENSIVE_CARE = "SU", "ICH"

IMAGING_MODALITY = codes(
    NCCT="Plain CT", CTIA="Intracranial CT angiogram", CTP="CT perfusion", NCMRI="Plain MRI", CEMRA="Contrast-enhanced MR angiogram",
    MRP="MR perfusion", CT="CT (clock starts before July 2021)", MR="MR (clock starts before July 2021)",
)  # fmt: skip
OLD_MODALITIES = ("CT", "MR")
STROKE_TYPE = codes(I="Infarction", PIH="Primary intracerebral haemorrhage")
INFARCTION, HAEMORRHAGE = "I", "PIH"
NO_THROMBOLYSIS_REASON = codes(
    TNA="Not available at this hospital at all", OTSH="Outside the hours of the service", USQE="Could not be scanned quickly enough", N="None",
)  # fmt: skip
# reasons behind "no but", by the end of their headers
NO_BUT_REASONS = {
    "Haemorrhagic": "haemorrhagic stroke", "TimeWindow": "arrived outside the time window", "Comorbidity": "comorbidity",
    "Medication": "medication", "Refusal": "refusal", "Age": "age", "Improving": "symptoms improving",
    "TooMildSevere": "stroke too mild or too severe", "TimeUnknownWakeUp": "time of onset unknown, or woke up with the stroke",
    "OtherMedical": "another medical reason",
}  # fmt: skip

REFUSED, UNWELL_EARLY, UNWELL, NO_DEFICIT, PASSED_SCREEN = "PR", "PU", "MU", "ND", "PS"
ORGANISATIONAL, CONTINENT = "OR", "PC"
_WHY = {"OR": "Organisational reasons", "PR": "Patient refused", "PU": "Patient medically unwell", "MU": "Patient medically unwell",
        "ND": "Patient had no relevant deficit", "PS": "Patient passed the swallow screen", "PC": "Patient continent",
        "NI": "Patient has no impairments", "NRP": "Patient considered to have no rehabilitation potential", "NK": "Not known"}  # fmt: skip


def reasons(*wanted: str) -> Codes:
    """Why something was not done, in these codes."""
    return Codes(tuple((code, _WHY[code]) for code in wanted), UNKNOWN)


SCREEN_REASON = reasons("OR", "PR", "PU", "NK")
THERAPIST_REASON = reasons("OR", "PR", "PU", "ND", "NK")
SWALLOW_THERAPIST_REASON = reasons("OR", "PR", "PU", "PS", "NK")
LATE_THERAPIST_REASON = reasons("OR", "PR", "MU", "ND", "NK")
LATE_REASON = reasons("OR", "PR", "MU", "NK")
CONTINENCE_REASON = reasons("OR", "PR", "PC", "NK")
GOALS_REASON = reasons("PR", "OR", "MU", "NI", "NRP", "NK")

THROMBECTOMY_REFERRAL = codes(
    YTT="Yes, accepted at this team", YAT="Yes, accepted at another team", YD="Yes, but declined", NR="Not referred",
)  # fmt: skip
ACCEPTED_ELSEWHERE = "YAT"
TICI = codes(_0="0", _1="1", _2a="2a", _2b="2b", _2c="2c", _3="3")
AFTER_THROMBECTOMY = codes(
    ICU="Intensive care or high dependency", SU1="Stroke unit at the receiving site", SU2="Stroke unit at the referring site", O="Other",
)  # fmt: skip
CONTACT_METHOD = codes(PERS="In person", TELEP="By telephone", TELEM="By telemedicine")
IN_PERSON, REMOTE = "PERS", ("TELEP", "TELEM")
CONSENT = codes(Y="Gave consent", N="Refused consent", PNA="Was not asked")
LATE_CONSENT = codes(Y="Gave consent", N="Refused consent", NA="Was not asked")

MALNUTRITION = codes(Y="Yes, high risk", N="No", NS="Not screened")
NOT_SCREENED = "NS"

DISCHARGE_TYPE = codes(
    D="Died in hospital", CH="Discharged to a care home", H="Discharged home", SE="Discharged to somewhere else",
    T="Transferred to another inpatient team of the audit", TC="Transferred to a community team of the audit",
    TN="Transferred to another inpatient team outside the audit", TCN="Transferred to a community team outside the audit",
)  # fmt: skip
DIED, CARE_HOME, HOME, TO_INPATIENT_TEAM, TO_COMMUNITY_TEAM = "D", "CH", "H", "T", "TC"
NEW_THERE = "NPR"
CARE_HOME_BEFORE = codes(PR="Lived there before", NPR="Did not live there before")
CARE_HOME_STAY = codes(T="Temporary", P="Permanent")
LIVES = codes(UNKNOWN, LA="Alone", NLA="Not alone", NK="Not known")
STROKE_SKILLED = "SNS"
TEAM_AFTER = codes(SNS="Yes, specific to stroke or neurology", NS="Yes, not specialist", N="No")
HELP_BY = codes(PC="Paid carers", IC="Informal carers", PIC="Both", U="Paid care is unavailable", PR="Patient refused")
YES_NO_NOT_APPLICABLE = codes(Y="Yes", N="No", NA="Not applicable")
DIED_SINCE = "ND"
FOLLOWED_UP = codes(Y="Yes", N="No", NB="No, for an accepted reason", ND="No, the patient died within 6 months")

STATUS = codes(_0="Not entered", _10="Errors", _20="Incomplete", _30="Complete")
AUDIT_TYPE = codes(S1="Stroke", T1="TIA", O1="Other")
OTHER_AUDITS = ("T1", "O1")
