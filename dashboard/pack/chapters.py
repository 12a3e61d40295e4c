"""A pathway of a provider, read for a board: what matters first.

Belongs here: which rows are told, in which order, how many. Does not belong here: wording (``dashboard.pack.sentences``), tables (``dashboard.pack.tables``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import declared, signal_words, words
from dashboard.asked import Asked
from dashboard.charts.series import Paper
from dashboard.figures.figure import Figure
from dashboard.figures.series import series_figures
from dashboard.figures.timeline import timeline_figure
from dashboard.improvement import STATUSES
from dashboard.outliers import OUTLIERS, is_open
from dashboard.pack import sentences, tables
from dashboard.pack.content import Chapter, Chart, Section, Statement
from dashboard.standing import Place, open_signals, places
from dashboard.views import Row
from schemas.outlier_workflow import NOTED

ACTIONS = "select * from dashboard.improvement_action_v1 where provider_code = :provider and pathway_name = :pathway order by started_on desc, improvement_action_id"
EFFECTS = "select * from dashboard.action_effect_v1 where provider_code = :provider and pathway_name = :pathway order by improvement_action_id, measure_name"
AIMS = "select * from dashboard.aim_progress_v1 where provider_code = :provider order by target_on, measure_name"
STANDARDISED = """select distinct on (measure_name) * from dashboard.standardised_result_v1
where organisation_code = :provider and pathway_name = :pathway and period_grain = 'year' order by measure_name, is_provisional, period_start desc"""
CUSUM = "cusum"
PRINTED = Paper(430, 208, has_key=False)
MOST_CHARTS, MOST_TOLD, MOST_ACTIONS = 8, 5, 6


@dataclass(frozen=True)
class Read:
    """What the views say of a provider and a pathway."""

    asked: Asked
    code: str
    pathway: str
    signals: list[Row]
    places: list[Place]
    actions: list[Row]
    effects: list[Row]
    aims: list[Row]
    outliers: list[Row]
    standardised: list[Row]

    @classmethod
    def of(cls, asked: Asked, code: str, pathway: str) -> Read:
        one, own = {"provider": code}, {"provider": code, "pathway": pathway}
        signals = open_signals(asked, code, pathway)
        headline = [m for m in asked.measures.values() if m.pathway_name == pathway and m.is_headline]
        aims = [
            a
            for a in asked.rows(AIMS, **one)
            if a.measure_name in asked.measures and asked.measures[a.measure_name].pathway_name == pathway
        ]
        return cls(
            asked, code, pathway, signals, places(asked, headline, signals, code, pathway), asked.rows(ACTIONS, **own), asked.rows(EFFECTS, **own), aims,
            asked.rows(OUTLIERS, **own), asked.rows(STANDARDISED, **own),
        )  # fmt: skip

    @property
    def is_own(self) -> bool:
        return self.asked.provider == self.code

    def actions_on(self, measure: str | None) -> list[Row]:
        return [a for a in self.actions if measure in a.measure_names]

    def where(self, code: str) -> str:
        """Which of its sites or teams; empty for the provider itself."""
        return "" if code == self.code else f", {self.asked.names.name(code)}"

    def said(self, signal: Row) -> signal_words.Said:
        """Its words, as on the page of signals."""
        dataset = declared.dataset(self.asked, (signal.parameters or {}).get("dataset_name"))
        measure, grain = self.asked.measures.get(signal.measure_name), declared.grain(self.asked, signal.measure_name)
        return signal_words.said(signal, measure, dataset.title if dataset else None, grain)

    def lead(self, signal: Row) -> str:
        return self.said(signal).about + self.where(signal.organisation_code)

    @property
    def adjusted(self) -> tables.Adjusted:
        results = {row.measure_name: row for row in self.standardised}
        return dict.fromkeys(self.asked.adjusted) | results


def chapter(asked: Asked, code: str, pathway: str) -> Chapter:
    """The pathway's pages. Reads what the reader of ``asked`` may see."""
    read = Read.of(asked, code, pathway)
    attention, improved, changed, aims = _attention(read), _improved(read), _changed(read), _aims(read)
    sections = [attention, improved, *([changed] if changed.statements else []), *([aims] if aims.statements else [])]
    headline = tables.headline(read.places, read.adjusted)
    final = [p.result for p in read.places if p.result]
    data_to = max(((r.period_start, words.period(r.period_start, r.period_grain)) for r in final), default=None)
    return Chapter(
        words.plain(pathway), summary(read), f"Final results up to {data_to[1]}" if data_to else "No result is final yet", sections, headline,
        charts(read), tables.place(read.places, read.adjusted), [sentences.standardised(row) for row in read.standardised], _timeline(read), _actions(read), _versions(read),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ the first page
def _section(heading: str, statements: Sequence[Statement], empty: str = "") -> Section:
    return Section(heading, statements[:MOST_TOLD], empty, max(len(statements) - MOST_TOLD, 0))


def _attention(read: Read) -> Section:
    told = [sentences.outlier(row) for row in read.outliers if is_open(row)]
    told += [
        Statement("concern", read.lead(s), sentences.signal_text(s, read.said(s), read.actions_on(s.measure_name)))
        for s in read.signals
        if s.is_favourable is False
    ]
    told += _after_changes(read, "worse")
    return _section("What needs the board’s attention", told, "No signal of concern is open.")


def _improved(read: Read) -> Section:
    effects = [e for e in read.effects if e.verdict == "improved"]
    explained = {e.measure_name for e in effects}
    told = _after_changes(read, "improved")
    told += [
        Statement("improvement", read.lead(s), sentences.better_text(read.said(s), read.actions_on(s.measure_name)))
        for s in read.signals
        if s.is_favourable and s.measure_name not in explained
    ]
    told += [sentences.outlier(row) for row in read.outliers if row.state == NOTED and row.direction == "better"]
    return _section("What has improved", told, "Nothing that can be told from chance.")


def _after_changes(read: Read, verdict: str) -> list[Statement]:
    """Measures on which an action had this verdict."""
    found = [e for e in read.effects if e.verdict == verdict]
    return [
        Statement(
            sentences.ICONS[verdict],
            e.measure_title + read.where(e.organisation_code),
            f"After “{e.title}” (from {words.day(e.started_on)}). {sentences.effect_text(e)}",
        )
        for e in found
    ]


def _changed(read: Read) -> Section:
    return _section(
        "What has changed, for neither better nor worse",
        [Statement("change", read.lead(s), sentences.seen(read.said(s))) for s in read.signals if s.is_favourable is None],
    )


def _aims(read: Read) -> Section:
    return _section("Aims", [sentences.aim(row, read.where(row.organisation_code)) for row in read.aims])


def summary(read: Read) -> str:
    """The one sentence that stands first."""
    concerns = [s for s in read.signals if s.is_favourable is False]
    outliers = [sentences.is_taken_up(row) for row in read.outliers if is_open(row)]
    worked_on, fresh = sum(outliers), len(outliers) - sum(outliers)
    waiting = sum(s.state == "raised" for s in concerns)
    said = [
        f"{sentences.counted(len(concerns), 'signal of concern is', 'signals of concern are')} open, {sentences.counted(waiting, 'is', 'are')} not yet taken up"
        if concerns
        else "No signal of concern is open"
    ]
    said += [sentences.counted(fresh, "outlier is not yet taken up", "outliers are not yet taken up")] if fresh else []
    said += [sentences.counted(worked_on, "outlier is being worked on", "outliers are being worked on")] if worked_on else []
    said += [] if read.is_own else ["outliers that are not published are in the provider’s own pack alone"]
    improved = len({e.measure_name for e in read.effects if e.verdict == "improved"})
    said += [f"{sentences.counted(improved, 'measure', 'measures')} improved by a registered change"] if improved else []
    states = [f"{number} {state}" for state in ("reached", "on track", "behind") if (number := sum(a.state == state for a in read.aims))]
    said += [f"aims: {', '.join(states)}"] if states else []
    return "; ".join(said) + "."


# ------------------------------------------------------------------------------------------------ the pages behind
def charts(read: Read) -> list[Chart]:
    """Those with a signal, an aim or an action first; headline measures fill up."""
    figures = series_figures(read.asked, _chosen(read), read.code, PRINTED)
    drawn = [f for f in figures if f.svg][:MOST_CHARTS]
    return [_chart(read, f) for f in drawn]


def _chart(read: Read, figure: Figure) -> Chart:
    """A month's chart; what the risk-adjusted CUSUM of the same measure says stands beneath, for the chart alone may say that nothing has changed."""
    crossed = [s for s in read.signals if (s.kind, s.measure_name, s.organisation_code) == (CUSUM, figure.parts[0], read.code)]
    notes = [f"{number} {said}" for number, said, _ in figure.numbered]
    notes += [f"{signal_words.KINDS[CUSUM]}: {said.what}{said.since}" for said in map(read.said, crossed)]
    tone = signal_words.tone(crossed[0]) if crossed else ""
    return Chart(
        figure.title, str(figure.svg), f"{figure.title}: {figure.summary}", figure.summary, notes, (tone, tone) if crossed else figure.badge
    )


def _chosen(read: Read) -> list[str]:
    own = [s for s in read.signals if s.organisation_code == read.code]
    wanted = [s.measure_name for s in own if s.is_favourable is False] + [
        a.measure_name for a in read.aims if a.organisation_code == read.code
    ]
    wanted += (
        [e.measure_name for e in read.effects]
        + [s.measure_name for s in own if s.is_favourable]
        + [p.measure.measure_name for p in read.places if p.result]
    )
    known = [name for name in dict.fromkeys(wanted) if name in read.asked.measures]
    return known[: MOST_CHARTS + 4]  # some may have nothing that can be drawn


def _timeline(read: Read) -> Chart | None:
    figure = timeline_figure(read.asked, read.pathway, read.asked.names.slug(read.code))
    return Chart(figure.title, str(figure.svg), f"{figure.title}. {figure.summary}", figure.summary, figure.notes) if figure.svg else None


def _actions(read: Read) -> list[Section]:
    """An action a section: its measures with their verdicts. The latest first."""
    shown = read.actions[:MOST_ACTIONS]
    return [_action(read, action) for action in shown]


def _action(read: Read, action: Row) -> Section:
    told = [sentences.effect(e) for e in read.effects if e.improvement_action_id == action.improvement_action_id]
    ended = f" to {words.day(action.ended_on)}" if action.ended_on else ""
    return Section(
        f"{action.title}{read.where(action.organisation_code)} ({STATUSES.get(action.status, action.status)}, {words.day(action.started_on)}{ended})",
        told,
        "No effect has been computed yet.",
    )


def _versions(read: Read) -> str:
    measures = "; ".join(f"{p.measure.title} {p.measure.measure_version}" for p in read.places if p.result)
    models = sorted({row.model_version for row in read.standardised if row.model_version})
    policies = sorted({p.result.policy_version for p in read.places if p.result and p.result.policy_version is not None})
    said = f"Measures and their versions: {measures}." if measures else ""
    said += f" Case-mix models: {', '.join(models)}." if models else ""
    return said + (f" Small-numbers policy {', '.join(map(str, policies))}." if policies else "")
