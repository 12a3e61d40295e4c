"""Kinds of change that leads of acute stroke try; leads extend the list by naming others."""

from __future__ import annotations

from schemas.change_ideas import ChangeIdea

CHANGE_IDEAS = (
    ChangeIdea("Stroke nurse in the emergency department", "A stroke nurse meets every suspected stroke at the door, day and night."),
    ChangeIdea("Pre-alert by the ambulance", "The crew rings ahead, and scanner and stroke team are ready."),
    ChangeIdea("Straight to the scanner", "From the ambulance to the scanner on the ambulance's trolley."),
    ChangeIdea("Needle in the scanner room", "Thrombolysis is begun where the scan was read."),
    ChangeIdea("Protected bed on the stroke unit", "One bed of the stroke unit is always free for the next patient."),
    ChangeIdea("Swallow screen by nurses on arrival", "Nurses of the emergency department are trained to screen swallowing."),
    ChangeIdea("Therapy seven days a week", "Therapists assess on Saturdays and Sundays too."),
)
