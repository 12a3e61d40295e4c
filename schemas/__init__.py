"""What the data mean: pure declarations.

Belongs here: expressions, fields, rules, layouts, measures, datasets and the pathway folders.
Does not belong here: anything that runs them. Masks are in ``quality_checks``, SQL in ``warehouse``,
the order of the stages in ``assets``. This room imports none of these, no Dagster, no GX, no database.
"""
