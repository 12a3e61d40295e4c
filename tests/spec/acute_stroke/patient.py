"""The textbook patient: a woman of 76 whose infarct begins on a Monday morning, and to whom everything happens in good time.

Onset on 3 March 2025 at 08:15, by ambulance to the stroke unit's hospital at 09:00, scanned at 09:30, thrombolysed at 09:50, on the stroke unit at
10:30, home with an early supported discharge team on 14 March at 14:00. Her record is as an import file has it: what only an export has is not there.
"""

from __future__ import annotations

from schemas.pathways.acute_stroke.columns import IMPORT_COLUMNS
from schemas.pathways.acute_stroke.dataset import FIELDS
from schemas.pathways.acute_stroke.fields_nihss import AFTER_24_HOURS, ARRIVAL, names

BITS = {field.name: "FALSE" for field in FIELDS if field.blank == "FALSE" and field.header in IMPORT_COLUMNS}
NIHSS_8 = dict(zip(names(ARRIVAL), "000012020110100", strict=True))
NIHSS_3 = dict(zip(names(AFTER_24_HOURS), "000001010010000", strict=True))

WHO = {
    "team_code": "SSNAP121", "import_identifier": "2025-0001", "s1_hospital_number": "H1", "s1_nhs_number": "9990000018", "s1_surname": "Example",
    "s1_forename": "Ada", "s1_birth_on": "01/06/1948", "s1_gender": "F", "s1_postcode_out": "ZZ99", "s1_postcode_in": "3VZ", "s1_ethnicity": "A",
    "s1_diagnosis": "S",
}  # fmt: skip
ARRIVES = {
    "s1_onset_in_hospital": "N", "s1_onset_at": "03/03/2025 08:15", "s1_onset_date_type": "P", "s1_onset_time_type": "P", "s1_arrive_by_ambulance": "Y",
    "s1_ambulance_trust": "RYE", "s1_cad_number": "123456", "s1_first_arrival_at": "03/03/2025 09:00", "s1_first_ward": "SU",
    "s1_first_stroke_unit_arrival_at": "03/03/2025 10:30",
}  # fmt: skip
FIRST_DAY = {
    "s2_com_congestive_heart_failure": "N", "s2_com_hypertension": "Y", "s2_com_atrial_fibrillation": "N", "s2_com_diabetes": "N",
    "s2_com_stroke_tia": "N", "s2_com_dementia": "N", "s2_com_af_anticoagulent": "N", "s2_new_af_diagnosis": "N", "s2_rankin_before_stroke": "1",
    **NIHSS_8, "s2_brain_imaging_at": "03/03/2025 09:30", "s2_brain_imaging_ai": "Y", "s2_brain_imaging_modality": "NCCT", "s2_stroke_type": "I",
    "s2_thrombolysis": "Y", "s2_thrombolysis_at": "03/03/2025 09:50", "s2_thrombolysis_cerebral_haemorrhage": "N", **NIHSS_3,
    "s2_swallow_screening_4hrs_at": "03/03/2025 11:00", "s2_iai_referral": "NR", "s2_iai": "N",
}  # fmt: skip
THREE_DAYS = {
    "s3_palliative_care": "N", "s3_stroke_nurse_assessed_at": "03/03/2025 09:10", "s3_stroke_consultant_first_contact_at": "03/03/2025 09:40",
    "s3_stroke_consultant_first_contact_method": "PERS", "s3_occ_therapist_72hrs_at": "04/03/2025 09:00", "s3_physio_72hrs_at": "04/03/2025 10:00",
    "s3_sp_lang_therapist_comm_72hrs_at": "04/03/2025 11:00", "s3_sp_lang_therapist_swallow_72hrs_not_assessed": "TRUE",
    "s3_sp_lang_therapist_swallow_72hrs_not_assessed_reason": "PS", "s3_patient_consent": "PNA",
}  # fmt: skip
STAY = {
    "s4_arrival_at": "03/03/2025 09:00", "s4_first_ward": "SU", "s4_stroke_unit_arrival_at": "03/03/2025 10:30",
    "s4_physio": "Y", "s4_physio_end_on": "13/03/2025", "s4_physio_days": "8", "s4_physio_minutes": "320",
    "s4_occ_ther": "Y", "s4_occ_ther_end_on": "13/03/2025", "s4_occ_ther_days": "7", "s4_occ_ther_minutes": "280",
    "s4_speech_lang": "Y", "s4_speech_lang_end_on": "10/03/2025", "s4_speech_lang_days": "4", "s4_speech_lang_minutes": "120",
    "s4_psychology": "N", "s4_rehab_goals_on": "05/03/2025",
    "s5_loc_worst_7days": "0", "s5_urinary_tract_infection_7days": "N", "s5_pneumonia_antibiotics_7days": "N",
    "s6_urinary_continence_plan_no_plan": "TRUE", "s6_urinary_continence_plan_no_plan_reason": "PC", "s6_malnutrition_screening": "N",
    "s6_mood_screening_on": "10/03/2025", "s6_cognition_screening_on": "10/03/2025", "s6_palliative_care_by_discharge": "N", "s6_int_pneumatic_comp": "N",
}  # fmt: skip
LEAVES = {
    "s7_discharge_type": "H", "s7_stroke_unit_discharge_at": "14/03/2025 14:00", "s7_hospital_discharge_at": "14/03/2025 14:00",
    "s7_end_rehab_on": "13/03/2025", "s7_rankin_discharge": "2", "s7_home_discharge_type": "NLA", "s7_discharged_esdmt": "SNS", "s7_discharged_mcrt": "N",
    "s7_adl_help": "N", "s7_discharge_atrial_fibrillation": "N", "s7_discharge_joint_care_planning": "NA", "s7_discharge_named_contact": "Y",
    "s7_discharge_pi_consent": "NA",
}  # fmt: skip
PATIENT = {**BITS, **WHO, **ARRIVES, **FIRST_DAY, **THREE_DAYS, **STAY, **LEAVES, "received_on": "01/08/2025"}

# ------------------------------------------------------------------------------------------------ other ways
_LEFT_ALIVE_ONLY = (
    "s7_end_rehab_on", "s7_home_discharge_type", "s7_discharged_esdmt", "s7_discharged_mcrt", "s7_adl_help", "s7_discharge_atrial_fibrillation",
    "s7_discharge_joint_care_planning", "s7_discharge_named_contact",
)  # fmt: skip
INPATIENT = {
    "s1_onset_in_hospital": "Y", "s1_arrive_by_ambulance": None, "s1_ambulance_trust": None, "s1_cad_number": None,
    "s1_first_arrival_at": "01/03/2025 12:00", "s4_arrival_at": "01/03/2025 12:00",
}  # fmt: skip
NOT_THROMBOLYSED = {
    "s2_thrombolysis": "N", "s2_thrombolysis_no_reason": "USQE", "s2_thrombolysis_at": None, "s2_thrombolysis_cerebral_haemorrhage": None,
    **dict.fromkeys(NIHSS_3),
}  # fmt: skip
NO_BUT = {**NOT_THROMBOLYSED, "s2_thrombolysis": "NB", "s2_thrombolysis_no_reason": None}
NOT_IMAGED = {
    **NOT_THROMBOLYSED, "s2_brain_imaging_at": None, "s2_brain_imaging_not_performed": "TRUE", "s2_brain_imaging_ai": None,
    "s2_brain_imaging_modality": None, "s2_stroke_type": None, "s2_iai_referral": None, "s2_iai": None,
}  # fmt: skip
HAEMORRHAGE = {
    **NO_BUT, "s2_stroke_type": "PIH", "s2_thrombolysis_no_but_haemorrhagic": "TRUE", "s2_iai_referral": None, "s2_iai": None,
    "s2_systolic_on_arrival": "180", "s2_low_sbp_at": "03/03/2025 11:30",
}  # fmt: skip
ON_WARFARIN = {"s2_com_atrial_fibrillation": "Y", "s2_new_af_diagnosis": None, "s2_com_af_antiplatelet": "N", "s2_com_af_anticoagulent": "Y",
               "s2_com_af_anticoagulent_vit_k": "TRUE", "s2_inr": "2.5"}  # fmt: skip
BLEEDS_ON_WARFARIN = {**HAEMORRHAGE, **ON_WARFARIN, "s2_reversal_therapy": "Y", "s2_reversal_therapy_at": "03/03/2025 10:10"}
THROMBECTOMY = {
    "s2_iai_referral": "YTT", "s2_iai": "Y", "s2_iai_arterial_puncture_at": "03/03/2025 10:40",
    "s2_iai_thrombectomy_aspiration_device_at": "03/03/2025 11:10", "s2_iai_end_of_procedure_at": "03/03/2025 11:50",
    "s2_iai_tici_pre_intervention": "0", "s2_iai_tici_post_intervention": "2b", "s2_iai_transfer_to": "SU1",
}  # fmt: skip
DIED = {
    **dict.fromkeys(_LEFT_ALIVE_ONLY), "s7_discharge_type": "D", "s7_death_on": "14/03/2025", "s7_stroke_unit_death": "Y",
    "s7_stroke_unit_discharge_at": None, "s7_hospital_discharge_at": None, "s7_rankin_discharge": "6",
}  # fmt: skip
TRANSFERRED = {**dict.fromkeys(_LEFT_ALIVE_ONLY), "s7_discharge_type": "T", "s7_transfer_team_code": "SSNAP234"}
TO_COMMUNITY = {"s7_discharge_type": "TC", "s7_transfer_team_code": "SSNAPC012", "s7_home_discharge_type": None, "s7_end_rehab_on": None}
TO_CARE_HOME = {
    "s7_discharge_type": "CH",
    "s7_home_discharge_type": None,
    "s7_care_home_discharge": "NPR",
    "s7_care_home_discharge_type": "P",
}
REFUSED = {
    "s3_patient_consent": "N", "s7_discharge_pi_consent": None, "s1_hospital_number": None, "s1_nhs_number": None, "s1_surname": None,
    "s1_forename": None, "s1_birth_on": None, "s1_postcode_in": None, "s1_age_on_arrival": "76",
}  # fmt: skip
# what only an export tells
FIRST_OF_EXPORT = {"pro_clin_v1_id": "501", "patient_id": "77", "audit_type": "S1"}
LATER_OF_EXPORT = {
    "pro_clin_v1_id": "502", "patient_id": "77", "audit_type": "S1", "transfer_from_team_code": "SSNAP234", "transfer_from_at": "03/03/2025 20:00",
    "transfer_from_pro_clin_v1_id": "501",
}  # fmt: skip
WAYS = {
    "inpatient at onset": INPATIENT, "not thrombolysed": NOT_THROMBOLYSED, "not imaged": NOT_IMAGED, "haemorrhage": HAEMORRHAGE,
    "haemorrhage on warfarin": BLEEDS_ON_WARFARIN, "thrombectomy": THROMBECTOMY, "died on the stroke unit": DIED, "transferred": TRANSFERRED,
    "to a community team": TO_COMMUNITY, "to a care home": TO_CARE_HOME, "refused consent": REFUSED, "first record of an export": FIRST_OF_EXPORT,
}  # fmt: skip
