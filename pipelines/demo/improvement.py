"""The demo's files of leads, aims and improvement actions: from the office for all, and one from a provider with what goes wrong.

Belongs here: what each file holds. Does not belong here: what really changed (``pipelines.demo.true_effects``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd

from assets.simulate import csv_bytes
from pipelines.demo.files import DemoFile
from pipelines.demo.network import OFFICE, Network
from pipelines.demo.true_effects import HIP, MOBILISED, NERVE, SURGERY, TrueAction, registered, started_on

LEAD = ("Organisation", "Pathway", "Role", "Contact address", "Signals", "How often")
AIM = ("Organisation", "Measure", "Baseline", "Target", "By when", "Set on", "Note")
ACTION = (
    "Organisation",
    "Reference",
    "Cycle",
    "Pathway",
    "Title",
    "What changes",
    "Change ideas",
    "Measures to raise",
    "Measures to lower",
    "Start date",
    "End date",
    "Status",
)
ROLES = ("Clinical lead", "Improvement nurse")
FLAWED = 7  # by its number among the providers: whose file of actions holds what cannot be
# provider, measure, from, to, by in so many days. The last is of an action that does nothing: behind on whatever day the demo is run
AIMS = (
    (2, SURGERY, 0.55, 0.75, 200),
    (12, SURGERY, 0.55, 0.70, 120),
    (11, MOBILISED, 0.80, 0.90, 150),
    (4, MOBILISED, 0.80, 0.99, 90),
    (8, NERVE, 0.60, 0.98, 30),
)


def lead_files(network: Network) -> Iterator[DemoFile]:
    """Leads of the whole network. They come before anything that raises a signal: of a signal those are told who are leads when it is raised."""
    yield DemoFile(OFFICE, "leads.csv", _csv(LEAD, _leads(network)), "leads of every provider, with addresses that nobody reads")


def improvement_files(network: Network, today: date) -> Iterator[DemoFile]:
    """Aims and actions of the whole network."""
    yield DemoFile(OFFICE, "aims.csv", _csv(AIM, _aims(network, today)), "aims of five providers")
    known = [action for action in registered() if action.provider < len(network.providers)]
    yield DemoFile(
        OFFICE,
        "improvement actions.csv",
        _csv(ACTION, [_action(action, network, today) for action in known]),
        "actions: some work, some do not, one is too young",
    )
    if len(network.providers) > FLAWED:
        yield DemoFile(
            network.providers[FLAWED],
            "actions.csv",
            _csv(ACTION, _flawed(network.providers[FLAWED], today)),
            "actions without measures, in the future, before the data, with a new idea",
        )


def _csv(header: tuple[str, ...], rows: list[tuple]) -> bytes:
    return csv_bytes(pd.DataFrame(rows, columns=header, dtype=object))


def _written(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _leads(network: Network) -> list[tuple]:
    return [
        (provider, HIP, role, f"{role.lower().replace(' ', '.')}@{provider.lower()}.example", "" if role == ROLES[0] else "concern;completeness;submission", how_often)
        for provider in network.providers for role, how_often in zip(ROLES, ("immediately", "weekly"), strict=True)
    ]  # fmt: skip


def _aims(network: Network, today: date) -> list[tuple]:
    return [
        (network.providers[number], measure, baseline, target, _written(today + timedelta(days=days)), _written(today - timedelta(days=300)), "Agreed by the board (made up)")
        for number, measure, baseline, target, days in AIMS if number < len(network.providers)
    ]  # fmt: skip


def _action(action: TrueAction, network: Network, today: date) -> tuple:
    start = started_on(action, today)
    end = {"adopted": start + timedelta(days=90), "abandoned": today - timedelta(days=5)}.get(action.status)
    place = network.providers[action.provider]
    reference = f"{place}-{action.habit.replace('_', '-')}"
    return (
        place, reference, 1, action.pathway, action.title, f"{action.title}: made up, to show what the warehouse tells of it.", action.idea,
        ";".join(action.measures), ";".join(action.lowers), _written(start), _written(end) if end else "", action.status,
    )  # fmt: skip


def _flawed(provider: str, today: date) -> list[tuple]:
    start = _written(today - timedelta(days=200))
    sound = (
        provider,
        "F1",
        1,
        HIP,
        "Tea round for families",
        "A volunteer tells families what happens next.",
        "Trauma list at the weekend; Tea round",
        MOBILISED,
        "",
        start,
        "",
        "active",
    )
    without = (*sound[:1], "F2", *sound[2:7], "", *sound[8:])
    ahead = (*sound[:1], "F3", *sound[2:9], _written(today + timedelta(days=30)), *sound[10:])
    early = (*sound[:1], "F4", *sound[2:9], _written(today - timedelta(days=1500)), *sound[10:])
    return [sound, without, ahead, early]
