"""The dashboard: pages for the people who improve care.

Belongs here: reading views, drawing, what people do on a page. Does not belong here: any number of its own: what is shown was computed before.
It reads the schemas ``dashboard`` and ``publication`` as its own login; forms drop files into the landing area like everybody else.
"""
