"""The textbook patient: a woman of 82 who breaks her hip on a Monday, and to whom everything happens in good time.

She presents on 3 March 2025 at 10:00, is on the ward at 13:00, has a cemented hemiarthroplasty the next day at 09:00 (23 hours),
is seen by a consultant geriatrician at 15:00, leaves the ward for rehabilitation on 12 March and the trust for home on 24 March.
"""

from __future__ import annotations

PATIENT = {
    "operating_hospital_code": "RXX01",
    "nhs_number": "9990000018",
    "hospital_number": "H1",
    "first_name": "Ada",
    "surname": "Example",
    "date_of_birth": "01/06/1942",
    "sex": "2",
    "postcode": "ZZ99 3VZ",
    "first_hospital_code": "X",
    "presentation_date": "03/03/2025",
    "presentation_time": "10:00",
    "ambulance": "1",
    "ambulance_date": "03/03/2025",
    "ambulance_time": "09:10",
    "residence_before_admission": "1",
    "presentation_via_ed": "1",
    "admitted_to_ortho_ward": "1",
    "ward_admission_date": "03/03/2025",
    "ward_admission_time": "13:00",
    "nerve_block": "2",
    "mobility_pre_fracture": "3",
    "preop_4at": "2",
    "preop_4at_alertness": "0",
    "preop_4at_amt4": "0",
    "preop_4at_attention": "0",
    "preop_4at_acute_change": "0",
    "asa_grade": "3",
    "nutrition_risk": "1",
    "bone_protection_pre": "0",
    "fracture_type": "11",
    "fracture_side": "1",
    "pathological_fracture": "0",
    "operated": "1",
    "surgery_date": "04/03/2025",
    "surgery_time": "09:00",
    "operation_type": "6",
    "anaesthesia": "2;5",
    "delay_reason": "0",
    "scrubbed_surgeon_grade": "4",
    "surgeon_grade": "1",
    "anaesthetist_grade": "1",
    "weight_bear_post_op": "1",
    "physio_assessment": "1",
    "mobilised_post_surgery": "1",
    "geriatrician_grade": "1",
    "geriatrician_date": "04/03/2025",
    "geriatrician_time": "15:00",
    "falls_assessment": "1",
    "pressure_ulcers": "0",
    "medication_post_fracture": "4",
    "postop_4at": "1",
    "postop_4at_alertness": "0",
    "postop_4at_amt4": "1",
    "postop_4at_attention": "0",
    "postop_4at_acute_change": "0",
    "ward_discharge_date": "12/03/2025",
    "ward_discharge_destination": "4",
    "trust_discharge_date": "24/03/2025",
    "trust_discharge_destination": "1",
    "reoperations": "0",
    "residential_status_120d": "1",
    "mobility_120d": "3",
    "bone_medication_120d": "1",
    "site_code": "RXX01",
    "started_on": "03/03/2025",
    "started_at": "03/03/2025 10:00",
    "record_status": "valid",
    "deaths_covered_to": "31/05/2025",
    "received_on": "01/08/2025",
}

PREOP_ITEMS = ("preop_4at_alertness", "preop_4at_amt4", "preop_4at_attention", "preop_4at_acute_change")
POSTOP_ITEMS = ("postop_4at_alertness", "postop_4at_amt4", "postop_4at_attention", "postop_4at_acute_change")
SURGICAL = (
    "surgery_date", "surgery_time", "operation_type", "anaesthesia", "delay_reason", "scrubbed_surgeon_grade", "surgeon_grade",
    "anaesthetist_grade",
)  # fmt: skip

WITHOUT_SURGERY = dict.fromkeys(
    (*SURGICAL, "weight_bear_post_op", "physio_assessment", "mobilised_post_surgery", "postop_4at", *POSTOP_ITEMS)
)
NOT_OPERATED = {"operated": "2", **WITHOUT_SURGERY}
UNFIT_FOR_SURGERY = {"operated": "3", **WITHOUT_SURGERY}
DIED_BEFORE_SURGERY = {
    "operated": "4", **WITHOUT_SURGERY, "ward_discharge_destination": "8a", "trust_discharge_destination": "8a",
    "trust_discharge_date": "12/03/2025", "residential_status_120d": None, "mobility_120d": None, "bone_medication_120d": None,
}  # fmt: skip
DIED_ON_WARD = {
    "ward_discharge_destination": "8", "trust_discharge_destination": "8b", "trust_discharge_date": "12/03/2025",
    "residential_status_120d": None, "mobility_120d": None, "bone_medication_120d": None,
}  # fmt: skip
DIED_IN_REHABILITATION = {
    "trust_discharge_destination": "8", "residential_status_120d": None, "mobility_120d": None, "bone_medication_120d": None,
}  # fmt: skip
INPATIENT_HERE = {"presentation_via_ed": "2", "admitted_to_ortho_ward": "2", "ward_admission_date": None, "ward_admission_time": None}


def four_at(when: str, alertness: int, amt4: int, attention: int, acute_change: int) -> dict[str, str]:
    """The four items of a 4AT, ``when`` being ``preop`` or ``postop``."""
    items = {"alertness": alertness, "amt4": amt4, "attention": attention, "acute_change": acute_change}
    return {f"{when}_4at_{name}": str(points) for name, points in items.items()}


def fractures(*codes: str) -> list[tuple[str, dict[str, str]]]:
    return [(f"fracture type {code}", {"fracture_type": code}) for code in codes]
