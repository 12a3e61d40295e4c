"""Small pictures for Dagster's pages, as markdown with the picture in it: nothing is fetched, nothing is stored beside.

Belongs here: drawing. Does not belong here: what is drawn (``assets.shown`` and its fellows). Counts and aggregates only. Drawn as SVG by
hand: a run shows a dozen of them, and a plotting library takes a tenth of a second for each.

Colours can be told apart by people who do not see red and green as others do, and nothing is told by colour alone: what is special has a
shape of its own too.
"""

from assets.pictures.drawing import BLUE, ORANGE, PERCENT, Unit
from assets.pictures.funnel import FunnelLines, Peer, funnel
from assets.pictures.glance import glance_funnel, glance_series
from assets.pictures.series import CusumMonth, Panel, Point, cusum, trends, xmr
from assets.pictures.simple import bars, calibration, dots, stacked, table

__all__ = [
    "BLUE", "ORANGE", "PERCENT", "CusumMonth", "FunnelLines", "Panel", "Peer", "Point", "Unit",
    "bars", "calibration", "cusum", "dots", "funnel", "glance_funnel", "glance_series", "stacked", "table", "trends", "xmr",
]  # fmt: skip
