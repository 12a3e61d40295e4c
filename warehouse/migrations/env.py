"""Alembic's entry: runs on the connection that ``warehouse.migrate`` hands over, in one transaction."""

from alembic import context

from warehouse.every_table import metadata

SCHEMAS = {"house", "intake", "pathway", "measurement", "improvement"}


def _is_ours(thing, name, kind, reflected, compared) -> bool:
    """A pathway's own tables and the version table are not the migrations' concern."""
    table = thing if kind == "table" else getattr(thing, "table", None)
    return table is None or f"{table.schema}.{table.name}" in metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema="house",
    include_schemas=True,
    include_name=lambda name, kind, parents: kind != "schema" or name in SCHEMAS,
    include_object=_is_ours,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
