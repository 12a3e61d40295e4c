"""A measure of an organisation over time, with what its leads did and aim at. Special causes are those of final points alone, as signals are raised.

Belongs here: reading and wording it. Does not belong here: drawing (``dashboard.charts.series``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from dashboard import signal_words, words
from dashboard.asked import Asked
from dashboard.charts.series import LIMITS, NATIONAL, SCREEN, Level, Note, Paper, Path, Spot, series
from dashboard.figures.figure import Cell, Figure, number
from dashboard.names import POOLED
from dashboard.views import Row

POINTS = """select * from dashboard.chart_point_v1 where organisation_code = :organisation and {measures} and is_judged
order by measure_name, point_number"""
RESULTS = """select measure_name, period_grain, period_start, numerator, denominator, completeness_share, computed_at from dashboard.measure_result_v1
where organisation_code = :organisation and {measures}"""
NATIONAL_VALUES = """select measure_name, period_start, period_grain, national_value, national_source from dashboard.place_v1
where organisation_code = :organisation and {measures} and national_value is not null"""
ACTIONS = (
    """select * from dashboard.improvement_action_v1 where provider_code = :provider and measure_names && :measures order by started_on"""
)
AIMS = """select a.*, v.set_on, v.note from dashboard.aim_progress_v1 a join dashboard.aim_v1 v using (aim_id)
where a.organisation_code = :organisation and a.measure_name = any (:measures)"""
GRAINS = ("month", "quarter", "year")
BEYOND = ("above upper limit", "below lower limit")
CHARTS = {
    "xmr": "XmR chart",
    "p_prime": "P′ chart: limits follow each month's number of cases",
    "u_prime": "U′ chart: limits follow each month's exposure",
}


def series_figure(asked: Asked, measure: str, slug: str) -> Figure:
    """One measure of one organisation. Raises 404."""
    organisation = asked.organisation(slug)
    return series_figures(asked, [asked.measure(measure).measure_name], organisation.organisation_code)[0]


def series_figures(asked: Asked, measures: Sequence[str], code: str, paper: Paper = SCREEN) -> list[Figure]:
    """The figures of many measures of an organisation, read with one question each for points, references, actions and aims."""
    names = list(measures)
    points = _by_measure(_points(asked, code, names))
    national = _by_measure(of_measures(asked, NATIONAL_VALUES, code, names))
    provider = asked.names.organisations[code].provider_code or code
    # what others write of themselves may hold their name
    actions = [Row(**{**vars(row), "title": asked.names.told(row.title)}) for row in asked.rows(ACTIONS, provider=provider, measures=names)]
    aims = _by_measure(asked.rows(AIMS, organisation=code, measures=names))
    return [
        _figure(asked, name, code, points[name], national[name], [a for a in actions if name in a.measure_names], aims[name], paper)
        for name in names
    ]


def _points(asked: Asked, code: str, names: Sequence[str]) -> list[Row]:
    """Points of the charts, each with the counts of its result."""
    results = {(r.measure_name, r.period_grain, r.period_start): vars(r) for r in of_measures(asked, RESULTS, code, names)}
    empty = dict.fromkeys(("numerator", "denominator", "completeness_share", "computed_at"))
    return [
        Row(**{**empty, **results.get((p.measure_name, p.period_grain, p.period_start), {}), **vars(p)})
        for p in of_measures(asked, POINTS, code, names)
    ]


def of_measures(asked: Asked, sql: str, code: str, names: Sequence[str]) -> list[Row]:
    """Of what is pooled over many a measure at a time: so the question reaches the tables; else of all measures at once."""
    if len(names) > 1 and asked.names.organisations[code].organisation_kind not in POOLED:
        return asked.rows(sql.format(measures="measure_name = any (:measures)"), organisation=code, measures=list(names))
    return [row for name in names for row in asked.rows(sql.format(measures="measure_name = :measure"), organisation=code, measure=name)]


def _by_measure(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.measure_name].append(row)
    return found


def _figure(
    asked: Asked, name: str, code: str, points: list[Row], national: list[Row], actions: list[Row], aims: list[Row], paper: Paper = SCREEN
) -> Figure:
    measure, organisation = asked.measures[name], asked.names.name(code)
    points = _shown(measure, points)
    summary, badge = _summary(measure, points)
    numbered = tuple(
        (i, f"{a.title} (from {words.day(a.started_on)})", f"/actions/{a.improvement_action_id}") for i, a in enumerate(actions, start=1)
    )
    known = [p for p in points if p.computed_at]
    return Figure(
        "series", (name, asked.names.slug(code)), measure.title, summary, _draw(measure, organisation, summary, points, national, actions, aims, paper) if any(p.value is not None for p in points) else None,
        ("Period", "Value", "Numerator", "Denominator", "Centre", "Lower limit", "Upper limit", "What it tells", "Completeness", "State"),
        [_cells(measure, p) for p in reversed(points)], subtitle=organisation, notes=_notes(measure, points, national, aims), numbered=numbered,
        source=f"{CHARTS.get(points[0].chart, points[0].chart) if points else 'no chart'} · measure version {measure.measure_version}",
        data_at=max((p.computed_at for p in known), default=None), more=f"/measure/{name}", badge=badge,
    )  # fmt: skip


def _shown(measure: Row, points: list[Row]) -> list[Row]:
    """Limits within what there can be."""
    return [
        Row(**{**vars(p), **{line: words.possible(getattr(p, line), measure) for line in ("lower_limit", "upper_limit")}}) for p in points
    ]


# ------------------------------------------------------------------------------------------------ drawing
def _draw(
    measure: Row, organisation: str, summary: str, points: list[Row], national: list[Row], actions: list[Row], aims: list[Row], paper: Paper
):
    grain = points[0].period_grain
    spots = [
        Spot(words.period(p.period_start, grain), p.value, p.final_point_type, bool(p.is_provisional), _said(measure, p)) for p in points
    ]
    levels = [Level(title, [getattr(p, line) for p in points], **style) for title, line, style in
              (("mean", "mean", {}), ("upper", "upper_limit", LIMITS), ("lower", "lower_limit", LIMITS)) if any(getattr(p, line) is not None for p in points)]  # fmt: skip
    if national:
        levels.append(Level("national", [_national_at(p.period_start, national) for p in points], **NATIONAL))
    if measure.target is not None:
        levels.append(Level("target", [measure.target] * len(points), **NATIONAL))
    starts = [p.period_start for p in points]
    notes = [
        Note(place, i, f"{a.title}, from {words.day(a.started_on)}")
        for i, a in enumerate(actions, start=1)
        if (place := _place(starts, a.started_on)) is not None
    ]
    paths = [path for aim in aims if (path := _trajectory(measure, starts, aim))]
    return series(f"{measure.title}, {organisation}", summary, spots, levels, words.unit_of(measure), notes, paths, paper)


def _national_at(start: date, national: list[Row]) -> float | None:
    """The national value of the shortest period that contains the day."""
    holding = [row for row in national if row.period_start <= start <= words.period_end(row.period_start, row.period_grain)]
    return min(holding, key=lambda row: GRAINS.index(row.period_grain)).national_value if holding else None


def _place(starts: Sequence[date], day: date) -> float | None:
    """Where a day lies among periods, from 0 at the beginning of the first; None outside."""
    later = sum(start <= day for start in starts)
    if not later or (later == len(starts) and (day - starts[-1]).days > 92):
        return None
    length = (starts[later] - starts[later - 1]).days if later < len(starts) else 31
    return later - 1 + min((day - starts[later - 1]).days / length, 1.0)


def _trajectory(measure: Row, starts: Sequence[date], aim: Row) -> Path | None:
    """The part of the aim's straight line that lies on the chart; of an aim as young as the last month, a mark at its target there."""
    begun, until = aim.set_on, aim.target_on
    if begun is None or begun >= until or _place(starts, begun) is None:
        return None
    last = len(starts) - 1
    said = f"Aim: {words.value(aim.target_value, measure)} by {words.day(until)}"
    if begun > starts[-1]:
        return Path((last - 0.5, aim.target_value), (last + 0.5, aim.target_value), said)
    end = min(_place(starts, until) if until <= starts[-1] else last, last)
    end_day = min(until, starts[-1])
    reached = aim.baseline_value + (aim.target_value - aim.baseline_value) * (end_day - begun).days / (until - begun).days
    start = _place(starts, begun)
    return Path((start - 0.5, aim.baseline_value), (max(end, start), reached), said)


# ------------------------------------------------------------------------------------------------ words
def _said(measure: Row, point: Row) -> str:
    said = f"{words.period(point.period_start, point.period_grain)}: {words.value(point.value, measure)}"
    said += (
        f" ({words.count(point.numerator)} of {words.count(point.denominator)})"
        if measure.kind == "proportion" and point.denominator
        else ""
    )
    said += f"; {_rule(point)}" if point.final_rule_name else ""
    return said + ("; provisional" if point.is_provisional else "")


def _summary(measure: Row, points: list[Row]) -> tuple[str, tuple[str, str] | None]:
    """The latest final value with what the chart says of it, in words; and the word for it."""
    final = [p for p in points if p.value is not None and not p.is_provisional]
    if not final:
        hidden = any(p.is_suppressed for p in points)
        return ("No final month can be shown." if hidden else "No final month yet."), None
    last = final[-1]
    said = f"{words.value(last.value, measure)} in {words.period(last.period_start, last.period_grain)}"
    if last.mean is None:
        return said + (
            ", the latest that is shown; hidden months hide the lines."
            if any(p.is_suppressed for p in points)
            else "; too few months for limits."
        ), None
    said += f", mean {words.value(last.mean, measure)}"
    if last.final_point_type == "insufficient data":
        return f"{said}; too few months for limits.", None
    return f"{said}. {_judged(final)}", _badge(last)


def _rule(point: Row) -> str:
    """What the rule that a point breaks saw, in words."""
    return signal_words.seen(point.final_rule_name, point.period_grain)


def _judged(final: list[Row]) -> str:
    """Whether the last final point is of a special cause; else which was the latest, for it is seen on the chart."""
    last, special = final[-1], [p for p in final if p.final_rule_name]
    if not special:
        return f"No special cause: {last.period_grain}s differ as by chance."
    latest = special[-1]
    if latest is last:
        return f"Special cause: {_rule(last)}."
    when = [words.period(p.period_start, p.period_grain) for p in (last, latest)]
    return f"No special cause in {when[0]}; {_rule(latest)} {'in' if latest.final_rule_name in BEYOND else 'until'} {when[1]}."


def _badge(last: Row) -> tuple[str, str] | None:
    if last.final_rule_name:
        kind = last.final_point_type.removeprefix("special cause ")
        tone = kind if kind in ("improvement", "concern") else "change"
        return tone, tone
    return ("common", "common cause") if last.final_point_type == "common cause" else None


def _notes(measure: Row, points: list[Row], national: list[Row], aims: list[Row]) -> tuple[str, ...]:
    notes = []
    if open_months := [p for p in points if p.is_provisional and p.value is not None]:
        notes.append(
            f"Provisional from {words.period(open_months[0].period_start, open_months[0].period_grain)}: cases or outcomes are still to come."
        )
    if any(p.is_suppressed for p in points):
        notes.append(f"{words.HIDDEN_MONTHS} With them the lines of the chart are hidden.")
    low = [p for p in points[-6:] if p.completeness_share is not None and p.completeness_share < 0.9]
    if low:
        notes.append(f"Completeness is as low as {words.share(min(p.completeness_share for p in low))} in the last months.")
    sources = {row.national_source for row in national if row.national_source}
    notes += [f"National value: {', '.join(sorted(sources))}."] if sources else []
    notes += [
        f"Aim: {words.value(a.target_value, measure)} by {words.day(a.target_on)}; {a.state}"
        + (f", the process as it is meets it {a.assurance}" if a.assurance else "")
        + "."
        for a in aims
    ]
    if any(p.is_stale for p in points):
        notes.append("New data have come in and are being computed.")
    return tuple(notes)


def _cells(measure: Row, point: Row) -> list[Cell]:
    return [
        Cell(words.period(point.period_start, point.period_grain), point.period_start.isoformat()),
        number(point.value, "hidden" if point.is_suppressed else words.bare(point.value, measure)),
        number(point.numerator, words.count(point.numerator)), number(point.denominator, words.count(point.denominator)),
        *(number(line, words.bare(line, measure)) for line in (point.mean, point.lower_limit, point.upper_limit)),
        Cell(_tells(point)), number(point.completeness_share, words.share(point.completeness_share)), Cell("provisional" if point.is_provisional else "final"),
    ]  # fmt: skip


def _tells(point: Row) -> str:
    if point.value is None and point.is_suppressed:
        return "suppressed"
    if point.final_rule_name:
        return _rule(point)
    return point.final_point_type
