"""Code lists of the hip fracture dataset, version 16, and the sets of codes that rules and measures speak of.

Belongs here: which codes exist, what they mean, and named sets of them that need no judgement about quality of care.
Does not belong here: definitions that may be argued about (``policy``), fields, rules, measures.
"""

from __future__ import annotations

from schemas.fields import Codes, codes

UNKNOWN = ("U",)

NO_YES = codes(_0="No", _1="Yes")
NO_YES_UNKNOWN = codes(UNKNOWN, _0="No", _1="Yes", U="Unknown")
# what stands in the field of the NHS number of somebody who has none
NOT_TRANSFERRED = codes(X="The patient was not transferred")
NO_NHS_NUMBER = Codes((("Overseas", "Lives overseas: has no NHS number"), ("[NONHS]", "No NHS number")))
SEX = codes(_1="Male", _2="Female")
SIDE = codes(_1="Left", _2="Right")

RESIDENCE = codes(_1="Own home or sheltered housing", _2="Residential care", _3="Nursing care")
OWN_HOMES = ("1", "2", "3")

PRESENTATION_VIA_ED = codes(
    _1="Yes",
    _2="No: already an inpatient on this hospital site",
    _3="No: already an inpatient on another site of this trust or health board",
    _4="No: already an inpatient in another trust or health board",
)
VIA_ED = "1"
INPATIENT_ELSEWHERE = ("3", "4")

ADMITTED_TO_ORTHO_WARD = codes(
    _1="Yes: admitted to an orthopaedic or orthogeriatric ward",
    _0="No: admitted from the emergency department but never reached such a ward",
    _2="No: not admitted from the emergency department",
)
NERVE_BLOCK = codes(
    _1="Yes: by ambulance staff",
    _2="Yes: in the emergency department",
    _3="Yes: on the ward before going to theatre",
    _0="Not done or not documented",
)
NERVE_BLOCK_GIVEN = ("1", "2", "3")

MOBILITY = codes(
    UNKNOWN,
    _1="Freely mobile without aids",
    _2="Mobile outdoors with one aid",
    _3="Mobile outdoors with two aids or a frame",
    _4="Some indoor mobility but never goes outside without help",
    _5="No functional mobility",
    U="Unknown",
)
WALKS_OUTSIDE_WITH_AT_MOST_ONE_AID = ("1", "2")

PREOP_4AT = codes(_2="Assessed before the operation", _0="Not done, or the patient refused")
PREOP_4AT_DONE = "2"
POSTOP_4AT = codes(
    _1="Assessed before the 3rd day after surgery",
    _2="Assessed before the 7th day after surgery",
    _3="Not done by the 7th day after surgery",
    _0="Not done, or the patient refused",
)
POSTOP_4AT_DONE = ("1", "2")
POSTOP_4AT_NOT_DONE = ("0", "3")
ALERTNESS = codes(_0="Normal", _4="Clearly abnormal")
AMT4 = codes(_0="No mistakes", _1="One mistake", _2="Two or more mistakes, or untestable")
ATTENTION = codes(_0="No mistakes", _1="Any mistakes, or refuses", _2="Too unwell or drowsy to test")
ACUTE_CHANGE = codes(_0="No change", _4="Change")

ASA = codes(
    UNKNOWN,
    _1="Normal healthy patient",
    _2="Mild systemic disease",
    _3="Severe systemic disease",
    _4="Severe systemic disease, a constant threat to life",
    _5="Moribund",
    U="Unknown",
)
NUTRITION = codes(
    _0="Not assessed", _1="Assessed: normal", _2="Assessed: malnourished", _3="Assessed: at risk of malnutrition"
)  # fmt: skip
NUTRITION_ASSESSED = ("1", "2", "3")

_BONE_DRUGS = (
    ("1", "Alendronate"), ("2", "Risedronate"), ("3", "Ibandronate"), ("4", "Zoledronate"), ("5", "Teriparatide"),
    ("6", "Denosumab"), ("7", "Alfacalcidol or calcitriol"), ("8", "Romosozumab"), ("9", "Abaloparatide"),
)  # fmt: skip
BONE_DRUG = Codes((*_BONE_DRUGS, ("0", "None of these bone treatments")))
BONE_DRUG_AFTER = Codes(
    (
        *_BONE_DRUGS,
        ("10", "Assessed: no bone protection medication needed or appropriate"),
        ("11", "Informed decline: the patient decided not to take the treatment offered"),
        ("12", "On no treatment: pending a bone density scan or bone clinic assessment"),
        ("0", "No assessment or action taken"),
    )
)
ANY_BONE_DRUG = tuple(code for code, _ in _BONE_DRUGS)
NO_BONE_ASSESSMENT = "0"
BONE_120D = codes(
    _1="Continues the same bone therapy",
    _2="Now on another bone therapy, started after discharge",
    _3="Stopped by a clinician: no longer appropriate",
    _4="Stopped by the patient",
    _5="No bone therapy started",
)
BONE_120D_TREATED = ("1", "2")

FRACTURE_TYPE = codes(
    _11="Intracapsular, displaced",
    _12="Intracapsular, undisplaced",
    _13="Trochanteric",
    _14="Intertrochanteric or reverse oblique",
    _15="Subtrochanteric",
    _21="Femoral shaft fracture",
    _31="Distal femoral fracture",
    _41="Fracture around a hip prosthesis",
    _44="Fracture around a knee replacement",
    _45="Fracture around a prosthesis, mid shaft",
    _51="Pelvic fracture",
)
INTRACAPSULAR, EXTRACAPSULAR = ("11", "12"), ("13", "14", "15")
HIP_FRACTURES = (*INTRACAPSULAR, *EXTRACAPSULAR)
OTHER_FEMORAL_FRACTURES = ("21", "31", "41", "44", "45")

OPERATED = codes(
    _1="Yes",
    _2="No: surgery not indicated for this fracture",
    _3="No: surgery not possible for this patient",
    _4="No: the patient died before surgery could take place",
)
WAS_OPERATED = "1"
NOT_OPERATED = ("2", "3", "4")
DIED_BEFORE_SURGERY = "4"

OPERATION = codes(
    _1="Sliding hip screw",
    _2="Cannulated screws",
    _3="Intramedullary nail, long",
    _4="Intramedullary nail, short",
    _6="Hemiarthroplasty, cemented",
    _7="Hemiarthroplasty, uncemented",
    _8="Primary total hip replacement, uncemented",
    _9="Primary total hip replacement, cemented",
    _11="Revision total hip replacement",
    _12="Revision total knee replacement",
    _13="Plate",
    _15="Intramedullary nail and plate",
    _16="Revision total hip replacement and fixation",
    _17="Revision total knee replacement and fixation",
    _18="Proximal femoral replacement",
    _19="Distal femoral replacement",
    _20="Total femoral replacement",
    _21="Surgery for a pelvic fracture",
    _99="Other",
)
SLIDING_HIP_SCREW = ("1",)
SCREWS = ("2",)
NAILS = ("3", "4")
HEMIARTHROPLASTIES = ("6", "7")
TOTAL_HIP_REPLACEMENTS = ("8", "9")
KNEE_OPERATIONS = ("12", "17", "19")

ANAESTHESIA = codes(
    _1="General", _2="Spinal", _3="Epidural", _4="Sedation during the operation", _5="Nerve block during the operation",
    _6="High-volume local infiltration around the joint",
)  # fmt: skip
DELAY_REASON = codes(
    UNKNOWN,
    _0="No delay",
    _1="Awaiting diagnosis or confirmation of the fracture",
    _2="Awaiting medical review, investigation or stabilisation",
    _3="Insufficient theatre capacity",
    _5="Reversal of warfarin",
    _6="Reversal of a direct oral anticoagulant",
    _8="Appropriate surgeon or equipment not available",
    _9="Other",
    U="Unknown",
)
NO_DELAY = "0"

_GRADES = (
    ("1", "Consultant"), ("2", "Specialist or associate specialist"), ("3", "Staff grade or specialty doctor"), ("4", "ST3 or above"),
    ("5", "Below ST3"),
)  # fmt: skip
SURGEON_GRADE = Codes((*_GRADES, ("U", "Unknown")), UNKNOWN)
ANAESTHETIST_GRADE = Codes((*_GRADES, ("6", "Anaesthetic associate"), ("U", "Unknown")), UNKNOWN)
GERIATRICIAN_GRADE = Codes((("0", "Not seen"), *_GRADES, ("U", "Unknown")), UNKNOWN)
SEEN_BY_GERIATRICIAN = ("1", "2", "3", "4", "5")

MOBILISED = codes(
    _1="Yes: by a physiotherapist",
    _2="Yes: by other ward staff",
    _3="No: inadequate pain control",
    _4="No: symptomatic hypotension",
    _5="No: too agitated or confused",
    _6="No: other documented clinical contraindication",
    _7="No: lack of staff or other resources",
    _8="No: other",
)
OUT_OF_BED = ("1", "2")

_PLACES = (("1", "Own home or sheltered housing"), ("2", "Residential care"), ("3", "Nursing care"))
_REHABILITATION_HERE = ("4", "Rehabilitation bed in this trust or health board")
_ELSEWHERE = (
    ("5", "Rehabilitation bed in another trust or health board"),
    ("6", "Rehabilitation in an NHS-funded care home bed"),
    ("7", "Acute hospital"),
    ("8", "Dead"),
)
_BEFORE_SURGERY = ("8a", "Died before surgery")
WARD_DESTINATION = Codes((*_PLACES, _REHABILITATION_HERE, *_ELSEWHERE, _BEFORE_SURGERY, ("9", "Other")))
TRUST_DESTINATION = Codes(
    (*_PLACES, *_ELSEWHERE, _BEFORE_SURGERY, ("8b", "Dead at ward discharge"), ("9", "Other"), ("U", "Unknown")), UNKNOWN
)  # fmt: skip
RESIDENCE_120D = Codes((*_PLACES, _REHABILITATION_HERE, *_ELSEWHERE, ("9", "Other"), ("U", "Unknown")), UNKNOWN)
DEAD_AT_WARD_DISCHARGE = ("8", "8a")
DEAD_AT_TRUST_DISCHARGE = ("8", "8a", "8b")
DEAD = "8"
DIED_PRE_SURGERY = "8a"
WAS_DEAD_ON_WARD = "8b"
LEAVES_THE_TRUST = ("1", "2", "3", "5", "8", "8a", "9")
STAYS_FOR_REHABILITATION = "4"
