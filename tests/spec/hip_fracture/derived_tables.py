"""Cases for what is computed of each record, the best practice tariff among them."""

from __future__ import annotations

from itertools import pairwise

from tests.spec.hip_fracture.patient import NOT_OPERATED, POSTOP_ITEMS, PREOP_ITEMS, UNFIT_FOR_SURGERY, four_at
from tests.spec.tables import Table, gives, table


def _instant(name: str, given: str, date: str, time: str) -> Table:
    return table(
        name, gives(given, "date and time"), gives(None, "date missing", **{date: None}), gives(None, "time missing", **{time: None})
    )


INSTANTS = (
    _instant("presentation_at", "03/03/2025 10:00", "presentation_date", "presentation_time"),
    _instant("ambulance_at", "03/03/2025 09:10", "ambulance_date", "ambulance_time"),
    _instant("ward_admission_at", "03/03/2025 13:00", "ward_admission_date", "ward_admission_time"),
    _instant("surgery_at", "04/03/2025 09:00", "surgery_date", "surgery_time"),
    _instant("geriatrician_at", "04/03/2025 15:00", "geriatrician_date", "geriatrician_time"),
)

AGE = table(
    "age_years",
    gives(82.0, "the textbook patient, 83 in June"),
    gives(83.0, "birthday on the day of presentation", date_of_birth="03/03/1942"),
    gives(82.0, "birthday on the day after", date_of_birth="04/03/1942"),
    gives(64.0, "born on 29 February, 28 February of an ordinary year", date_of_birth="29/02/1960", presentation_date="28/02/2025"),
    gives(65.0, "born on 29 February, 1 March of an ordinary year", date_of_birth="29/02/1960", presentation_date="01/03/2025"),
    gives(None, "birth date missing", date_of_birth=None),
)


def _four_at_total(when: str, items: tuple[str, ...], given: float) -> Table:
    return table(
        f"{when}_4at_total",
        gives(given, "the textbook patient"),
        gives(0.0, "all four normal", **four_at(when, 0, 0, 0, 0)),
        gives(4.0, "alertness clearly abnormal", **four_at(when, 4, 0, 0, 0)),
        gives(2.0, "two mistakes in the questions", **four_at(when, 0, 2, 0, 0)),
        gives(1.0, "one mistake in attention", **four_at(when, 0, 0, 1, 0)),
        gives(4.0, "acute change", **four_at(when, 0, 0, 0, 4)),
        gives(12.0, "everything", **four_at(when, 4, 2, 2, 4)),
        *(gives(None, f"{item} missing", **{item: None}) for item in items),
    )


NUMBERS = (
    _four_at_total("preop", PREOP_ITEMS, 0.0),
    _four_at_total("postop", POSTOP_ITEMS, 1.0),
    table(
        "hours_to_ward",
        gives(3.0, "three hours"),
        gives(2.5, "two and a half", ward_admission_time="12:30"),
        gives(27.0, "the next day", ward_admission_date="04/03/2025"),
        gives(-1.0, "before presentation", ward_admission_time="09:00"),
        gives(None, "not admitted to such a ward", ward_admission_date=None, ward_admission_time=None),
    ),
    table(
        "hours_to_surgery",
        gives(23.0, "the next morning"),
        gives(0.25, "a quarter of an hour", surgery_date="03/03/2025", surgery_time="10:15"),
        gives(None, "not operated", **NOT_OPERATED),
    ),
    table(
        "hours_to_geriatrician",
        gives(29.0, "the next afternoon"),
        gives(72.5, "72 and a half", geriatrician_date="06/03/2025", geriatrician_time="10:30"),
        gives(None, "not seen", geriatrician_grade="0", geriatrician_date=None, geriatrician_time=None),
    ),
    table(
        "acute_stay_days",
        gives(9.0, "nine days"),
        gives(0.0, "the same day", ward_discharge_date="03/03/2025"),
        gives(None, "not discharged", ward_discharge_date=None),
    ),
    table(
        "trust_stay_days",
        gives(21.0, "three weeks"),
        gives(60.0, "over two months", trust_discharge_date="02/05/2025"),
        gives(None, "not discharged", trust_discharge_date=None),
    ),
)

NHS_NUMBER = table(
    "has_nhs_number",
    gives(True, "right check digit"),
    gives(True, "written as 3-3-4", nhs_number="999 000 0018"),
    gives(False, "wrong check digit", nhs_number="9990000019"),
    gives(False, "nine digits", nhs_number="999000001"),
    gives(False, "lives overseas", nhs_number="Overseas"),
    gives(False, "no number", nhs_number="[NONHS]"),
    gives(False, "a dummy that passes the check", nhs_number="9999999999"),
    gives(None, "missing", nhs_number=None),
)

_FIT = {"mobility_pre_fracture": "2", "asa_grade": "2"}
THR = table(
    "is_thr_eligible",
    gives(True, "one stick, ASA 2, 4AT 0", **_FIT),
    gives(True, "no aid, ASA 1", mobility_pre_fracture="1", asa_grade="1"),
    gives(False, "two aids", **{**_FIT, "mobility_pre_fracture": "3"}),
    gives(False, "indoors only", **{**_FIT, "mobility_pre_fracture": "4"}),
    gives(False, "mobility unknown", **{**_FIT, "mobility_pre_fracture": "U"}),
    gives(False, "ASA 3", **{**_FIT, "asa_grade": "3"}),
    gives(False, "ASA unknown", **{**_FIT, "asa_grade": "U"}),
    gives(False, "4AT 1", **{**_FIT, **four_at("preop", 0, 1, 0, 0)}),
    gives(None, "4AT not done", **{**_FIT, "preop_4at": "0", **dict.fromkeys(PREOP_ITEMS)}),
    gives(None, "mobility missing", **{**_FIT, "mobility_pre_fracture": None}),
)

ELIGIBLE = table(
    "is_bpt_eligible",
    gives(True, "the textbook patient"),
    gives(True, "60 on the day", date_of_birth="03/03/1965"),
    gives(False, "59", date_of_birth="04/03/1965"),
    gives(False, "age not known", date_of_birth=None),
    *(gives(True, f"hip fracture {code}", fracture_type=code) for code in ("11", "12", "13", "14", "15")),
    *(gives(True, f"hip fracture {code}, not discharged yet", fracture_type=code, trust_discharge_date=None) for code in ("11", "15")),
    *(gives(True, f"femoral fracture {code}", fracture_type=code) for code in ("21", "31", "41", "44", "45")),
    gives(True, "femoral fracture, discharged on 1 April 2021", fracture_type="31", trust_discharge_date="01/04/2021"),
    gives(False, "femoral fracture, discharged on 31 March 2021", fracture_type="31", trust_discharge_date="31/03/2021"),
    gives(True, "hip fracture, discharged on 31 March 2021", trust_discharge_date="31/03/2021"),
    gives(False, "pelvic fracture", fracture_type="51"),
    gives(False, "surgery not indicated", **NOT_OPERATED),
    gives(False, "surgery not possible", **UNFIT_FOR_SURGERY),
    gives(False, "whether operated not known", operated=None),
)

# one criterion failed at a time, in the order in which the first is looked for
_FAILED = {
    "nhs_number": (
        ("lives overseas", {"nhs_number": "Overseas"}),
        ("wrong check digit", {"nhs_number": "9990000019"}),
        ("missing", {"nhs_number": None}),
    ),
    "surgery_36h": (
        ("36 h 1 min", {"surgery_time": "22:01"}),
        ("in the minute of presentation", {"surgery_date": "03/03/2025", "surgery_time": "10:00"}),
        ("before presentation", {"surgery_date": "02/03/2025"}),
        ("time missing", {"surgery_time": None}),
    ),
    "geriatrician_72h": (
        ("72 h 1 min", {"geriatrician_date": "06/03/2025", "geriatrician_time": "10:01"}),
        ("before presentation", {"geriatrician_date": "03/03/2025", "geriatrician_time": "09:59"}),
        ("below ST3", {"geriatrician_grade": "5"}),
        ("grade unknown", {"geriatrician_grade": "U"}),
        ("not seen", {"geriatrician_grade": "0"}),
        ("time missing", {"geriatrician_time": None}),
    ),
    "falls_assessment": (("not done", {"falls_assessment": "0"}), ("not stated", {"falls_assessment": None})),
    "bone_assessment": (("no assessment", {"medication_post_fracture": "0"}), ("not stated", {"medication_post_fracture": None})),
    "preop_4at": (
        ("not done", {"preop_4at": "0"}),
        ("not stated", {"preop_4at": None}),
        ("an item missing", {"preop_4at_amt4": None}),
    ),
    "postop_4at": (
        ("not done", {"postop_4at": "0"}),
        ("not done by the 7th day", {"postop_4at": "3"}),
        ("not stated", {"postop_4at": None}),
        ("an item missing", {"postop_4at_amt4": None}),
    ),
    "nutrition_assessment": (("not assessed", {"nutrition_risk": "0"}), ("not stated", {"nutrition_risk": None})),
    "physio_assessment": (("not assessed", {"physio_assessment": "0"}), ("not stated", {"physio_assessment": None})),
}
_ALL_MET = (
    ("the textbook patient", {}),
    ("surgery after a minute", {"surgery_date": "03/03/2025", "surgery_time": "10:01"}),
    ("surgery after exactly 36 h", {"surgery_time": "22:00"}),
    ("geriatrician after exactly 72 h", {"geriatrician_date": "06/03/2025", "geriatrician_time": "10:00"}),
    ("geriatrician in the minute of presentation", {"geriatrician_date": "03/03/2025", "geriatrician_time": "10:00"}),
    *((f"geriatrician of grade {grade}", {"geriatrician_grade": grade}) for grade in "234"),
    *((f"bone health: {code}", {"medication_post_fracture": code}) for code in ("1", "9", "10", "11", "12")),
    ("4AT before the 7th day", {"postop_4at": "2"}),
    ("delirious before and after surgery", {**four_at("preop", 4, 2, 2, 4), **four_at("postop", 4, 2, 2, 4)}),
    *((f"nutrition: {code}", {"nutrition_risk": code}) for code in "123"),
)
_NOT_ELIGIBLE = (("not operated", NOT_OPERATED), ("59", {"date_of_birth": "04/03/1965"}), ("pelvic fracture", {"fracture_type": "51"}))


def _pairs_of_neighbours():
    """Of two criteria failed at once, the earlier is named."""
    names = list(_FAILED)
    for earlier, later in pairwise(names):
        yield gives(earlier, f"{earlier} and {later} both fail", **_FAILED[later][0][1], **_FAILED[earlier][0][1])


FIRST_FAILED = table(
    "bpt_first_failed",
    *(gives(None, f"all met: {about}", **changes) for about, changes in _ALL_MET),
    *(gives(name, f"{name}: {about}", **changes) for name, cases in _FAILED.items() for about, changes in cases),
    *_pairs_of_neighbours(),
    *(gives(None, f"not eligible: {about}", **{**changes, "falls_assessment": "0"}) for about, changes in _NOT_ELIGIBLE),
)
ACHIEVED = table(
    "is_bpt_achieved",
    *(gives(True, f"all met: {about}", **changes) for about, changes in _ALL_MET),
    *(gives(False, f"{name}: {about}", **changes) for name, cases in _FAILED.items() for about, changes in cases),
    *(gives(None, f"not eligible: {about}", **changes) for about, changes in _NOT_ELIGIBLE),
)

DERIVED_TABLES: tuple[Table, ...] = (*INSTANTS, AGE, *NUMBERS, NHS_NUMBER, THR, ELIGIBLE, FIRST_FAILED, ACHIEVED)
