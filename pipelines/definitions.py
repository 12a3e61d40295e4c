"""Dagster's way in: everything that a code location offers, put together from the settings.

Belongs here: putting together. Does not belong here: any definition.
Nothing is read when this module is imported: the environment is looked at when Dagster asks for ``defs``.
"""

from __future__ import annotations

from functools import lru_cache

from dagster import Definitions, definitions, in_process_executor

from assets.definitions import assets_of, streams
from pipelines.environment import silence
from pipelines.jobs import refresh_job, submission_job
from pipelines.pruning import pruning_job
from pipelines.resources import House
from pipelines.schedules import daily_pruning, daily_refresh
from pipelines.sensors import sensors_of
from schemas.registry import load_registry
from warehouse.settings import Settings


@lru_cache(maxsize=4)
def build(settings: Settings) -> Definitions:
    """The definitions for these settings."""
    silence()
    registry = load_registry(settings.pathway_folders)
    house = House(settings)
    jobs = [*(submission_job(stream, registry) for stream in streams(registry)), refresh_job(registry)]
    return Definitions(
        assets=assets_of(registry),
        jobs=[*jobs, pruning_job()],
        sensors=sensors_of(house, registry, jobs),
        schedules=[daily_refresh(), daily_pruning()],
        resources={"house": house},
        executor=in_process_executor,
    )


@definitions
def defs() -> Definitions:
    return build(Settings.from_environment())


def warm() -> None:
    """What a worker host does once for all the runs it will fork: build the definitions and what the stages load late."""
    import importlib

    settings = Settings.from_environment()
    build(settings).get_repository_def().load_all_definitions()
    for module in ("quality_checks.suite", "assets.shown"):
        getattr(importlib.import_module(module), "warm", lambda: None)()
