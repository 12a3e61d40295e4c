"""What is noted and told when we break over a submission: never a text of the error, which may quote a value.

Belongs here: the state ``failed``, what follows by itself, where in the code it was. Does not belong here: files that are refused
(``assets.submissions``), telling the engineers (``pipelines.alerts``).
"""

from __future__ import annotations

import traceback
from pathlib import Path

from sqlalchemy import Row
from sqlalchemy.exc import InterfaceError, OperationalError

from assets import ledger
from assets.context import Context
from assets.envelopes import open_envelope
from assets.receipts import Receipts
from warehouse.loading import LoadInterrupted

OUTAGES = (OperationalError, InterfaceError, LoadInterrupted)
HOUSE = Path(__file__).resolve().parents[1]


class ProcessingFailed(RuntimeError):
    """We broke, not the file. Says where and with what kind of error; values stay out."""


def failed(context: Context, row: Row, error: Exception) -> ProcessingFailed:
    """Note the failure, without any text of the error that could hold a value.

    Where the database went away nothing is noted: the submission stays as it is, and is taken up again like after a crash.
    """
    is_outage = isinstance(error, OUTAGES)
    follows = _what_follows(row, ledger.CRASHES if is_outage else ledger.AUTOMATIC_ATTEMPTS)
    failure = ProcessingFailed(f"submission {row.submission_id}: {type(error).__name__} at {_place(error)}; {follows}")
    if is_outage:
        return failure
    with context.engine.begin() as connection:
        words = "Our processing broke; your file is kept and will be tried again. There is nothing for you to do."
        row = ledger.recognise(connection, row.submission_id, state="failed", reason_code=type(error).__name__, reason=words)
        if row.attempt_count >= ledger.AUTOMATIC_ATTEMPTS:
            Receipts(context).prepare_failure(connection, row, _file_name(context, row)).publish(row)
    return failure


def _what_follows(row: Row, most: int) -> str:
    """What happens by itself after this attempt of ``row``, or what somebody has to do; ``most`` attempts are made without being asked."""
    if row.attempt_count < most:
        return f"attempt {row.attempt_count + 1} follows by itself"
    return f"no attempt follows by itself: mend the cause, then `common-cause retry {row.submission_id}`"


def _file_name(context: Context, row: Row) -> str:
    """The file's name, where the envelope can be opened: it may be what broke."""
    try:
        return open_envelope(context, row).file_name
    except Exception:
        return ""


def _place(error: BaseException) -> str:
    """The calls that led to the error, as places in the code: never its text, which may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(HOUSE) and ".venv" not in f.filename]
    shown = [*ours[-4:], *(frames[-1:] if frames and frames[-1] not in ours else ())]
    return " > ".join(f"{Path(f.filename).stem}.{f.name}:{f.lineno}" for f in shown)
