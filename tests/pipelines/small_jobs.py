"""A code location with jobs that wait, so that the tests of the launcher can look at runs while they go."""

import os
import time
from pathlib import Path

from dagster import Config, Definitions, in_process_executor, job, op


class Wait(Config):
    seconds: float = 0.0
    note: str = ""


@op
def wait(config: Wait) -> None:
    if config.note:
        Path(config.note).write_text(f"{os.getpid()} {os.getppid()}")
    time.sleep(config.seconds)


@op
def break_down() -> None:
    raise RuntimeError("as the test wants it")


@job
def waiting():
    wait()


@job
def breaking():
    break_down()


defs = Definitions(jobs=[waiting, breaking], executor=in_process_executor)
