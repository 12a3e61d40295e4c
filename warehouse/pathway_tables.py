"""Tables of the schema ``pathway`` that all pathways share: organisations, persons, cases.

Belongs here: their columns with meaning and unit. Does not belong here: a pathway's own tables (``warehouse.detail_tables``).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, LargeBinary, Table, Text, Uuid

from warehouse.tables import ORGANISATION_KINDS, RECORD_STATUSES, ClinicalTime, metadata, one_of, submission_reference

organisation = Table(
    "organisation",
    metadata,
    Column("organisation_code", Text, primary_key=True, comment="ODS code, or the network's own code"),
    Column("organisation_name", Text, nullable=False, comment="name"),
    Column("organisation_kind", Text, nullable=False, comment="nation, network, region, provider, site or team"),
    Column(
        "parent_code", Text, ForeignKey("pathway.organisation.organisation_code"), comment="site -> provider -> region -> network -> nation"
    ),
    Column("successor_code", Text, ForeignKey("pathway.organisation.organisation_code"), comment="organisation that took it over"),
    Column("opened_on", Date, comment="first day"),
    Column("closed_on", Date, comment="last day; null while open"),
    Column(
        "is_member",
        Boolean,
        nullable=False,
        server_default="false",
        comment="whether it belongs to the network and is pooled in network values",
    ),
    one_of("organisation_kind", ORGANISATION_KINDS),
    Index(None, "parent_code"),
    schema="pathway",
    comment="One row an organisation: anything with a code.",
)

organisation_alias = Table(
    "organisation_alias",
    metadata,
    Column("alias", Text, primary_key=True, comment="name or older code, as normalised for matching"),
    Column("organisation_code", Text, ForeignKey("pathway.organisation.organisation_code"), nullable=False, comment="the organisation"),
    Column("alias_kind", Text, nullable=False, comment="name, older code or national audit code"),
    schema="pathway",
    comment="One row a name or older code by which an organisation is found.",
)

unresolved_organisation = Table(
    "unresolved_organisation",
    metadata,
    Column("alias", Text, primary_key=True, comment="the name as submitted, normalised"),
    Column("first_submission_id", Text, nullable=False, comment="submission that named it first"),
    Column("seen_count", BigInteger, nullable=False, server_default="1", comment="rows that named it in the latest submission"),
    schema="pathway",
    comment="One row a name that no organisation bears: kept until somebody adds an alias.",
)

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid, primary_key=True, comment="random"),
    Column("birth_month", Date, comment="first day of the month of birth"),
    Column("death_on", Date, comment="date of death, from the deaths dataset"),
    Column("death_arrival_number", BigInteger, comment="arrival number of the submission that gave the date of death"),
    schema="pathway",
    comment="One row a person, or a record of somebody without an NHS number.",
)

person_identifier = Table(
    "person_identifier",
    metadata,
    Column("key_id", Text, primary_key=True, comment="which key made the pseudonym"),
    Column("hmac", LargeBinary, primary_key=True, comment="keyed HMAC-SHA-256 of the normalised identifier"),
    Column("person_id", Uuid, ForeignKey("pathway.person.person_id", ondelete="CASCADE"), nullable=False, comment="the person"),
    Index(None, "person_id"),
    schema="pathway",
    comment="One row a pseudonym of a person.",
)

pathway_case = Table(
    "pathway_case",
    metadata,
    Column("case_id", Uuid, primary_key=True, comment="random"),
    Column("pathway_name", Text, nullable=False, comment="the pathway"),
    # references are checked by a trigger, a statement at a time: a check a row costs a large load a tenth of its time
    Column("person_id", Uuid, nullable=False, comment="the person"),
    Column("site_code", Text, nullable=False, comment="site whose result it is"),
    Column("provider_code", Text, nullable=False, comment="provider of the site at the time"),
    Column("started_at", ClinicalTime, comment="clock start, local time as the audit counts it"),
    Column("started_on", Date, nullable=False, comment="date of the clock start"),
    Column("record_status", Text, nullable=False, comment="only valid and incomplete cases enter measures"),
    Column("first_arrival_number", BigInteger, nullable=False, comment="arrival number of the first submission that told of it"),
    Column("first_row_number", BigInteger, nullable=False, comment="row of that submission"),
    Column("last_arrival_number", BigInteger, nullable=False, comment="arrival number of the latest submission that told of it"),
    one_of("record_status", RECORD_STATUSES),
    Index(None, "pathway_name", "started_on"),
    Index(None, "person_id"),
    Index(None, "site_code", "started_on"),
    schema="pathway",
    comment="One row a case: one patient's passage along one pathway.",
)

person_death = Table(
    "person_death",
    metadata,
    submission_reference(primary_key=True),
    Column("row_number", BigInteger, primary_key=True, comment="row of the file"),
    Column("person_id", Uuid, ForeignKey("pathway.person.person_id", ondelete="CASCADE"), nullable=False, comment="the person"),
    Column("arrival_number", BigInteger, nullable=False, comment="order of arrival of the submission"),
    Column("death_on", Date, comment="date of death as sent; null where the row withdraws what came before"),
    Column("is_withdrawal", Boolean, nullable=False, server_default="false", comment="whether it withdraws what came before"),
    Index(None, "person_id", "arrival_number"),
    schema="pathway",
    comment="What each submission said of a death. The latest effective one of a person counts and is copied to pathway.person.",
)

linkage_coverage = Table(
    "linkage_coverage",
    metadata,
    Column("dataset_name", Text, primary_key=True, comment="dataset that tells of persons, such as deaths"),
    Column("covered_to", Date, nullable=False, comment="last day up to which the dataset is complete"),
    schema="pathway",
    comment="One row a dataset about persons: up to when absence means that nothing happened.",
)

provider_role = Table(
    "provider_role",
    metadata,
    Column("role_name", Text, primary_key=True, comment="login role"),
    Column(
        "provider_code",
        Text,
        ForeignKey("pathway.organisation.organisation_code"),
        primary_key=True,
        comment="provider whose records it sees",
    ),
    schema="pathway",
    comment="One row a login role and provider: what row-level security lets it see.",
)
