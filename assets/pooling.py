"""Parts put together: sums and medians of the stale cells of every organisation and period.

Belongs here: which parts a cell has, each once. Does not belong here: what the sums are worth (``assets.measure_results``).
A site or team has the parts of its cases; what is above has those of its providers' cases. Of parts of sets of teams an organisation has each once in which any
of its teams is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from assets.result_frames import KEY, read
from assets.statistics import intervals

STALE = """
with stale as materialized (
    select row_number() over () as cell, organisation_code, period_grain, period_start,
           (period_start + make_interval(months => case period_grain when 'month' then 1 when 'quarter' then 3 else 12 end))::date as period_after
    from stale_now where pathway_name = :pathway
), wanted as materialized (
    select s.*, l.start_code, l.level_kind, l.level_kind in ('site', 'team') as by_site
    from stale s join organisation_level_now l on l.level_code = s.organisation_code
), found as materialized (
    select {columns}, array_position(cast(:measures as text[]), measure_name) as number, {place}, period_start as month
    from measurement.{table} where measure_name = any(:measures)
     and period_start >= (select min(period_start) from stale) and period_start < (select max(period_after) from stale)
)"""
OF_SITES = (
    STALE
    + """, part as (
    select w.cell, w.level_kind, p.*
    from wanted w join found p on p.site_code = w.start_code and p.month >= w.period_start and p.month < w.period_after
    where w.by_site
    union all
    select w.cell, w.level_kind, p.*
    from wanted w join found p on p.provider_code = w.start_code and p.month >= w.period_start and p.month < w.period_after
    where not w.by_site
)"""
)
OF_TEAMS = (
    STALE
    + """, teams as materialized (select distinct site_codes, provider_codes, month from found
), place as (
    select t.*, unnest(t.site_codes) as code, true as by_site from teams t
    union all
    select t.*, unnest(t.provider_codes), false from teams t
), belonging as materialized (
    select distinct w.cell, w.level_kind, p.site_codes, p.provider_codes, p.month
    from wanted w join place p on p.code = w.start_code and p.by_site = w.by_site and p.month >= w.period_start and p.month < w.period_after
), part as (select * from belonging join found using (site_codes, provider_codes, month))"""
)
COUNTS = ("case_count", "cohort_count", "denominator", "waiting_count", "numerator", "value_count", "needed_count", "filled_count")
PLACED = """
select (cast(:measures as text[]))[number] as measure_name, organisation_code, period_grain, period_start, pooled.*
from pooled join stale using (cell)
"""
SUMS = (
    f""", pooled as (
select number, cell, level_kind, {", ".join(f"sum({name})::float8 as {name}" for name in COUNTS)},
       (sum(value_sum) / nullif(sum(value_count), 0))::float8 as mean, sum(value_sum)::float8 as value_sum,
       sqrt(greatest(sum(value_square_sum) - sum(value_sum) ^ 2 / nullif(sum(value_count), 0), 0) / nullif(sum(value_count) - 1, 0))::float8 as deviation
from part group by number, cell, level_kind)
"""
    + PLACED
)
# sorting each group's values alone takes the server a quarter less than sorting all; a server before Postgres 16 knows no other way, and no such setting
EACH_GROUP_ALONE = "select set_config(name, 'off', true) from pg_settings where name = 'enable_presorted_aggregate'"
MEDIANS = (
    """, ordered as (
    select number, cell, array_agg(v order by v) as v from part cross join unnest(sorted_values) as v group by number, cell
), pooled as (
    select number, cell, (v[(n + 1) / 2] + v[n / 2 + 1]) / 2 as value, v[nullif(lower_rank, 0)] as lower_95, v[nullif(upper_rank, 0)] as upper_95
    from ordered join unnest(cast(:counts as int[]), cast(:lower as int[]), cast(:upper as int[])) as ranks(n, lower_rank, upper_rank)
      on n = cardinality(v)
)
"""
    + PLACED
)


def sums(connection: Connection, pathway_name: str, shared: bool, names: list[str]) -> pd.DataFrame:
    """A row a measure and stale cell that has parts: measure and cell, ``level_kind``, the sums of ``COUNTS``, mean, sum and deviation of the values.

    ``shared``: the measures' parts are those of sets of teams.
    """
    columns = (*COUNTS, "value_sum", "value_square_sum")
    return read(connection, _parts(shared, columns) + SUMS, {"pathway": pathway_name, "measures": names})


def medians(connection: Connection, pathway_name: str, shared: bool, names: list[str], pooled: pd.DataFrame) -> pd.DataFrame:
    """Measure and cell, ``value, lower_95, upper_95`` of the medians ``names``; ``pooled`` are the sums, which tell the numbers of values."""
    counts = np.unique(pooled.loc[pooled["measure_name"].isin(names), "value_count"]).astype(int)
    counts = counts[counts > 0]
    if not len(counts):
        return pd.DataFrame(columns=[*KEY, "value", "lower_95", "upper_95"])
    lower, upper = intervals.median_ranks(counts)
    ranks = {"counts": counts.tolist(), "lower": lower.tolist(), "upper": upper.tolist()}
    connection.execute(text(EACH_GROUP_ALONE))
    found = read(connection, _parts(shared, ("sorted_values",)) + MEDIANS, {"pathway": pathway_name, "measures": names, **ranks})
    return found[[*KEY, "value", "lower_95", "upper_95"]]


def _parts(shared: bool, columns: tuple[str, ...]) -> str:
    chosen, table, place = (
        (OF_TEAMS, "shared_part", "site_codes, provider_codes") if shared else (OF_SITES, "measure_part", "site_code, provider_code")
    )
    return chosen.format(columns=", ".join(columns), table=table, place=place)
