"""Cases for questions that are asked only under a condition: asked and answered, not asked and empty, not asked and yet answered.

A group names the rule, the fields with an answer to each, and what makes the condition hold, fail, or stay open on the textbook patient.
"""

from __future__ import annotations

from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke.events import EVENTS
from schemas.pathways.acute_stroke.fields_nihss import AFTER_24_HOURS, names
from schemas.pathways.acute_stroke.naming import name_of
from schemas.pathways.acute_stroke.parts import Asked
from tests.spec.acute_stroke import patient as p
from tests.spec.tables import Row, Table, broken, cannot_tell, holds, table

NEEDED, NOT_NEEDED = "Y", "N"


def asked(
    rule: str,
    answers: dict[str, str],
    *,
    met: dict | tuple | None = None,
    unmet: dict | tuple | None = None,
    still_open: dict | None = None,
) -> tuple[Table, ...]:
    """One table a field. ``met`` and ``unmet`` are changes, or several of them by name; without them the textbook patient is such a case."""
    return tuple(table(f"{rule}.{name}", *_rows(name, value, _ways(met), _ways(unmet), still_open)) for name, value in answers.items())


def _ways(given: dict | tuple | None) -> dict[str, dict]:
    """By name; None: the textbook patient as she is."""
    return dict(given) if isinstance(given, tuple) else {"": given or {}}


def _rows(name: str, value: str, met: dict, unmet: dict, still_open: dict | None) -> list[Row]:
    nothing = "FALSE" if name in p.BITS else None
    rows = [holds(f"asked and answered {way}", **changes, **{name: value}) for way, changes in _without(met, name).items()]
    rows += [holds(f"not asked and empty {way}", **changes, **{name: nothing}) for way, changes in _without(unmet, name).items()]
    rows += [broken(f"not asked, yet answered {way}", **changes, **{name: value}) for way, changes in _without(unmet, name).items()]
    if still_open is not None:
        (changes,) = _without({"": still_open}, name).values()
        rows.append(cannot_tell("the question before it is open", **changes, **{name: value}))
    return rows


def _without(ways: dict[str, dict], name: str) -> dict[str, dict]:
    return {way: {field: value for field, value in changes.items() if field != name} for way, changes in ways.items()}


_NOT_IMAGED = {"s2_brain_imaging_not_performed": "TRUE"}
_NOT_IMAGED_BUT_BLED = ("not imaged, though a type is given", {**p.BLEEDS_ON_WARFARIN, **_NOT_IMAGED})
_THROMBECTOMY_ALONE = {**p.NOT_THROMBOLYSED, **p.THROMBECTOMY}
_FIRST_ASKED, _NOT_YET_ASKED = {"s1_first_arrival_at": "01/10/2015 00:01"}, {"s1_first_arrival_at": "30/09/2015 23:59"}
_VITAMIN_K_OPEN = {**p.ON_WARFARIN, "s2_com_af_anticoagulent": None}
SECTIONS_1_AND_2 = (
    *asked("V07", {"s1_arrive_by_ambulance": "Y"}, unmet={"s1_onset_in_hospital": "Y"}, still_open={"s1_onset_in_hospital": None}),
    *asked("V07", {"s1_ambulance_trust": "RYE", "s1_cad_number": "123", "s1_cad_number_nk": "TRUE"},
           unmet=(("came alone", {"s1_arrive_by_ambulance": "N"}), ("was an inpatient", {"s1_onset_in_hospital": "Y", "s1_arrive_by_ambulance": None})),
           still_open={"s1_arrive_by_ambulance": None}),
    *asked("V30", {"s2_com_af_antiplatelet": "Y"}, met=p.ON_WARFARIN, still_open={"s2_com_atrial_fibrillation": None}),
    *asked("V30", {f"s2_com_af_anticoagulent_{kind}": "TRUE" for kind in ("vit_k", "doac", "heparin")}, met=p.ON_WARFARIN,
           unmet=(("no", {}), ("no but", {"s2_com_af_anticoagulent": "NB"})), still_open={"s2_com_af_anticoagulent": None}),
    *asked("V30", {"s2_inr": "2.5", "s2_inr_high": "TRUE", "s2_inr_nk": "TRUE"}, met=p.ON_WARFARIN,
           unmet=(("none", {}), ("another drug", {**p.ON_WARFARIN, "s2_com_af_anticoagulent_vit_k": "FALSE"}),
                  ("no drug, though the box is ticked", {"s2_com_af_anticoagulent_vit_k": "TRUE"})), still_open=_VITAMIN_K_OPEN),
    *asked("V41", {"s2_new_af_diagnosis": "Y"}, unmet={"s2_com_atrial_fibrillation": "Y"}, still_open={"s2_com_atrial_fibrillation": None}),
    *asked("V41", {"s2_tia_in_last_month": "Y"}, met={"s2_com_stroke_tia": "Y"}, still_open={"s2_com_stroke_tia": None}),
    *asked("V41", {"s2_low_sbp_at": "03/03/2025 12:00", "s2_low_sbp_date_time_not_achieved": "TRUE"},
           met=(("just above 140", {**p.HAEMORRHAGE, "s2_systolic_on_arrival": "141"}),),
           unmet=(("exactly 140", {**p.HAEMORRHAGE, "s2_systolic_on_arrival": "140"}), ("an infarct", {}), _NOT_IMAGED_BUT_BLED),
           still_open={**p.HAEMORRHAGE, "s2_systolic_on_arrival": None}),
    *asked("V10", {"s2_brain_imaging_ai": "N", "s2_brain_imaging_modality": "CTP", "s2_stroke_type": "I"}, unmet=p.NOT_IMAGED,
           still_open={"s2_brain_imaging_not_performed": None}),
    *asked("V12", {"s2_thrombolysis_at": "03/03/2025 09:50"}, unmet=(("no", p.NOT_THROMBOLYSED), ("no but", p.NO_BUT)), still_open={"s2_thrombolysis": None}),
    *asked("V13", {"s2_thrombolysis_no_reason": "N"}, met=p.NOT_THROMBOLYSED, unmet=(("yes", {}), ("no but", p.NO_BUT)), still_open={"s2_thrombolysis": None}),
    *asked("V13", {name_of(f"S2ThrombolysisNoBut{end}"): "TRUE" for end in lists.NO_BUT_REASONS}, met=p.NO_BUT,
           unmet=(("yes", {}), ("no", p.NOT_THROMBOLYSED)), still_open={"s2_thrombolysis": None}),
    *asked("V31", {"s2_thrombolysis_cerebral_haemorrhage": "N", **dict.fromkeys(names(AFTER_24_HOURS), "1")},
           met=(("after thrombolysis", {}), ("after thrombectomy", _THROMBECTOMY_ALONE),
                ("after thrombectomy, on the first day it was asked", {**_THROMBECTOMY_ALONE, **_FIRST_ASKED})),
           unmet=(("neither", p.NOT_THROMBOLYSED), ("a haemorrhage", p.HAEMORRHAGE), ("not imaged", p.NOT_IMAGED),
                  ("after thrombectomy, the day before it was asked", {**_THROMBECTOMY_ALONE, **_NOT_YET_ASKED})),
           still_open={**p.NOT_THROMBOLYSED, "s2_iai": None}),
    *asked("V32", {"s2_iai_referral": "NR"}, unmet=(("a haemorrhage", p.HAEMORRHAGE), ("not imaged", p.NOT_IMAGED)), still_open={"s2_stroke_type": None}),
    *asked("V32", {"s2_iai": "N"}, met=(("an infarct", {}), ("on the first day it was asked", _FIRST_ASKED)),
           unmet=(("a haemorrhage", p.HAEMORRHAGE), ("not imaged", p.NOT_IMAGED), ("the day before it was asked", _NOT_YET_ASKED)),
           still_open={"s2_stroke_type": None}),
    *asked("V32", {name: p.THROMBECTOMY.get(name, "TRUE") for name in (
               "s2_iai_arterial_puncture_at", "s2_iai_thrombectomy_aspiration_device_at", "s2_iai_thrombectomy_aspiration_device_not_performed",
               "s2_iai_end_of_procedure_at", "s2_iai_tici_pre_intervention", "s2_iai_tici_post_intervention", "s2_iai_transfer_to")},
           met=(("done", p.THROMBECTOMY), ("on the first day it was asked", {**p.THROMBECTOMY, **_FIRST_ASKED})),
           unmet=(("none done", {}), ("a haemorrhage", p.HAEMORRHAGE), ("not imaged, though a type is given", {**p.THROMBECTOMY, **_NOT_IMAGED}),
                  ("the day before it was asked", {**p.THROMBECTOMY, **_NOT_YET_ASKED})), still_open={"s2_iai": None}),
    *asked("V33", {"s2_systolic_on_arrival": "180"}, met=p.HAEMORRHAGE, unmet=(("an infarct", {}), _NOT_IMAGED_BUT_BLED), still_open={"s2_stroke_type": None}),
    *asked("V33", {"s2_reversal_therapy": "N"}, met=p.BLEEDS_ON_WARFARIN,
           unmet=(("no anticoagulant", p.HAEMORRHAGE), ("an infarct", p.ON_WARFARIN), _NOT_IMAGED_BUT_BLED),
           still_open={**p.HAEMORRHAGE, "s2_com_af_anticoagulent": None}),
    *asked("V33", {"s2_reversal_therapy_at": "03/03/2025 10:10"}, met=p.BLEEDS_ON_WARFARIN,
           unmet=(("not reversed", {**p.BLEEDS_ON_WARFARIN, "s2_reversal_therapy": "N"}),
                  ("no anticoagulant, though reversed", {**p.BLEEDS_ON_WARFARIN, "s2_com_af_anticoagulent": "N"}),
                  ("an infarct, though reversed", {**p.BLEEDS_ON_WARFARIN, "s2_stroke_type": "I"}), _NOT_IMAGED_BUT_BLED),
           still_open={**p.BLEEDS_ON_WARFARIN, "s2_reversal_therapy": None}),
)  # fmt: skip

SECTION_3 = (
    *asked("V34", {"s3_palliative_care_decision_on": "04/03/2025"}, met={"s3_palliative_care": "Y"}, still_open={"s3_palliative_care": None}),
    *asked("V34", {"s3_stroke_consultant_first_contact_method": "PERS"}, unmet={"s3_stroke_consultant_no_first_contact": "TRUE"}),
    *asked("V34", {"s3_stroke_consultant_assessed_at": "03/03/2025 12:00", "s3_stroke_consultant_not_assessed": "TRUE"},
           met=(("by telephone", {"s3_stroke_consultant_first_contact_method": "TELEP"}), ("by telemedicine", {"s3_stroke_consultant_first_contact_method": "TELEM"})),
           unmet=(("in person", {}), ("no contact", {"s3_stroke_consultant_no_first_contact": "TRUE", "s3_stroke_consultant_first_contact_method": None})),
           still_open={"s3_stroke_consultant_first_contact_method": None}),
    *asked("V34", {"s3_swallow_screening_72hrs_at": "04/03/2025 09:00", "s3_swallow_screening_72hrs_not_performed": "TRUE"},
           met={"s2_swallow_screening_4hrs_at": None}),
)  # fmt: skip


_COMMUNITY = {"team_code": "SSNAPC012"}


def _therapy(work: str) -> tuple[Table, ...]:
    given = {f"s4_{work}": NEEDED, f"s4_{work}_days": "5", f"s4_{work}_minutes": "200"}
    needed, not_needed, unanswered = ({f"s4_{work}": answer} for answer in (NEEDED, NOT_NEEDED, None))
    some = (("some days", given), ("a minute on a day", {**given, f"s4_{work}_days": "1", f"s4_{work}_minutes": "1"}))
    none = (("no days", {**given, f"s4_{work}_days": "0", f"s4_{work}_minutes": None}), ("no days, yet minutes", {**given, f"s4_{work}_days": "0"}),
            ("no minutes", {**given, f"s4_{work}_minutes": "0"}), ("not needed, yet given", {**given, **not_needed}))  # fmt: skip
    return (
        *asked("V17", {f"s4_{work}_end_on": "10/03/2025", f"s4_{work}_days": "5", f"s4_{work}_minutes": "200"}, met=needed, unmet=not_needed,
               still_open=unanswered),
        *asked("V36", {f"s4_{work}_rehab_assistant_minutes": "20"}, met=some, unmet=none, still_open={**given, f"s4_{work}_minutes": None}),
        *asked("V36", {f"s4_{work}_video_minutes": "20"}, met=tuple((way, {**changes, **_COMMUNITY}) for way, changes in some),
               unmet=(("an inpatient team", given), *((way, {**changes, **_COMMUNITY}) for way, changes in none)), still_open={**given, "team_code": None}),
    )  # fmt: skip


NO_NEED = {"occ_therapist": "ND", "physio": "ND", "sp_lang_therapist_comm": "ND", "sp_lang_therapist_swallow": "PS"}


def _unseen(stem: str, because: str | None = "OR", not_seen: str = "TRUE") -> dict[str, str | None]:
    return {f"s3_{stem}_72hrs_at": None, f"s3_{stem}_72hrs_not_assessed": not_seen, f"s3_{stem}_72hrs_not_assessed_reason": because}


def _need_not_be_seen(stem: str) -> tuple:
    return (("seen in 72 hours", {**_unseen(stem, None, "FALSE"), f"s3_{stem}_72hrs_at": "04/03/2025 09:00"}), ("no need", _unseen(stem, NO_NEED[stem])),
            ("a reason, though not marked as not seen", _unseen(stem, "OR", "FALSE")))  # fmt: skip


SECTIONS_4_TO_6 = (
    *(each for work in ("physio", "occ_ther", "speech_lang", "psychology") for each in _therapy(work)),
    *asked("V35", {"s5_loc_worst_7days": "1", "s5_urinary_tract_infection_7days": "N", "s5_pneumonia_antibiotics_7days": "NK"},
           met=(("here from the first day", {}), ("came after exactly 7 days", {"s4_arrival_at": "10/03/2025 09:00"})),
           unmet=(("came a minute later", {"s4_arrival_at": "10/03/2025 09:01"}),
                  ("came on the eighth day, time not entered", {"s4_arrival_at": "11/03/2025 00:00", "s4_arrival_time_not_entered": "TRUE"})),
           still_open={"s4_arrival_at": None}),
    *(each for stem in NO_NEED for each in asked(
        "V37", {f"s6_{stem}_by_discharge_at": "08/03/2025 09:00", f"s6_{stem}_by_discharge_not_assessed": "TRUE"},
        met=_unseen(stem), unmet=_need_not_be_seen(stem), still_open=_unseen(stem, because=None))),
    *asked("V37", {"s6_malnutrition_screening_dietitian_on": "06/03/2025", "s6_malnutrition_screening_dietitian_not_seen": "TRUE"},
           met={"s6_malnutrition_screening": "Y"}, unmet=(("not at risk", {}), ("not screened", {"s6_malnutrition_screening": "NS"})),
           still_open={"s6_malnutrition_screening": None}),
    *asked("V37", {"s6_palliative_care_by_discharge": "N"}, unmet={"s3_palliative_care": "Y"}, still_open={"s3_palliative_care": None}),
    *asked("V37", {"s6_palliative_care_by_discharge_on": "08/03/2025"}, met={"s6_palliative_care_by_discharge": "Y"},
           unmet=(("none", {}), ("early", {"s3_palliative_care": "Y", "s6_palliative_care_by_discharge": None})),
           still_open={"s6_palliative_care_by_discharge": None}),
    *asked("V37", {"s6_int_pneumatic_comp_start_on": "03/03/2025", "s6_int_pneumatic_comp_end_on": "09/03/2025"}, met={"s6_int_pneumatic_comp": "Y"},
           unmet=(("none", {}), ("not known", {"s6_int_pneumatic_comp": "NK"})), still_open={"s6_int_pneumatic_comp": None}),
)  # fmt: skip

_LEFT = {"s7_discharged_esdmt": "N", "s7_discharged_mcrt": "N", "s7_discharge_atrial_fibrillation": "N", "s7_discharge_joint_care_planning": "Y",
         "s7_discharge_named_contact": "Y"}  # fmt: skip
_AF = {"s7_discharge_atrial_fibrillation": "Y"}
_HELP = {"s7_adl_help": "Y"}
_TYPE_OPEN = {"s7_discharge_type": None}
_gone = (("died", p.DIED), ("transferred", p.TRANSFERRED))
_stays = (("home", {}), ("to a community team", p.TO_COMMUNITY), ("to a team outside the audit", {"s7_discharge_type": "TN"}))
SECTIONS_7_AND_8 = (
    *asked("V18", {"s7_death_on": "14/03/2025"}, met=p.DIED, unmet=(("home", {}), ("transferred", p.TRANSFERRED)), still_open=_TYPE_OPEN),
    *asked("V18", {"s7_hospital_discharge_at": "14/03/2025 14:00"}, met=(("home", {}), ("transferred", p.TRANSFERRED)), unmet=p.DIED, still_open=_TYPE_OPEN),
    *asked("V20", {"s7_transfer_team_code": "SSNAP234"}, met=(("another inpatient team", p.TRANSFERRED), ("a community team", p.TO_COMMUNITY)),
           unmet=(("home", {}), ("a team outside the audit", {"s7_discharge_type": "TN"})), still_open=_TYPE_OPEN),
    *asked("V20", _LEFT, met=_stays, unmet=_gone, still_open=_TYPE_OPEN),
    *asked("V20", {"s7_discharge_atrial_fibrillation_anticoagulation": "NB"}, met=_AF,
           unmet=(("no fibrillation", {}), ("died", {**p.DIED}), ("transferred", {**p.TRANSFERRED})),
           still_open={"s7_discharge_atrial_fibrillation": None}),
    *asked("V38", {"s7_stroke_unit_death": "N"}, met=p.DIED, unmet=(("alive", {}), ("never on the unit", {**p.DIED, "s4_stroke_unit_arrival_na": "TRUE"})),
           still_open=_TYPE_OPEN),
    *asked("V38", {"s7_stroke_unit_discharge_at": "13/03/2025 14:00"}, met=(("home", {}), ("died elsewhere", {**p.DIED, "s7_stroke_unit_death": "N"}),
                                                                              ("home, though said to have died there", {"s7_stroke_unit_death": "Y"})),
           unmet=(("died there", p.DIED), ("never there", {"s4_stroke_unit_arrival_na": "TRUE"})), still_open={**p.DIED, "s7_stroke_unit_death": None}),
    *asked("V38", {"s7_end_rehab_on": "13/03/2025"}, met=(("home", {}), ("outside the audit", {"s7_discharge_type": "TN"})),
           unmet=(*_gone, ("to a community team", p.TO_COMMUNITY)), still_open=_TYPE_OPEN),
    *asked("V38", {"s7_care_home_discharge": "PR"}, met=p.TO_CARE_HOME, still_open=_TYPE_OPEN),
    *asked("V38", {"s7_care_home_discharge_type": "T"}, met=p.TO_CARE_HOME, unmet=(("home", {}), ("lived there", {**p.TO_CARE_HOME, "s7_care_home_discharge": "PR"})),
           still_open={**p.TO_CARE_HOME, "s7_care_home_discharge": None}),
    *asked("V38", {"s7_home_discharge_type": "LA"}, unmet=(("care home", p.TO_CARE_HOME), ("died", p.DIED)), still_open=_TYPE_OPEN),
    *asked("V38", {"s7_adl_help": "N"}, met=_stays, unmet=_gone, still_open=_TYPE_OPEN),
    *asked("V38", {"s7_adl_help_type": "PC", "s7_discharge_visits_per_week": "7", "s7_discharge_visits_per_week_nk": "TRUE"}, met=_HELP,
           unmet=(("needs none", {}), *_gone), still_open={"s7_adl_help": None}),
    *asked("V38", {"s7_discharge_pi_consent": "Y"}, unmet=(("given before", {"s3_patient_consent": "Y"}), ("refused before", {"s3_patient_consent": "N"})),
           still_open={"s3_patient_consent": None}),
    *asked("V39", {"s8_follow_up_on": "03/09/2025", "s8_rankin_6month": "2", "s8_rankin_6month_nk": "TRUE"}, met={"s8_follow_up": "Y"},
           unmet=(("no", {"s8_follow_up": "N"}), ("no but", {"s8_follow_up": "NB"})), still_open={"s8_follow_up": None}),
)  # fmt: skip


def _reason(event: Asked) -> tuple[Table, ...]:
    """Why something was not done is asked where it was not done, and only there."""
    asks = [f for f in event.fields if f.only_if and f.only_if.rule_id == "V15"]
    not_done, (when, never) = event.event.not_done, _OPENED_BY.get(event.event.name, ({}, ()))
    unmet = (
        ("it was done", {**when, not_done: "FALSE"}),
        *((f"not asked at all: {why}", {**changes, not_done: "TRUE"}) for why, changes in never),
    )
    return tuple(
        each for field in asks for each in asked("V15", {field.name: field.codes.values[0]}, met={**when, not_done: "TRUE"}, unmet=unmet,
                                                still_open={**when, not_done: None})
    )  # fmt: skip


# event -> what makes the form ask for it, and in which ways it does not
_OPENED_BY = {
    "swallow_screen_72h": ({"s2_swallow_screening_4hrs_at": None}, (("screened in 4 hours", {}),)),
    **{f"late_{who}": (_unseen(stem), _need_not_be_seen(stem)) for who, stem in zip(
        ("occupational_therapist", "physiotherapist", "communication_therapist", "swallow_therapist"), NO_NEED, strict=True)},
}  # fmt: skip
REASONS = tuple(each for event in EVENTS for each in _reason(event))

CONDITION_TABLES = (*SECTIONS_1_AND_2, *SECTION_3, *SECTIONS_4_TO_6, *SECTIONS_7_AND_8, *REASONS)
