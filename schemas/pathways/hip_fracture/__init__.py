"""Fractured neck of femur: the dataset of the national audit, its rules, and the measures computed from it."""

from schemas.datasets import Pathway
from schemas.pathways.hip_fracture.case_mix import CASE_MIX
from schemas.pathways.hip_fracture.change_ideas import CHANGE_IDEAS
from schemas.pathways.hip_fracture.dataset import HIP_FRACTURE
from schemas.pathways.hip_fracture.measures import INDICATORS
from schemas.pathways.hip_fracture.outcome_measures import MEASURES
from schemas.pathways.hip_fracture.outliers import OUTLIER_POLICIES
from schemas.pathways.hip_fracture.simulation import SIMULATION

PATHWAY = Pathway(
    "hip_fracture",
    "Hip fracture",
    "Care of people of 60 and over who broke a hip: from presentation to 120 days after it.",
    datasets=(HIP_FRACTURE,),
    cases="hip_fracture",
    measures=(*INDICATORS, *MEASURES),
    outlier_policies=OUTLIER_POLICIES,
    simulation=SIMULATION,
    case_mix=CASE_MIX,
    change_ideas=CHANGE_IDEAS,
)
