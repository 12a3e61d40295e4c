"""Pure functions of arrays: intervals, control charts, funnels, ranks.

Belongs here: statistics that need nothing but numpy and scipy, vectorised over many series or cells.
Does not belong here: Dagster, the database, declarations, or any decision about what to compute for whom.
Formulas and their sources: each function names its own.

Shapes, one way for the whole package:
- a number for each cell (intervals, limits, z): arrays of any shapes that broadcast; the answer has the broadcast shape;
- series, where the order of points matters (charts, CUSUM): a matrix (S, N), a row for each series, in order of time.
  NaN is a gap, or the padding behind a shorter series; ``numerics.to_rows`` makes such a matrix from one long array;
- members of groups, where it does not (providers of a measure, age bands of a provider): long arrays of one length and
  ``groups``, a number or label for each element. Answers are one for each element, or one for each group in the order of
  ``np.unique(groups)``.

A missing value is NaN and gives NaN for its own cell alone, never for a neighbour's. What cannot be computed is NaN, and so are
its limits: no comparison with NaN is true, so nothing signals on them. What cannot be (a negative count, more events than cases,
an infinite count) is a ``ValueError`` that tells what must hold and names no value.
"""
