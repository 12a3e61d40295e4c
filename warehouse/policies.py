"""The small-numbers policy as declared data, with versions.

Belongs here: thresholds and rounding, and the one formula of a shown count. Does not belong here: what is shown through it
(``warehouse.views``), releases made under it (``warehouse.releases``).

Source: NHS England's disclosure control for hospital and emergency care statistics since September 2018. Counts 1 to 7 are
suppressed, zero is shown, others are rounded to the nearest 5; shares come from the rounded counts; medians and means of 1 to 7 are
suppressed; totals are rounded on their own. Added here, because members know their own counts exactly: of a total that contains
one's own cases the policy applies to the remainder, for that is what the total tells.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select, text, update

from warehouse.house_tables import small_numbers_policy


class PolicyError(RuntimeError):
    """A version that was applied is declared differently; a change of the policy is a new version."""


@dataclass(frozen=True)
class SmallNumbersPolicy:
    """One version. ``share_decimals`` and ``statistic_decimals``: of shares and z scores that would give a count away."""

    policy_version: int
    suppress_to: int
    round_to: int
    share_decimals: int
    statistic_decimals: int
    source: str

    def shown_count(self, count: float | None) -> float | None:
        """None where suppressed (or missing); halves are rounded up. The SQL function ``house.shown_count`` gives the same."""
        if count is None or 0 < count <= self.suppress_to:
            return None
        return math.floor(count / self.round_to + 0.5) * self.round_to


POLICIES = (
    SmallNumbersPolicy(
        policy_version=1,
        suppress_to=7,
        round_to=5,
        share_decimals=2,
        statistic_decimals=1,
        source="NHS England, disclosure control methodology for HES and ECDS, since September 2018",
    ),
)
CURRENT = POLICIES[-1]


def sync_policies(connection: Connection) -> None:
    """Makes the declared versions known to the database, the last of them current. Raises ``PolicyError``."""
    known = {row.policy_version: row for row in connection.execute(select(small_numbers_policy))}
    for policy in POLICIES:
        declared = asdict(policy)
        stored = known.get(policy.policy_version)
        if stored is None:
            connection.execute(insert(small_numbers_policy).values(**declared, is_current=False))
        elif {name: stored._mapping[name] for name in declared} != declared:
            raise PolicyError(
                f"version {policy.policy_version} of the small-numbers policy was applied with other numbers; declare a new version"
            )
    table = small_numbers_policy
    if known.get(CURRENT.policy_version) is None or not known[CURRENT.policy_version].is_current:
        connection.execute(update(table).values(is_current=table.c.policy_version == CURRENT.policy_version))
    # every view joins this table: for as long as nothing is known of it the planner takes its one row for hundreds
    connection.execute(text("analyze house.small_numbers_policy"))
