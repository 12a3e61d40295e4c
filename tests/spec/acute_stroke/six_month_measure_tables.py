"""Cases for the review at six months. The patient is the textbook one, whose clock starts on 3 March 2025, but for what is told."""

from __future__ import annotations

from tests.spec.acute_stroke import patient as p
from tests.spec.tables import YES, Answer, Row, Table, no, out, table, yes

DAY_244, DAY_245 = {"today": "02/11/2025"}, {"today": "03/11/2025"}
LOCKED_8 = {**p.FIRST_OF_EXPORT, "locked_s1": "FALSE", "locked_s8": "TRUE", "today": "01/08/2025"}
NOT_YET = {**LOCKED_8, "locked_s8": "FALSE"}


def followed_up(code: str, rankin: str | None = None) -> dict:
    return {"s8_follow_up": code, "s8_follow_up_on": "20/08/2025" if code == "Y" else None, "s8_rankin_6month": rankin}


def who_is_due(answer: Answer, base: dict | None = None) -> tuple[Row, ...]:
    """Who is in the cohort; ``base`` is what is changed throughout."""
    told = base or {}
    late = {**told, **DAY_245, "s1_first_arrival_at": "03/03/2025 00:00", "s1_first_arrival_time_not_entered": "TRUE"}
    return (
        Row("245 days after the clock start", answer, tuple({**told, **DAY_245}.items())),
        out("cohort", "244 days after it", **told, **DAY_244),
        Row("section 8 locked before", answer, tuple({**told, **LOCKED_8}.items())),
        out("cohort", "section 8 not locked", **told, **NOT_YET),
        out("cohort", "a community team's", **told, **DAY_245, team_code="SSNAPC012"),
        out("cohort", "a community team's, section 8 locked", **told, **LOCKED_8, team_code="SSNAPC012"),
        out("cohort", "a TIA", **told, **DAY_245, s1_diagnosis="T"),
        Row("time of the clock start not entered", answer, tuple(late.items())),
        Row("sections 1 to 3 not complete", answer, tuple({**told, **DAY_245, "s2_rankin_before_stroke": None}.items())),
    )


_DEAD = (
    out("died", "died in hospital", **p.DIED, **DAY_245),
    out("died_within_6_months", "died since", **followed_up("ND"), **DAY_245),
    out(("died", "died_within_6_months"), "died in hospital, and the review says so", **p.DIED, **followed_up("ND"), **DAY_245),
)
_EXCUSED = (out("accepted_reason", "excused for an accepted reason", **followed_up("NB"), **DAY_245),)
SIX_MONTH_MEASURE_TABLES: tuple[Table, ...] = (
    table(
        "stroke_tc_6m_cases",
        *who_is_due(YES),
        yes("died in hospital", **p.DIED, **DAY_245),
        yes("died since", **followed_up("ND"), **DAY_245),
    ),
    table(
        "stroke_tc_6m_applicable",
        *who_is_due(YES),
        *_DEAD,
        yes("reviewed", **followed_up("Y", "1"), **DAY_245),
        yes("not reviewed", **followed_up("N"), **DAY_245),
        no("excused for an accepted reason", **followed_up("NB"), **DAY_245),
        yes("how the stay ended not answered", **LOCKED_8, s7_discharge_type=None),
    ),
    table(
        "stroke_tc_6m_reviewed",
        *who_is_due(YES, followed_up("Y")),
        *_DEAD,
        *_EXCUSED,
        no("not reviewed", **followed_up("N"), **DAY_245),
        no("not answered", **DAY_245),
    ),
    table(
        "stroke_tc_6m_rankin_known",
        *who_is_due(YES, followed_up("Y", "0")),
        *_DEAD,
        *_EXCUSED,
        no("reviewed, score not known", **followed_up("Y"), **DAY_245, s8_rankin_6month_nk="TRUE"),
        no("not reviewed", **followed_up("N"), **DAY_245),
        no("not answered", **DAY_245),
    ),
    table(
        "stroke_tc_6m_independent",
        *who_is_due(YES, followed_up("Y", "2")),
        yes("score 0", **followed_up("Y", "0"), **DAY_245),
        no("score 3", **followed_up("Y", "3"), **DAY_245),
        no("dead: score 6", **followed_up("Y", "6"), **DAY_245),
        out("no_rankin_score", "reviewed, score not known", **followed_up("Y"), **DAY_245),
        out("no_rankin_score", "not reviewed", **followed_up("N"), **DAY_245),
    ),
)
