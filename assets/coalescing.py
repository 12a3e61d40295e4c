"""Many files at once make a refresh a minute, not one a file: whether a run refreshes, or leaves it to the run of a later submission.

Belongs here: that question. Does not belong here: who works among those that refresh, and how (``assets.refresh``); what happens
when nobody does (``pipelines.sensors``).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, text

from assets.ledger import CRASHES

LEFT_FOR = timedelta(seconds=60)  # the longest that a cell is left to a later run
LEFT = text("""
select (select min(queued_at) > now() - :left_for from intake.stale_cell)
   and exists (select from intake.submission where state in ('received', 'reading') and attempt_count < :tries)
""")


def is_left_to_others(engine: Engine) -> bool:
    """Whether the run of a submission may leave what is stale to a later run: others are on their way, and no cell has waited for ``LEFT_FOR``.

    Asked after the own submission is final: so of several that end together the last one finds nobody on the way, and refreshes.
    Should that one die, nobody is on the way, and the sensor ``left_behind`` sees cells that wait.
    """
    with engine.connect() as connection:
        return bool(connection.scalar(LEFT, {"left_for": LEFT_FOR, "tries": CRASHES}))
