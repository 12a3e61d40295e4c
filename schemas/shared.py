"""The datasets that belong to no single pathway: results of measures, reference values, deaths."""

SHARED_DATASETS = ()
