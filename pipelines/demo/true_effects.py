"""What really changes at the demo's providers, and what their leads say that they changed: the parameters of the made-up history.

Belongs here: the one table of changes, from which both the patients and the registered actions come. Does not belong here: the files of
actions (``pipelines.demo.improvement``), the patients (``assets.simulate``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from assets.simulate import Change

HIP, STROKE = "hip_fracture", "acute_stroke"


@dataclass(frozen=True)
class TrueAction:
    """A change at the provider of this number ``days_ago``: ``habit`` gets better by ``by`` (on its own scale; 0: the action does nothing).

    ``idea`` None: nobody registered it, so the warehouse knows of no action.
    """

    provider: int
    pathway: str
    days_ago: int
    habit: str
    by: float
    idea: str | None = None
    title: str = ""
    measures: tuple[str, ...] = ()
    lowers: tuple[str, ...] = ()
    status: str = "active"


WEEKEND, PHYSIO, BONE, BLOCK = (
    "Trauma list at weekends",
    "Physiotherapy seven days a week",
    "Bone health nurse",
    "Nerve block in the emergency department",
)
NEEDLE, SWALLOW, BED = "Needle in the scanner room", "Swallow screen by nurses on arrival", "Protected bed on the stroke unit"
SURGERY, MOBILISED, NERVE, BONED = (
    "hip_kpi2_surgery_next_day",
    "hip_kpi4_mobilised_next_day",
    "hip_kpi0_nerve_block",
    "hip_bone_any_at_discharge",
)
TRUE_ACTIONS = (
    TrueAction(2, HIP, 300, "surgery_speed", 0.7, WEEKEND, "Saturday and Sunday lists", (SURGERY,), ("hip_hours_to_surgery_median",), "adopted"),
    TrueAction(12, HIP, 270, "surgery_speed", 0.5, WEEKEND, "A list on Saturdays", (SURGERY,)),
    TrueAction(18, HIP, 310, "surgery_speed", 0.0, WEEKEND, "Weekend list, when there is staff", (SURGERY,)),
    TrueAction(11, HIP, 300, "mobilised", 1.6, PHYSIO, "Up by Sunday", (MOBILISED,), (), "adopted"),
    TrueAction(4, HIP, 330, "mobilised", 1.2, PHYSIO, "Physiotherapists at weekends", (MOBILISED,)),
    TrueAction(20, HIP, 280, "mobilised", 0.0, PHYSIO, "A rota for weekends", (MOBILISED,)),
    TrueAction(16, HIP, 300, "bone", 1.8, BONE, "Bone health nurse on the ward", (BONED, "hip_kpi7_bone_protection")),
    TrueAction(8, HIP, 290, "nerve_block", 0.0, BLOCK, "Poster and teaching for the nerve block", (NERVE,)),
    TrueAction(13, HIP, 300, "nerve_block", -1.6, BLOCK, "One block trolley for both departments", (NERVE,), (), "abandoned"),
    TrueAction(9, HIP, 90, "ward", 1.0, "Direct admission from the ambulance", "Straight to the ward", ("hip_kpi0_ward_4h",)),
    TrueAction(6, HIP, 300, "geriatrician", -2.5),  # a geriatrician left, and nobody registers that
    TrueAction(3, STROKE, 300, "needle", 0.5, NEEDLE, "Thrombolysis on the scanner's table", ("stroke_tc_3_3_needle_1h",), ("stroke_tc_3_5_minutes_to_needle",)),
    TrueAction(9, STROKE, 300, "swallow", 1.5, SWALLOW, "Nurses trained to screen", ("stroke_tc_4_5_swallow_screened_4h",), (), "adopted"),
    TrueAction(1, STROKE, 320, "swallow", 0.0, SWALLOW, "Screening chart at the desk", ("stroke_tc_4_5_swallow_screened_4h",)),
    TrueAction(5, STROKE, 300, "stroke_unit", -1.5, BED, "One bed kept free", ("stroke_tc_2_1_stroke_unit_4h",)),
)  # fmt: skip


def started_on(action: TrueAction, today: date) -> date:
    return today - timedelta(days=action.days_ago)


def true_changes(number: int, pathway: str, today: date) -> tuple[Change, ...]:
    """What the patients of the provider with this number feel of it."""
    return tuple(_change(action, today) for action in TRUE_ACTIONS if (action.provider, action.pathway) == (number, pathway) and action.by)


def _change(action: TrueAction, today: date) -> Change:
    return Change(action.habit, started_on(action, today), action.by)


def registered() -> Iterator[TrueAction]:
    """The changes that a lead has registered."""
    return (action for action in TRUE_ACTIONS if action.idea)
