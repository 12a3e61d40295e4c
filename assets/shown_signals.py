"""What Dagster's page shows of the signals: how many are open, the latest, and the charts of those whose series may be shown.

Belongs here: choosing and querying. Does not belong here: drawing (``assets.pictures``), other stages (``assets.shown``).
A month of a hospital often has a count that the small-numbers policy hides; with it the lines of its chart are hidden, for they would tell it. Such
signals stand in the table. Their charts are for their own provider, in ``dashboard.chart_point_v1``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dagster import MetadataValue
from sqlalchemy import Connection, Row

from assets import pictures
from assets.shown_words import Policy, month_of, policy_of, query, unit_of

CHARTS, LOOKED_AT, LATEST = 4, 12, 12
BY_KIND = """
select kind, count(*) filter (where state <> 'closed') as open, count(*) as ever from measurement.signal where pathway_name = :pathway
group by 1 order by 2 desc, 1
"""
LATEST_OPEN = """
select coalesce(o.organisation_name, s.organisation_code), coalesce(m.title, s.kind), s.rule_name,
    case s.is_favourable when true then 'improvement' when false then 'concern' else '' end, to_char(s.since_on, 'Mon YYYY')
from measurement.signal s left join measurement.measure m using (measure_name) left join pathway.organisation o using (organisation_code)
where s.pathway_name = :pathway and s.state <> 'closed' order by s.raised_at desc, s.signal_id desc limit :latest
"""
# a glance that spares looking at series that are hidden for certain; those of sites and teams mostly are, by what their sisters hide
CANDIDATES = """
select s.measure_name, s.organisation_code, o.organisation_name, m.title, m.unit, m.decimals, s.rule_name, s.is_favourable, s.since_on
from measurement.signal s join measurement.measure m using (measure_name) join pathway.organisation o using (organisation_code)
join house.small_numbers_policy p on p.is_current
cross join lateral (select coalesce(bool_or(house.is_small(r.numerator, p.suppress_to) or house.is_small(r.denominator, p.suppress_to)), false) as has_small
    from measurement.measure_result r where r.measure_name = s.measure_name and r.organisation_code = s.organisation_code) cells
where s.pathway_name = :pathway and s.kind = 'special cause' and s.state <> 'closed' and o.organisation_kind not in ('site', 'team') and not cells.has_small
order by s.raised_at desc, s.signal_id desc limit :most
"""
# of the chart that raises the measure's signals, as signals are raised: special causes of final points alone; the lines as the view rounds them, the values as pages do
POINTS = """
select v.period_start, r.value, v.mean, v.lower_limit, v.upper_limit, v.final_point_type, v.is_provisional, v.chart
from dashboard.chart_point_v1 v
join measurement.measure_result r on r.measure_name = v.measure_name and r.organisation_code = v.organisation_code
    and r.period_grain = v.period_grain and r.period_start = v.period_start
where v.measure_name = :measure and v.organisation_code = :organisation and v.is_judged order by v.period_start
"""
CHART_NAMES = {"xmr": "XmR chart", "p_prime": "P\u2032 chart", "u_prime": "U\u2032 chart"}


def signals_metadata(connection: Connection, pathway: str) -> dict[str, object]:
    """Metadata of the node."""
    kinds = query(connection, BY_KIND, pathway=pathway)
    shown: dict[str, object] = {"open_signals": sum(row.open for row in kinds), "signals_ever": sum(row.ever for row in kinds)}
    if not kinds:
        return shown
    latest = query(connection, LATEST_OPEN, pathway=pathway, latest=LATEST)
    shown["latest_open"] = MetadataValue.md(
        pictures.table(("organisation", "what", "rule", "kind", "since"), [tuple(row) for row in latest])
    )
    shown["picture"] = MetadataValue.md(
        pictures.bars("Open signals by kind", [row.kind for row in kinds], [row.open for row in kinds], pictures.ORANGE)
    )
    charts = list(_charts(connection, pathway))
    shown["charts_shown"] = (
        f"{len(charts)}, of the latest special causes without a month of small numbers; the others are shown to their own provider"
    )
    for number, chart in enumerate(charts, start=1):
        shown[f"chart_{number}"] = MetadataValue.md(pictures.xmr(chart.title, chart.subtitle, chart.points, *chart.lines, chart.unit))
    if charts:
        first = charts[0]
        glance = pictures.glance_series(
            f"**{first.title}**, {first.subtitle}", first.points, [_level(line) for line in first.lines], first.unit
        )
        shown = {"at_a_glance": MetadataValue.md(glance), **shown}
    return shown


class Chart(NamedTuple):
    """What a chart shows, large or at a glance; ``lines``: mean, lower and upper limit, a value a point."""

    title: str
    subtitle: str
    points: list[pictures.Point]
    lines: tuple[list[float | None], ...]
    unit: pictures.Unit


def _level(line: list[float | None]) -> float | None:
    """The line's value if it has one only: limits that follow the denominator are for the whole chart."""
    return line[-1] if len(set(line)) == 1 else None


def _charts(connection: Connection, pathway: str) -> Iterator[Chart]:
    """The charts of the latest signals that may be shown."""
    left, policy = CHARTS, policy_of(connection)
    for signal in query(connection, CANDIDATES, pathway=pathway, most=LOOKED_AT):
        points = query(connection, POINTS, measure=signal.measure_name, organisation=signal.organisation_code) if left else []
        if points and not any(point.final_point_type == "suppressed" for point in points):
            left -= 1
            yield _chart(signal, points, policy)


def _chart(signal: Row, points: Sequence[Row], policy: Policy) -> Chart:
    unit = unit_of(signal.unit, signal.decimals)
    of = points[-1]
    what = {True: "improvement", False: "concern", None: "change"}[signal.is_favourable]
    subtitle = f"{what}: {signal.rule_name}, since {signal.since_on:%B %Y}; {CHART_NAMES[of.chart]} of {len(points)} points"
    drawn = [pictures.Point(month_of(p.period_start), policy.value(p.value, unit), p.final_point_type, p.is_provisional) for p in points]
    lines = tuple([getattr(point, name) for point in points] for name in ("mean", "lower_limit", "upper_limit"))
    return Chart(f"{signal.title}: {signal.organisation_name}", subtitle, drawn, lines, unit)
