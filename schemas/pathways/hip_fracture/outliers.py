"""Which results of hip fracture care may make a provider a period outlier.

Belongs here: the policies. Does not belong here: the measures (``measures``, ``outcome_measures``).
Deaths are compared with those expected of the provider's own patients. Surgery by the day after presentation differs between providers
far more than by chance, so its limits allow for that: else nearly everybody would lie beyond them.
"""

from __future__ import annotations

from schemas.outliers import Basis, OutlierPolicy

OUTLIER_POLICIES = (
    OutlierPolicy("hip_mortality_30_days", Basis.STANDARDISED),
    OutlierPolicy("hip_kpi2_surgery_next_day", Basis.NETWORK_VALUE_OVERDISPERSED),
)
