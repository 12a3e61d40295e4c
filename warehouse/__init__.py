"""Where the data rest: the server, tables, migrations, loading, views, roles and the archive.

Does not belong here: what the data mean (``schemas``), whether they are good (``quality_checks``), when things run (``pipelines``).
"""
