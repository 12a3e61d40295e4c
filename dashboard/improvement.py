"""Actions with what they did: what several pages and figures say of them.

Belongs here: reading actions and effects, verdicts in words. Does not belong here: how an effect is told (``assets.effects``), one page's own questions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.asked import Asked
from dashboard.views import Row

ACTIONS = "select * from dashboard.improvement_action_v1 order by started_on desc, improvement_action_id"
EFFECTS = "select * from dashboard.action_effect_v1 order by measure_title, measure_name"
IDEAS = "select * from dashboard.change_idea_v1 order by provider_count desc, title"
LEADS = "select provider_code, organisation_code, pathway_name, role from dashboard.lead_v1 order by provider_code, role"

NOT_YET = "not yet"
TOLD = ("improved", "no change", "worse")
# verdict: class of its badge, words
VERDICTS = {
    "improved": ("improvement", "improved"),
    "no change": ("common", "no change that can be told from chance"),
    "worse": ("concern", "worse"),
    "too early": ("none", "too early to say"),
    "cannot be told": ("none", "cannot be told"),
    NOT_YET: ("none", "not looked at yet"),
}
STATUSES = {"planned": "planned", "active": "under way", "adopted": "kept", "abandoned": "given up"}


@dataclass(frozen=True)
class Told:
    """An action's measure and its effect (None before it is computed)."""

    measure: Row
    wanted: str  # rise or fall
    effect: Row | None

    @property
    def verdict(self) -> str:
        return self.effect.verdict if self.effect else NOT_YET

    @property
    def badge(self) -> tuple[str, str]:
        return VERDICTS[self.verdict]

    @property
    def size(self) -> str:
        return size(self.effect)

    @property
    def until(self) -> str:
        """Why nothing can be said yet, and when there may be."""
        if self.effect is None or not self.effect.reason:
            return ""
        later = f"; there can be enough on {words.day(self.effect.enough_on)}" if self.effect.enough_on else ""
        return f"{self.effect.reason}{later}"


@dataclass(frozen=True)
class Action:
    """An action as it is shown: texts as the reader may see them, ``ideas`` as name and title."""

    row: Row
    title: str
    what_changes: str
    who: str
    slug: str
    place: str | None  # site or team, where it is not the whole provider
    told: tuple[Told, ...]
    ideas: tuple[tuple[str, str], ...]

    @property
    def number(self) -> int:
        return self.row.improvement_action_id

    @property
    def status(self) -> str:
        return STATUSES.get(self.row.status, self.row.status)


def actions(asked: Asked) -> list[Action]:
    """All actions of the network as the reader may see them, the latest first; remembered until data change."""
    return asked.views.memory.get(("actions", asked.provider, asked.names.is_named), lambda: _actions(asked))


def _actions(asked: Asked) -> list[Action]:
    effects: defaultdict[int, dict[str, Row]] = defaultdict(dict)
    for effect in asked.rows(EFFECTS):
        effects[effect.improvement_action_id][effect.measure_name] = effect
    titles = {row.change_idea: row.title for row in asked.rows(IDEAS)}
    return [_action(asked, row, effects[row.improvement_action_id], titles) for row in asked.rows(ACTIONS)]


def action(asked: Asked, number: str) -> Action:
    """One of them. Raises 404."""
    found = [one for one in actions(asked) if str(one.number) == number]
    if not found:
        raise HTTPException(404, "There is no such action; it may have been withdrawn.")
    return found[0]


def _action(asked: Asked, row: Row, effects: dict[str, Row], titles: dict[str, str]) -> Action:
    names = asked.names
    place = row.organisation_code if row.organisation_code != row.provider_code and names.may_see(row.organisation_code) else None
    wanted = [*((name, "rise") for name in row.measures_to_raise), *((name, "fall") for name in row.measures_to_lower)]
    told = tuple(Told(asked.measures[name], way, effects.get(name)) for name, way in wanted if name in asked.measures)
    ideas = tuple((name, names.told(titles.get(name, words.plain(name)))) for name in row.change_ideas)
    who, slug = names.name(row.provider_code), names.slug(row.provider_code)
    return Action(
        row, names.told(row.title), names.told(row.what_changes or ""), who, slug, names.name(place) if place else None, told, ideas
    )


def size(effect: Row | None) -> str:
    """The effect beyond the rest of the network with its interval, in words; empty where there is none."""
    if effect is None or effect.verdict in ("too early", "cannot be told"):
        return ""
    if effect.controlled_difference is None:
        return "hidden: it rests on small numbers of another provider" if effect.is_suppressed else ""
    return interval(effect.controlled_difference, effect.controlled_difference_lower, effect.controlled_difference_upper, effect)


def interval(value: float | None, lower: float | None, upper: float | None, measure: Row) -> str:
    """``+8.4 points (95 % interval −0.6 to +16.2)``."""
    said = words.points(value, measure)
    if lower is None or upper is None:
        return said
    low, high = (words.points(limit, measure).split(" ")[0] for limit in (lower, upper))
    return f"{said} (95 % interval {low} to {high})"


def roles(asked: Asked, pathway: str | None = None) -> dict[str, list[str]]:
    """Provider -> roles of its leads (of one pathway): whom to call; never an address."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in asked.rows(LEADS):
        if pathway in (None, row.pathway_name) and row.role not in found[row.provider_code]:
            found[row.provider_code].append(asked.names.told(row.role))
    return found


def call(asked: Asked, code: str, known: dict[str, list[str]]) -> str:
    """Whom to call at a provider, in words."""
    if not asked.names.is_named and code not in asked.names.own:
        return "ask the network's office to put you in touch"
    return ", ".join(known.get(code, ())) or "no lead is registered"
