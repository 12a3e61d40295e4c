"""Random histories of submissions, corrections, replacements and withdrawals: what counts equals a plain model, and refreshing
step by step equals making everything again."""

import random
from datetime import date

import pytest
from sqlalchemy import text

from assets.submissions import approve, withdraw
from tests.aggregate.test_deaths import deaths
from tests.aggregate.test_submitted_results import counting, counts
from tests.world import nhs_number, snapshot
from warehouse.stale import queue_all

MONTHS = [f"{month:02d}/2024" for month in range(1, 7)]
SENDERS = {"ZX1": ["ZX1"], "ZX2": ["ZX2"], "NET": ["ZX1", "ZX2", "ZX3", "Unknown infirmary"]}


class Model:
    """What counts, told in the plainest way: the rows of the effective submissions in order of arrival, less what a sender replaced."""

    def __init__(self):
        self.said: list[dict] = []

    def add(self, submission_id: str, sender: str, mode: str, period: tuple[str, str] | None, rows: dict) -> None:
        self.said.append({"id": submission_id, "sender": sender, "mode": mode, "period": period, "rows": rows, "is_effective": True})

    def counting(self) -> dict:
        cells: dict = {}
        for told in (t for t in self.said if t["is_effective"]):
            sender, period = told["sender"], told["period"]
            if period:
                inside = {cell for cell in cells if period[0] <= cell[1] <= period[1]}
                cells |= {cell: [row for row in cells[cell] if row[1] != sender] for cell in inside}
            for cell, value in told["rows"].items():
                cells.setdefault(cell, []).append((None if told["mode"] == "withdraw" else value, sender))
        latest = {cell: rows[-1][0] for cell, rows in cells.items() if rows}
        return {cell: value for cell, value in latest.items() if value is not None}


def submit(world, model: Model, chance: random.Random) -> None:
    sender = chance.choice(list(SENDERS))
    mode = chance.choices(["upsert", "replace period", "withdraw"], [6, 2, 1])[0]
    months = sorted(chance.sample(range(6), chance.randint(1, 3)))
    chosen = {(chance.choice(SENDERS[sender]), MONTHS[m]): chance.randint(0, 100) for m in months}
    period = (f"2024-{months[0] + 1:02d}-01", f"2024-{months[-1] + 1:02d}-28") if mode == "replace period" else None
    manifest = {"mode": mode, **({"period_start": period[0], "period_end": period[1]} if period else {})}
    rows = [f"{code} | ae_four_hour | 01/{month} | month | {value} | 100" for (code, month), value in chosen.items()]
    outcome = world.submit(counts(*rows), sender=sender, name="counts.csv", manifest=manifest)
    if outcome.state == "held":
        approve(world.context, outcome.submission_id, "test")
        outcome = world.work_off()[-1]
    assert outcome.state in ("accepted", "accepted with warnings")
    if world.query("select 1 from intake.submission where submission_id = :id and repeats_submission_id is null", id=outcome.submission_id):
        cells = {(code, f"2024-{month[:2]}-01"): value for (code, month), value in chosen.items()}
        model.add(outcome.submission_id, sender, mode, period, cells)


@pytest.mark.parametrize("seed", [1, 3])
def test_what_counts_equals_the_plain_model_and_the_results_a_full_recompute(world, seed):
    from assets.named_organisations import provisional_code

    chance, model = random.Random(seed), Model()
    for _ in range(10):
        submit(world, model, chance)
        effective = [told for told in model.said if told["is_effective"]]
        if chance.random() < 0.25 and effective:
            told = chance.choice(effective)
            withdraw(world.context, told["id"], "test")
            told["is_effective"] = False
        if chance.random() < 0.25:
            world.refresh()
        named = {
            (provisional_code(code) if code.startswith("Unknown") else code, day): value for (code, day), value in model.counting().items()
        }
        assert counting(world) == named
    world.refresh()
    tables = ("results", "benchmarks", "funnels", "spc")
    step_by_step = snapshot(world.context.engine, *tables)
    assert step_by_step["results"]
    with world.context.engine.begin() as connection:
        for table in ("measure_result", "benchmark", "funnel_limit", "spc_point"):
            connection.execute(text(f"delete from measurement.{table}"))
        queue_all(connection, world.context.registry)
    world.refresh()
    assert snapshot(world.context.engine, *tables) == step_by_step


def test_deaths_equal_the_plain_model(world):
    chance, said = random.Random(7), []
    for _ in range(10):
        mode = chance.choices(["upsert", "withdraw"], [4, 1])[0]
        rows = {who: f"{chance.randint(1, 28):02d}/05/2024" for who in chance.sample(range(1, 6), chance.randint(1, 3))}
        outcome = world.submit(deaths(*rows.items()), sender="NET", name="deaths.csv", manifest={"mode": mode})
        if world.query(
            "select 1 from intake.submission where submission_id = :id and repeats_submission_id is null", id=outcome.submission_id
        ):
            said.append([outcome.submission_id, mode, rows])
        if chance.random() < 0.3 and said:
            withdraw(world.context, said.pop(chance.randrange(len(said)))[0], "test")
        expected: dict[int, date | None] = {}
        for _, told_mode, told in said:
            expected |= {who: None if told_mode == "withdraw" else date(2024, 5, int(day[:2])) for who, day in told.items()}
        assert stored_deaths(world) == {nhs_number(who): day for who, day in expected.items() if day}


def stored_deaths(world) -> dict[str, date]:
    """NHS number -> date of death, for the numbers that the test uses."""
    _, digests = world.context.keys.pseudonyms([nhs_number(who) for who in range(1, 6)])
    number_of = dict(zip(digests, map(nhs_number, range(1, 6)), strict=True))
    rows = world.query(
        "select hmac, death_on from pathway.person_identifier join pathway.person using (person_id) where death_on is not null"
    )
    return {number_of[bytes(row["hmac"])]: row["death_on"] for row in rows}
