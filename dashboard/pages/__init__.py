"""Pages: one module each, with its routes.

Belongs here: which pages there are. Does not belong here: charts, which pages share (``dashboard.figures``).
"""

from dashboard.pages import figure, pack, provider, sign_in

ROUTES = [*sign_in.ROUTES, *figure.ROUTES, *provider.ROUTES, *pack.ROUTES]
