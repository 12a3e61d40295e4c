"""An aim: its trajectory beside what the months say, whether the process can meet it, what to expect on its day.

Belongs here: reading and wording it. Does not belong here: how an aim's progress is told (``assets.aims``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.canvas import COMMON, FAINT, OWN, TARGET, canvas
from dashboard.charts.months import HEIGHT, Bar, Line, Span, months
from dashboard.figures.figure import Cell, Figure, number
from dashboard.views import Row

AIMS = """select p.*, a.set_on, a.note from dashboard.aim_progress_v1 p join dashboard.aim_v1 a using (aim_id) order by p.target_on, p.aim_id"""
RESULTS = """select period_start, value, denominator, is_provisional, is_suppressed from dashboard.measure_result_v1
where measure_name = :measure and organisation_code = :code and period_grain = 'month' and period_start >= :since order by period_start"""
STATES = {
    "reached": ("improvement", "reached"),
    "on track": ("improvement", "on track"),
    "behind": ("concern", "behind"),
    "too early": ("none", "too early to say"),
}
ASSURANCE = {
    "always": "The process as it is meets the target always: its limits lie on the better side of it.",
    "sometimes": "The process as it is meets the target in some months and misses it in others, by chance: to be sure of it, the process has to change.",
    "never": "The process as it is never meets the target: its limits lie on the worse side of it. Working harder will not do; it needs another process.",
    "not known": "Whether the process can meet the target is not known yet: there are too few months for limits.",
}
BEFORE = 24  # months of actual values shown before the aim was set, at the most
FURTHEST = 72  # months on a chart


def aims(asked: Asked) -> list[Row]:
    """All aims as they stand, the next due first; those with progress."""
    return asked.rows(AIMS)


def aim_figure(asked: Asked, measure: str, slug: str) -> Figure:
    """The aim of an organisation for a measure. Raises 404."""
    code, one = asked.organisation(slug).organisation_code, asked.measure(measure)
    found = [aim for aim in aims(asked) if (aim.organisation_code, aim.measure_name) == (code, one.measure_name)]
    if not found:
        raise HTTPException(404, "There is no such aim; it may have been withdrawn.")
    return figure_of(asked, one, found[0])


def figure_of(asked: Asked, measure: Row, aim: Row) -> Figure:
    code = aim.organisation_code
    begun = aim.set_on
    since = date(begun.year - BEFORE // 12, begun.month, 1)
    results = {row.period_start: row for row in asked.rows(RESULTS, measure=measure.measure_name, code=code, since=since)}
    starts = _months(results, aim)
    summary, who = _summary(aim, measure), asked.names.name(code)
    return Figure(
        "aim", (measure.measure_name, asked.names.slug(code)), measure.title, summary, _draw(measure, aim, starts, results, summary, who), ("Month", "Actual", "Cases", "Trajectory", "State"),
        [_cells(start, measure, aim, results.get(start)) for start in reversed(starts)], subtitle=f"aim of {who}", notes=_notes(aim, measure, results), badge=STATES[aim.state],
        source=f"straight line from baseline to target; limits: XmR of the latest two years · measure version {measure.measure_version}", data_at=aim.computed_at, more=f"/measure/{measure.measure_name}",
    )  # fmt: skip


def _months(results: dict[date, Row], aim: Row) -> list[date]:
    """From the first value (or the day the aim was set) to the aim's day."""
    first = min([*results, aim.set_on.replace(day=1)])
    last = max([*results, aim.target_on.replace(day=1)])
    count = min((last.year - first.year) * 12 + last.month - first.month + 1, FURTHEST)
    return [date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1) for i in range(count)]


def _place(starts: Sequence[date], day: date) -> float:
    return (day.year - starts[0].year) * 12 + day.month - starts[0].month + (day.day - 1) / 31 - 0.5


def _at(aim: Row, day: date) -> float | None:
    """The trajectory on a day; None before the aim and after its day."""
    if not aim.set_on <= day <= aim.target_on or aim.set_on == aim.target_on:
        return None
    return aim.baseline_value + (aim.target_value - aim.baseline_value) * (day - aim.set_on).days / (aim.target_on - aim.set_on).days


def _draw(measure: Row, aim: Row, starts: Sequence[date], results: dict[date, Row], summary: str, who: str):
    unit, last = words.unit_of(measure), len(starts) - 0.5
    values = [results[start].value if start in results else None for start in starts]
    said = [f"{words.period(start)}: {words.value(value, measure)}" for start, value in zip(starts, values, strict=True)]
    is_open = [bool(results[start].is_provisional) if start in results else False for start in starts]
    begin, end = _place(starts, aim.set_on), min(_place(starts, aim.target_on), last)
    reached = aim.target_value if end < last else _at(aim, starts[-1]) or aim.target_value
    spans = [
        Span(begin, end, (aim.baseline_value, reached), TARGET, "7 4", 2.2, key="aim"),
        Span(-0.5, last, (aim.target_value, aim.target_value), TARGET, "1 3", 1.2, name="target"),
    ]
    limits = [
        (name, words.possible(value, measure))
        for name, value in (("lower", aim.lower_limit), ("upper", aim.upper_limit))
        if value is not None
    ]
    spans += [Span(-0.5, last, (value, value), FAINT, "4 3", 1.1, name=name) for name, value in limits]
    bars = (
        [Bar(end, aim.forecast_value, *_forecast(aim, measure), OWN, "forecast if nothing changes")]
        if aim.forecast_value is not None and aim.forecast_lower is not None
        else []
    )
    parts = months(starts, [Line("", values, COMMON, has_marks=True, said=said, is_open=is_open)], spans, unit, None, bars)
    return canvas(parts, HEIGHT, f"Aim: {measure.title}, {who}", summary)


def _forecast(aim: Row, measure: Row) -> tuple[float, float]:
    return words.possible(aim.forecast_lower, measure), words.possible(aim.forecast_upper, measure)


# ------------------------------------------------------------------------------------------------ words
def _summary(aim: Row, measure: Row) -> str:
    said = f"From {words.value(aim.baseline_value, measure)} to {words.value(aim.target_value, measure)} by {words.day(aim.target_on)}."
    if aim.actual_value is None:
        return f"{said} " + (
            f"What it is now is hidden: {words.SMALL}." if aim.is_suppressed else "There is no final month yet to set against it."
        )
    now = f"{words.value(aim.actual_value, measure)} over the latest three final months to {words.period(aim.actual_on)}"
    on_line = f"; the line stands at {words.value(aim.trajectory_value, measure)}" if aim.trajectory_value is not None else ""
    return f"{said} Now {now}{on_line}."


def _notes(aim: Row, measure: Row, results: dict[date, Row]) -> tuple[str, ...]:
    notes = [ASSURANCE.get(aim.assurance or "not known", ASSURANCE["not known"])]
    if aim.forecast_value is not None and aim.forecast_lower is not None:
        low, high = (words.value(limit, measure) for limit in _forecast(aim, measure))
        notes.append(
            f"If nothing changes, a month around {words.day(aim.target_on)} is expected at {words.value(aim.forecast_value, measure)}, between {low} and {high} (95 %). No trend is carried on."
        )
    if aim.is_over:
        notes.append("The day of the aim has passed.")
    if any(row.is_suppressed for row in results.values()):
        notes.append(words.HIDDEN_MONTHS)
    if any(row.is_provisional and row.value is not None for row in results.values()):
        notes.append("Provisional months are drawn hollow.")
    return tuple(notes)


def _cells(start: date, measure: Row, aim: Row, row: Row | None) -> list[Cell]:
    value, line = (row.value if row else None), _at(aim, start)
    shown = "hidden" if row and row.is_suppressed and value is None else words.bare(value, measure)
    return [
        Cell(words.period(start), start.isoformat()), number(value, shown), number(row.denominator if row else None, words.count(row.denominator if row else None)),
        number(line, words.bare(line, measure)), Cell("provisional" if row and row.is_provisional else "final" if row else "still to come"),
    ]  # fmt: skip
