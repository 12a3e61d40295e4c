"""What an action did to a measure: its months before and after, the network's beside it, and the difference with its interval.

Belongs here: reading and wording it. Does not belong here: how it is told (``assets.effects``), drawing (``dashboard.charts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.canvas import COMMON, FAINT, OWN, REFERENCE, canvas
from dashboard.charts.intervals import Estimate, interval_height, interval_parts
from dashboard.charts.months import HEIGHT, Line, Span, months
from dashboard.figures.figure import Cell, Figure, number
from dashboard.improvement import TOLD, VERDICTS, Action, Told, action, interval
from dashboard.views import Row

RESULTS = """select organisation_code, period_start, value, denominator, is_provisional, is_suppressed, measure_version from dashboard.measure_result_v1
where measure_name = :measure and organisation_code = any (:codes) and period_grain = 'month' and period_start between :since and :until order by period_start"""
PHASES = ("before", "after")
METHOD = "difference in differences, beside all other members over the same months"


def effect_figure(asked: Asked, number_: str, measure: str) -> Figure:
    """One action and one of its measures. Raises 404."""
    one = action(asked, number_)
    found = [told for told in one.told if told.measure.measure_name == measure]
    if not found:
        raise HTTPException(404, "The action names no such measure.")
    return _figure(asked, one, found[0])


def _figure(asked: Asked, one: Action, told: Told) -> Figure:
    starts, own, network = _months(asked, one, told)
    who, effect = one.place or one.who, told.effect
    summary = _summary(told)
    drawn = _draw(asked, one, told, starts, own, network, summary) if any(row.value is not None for row in own.values()) else None
    compared = used(effect, own)
    rows = [_cells(start, told.measure, own.get(start), network.get(start), compared) for start in reversed(starts)]
    return Figure(
        "effect", (str(one.number), told.measure.measure_name), told.measure.title, summary, drawn,
        ("Month", who, "Cases", "Network", "Phase", "State"), rows, subtitle=f"{one.title}, {who}", notes=_notes(told, own), badge=told.badge,
        source=f"{METHOD} · measure version {told.measure.measure_version}", data_at=effect.computed_at if effect else None, more=f"/measure/{told.measure.measure_name}",
    )  # fmt: skip


def compared_months(asked: Asked, one: Action, told: Told) -> dict[str, list[date]]:
    """Phase -> the months that the verdict on a measure compares; none before it has been looked at."""
    return used(told.effect, _months(asked, one, told)[1])


def _months(asked: Asked, one: Action, told: Told) -> tuple[list[date], dict[date, Row], dict[date, Row]]:
    effect, begun = told.effect, one.row.started_on
    since = effect.before_from if effect and effect.before_from else date(begun.year - 2, begun.month, 1)
    until = effect.after_to if effect and effect.after_to else date(begun.year + 2, begun.month, 1)
    codes = [one.row.organisation_code, *([asked.network_code] if asked.network_code else [])]
    rows = asked.rows(RESULTS, measure=told.measure.measure_name, codes=codes, since=since, until=until)
    by_code = {code: {row.period_start: row for row in rows if row.organisation_code == code} for code in codes}
    network = by_code.get(asked.network_code, {})
    known = [start for start, row in (*by_code[codes[0]].items(), *network.items()) if row.value is not None or row.is_suppressed]
    return _all_months(min(known), max(known)) if known else [], by_code[codes[0]], network


def _all_months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1) for i in range(count)]


# ------------------------------------------------------------------------------------------------ drawing
def _draw(asked: Asked, one: Action, told: Told, starts: Sequence[date], own: dict[date, Row], network: dict[date, Row], summary: str):
    measure, unit = told.measure, words.unit_of(told.measure)
    values, beside = ([_value(rows.get(start)) for start in starts] for rows in (own, network))
    said = [f"{words.period(start)}: {words.value(value, measure)}" for start, value in zip(starts, values, strict=True)]
    is_open = [bool(own[start].is_provisional) if start in own else False for start in starts]
    are_open = [bool(network[start].is_provisional) if start in network else False for start in starts]
    lines = [
        Line("network", beside, REFERENCE, "2 3", 1.6, is_open=are_open),
        Line("", values, COMMON, has_marks=True, said=said, is_open=is_open),
    ]
    begun = one.row.started_on
    place = (begun.year - starts[0].year) * 12 + begun.month - starts[0].month + (begun.day - 1) / 31 - 0.5
    is_inside = -0.5 <= place <= len(starts)
    parts = months(
        starts,
        lines,
        _phases(told.effect, starts, used(told.effect, own)),
        unit,
        (place, f"began {words.day(begun)}") if is_inside else None,
    )
    estimates = _estimates(told)
    parts += interval_parts(estimates, unit, HEIGHT, ("lower", "higher")) if estimates else []
    return canvas(parts, HEIGHT + (interval_height(estimates) if estimates else 0), f"{measure.title}, {one.title}", summary)


def _value(row: Row | None) -> float | None:
    return row.value if row else None


def used(effect: Row | None, own: dict[date, Row]) -> dict[str, list[date]]:
    """Phase, before and after, -> the months that are compared: the final ones of its window."""
    known = (
        sorted(start for start, row in own.items() if not row.is_provisional and (row.value is not None or row.is_suppressed))
        if effect
        else []
    )
    windows = {phase: (getattr(effect, f"{phase}_from"), getattr(effect, f"{phase}_to")) for phase in PHASES} if effect else {}
    return {phase: [start for start in known if first and first <= start <= last] for phase, (first, last) in windows.items()}


def _phases(effect: Row | None, starts: Sequence[date], compared: dict[str, list[date]]) -> list[Span]:
    """Centre and limits of the XmR chart of each phase, over its months."""
    spans: list[Span] = []
    for phase, dates in compared.items():
        inside = [i for i, start in enumerate(starts) if start in dates]
        for line, style in (
            ("mean", {"colour": OWN, "width": 2.2, "name": f"mean {phase}"}),
            ("lower_limit", {"colour": FAINT, "dashes": "4 3", "width": 1.1}),
            ("upper_limit", {"colour": FAINT, "dashes": "4 3", "width": 1.1}),
        ):
            value = words.possible(getattr(effect, f"{phase}_{line}"), effect)
            if inside and value is not None:
                spans.append(
                    Span(inside[0] - 0.5, inside[-1] + 0.5, (value, value), **style, key="" if line == "mean" else "limits of a phase")
                )
    return spans


def _estimates(told: Told) -> list[Estimate]:
    effect = told.effect
    if effect is None or (effect.controlled_difference is None and effect.difference is None):
        return []
    rows = []
    for name, label, kind in (
        ("difference", "before and after alone", ""),
        ("controlled_difference", "beyond the network", effect.verdict),
    ):
        value, lower, upper = (getattr(effect, f"{name}{end}") for end in ("", "_lower", "_upper"))
        if value is not None:
            said = interval(value, lower, upper, effect)
            rows.append(
                Estimate(label, value, lower, upper, kind, words.points(value, effect), f"{label}: {said}", is_own=name != "difference")
            )
    return rows


# ------------------------------------------------------------------------------------------------ words
def _summary(told: Told) -> str:
    effect, said = told.effect, VERDICTS[told.verdict][1].capitalize()
    if effect is None:
        return "Not looked at yet: an action is looked at once it has begun and its months are final."
    if told.until:
        return f"{said}: {told.until}."
    if not told.size:
        return f"{said}."
    return f"{said}: {told.size}" + (
        " beyond what the rest of the network did over the same months."
        if effect.compared_count and not told.size.startswith("hidden")
        else "."
    )


def _notes(told: Told, own: dict[date, Row]) -> tuple[str, ...]:
    effect, notes = told.effect, []
    if any(row.is_suppressed for row in own.values()):
        notes.append(words.HIDDEN_MONTHS)
    if any(row.is_provisional and row.value is not None for row in own.values()):
        notes.append("Provisional months are drawn hollow and do not count for the verdict.")
    if any(_differ(effect, phase) for phase in PHASES):
        notes.append("The lines are means of months that count alike; in the numbers behind the verdict months are weighed by their cases.")
    return (*notes, *cautions(effect))


def _differ(effect: Row | None, phase: str) -> bool:
    """Whether the mean of a phase's months is told as another number than their value."""
    mean, value = (getattr(effect, f"{phase}_{name}", None) for name in ("mean", "value"))
    return None not in (mean, value) and words.value(mean, effect) != words.value(value, effect)


def cautions(effect: Row | None) -> tuple[str, ...]:
    """What one must know before one believes it."""
    if effect is None:
        return ()
    told = []
    if effect.follows_extreme:
        told.append("It followed an extreme on the worse side: some return to the mean is to be expected, whatever was done.")
    if effect.overlaps_with:
        told.append("Other actions of the same place name this measure: no month counts for two of them, so fewer months count here.")
    if effect.verdict in TOLD and effect.compared_count < 2:
        told.append(
            "There was nobody to compare with: it rests on the place's own months alone, and a drift of the whole network would look like its work."
        )
    elif effect.verdict in TOLD and effect.compared_count < 5:
        told.append(f"Only {effect.compared_count} others can be compared with.")
    return tuple(told)


def _cells(start: date, measure: Row, own: Row | None, network: Row | None, compared: dict[str, list[date]]) -> list[Cell]:
    phase = next((name for name, dates in compared.items() if start in dates), "not compared")
    value, is_hidden = _value(own), bool(own and own.is_suppressed)
    return [
        Cell(words.period(start), start.isoformat()), number(value, "hidden" if is_hidden and value is None else words.bare(value, measure)),
        number(own.denominator if own else None, words.count(own.denominator if own else None)), number(_value(network), words.bare(_value(network), measure)),
        Cell(phase), Cell("provisional" if own and own.is_provisional else "final" if own else words.NONE),
    ]  # fmt: skip
