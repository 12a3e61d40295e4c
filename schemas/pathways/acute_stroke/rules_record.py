"""Rules V01, V03, V21, V25, V40 and V43: whose record it is, and whether it is one of this audit.

Belongs here: requirements on keys, person, consent and transfers of one record. Does not belong here: rules on several records of a
case, codes and ranges (V02: they follow from the fields).
"""

from __future__ import annotations

from schemas.expressions import Expression, Holds, all_of, any_of, field
from schemas.field_rules import Unique
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.parts import all_empty
from schemas.rules import Rule, Severity

ASIDE, WARN, OUT = Severity.QUARANTINE_RECORD, Severity.WARN, Severity.OUT_OF_SCOPE

IDENTIFIERS = ("s1_hospital_number", "s1_nhs_number", "s1_surname", "s1_forename", "s1_birth_on", "s1_postcode_in")
_team = field("team_code")
_other_audit = field("audit_type").is_in(*lists.OTHER_AUDITS)
_this_audit = field("audit_type").is_not_in(*lists.OTHER_AUDITS)


def _rule(
    id: str, name: str, requirement: Expression, severity: Severity, fields: tuple[str, ...], advice: str, family: str = "record"
) -> Rule:
    return Rule(id, name, requirement, severity, fields, advice, family=family)


KEYS = (
    _rule("V01a", "record_has_a_key", any_of(field("import_identifier").is_present(), field("pro_clin_v1_id").is_present()), ASIDE,
          ("import_identifier",), "The record has no identifier of its own: fill in ImportIdentifier, unique within the team."),
    _rule("V01b", "import_identifier_is_unique_in_the_team", Unique(field("import_identifier"), (_team,)), ASIDE, ("import_identifier",),
          "Another row of the file has the same ImportIdentifier: give each record its own, and send one row a record."),
    _rule("V01c", "audit_number_is_unique", Unique(field("pro_clin_v1_id")), ASIDE, ("pro_clin_v1_id",),
          "Another row of the file has the same ProClinV1Id: export the file again."),
    _rule("V25a", "patient_and_arrival_are_told_once",
          Unique(field("s1_nhs_number"), (_team, field("s1_first_arrival_at"), field("s4_arrival_at"))), WARN,
          ("s1_first_arrival_at", "s1_nhs_number"),
          "Another row of the file is about the same patient and arrival: the later one counts as its correction. A second stroke needs its own "
          "arrival."),
)  # fmt: skip

SCOPE = (
    _rule("V03a", "age_on_arrival_is_at_least_16", field("age_years") >= policy.MINIMUM_AGE_YEARS, ASIDE,
          ("s1_birth_on", "s1_age_on_arrival", "s1_first_arrival_at"),
          "The audit takes patients of 16 and over: correct the date of birth or of arrival, or leave the record out."),
    _rule("V03b", "diagnosis_is_stroke", any_of(Holds(_other_audit), field("s1_diagnosis").equals(lists.STROKE)), ASIDE, ("s1_diagnosis",),
          "Only strokes are taken: correct the diagnosis, or leave the record out."),
    _rule("V43", "record_is_of_the_stroke_audit", _this_audit, OUT, ("audit_type",),
          "A TIA or a mimic belongs to another audit. Nothing to do, unless the type of audit is wrong.", "scope"),
)  # fmt: skip

CONSENT = (
    _rule("V21", "no_identifiers_without_consent", when.REFUSED_CONSENT.implies(all_empty(*IDENTIFIERS)), ASIDE, (*IDENTIFIERS, "s3_patient_consent"),
          "The patient refused consent, so no identifier may be sent: empty hospital number, NHS number, names, date of birth and second part of the "
          "postcode; give the age instead.", "consent"),
    _rule("V34a", "nhs_number_or_none", any_of(field("s1_nhs_number").is_missing(), ~field("s1_no_nhs_number")), ASIDE,
          ("s1_no_nhs_number", "s1_nhs_number"), "There is an NHS number, and the answer that there is none: keep the one that is right.", "record"),
)  # fmt: skip

_to, _from = field("transfer_to_pro_clin_v1_id"), field("transfer_from_pro_clin_v1_id")
CHAIN = (
    _rule("V40a", "transfer_is_to_another_record", all_of(_to.differs_from(field("pro_clin_v1_id")), _from.differs_from(field("pro_clin_v1_id"))), WARN,
          ("transfer_to_pro_clin_v1_id", "transfer_from_pro_clin_v1_id", "pro_clin_v1_id"),
          "The record is transferred to or from itself: check the transfer in the audit's tool.", "transfers"),
    _rule("V40b", "transfer_is_to_the_team_named_at_discharge", field("transfer_to_team_code").equals(field("s7_transfer_team_code")), WARN,
          ("transfer_to_team_code", "s7_transfer_team_code"),
          "The record went to another team than question 7.1.3 names: check both.", "transfers"),
    _rule("V40c", "transferred_record_ends_with_a_transfer",
          any_of(field("transfer_to_team_code").is_missing(), field("transfer_to_at").is_missing(), when.PASSED_ON), WARN,
          ("s7_discharge_type", "transfer_to_team_code"),
          "The record was transferred, but question 7.1 does not say so: answer T or TC, or revoke the transfer.", "transfers"),
)  # fmt: skip

RULES = (*KEYS, *SCOPE, *CONSENT, *CHAIN)
