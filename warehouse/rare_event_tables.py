"""Charts of rare events: what lies between one and the next.

Belongs here: tables of the schema ``measurement`` that have a row an event. Does not belong here: charts of periods (``warehouse.measurement_tables``).
A row says in which month an event was and how much lay before it, never which case it was.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Double, Integer, Table, Text

from warehouse.tables import metadata, one_of

CHARTS = ("g", "t")

rare_event_point = Table(
    "rare_event_point",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="the measure, whose numerator is the event"),
    Column("organisation_code", Text, primary_key=True, comment="the provider"),
    Column("chart", Text, primary_key=True, comment="g: cases between events; t: days between events"),
    Column("point_number", Integer, primary_key=True, autoincrement=False, comment="1 is the first of the latest 48 points"),
    Column(
        "period_start",
        Date,
        nullable=False,
        comment="first day of the month of the event; of the latest case where the next event is awaited",
    ),
    Column(
        "value",
        Double,
        nullable=False,
        comment="cases without the event, or days, since the event before; events of one day lie half a day apart",
    ),
    Column("centre", Double, comment="centre line: median of the cases between, or what the mean of the transformed days comes to"),
    Column("lower_limit", Double, comment="lower limit; null where there are too few events for one"),
    Column("upper_limit", Double, comment="upper limit"),
    Column("rule_name", Text, comment="first rule that the point breaks; null for common cause"),
    Column(
        "point_type",
        Text,
        nullable=False,
        comment="common cause, special cause improvement, concern, neutral high or low (of the measure), insufficient data",
    ),
    Column("rule_version", Integer, nullable=False, comment="version of the rules"),
    Column("is_open", Boolean, nullable=False, comment="whether the next event is awaited: the value can only grow, it makes no limits"),
    Column(
        "is_provisional",
        Boolean,
        nullable=False,
        comment="whether its month can still change; it then makes no limits and raises no signal",
    ),
    one_of("chart", CHARTS),
    schema="measurement",
    comment="A point of a provider's chart of rare events, one an event in order of date, and one for what has passed since the last.",
)
