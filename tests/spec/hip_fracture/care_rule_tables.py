"""Cases for the rules on fracture and operation, admission, discharge and death: H13 to H15 and H18 to H21."""

from __future__ import annotations

from tests.spec.hip_fracture.patient import DIED_BEFORE_SURGERY, DIED_IN_REHABILITATION, DIED_ON_WARD, NOT_OPERATED
from tests.spec.tables import Row, Table, broken, cannot_tell, holds, table

TEXTBOOK = holds("the textbook patient")

# fracture -> operations that are unusual for it
UNUSUAL = {
    "11": "1 3 4 12 17 19",
    "12": "3 4 12 17 19",
    "13": "2 6 7 8 9 12 17 19",
    "14": "2 6 7 8 9 12 17 19",
    "15": "1 2 6 7 8 9 12 17 19",
    "21": "",
    "31": "",
    "41": "1 2 6 7 8 9 12 17 19 21 99",
    "44": "",
    "45": "",
    "51": "1 2 3 4 6 7 8 9 11 12 13 15 16 17 18 19 20 99",
}
OPERATIONS = ("1", "2", "3", "4", "6", "7", "8", "9", "11", "12", "13", "15", "16", "17", "18", "19", "20", "21", "99")


def _unusual_pairs() -> tuple[Row, ...]:
    pairs = ((fracture, operation) for fracture in UNUSUAL for operation in OPERATIONS)
    return tuple(
        (broken if operation in UNUSUAL[fracture].split() else holds)(
            f"fracture {fracture}, operation {operation}", fracture_type=fracture, operation_type=operation
        )
        for fracture, operation in pairs
    )


FRACTURE = (table("H21", TEXTBOOK, *_unusual_pairs(), cannot_tell("operation missing", operation_type=None)),)

ADMISSION = (
    table(
        "H14",
        TEXTBOOK,
        holds("from the emergency department, never reached the ward", admitted_to_ortho_ward="0"),
        broken("from the emergency department, 'not admitted from it'", admitted_to_ortho_ward="2"),
        *(
            holds(f"inpatient ({code}), not from the emergency department", presentation_via_ed=code, admitted_to_ortho_ward="2")
            for code in "234"
        ),
        *(holds(f"inpatient ({code}), on the ward", presentation_via_ed=code) for code in "234"),
        *(
            broken(f"inpatient ({code}), 'from the emergency department'", presentation_via_ed=code, admitted_to_ortho_ward="0")
            for code in "234"
        ),
        cannot_tell("ward missing", admitted_to_ortho_ward=None),
    ),
    table(
        "H15a",
        TEXTBOOK,
        holds("inpatient on this site, not transferred", presentation_via_ed="2"),
        broken("inpatient on another site, not transferred", presentation_via_ed="3"),
        broken("inpatient in another trust, not transferred", presentation_via_ed="4"),
        holds("inpatient in another trust, which is named", presentation_via_ed="4", first_hospital_code="RYY02"),
        cannot_tell("inpatient in another trust, first hospital missing", presentation_via_ed="4", first_hospital_code=None),
    ),
    table(
        "H15b",
        TEXTBOOK,
        holds("another hospital", first_hospital_code="RYY02"),
        broken("the operating hospital itself", first_hospital_code="RXX01"),
        cannot_tell("first hospital missing", first_hospital_code=None),
    ),
)

_ON_ONE_DAY = {"trust_discharge_date": "12/03/2025"}
_LEAVES_THE_TRUST = ("1", "2", "3", "5", "8", "8a", "9")
_DEAD = ("8", "8a", "8b")
DISCHARGE = (
    table(
        "H13a",
        TEXTBOOK,
        holds("died before surgery, and the ward says so", **DIED_BEFORE_SURGERY),
        broken("died before surgery, the ward says dead", **{**DIED_BEFORE_SURGERY, "ward_discharge_destination": "8"}),
        broken("died before surgery, the ward says home", **{**DIED_BEFORE_SURGERY, "ward_discharge_destination": "1"}),
        holds("not operated, alive", **NOT_OPERATED),
        cannot_tell("died before surgery, not discharged", **{**DIED_BEFORE_SURGERY, "ward_discharge_destination": None}),
    ),
    table(
        "H13b",
        TEXTBOOK,
        *(holds(f"operated {code}, destination 8a", **{**DIED_BEFORE_SURGERY, "operated": code}) for code in "234"),
        broken("operated, the ward says 8a", ward_discharge_destination="8a"),
        broken("operated, the trust says 8a", trust_discharge_destination="8a"),
        holds("operated, dead on the ward", **DIED_ON_WARD),
        cannot_tell("whether operated missing, the ward says 8a", operated=None, ward_discharge_destination="8a"),
    ),
    table(
        "H13c",
        TEXTBOOK,
        holds("dead on the ward", **DIED_ON_WARD),
        broken("8b, but the ward says rehabilitation", trust_discharge_destination="8b"),
        broken("8b, but the ward says died before surgery", trust_discharge_destination="8b", ward_discharge_destination="8a"),
        cannot_tell("8b, the ward's destination missing", trust_discharge_destination="8b", ward_discharge_destination=None),
    ),
    table(
        "H18",
        TEXTBOOK,
        *(holds(f"ward: dead, trust: {code}", ward_discharge_destination="8", trust_discharge_destination=code) for code in _DEAD),
        *(broken(f"ward: dead, trust: {code}", ward_discharge_destination="8", trust_discharge_destination=code) for code in "123567"),
        broken("ward: died before surgery, trust: home", ward_discharge_destination="8a"),
        broken("ward: dead, trust: other", ward_discharge_destination="8", trust_discharge_destination="9"),
        *(
            holds(f"ward: {place}, trust: unknown", ward_discharge_destination=place, trust_discharge_destination="U")
            for place in ("1", "8", "8a")
        ),
        *(
            broken(f"ward: {place}, trust: {code}", ward_discharge_destination=place, trust_discharge_destination=code)
            for place in "123"
            for code in _DEAD
        ),
        *(holds(f"ward and trust: {place}", ward_discharge_destination=place, trust_discharge_destination=place) for place in "123"),
        holds("died in rehabilitation", **DIED_IN_REHABILITATION),
        cannot_tell("ward: dead, trust missing", ward_discharge_destination="8", trust_discharge_destination=None),
    ),
    table(
        "H19",
        TEXTBOOK,
        *(holds(f"ward: {code}, both on one day", ward_discharge_destination=code, **_ON_ONE_DAY) for code in _LEAVES_THE_TRUST),
        *(broken(f"ward: {code}, trust later", ward_discharge_destination=code) for code in _LEAVES_THE_TRUST),
        *(holds(f"ward: {code}, trust later", ward_discharge_destination=code) for code in ("4", "6", "7")),
        broken("rehabilitation in the trust, both on one day", **_ON_ONE_DAY),
        broken("rehabilitation in the trust, trust a day before", trust_discharge_date="11/03/2025"),
        holds("rehabilitation in the trust, a day", trust_discharge_date="13/03/2025"),
        cannot_tell("still in the trust", trust_discharge_date=None),
    ),
)

_ALIVE_DATES = (
    "presentation_date",
    "ward_admission_date",
    "surgery_date",
    "geriatrician_date",
    "ward_discharge_date",
    "trust_discharge_date",
)
DEATH = (
    table(
        "H20",
        holds("died after discharge", death_on="25/03/2025"),
        holds("died on the day of discharge", death_on="24/03/2025"),
        broken("died the day before discharge", death_on="23/03/2025"),
        *(broken(f"died the day before {name}", death_on="30/06/2025", **{name: "01/07/2025"}) for name in _ALIVE_DATES),
        *(holds(f"died on the day of {name}", death_on="30/06/2025", **{name: "30/06/2025"}) for name in _ALIVE_DATES),
        cannot_tell("no death known"),
        cannot_tell("still in the trust, and died", death_on="20/03/2025", trust_discharge_date=None),
    ),
)

CARE_RULE_TABLES: tuple[Table, ...] = (*FRACTURE, *ADMISSION, *DISCHARGE, *DEATH)
