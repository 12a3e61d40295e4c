"""``python -m dashboard``: serves the dashboard of a home, on loopback."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import uvicorn

from dashboard.app import create_app
from dashboard.configuration import Configuration
from warehouse.dashboard_login import dashboard_engine
from warehouse.settings import Settings


def main() -> None:
    asked = argparse.ArgumentParser(
        prog="python -m dashboard", description="Serve the dashboard, on this machine alone; people reach it through a reverse proxy."
    )
    asked.add_argument("--home", type=Path, help="folder of everything that is written (COMMON_CAUSE_HOME)")
    asked.add_argument("--port", type=int, default=8600)
    given = asked.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    settings = Settings.from_environment(**({"home": given.home} if given.home else {}))
    app = create_app(Configuration.from_environment(settings), dashboard_engine(settings))
    # addresses hold names of measures and providers, no more; still nobody needs a line a page
    uvicorn.run(app, host="127.0.0.1", port=given.port, access_log=False, server_header=False, log_level="warning")


if __name__ == "__main__":
    main()
