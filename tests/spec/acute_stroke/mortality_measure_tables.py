"""Cases for death within 30 days. The patient is the textbook one, alive, with deaths known up to the end of May, but for what is told.

Her clock starts on 3 March 2025, so day 30 is 2 April.
"""

from __future__ import annotations

from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.timed_rows import LOCKED, who_counts
from tests.spec.tables import NO, Row, Table, no, out, table, yes

KNOWN = {"deaths_covered_to": "31/05/2025"}


def _all_known(*rows: Row) -> tuple[Row, ...]:
    """With deaths known up to the end of May, where nothing else is told."""
    return tuple(Row(row.about, row.answer, tuple({**KNOWN, **dict(row.changes)}.items())) for row in rows)


MORTALITY_TABLES: tuple[Table, ...] = (
    table(
        "stroke_mortality_30_days",
        *who_counts(NO, untimed=("deaths_not_known_yet",), base=KNOWN),
        *_all_known(
            yes("died on the day of the stroke", death_on="03/03/2025"),
            yes("died on day 30, long after discharge", death_on="02/04/2025"),
            no("died on day 31", death_on="03/04/2025"),
            no("death before the stroke, a wrong link", death_on="02/03/2025"),
            no("died in hospital by the form, but no death is linked", **p.DIED),
            no("deaths known up to day 30", deaths_covered_to="02/04/2025"),
            out("deaths_not_known_yet", "deaths known up to day 29", deaths_covered_to="01/04/2025"),
            out("deaths_not_known_yet", "died on day 10, deaths known up to day 20", death_on="13/03/2025", deaths_covered_to="23/03/2025"),
            out("deaths_not_known_yet", "deaths not known at all", deaths_covered_to=None),
            out("no_nhs_number", "no NHS number, so no link", s1_nhs_number=None, s1_no_nhs_number="TRUE"),
            out("type_not_known", "not imaged", **p.NOT_IMAGED),
            out("type_not_known", "not imaged, yet a type", **LOCKED, s2_brain_imaging_not_performed="TRUE"),
            out("type_not_known", "type not answered", **LOCKED, s2_stroke_type=None),
            no("a haemorrhage, alive", **p.HAEMORRHAGE),
        ),
    ),
)
