"""Actions of the network and what they did.

Belongs here: the list with its filters, and one action. Does not belong here: forms (``dashboard.pages.forms``), change ideas (``dashboard.pages.ideas``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import signal_words, words
from dashboard.asked import Asked
from dashboard.figures.effect import cautions, compared_months, effect_figure
from dashboard.improvement import VERDICTS, Action, Told, action, actions, call, interval, roles
from dashboard.pages.page import render
from dashboard.pages.tabs import by_pathway
from dashboard.views import Row

OWN = "own"


@dataclass(frozen=True)
class Wanted:
    """What the reader filters by; empty: everything."""

    pathway: str
    who: str
    verdict: str
    idea: str

    @classmethod
    def of(cls, request: Request) -> Wanted:
        return cls(*(request.query_params.get(name, "") for name in ("pathway", "who", "verdict", "idea")))

    def fits(self, one: Action) -> bool:
        return (
            self.pathway in ("", one.row.pathway_name)
            and (self.who != OWN or one.row.is_own)
            and (not self.verdict or any(told.verdict == self.verdict for told in one.told))
            and (not self.idea or self.idea in one.row.change_ideas)
        )


def show_all(request: Request) -> Response:
    asked, wanted = Asked.of(request), Wanted.of(request)
    every = actions(asked)
    found = [one for one in every if wanted.fits(one)]
    ideas = sorted({idea for one in every for idea in one.ideas}, key=lambda idea: idea[1])
    return render(
        request, "actions.html", title="Improvement actions", actions=found, total=len(every), wanted=wanted, ideas=ideas, pathways_listed=by_pathway(asked), verdicts=VERDICTS,
        counts=_counts(found),
    )  # fmt: skip


def _counts(found: Iterable[Action]) -> dict[str, int]:
    counted = dict.fromkeys(VERDICTS, 0)
    for one in found:
        for told in one.told:
            counted[told.verdict] += 1
    return counted


def show(request: Request) -> Response:
    asked = Asked.of(request)
    one = action(asked, str(request.path_params["number"]))
    cycles = [other for other in actions(asked) if _same(one, other)]
    parts = [
        (told, effect_figure(asked, str(one.number), told.measure.measure_name), behind(told, compared_months(asked, one, told)))
        for told in one.told
    ]
    leads = call(asked, one.row.provider_code, roles(asked, one.row.pathway_name))
    return render(
        request,
        "action.html",
        title=one.title,
        one=one,
        parts=parts,
        cycles=sorted(cycles, key=lambda other: other.row.cycle_number),
        leads=leads,
    )


def _same(one: Action, other: Action) -> bool:
    return (one.row.organisation_code, one.row.reference.lower()) == (other.row.organisation_code, other.row.reference.lower())


def behind(told: Told, compared: dict[str, list[date]]) -> list[tuple[str, str]]:
    """The numbers behind a verdict: what, in words. ``compared``: the months of each phase."""
    effect = told.effect
    if effect is None:
        return []
    rows = [("Before", _phase(effect, "before", compared)), ("After", _phase(effect, "after", compared))]
    named = [
        ("difference", "Difference of before and after alone"), ("controlled_difference", "Difference beyond the network, on which the verdict rests"),
        ("step", "Step at the change, by its own months"), ("controlled_step", "Step beside the network"),
        ("slope", "Change of slope a month, by its own months"), ("controlled_slope", "Change of slope a month beside the network"),
    ]  # fmt: skip
    rows += [(said, _estimate(effect, name)) for name, said in named]
    if effect.special_cause:
        rows.append(
            (
                "First special cause after it",
                f"{signal_words.seen(effect.special_cause, 'month')}, for the {'better' if effect.special_cause_is_favourable else 'worse' if effect.special_cause_is_favourable is False else 'higher or lower'}",
            )
        )
    rows.append(("Compared with", f"{effect.compared_count} other provider{'s' * (effect.compared_count != 1)}"))
    if effect.dispersion is not None:
        rows.append(
            ("Widened", f"{effect.dispersion:.1f} times as much as single months by chance, as the same comparison varies at the others")
        )
    return rows + [("Caution", said) for said in cautions(effect)]


def _phase(effect: Row, phase: str, compared: dict[str, list[date]]) -> str:
    """The value of its months by their cases and, where that differs, with each alike as on the chart; and which they are."""
    months, used = getattr(effect, f"{phase}_points"), compared.get(phase)
    if not months:
        return "no final month"
    value, mean = (getattr(effect, f"{phase}_{name}") for name in ("value", "mean"))
    shown = words.value(value, effect) if value is not None else "hidden" if effect.is_suppressed else words.NONE
    alike = (
        f", months weighed by their cases (each alike: {words.value(mean, effect)})"
        if None not in (value, mean) and words.value(mean, effect) != shown
        else ""
    )
    return f"{shown}{alike}; {words.many(months, 'final month')}{_span(used, months) if used else ''}"


def _span(used: list[date], months: int) -> str:
    """First and last of the months; of hidden ones it is not known which had no case, so they may be more than count."""
    if len(used) == 1:
        return f", {words.period(used[0])}"
    return f"{',' if len(used) == months else ' of'} {words.period(used[0])} to {words.period(used[-1])}"


def _estimate(effect, name: str) -> str:
    value, lower, upper = (getattr(effect, f"{name}{end}") for end in ("", "_lower", "_upper"))
    if value is None:
        return "hidden" if effect.is_suppressed else "cannot be told"
    return interval(value, lower, upper, effect)


ROUTES = [Route("/actions", show_all), Route("/actions/{number:int}", show)]
