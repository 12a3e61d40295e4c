"""Which results of stroke care may make a provider a period outlier.

Belongs here: the policies. Does not belong here: the measures (``measures_mortality``), what is expected of the patients (``case_mix``).
"""

from __future__ import annotations

from schemas.outliers import Basis, OutlierPolicy

OUTLIER_POLICIES = (OutlierPolicy("stroke_mortality_30_days", Basis.STANDARDISED),)
