"""The National Institutes of Health Stroke Scale: 15 items on arrival, and 15 again 24 hours after reperfusion.

Belongs here: the items, declared once for both times. Does not belong here: their totals (``derived``).
An item of -1 is not known; the level of consciousness is always known.
"""

from __future__ import annotations

from schemas.fields import Field
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.naming import name_of
from schemas.pathways.acute_stroke.parts import asked_if, number

# end of the header, highest score, in words
ITEMS = (
    ("Loc", 3, "level of consciousness"), ("LocQuestions", 2, "questions of consciousness"), ("LocCommands", 2, "commands of consciousness"),
    ("BestGaze", 2, "best gaze"), ("Visual", 3, "visual fields"), ("FacialPalsy", 3, "facial palsy"), ("MotorArmLeft", 4, "left arm"),
    ("MotorArmRight", 4, "right arm"), ("MotorLegLeft", 4, "left leg"), ("MotorLegRight", 4, "right leg"), ("LimbAtaxia", 2, "limb ataxia"),
    ("Sensory", 2, "sensation"), ("BestLanguage", 3, "best language"), ("Dysarthria", 2, "dysarthria"),
    ("ExtinctionInattention", 2, "extinction and inattention"),
)  # fmt: skip
ALWAYS_KNOWN = "Loc"
ARRIVAL, AFTER_24_HOURS = "S2NihssArrival", "S2Nihss24Hrs"


def names(stem: str) -> tuple[str, ...]:
    """The fields of the 15 items."""
    return tuple(name_of(f"{stem}{item}") for item, _, _ in ITEMS)


def _items(stem: str, question: str, at: str, **more) -> tuple[Field, ...]:
    return tuple(
        number(f"{stem}{item}", 0 if item == ALWAYS_KNOWN else -1, highest, f"{question}.{i} NIHSS {at}, {what}"
               + ("." if item == ALWAYS_KNOWN else "; -1 if not known."), unit="points", due="first_day", **more)
        for i, (item, highest, what) in enumerate(ITEMS, start=1)
    )  # fmt: skip


FIELDS = (
    *_items(ARRIVAL, "2.3", "on arrival", required=True),
    *_items(AFTER_24_HOURS, "2.9", "24 hours after reperfusion", **asked_if(when.REPERFUSED, "V31")),
)
