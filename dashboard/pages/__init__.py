"""Pages: one module each, with its routes.

Belongs here: which pages there are. Does not belong here: charts, which pages share (``dashboard.figures``).
"""

from dashboard.pages import actions, aims, figure, forms, ideas, learn, measure, network, provider, sent, sign_in

IMPROVEMENT = [*forms.ROUTES, *sent.ROUTES, *actions.ROUTES, *ideas.ROUTES, *aims.ROUTES, *learn.ROUTES]
ROUTES = [*sign_in.ROUTES, *figure.ROUTES, *provider.ROUTES, *network.ROUTES, *measure.ROUTES, *IMPROVEMENT]
