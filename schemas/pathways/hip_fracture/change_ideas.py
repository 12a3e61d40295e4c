"""Kinds of change that leads of hip fracture try; leads extend the list by naming others."""

from __future__ import annotations

from schemas.change_ideas import ChangeIdea

CHANGE_IDEAS = (
    ChangeIdea("Trauma list at weekends", "A theatre list for hip fractures on Saturday and Sunday."),
    ChangeIdea("Hip fracture first on the list", "The first place of each morning's trauma list is kept for a hip fracture."),
    ChangeIdea("Orthogeriatrician on the admissions ward", "A geriatrician sees new hip fractures where they arrive, every weekday."),
    ChangeIdea("Nerve block in the emergency department", "The block is given on arrival, by whoever is trained, before the X-ray list."),
    ChangeIdea(
        "Direct admission from the ambulance", "Suspected hip fractures go to the ward without waiting in the emergency department."
    ),
    ChangeIdea("Physiotherapy seven days a week", "Patients are mobilised the day after surgery, weekends too."),
    ChangeIdea("Bone health nurse", "A nurse starts bone protection before discharge and books the follow-up."),
)
