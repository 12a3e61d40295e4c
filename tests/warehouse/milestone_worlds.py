"""Many possible truths side by side in one warehouse, and what a reader sees of each: for tests that no small count of anybody else follows from it.

Each world is a milestone of its own, so that the views themselves show what they would show of it. Readers are taken to know the rules, every row of the
views and their own counts: worlds that look the same to them cannot be told apart.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date

from sqlalchemy import Connection, Engine, text

from warehouse.policies import CURRENT

# of a provider's period: cases, those of them that reached the milestone, those of them whose time is known
Counts = tuple[int, int, int]
# counts of each provider and quarter
World = dict[tuple[str, str], Counts]
# what the three counts tell, by themselves and by their differences
NUMBERS = {
    "cases": lambda cases, reached, timed: cases, "reached": lambda cases, reached, timed: reached, "timed": lambda cases, reached, timed: timed,
    "not reached": lambda cases, reached, timed: cases - reached, "without a time": lambda cases, reached, timed: reached - timed,
    "not timed": lambda cases, reached, timed: cases - timed,
}  # fmt: skip
PERIODS = {"Q1": date(2026, 1, 1), "Q2": date(2026, 4, 1), "Q3": date(2026, 7, 1), "Q4": date(2026, 10, 1)}
ABOVE = {"ZX1": ("REG1", "NET"), "ZX2": ("REG1", "NET"), "ZX3": ("REG2", "NET")}

DEFINE = """
insert into measurement.milestone_definition (pathway_name, milestone_name, place, title, field, is_timed, sooner_is_better, due_days)
select 'wrist_fracture', n::text, n, 'one truth', 'field', true, true, 30 from generate_series(0, :last) n
"""
ADD = """
insert into measurement.milestone_result (pathway_name, milestone_name, organisation_code, period_grain, period_start, case_count, reached_count, timed_count,
    lower_quartile_minutes, median_minutes, upper_quartile_minutes, computed_at)
select 'wrist_fracture', n::text, code, grain, start, cases, reached, timed, a.minutes, a.minutes, a.minutes, '2026-12-01'
from unnest(cast(:n as int[]), cast(:code as text[]), cast(:grain as text[]), cast(:start as date[]), cast(:cases as int[]), cast(:reached as int[]), cast(:timed as int[]))
    as t (n, code, grain, start, cases, reached, timed)
cross join lateral (select case when timed > 0 then 60 end as minutes) a
"""
SEEN = """
select milestone_name::int as n, md5(string_agg(shown, ' ' order by shown)) as shown from (
    select r.milestone_name, (to_jsonb(r) - array['milestone_name', 'milestone_title', 'place'])::text as shown from dashboard.milestone_result_v1 r
    union all select s.milestone_name, (to_jsonb(s) - 'milestone_name')::text from dashboard.milestone_summary_v1 s
) everything group by milestone_name
"""


def add_worlds(connection: Connection, worlds: list[World]) -> None:
    """The worlds as milestones ``0`` to ``n``: every provider's quarters and year, and the sums of its region and of the network. A cell without cases is none."""
    connection.execute(text("delete from measurement.milestone_definition"))
    connection.execute(text(DEFINE), {"last": len(worlds) - 1})
    rows = [(n, *cell, *counts) for n, world in enumerate(worlds) for cell, counts in _with_totals(world).items() if counts[0]]
    names = ("n", "code", "grain", "start", "cases", "reached", "timed")
    connection.execute(text(ADD), dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    connection.execute(text("analyze measurement.milestone_result"))


def _with_totals(world: World) -> dict[tuple[str, str, date], Counts]:
    sums: dict = defaultdict(lambda: (0, 0, 0))
    for (provider, period), counts in world.items():
        for code in (provider, *ABOVE[provider]):
            for cell in ((code, "quarter", PERIODS[period]), (code, "year", PERIODS["Q1"])):
                sums[cell] = tuple(a + b for a, b in zip(sums[cell], counts, strict=True))
    return sums


def indistinguishable(reader: Engine, worlds: list[World]) -> list[list[World]]:
    """The worlds in groups that show the reader the same."""
    with reader.connect() as connection:
        shown = dict(connection.execute(text(SEEN)).all())
    groups = defaultdict(list)
    for n, world in enumerate(worlds):
        groups[shown.get(n)].append(world)
    return list(groups.values())


def told(groups: list[list[World]]) -> list[tuple[World, tuple[str, str], str]]:
    """(world, provider and period, what) of every small number that all worlds which look the same have in common; none of what is the same in all worlds."""
    alternatives = {cell for group in groups for world in group for cell in world if world[cell] != groups[0][0][cell]}
    found = []
    for group, cell, what in itertools.product(groups, sorted(alternatives), NUMBERS):
        values = {NUMBERS[what](*world[cell]) for world in group}
        if len(values) == 1 and 0 < min(values) <= CURRENT.suppress_to:
            found.append((group[0], cell, what))
    return found
