"""Database errors without values: what Postgres and its driver say of an error often quotes a patient's data.

Belongs here: deciding what of an error may be told. Does not belong here: making engines (``warehouse.database``).
"""

from __future__ import annotations

import psycopg
from psycopg.errors import Diagnostic

# Classes of SQLSTATE whose primary message names objects only: connection, constraint, transaction, access and name,
# resources, state, operator intervention, our system; CC is what functions of the house say themselves. Values stand in class 22 and in DETAIL and CONTEXT, which are never told.
TELLING = frozenset({"08", "0A", "23", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "CC"})
QUOTING = frozenset({"42601", "42602", "42622"})  # a syntax error quotes the statement


class RedactingConnection(psycopg.Connection):
    """A connection whose errors hold no value, whatever raised them: a statement, a COPY, a commit."""

    def wait(self, gen, *args, **kwargs):
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.Error as error:
            redact(error)
            if self.broken and error.sqlstate is None and not isinstance(error, psycopg.OperationalError):
                # a session that ended between two calls: the driver takes what follows for a mistake of the caller
                raise psycopg.OperationalError("the connection was lost") from None
            raise


def redact(error: psycopg.Error) -> None:
    """Replaces the text of ``error`` by one without values, and drops what the server sent with it."""
    if error.sqlstate is None and isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return  # the driver's own words about the connection
    error.args = (terse(error),)
    error._info = None  # what ``diag`` reads: the driver has no public way to empty it


def terse(error: psycopg.Error) -> str:
    """Condition, and the objects it concerns: no detail, no hint, no context."""
    told = error.diag
    message = f": {told.message_primary}" if _may_tell(error.sqlstate) and told.message_primary else ""
    return f"{type(error).__name__} [{error.sqlstate or 'driver'}]{message}{_objects(told)}"


def _may_tell(sqlstate: str | None) -> bool:
    return sqlstate is not None and sqlstate[:2] in TELLING and sqlstate not in QUOTING


def _objects(told: Diagnostic) -> str:
    named = {
        "table": ".".join(filter(None, (told.schema_name, told.table_name))),
        "column": told.column_name,
        "type": told.datatype_name,
        "constraint": told.constraint_name,
    }
    text = ", ".join(f"{what} {name}" for what, name in named.items() if name)
    return f" ({text})" if text else ""


def redact_context(context) -> None:
    """For SQLAlchemy's ``handle_error``: an error of Python's own while a value was made ready may quote the value too."""
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(original, psycopg.Error):
        return
    original.args = (f"{type(original).__name__} while a value was made ready for the database",)
    if wrapped is not None:
        wrapped.args = original.args
