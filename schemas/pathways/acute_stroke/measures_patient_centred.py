"""The patient-centred view of indicators: what was done for a patient, credited to every inpatient team that had the patient.

Belongs here: making this view of an indicator from its team-centred one. Does not belong here: what counts (``measures_*``), which teams have a part in
a stroke (``cases.LINK``).
"""

from __future__ import annotations

from dataclasses import replace

from schemas.measures import Credit, Measure

TEAM_CENTRED, PATIENT_CENTRED = "stroke_tc_", "stroke_pc_"


def patient_centred(measure: Measure) -> Measure:
    """The same number of the same strokes for every inpatient team of each: items G where the team-centred view has items H.

    Its chart raises no signals and it is no headline: the team-centred indicator tells of the same event where it can be changed.
    """
    return replace(
        measure,
        name=measure.name.replace(TEAM_CENTRED, PATIENT_CENTRED),
        title=f"{measure.title}, patient-centred",
        description=f"{measure.description} Counted for every inpatient team that had the patient, whichever of them did it.",
        source=measure.source.replace("item H", "item G"),
        credit=Credit.EVERY_TEAM,
        is_headline=False,
        is_watched=False,
    )
