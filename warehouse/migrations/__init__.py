"""Migrations of the fixed core (Alembic). Does not belong here: a pathway's tables (``warehouse.sync``), views, roles, policies."""
