"""Peak memory of the process that takes 200,000 rows: claim, read, judge, load, receipt, refresh, in a fresh process.

``python -m bench.memory HOME`` is that process; it prints its own peaks as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench import house
from bench.report import Figure, Measured

ROWS = 200_000
TITLE = "Memory"


def run(count: int = ROWS) -> Measured:
    data = house.content(house.rows(count, years=4))
    with house.house() as place:
        place.drop(house.OFFICE, data, "history.csv")
        command = [sys.executable, "-m", "bench.memory", str(place.settings.home)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).resolve().parents[1])
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["received"] == count, told
    return Measured("memory", TITLE, (
        Figure(f"peak resident memory, {count:,} rows of 63 columns", told["peak_gb"], "GB", 2.0),
        Figure("- before the file, all imported", told["idle_gb"], "GB"),
        Figure("- peak up to the receipt", told["taken_gb"], "GB"),
        Figure("the file", len(data) / 1e9, "GB"),
    ), notes=("Of the process that takes the file, from the claim to fresh results. The database server is another process with 256 MB of shared buffers.",))  # fmt: skip


def peak_gb() -> float:
    """The process's highest resident memory so far.

    Not by ``getrusage`` where the kernel tells otherwise: that of Linux begins with what the parent had used when it started the process.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024 / 1e9
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


def take(home: Path) -> dict[str, float]:
    """Take what lies in the landing area of a house; the peaks of this process on the way."""
    from assets.context import Context
    from pipelines.environment import silence
    from warehouse.settings import Settings

    silence()
    settings = Settings(home=home, network_code=house.OFFICE)
    place = house.Place(settings, Context.open(settings))
    import great_expectations  # noqa: F401

    idle = peak_gb()
    [outcome] = house.take_all(place)
    taken = peak_gb()
    house.refresh_all(place)
    return {"idle_gb": idle, "taken_gb": taken, "peak_gb": peak_gb(), "received": outcome.counts.received}


if __name__ == "__main__":
    print(json.dumps(take(Path(sys.argv[1]))))
