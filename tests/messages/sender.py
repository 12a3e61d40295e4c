"""Sends what is due as a process of its own; with a file named, it stops between sending and marking and says so by making the file."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from assets.context import Context
from pipelines import messages
from warehouse.settings import Settings

if __name__ == "__main__":
    if len(sys.argv) > 1:

        def stop_here(*_):
            Path(sys.argv[1]).touch()
            time.sleep(60)

        messages.mark_sent = stop_here
    messages.send_due(Context.open(Settings.from_environment()))
