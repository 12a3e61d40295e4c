"""The metadata with every table of the core on it, for whoever looks at all of them: migrations, and the test that compares.

Belongs here: the list of the modules. Does not belong here: tables; a pathway's own ones (``warehouse.detail_tables``) are not of the core.
"""

from warehouse import (  # noqa: F401  (they add to the metadata)
    case_mix_tables,
    house_tables,
    improvement_tables,
    intake_tables,
    measurement_tables,
    message_tables,
    milestone_tables,
    outlier_tables,
    pathway_tables,
    rare_event_tables,
)
from warehouse.tables import metadata

__all__ = ["metadata"]
