"""The pathway of a provider as a timeline, in a quarter or year.

Belongs here: reading and wording it. Does not belong here: drawing (``dashboard.charts.timeline``).
"""

from __future__ import annotations

from datetime import date

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.timeline import Lane, timeline
from dashboard.figures.figure import Cell, Figure, number
from dashboard.views import Row

SOON_MINUTES = 15  # what comes at once is not said to come ten times as late
MILESTONES = """select * from dashboard.milestone_result_v1
where pathway_name = :pathway and organisation_code = :organisation and period_grain = 'quarter' order by period_start, place"""
COLUMNS = (
    "Milestone",
    "Median",
    "Lower quartile",
    "Upper quartile",
    "Network median",
    "National median",
    "Best decile",
    "Reached",
    "Of cases",
)


def timeline_figure(asked: Asked, pathway: str, slug: str, start: str = "") -> Figure:
    """The timeline of a quarter (its first day; the latest whole one if it does not say). Raises 404."""
    organisation = asked.organisation(slug)
    rows = asked.rows(MILESTONES, pathway=pathway, organisation=organisation.organisation_code)
    quarter = _quarter(rows, start)
    lanes = [row for row in rows if row.period_start == quarter and row.is_timed]
    name = asked.names.name(organisation.organisation_code)
    when = words.period(quarter, "quarter")
    timed = [row for row in lanes if row.median_minutes is not None]
    summary = _summary(timed, when) if timed else f"No times are known or shown for {when}." if quarter else "No quarter has data yet."
    return Figure(
        "timeline", (pathway, slug, *([quarter.isoformat()] if quarter else [])), f"The pathway, {when}" if quarter else "The pathway", summary,
        timeline(f"{words.plain(pathway)}: {name}, {when}", summary, [_lane(row) for row in lanes]) if timed else None, COLUMNS, [_cells(row) for row in lanes],
        subtitle=name, notes=_notes(lanes), source="Median and quartiles of minutes from clock start", data_at=max((row.computed_at for row in lanes if row.computed_at), default=None),
    )  # fmt: skip


def quarters(asked: Asked, pathway: str, code: str) -> list[date]:
    """The quarters that have a timeline, the latest first."""
    return sorted({row.period_start for row in asked.rows(MILESTONES, pathway=pathway, organisation=code)}, reverse=True)


def _quarter(rows: list[Row], said: str) -> date | None:
    starts = sorted({row.period_start for row in rows})
    if said:
        try:
            wanted = date.fromisoformat(said)
        except ValueError:
            wanted = None
        if wanted not in starts:
            raise HTTPException(404, "There is no timeline of that quarter.")
        return wanted
    whole = [start for start in starts if words.period_end(start, "quarter") < date.today()]
    return (whole or starts or [None])[-1]


def _summary(timed: list[Row], when: str) -> str:
    """Where the provider is furthest behind the network, for milestones where sooner is better."""
    compared = [row for row in timed if row.sooner_is_better and row.network_median_minutes is not None]
    behind = [row for row in compared if row.median_minutes > row.network_median_minutes]
    said = words.many(len(timed), "milestone") + f" of {when}"
    if not behind:
        return (
            f"{said}; of the {len(compared)} that should come soon none is reached later than in the network." if compared else f"{said}."
        )
    worst = max(behind, key=lambda row: row.median_minutes / max(row.network_median_minutes, SOON_MINUTES))
    return (f"{said}; furthest behind the network: {worst.milestone_title.lower()}, {words.duration(worst.median_minutes)} "
            f"against {words.duration(worst.network_median_minutes)}.")  # fmt: skip


def _lane(row: Row) -> Lane:
    said = f"{row.milestone_title}: median {words.duration(row.median_minutes)}"
    if row.lower_quartile_minutes is not None:
        said += f", quartiles {words.duration(row.lower_quartile_minutes)} to {words.duration(row.upper_quartile_minutes)}"
    said += f"; network {words.duration(row.network_median_minutes)}"
    said += f"; best decile {words.duration(row.best_decile_minutes)}" if row.best_decile_minutes is not None else ""
    shown = "hidden" if row.is_suppressed else words.duration(row.median_minutes)
    return Lane(row.milestone_title, row.lower_quartile_minutes, row.median_minutes, row.upper_quartile_minutes, row.network_median_minutes,
                row.national_median_minutes, row.best_decile_minutes, shown, said)  # fmt: skip


def _notes(lanes: list[Row]) -> tuple[str, ...]:
    notes = ["Close to the start an hour is drawn wide, later a day is."]
    notes += ["Provisional: events of these cases are still to come."] if any(row.is_provisional for row in lanes) else []
    notes += [f"Hidden: {words.SMALL}."] if any(row.is_suppressed for row in lanes) else []
    sources = sorted({row.national_source for row in lanes if row.national_source})
    return (*notes, *(f"National median: {source}." for source in sources))


def _cells(row: Row) -> list[Cell]:
    minutes = (
        "median_minutes",
        "lower_quartile_minutes",
        "upper_quartile_minutes",
        "network_median_minutes",
        "national_median_minutes",
        "best_decile_minutes",
    )
    hidden = "hidden" if row.is_suppressed else None
    return [
        Cell(row.milestone_title),
        *(number(getattr(row, name), hidden if hidden and i < 3 else words.duration(getattr(row, name))) for i, name in enumerate(minutes)),
        number(row.reached_count, hidden or words.count(row.reached_count)), number(row.case_count, hidden or words.count(row.case_count)),
    ]  # fmt: skip
