"""Columns that no rule and no measure reads yet: carried as they are sent, so that nothing is lost.

Belongs here: which they are, a line on each. Does not belong here: fields that are coded and ruled (``fields_*``). To rule one of them, declare
it there and take its line away here. Days and instants are read as such, for a workbook holds real dates.
"""

from __future__ import annotations

from schemas.fields import Field
from schemas.pathways.acute_stroke.parts import day, instant, text

COMPUTED_BY_THE_AUDIT = {
    "S2NihssArrival": "2.3 Total NIHSS on arrival as the audit computed it; ours is computed from the items.",
    "S2Nihss24Hrs": "2.9 Total NIHSS after 24 hours as the audit computed it; ours is computed from the items.",
    "S6FirstRehabGoalsDate": "6.10 Earliest date of goals over the teams as the audit computed it; left blank in an import.",
}
THROMBECTOMY = {
    "S2IAIReferralDateTime": "2.11.0a When the patient was referred to another team for thrombectomy.",
    "S2IAIReferralTimeNotEntered": "2.11.0a Ticked if that time was not entered.",
    "S2IAIReferralAmbulanceRequestedDateTime": "2.11.0b When the ambulance to the other team was requested.",
    "S2IAIReferralAmbulanceRequestedTimeNotEntered": "2.11.0b Ticked if that time was not entered.",
    "S2IAIReferralAmbulanceDepartDateTime": "2.11.0c When that ambulance left.",
    "S2IAIReferralAmbulanceDepartTimeNotEntered": "2.11.0c Ticked if that time was not entered.",
    "S2IAIReferralHelicopter": "2.11.0d Whether a helicopter was used.",
    "S2IAIReasonNo": "2.11a Why no procedure was begun.",
    "S2IAIClinicalTrial": "2.11.1 Whether the patient was in a clinical trial.",
    "S2IAICtaMra": "2.11.2a CT or MR angiogram before the procedure.",
    "S2IAIAspects": "2.11.2b ASPECTS measured before the procedure.",
    "S2IAIPerfusionImaging": "2.11.2c Perfusion imaging before the procedure.",
    "S2IAIPerfusionImagingType": "2.11.2c Kind of perfusion imaging.",
    "S2IAIAnaesthesia": "2.11.3 Anaesthesia during the procedure.",
    "S2IAIAnaesthetistSpeciality": "2.11.3a Speciality of the anaesthetist.",
    "S2IAILeadOperator": "2.11.4 Speciality of the lead operator.",
    "S2IAISecondOperator": "2.11.4a Speciality of the second operator.",
    "S2IAIIntervention": "2.11.4b Biplane or monoplane.",
    "S2IAIMonoplaneReason": "2.11.4c Why monoplane.",
    "S2IAIThromboAspiration": "2.11.5a Aspiration was used.",
    "S2IAIStentRetriever": "2.11.5b A stent retriever was used.",
    "S2IAIProximalBallonFlowArrestGuideCather": "2.11.5c A balloon guide catheter was used.",
    "S2IAIDistalAccessCatheter": "2.11.5d A distal access catheter was used.",
    "S2IAIProcedureNotCompletedReason": "2.11.6b Why no device was deployed.",
    "S2IAICervicalCarotidStenting": "2.11.6d Carotid stenting.",
    "S2IAICervicalCarotidAngioplasty": "2.11.6d Carotid angioplasty.",
    "S2IAIPassesRequired": "2.11.6e Number of passes.",
    "S2IAIProcComplicationEmbolismAffectedTerritory": "2.11.7a Embolism in the affected territory.",
    "S2IAIProcComplicationEmbolismNewTerritory": "2.11.7b Embolism in a new territory.",
    "S2IAIProcComplicationIntracerebralHaemorrhage": "2.11.7c Intracerebral haemorrhage.",
    "S2IAIProcComplicationSubarachnoidHaemorrhage": "2.11.7d Subarachnoid haemorrhage.",
    "S2IAIProcComplicationArterialDissection": "2.11.7e Arterial dissection.",
    "S2IAIProcComplicationVasospasm": "2.11.7f Vasospasm.",
    "S2IAIProcComplicationOther": "2.11.7g Another complication.",
    "S2IAITransferToHLIBloodPressure": "2.11.9a Higher care for blood pressure.",
    "S2IAITransferToHLIAirwayCardiac": "2.11.9a Higher care for airway or heart.",
    "S2IAITransferToHLIBleeding": "2.11.9a Higher care for bleeding.",
    "S2IAITransferToHLIFailureToWake": "2.11.9a Higher care because the patient did not wake.",
    "S2IAITransferToHLIAgitationSedation": "2.11.9a Higher care for agitation or sedation.",
    "S2IAITransferToHLIRenalFailure": "2.11.9a Higher care for renal failure.",
    "S2IAITransferToHLIOther": "2.11.9a Higher care for another reason.",
    "S2IAITransferToHLINone": "2.11.9a No higher care.",
}
HAEMORRHAGE = {
    "S2AcuteBPLoweringTreatmentDateTime": "2.13 When blood pressure was first lowered by treatment.",
    "S2AcuteBPLoweringTreatmentTimeNotEntered": "2.13 Ticked if that time was not entered.",
    "S2AcuteBPLoweringTreatmentDateTimeNotGiven": "2.13 Ticked if no such treatment was given.",
    "S2ReversalTherapyPCC": "2.15.1 Reversed by prothrombin complex concentrate.",
    "S2ReversalTherapyDOAC": "2.15.1 Reversed by an antidote to a direct anticoagulant.",
    "S2ReversalTherapyFFP": "2.15.1 Reversed by fresh frozen plasma.",
    "S2ReversalTherapyProtamine": "2.15.1 Reversed by protamine.",
    "S2ReversalTherapyVitaminK": "2.15.1 Reversed by vitamin K.",
}
MORE = {
    "S2NeurovascularClinicAssessed": "2.102 Seen in a neurovascular clinic for that TIA; may stay empty.",
    "S2BarthelBeforeStroke": "2.103 Barthel index before the stroke; may stay empty.",
    "S3EndOfLifePathway": "3.1.2 On an end of life pathway within 72 hours.",
    "S4NursingCare": "4.8 Needed nursing care; community teams only.",
    "S4NursingCareNotRequiredDate": "4.8.1 Day from which nursing care was not needed; community teams only.",
    "S4NursingCareDays": "4.8.2 Days of nursing care; community teams only.",
    "S4NursingCareMinutes": "4.8.3 Minutes of nursing care; community teams only.",
    "S4MoodScreenedDate": "4.9 Day of mood screening; community teams only.",
    "S4MoodNotScreened": "4.9 Ticked if mood was not screened; community teams only.",
    "S4MoodNotScreenedReason": "4.9.1 Why mood was not screened; community teams only.",
    "S4CognitionScreenedDate": "4.10 Day of cognition screening; community teams only.",
    "S4CognitionNotScreened": "4.10 Ticked if cognition was not screened; community teams only.",
    "S4CognitionNotScreenedReason": "4.10.1 Why cognition was not screened; community teams only.",
    "S6EndOfLifePathwayByDischarge": "6.9.2 On an end of life pathway by discharge.",
    "S7CovidConfirmed": "7.13 Covid-19 confirmed during the stay.",
    "S7CovidSuspected": "7.13.1 When Covid-19 was confirmed.",
    "S7DischargeBarthel": "7.101 Barthel index at discharge; may stay empty.",
    "TransferToActionDateTime": "When the transfer to the next team was made in the audit's tool.",
    "TransferFromActionDateTime": "When the transfer from the team before was made in the audit's tool.",
    "InitialDiagnosis": "Diagnosis with which the record was begun.",
    "CFStatus": "State of the case-finding part in the audit's tool.",
}
SIX_MONTHS = {
    "S8FollowUpType": "8.1.2 How the review was made.",
    "S8FollowUpBy": "8.1.3 Who made it.",
    "S8FollowUpByOther": "8.1.4 Who made it, if another.",
    "S8FollowUpPIConsent": "8.1.5 Consent to identifiers at six months.",
    "S8MoodBehaviourCognitiveScreened": "8.2 Screened for mood, behaviour and cognition.",
    "S8MoodBehaviourCognitiveSupportNeeded": "8.2.1 Needed support.",
    "S8MoodBehaviourCognitivePsychologicalSupport": "8.2.2 Had psychological support.",
    "S8Living": "8.3 Where the patient lives.",
    "S8LivingOther": "8.3.1 Where, if elsewhere.",
    "S8PersistentAtrialFibrillation": "8.5 Persistent atrial fibrillation.",
    "S8TakingAntiplateletDrug": "8.6.1 Takes an antiplatelet.",
    "S8TakingAnticoagulent": "8.6.2 Takes an anticoagulant.",
    "S8TakingLipidLowering": "8.6.3 Takes a lipid lowering drug.",
    "S8TakingAntihypertensive": "8.6.4 Takes an antihypertensive.",
    "S8SinceStrokeAnotherStroke": "8.7.1 Another stroke since.",
    "S8SinceStrokeMyocardialInfarction": "8.7.2 Myocardial infarction since.",
    "S8SinceStrokeOtherHospitalisationIllness": "8.7.3 Admitted for another illness since.",
    "S8EmploymentPriorToStroke": "8.8 Employment before the stroke.",
    "S8EmploymentCurrently": "8.8.1 Employment now.",
    "S8EQ5DMobility": "8.9a EQ-5D mobility.",
    "S8EQ5DSelfCare": "8.9b EQ-5D self-care.",
    "S8EQ5DUsualActivities": "8.9c EQ-5D usual activities.",
    "S8EQ5DPain": "8.9d EQ-5D pain.",
    "S8EQ5DAnxiety": "8.9e EQ-5D anxiety.",
    "S8EQ5DHealth": "8.9f EQ-5D health today.",
}


STAGES = {"S2": "first_day", "S3": "three_days", "S4": "discharge", "S6": "discharge", "S7": "discharge", "S8": "six_months"}


def _carried(header: str, description: str) -> Field:
    make = instant if header.endswith("DateTime") else day if header.endswith("Date") else text
    more = {"maximum_length": 100} if make is text else {}
    return make(header, description, due=STAGES.get(header[:2]), **more)


CARRIED = COMPUTED_BY_THE_AUDIT | THROMBECTOMY | HAEMORRHAGE | MORE | SIX_MONTHS
FIELDS = tuple(_carried(header, description) for header, description in CARRIED.items())
