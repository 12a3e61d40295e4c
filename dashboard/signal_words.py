"""A signal in words that need no chart to be understood: what it is about, what happened, since when, what to make of it.

Belongs here: sentences, pure functions of a row of ``dashboard.signal_v1``. Does not belong here: pages, and messages that leave the house
(``assets.message_text``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dashboard import words
from dashboard.views import Row

NUMBERS = {2: "two", 3: "three", 7: "seven", 8: "eight", 9: "nine"}
# what is seen, and what the rule asks for; {n}: so many in words, {period}: month, quarter ...
RULES = {
    "above upper limit": ("a {period} above the upper limit", "One {period} lies above the upper process limit: chance alone puts it there about once in 700 {periods}."),
    "below lower limit": ("a {period} below the lower limit", "One {period} lies below the lower process limit: chance alone puts it there about once in 700 {periods}."),
    "7 points above mean": ("{n} {periods} above the mean", "{N} {periods} in a row lie above the mean: chance alone keeps them on one side rarely."),
    "7 points below mean": ("{n} {periods} below the mean", "{N} {periods} in a row lie below the mean: chance alone keeps them on one side rarely."),
    "7 point trend increasing": ("rising for {n} {periods}", "{N} {periods} in a row, each higher than the one before."),
    "7 point trend decreasing": ("falling for {n} {periods}", "{N} {periods} in a row, each lower than the one before."),
    "2 in 3 above mean, close to limit": ("two of three {periods} close to the upper limit", "Two of three {periods} in a row lie in the outer third towards the upper limit."),
    "2 in 3 below mean, close to limit": ("two of three {periods} close to the lower limit", "Two of three {periods} in a row lie in the outer third towards the lower limit."),
    "longer between events than upper limit": ("longer without an event than chance explains", "More passed between two events than the upper limit of the chart."),
    "shorter between events than lower limit": ("events closer together than chance explains", "Less passed between two events than the lower limit of the chart."),
    "7 times longer between events than before": ("events grow rarer", "Seven times in a row more passed between two events than the time before."),
    "7 times shorter between events than before": ("events grow more frequent", "Seven times in a row less passed between two events than the time before."),
    "7 times longer between events than centre": ("events rarer than usual, seven times in a row", "Seven times in a row more passed between two events than the centre line."),
    "7 times shorter between events than centre": ("events closer together than usual, seven times in a row", "Seven times in a row less passed between two events than the centre line."),
    "odds doubled": ("more than expected of such patients", "A risk-adjusted CUSUM adds up, patient by patient, observed minus expected outcomes; it reached the limit set for odds twice those expected."),
    "odds halved": ("fewer than expected of such patients", "A risk-adjusted CUSUM adds up, patient by patient, observed minus expected outcomes; it reached the limit set for odds half those expected."),
}  # fmt: skip
KINDS = {
    "special cause": "Special cause on a chart", "cusum": "Risk-adjusted CUSUM", "completeness falling": "Completeness falling", "submission late": "Submission late",
    "submission missing": "Submission missing", "submission stuck": "Submission stuck",
}  # fmt: skip
TO_THE_DAY = ("submission late", "submission missing", "submission stuck")


@dataclass(frozen=True)
class Said:
    """``about`` and ``what`` make the sentence together; ``since`` is when, ``rule`` what is asked for, ``meaning`` what to make of it, ``name`` the rule as charts say it."""

    about: str
    what: str
    since: str
    rule: str
    meaning: str
    name: str

    @property
    def sentence(self) -> str:
        return f"{self.about}: {self.what}{self.since}"


def tone(signal: Row) -> str:
    """*concern*, *improvement*, or *change* where the measure has no better side."""
    return {True: "improvement", False: "concern"}.get(signal.is_favourable, "change")


def said(signal: Row, measure: Row | None, dataset_title: str | None = None, grain: str = "month") -> Said:
    """The words of a signal. ``measure`` and ``dataset_title``: where it has one and they are known."""
    what, rule = _of_submissions(signal, dataset_title) if measure is None else _of_measure(signal.rule_name, grain)
    about = measure.title if measure else _about(signal, dataset_title)
    return Said(about, what, _since(signal, grain), rule, _meaning(signal, measure), words.plain(seen(signal.rule_name, grain)))


def seen(rule: str, grain: str) -> str:
    """What a rule saw on a chart of a measure by months, quarters ...: *seven months above the mean*."""
    return _of_measure(rule, grain)[0]


def _of_measure(rule: str, grain: str) -> tuple[str, str]:
    what, asked = RULES.get(rule, (rule.replace("_", " "), words.plain(rule)))
    found = re.match(r"(\d+)", rule)
    number = NUMBERS.get(int(found[1]), found[1]) if found else ""
    spoken = {"n": number, "N": number.capitalize(), "period": grain, "periods": f"{grain}s"}
    return what.format(**spoken), asked.format(**spoken)


def _about(signal: Row, dataset_title: str | None) -> str:
    if signal.kind == "submission stuck":
        return f"Submission {signal.submission_id}" if signal.submission_id else "A submission"
    return dataset_title or words.plain(signal.pathway_name or "Data")


def _of_submissions(signal: Row, dataset_title: str | None) -> tuple[str, str]:
    """What is the matter with data, where no measure is concerned."""
    given = signal.parameters or {}
    file = f"the file for {_span(given)}" if given.get("period_start") else "a file that was due"
    return {
        "submission late": (f"{file} is late", "Nothing had been accepted for the period on the last day on which it was in time."),
        "submission missing": (f"{file} is missing", f"Nothing had been accepted for the period {given.get('missing_after_days', 30)} days after it was due."),
        "submission stuck": ("stands still", f"It is not finished {given.get('stuck_after_minutes', 15)} minutes after it came; the network's office has been told."),
        "completeness falling": (
            "fewer fields are filled than in the six months before", "The mean completeness of the latest month lies more than 10 points below that of the six months before it."),
    }.get(signal.kind, (words.plain(signal.rule_name).lower(), words.plain(signal.rule_name)))  # fmt: skip


def _span(given: dict) -> str:
    start, end = (date.fromisoformat(given[name]) for name in ("period_start", "period_end"))
    grain = "month" if (end - start).days < 32 else "quarter" if (end - start).days < 93 else "year"
    return words.period(start, grain)


def _since(signal: Row, grain: str) -> str:
    """A period, for the day may be that of a single patient; of submissions the day."""
    if signal.kind in TO_THE_DAY:
        return f", since {words.day(signal.since_on)}"
    is_one = signal.until_on == signal.since_on and signal.rule_name in ("above upper limit", "below lower limit")
    return f", {'in' if is_one else 'since'} {_spelt(signal.since_on, grain)}"


def _spelt(day: date, grain: str) -> str:
    return f"{day:%B %Y}" if grain == "month" else words.period(day, grain)


def _meaning(signal: Row, measure: Row | None) -> str:
    if measure is None:
        return (
            "Numbers of the period rest on what has come so far, or are not there at all."
            if signal.kind in TO_THE_DAY
            else "What is missing is missing from the measures too: look before you read them."
        )
    if signal.kind == "cusum":
        return _meaning_of_cusum(tone(signal))
    return {
        "concern": "More than chance, and for the worse. Something has changed: find out what before acting on it.",
        "improvement": "More than chance, and for the better. Worth telling: what was done that others could do?",
    }.get(tone(signal), "More than chance. The measure has no better side: see whether patients, coding or care have changed.")


def _meaning_of_cusum(tone: str) -> str:
    """It adds up what differs from the expected, so it is reached by what has always been so, too."""
    worse = "Patients fared worse than the case-mix model expects of such patients. "
    better = "Patients fared better than the case-mix model expects of such patients. "
    return {
        "concern": worse
        + "It may have begun lately or have been so always: look at the cases, at how they were coded, and at the measure's earlier months.",
        "improvement": better + "It may have begun lately or have been so always. Worth telling: what is done that others could do?",
    }.get(
        tone,
        "More or fewer than the case-mix model expects of such patients, lately or always: see whether patients, coding or care differ.",
    )
