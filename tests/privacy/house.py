"""Runs in a process of its own: a whole house in the folder given, that takes all planted submissions through Dagster.

``python -m tests.privacy.house HOME``: embedded server with its standard settings, Dagster on Postgres, the product's own sensor
and jobs. Some stages are made to raise with a patient's values in the message. Prints one JSON line a submission.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

from tests.privacy.faults import FAULTS
from tests.privacy.submissions import faulty, lay, submissions


def main(home: Path) -> None:
    from dagster import DagsterInstance

    from pipelines import instance as instances
    from pipelines.definitions import build
    from pipelines.environment import environment_of
    from warehouse import embedded
    from warehouse.migrate import migrate
    from warehouse.settings import Settings

    settings = Settings(home=home, stable_file_seconds=0.02)
    os.environ.update(environment_of(settings))
    logs(home / "logs")
    server = embedded.ensure(settings)
    try:
        migrate(settings)
        instances.prepare(settings, server.url(), server.admin_url)
        with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            take_all(settings, build(settings).get_repository_def(), instance)
        checkpoint(server)
    finally:
        server.stop()


def logs(folder: Path) -> None:
    folder.mkdir(parents=True)
    logging.basicConfig(level=logging.INFO, handlers=[logging.FileHandler(folder / "house.log"), logging.StreamHandler()])


def take_all(settings, repository, instance) -> None:
    from pipelines.resources import House
    from tests.conftest import DEMO_NETWORK
    from warehouse.organisations import load_network

    house = House(settings).open()
    with house.engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    for planted in submissions():
        lay(settings.landing, planted)
    look_and_run(repository, instance)
    for number, fault in enumerate(FAULTS, start=1):
        lay(settings.landing, faulty(number))
        with fault():
            look_and_run(repository, instance)
    house.engine.dispose()


def look_and_run(repository, instance) -> None:
    """What the daemon does: evaluate the sensor, add the partitions, run what it asks for."""
    from dagster import build_sensor_context

    asked = True
    while asked:
        with build_sensor_context(instance=instance, repository_def=repository) as context:
            result = repository.get_sensor_def("landing_area")(context)
        asked = result.run_requests
        for new in result.dynamic_partitions_requests or ():
            instance.add_dynamic_partitions(new.partitions_def_name, list(new.partition_keys))
        for request in asked:
            job = repository.get_job(request.job_name)
            done = job.execute_in_process(
                instance=instance, partition_key=request.partition_key, tags=dict(request.tags), raise_on_error=False
            )
            print(json.dumps({"submission": request.tags["submission"], "success": done.success}), flush=True)
        asked = asked if len(asked) == 25 else None


def checkpoint(server) -> None:
    from sqlalchemy import text

    from warehouse.database import make_engine

    engine = make_engine(server.admin_url, autocommit=True)
    with engine.connect() as connection:
        connection.execute(text("checkpoint"))
    engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
