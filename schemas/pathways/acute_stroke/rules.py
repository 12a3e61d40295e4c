"""All rules that the stroke dataset states, in the order in which findings are told.

Belongs here: putting them together. Does not belong here: any of them. V02 (codes and ranges), V07, V10, V20 and the conditions from V30 on follow
from the fields (``only_if``, ``required``); V15 and V42 from the events.
"""

from __future__ import annotations

from schemas.pathways.acute_stroke import rules_arrival, rules_discharge, rules_record, rules_reperfusion, rules_stay
from schemas.pathways.acute_stroke.events import EVENTS
from schemas.rules import Rule

RULES: tuple[Rule, ...] = (
    *rules_record.RULES,
    *rules_arrival.RULES,
    *rules_reperfusion.RULES,
    *rules_stay.RULES,
    *rules_discharge.RULES,
    *(rule for asked in EVENTS for rule in asked.event.rules()),
)
