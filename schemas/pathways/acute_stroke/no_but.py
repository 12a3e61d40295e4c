"""When a clinical reason against thrombolysis agrees with the rest of the record (key indicator 3.2 and rule V24).

Belongs here: the reading of each reason. Does not belong here: who is eligible, what is done with a reason that does not agree.
"""

from __future__ import annotations

from schemas.expressions import Expression, Holds, Not, all_of, any_of, field, minutes_between
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy

ONSET_TO_CLOCK_START = minutes_between("onset_at", "clock_start_at")
_precise = field("s1_onset_time_type").equals(lists.PRECISE)
_old = field("age_years") >= policy.AGE_OF_SHORTER_WINDOW
_young = field("age_years") < policy.AGE_OF_SHORTER_WINDOW
_in_shorter_window = all_of(_precise, ONSET_TO_CLOCK_START < policy.SHORTER_WINDOW_MINUTES)
_in_window = any_of(
    all_of(_precise, ONSET_TO_CLOCK_START < policy.WINDOW_MINUTES, _young),
    all_of(_in_shorter_window, _old),
    all_of(when.INPATIENT, field("s1_onset_date_type").differs_from(lists.DURING_SLEEP)),
)

# end of the reason's header -> true where the reason agrees; a reason that is not here always does
AGREES: dict[str, Expression] = {
    "Age": Holds(all_of(_old, Not(Holds(_in_shorter_window)))),
    "TooMildSevere": Holds(field("nihss_arrival_total") < policy.TOO_MILD_BELOW),
    "TimeUnknownWakeUp": Not(Holds(_precise)),
    "TimeWindow": Not(Holds(_in_window)),
}
