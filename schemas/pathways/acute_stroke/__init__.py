"""Acute stroke: so far the scores that the national stroke audit (SSNAP) publishes every quarter."""

from schemas.datasets import Pathway
from schemas.pathways.acute_stroke.published import MEASURES, SCORING_SUMMARY, TEAMS

PATHWAY = Pathway(
    name="acute_stroke",
    title="Acute stroke",
    description="Care of people with acute stroke, from arrival to six months.",
    layouts=(SCORING_SUMMARY,),
    measures=MEASURES,
    organisation_lists=(TEAMS,),
)
