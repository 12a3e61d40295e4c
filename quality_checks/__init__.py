"""Whether the data are right: declared rules as Great Expectations suites, their run, findings and the receipt.

Belongs here: masks, suites, validation, findings, the receipt's content. Does not belong here: what the rules are
(``schemas``), what becomes of accepted records (``assets``).
"""
