"""What breaks on purpose, with a patient's values in the message: stages that raise, a COPY that is refused, a run that tells everything.

Each is a block within which the product's own function is replaced by one that breaks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from tests.privacy.planted import BORN, HOSPITAL_NUMBER, NUMBER, POSTCODE, SURNAME

WORDS = f"{SURNAME} {NUMBER} {BORN:%Y-%m-%d} {POSTCODE} {HOSPITAL_NUMBER}"


@contextmanager
def replaced(module, name: str, made) -> Iterator[None]:
    kept = getattr(module, name)
    setattr(module, name, made(kept))
    try:
        yield
    finally:
        setattr(module, name, kept)


def raising(error):
    def made(_):
        def broken(*args, **kwargs):
            try:
                raise KeyError(WORDS)
            except KeyError as cause:
                raise error(f"cannot make sense of {WORDS}") from cause

        return broken

    return made


def fault_while_typing():
    from assets import submissions as module

    return replaced(module, "typed", raising(ValueError))


def fault_while_linking():
    from assets import records as module

    return replaced(module, "link", raising(RuntimeError))


def fault_in_the_receipt():
    from assets import receipts as module

    return replaced(module, "write_files", raising(OSError))


def copy_with(column: str, value: str):
    """A COPY whose first row holds a value that cannot be: the server would quote the row in the error's context."""
    from warehouse import loading as module

    def made(kept):
        def written(table, frame):
            frame = frame.assign(**{column: [value, *([None] * (len(frame) - 1))]}) if column in frame.columns else frame
            return kept(table, frame)

        return written

    return replaced(module, "_written", made)


def refused_by_the_server():
    return copy_with("operated", f"{WORDS}\0")


def refused_as_no_id():
    return copy_with("person_id", WORDS)


def refused_before_the_server():
    return copy_with("trust_discharge_date", WORDS)


FAULTS = (
    fault_while_typing, fault_while_linking, fault_in_the_receipt, refused_by_the_server, refused_as_no_id, refused_before_the_server,
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ to prove the search
def a_run_that_tells_everything():
    """Prints it, leaves it in a temporary file and in the database, and gives it to Dagster."""
    from assets import submissions as module
    from assets.failures import ProcessingFailed

    def made(_):
        def process(submission_id, context, run_id=None):
            print(WORDS)
            with tempfile.NamedTemporaryFile("w", delete=False) as file:
                file.write(WORDS)
            with context.engine.begin() as connection:
                connection.execute(text("create table if not exists pathway.planted (note text)"))
                connection.execute(text("insert into pathway.planted values (:words)"), {"words": WORDS})
            raise ProcessingFailed(f"cannot make sense of {WORDS}")

        return process

    return replaced(module, "process", made)
