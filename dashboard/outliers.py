"""Period outliers of a provider that are open: what the outlier policy found in a quarter or a year, and whose move it is.

Belongs here: reading them, and a sentence of each. Does not belong here: the workflow (``schemas.outlier_workflow``), the board pack's words.
"""

from __future__ import annotations

from dashboard import words
from dashboard.asked import Asked
from dashboard.views import Row
from schemas.outlier_workflow import STATES

OUTLIERS = "select * from dashboard.period_outlier_v1 where organisation_code = :provider and pathway_name = :pathway order by detected_at desc, period_outlier_id"
BASES = {
    "standardised": "expected of such patients", "network value": "expected by the network's value", "network value, over-dispersed": "expected by the network's value, as providers differ",
}  # fmt: skip


def is_open(row: Row) -> bool:
    """Whether something is still to be done about it; one for the better is only noted."""
    return row.direction != "better" and bool(STATES[row.state].leads_to)


def open_outliers(asked: Asked, code: str, pathway: str) -> list[Row]:
    """Those that are open and still for the worse, the latest period first."""
    found = [row for row in asked.rows(OUTLIERS, provider=code, pathway=pathway) if is_open(row) and row.direction == "worse"]
    return sorted(found, key=lambda row: (-row.period_start.toordinal(), row.period_outlier_id))


def outlier_sentence(row: Row) -> str:
    """What was found, and what is next: by whom, by when."""
    said = f"{row.measure_title}: {row.level} of the outlier policy in {words.period(row.period_start, row.period_grain)}"
    if row.observed is not None and row.expected is not None:
        said += f", {words.count(row.observed)} observed, {row.expected:,.1f} {BASES.get(row.basis, 'expected')}"
    state = STATES[row.state]
    return f"{said}. Next, {state.who}: {state.does}" + (f" by {words.day(row.due_on)}." if row.due_on else ".")
