"""How fast the house is, measured: ``python -m bench`` (all) or ``python -m bench validation throughput`` (some).

Each module with a ``run`` is one bench; ``bench.__main__`` runs them and writes tables and JSON with the machine's data to
``bench/results``. Ratios carry over to other machines, seconds do not: where it can, a bench measures what it compares with in the
same run. Everything is made up and lives in a temporary home of its own.
"""
