"""A house of its own for a bench: temporary home, embedded Postgres as shipped, a made-up network of 20 providers.

Belongs here: home, network, rows, dropping. Does not belong here: what is measured.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import psutil
from sqlalchemy import text

from assets.context import Context
from assets.simulate import History, Site, csv_bytes, made_up_sites, simulate_history
from bench.chosen import HIPS as PATHWAY
from schemas.datasets import Pathway
from schemas.fields import Identifier
from schemas.registry import Registry, load_registry
from warehouse.organisations import load_network
from warehouse.settings import Settings

OFFICE = "NET"
PROVIDERS = 20
SEED = 41


@lru_cache(maxsize=1)
def registry() -> Registry:
    return load_registry(())


def pathway(name: str = PATHWAY) -> Pathway:
    return registry().pathway(name)


def sites(count: int = PROVIDERS, name: str = PATHWAY) -> tuple[Site, ...]:
    return made_up_sites(count, pathway(name).simulation, SEED)


def today() -> date:
    return date.today()


def rows(count: int, years: float = 2, seed: int = SEED, of: tuple[Site, ...] | None = None, name: str = PATHWAY) -> History:
    """So many cases of the last years, up to yesterday."""
    end = today() - timedelta(days=1)
    return simulate_history(pathway(name), of or sites(name=name), end - timedelta(days=int(365.25 * years)), end, seed=seed, count=count)


def content(history: History, chosen=None) -> bytes:
    """The records of the network's sites as a file of all columns, as they are known today."""
    chosen = history.own(sites(name=history.pathway.name)) if chosen is None else chosen
    return csv_bytes(history.table(chosen, as_of=today()))


def strangers(history: History, known: History) -> np.ndarray:
    """Positions of the cases of ``history`` whose persons ``known`` does not have: two draws share some numbers of the small test range."""
    number = next(f.name for f in history.dataset.fields if f.identifies is Identifier.NHS_NUMBER)
    return np.flatnonzero(~np.isin(history.texts[number].astype(str), known.texts[number].astype(str)))


def organisations(count: int = PROVIDERS) -> list[dict]:
    """The network, two regions, the providers and their sites."""
    made = [_organisation(OFFICE, "The bench network", "network", None)]
    made += [_organisation(f"ZY{n}", f"Region {n}", "region", OFFICE) for n in (1, 2)]
    for number, site in enumerate(sites(count)):
        made.append(_organisation(site.provider_code, f"Provider {number + 1} (made up)", "provider", f"ZY{1 + number % 2}"))
        made.append(_organisation(site.code, f"Hospital {number + 1} (made up)", "site", site.provider_code))
    return made


def _organisation(code: str, name: str, kind: str, parent: str | None) -> dict:
    return {"organisation_code": code, "organisation_name": name, "organisation_kind": kind, "parent_code": parent, "is_member": True}


@dataclass(frozen=True)
class Place:
    """Settings in a temporary home, and the open house."""

    settings: Settings
    context: Context

    def drop(self, sender: str, data: bytes, name: str) -> Path:
        """A complete file in the sender's landing folder, in one step."""
        folder = self.settings.landing / sender
        folder.mkdir(parents=True, exist_ok=True)
        passing = folder / f"{name}.part"
        passing.write_bytes(data)
        (folder / f"{name}.done").touch()
        return passing.rename(folder / name)

    def server_cpu(self) -> float:
        """Seconds of processor time that the server's processes of now have used."""
        server = psutil.Process(self.scalar("select pg_backend_pid()")).parent()
        return sum(one.cpu_times().user + one.cpu_times().system for one in (server, *server.children(recursive=True)))

    def scalar(self, sql: str, **given):
        with self.context.engine.connect() as connection:
            return connection.scalar(text(sql), given)

    def execute(self, sql: str, **given) -> None:
        with self.context.engine.begin() as connection:
            connection.execute(text(sql), given)


@contextmanager
def house(is_up: bool = False) -> Iterator[Place]:
    """A house with the network loaded; ``is_up``: with Dagster's daemon, web server and workers. Stopped and removed afterwards."""
    from pipelines.environment import silence
    from pipelines.services import down, up
    from warehouse.migrate import migrate

    silence()
    with tempfile.TemporaryDirectory(prefix="common-cause-bench-") as folder:
        settings = Settings(home=Path(folder) / "home", network_code=OFFICE)
        try:
            up(settings) if is_up else migrate(settings)
            context = Context.open(settings)
            with context.engine.begin() as connection:
                load_network(connection, organisations())
            yield Place(settings, context)
            context.engine.dispose()
        finally:
            down(settings)


def take_all(place: Place) -> list:
    """Claim what lies in the landing area and process it here, without Dagster; return the outcomes."""
    from assets.landing import claim_drops
    from assets.submissions import process

    return [process(submission_id, place.context) for submission_id in claim_drops(place.context)]


def refresh_all(place: Place):
    from assets.refresh import refresh

    context = place.context
    return refresh(context.engine, context.registry, context.now())
