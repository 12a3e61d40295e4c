"""Harm that treatment does: rare events, judged by how many treated patients lie between one and the next.

Belongs here: events so rare that a month's share of them says nothing. Does not belong here: complications of the first week (``measures_outcomes``),
deaths (``measures_mortality``).
"""

from __future__ import annotations

from dataclasses import replace

from schemas.expressions import field
from schemas.measures import Chart, Direction
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke.measures_parts import excluded_unless, proportion
from schemas.pathways.acute_stroke.measures_thrombolysis import NOT_THROMBOLYSED

_BLED = field("s2_thrombolysis_cerebral_haemorrhage")

HAEMORRHAGE = replace(
    proportion(
        "stroke_tc_haemorrhage_after_thrombolysis", "Symptomatic haemorrhage after thrombolysis",
        "Of patients given thrombolysis for whom it is known, those with a symptomatic haemorrhage after it. Not adjusted for case-mix. About one in 25 has "
        "one, so a provider is judged by how many patients lie between one and the next.",
        _BLED.equals(lists.YES), "", "", source="SSNAP, question 2.8, dataset version 5",
        exclusions=(NOT_THROMBOLYSED, excluded_unless("haemorrhage_unknown", _BLED.is_in(lists.YES, lists.NO))),
        needs=("s2_thrombolysis", "s2_thrombolysis_cerebral_haemorrhage"), charts=(Chart.XMR, Chart.G), signals_from=Chart.G,
    ),
    direction=Direction.LOWER_IS_BETTER,
)  # fmt: skip
MEASURES = (HAEMORRHAGE,)
