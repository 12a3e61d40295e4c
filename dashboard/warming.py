"""What is the same for all readers of the network's pages, asked once when the dashboard comes up: so the first of them does not wait for it.

Belongs here: what is asked before anybody comes. Does not belong here: the questions, and how answers are remembered (``dashboard.views``).
"""

from __future__ import annotations

import logging
import threading
from collections import deque

from dashboard.asked import Asked
from dashboard.configuration import Configuration
from dashboard.matrix import by_grain
from dashboard.readers import Reader
from dashboard.views import Away, Views

log = logging.getLogger("common_cause.dashboard")


def warm_beside(views: Views, configuration: Configuration) -> threading.Thread:
    """In a thread of its own; nobody waits for it, and what it cannot do is done when somebody asks."""
    thread = threading.Thread(
        target=_warm, args=(Asked(views, configuration, Reader("the dashboard itself")),), name="warming", daemon=True
    )
    thread.start()
    return thread


def _warm(asked: Asked) -> None:
    try:
        for pathway in asked.pathways:
            measures = [m for m in asked.measures.values() if m.pathway_name == pathway]
            for chosen in ([m for m in measures if m.is_headline], measures):
                deque(by_grain(asked, [m.measure_name for m in chosen]), maxlen=0)
    except Away:
        pass
    except Exception as error:  # a page that has the same trouble tells of it
        log.warning("%s while warming", type(error).__name__)
