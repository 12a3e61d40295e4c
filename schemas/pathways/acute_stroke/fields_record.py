"""Whose record it is: team, record, patient, transfers, locks and statuses; and who typed it, which is never stored.

Belongs here: declarations of these fields. Does not belong here: the sections of the form, what a transfer means for a case.
All but the team and the sender's identifier come with an export only.
"""

from __future__ import annotations

from schemas.fields import Field, Identifier, Kind
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke.columns import EXPORT_COLUMNS
from schemas.pathways.acute_stroke.naming import name_of
from schemas.pathways.acute_stroke.parts import TEAM_CODE, answer, instant, text

LEFT = "discharge"
# sections -> the stage with which they can be locked
LOCKED_WITH = {1: "three_days", 2: "three_days", 3: "three_days", 4: LEFT, 5: LEFT, 6: LEFT, 7: LEFT, 8: "six_months"}


def _id(header: str, description: str, due: str | None = None) -> Field:
    return Field(name_of(header), header, Kind.INTEGER, description, minimum=1, due=due)


def _truth(header: str, description: str, due: str | None = None) -> Field:
    return Field(name_of(header), header, Kind.BOOLEAN, description, blank="FALSE", due=due)


TEAM = text(
    "TeamCode", "Team of the record: three digits, or C and three digits for a community team. Where there is no such column, the team is "
    "that of the folder or the manifest.", maximum_length=12, prefix=TEAM_CODE, synonyms=("SiteCode", "Team code"),
)  # fmt: skip

KEYS = (
    text("ImportIdentifier", "The sender's own identifier of the record, unique within the team.", due="arrival", maximum_length=50,
         identifies=Identifier.LOCAL_PATIENT_IDENTIFIER),
    _id("ProClinV1Id", "The audit's number of the record; the lowest of a patient's is that of the first team."),
    _id("PatientId", "The audit's number of the patient, the same on all records of a transferred patient."),
)  # fmt: skip

TRANSFERS = (
    instant("TransferToDateTime", "When the patient was transferred to the next team.", due=LEFT),
    text("TransferToTeamCode", "Team the record was transferred to.", maximum_length=12, prefix=TEAM_CODE, due=LEFT),
    _id("TransferToProClinV1Id", "The audit's number of the next team's record.", LEFT),
    instant("TransferFromDateTime", "When the patient was transferred from the team before; empty where only the six-month review was."),
    text("TransferFromTeamCode", "Team the record was transferred from.", maximum_length=12, prefix=TEAM_CODE),
    _id("TransferFromProClinV1Id", "The audit's number of the record of the team before."),
)

AUDIT = (
    instant("CreatedDateTime", "When the record was made in the audit's tool."),
    instant("UpdatedDateTime", "When the record was last changed in the audit's tool."),
    answer("AuditType", lists.AUDIT_TYPE, "Which audit the record belongs to."),
    answer("Status72h", lists.STATUS, "State of sections 1 to 3.", due="three_days"),
    answer("StatusDischarge", lists.STATUS, "State of the record up to discharge.", due=LEFT),
    answer("Status", lists.STATUS, "State of the whole record."),
)

LOCKS = (
    _truth("Locked", "Whether the whole record is locked."),
    instant("LockedDateTime", "When the whole record was locked."),
    _truth("Closed", "Whether the record is closed, as it is after a transfer."),
    *(part for n, stage in LOCKED_WITH.items() for part in (
        _truth(f"LockedS{n}", f"Whether section {n} is locked: only then does the audit count it.", stage),
        instant(f"LockedS{n}DateTime", f"When section {n} was locked.", due=stage),
        answer(f"S{n}Status", lists.STATUS, f"State of section {n}.", due=stage),
    )),
)  # fmt: skip

STAFF = tuple(
    text(header, "Account of a member of staff in the audit's tool.", maximum_length=256, identifies=Identifier.STAFF)
    for header in EXPORT_COLUMNS
    if header.endswith("UserName")
)

FIELDS = (TEAM, *KEYS, *TRANSFERS, *AUDIT, *LOCKS, *STAFF)
