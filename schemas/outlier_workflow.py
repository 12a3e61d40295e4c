"""What becomes of a period outlier, as a declared state machine: states, whose move it is, by when, and where it may lead.

Belongs here: the states and transitions. Does not belong here: moving an outlier (``assets.outlier_moves``), working days
(``assets.working_days``), who is one (``schemas.outliers``).
Source: HQIP's table of stages for outliers of national clinical audits, 2017 to 2021, in working days; what it leaves to a published
report has no due day.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.outliers import Level

OFFICE, PROVIDER, NOBODY = "network office", "provider", "nobody"


@dataclass(frozen=True)
class State:
    """One state. ``does``: what is to be done in it, by ``who``, within ``days`` working days of entering it.

    ``keeps_due``: it is part of the stage before and ends when that was due. ``when_overdue``: the state into which it falls by
    itself. ``needs``: the levels of the latest evaluation with which it may be entered (empty: any).
    """

    name: str
    who: str
    does: str
    days: int | None = None
    leads_to: tuple[str, ...] = ()
    keeps_due: bool = False
    when_overdue: str | None = None
    needs: tuple[Level, ...] = ()

    @property
    def is_final(self) -> bool:
        return not self.leads_to


DETECTED, NOTED, PUBLISHED = "detected", "noted", "published"
_OUTCOMES = ("closed: data corrected", "closed: explained", "confirmed alert", "confirmed alarm")
_NOT_A_CONCERN = (Level.INSIDE, Level.POSITIVE, Level.NOT_JUDGED)

STATES = {
    state.name: state
    for state in (
        State(DETECTED, OFFICE, "take up the check of data handling and analysis", 10, ("data check",)),
        State("data check", OFFICE, "check data handling and analysis", leads_to=("closed: no case", "case to answer"), keeps_due=True),
        State(
            "case to answer",
            OFFICE,
            "tell the provider's clinical lead, with copies to its chief executive and medical director",
            5,
            ("notified",),
        ),
        State("notified", PROVIDER, "correct data or explain, in writing", 25, ("responded", "overdue"), when_overdue="overdue"),
        State(
            "overdue", OFFICE, "remind, and tell the regulator that the provider does not respond", leads_to=("responded", "under review")
        ),
        State("responded", OFFICE, "take up the review of the response", 30, ("under review",)),
        State("under review", OFFICE, "review the response, analyse corrected data again", 30, _OUTCOMES, keeps_due=True),
        State(
            "confirmed alert",
            OFFICE,
            "tell the provider; the regulator only if it is repeated",
            5,
            ("regulator notified", PUBLISHED),
            needs=(Level.ALERT,),
        ),
        State(
            "confirmed alarm",
            OFFICE,
            "confirm to the chief executive, tell the regulator",
            5,
            ("regulator notified",),
            needs=(Level.ALARM,),
        ),
        State(
            "regulator notified",
            PROVIDER,
            "acknowledge, and confirm an investigation with independent assurance",
            15,
            ("acknowledged", "escalated"),
        ),
        State("acknowledged", OFFICE, "publish with the provider's response, on the day of the report", leads_to=(PUBLISHED,)),
        State(
            "escalated", OFFICE, "remind, then tell the regulator that the provider does not acknowledge", 15, ("acknowledged", PUBLISHED)
        ),
        State("closed: no case", NOBODY, "nothing: the check found no case"),
        State("closed: data corrected", NOBODY, "nothing: corrected data show none", needs=_NOT_A_CONCERN),
        State("closed: explained", NOBODY, "nothing: the response explains it"),
        State(PUBLISHED, NOBODY, "nothing: it is published with the provider's response"),
        State(NOTED, NOBODY, "learn from it: better than expected"),
    )
}
