"""Cases for the rules on person, times, surgery and delirium: what holds, what breaks, what cannot be told for want of a value."""

from __future__ import annotations

from tests.spec.hip_fracture.patient import (
    DIED_BEFORE_SURGERY,
    INPATIENT_HERE,
    NOT_OPERATED,
    POSTOP_ITEMS,
    PREOP_ITEMS,
    SURGICAL,
    UNFIT_FOR_SURGERY,
)
from tests.spec.tables import Table, broken, cannot_tell, holds, table

TEXTBOOK = holds("the textbook patient")

PERSON = (
    table(
        "H01a",
        TEXTBOOK,
        *(holds(f"lives overseas: {word}", nhs_number=word) for word in ("Overseas", "overseas", "OVERSEAS")),
        *(holds(f"no number: {word}", nhs_number=word) for word in ("[NONHS]", "[nonhs]")),
        *(holds(f"a dummy, {digit} ten times", nhs_number=digit * 10) for digit in "0123456789"),
        holds("a dummy, digits in order", nhs_number="0123456789"),
        broken("wrong check digit", nhs_number="9990000019"),
        broken("nine digits", nhs_number="999000001"),
        broken("letters", nhs_number="unknown"),
        cannot_tell("missing", nhs_number=None),
    ),
    table(
        "H01b",
        TEXTBOOK,
        *(broken(f"lives overseas: {word}", nhs_number=word) for word in ("Overseas", "overseas", "OVERSEAS")),
        *(broken(f"no number: {word}", nhs_number=word) for word in ("[NONHS]", "[nonhs]")),
        *(broken(f"a dummy, {digit} ten times", nhs_number=digit * 10) for digit in "0123456789"),
        broken("a dummy, digits in order", nhs_number="0123456789"),
        cannot_tell("missing", nhs_number=None),
    ),
    table(
        "H02a",
        TEXTBOOK,
        holds("60 on the day", date_of_birth="03/03/1965"),
        broken("60 the day after", date_of_birth="04/03/1965"),
        cannot_tell("birth date missing", date_of_birth=None),
    ),
    table(
        "H02b",
        TEXTBOOK,
        holds("110 years old", date_of_birth="04/03/1914"),
        broken("111 on the day", date_of_birth="03/03/1914"),
        cannot_tell("birth date missing", date_of_birth=None),
    ),
)


def _day_limits(rule: str, name: str) -> Table:
    return table(
        f"{rule}.{name}",
        holds("before the submission", **{name: "31/07/2025"}),
        holds("on the day of the submission", **{name: "01/08/2025"}),
        broken("the day after the submission", **{name: "02/08/2025"}),
        cannot_tell("missing", **{name: None}),
    )


def _midnight(event: str) -> Table:
    name = f"{event}_time"
    return table(
        f"H11.{name}",
        holds("a minute past midnight", **{name: "00:01"}),
        holds("a minute before midnight", **{name: "23:59"}),
        broken("exactly midnight", **{name: "00:00"}),
        cannot_tell("missing", **{name: None}),
    )


DATES = (
    "date_of_birth", "presentation_date", "ambulance_date", "ward_admission_date", "surgery_date", "geriatrician_date", "ward_discharge_date",
    "trust_discharge_date",
)  # fmt: skip

TIMES = (
    table(
        "H04",
        TEXTBOOK,
        holds("at the same minute", surgery_date="03/03/2025", surgery_time="10:00"),
        broken("a minute before", surgery_date="03/03/2025", surgery_time="09:59"),
        broken("the day before, no time", surgery_date="02/03/2025", surgery_time=None),
        cannot_tell("the same day, no time", surgery_date="03/03/2025", surgery_time=None),
        cannot_tell("not operated", **NOT_OPERATED),
    ),
    table(
        "H05",
        TEXTBOOK,
        holds("a minute after", surgery_date="03/03/2025", surgery_time="10:01"),
        broken("at the same minute", surgery_date="03/03/2025", surgery_time="10:00"),
        cannot_tell("not operated", **NOT_OPERATED),
    ),
    table(
        "H06a",
        TEXTBOOK,
        holds("at the same minute", geriatrician_date="03/03/2025", geriatrician_time="10:00"),
        broken("a minute before", geriatrician_date="03/03/2025", geriatrician_time="09:59"),
        broken(
            "a minute before, way of presentation missing",
            geriatrician_date="03/03/2025",
            geriatrician_time="09:59",
            presentation_via_ed=None,
        ),
        broken("the day before, no time", geriatrician_date="02/03/2025", geriatrician_time=None),
        *(holds(f"an inpatient ({code}), before", presentation_via_ed=code, geriatrician_date="02/03/2025") for code in "234"),
        cannot_tell("the same day, no time", geriatrician_date="03/03/2025", geriatrician_time=None),
        cannot_tell("not seen", geriatrician_grade="0", geriatrician_date=None, geriatrician_time=None),
    ),
    table(
        "H06b",
        TEXTBOOK,
        holds("not an inpatient, before", geriatrician_date="02/03/2025"),
        holds("an inpatient, at the same minute", presentation_via_ed="2", geriatrician_date="03/03/2025", geriatrician_time="10:00"),
        *(broken(f"an inpatient ({code}), before", presentation_via_ed=code, geriatrician_date="02/03/2025") for code in "234"),
        broken("an inpatient, the day before, no time", presentation_via_ed="2", geriatrician_date="02/03/2025", geriatrician_time=None),
        broken("an inpatient, a minute before", presentation_via_ed="2", geriatrician_date="03/03/2025", geriatrician_time="09:59"),
        cannot_tell("an inpatient, not seen", **INPATIENT_HERE, geriatrician_date=None, geriatrician_time=None),
    ),
    table(
        "H07a",
        TEXTBOOK,
        holds("at the same minute", ward_admission_time="10:00"),
        broken("a minute before", ward_admission_time="09:59"),
        broken("the day before, no time", ward_admission_date="02/03/2025", ward_admission_time=None),
        cannot_tell("the same day, no time", ward_admission_time=None),
        cannot_tell("not on such a ward", **INPATIENT_HERE),
    ),
    table(
        "H07b",
        TEXTBOOK,
        holds("exactly five days", ward_admission_date="08/03/2025", ward_admission_time="10:00"),
        broken("five days and a minute", ward_admission_date="08/03/2025", ward_admission_time="10:01"),
        cannot_tell("not on such a ward", **INPATIENT_HERE),
    ),
    table(
        "H08a",
        TEXTBOOK,
        holds("on the day of surgery", ward_discharge_date="04/03/2025"),
        broken("the day before surgery", ward_discharge_date="03/03/2025"),
        cannot_tell("not discharged", ward_discharge_date=None),
        cannot_tell("not operated", **NOT_OPERATED),
    ),
    table(
        "H08b",
        TEXTBOOK,
        holds("both on one day", trust_discharge_date="12/03/2025"),
        broken("trust a day before ward", trust_discharge_date="11/03/2025"),
        cannot_tell("still in the trust", trust_discharge_date=None),
    ),
    table(
        "H08c",
        TEXTBOOK,
        holds("both on the day of presentation", ward_discharge_date="03/03/2025", trust_discharge_date="03/03/2025"),
        broken("ward the day before presentation", ward_discharge_date="02/03/2025"),
        broken("trust the day before presentation", trust_discharge_date="02/03/2025"),
        broken("trust before presentation, ward missing", ward_discharge_date=None, trust_discharge_date="02/03/2025"),
        cannot_tell("not discharged", ward_discharge_date=None, trust_discharge_date=None),
    ),
    *(_day_limits("H09", name) for name in DATES),
    table(
        "H10a",
        TEXTBOOK,
        holds("exactly 30 days", surgery_date="02/04/2025", surgery_time="10:00"),
        broken("30 days and a minute", surgery_date="02/04/2025", surgery_time="10:01"),
        cannot_tell("not operated", **NOT_OPERATED),
    ),
    table(
        "H10b",
        TEXTBOOK,
        holds("365 days", ward_discharge_date="03/03/2026", trust_discharge_date="03/03/2026"),
        broken("366 days in the trust", trust_discharge_date="04/03/2026"),
        broken("366 days on the ward, trust missing", ward_discharge_date="04/03/2026", trust_discharge_date=None),
        cannot_tell("not discharged", ward_discharge_date=None, trust_discharge_date=None),
    ),
    *(_midnight(event) for event in ("ambulance", "presentation", "ward_admission", "surgery", "geriatrician")),
)


def _four_at(when: str, letters: str, items: tuple[str, ...], done: str, not_done: str) -> tuple[Table, Table]:
    status, nothing = f"{when}_4at", dict.fromkeys(items)
    all_or_none = table(
        f"H17{letters[0]}",
        TEXTBOOK,
        holds("no item", **nothing),
        *(broken(f"{item} missing", **{item: None}) for item in items),
        *(broken(f"only {item}", **{**nothing, item: "0"}) for item in items),
    )
    agrees = table(
        f"H17{letters[1]}",
        TEXTBOOK,
        *(holds(f"done ({code}), with items", **{status: code}) for code in done),
        *(broken(f"done ({code}), no item", **{status: code, **nothing}) for code in done),
        *(holds(f"not done ({code}), no item", **{status: code, **nothing}) for code in not_done),
        *(broken(f"not done ({code}), with items", **{status: code}) for code in not_done),
        *(broken(f"not done, but {item}", **{status: "0", **nothing, item: "0"}) for item in items),
        *(holds(f"done, only {item}", **{status: done[0], **nothing, item: "0"}) for item in items),
        cannot_tell("whether done missing, items missing", **{status: None, **nothing}),
        cannot_tell("whether done missing, with items", **{status: None}),
    )
    return all_or_none, agrees


SURGERY = (
    table(
        "H12a",
        TEXTBOOK,
        *(broken(f"operated, {name} missing", **{name: None}) for name in ("surgery_date", "surgery_time", "operation_type")),
        holds("not operated", **NOT_OPERATED),
        holds("operated, anaesthesia missing", anaesthesia=None),
        holds("whether operated missing, but all there", operated=None),
        cannot_tell("whether operated missing, time missing", operated=None, surgery_time=None),
    ),
    table(
        "H12b",
        TEXTBOOK,
        holds("surgery not indicated", **NOT_OPERATED),
        holds("surgery not possible", **UNFIT_FOR_SURGERY),
        holds("died before surgery", **DIED_BEFORE_SURGERY),
        holds("nothing known yet", operated=None, **dict.fromkeys(SURGICAL)),
        *(
            broken(f"not operated, but {name}", **{**NOT_OPERATED, **given})
            for name, given in (
                (name, {name: value})
                for name, value in (
                    ("surgery_date", "04/03/2025"),
                    ("surgery_time", "09:00"),
                    ("operation_type", "6"),
                    ("anaesthesia", "1"),
                    ("delay_reason", "0"),
                    ("scrubbed_surgeon_grade", "1"),
                    ("surgeon_grade", "1"),
                    ("anaesthetist_grade", "1"),
                )
            )
        ),
        broken("whether operated missing, but there are data", operated=None),
    ),
    table(
        "H16a",
        TEXTBOOK,
        holds("exactly 36 h, no reason", surgery_time="22:00"),
        broken("36 h 1 min, no delay", surgery_time="22:01"),
        holds("36 h 1 min, theatre full", surgery_time="22:01", delay_reason="3"),
        holds("36 h 1 min, reason unknown", surgery_time="22:01", delay_reason="U"),
        cannot_tell("36 h 1 min, reason missing", surgery_time="22:01", delay_reason=None),
        cannot_tell("not operated", **NOT_OPERATED),
    ),
    table(
        "H16b",
        TEXTBOOK,
        broken("23 h, theatre full", delay_reason="3"),
        broken("exactly 36 h, theatre full", surgery_time="22:00", delay_reason="3"),
        holds("36 h 1 min, theatre full", surgery_time="22:01", delay_reason="3"),
        cannot_tell("23 h, reason missing", delay_reason=None),
        cannot_tell("not operated", **NOT_OPERATED),
    ),
    *_four_at("preop", "ab", PREOP_ITEMS, "2", "0"),
    *_four_at("postop", "cd", POSTOP_ITEMS, "12", "03"),
)

RULE_TABLES: tuple[Table, ...] = (*PERSON, *TIMES, *SURGERY)
