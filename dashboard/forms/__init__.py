"""Forms by which leads say who they are, what they aim at and what they change: a form makes the file that they could have written.

Belongs here: fields from declared datasets, checking, dropping the file, reading what came of it. Does not belong here: what a field is and which
rows are right (``schemas.improvement``), pages (``dashboard.pages.forms``, ``dashboard.pages.sent``).

Two ways were weighed. *A*: forms with rules of their own, quick and soon different from those of files. *B*, taken: what was typed is written as a file of
the dataset and judged by the very check that judges files, which takes some hundredths of a second once it is warm.
"""
