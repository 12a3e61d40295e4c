"""Section 2: what the patient had before the stroke, severity on arrival, brain imaging, the first swallow screen.

Belongs here: declarations of these fields. Does not belong here: thrombolysis, thrombectomy, haemorrhage (their own files).
"""

from __future__ import annotations

from functools import partial

from schemas.fields import Field, Kind
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.parts import allowed_if, answer, asked_if, bit, event, number, yes_no
from schemas.rules import Severity

DUE = "first_day"
_ask, _yes_no, _bit = (partial(make, due=DUE) for make in (answer, yes_no, bit))

BEFORE = (
    _yes_no("S2CoMCongestiveHeartFailure", "2.1.1a Congestive heart failure before the stroke.", required=True),
    _yes_no("S2CoMHypertension", "2.1.1b Hypertension before the stroke.", required=True),
    _yes_no("S2CoMAtrialFibrillation", "2.1.1c Atrial fibrillation before the stroke.", required=True),
    _yes_no("S2CoMDiabetes", "2.1.1d Diabetes before the stroke.", required=True),
    _yes_no("S2CoMStrokeTIA", "2.1.1e Stroke or TIA before this stroke.", required=True),
    _yes_no("S2CoMDementia", "2.1.1f Dementia before the stroke; asked since version 5.", required=when.SINCE_DATASET_5),
    _ask("S2CoMAFAntiplatelet", lists.YES_NO_NO_BUT, "2.1.6 On antiplatelets before the stroke.", **asked_if(when.FIBRILLATION, "V30")),
    _ask("S2CoMAFAnticoagulent", lists.YES_NO_NO_BUT, "2.1.7 On anticoagulants before the stroke.", required=True),
    *(_bit(f"S2CoMAFAnticoagulent{end}", f"2.1.7a The anticoagulant was {what}.", **allowed_if(when.ANTICOAGULATED, "V30"))
      for end, what in (("VitK", "a vitamin K antagonist"), ("DOAC", "a direct oral anticoagulant"), ("Heparin", "heparin"))),
    Field("s2_inr", "S2INR", Kind.DECIMAL, "2.1.7b INR on arrival.", minimum=0, maximum=10, due=DUE, **allowed_if(when.ON_VITAMIN_K, "V30")),
    _bit("S2INRHigh", "2.1.7b Ticked if the INR was above what could be measured.", **allowed_if(when.ON_VITAMIN_K, "V30")),
    _bit("S2INRNK", "2.1.7b Ticked if the INR is not known.", **allowed_if(when.ON_VITAMIN_K, "V30")),
    # the printed condition names a question that no longer exists
    _yes_no("S2NewAFDiagnosis", "2.1.8 Atrial fibrillation newly diagnosed on admission.", **asked_if(when.NO_FIBRILLATION, "V41", Severity.WARN)),
    number("S2RankinBeforeStroke", 0, 5, "2.2 Modified Rankin score before the stroke.", unit="points", required=True, due=DUE),
    # comprehensive questions may stay empty
    _ask("S2TIAInLastMonth", lists.YES_NO_UNKNOWN, "2.101 A TIA in the month before.", **allowed_if(when.STROKE_OR_TIA_BEFORE, "V41", Severity.WARN)),
)  # fmt: skip

BRAIN_IMAGING = event("brain_imaging", "Brain imaging", "S2BrainImagingDateTime", "2.4", due=DUE, not_done="S2BrainImagingNotPerformed")
SWALLOW_SCREEN_4H = event(
    "swallow_screen_4h", "Swallow screen within 4 hours", "S2SwallowScreening4HrsDateTime", "2.10", due=DUE,
    not_done="S2SwallowScreening4HrsNotPerformed", reason=("S2SwallowScreening4HrsNotPerformedReason", lists.SCREEN_REASON),
)  # fmt: skip
EVENTS = (BRAIN_IMAGING, SWALLOW_SCREEN_4H)

_if_imaged = {**allowed_if(when.MAY_BE_IMAGED, "V10"), "required": when.IMAGED}
_if_imaged_since_5 = {**_if_imaged, "required": when.IMAGED & when.SINCE_DATASET_5}
IMAGING = (
    *BRAIN_IMAGING.fields,
    _yes_no(
        "S2BrainImagingAI", "2.4.2 Whether artificial intelligence helped to read the image; asked since version 5.", **_if_imaged_since_5
    ),
    _ask("S2BrainImagingModality", lists.IMAGING_MODALITY, "2.4.1 Kind of the first image.", **_if_imaged),
    _ask("S2StrokeType", lists.STROKE_TYPE, "2.5 Type of the stroke.", **_if_imaged),
)

FIELDS = (*BEFORE, *IMAGING, *SWALLOW_SCREEN_4H.fields)
