"""What changed lately: signals that were raised or closed, each in a sentence.

Belongs here: reading and wording them. Does not belong here: pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from dashboard import signal_words
from dashboard.asked import Asked
from dashboard.views import Row

DAYS, MOST = 31, 20
CHANGED = """select signal_id, kind, measure_name, organisation_code, rule_name, is_favourable, since_on, until_on, state, raised_at, closed_at, closed_because,
    greatest(raised_at, coalesce(closed_at, raised_at)) as changed_at
from dashboard.signal_v1
where pathway_name = :pathway and measure_name is not null and kind in ('special cause', 'cusum') and (raised_at >= :since or closed_at >= :since)
order by changed_at desc, signal_id desc"""


@dataclass(frozen=True)
class Change:
    """``kind`` and ``word`` for its badge; ``said`` follows the measure's title and the organisation's name."""

    kind: str
    word: str
    measure: Row
    name: str
    address: str
    signal_address: str
    said: str
    on: datetime


def changes(asked: Asked, pathway: str, now: datetime | None = None) -> list[Change]:
    """Of the last 31 days, the newest first; of organisations that the reader may see."""
    today = (now or datetime.now(UTC)).date()
    since = datetime.combine(today - timedelta(days=DAYS), time(0), UTC)
    found = asked.latest_for_everybody(CHANGED, pathway=pathway, since=since)
    return [_change(asked, row) for row in found if row.measure_name in asked.measures and asked.names.may_see(row.organisation_code)]


def _change(asked: Asked, signal: Row) -> Change:
    kind = {False: "concern", None: "change", True: "improvement"}[signal.is_favourable]
    is_over = signal.state == "closed"
    measure = asked.measures[signal.measure_name]
    told = signal_words.said(signal, measure)
    said = f"{told.what}{told.since}" + (f"; closed: {signal.closed_because or 'no longer so'}" if is_over else "")
    slug = asked.names.slug(signal.organisation_code)
    return Change(
        "none" if is_over else kind, f"{kind} over" if is_over else kind, measure, asked.names.short(signal.organisation_code),
        f"/figure/series/{signal.measure_name}/{slug}", f"/signals/{signal.signal_id}", said, signal.changed_at,
    )  # fmt: skip
