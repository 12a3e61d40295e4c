"""What a message to a lead says: the measure, the organisation, the rule, since when, and where to look.

Belongs here: its words. Does not belong here: who gets it, when. No count, no value and no day of a case stands in it: messages leave the house,
so they tell less than any view does. Numbers are read where the small-numbers policy holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

KINDS = {"special cause": "", "cusum": "risk-adjusted CUSUM", "period outlier": "period outlier"}
CLOSING = "Acknowledge each signal in the dashboard, or by `common-cause signals acknowledge NUMBER`: what nobody acknowledges is raised again. This message holds no patient's data."


@dataclass(frozen=True)
class Told:
    """One thing that is told. ``number`` is that of the signal or of the period outlier."""

    kind: str
    number: int
    organisation: str
    measure: str | None
    rule: str
    is_favourable: bool | None
    since_on: date
    state: str
    is_again: bool
    submission: str | None = None

    @classmethod
    def of(cls, row: Any) -> Told:
        """From a row of the query of what waits."""
        return cls(
            row.kind,
            row.thing,
            row.about_name or row.about_code,
            row.measure_title,
            row.rule_name,
            row.is_favourable,
            row.since_on,
            row.state,
            row.occasion > 0,
            row.submission_id,
        )

    @property
    def is_outlier(self) -> bool:
        return self.kind == "period outlier"

    def line(self, dashboard_url: str | None) -> str:
        """One item: what, where, by which rule, since when, where to look."""
        tone = {True: "improvement", False: "concern", None: "change"}[self.is_favourable] if self.measure and not self.is_outlier else ""
        kind = KINDS.get(self.kind, self.kind)
        what = ": ".join(part for part in (self.measure, ", ".join(part for part in (tone, kind) if part)) if part)
        heard = "not acknowledged yet: " if self.is_again and self.state == "raised" else ""
        state = f" ({self.state})" if self.state in ("acknowledged", "closed") else ""
        of = f", submission {self.submission}" if self.submission else ""
        return f"- {heard}{self.organisation}: {what}{of}; rule: {self.rule.replace('_', ' ')}; since {self._since()}{state}\n  {self._where(dashboard_url)}"

    def _since(self) -> str:
        """A month, for the day may be that of a single patient; of submissions the day."""
        return f"{self.since_on:%-d %B %Y}" if self.kind.startswith("submission") else f"{self.since_on:%B %Y}"

    def _where(self, dashboard_url: str | None) -> str:
        thing = "outlier" if self.is_outlier else "signal"
        return f"Look at {thing} {self.number}" + (
            f" in {dashboard_url}" if dashboard_url else f": common-cause {thing}s show {self.number}"
        )


def compose(things: Sequence[Told], organisation_name: str, dashboard_url: str | None) -> tuple[str, str]:
    """(subject, body) of one message; the concerns come first, in the order in which they were queued."""
    ordered = sorted(things, key=lambda thing: thing.is_favourable is True)
    what = ordered[0].measure or ordered[0].kind
    subject = (
        f"Common Cause: {what}, {ordered[0].organisation}"
        if len(ordered) == 1
        else f"Common Cause: {len(ordered)} signals, {organisation_name}"
    )
    opening = (
        f"For the lead of {organisation_name}. Something that deserves a look:"
        if len(ordered) == 1
        else f"For the lead of {organisation_name}. {len(ordered)} things that deserve a look:"
    )
    return subject, "\n".join([opening, "", *(thing.line(dashboard_url) for thing in ordered), "", CLOSING, ""])
