"""Journeys of patients over teams, as the exports of these teams have them: what differs from the textbook patient, record by record.

Hospitals' teams and a community team: 121 of provider ZX1 admits, 122 is another of ZX1, 234 of ZX2 takes over, 345 of ZX3 does thrombectomies, C012 visits at home.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.reading.files import csv_bytes
from tests.spec.acute_stroke.files import EXPORT, as_export, row
from tests.spec.acute_stroke.patient import DIED, INPATIENT, PATIENT, THROMBECTOMY, TO_COMMUNITY, TRANSFERRED
from tests.world import drop

SENDERS = {"SSNAP121": "ZX1", "SSNAP234": "ZX2", "SSNAP345": "ZX3", "SSNAPC012": "ZX2", "SSNAP122": "ZX1"}
TEAMS = [
    {
        "organisation_code": code,
        "organisation_name": f"Team {code}",
        "organisation_kind": "team",
        "parent_code": provider,
        "is_member": True,
    }
    for code, provider in SENDERS.items()
]
LOCKED = {f"locked_s{n}": "TRUE" for n in range(1, 8)}
HERE, THERE, CENTRE, AT_HOME, NEXT_DOOR = SENDERS


@dataclass(frozen=True)
class Record:
    """One team's record: its number in the audit, and what differs from the textbook patient."""

    team: str
    number: int
    changes: dict = field(default_factory=dict)
    serial: int = 1

    def sent(self, **more) -> list[str]:
        told = {**LOCKED, "audit_type": "S1", "pro_clin_v1_id": str(self.number), "patient_id": "77", **self.changes, **more}
        return as_export(
            [_code(c) for c in row(EXPORT, self.serial, **{**told, "team_code": self.team, "import_identifier": f"R{self.number}"})]
        )


def _code(cell: str) -> str:
    return cell.removeprefix("SSNAP")


def to(team: str, number: int, at: str, leaves: dict = TRANSFERRED) -> dict:
    """The record is passed on; the stay ends with it."""
    return {
        **leaves, "s7_transfer_team_code": team, "transfer_to_team_code": team, "transfer_to_at": at, "transfer_to_pro_clin_v1_id": str(number),
        "s7_hospital_discharge_at": at, "s7_stroke_unit_discharge_at": at, **therapy_until(at[:10]),
    }  # fmt: skip


def came_from(team: str, number: int, at: str) -> dict:
    """The next team's own stay begins; what happened before is told alike."""
    return {
        "transfer_from_team_code": team, "transfer_from_at": at, "transfer_from_pro_clin_v1_id": str(number), "s4_arrival_at": at,
        "s4_stroke_unit_arrival_at": at,
    }  # fmt: skip


def therapy_until(day: str) -> dict:
    told: dict = {"s6_mood_screening_on": day, "s6_cognition_screening_on": day, "s4_rehab_goals_on": day}
    for work in ("physio", "occ_ther", "speech_lang"):
        told |= {f"s4_{work}_end_on": day, f"s4_{work}_days": "1", f"s4_{work}_minutes": "30"}
    return told


# died too soon for the therapists; here only after the first week, so that its questions are not asked
_UNSEEN = {
    name: told
    for stem in ("occ_therapist", "physio", "sp_lang_therapist_comm")
    for name, told in (
        (f"s3_{stem}_72hrs_at", None), (f"s3_{stem}_72hrs_not_assessed", "TRUE"), (f"s3_{stem}_72hrs_not_assessed_reason", "PU"),
        (f"s6_{stem}_by_discharge_not_assessed", "TRUE"), (f"s6_{stem}_by_discharge_not_assessed_reason", "MU"),
    )
}  # fmt: skip
_AFTER_THE_FIRST_WEEK = dict.fromkeys(("s5_loc_worst_7days", "s5_urinary_tract_infection_7days", "s5_pneumonia_antibiotics_7days"))
_NOT_ON_A_STROKE_UNIT = {"s4_stroke_unit_arrival_at": None, "s4_stroke_unit_arrival_na": "TRUE", "s7_stroke_unit_discharge_at": None}

DIRECT = (Record(HERE, 501),)
ON_DAY_2 = (
    Record(HERE, 501, to(THERE, 502, "05/03/2025 14:00")),
    Record(THERE, 502, came_from(HERE, 501, "05/03/2025 14:00")),
)
ELSEWHERE_AND_BACK = (
    Record(HERE, 501, {**THROMBECTOMY, **to(CENTRE, 502, "03/03/2025 10:35")}),
    Record(CENTRE, 502, {**THROMBECTOMY, **came_from(HERE, 501, "03/03/2025 10:35"), **to(HERE, 503, "04/03/2025 12:00")}),
    Record(HERE, 503, {**THROMBECTOMY, **came_from(CENTRE, 502, "04/03/2025 12:00")}),
)
ON_THE_WARD = (Record(HERE, 501, INPATIENT),)
DIED_THAT_DAY = (Record(HERE, 501, {**DIED, **_UNSEEN, **therapy_until("03/03/2025"), "s7_death_on": "03/03/2025"}),)
CAME_BACK = (
    Record(HERE, 501, {**to(AT_HOME, 502, "14/03/2025 14:00", TO_COMMUNITY), "s6_mood_screening_on": "10/03/2025"}),
    Record(AT_HOME, 502, {**came_from(HERE, 501, "14/03/2025 14:00"), **to(HERE, 503, "20/03/2025 08:00"), **_NOT_ON_A_STROKE_UNIT, **_AFTER_THE_FIRST_WEEK}),
    Record(HERE, 503, {
        **came_from(AT_HOME, 502, "20/03/2025 08:00"), **therapy_until("21/03/2025"), **_AFTER_THE_FIRST_WEEK,
        "s7_stroke_unit_discharge_at": "28/03/2025 10:00", "s7_hospital_discharge_at": "28/03/2025 10:00", "s7_end_rehab_on": "28/03/2025",
    }),
)  # fmt: skip


def _a_month_later() -> dict:
    """Each of the textbook patient's days and instants of March, in April."""
    return {name: told.replace("/03/2025", "/04/2025") for name, told in PATIENT.items() if isinstance(told, str) and "/03/2025" in told}


SECOND_STROKE = (Record(HERE, 501), Record(HERE, 701, {**_a_month_later(), "patient_id": "78"}))


def send(world, *records: Record, **more) -> list:
    """Drop each record as its team's export, one file a record, in this order; the outcomes."""
    done = []
    for record in records:
        drop(world.context.settings.landing, SENDERS[record.team], csv_bytes([EXPORT, record.sent(**more)]), f"{record.number}.csv")
        done += world.work_off()
    return done


def evening() -> dict:
    """The textbook patient's first hours, eleven hours later."""
    hours = {
        "08:15": "19:15",
        "09:00": "20:00",
        "09:10": "20:10",
        "09:30": "20:30",
        "09:40": "20:40",
        "09:50": "20:50",
        "10:30": "21:30",
        "11:00": "22:00",
    }
    return {
        name: f"03/03/2025 {hours[told[11:]]}"
        for name, told in PATIENT.items()
        if isinstance(told, str) and told[:10] == "03/03/2025" and told[11:] in hours
    }
