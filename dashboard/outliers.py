"""Period outliers of a provider that are open: what the outlier policy found in a quarter or a year, and whose move it is.

Belongs here: reading them, and a sentence of each. Does not belong here: the workflow (``schemas.outlier_workflow``), the board pack's words.
"""

from __future__ import annotations

from dashboard import words
from dashboard.asked import Asked
from dashboard.views import Row
from schemas.outlier_workflow import STATES

OPEN = "select * from dashboard.period_outlier_v1 where organisation_code = :code and pathway_name = :pathway and direction = 'worse' order by period_start desc, period_outlier_id"
BASES = {
    "standardised": "expected of such patients", "network value": "expected by the network's value", "network value, over-dispersed": "expected by the network's value, as providers differ",
}  # fmt: skip


def open_outliers(asked: Asked, code: str, pathway: str) -> list[Row]:
    """Those for the worse on which something is still to be done, the latest period first."""
    return [row for row in asked.rows(OPEN, code=code, pathway=pathway) if STATES[row.state].leads_to]


def outlier_sentence(row: Row) -> str:
    """What was found, and what is next: by whom, by when."""
    said = f"{row.measure_title}: {row.level} of the outlier policy in {words.period(row.period_start, row.period_grain)}"
    if row.observed is not None and row.expected is not None:
        said += f", {words.count(row.observed)} observed, {row.expected:,.1f} {BASES.get(row.basis, 'expected')}"
    state = STATES[row.state]
    return f"{said}. Next, {state.who}: {state.does}" + (f" by {words.day(row.due_on)}." if row.due_on else ".")
