"""Made-up answers in the columns that no rule reads: as plausible as the form's own conditions make them.

Belongs here: columns of ``carried``, under the conditions that the audit's specification prints with them. Does not belong here: typed fields.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke.naming import name_of
from schemas.pathways.acute_stroke.simulated_parts import Columns, day_of, happens, minutes
from schemas.simulation import pick, where

Choices = Mapping[str, Mapping[str | None, float]]
YES_NO = {"Y": 50.0, "N": 50.0}
RARELY = {"Y": 3.0, "N": 97.0}
OF_A_PROCEDURE: Choices = {
    "ClinicalTrial": RARELY, "CtaMra": {"Y": 96.0, "N": 4.0}, "Aspects": {"Y": 70.0, "N": 30.0}, "PerfusionImaging": {"Y": 45.0, "N": 55.0},
    "Anaesthesia": {"LA_ANP": 15.0, "LA_AP": 20.0, "LACS_ANP": 5.0, "LACS_AP": 15.0, "GA_OUT": 35.0, "GA_CON": 5.0, "O": 5.0},
    "LeadOperator": {"INR": 88.0, "IR": 8.0, "T": 3.0, "C": 1.0}, "SecondOperator": {"INR": 30.0, "T": 40.0, "IR": 10.0, "N": 20.0},
    "Intervention": {"B": 85.0, "M": 15.0}, "ThromboAspiration": {"Y": 75.0, "N": 25.0}, "StentRetriever": {"Y": 60.0, "N": 40.0},
    "ProximalBallonFlowArrestGuideCather": {"Y": 35.0, "N": 65.0}, "DistalAccessCatheter": {"Y": 60.0, "N": 40.0},
}  # fmt: skip
WITH_A_DEVICE: Choices = {
    "CervicalCarotidStenting": {"Y": 6.0, "N": 94.0}, "CervicalCarotidAngioplasty": {"Y": 7.0, "N": 93.0},
    "PassesRequired": {"1": 48.0, "2": 25.0, "3": 14.0, "4": 7.0, "5": 4.0, "6": 2.0},
    **{f"ProcComplication{what}": RARELY for what in ("EmbolismAffectedTerritory", "EmbolismNewTerritory", "IntracerebralHaemorrhage",
       "SubarachnoidHaemorrhage", "ArterialDissection", "Vasospasm", "Other")},
}  # fmt: skip
HIGHER_CARE = ("BloodPressure", "AirwayCardiac", "Bleeding", "FailureToWake", "AgitationSedation", "RenalFailure", "Other")
REVERSED_BY = {"PCC": 55.0, "DOAC": 12.0, "FFP": 3.0, "Protamine": 1.0, "VitaminK": 29.0}
OF_A_REVIEW: Choices = {
    "FollowUpType": {"IP": 45.0, "T": 50.0, "O": 4.0, "P": 1.0}, "FollowUpBy": {"SC": 45.0, "T": 15.0, "DN": 5.0, "VS": 20.0, "SCC": 13.0, "GP": 2.0},
    "FollowUpPIConsent": {"Y": 75.0, "NA": 25.0}, "MoodBehaviourCognitiveScreened": {"Y": 80.0, "N": 12.0, "NB": 8.0},
    "Living": {"H": 85.0, "CH": 15.0}, "PersistentAtrialFibrillation": {"Y": 20.0, "N": 76.0, "NK": 4.0},
    "TakingAntiplateletDrug": {"Y": 68.0, "N": 29.0, "NK": 3.0}, "TakingAnticoagulent": {"Y": 26.0, "N": 71.0, "NK": 3.0},
    "TakingLipidLowering": {"Y": 82.0, "N": 15.0, "NK": 3.0}, "TakingAntihypertensive": {"Y": 70.0, "N": 27.0, "NK": 3.0},
    "SinceStrokeAnotherStroke": {"Y": 4.0, "N": 94.0, "NK": 2.0}, "SinceStrokeMyocardialInfarction": {"Y": 1.0, "N": 97.0, "NK": 2.0},
    "SinceStrokeOtherHospitalisationIllness": {"Y": 18.0, "N": 79.0, "NK": 3.0}, "EmploymentPriorToStroke": {"R": 76.0, "FT": 13.0, "PT": 5.0, "U": 4.0, "O": 2.0},
    "EmploymentCurrently": {"R": 78.0, "FT": 6.0, "PT": 4.0, "U": 9.0, "O": 3.0},
    **{f"EQ5D{what}": {"1": 38.0, "2": 25.0, "3": 20.0, "4": 9.0, "5": 4.0, "9": 4.0} for what in ("Mobility", "SelfCare", "UsualActivities", "Pain", "Anxiety")},
}  # fmt: skip


def carried(rng: Generator, columns: Columns, is_community: np.ndarray, begun_at: np.ndarray, until: np.ndarray) -> Columns:
    """One element a record; reads the typed answers of the same records."""
    made = _elsewhere(rng, columns, begun_at) | _procedure(rng, columns) | _haemorrhage(rng, columns) | _community(rng, is_community, until)
    return made | _six_months(rng, columns) | _others(rng, columns)


def _drawn(rng: Generator, prefix: str, choices: Choices, asked: np.ndarray) -> Columns:
    return {name_of(f"{prefix}{end}"): where(asked, pick(rng, shares, len(asked))) for end, shares in choices.items()}


def _ticked(boxes: Mapping[str, np.ndarray]) -> Columns:
    """Boxes of columns that are read as text."""
    return {name: where(rows, "TRUE") for name, rows in boxes.items()}


def _elsewhere(rng: Generator, columns: Columns, begun_at: np.ndarray) -> Columns:
    """2.11.0a to d: referral to another team, and the ambulance there."""
    sent = columns["s2_iai_referral"] == "YAT"
    left_at = columns["s7_hospital_discharge_at"]
    requested_at = left_at - minutes(20 + 40 * rng.random(len(sent)))
    referred_at = np.maximum(requested_at - minutes(5 + 20 * rng.random(len(sent))), begun_at)
    instants = {"S2IAIReferralDateTime": referred_at, "S2IAIReferralAmbulanceRequestedDateTime": np.maximum(requested_at, referred_at),
                "S2IAIReferralAmbulanceDepartDateTime": left_at}  # fmt: skip
    none = (columns["s2_stroke_type"] == "I") & (columns["s2_iai"] == "N")
    why = where(sent, "O", pick(rng, {"PNR": 3.0, "ASBT": 45.0, "O": 52.0}, len(sent)))
    return {
        **{name_of(header): np.where(sent, at, np.datetime64("NaT")) for header, at in instants.items()},
        "s2_iai_referral_helicopter": where(sent, pick(rng, {"N": 99.0, "Y": 1.0}, len(sent))),
        "s2_iai_reason_no": where(none & np.isin(columns["s2_iai_referral"], ("YAT", "YTT", "YD")), why),
    }


def _procedure(rng: Generator, columns: Columns) -> Columns:
    done = columns["s2_iai"] == "Y"
    with_device = done & ~columns["s2_iai_thrombectomy_aspiration_device_not_performed"]
    made = _drawn(rng, "S2IAI", OF_A_PROCEDURE, done) | _drawn(rng, "S2IAI", WITH_A_DEVICE, with_device)
    count = len(done)
    made["s2_iai_perfusion_imaging_type"] = where(made["s2_iai_perfusion_imaging"] == "Y", pick(rng, {"CT": 92.0, "MR": 8.0}, count))
    attended = np.isin(made["s2_iai_anaesthesia"].astype(str), ("LA_AP", "LACS_AP", "GA_OUT", "GA_CON", "O"))
    made["s2_iai_anaesthetist_speciality"] = where(attended, pick(rng, {"NA": 60.0, "GA": 40.0}, count))
    made["s2_iai_monoplane_reason"] = where(made["s2_iai_intervention"] == "M", pick(rng, {"IU": 40.0, "S": 10.0, "O": 50.0}, count))
    made["s2_iai_procedure_not_completed_reason"] = where(done & ~with_device, pick(rng, {"AA": 30.0, "IV": 55.0, "MC": 15.0}, count))
    higher = done & (columns["s2_iai_transfer_to"] == "ICU")
    boxes = {name_of(f"S2IAITransferToHLI{end}"): higher & happens(rng, 0.3, count) for end in HIGHER_CARE}
    boxes["s2_iai_transfer_to_hli_none"] = done & ~np.any(list(boxes.values()), axis=0)
    return made | _ticked(boxes)


def _haemorrhage(rng: Generator, columns: Columns) -> Columns:
    bleed, count = columns["s2_stroke_type"] == "PIH", len(columns["s2_stroke_type"])
    lowered = bleed & ~np.isnat(columns["s2_low_sbp_at"])
    kind = pick(rng, REVERSED_BY, count)
    is_reversed = bleed & (columns["s2_reversal_therapy"] == "Y")
    treated_at = columns["s2_brain_imaging_at"] + (columns["s2_low_sbp_at"] - columns["s2_brain_imaging_at"]) // 2
    return {
        "s2_acute_bp_lowering_treatment_at": np.where(lowered, treated_at, np.datetime64("NaT")),
        **_ticked({"s2_acute_bp_lowering_treatment_date_time_not_given": bleed & ~lowered}),
        **_ticked({name_of(f"S2ReversalTherapy{end}"): is_reversed & (kind == end) for end in REVERSED_BY}),
    }


def _community(rng: Generator, is_community: np.ndarray, until: np.ndarray) -> Columns:
    """4.8 to 4.10, which only community teams are asked."""
    count = len(is_community)
    nursed = is_community & happens(rng, 0.15, count)
    screened_on = day_of(until) - rng.integers(1, 10, count).astype("timedelta64[D]")
    made: Columns = {
        "s4_nursing_care": where(is_community, where(nursed, "Y", "N")),
        "s4_nursing_care_not_required_on": np.where(nursed, day_of(until), np.datetime64("NaT")),
        "s4_nursing_care_days": where(nursed, rng.integers(1, 15, count).astype(str)),
        "s4_nursing_care_minutes": where(nursed, rng.integers(30, 900, count).astype(str)),
    }
    for what in ("mood", "cognition"):
        is_screened = happens(rng, 0.8, count)
        made[f"s4_{what}_screened_on"] = np.where(is_community & is_screened, screened_on, np.datetime64("NaT"))
        made |= _ticked({f"s4_{what}_not_screened": is_community & ~is_screened})
        made[f"s4_{what}_not_screened_reason"] = where(
            is_community & ~is_screened, pick(rng, {"OR": 50.0, "PR": 20.0, "MU": 20.0, "NK": 10.0}, count)
        )
    return made


def _six_months(rng: Generator, columns: Columns) -> Columns:
    reviewed, count = columns["s8_follow_up"] == "Y", len(columns["s8_follow_up"])
    made = _drawn(rng, "S8", OF_A_REVIEW, reviewed)
    needed = (made["s8_mood_behaviour_cognitive_screened"] == "Y") & happens(rng, 0.3, count)
    made["s8_mood_behaviour_cognitive_support_needed"] = where(made["s8_mood_behaviour_cognitive_screened"] == "Y", where(needed, "Y", "N"))
    made["s8_mood_behaviour_cognitive_psychological_support"] = where(needed, pick(rng, {"Y": 50.0, "N": 35.0, "NB": 15.0}, count))
    health = np.clip(np.rint(66 + 19 * rng.standard_normal(count)), 1, 100).astype(int).astype(str)
    return made | {"s8_eq5d_health": where(reviewed, where(happens(rng, 0.95, count), health, "999"))}


def _others(rng: Generator, columns: Columns) -> Columns:
    count = len(columns["s7_discharge_type"])
    barthel = [where(happens(rng, 0.05, count), rng.integers(0, 21, count).astype(str)) for _ in range(2)]
    confirmed = pick(rng, {"Y": 2.5, "N": 90.0, "NK": 7.5}, count)
    return {
        "s7_covid_confirmed": confirmed,
        "s7_covid_suspected": where(confirmed == "Y", pick(rng, {"PA": 55.0, "CS": 40.0, "CD": 5.0}, count)),
        "s2_barthel_before_stroke": barthel[0],
        "s7_discharge_barthel": where(np.isin(columns["s7_discharge_type"].astype(str), ("CH", "H", "SE")), barthel[1]),
        "s2_neurovascular_clinic_assessed": where(columns["s2_tia_in_last_month"] == "Y", pick(rng, YES_NO, count)),
    }
