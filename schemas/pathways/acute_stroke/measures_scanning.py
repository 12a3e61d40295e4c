"""Domain 1: how soon the brain was imaged.

Belongs here: key indicators 1.1 to 1.3. Does not belong here: limits (``policy``), the event (``fields_first_day``).
"""

from __future__ import annotations

from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_first_day import BRAIN_IMAGING
from schemas.pathways.acute_stroke.measures_parts import in_time, median, minutes_to_event, proportion

_TO_SCAN = minutes_to_event(BRAIN_IMAGING)
_NOT_ACHIEVED = "Not imaged, or no time of imaging, counts as not achieved."

MEASURES = (
    proportion(
        "stroke_tc_1_1_scanned_1h", "Brain imaging within 1 hour",
        f"Patients whose brain was imaged within 1 hour of the clock start. {_NOT_ACHIEVED}",
        in_time(_TO_SCAN, policy.SCANNED_SOON_MINUTES), "1.1", "H6.9", needs=(BRAIN_IMAGING.at,), is_headline=True,
    ),
    proportion(
        "stroke_tc_1_2_scanned_12h", "Brain imaging within 12 hours",
        f"Patients whose brain was imaged within 12 hours of the clock start. {_NOT_ACHIEVED}",
        in_time(_TO_SCAN, policy.SCANNED_MINUTES), "1.2", "H6.12", needs=(BRAIN_IMAGING.at,),
    ),
    median(
        "stroke_tc_1_3_minutes_to_scan", "Median time to brain imaging",
        "Median minutes from the clock start to brain imaging, of patients who were imaged and whose time of imaging is known.",
        _TO_SCAN, "no_time_of_imaging", "1.3", "H6.4", needs=(BRAIN_IMAGING.at,),
    ),
)  # fmt: skip
