"""What people do with signals: acknowledge, assign, comment, close; reading them and their history.

Belongs here: calling the warehouse's one function for it, and the reading. Does not belong here: the function itself
(``warehouse.views.signal_life``), what raises and ends signals by itself (``assets.signals``).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import DatabaseError

from warehouse.database import sqlstate

REFUSALS = ("CC001", "CC002")
CALL = "select dashboard.act_on_signal(:number, :act, :actor, :for_provider, :note, :assignee)"
# those for the worse that nobody has acknowledged first, of these the latest
LISTED = """
select s.*, o.organisation_name, coalesce(m.title, s.measure_name, s.kind) as title from measurement.signal s
left join pathway.organisation o using (organisation_code) left join measurement.measure m using (measure_name)
where (cast(:pathway as text) is null or s.pathway_name = :pathway) and (:everything or s.state <> 'closed')
    and (cast(:organisation as text) is null or s.organisation_code in (select t.organisation_code from house.organisation_tree t where t.ancestor_code = :organisation))
order by s.state <> 'raised', s.is_favourable is true, s.raised_at desc, s.signal_id desc limit :most
"""


class SignalError(ValueError):
    """A signal cannot be acted on as asked; the message says why."""


def act(
    connection: Connection,
    number: int,
    what: str,
    *,
    actor: str,
    for_provider: str | None = None,
    note: str | None = None,
    assignee: str | None = None,
) -> str:
    """Do one of ``warehouse.views.signal_life.ACTS``, in the caller's transaction; the state of the signal afterwards. Raises ``SignalError``."""
    given = {"number": number, "act": what, "actor": actor, "for_provider": for_provider, "note": note, "assignee": assignee}
    try:
        return connection.execute(text(CALL), given).scalar_one()
    except DatabaseError as error:
        if sqlstate(error) in REFUSALS:
            raise SignalError(str(error.orig).partition("]: ")[2]) from None
        raise


def signals(
    connection: Connection, pathway: str | None = None, organisation: str | None = None, everything: bool = False, most: int = 100
) -> Sequence[Row]:
    """The open signals of an organisation and all below it, or all; closed ones only with ``everything``."""
    return connection.execute(
        text(LISTED), {"pathway": pathway, "organisation": organisation, "everything": everything, "most": most}
    ).all()


def told(connection: Connection, number: int) -> tuple[Row, Sequence[Row]]:
    """(the signal, its events in order). Raises ``SignalError`` if there is none."""
    one = connection.execute(
        text(
            "select s.*, o.organisation_name from measurement.signal s left join pathway.organisation o using (organisation_code) where s.signal_id = :number"
        ),
        {"number": number},
    ).one_or_none()
    if one is None:
        raise SignalError(f"there is no signal {number}; `common-cause signals list` names them")
    return one, connection.execute(
        text("select * from measurement.signal_event where signal_id = :number order by signal_event_id"), {"number": number}
    ).all()
