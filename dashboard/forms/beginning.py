"""What a form begins with: what the address asks for, what is known already.

Belongs here: prefilling. Does not belong here: what is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dashboard import words
from dashboard.asked import Asked
from dashboard.forms import measured
from dashboard.forms.measured import Values
from dashboard.views import Row
from schemas.datasets import Dataset
from schemas.improvement import WITH_DENOMINATOR

AIM = "select * from dashboard.aim_v1 where is_own and organisation_code = :code and measure_name = :measure"
YEAR = "select value from dashboard.year_change_v1 where measure_name = :measure and organisation_code = :code"
ACTION = "select * from dashboard.improvement_action_v1 where is_own and improvement_action_id = :number"
IDEAS = "select change_idea, title from dashboard.change_idea_v1"


def beginning(asked: Asked, dataset: Dataset, query: Mapping[str, str]) -> tuple[str, Values]:
    """Pathway and values. ``measure``: that it is about; ``from``: number of an own action, whose next cycle is planned, or that ends (``end=yes``)."""
    if "reference" in dataset.field_by_name and (found := _own_action(asked, query.get("from", ""))):
        return found.pathway_name, _of_action(asked, found, ends=query.get("end") == "yes")
    measure = asked.measures.get(query.get("measure", ""))
    pathway = measure.pathway_name if measure else query.get("pathway", "")
    values = {"organisation": [asked.provider], "pathway": [pathway]}
    if measure and "measure" in dataset.field_by_name:
        values |= _of_aim(asked, measure)
    elif measure and measure.kind in WITH_DENOMINATOR:
        values |= {"measures_to_lower" if measure.direction == "lower is better" else "measures_to_raise": [measure.measure_name]}
    return pathway, values


def _own_action(asked: Asked, number: str) -> Row | None:
    return next(iter(asked.rows(ACTION, number=int(number))), None) if number.isascii() and number.isdigit() and len(number) < 18 else None


def _of_aim(asked: Asked, measure: Row) -> dict[str, list[str]]:
    """The aim that there is, to be revised; else the value of the latest year as baseline."""
    given = {"measure": [measure.measure_name]}
    if found := asked.rows(AIM, code=asked.provider, measure=measure.measure_name):
        aim = found[0]
        return given | {
            "baseline": [measured.write(aim.baseline_value, measure)],
            "target": [measured.write(aim.target_value, measure)],
            "target_date": [_iso(aim.target_on)],
            "set_date": [_iso(aim.set_on)],
        }
    values = [row.value for row in asked.rows(YEAR, measure=measure.measure_name, code=asked.provider) if row.value is not None]
    return given | ({"baseline": [measured.write(values[0], measure, words.unit_of(measure).decimals)]} if values else {})


def _of_action(asked: Asked, action: Row, ends: bool) -> dict[str, list[str]]:
    titles = {row.change_idea: row.title for row in asked.rows(IDEAS)}
    values = {
        "organisation": [action.organisation_code], "reference": [action.reference], "cycle_number": [str(action.cycle_number + (not ends))], "pathway": [action.pathway_name],
        "title": [action.title], "what_changes": [action.what_changes or ""], "change_ideas": [titles[name] for name in action.change_ideas if name in titles],
        "measures_to_raise": list(action.measures_to_raise), "measures_to_lower": list(action.measures_to_lower), "status": ["planned"],
    }  # fmt: skip
    if not ends:
        return values
    today = asked.configuration.settings.clock().date()
    return values | {
        "start_date": [_iso(action.started_on)],
        "end_date": [_iso(min(action.ended_on or today, today))],
        "status": ["adopted"],
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
