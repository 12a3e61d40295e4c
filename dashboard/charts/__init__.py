"""Charts as SVG: pure functions of plain data, on the marks and axes of ``assets.pictures.drawing``.

Belongs here: how a chart looks. Does not belong here: what is on it (``dashboard.figures``). Nothing is told by colour alone: what is special has a shape of its own,
and beside each chart stand its numbers as a table.
"""
