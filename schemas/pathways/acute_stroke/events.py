"""All timed events of the form by name, for rules, milestones and measures.

Belongs here: the list. Does not belong here: their declarations, which stand with their fields (``fields_*``).
"""

from __future__ import annotations

from schemas.pathways.acute_stroke import (
    fields_admission,
    fields_discharge,
    fields_first_day,
    fields_onset,
    fields_reperfusion,
    fields_stay,
    fields_three_days,
)
from schemas.pathways.acute_stroke.parts import Asked

EARLY = (*fields_onset.EVENTS, *fields_first_day.EVENTS, *fields_reperfusion.EVENTS, *fields_three_days.EVENTS)
OWN_STAY = (*fields_admission.EVENTS, *fields_stay.EVENTS)
EVENTS: tuple[Asked, ...] = (*EARLY, *OWN_STAY, *fields_discharge.EVENTS)
BY_NAME = {asked.event.name: asked for asked in EVENTS}
