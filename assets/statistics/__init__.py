"""Pure functions of arrays: intervals, control charts, funnels, ranks.

Belongs here: statistics that need nothing but numpy and scipy, vectorised over many series or cells.
Does not belong here: Dagster, the database, declarations, or any decision about what to compute for whom.
Formulas and their sources: each function names its own.
"""
