"""Domain 8, first 72 hours: how soon therapists assessed the patient.

Belongs here: key indicators 8.1 to 8.6. Does not belong here: goals and the bundle (8.7 and 8.8, after 72 hours), the therapy itself (domains 5 to 7).
"""

from __future__ import annotations

from schemas.expressions import field
from schemas.measures import Exclusion, Measure
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_three_days import COMMUNICATION, OCCUPATIONAL_THERAPIST, PHYSIOTHERAPIST
from schemas.pathways.acute_stroke.measures_parts import in_time, median, minutes_to_event, proportion
from schemas.pathways.acute_stroke.parts import Asked

_NOT_TO_BE_SEEN = (lists.REFUSED, lists.UNWELL_EARLY, lists.NO_DEFICIT)


def _therapist(asked: Asked, first: int, short: str, title: str, items: tuple[str, str]) -> tuple[Measure, Measure]:
    """The share assessed in time, key indicator 8.``first``, and the median after it."""
    minutes, reason = minutes_to_event(asked), f"{asked.event.not_done}_reason"
    left_out = Exclusion("refused_unwell_or_no_deficit", field(reason).is_in(*_NOT_TO_BE_SEEN))
    who = f"{title[0].lower()}{title[1:]}"
    return (
        proportion(
            f"stroke_tc_8_{first}_{short}_72h", f"{title} within 72 hours",
            f"Patients assessed by this therapist ({who}) within 72 hours of the clock start. Left out: not assessed because the patient refused, was "
            "medically unwell or had no relevant deficit. No time of it counts as not achieved.",
            in_time(minutes, policy.THERAPIST_MINUTES), f"8.{first}", items[0], exclusions=(left_out,), needs=(asked.at, reason),
        ),
        median(
            f"stroke_tc_8_{first + 1}_minutes_to_{short}", f"Median time to {who}",
            f"Median minutes from the clock start to assessment by this therapist ({who}), of patients assessed within 72 hours at a known time.",
            minutes, "no_time_within_72h", f"8.{first + 1}", items[1], latest=policy.THERAPIST_MINUTES, needs=(asked.at,),
        ),
    )  # fmt: skip


MEASURES = (
    *_therapist(OCCUPATIONAL_THERAPIST, 1, "occupational_therapist", "Occupational therapist", ("H10.24", "H10.16")),
    *_therapist(PHYSIOTHERAPIST, 3, "physiotherapist", "Physiotherapist", ("H11.24", "H11.16")),
    *_therapist(COMMUNICATION, 5, "communication_therapist", "Speech and language therapist on communication", ("H12.24", "H12.16")),
)
