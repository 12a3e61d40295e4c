"""Acute stroke: the dataset of the national audit, its rules, layouts and measures, and the audit's own published scores."""

from schemas.datasets import Pathway
from schemas.pathways.acute_stroke.case_mix import CASE_MIX
from schemas.pathways.acute_stroke.change_ideas import CHANGE_IDEAS
from schemas.pathways.acute_stroke.dataset import ACUTE_STROKE
from schemas.pathways.acute_stroke.layouts import LAYOUTS
from schemas.pathways.acute_stroke.measures import MEASURES
from schemas.pathways.acute_stroke.measures_mortality import MORTALITY
from schemas.pathways.acute_stroke.not_computed import NOT_COMPUTED
from schemas.pathways.acute_stroke.outliers import OUTLIER_POLICIES
from schemas.pathways.acute_stroke.published import MEASURES as PUBLISHED
from schemas.pathways.acute_stroke.published import SCORING_SUMMARY, TEAMS
from schemas.pathways.acute_stroke.simulation import SIMULATION

PATHWAY = Pathway(
    "acute_stroke",
    "Acute stroke",
    "Care of people who had a stroke, from arrival to six months after it.",
    datasets=(ACUTE_STROKE,),
    cases="acute_stroke",
    layouts=(*LAYOUTS, SCORING_SUMMARY),
    measures=(*MEASURES, MORTALITY, *PUBLISHED),
    outlier_policies=OUTLIER_POLICIES,
    simulation=SIMULATION,
    organisation_lists=(TEAMS,),
    not_computed=NOT_COMPUTED,
    case_mix=CASE_MIX,
    change_ideas=CHANGE_IDEAS,
)
