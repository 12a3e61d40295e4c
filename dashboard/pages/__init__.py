"""Pages: one module each, with its routes.

Belongs here: which pages there are. Does not belong here: charts, which pages share (``dashboard.figures``).
"""

from dashboard.pages import (
    actions,
    aims,
    data,
    figure,
    forms,
    ideas,
    learn,
    measure,
    network,
    pack,
    provider,
    sent,
    sign_in,
    signal,
    signals,
)

READING = [*provider.ROUTES, *pack.ROUTES, *network.ROUTES, *measure.ROUTES, *signals.ROUTES, *signal.ROUTES, *data.ROUTES, *figure.ROUTES]
IMPROVEMENT = [*forms.ROUTES, *sent.ROUTES, *actions.ROUTES, *ideas.ROUTES, *aims.ROUTES, *learn.ROUTES]
ROUTES = [*sign_in.ROUTES, *READING, *IMPROVEMENT]
