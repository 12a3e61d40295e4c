"""The server's statistics of the tables that a refresh and its readers join, renewed when they have grown: autovacuum comes once a minute, a load in seconds.

Belongs here: which tables want ``ANALYZE``. Does not belong here: when to look (``assets.refresh``).
Without them the server takes a table for small and joins row by row: a refresh after the first files of a month then takes
seconds instead of tenths.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

RESULTS = ("measure_result", "benchmark", "spc_point", "funnel_limit")
# grown by a fifth and ten pages since the statistics were taken (dead rows count, for they too are read), with the columns by
# which rows are found: those of the indexes. All columns of a pathway's details would take ten times as long.
# A vacuum that comes between sets the pages and leaves the statistics as they were, so after one the rows that changed are asked
# (their count is not begun anew by an ANALYZE of some columns, the time of the latest one is)
GROWN = text("""
select format('%I.%I', n.nspname, c.relname) as name, string_agg(distinct quote_ident(a.attname), ', ') as columns
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_index i on i.indrelid = c.oid
join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
where c.relkind = 'r' and (n.nspname = 'pathway' or n.nspname = 'measurement' and c.relname in
    ('measure_part', 'shared_part', 'measure_result', 'milestone_part', 'benchmark', 'funnel_limit', 'spc_point', 'milestone_result'))
  and (pg_relation_size(c.oid) > (1.2 * greatest(c.relpages, 0) + 10) * current_setting('block_size')::int
    or pg_stat_get_mod_since_analyze(c.oid) > 0.2 * greatest(c.reltuples, 0) + 1000
        and greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))
            > greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid), '-infinity'))
group by 1 order by 1
""")


def analyze_results(connection: Connection) -> None:
    """Analyse what pages of results read, whatever has grown, in the caller's transaction. Waits for nobody."""
    for name in RESULTS:
        connection.exec_driver_sql(f"analyze (skip_locked) measurement.{name}")


def renew_statistics(connection: Connection) -> list[str]:
    """Analyse what has grown, in the caller's transaction; return the names of the tables. Waits for nobody."""
    grown = list(connection.execute(GROWN))
    for name, columns in grown:
        connection.exec_driver_sql(f"analyze (skip_locked) {name} ({columns})")
    return [name for name, _ in grown]
