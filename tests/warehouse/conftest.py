"""Connections as every role of the warehouse, for the tests of who may do what."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator

import pytest
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from warehouse.dashboard_login import LOGIN, dashboard_url
from warehouse.database import make_engine
from warehouse.roles import create_provider_role

PASSWORD = "a test password"
_numbers = itertools.count(1)


@pytest.fixture
def as_role(server, database_name, demo_organisations, admin) -> Iterator[Callable[..., Engine]]:
    """``as_role("cc_analyst")``: an engine of a login in that group; ``as_role("cc_provider", "ZX1", ...)``: of a provider's login; ``as_role(LOGIN)``: of the dashboard's own."""
    made, engines = [], []

    def connect(group: str, *providers: str) -> Engine:
        if group == LOGIN:
            engines.append(make_engine(dashboard_url(server, database_name), pool_size=1))
            return engines[-1]
        name = f"t_{os.getpid()}_{next(_numbers)}_{group[3:]}"
        with admin.begin() as connection:
            if providers:
                for code in providers:
                    create_provider_role(connection, name, code, PASSWORD)
            else:
                with connection.connection.cursor() as cursor:
                    made_as = sql.SQL("create role {} login password {} in role {}")
                    cursor.execute(made_as.format(sql.Identifier(name), sql.Literal(PASSWORD), sql.Identifier(group)))
        made.append(name)
        url = make_url(server.admin_url).set(username=name, password=PASSWORD, database=database_name)
        engines.append(make_engine(url, pool_size=1))
        return engines[-1]

    yield connect
    for engine in engines:
        engine.dispose()
    with admin.begin() as connection:
        for name in made:
            connection.execute(text(f"drop role {name}"))
