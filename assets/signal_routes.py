"""Who is told of a signal: the leads of its pathway at its organisation, and at the provider to which a site or team belongs.

Belongs here: which leads are concerned, and queueing for each what it is to be told. Does not belong here: messages
(``assets.messages``), how they are sent (``pipelines.messages``).
What is queued is written in the transaction that raises: if that commits, the lead will be told; if not, there is nothing to tell.
A signal without a pathway concerns the organisation's leads of every pathway. A lead that asked for some kinds of signals gets only these;
a special cause of a measure without a better direction goes to who asked for either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, text

from warehouse.measurement_tables import signal_event

ACTOR = "messages"
# what a lead may ask for (schemas.improvement.SIGNALS) -> which signals these are
WANTED = """case
    when s.kind = 'special cause' then case s.is_favourable when true then '{improvement}' when false then '{concern}' else '{concern,improvement}' end
    when s.kind = 'cusum' then '{cusum}' when s.kind = 'completeness falling' then '{completeness}'
    when s.kind in ('submission late', 'submission missing', 'submission stuck') then '{submission}' end::text[]"""
ROUTE = f"""
insert into improvement.message_item (signal_id, lead_number, occasion, queued_at)
select distinct s.signal_id, l.number, coalesce((select max(i.occasion) + 1 from improvement.message_item i where i.signal_id = s.signal_id), 0), cast(:now as timestamptz)
from measurement.signal s
join house.organisation_tree t on t.organisation_code = s.organisation_code and (t.depth = 0 or t.ancestor_kind = 'provider')
join improvement.lead l on l.organisation_code = t.ancestor_code
where s.signal_id = any(:signals) and (s.pathway_name is null or l.pathway_name = s.pathway_name) and (l.signals = '{{}}' or l.signals && {WANTED})
on conflict do nothing
returning signal_id
"""
ROUTE_OUTLIERS = """
insert into improvement.message_item (period_outlier_id, lead_number, occasion, queued_at)
select distinct o.period_outlier_id, l.number, 0, cast(:now as timestamptz)
from measurement.period_outlier o
join house.organisation_tree t on t.organisation_code = o.organisation_code and (t.depth = 0 or t.ancestor_kind = 'provider')
join improvement.lead l on l.organisation_code = t.ancestor_code and l.pathway_name = o.pathway_name
where o.period_outlier_id = any(:outliers) and (l.signals = '{}' or 'outlier' = any(l.signals))
on conflict do nothing
"""
# an alarm is a signal for the worse, or of unknown direction, that nobody has acknowledged
UNHEARD = """
select s.signal_id from measurement.signal s
join lateral (select max(e.happened_at) as at from measurement.signal_event e where e.signal_id = s.signal_id and e.event in ('raised', 'raised again')) told on true
where s.state = 'raised' and s.is_favourable is not true and coalesce(told.at, s.raised_at) <= :before order by 1
"""


def route(connection: Connection, signals: Sequence[int], now: datetime) -> set[int]:
    """Queue for each concerned lead that it is told of these signals, in the caller's transaction; which of them have such a lead."""
    if not signals or not _has_leads(connection):
        return set()
    return set(connection.scalars(text(ROUTE), {"signals": list(signals), "now": now}))


def route_outliers(connection: Connection, outliers: Sequence[int], now: datetime) -> None:
    """The same for period outliers that were detected."""
    if outliers and _has_leads(connection):
        connection.execute(text(ROUTE_OUTLIERS), {"outliers": list(outliers), "now": now})


def raise_again(connection: Connection, now: datetime, after_days: int) -> int:
    """Tell again, and note in their history, the alarms that nobody has acknowledged for so many days since they were last raised; how many.

    One whose organisation has no lead is not noted: it is told as soon as there is one.
    """
    if not _has_leads(connection):
        return 0
    waiting = list(connection.scalars(text(UNHEARD), {"before": now - timedelta(days=after_days)}))
    told = route(connection, waiting, now)
    note = f"not acknowledged within {after_days} days"
    if told:
        rows = [{"signal_id": number, "event": "raised again", "happened_at": now, "actor": ACTOR, "note": note} for number in sorted(told)]
        connection.execute(insert(signal_event), rows)
    return len(told)


def _has_leads(connection: Connection) -> bool:
    return connection.scalar(text("select exists (select from improvement.lead_version)"))
