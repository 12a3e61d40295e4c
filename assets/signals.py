"""Signals: one for each event, with a life of its own.

Belongs here: what is an event in results, and the life of signals of every kind (raised, extended, closed, raised again). Does not
belong here: charts (``assets.charts``), expectations (``assets.expected_submissions``), who is told (``assets.signal_routes``).
An event is known by kind, subject, what tells events of a subject apart (``Event.thread``) and since when. While it lasts it is one
signal, whichever rules show it; when it no longer touches the latest final point, the signal closes by itself; if it happens again,
that is a new signal. What was closed because its series has stopped is not raised again by a look at the old points, nor is an event that
a person closed (``assets.signal_life``). Leads are told in the same transaction (``assets.signal_routes``). Names that nobody knows yet raise none: who should look?
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import SystemRandom

import numpy as np
from sqlalchemy import Connection, bindparam, insert, select, text, update

from assets.charts import RULE_VERSIONS, Charts
from assets.result_frames import BETTER, MONTHS, shortest_grain
from assets.signal_routes import route
from assets.statistics import spc
from assets.statistics.house_charts import BETWEEN_RULE_NAMES
from schemas.datasets import Pathway
from schemas.measures import EVENT_CHARTS, Chart
from warehouse.measurement_tables import signal, signal_event
from warehouse.organisations import PROVISIONAL

ACTOR = "refresh"
SPECIAL_CAUSE, COMPLETENESS, CUSUM = "special cause", "completeness falling", "cusum"
COMPLETENESS_RULE = "completeness_within_10_points_of_own_six_months"
COMPLETENESS_DROP, COMPLETENESS_MONTHS, COMPLETENESS_MINIMUM = 0.10, 6, 3
# of the measure: where more passes between events, it is lower
DIRECTIONS = {name: "high" if sign > 0 else "low" for (_, sign), name in spc.RULE_NAMES.items()}
DIRECTIONS |= {name: "low" if sign > 0 else "high" for (_, sign), name in BETWEEN_RULE_NAMES.items()}
SERIES_STOPPED = "the series has stopped"
RULE_PARAMETERS = {"shift_length": spc.SHIFT_LENGTH, "trend_length": spc.TREND_LENGTH, "minimum_points": spc.MINIMUM_POINTS}
SUBJECT = ("kind", "pathway_name", "measure_name", "organisation_code", "submission_id")


@dataclass(frozen=True)
class Event:
    """Something that is the case now. ``subject`` in the order of ``SUBJECT``; ``parameters`` say rule, limits and points."""

    subject: tuple[str | None, ...]
    rule_name: str
    rule_version: int
    since_on: date
    until_on: date
    parameters: dict
    is_favourable: bool | None = None

    @property
    def thread(self) -> str:
        """Special causes in one direction are one event; otherwise a rule makes an event."""
        return _thread(self.rule_name)

    @property
    def key(self) -> str:
        return "|".join([*(part or "" for part in self.subject), self.thread, self.since_on.isoformat()])


def _thread(rule_name: str) -> str:
    return DIRECTIONS.get(rule_name, rule_name)


@dataclass
class Settled:
    raised: int = 0
    extended: int = 0
    closed: int = 0
    notes: list[dict] = field(default_factory=list)


# ------------------------------------------------------------------------------------------------ the life of signals
def settle(connection: Connection, examined: Iterable[tuple], events: Sequence[Event], now: datetime, because: str) -> Settled:
    """Make the open signals of the ``examined`` subjects agree with the ``events`` found among them, in the caller's transaction.

    An open signal of the same subject and thread whose time overlaps the event's is that event. ``because`` says why others close.
    """
    waiting: dict[tuple, list[dict]] = {}
    for row in _open(connection, examined):
        waiting.setdefault((*(row[name] for name in SUBJECT), _thread(row["rule_name"])), []).append(row)
    settled, fresh = Settled(), []
    for event in events:
        same = waiting.get((*event.subject, event.thread), [])
        match = next((row for row in same if row["since_on"] <= event.until_on and row["until_on"] >= event.since_on), None)
        if match is None:
            fresh.append(event)
        else:
            same.remove(match)
            _extend(connection, match, event, settled)
    _close(connection, [row for rows in waiting.values() for row in rows], now, because, settled)
    _raise(connection, fresh, now, settled)
    if settled.notes:
        connection.execute(insert(signal_event), [{"happened_at": now, "actor": ACTOR, **note} for note in settled.notes])
    return settled


def _open(connection: Connection, examined: Iterable[tuple]) -> list[dict]:
    subjects = set(examined)
    kinds = {subject[0] for subject in subjects}
    rows = connection.execute(select(signal).where(signal.c.state != "closed", signal.c.kind.in_(kinds))).mappings()
    return [dict(row) for row in rows if tuple(row[name] for name in SUBJECT) in subjects]


def _extend(connection: Connection, row: dict, event: Event, settled: Settled) -> None:
    values = {name: getattr(event, name) for name in ("until_on", "rule_name", "rule_version", "parameters", "is_favourable")}
    if any(row[name] != value for name, value in values.items()):
        connection.execute(update(signal).where(signal.c.signal_id == row["signal_id"]).values(**values))
    if event.until_on > row["until_on"]:
        settled.extended += 1
        settled.notes.append(
            {"signal_id": row["signal_id"], "event": "extended", "note": f"until {event.until_on.isoformat()}: {event.rule_name}"}
        )


def _close(connection: Connection, rows: list[dict], now: datetime, because: str, settled: Settled) -> None:
    if not rows:
        return
    closing = update(signal).where(signal.c.signal_id == bindparam("number")).values(state="closed", closed_at=now, closed_because=because)
    connection.execute(closing, [{"number": row["signal_id"]} for row in rows])
    settled.closed += len(rows)
    settled.notes += [{"signal_id": row["signal_id"], "event": "closed", "note": because} for row in rows]


def end_signals(connection: Connection, notes: Mapping[int, str], now: datetime, because: str, settled: Settled) -> None:
    """Close signals by their numbers, each with the note that goes into its history, in the caller's transaction."""
    closing = Settled()
    _close(connection, [{"signal_id": number} for number in notes], now, because, closing)
    if notes:
        connection.execute(
            insert(signal_event), [{"happened_at": now, "actor": ACTOR, **note, "note": notes[note["signal_id"]]} for note in closing.notes]
        )
    settled.closed += closing.closed


def _raise(connection: Connection, events: list[Event], now: datetime, settled: Settled) -> None:
    if not events:
        return
    before = _latest(connection, [event.key for event in events])
    rows = [_row(event, now) for event in {event.key: event for event in events}.values() if not _is_over(before.get(event.key), event)]
    if not rows:
        return
    # numbers are given in no order of organisations: where peers are numbered, signals raised together would tell by theirs whose code comes first
    SystemRandom().shuffle(rows)
    made = connection.execute(insert(signal).returning(signal.c.signal_id, signal.c.signal_key), rows).all()
    route(connection, [number for number, _ in made], now)
    for number, key in made:
        settled.raised += 1
        settled.notes.append({"signal_id": number, "event": "raised again" if key in before else "raised", "note": None})


def _latest(connection: Connection, keys: list[str]) -> dict:
    """The latest signal of each key that has had one."""
    query = select(signal.c.signal_key, signal.c.until_on, signal.c.closed_because, signal.c.closed_by).where(signal.c.signal_key.in_(keys))
    return {row.signal_key: row for row in connection.execute(query.order_by(signal.c.signal_id))}


def _is_over(before, event: Event) -> bool:
    """Whether somebody closed this very event, however long it lasts; or it was closed because its series has stopped, and there is nothing new."""
    if before is None:
        return False
    return before.closed_by is not None or (before.closed_because == SERIES_STOPPED and event.until_on <= before.until_on)


def _row(event: Event, now: datetime) -> dict:
    named = {name: getattr(event, name) for name in ("rule_name", "rule_version", "since_on", "until_on", "parameters", "is_favourable")}
    return {"signal_key": event.key, **dict(zip(SUBJECT, event.subject, strict=True)), **named, "state": "raised", "raised_at": now}


# ------------------------------------------------------------------------------------------------ events in results
# sites and teams that are all that their provider has results of: what they show their provider shows too, and one event is one signal
ALONE = """
with placed as (
    select o.organisation_code, o.parent_code from pathway.organisation o
    where o.organisation_kind in ('site', 'team') and o.parent_code is not null
      and exists (select from measurement.measure_result r where r.measure_name = any(:measures) and r.organisation_code = o.organisation_code)
)
select min(p.organisation_code) from placed p join pathway.organisation o on o.organisation_code = p.parent_code and o.organisation_kind = 'provider'
group by p.parent_code having count(*) = 1
"""


def settle_results(connection: Connection, pathway: Pathway, charts: Charts | None, now: datetime) -> Settled:
    """Signals on the touched series of a pathway: special causes, and completeness that falls."""
    total = Settled()
    for settled in (_settle_charts(connection, pathway, charts, now), _settle_completeness(connection, pathway, now)):
        total.raised, total.extended, total.closed = (
            total.raised + settled.raised,
            total.extended + settled.extended,
            total.closed + settled.closed,
        )
    return total


def _settle_charts(connection: Connection, pathway: Pathway, charts: Charts | None, now: datetime) -> Settled:
    # a year that matures touches no chart of months: what has not been charted again says nothing about a signal
    touched = text("select distinct organisation_code, period_grain from stale_now where pathway_name = :pathway")
    judged = [measure for measure in pathway.measures if measure.judged_by not in EVENT_CHARTS]
    charted = {grain: [measure.name for measure in judged if shortest_grain(measure) == grain] for grain in MONTHS}
    found = connection.execute(touched, {"pathway": pathway.name})
    examined = [(SPECIAL_CAUSE, pathway.name, name, code, None) for code, grain in found for name in charted[grain]]
    alone = set(connection.scalars(text(ALONE), {"measures": [measure.name for measure in pathway.measures]}))
    by_provider = {measure.name for measure in pathway.measures if "provider" in measure.levels}
    events = [event for event in special_causes(charts, pathway) if not is_told_by_provider(event, alone, by_provider)] if charts else []
    return settle(connection, examined, events, now, "the latest final point no longer breaks the rule")


def is_told_by_provider(event: Event, alone: Collection[str], by_provider: Collection[str]) -> bool:
    """Whether the event's site or team is its provider's only one, and the provider has a series of the measure too."""
    named = dict(zip(SUBJECT, event.subject, strict=True))
    return named["organisation_code"] in alone and named["measure_name"] in by_provider


def special_causes(charts: Charts, pathway: Pathway) -> list[Event]:
    """An event for each watched series whose latest final point is a special cause on the chart that judges it, by the first rule that it breaks.

    It begins where the unbroken row of special causes in the same direction does, whichever rules they break. What other charts show is no event,
    nor what a series shows that rests on too little (``assets.enough``).
    """
    return [event for chart in charts.drawn for event in _on_chart(charts, chart, pathway)]


def _on_chart(charts: Charts, chart: Chart, pathway: Pathway) -> Iterator[Event]:
    watched = {measure.name: BETTER[measure.direction] for measure in pathway.measures if measure.is_watched}
    drawn = charts.drawn[chart]
    mine = np.flatnonzero((charts.judged_by == chart) & charts.enough)
    latest = latest_known(charts.final[mine] & drawn.judged.known[drawn.row[mine]])
    at = mine[(latest >= 0) & (drawn.judged.final_sign[drawn.row[mine], latest] != 0)]
    heads = charts.points.drop_duplicates("series").set_index("series").loc[at]
    kept = heads["measure_name"].isin(watched) & ~heads["organisation_code"].str.startswith(PROVISIONAL)
    places = dict(zip(mine, latest, strict=True))
    for series in heads.index[kept]:
        yield _special_cause(charts, chart, pathway.name, watched, int(series), int(places[series]))


def latest_known(usable: np.ndarray) -> np.ndarray:
    """Place of the latest ``usable`` point of each series (S, N); -1 where there is none."""
    reverse = usable[:, ::-1].argmax(axis=1)
    return np.where(usable.any(axis=1), usable.shape[1] - 1 - reverse, -1)


def _special_cause(charts: Charts, chart: Chart, pathway: str, better: dict[str, int], series: int, last: int) -> Event:
    judged, row = charts.drawn[chart].judged, charts.drawn[chart].row[series]
    signs = judged.final_sign[row, : last + 1]
    sign = int(signs[last])
    first = unbroken_from(signs)
    points = charts.points[charts.points["series"] == series]
    days = [day.date() for day in points["period_start"]]
    measure = points["measure_name"].iloc[0]
    limits = {"mean": judged.centre, "lower_limit": judged.lower, "upper_limit": judged.upper}
    own = {} if chart is Chart.XMR else {name: limits[name] for name in ("lower_limit", "upper_limit")}  # each point has its own
    parameters = {
        "chart": chart.value, **{name: _plain(line[row, last]) for name, line in limits.items()},
        "points": [{"period_start": days[k].isoformat(), "value": _plain(charts.values[series, k])} | {name: _plain(line[row, k]) for name, line in own.items()}
                   for k in range(first, last + 1)],
        **RULE_PARAMETERS, "fewest_a_point": _plain(charts.fewest[series]),
    }  # fmt: skip
    subject = (SPECIAL_CAUSE, pathway, measure, points["organisation_code"].iloc[0], None)
    rule = spc.RULE_NAMES[spc.RULES[judged.final_rule[row, last]], sign]
    is_favourable = sign == better[measure] if better[measure] else None
    return Event(subject, rule, RULE_VERSIONS[chart], days[first], days[last], parameters, is_favourable)


def unbroken_from(signs: np.ndarray) -> int:
    """Place from which all signs are that of the last one."""
    others = np.flatnonzero(signs != signs[-1])
    return int(others[-1]) + 1 if len(others) else 0


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


COMPLETENESS_SERIES = """
select r.organisation_code, r.period_start, avg(r.completeness_share) as share
from (select distinct s.organisation_code from stale_now s join pathway.organisation o on o.organisation_code = s.organisation_code
      where s.pathway_name = :pathway and o.organisation_kind in ('provider', 'team')) t
join measurement.measure_result r on r.organisation_code = t.organisation_code
where r.period_grain = 'month' and r.measure_name = any(:measures) and r.period_start + interval '1 month' <= :today
  and r.period_start >= (select max(l.period_start) from measurement.measure_result l
                         where l.organisation_code = t.organisation_code and l.period_grain = 'month') - interval '18 months'
group by r.organisation_code, r.period_start having avg(r.completeness_share) is not null order by 1, 2
"""


def _settle_completeness(connection: Connection, pathway: Pathway, now: datetime) -> Settled:
    given = {"pathway": pathway.name, "measures": [m.name for m in pathway.measures if m.needs], "today": now.date()}
    rows = connection.execute(text(COMPLETENESS_SERIES), given).all() if given["measures"] else []
    series: dict[str, list] = {}
    for code, start, share in rows:
        series.setdefault(code, []).append((start, float(share)))
    subject = {code: (COMPLETENESS, pathway.name, None, code, None) for code in series}
    events = [event for code, points in series.items() if (event := falling_completeness(subject[code], points))]
    return settle(connection, subject.values(), events, now, "the latest month is within 10 points of the six months before it")


def falling_completeness(subject: tuple, points: Sequence[tuple[date, float]]) -> Event | None:
    """An event if the mean completeness (0 to 1) of the latest month lies more than 10 points below that of the six months before.

    ``points`` are (first day of month, share) in order of time. At least three earlier months are needed. It began with the first
    of the unbroken row of such months.
    """
    shares = [share for _, share in points]
    fallen = [_has_fallen(shares, k) for k in range(len(shares))]
    if not fallen or not fallen[-1]:
        return None
    first = len(fallen) - next((n for n, down in enumerate(reversed(fallen)) if not down), len(fallen))
    parameters = {
        "drop": COMPLETENESS_DROP, "months": COMPLETENESS_MONTHS,
        "points": [{"period_start": day.isoformat(), "share": share} for day, share in points[max(first - COMPLETENESS_MONTHS, 0) :]],
    }  # fmt: skip
    return Event(subject, COMPLETENESS_RULE, 1, points[first][0], points[-1][0], parameters, False)


def _has_fallen(shares: Sequence[float], place: int) -> bool:
    before = shares[max(place - COMPLETENESS_MONTHS, 0) : place]
    return len(before) >= COMPLETENESS_MINIMUM and shares[place] < float(np.mean(before)) - COMPLETENESS_DROP
