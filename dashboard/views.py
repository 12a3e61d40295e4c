"""Questions to the warehouse's views, as the dashboard's own login on behalf of a reader.

Belongs here: connections, the reader's provider told to the database, what is remembered until data change. Does not belong here: questions (``dashboard.figures``,
``dashboard.pages``).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from warehouse.database import CANCELLED, sqlstate

Row = SimpleNamespace
LOOK_SECONDS = 2.0  # so often at the most it is asked whether data have changed
REMEMBERED = 400
SIDE_BY_SIDE = 4
_SAY_READER = text("select set_config('common_cause.reader', :provider, true)")
# whatever changes what is shown leaves one of these behind; what time alone brings (a file that is late, an aim whose day has come) is seen within the hour
_VERSION = """select s.*, e.event_id, date_trunc('hour', now()) as hour
from (select max(finished_at) as finished_at, max(refreshed_at) as refreshed_at from dashboard.submission_v1) s
cross join (select max(signal_event_id) as event_id from dashboard.signal_event_v1) e"""


class Away(RuntimeError):
    """The database cannot be reached now."""


class TooLong(RuntimeError):
    """The database gave up a question: it took longer than questions may."""


class Views:
    """The warehouse's views. Thread-safe."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.memory = Memory(self._version)

    def rows(self, sql: str, provider: str | None = None, /, **parameters) -> list[Row]:
        """The rows of a question, as the reader's provider may see them (None: as nobody in particular). Raises ``Away``, ``TooLong``."""
        try:
            with self.engine.begin() as connection:
                connection.execute(_SAY_READER, {"provider": provider or ""})
                result = connection.execute(text(sql), parameters)
                return [Row(**row) for row in result.mappings()]
        except OperationalError as error:
            raise (TooLong if sqlstate(error) == CANCELLED else Away) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Away from error
            raise

    def remembered(self, sql: str, provider: str | None = None, /, **parameters) -> list[Row]:
        """The same, asked again only after data have changed."""
        key = (sql, provider, hashable(parameters))
        return self.memory.get(key, lambda: self.rows(sql, provider, **parameters))

    def _version(self) -> Hashable:
        return tuple(vars(self.rows(_VERSION)[0]).values())


class Memory:
    """Answers by question, forgotten when the version of the data changes. ``latest`` may be older by one computation instead of making anybody wait."""

    def __init__(self, version: Callable[[], Hashable], limit: int = REMEMBERED):
        self._ask, self._limit = version, limit
        self._held: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._making: set[Hashable] = set()
        self._turns: dict[Hashable, threading.Lock] = {}
        self._known: tuple[float, Hashable] = (-LOOK_SECONDS, None)

    def version(self) -> Hashable:
        """That of the data, a moment old at the most."""
        with self._looking:
            if time.monotonic() - self._known[0] > LOOK_SECONDS:
                self._known = (time.monotonic(), self._ask())
            return self._known[1]

    def look_again(self) -> None:
        """Whoever has just changed something reads what became of it."""
        with self._looking:
            self._known = (float("-inf"), None)

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The answer for the data as they are now."""
        version = self.version()
        if (held := self._found(key, version)) is not None:
            return held[1]
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        try:
            with turn:  # whoever asks the same meanwhile waits for this answer instead of having it made twice
                held = self._found(key, version)
                return held[1] if held is not None else self._keep(key, version, make())
        finally:
            with self._lock:
                self._turns.pop(key, None)

    def _found(self, key: Hashable, version: Hashable) -> tuple[Hashable, Any] | None:
        with self._lock:
            held = self._held.get(key)
            if held is None or held[0] != version:
                return None
            self._held.move_to_end(key)
            return held

    def latest(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """An answer at once where there is one; if it is old, a newer one is made beside for whoever asks next."""
        version = self.version()
        with self._lock:
            held = self._held.get(key)
            is_due = bool(held) and held[0] != version and key not in self._making
            if is_due:
                self._making.add(key)
        if held is None:
            return self.get(key, make)
        if is_due:
            threading.Thread(target=self._make_beside, args=(key, version, make), daemon=True).start()
        return held[1]

    def _make_beside(self, key: Hashable, version: Hashable, make: Callable[[], Any]) -> None:
        try:
            self._keep(key, version, make())
        except (Away, TooLong):
            pass  # whoever asks next tries again
        finally:
            with self._lock:
                self._making.discard(key)

    def _keep(self, key: Hashable, version: Hashable, answer: Any) -> Any:
        with self._lock:
            self._held[key] = (version, answer)
            self._held.move_to_end(key)
            while len(self._held) > self._limit:
                self._held.popitem(last=False)
        return answer


_BESIDE = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="question")


def side_by_side(questions: Iterable[Callable[[], Any]]) -> list[Any]:
    """Their answers in their order, asked a few at once. None of them may itself ask side by side: it could wait for its own end."""
    return [asked.result() for asked in [_BESIDE.submit(question) for question in questions]]


def hashable(parameters: Mapping[str, Any]) -> Hashable:
    """Parameters as a key; lists of names may be among them."""
    return tuple(sorted((name, tuple(value) if isinstance(value, list) else value) for name, value in parameters.items()))
