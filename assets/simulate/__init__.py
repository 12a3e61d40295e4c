"""Synthetic submissions: made-up patients of the 999 range, in files as trusts send them, with defects on demand.

Belongs here: what is the same for every pathway. Does not belong here: how cases of a pathway come about (its folder declares it,
``schemas.simulation`` has the shapes).
"""

from assets.simulate.defects import defect_names, plant
from assets.simulate.history import History, Planted, Simulated, simulate, simulate_history
from assets.simulate.network import Change, Site, made_up_sites
from assets.simulate.spelling import in_layout
from assets.simulate.writing import Dialect, csv_bytes, xlsx_bytes

__all__ = [
    "Change", "Dialect", "History", "Planted", "Simulated", "Site", "csv_bytes", "defect_names", "in_layout", "made_up_sites", "plant", "simulate",
    "simulate_history", "xlsx_bytes",
]  # fmt: skip
