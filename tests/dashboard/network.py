"""The network that the dashboard's tests look at: twelve providers, two pathways, two years up to the present month, and what leads did.

Everything is made once a session, from a seed. What tests rely on is said where it is made: ``ZYA`` worsens, ``ZYB`` improves after its action, ``ZX3`` is
so small that others see nothing of it.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text

from schemas.pathways.emergency_care import FOUR_HOUR
from tests.conftest import DEMO_NETWORK
from tests.improvement.files import ACTION, actions, aims, leads
from tests.results.world import World as Cases
from tests.results.world import wrist
from tests.world import World, csv_bytes
from warehouse.organisations import load_network
from warehouse.stale import queue_all

LARGE = tuple(f"ZY{letter}" for letter in "ABCDEFGHI")
PROVIDERS = (*LARGE, "ZX1", "ZX2", "ZX3")
MONTHS, ATTENDANCES, WRISTS, FEW = 24, 400, 14, 1
WRIST, EMERGENCY = "wrist_manipulated_4h", FOUR_HOUR.name
WORSENS, IMPROVES, TINY = "ZYA", "ZYB", "ZX3"
NATIONAL_SOURCE = "Monthly statistics"


def months() -> list[date]:
    """The latest months that are over, the earliest first."""
    last = pd.Period(date.today(), "M") - 1
    return [period.to_timestamp().date() for period in pd.period_range(end=last, periods=MONTHS, freq="M")]


def build(context) -> Engine:
    """Everything into the warehouse of ``context``, computed as of now."""
    world = World(context)
    with context.engine.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *(row for code in LARGE for row in _organisations(code))])
    _send_counts(world)
    _add_wrists(context)
    with context.engine.begin() as connection:
        queue_all(connection, context.registry)
    _analyze(context.engine)
    world.refresh()
    _analyze(context.engine)
    _tell(world)
    world.refresh()
    return context.engine


def _organisations(code: str) -> list[dict]:
    provider = {
        "organisation_code": code,
        "organisation_name": f"Department {code[-1]} NHS Trust",
        "organisation_kind": "provider",
        "parent_code": "REG1",
        "is_member": True,
    }
    site = {
        "organisation_code": f"{code}A1",
        "organisation_name": f"Infirmary of {code[-1]}",
        "organisation_kind": "site",
        "parent_code": code,
        "is_member": True,
    }
    return [provider, site]


def _analyze(engine: Engine) -> None:
    """What the server does by itself where data come in over days: without it a plan knows nothing of tables that were filled at once."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze"))


def _send_counts(world: World) -> None:
    """Attendances of each month; from the month a year ago on ZYA sees a tenth fewer in time, ZYB a tenth more. And the national value."""
    rng = np.random.default_rng(5)
    share = np.tile(rng.normal(0.7, 0.04, (len(PROVIDERS), 1)).clip(0.62, 0.78), MONTHS)
    share[PROVIDERS.index(WORSENS), MONTHS // 2 :] -= 0.12
    share[PROVIDERS.index(IMPROVES), MONTHS // 2 :] += 0.12
    counted = rng.binomial(ATTENDANCES, share)
    header = ("Organisation", "Measure", "Period start", "Period", "Numerator", "Denominator")
    rows = [
        dict(zip(header, (code, EMERGENCY, f"{month:%d/%m/%Y}", "month", str(counted[n, m]), str(ATTENDANCES)), strict=True))
        for n, code in enumerate(PROVIDERS) for m, month in enumerate(months())
    ]  # fmt: skip
    _accepted(world.submit(csv_bytes(rows, header), sender="NET", name="counts.csv"))
    reference = ("Measure", "Period start", "Period", "Value", "Source", "Published on")
    national = [
        dict(zip(reference, (EMERGENCY, f"{month:%d/%m/%Y}", "month", "0.743", NATIONAL_SOURCE, f"{date.today():%d/%m/%Y}"), strict=True))
        for month in months()
    ]
    _accepted(world.submit(csv_bytes(national, reference), sender="NET", name="reference.csv"))


def _add_wrists(context) -> None:
    """Fractures of each month; ZYC manipulates late since a year, ZX3 has one a month."""
    rng, cases = np.random.default_rng(6), Cases(context.engine, context.registry, count=1_000_000)
    rows = []
    for code in PROVIDERS:
        for number, month in enumerate(months()):
            late = 0.55 if code == "ZYC" and number >= MONTHS // 2 else 0.25
            for _ in range(FEW if code == TINY else rng.poisson(WRISTS)):
                rows.append(_wrist(rng, code, month, late))
    cases.add(*rows)


def _wrist(rng: np.random.Generator, code: str, month: date, late: float) -> dict:
    day = month + timedelta(days=int(rng.integers(28)))
    minutes = None if rng.random() < 0.1 else float(rng.integers(250, 500) if rng.random() < late else rng.integers(30, 240))
    more = {
        "discharge_date": day + timedelta(days=int(rng.integers(1, 9))),
        "pain_score": int(rng.integers(10)),
        "open_wound": bool(rng.random() < 0.05),
    }
    return wrist(day, minutes, site=f"{code}A1", **more)


def _tell(world: World) -> None:
    """Leads, aims and actions, as files of the providers."""
    year_ago, next_year = months()[MONTHS // 2], date.today() + timedelta(days=300)
    emergency = {
        **ACTION,
        "Pathway": "emergency_care",
        "Measures to raise": EMERGENCY,
        "Change ideas": "Trauma list at weekends",
        "Start date": f"{year_ago:%d/%m/%Y}",
    }
    told = [
        {**emergency, "Organisation": IMPROVES, "Reference": "B1", "Title": "A second triage nurse"},
        {**emergency, "Organisation": "ZYD", "Reference": "D1", "Title": "Another rota"},
    ]
    _accepted(world.submit(actions(*told), sender="NET", name="actions.csv"))
    aim = {"Measure": EMERGENCY, "By when": f"{next_year:%d/%m/%Y}", "Set on": f"{year_ago:%d/%m/%Y}"}
    _accepted(
        world.submit(
            aims(
                {**aim, "Organisation": IMPROVES, "Baseline": "0.70", "Target": "0.90"},
                {**aim, "Organisation": WORSENS, "Baseline": "0.70", "Target": "0.85"},
            ),
            sender="NET",
            name="aims.csv",
        )
    )
    lead = {"Pathway": "emergency_care", "Signals": "concern;cusum"}
    _accepted(
        world.submit(
            leads(*({**lead, "Organisation": code, "Contact address": f"lead@{code.lower()}.example"} for code in (WORSENS, IMPROVES))),
            sender="NET",
            name="leads.csv",
        )
    )


def _accepted(outcome) -> None:
    assert outcome.state == "accepted", f"{outcome.state}: {outcome}"
