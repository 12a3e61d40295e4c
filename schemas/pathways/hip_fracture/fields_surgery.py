"""Fields 33 to 44: the operation, and the first day after it.

Belongs here: declarations of these fields in import order. Does not belong here: what is computed from them (``derived``).
"""

from __future__ import annotations

from schemas.expressions import field
from schemas.fields import Field, Kind
from schemas.pathways.hip_fracture import codes as lists
from schemas.pathways.hip_fracture.fields_admission import day

OPERATED = field("operated").equals(lists.WAS_OPERATED)


def after_surgery(name: str, header: str, kind: Kind, description: str, **more) -> Field:
    """A field that must be there for operated patients, due once they were operated."""
    return Field(name, header, kind, description, due="post_op", **{"required": OPERATED, **more})


FIELDS = (
    after_surgery("operated", "Operated", Kind.CODE, "Whether the fracture was operated, and if not why.", codes=lists.OPERATED,
                  required=True, synonyms=("Operation performed", "Surgery performed")),
    day(
        "surgery_date", "Surgery date", "Date of the start of anaesthesia.", "post_op", required=OPERATED,
        synonyms=("Date of surgery", "Operation date", "Theatre date"),
    ),
    after_surgery(
        "surgery_time", "Surgery time", Kind.TIME, "Time of the start of anaesthesia.",
        synonyms=("Time of surgery", "Operation time", "Anaesthetic start time"),
    ),
    after_surgery(
        "operation_type", "Operation type", Kind.CODE, "Operation that was done.", codes=lists.OPERATION,
        synonyms=("Type of operation", "Operation", "Procedure"),
    ),
    after_surgery(
        "anaesthesia", "Anaesthesia", Kind.CODES, "All kinds of anaesthesia that were used.", codes=lists.ANAESTHESIA,
        synonyms=("Type of anaesthesia", "Anaesthetic"),
    ),
    after_surgery(
        "delay_reason", "Delay reason", Kind.CODE, "Why surgery began more than 36 hours after presentation.", codes=lists.DELAY_REASON,
        synonyms=("Reason for delay", "Reason for delay > 36 hours"),
    ),
    after_surgery(
        "scrubbed_surgeon_grade", "Scrubbed surgeon grade", Kind.CODE, "Grade of the surgeon who operated.", codes=lists.SURGEON_GRADE,
    ),
    after_surgery(
        "surgeon_grade", "Surgeon grade", Kind.CODE, "Grade of the most senior surgeon present.", codes=lists.SURGEON_GRADE,
        synonyms=("Senior surgeon grade", "Most senior surgeon present"),
    ),
    after_surgery(
        "anaesthetist_grade", "Anaesthetist grade", Kind.CODE, "Grade of the most senior anaesthetist present.",
        codes=lists.ANAESTHETIST_GRADE, synonyms=("Senior anaesthetist grade",),
    ),
    after_surgery(
        "weight_bear_post_op", "Weight-bear post-op", Kind.CODE, "Whether full weight bearing after the operation was documented.",
        codes=lists.NO_YES, synonyms=("Weight bearing", "Full weight bearing"),
    ),
    after_surgery(
        "physio_assessment", "Physiotherapist assessment", Kind.CODE,
        "Whether a physiotherapist assessed the patient on the day of surgery or the day after.", codes=lists.NO_YES,
        synonyms=("Physio assessment", "Physiotherapy assessment"),
    ),
    after_surgery(
        "mobilised_post_surgery", "Mobilised post surgery", Kind.CODE,
        "Whether the patient was out of bed by the day after surgery, with whom, and if not why.", codes=lists.MOBILISED,
        synonyms=("Mobilised", "Mobilised day after surgery"),
    ),
)  # fmt: skip
