"""Pages: one module each, with its routes.

Belongs here: which pages there are. Does not belong here: charts, which pages share (``dashboard.figures``).
"""

from dashboard.pages import data, figure, measure, network, provider, sign_in, signal, signals

ROUTES = [*sign_in.ROUTES, *figure.ROUTES, *provider.ROUTES, *network.ROUTES, *measure.ROUTES, *signals.ROUTES, *signal.ROUTES, *data.ROUTES]
