"""Dagster's storage on Postgres, with connections kept open.

Belongs here: the pool. Does not belong here: anything of the storage itself. Dagster opens a connection for every event, which
costs more than the event; a run writes some fifty.
"""

from __future__ import annotations

from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine, get_token_provider_from_config, pg_url_from_config

POOL = {"pool_size": 2, "max_overflow": 20, "pool_recycle": 600, "pool_pre_ping": True}


class PooledPostgresStorage(DagsterPostgresStorage):
    """The same storage and configuration. A connection that was cut is noticed before it is used."""

    def __init__(self, postgres_url, should_autocreate_tables=True, inst_data=None, token_provider=None):
        super().__init__(postgres_url, should_autocreate_tables, inst_data, token_provider)
        engine = create_pg_engine(postgres_url, token_provider, isolation_level="AUTOCOMMIT", **POOL)
        for part in (self._run_storage, self._event_log_storage, self._schedule_storage):
            part._engine = engine

    @classmethod
    def from_config_value(cls, inst_data, config_value):
        return cls(
            pg_url_from_config(config_value),
            config_value.get("should_autocreate_tables", True),
            inst_data,
            get_token_provider_from_config(config_value),
        )
