"""Series that have stopped: their signals are closed, for there is nothing left to look at.

Belongs here: when a series has stopped, and closing what is open on it. Does not belong here: the life of other signals
(``assets.signals``), when to look (``assets.refresh``). A refresh looks only at what is touched, and a series that has stopped never is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Engine, text

from assets.result_frames import MONTHS, shortest_grain
from assets.signals import COMPLETENESS, CUSUM, SERIES_STOPPED, SPECIAL_CAUSE, Settled, end_signals
from schemas.registry import Registry

# of the series' own periods, after the end of its latest one. The slowest files that we know are published two periods late, and one
# may be left out; half a year of months, a year and a half of quarters is more than any delay, and what was then seen is past acting upon
SILENT_AFTER_PERIODS = 6
OPEN = """
select s.signal_id, s.kind, s.measure_name, greatest(s.until_on, case s.kind
    when :special_cause then coalesce((select max(p.period_start) from measurement.spc_point p
        where p.measure_name = s.measure_name and p.organisation_code = s.organisation_code and p.value is not null),
        (select max(e.period_start) from measurement.rare_event_point e where e.measure_name = s.measure_name and e.organisation_code = s.organisation_code))
    when :cusum then (select max(m.period_start) from measurement.cusum_month m
        where m.measure_name = s.measure_name and m.organisation_code = s.organisation_code)
    else (select max(r.period_start) from measurement.measure_result r
        where r.organisation_code = s.organisation_code and r.period_grain = 'month' and r.completeness_share is not null and r.measure_name = any(:measures))
    end) as last_on
from measurement.signal s where s.state <> 'closed' and s.pathway_name = :pathway and s.kind in (:special_cause, :completeness, :cusum)
"""


def close_silent(engine: Engine, registry: Registry, now: datetime) -> Settled:
    """Close the signals on series that have had no new point, provisional or final, for more than ``SILENT_AFTER_PERIODS`` of their periods."""
    settled = Settled()
    with engine.begin() as connection:
        for pathway in registry.pathways:
            grains = {measure.name: shortest_grain(measure) for measure in pathway.measures}
            given = {"pathway": pathway.name, "special_cause": SPECIAL_CAUSE, "completeness": COMPLETENESS, "cusum": CUSUM}
            given["measures"] = [measure.name for measure in pathway.measures if measure.needs]
            notes = _stopped(connection.execute(text(OPEN), given).all(), grains, now.date())
            end_signals(connection, notes, now, SERIES_STOPPED, settled)
    return settled


def _stopped(rows: list, grains: Mapping[str, str], today: date) -> dict[int, str]:
    """Why each signal on a stopped series is closed, by its number. Completeness is watched by months."""
    notes = {}
    for row in rows:
        grain = grains.get(row.measure_name, "month")
        if is_silent(row.last_on, grain, today):
            notes[row.signal_id] = (
                f"{SERIES_STOPPED}: no new point for more than {SILENT_AFTER_PERIODS} {grain}s since that of {row.last_on.isoformat()}"
            )
    return notes


def is_silent(last_on: date, grain: str, today: date) -> bool:
    """Whether a series whose latest period begins on ``last_on`` has stopped, seen from ``today``."""
    return pd.Timestamp(last_on) + pd.DateOffset(months=MONTHS[grain] * (SILENT_AFTER_PERIODS + 1)) < pd.Timestamp(today)
