"""The fixed core of the warehouse as SQLAlchemy tables: the one description that migrations, loading and tests share.

Belongs here: tables of the schemas ``intake``, ``pathway`` and ``measurement`` that do not depend on a pathway.
Does not belong here: a pathway's own tables (``warehouse.detail_tables``), views (``warehouse.views``), roles (``warehouse.roles``).
Every table and column carries its comment: grain, meaning, unit.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
SystemTime = DateTime(timezone=True)
ClinicalTime = DateTime(timezone=False)

STATES = ("received", "reading", "held", "rejected", "accepted", "accepted with warnings", "accepted in part", "failed", "withdrawn")
FINAL_STATES = ("held", "rejected", "accepted", "accepted with warnings", "accepted in part", "withdrawn")
EFFECTIVE_STATES = ("accepted", "accepted with warnings", "accepted in part")
GRAINS = ("month", "quarter", "year")
ORGANISATION_KINDS = ("nation", "network", "region", "provider", "site", "team")
RECORD_STATUSES = ("valid", "incomplete", "error", "duplicate", "conflict")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(repr(v) for v in values)})", name=column)


def _submission_reference(**more) -> Column:
    return Column("submission_id", Text, ForeignKey("intake.submission.submission_id"), nullable=False, comment="the submission", **more)


# ------------------------------------------------------------------------------------------------ intake
submission = Table(
    "submission",
    metadata,
    Column("submission_id", Text, primary_key=True, comment="public name of the submission, sortable by arrival: S and eight or more digits"),
    Column("arrival_number", BigInteger, Identity(), nullable=False, unique=True, comment="order of arrival; decides precedence between submissions"),
    Column("claim_token", Text, nullable=False, unique=True, comment="random name of the claim, so that a claim cut short is finished once"),
    Column("sender_code", Text, nullable=False, comment="organisation code of the landing folder the file came from"),
    Column("organisation_code", Text, comment="organisation the data are about where the submission is about one, else the sender"),
    Column("site_code", Text, comment="site or team of the landing folder, where there is one"),
    Column("dataset_name", Text, comment="dataset recognised; null until read"),
    Column("layout_name", Text, comment="layout recognised; null until read"),
    Column("mode", Text, comment="upsert, replace period or withdraw"),
    Column("period_start", Date, comment="first day of the period, from the manifest"),
    Column("period_end", Date, comment="last day of the period, from the manifest"),
    Column("state", Text, nullable=False, comment="where the submission stands; failed means that we broke, not the file"),
    Column("attempt_count", Integer, nullable=False, server_default="0", comment="how often processing was begun"),
    Column("rule_version", Integer, comment="version of the dataset's rules it was judged by"),
    Column("file_sha256", Text, nullable=False, comment="SHA-256 of the file's bytes, hexadecimal; its name in the archive"),
    Column("file_size_bytes", BigInteger, nullable=False, comment="size of the file in bytes"),
    Column("envelope_sha256", Text, nullable=False, comment="archive name of the envelope: file name and manifest, which may name a patient and so stay encrypted"),
    Column("received_at", SystemTime, nullable=False, comment="when the file was claimed"),
    Column("finished_at", SystemTime, comment="when the state became final"),
    Column("refreshed_at", SystemTime, comment="when the results it touched were fresh"),
    Column("receipted_at", SystemTime, comment="when the receipt of the latest attempt was written"),
    Column("run_id", Text, comment="Dagster run that processed it last"),
    Column("received_count", BigInteger, comment="rows in the file, counted independently of the parser"),
    Column("accepted_count", BigInteger, comment="rows taken that changed something"),
    Column("unchanged_count", BigInteger, comment="rows taken that changed nothing"),
    Column("out_of_scope_count", BigInteger, comment="rows that are right but not of this audit"),
    Column("quarantined_count", BigInteger, comment="rows set aside"),
    Column("warned_count", BigInteger, comment="rows taken that carry a warning (part of accepted and unchanged)"),
    Column("withdrawn_count", BigInteger, comment="records of earlier submissions that this one withdrew"),
    Column("is_approved", Boolean, nullable=False, server_default="false", comment="whether somebody approved what was held"),
    Column("repeats_submission_id", Text, comment="the effective submission that this one repeats without effect"),
    Column("reason_code", Text, comment="why it was rejected, held or failed: a code, never a value"),
    Column("reason", Text, comment="the same in words, without any value of a patient"),
    _one_of("state", STATES),
    CheckConstraint(
        "state not in ('rejected','accepted','accepted with warnings','accepted in part') or received_count is null "
        "or received_count = accepted_count + unchanged_count + out_of_scope_count + quarantined_count",
        name="nothing_lost",
    ),
    CheckConstraint(
        "state not in ('accepted','accepted with warnings','accepted in part') or received_count is not null", name="counted"
    ),
    Index(None, "sender_code", "dataset_name", "arrival_number"),
    Index(None, "state"),
    schema="intake",
    comment="One row a drop. Every drop is a submission and gets a receipt.",
)

finding_kind = Table(
    "finding_kind",
    metadata,
    _submission_reference(primary_key=True),
    Column("kind_number", BigInteger, primary_key=True, comment="number within the submission"),
    Column("rule_id", Text, nullable=False, comment="id of the rule that is broken"),
    Column("rule_name", Text, nullable=False, comment="name of the rule: what must hold"),
    Column("rule_version", Integer, nullable=False, comment="version of the rules"),
    Column("severity", Text, nullable=False, comment="reject file, quarantine record, warn or out of scope"),
    Column("scope", Text, nullable=False, comment="record, file or warehouse"),
    Column("field_name", Text, comment="field to correct; null for the file"),
    Column("advice", Text, nullable=False, comment="what to do, without any value"),
    Column("row_numbers", ARRAY(BigInteger), nullable=False, comment="rows of the file that break it, in order; a null for the file"),
    Index(None, "rule_id"),
    schema="intake",
    comment="One rule broken in one field by rows of a submission, or by the file. The view finding has a row for each. Never a patient's value.",
)

quarantined_row = Table(
    "quarantined_row",
    metadata,
    _submission_reference(primary_key=True),
    Column("row_number", BigInteger, primary_key=True, comment="row of the file"),
    Column("rule_ids", ARRAY(Text), nullable=False, comment="the rules for which it was set aside"),
    schema="intake",
    comment="One row set aside. No values: a replay reads the archive.",
)

effect = Table(
    "effect",
    metadata,
    Column("effect_id", BigInteger, Identity(), primary_key=True, comment="order in which effects were committed"),
    Column("kind", Text, nullable=False, comment="load, withdraw, approve, import organisations, change clock"),
    Column("submission_id", Text, ForeignKey("intake.submission.submission_id"), comment="the submission; null where there is none"),
    Column("rule_version", Integer, comment="version of the rules it was judged by"),
    Column("committed_at", SystemTime, nullable=False, comment="when"),
    Column("actor", Text, nullable=False, comment="who asked for it: a run, or a person by the command line"),
    Column("detail", JSONB, nullable=False, server_default="{}", comment="parameters, without any value of a patient"),
    _one_of("kind", ("load", "withdraw", "approve", "import organisations", "change clock")),
    Index(None, "submission_id"),
    schema="intake",
    comment="The log of everything that changed cases, in the order of commits: a rebuild replays it.",
)

expected_submission = Table(
    "expected_submission",
    metadata,
    Column("sender_code", Text, primary_key=True, comment="who should send"),
    Column("dataset_name", Text, primary_key=True, comment="which dataset"),
    Column("period_start", Date, primary_key=True, comment="first day of the period"),
    Column("period_end", Date, nullable=False, comment="last day of the period"),
    Column("due_on", Date, nullable=False, comment="last day on which it is in time"),
    Column("met_by_submission_id", Text, ForeignKey("intake.submission.submission_id"), comment="first accepted submission with data of the period"),
    Column("met_on", Date, comment="the day it came"),
    schema="intake",
    comment="One row a sender, dataset and period: what is expected, and whether it came.",
)

stale_cell = Table(
    "stale_cell",
    metadata,
    Column("stale_cell_id", BigInteger, Identity(), primary_key=True, comment="order of queueing"),
    Column("pathway_name", Text, nullable=False, comment="the pathway"),
    Column("organisation_code", Text, nullable=False, comment="organisation of the cell: site, provider, region or network"),
    Column("period_grain", Text, nullable=False, comment="month, quarter or year"),
    Column("period_start", Date, nullable=False, comment="first day of the period"),
    Column("submission_id", Text, comment="submission that made it stale; null where time alone did"),
    Column("queued_at", SystemTime, nullable=False, server_default=text("now()"), comment="when"),
    _one_of("period_grain", GRAINS),
    Index(None, "pathway_name", "organisation_code", "period_grain", "period_start"),
    schema="intake",
    comment="Queue of cells whose results must be computed again. Rows are only inserted, and deleted by the refresh that has done them.",
)

# ------------------------------------------------------------------------------------------------ pathway
organisation = Table(
    "organisation",
    metadata,
    Column("organisation_code", Text, primary_key=True, comment="ODS code, or the network's own code"),
    Column("organisation_name", Text, nullable=False, comment="name"),
    Column("organisation_kind", Text, nullable=False, comment="nation, network, region, provider, site or team"),
    Column("parent_code", Text, ForeignKey("pathway.organisation.organisation_code"), comment="site -> provider -> region -> network -> nation"),
    Column("successor_code", Text, ForeignKey("pathway.organisation.organisation_code"), comment="organisation that took it over"),
    Column("opened_on", Date, comment="first day"),
    Column("closed_on", Date, comment="last day; null while open"),
    Column("is_member", Boolean, nullable=False, server_default="false", comment="whether it belongs to the network and is pooled in network values"),
    _one_of("organisation_kind", ORGANISATION_KINDS),
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
    _one_of("record_status", RECORD_STATUSES),
    Index(None, "pathway_name", "started_on"),
    Index(None, "person_id"),
    Index(None, "site_code", "started_on"),
    schema="pathway",
    comment="One row a case: one patient's passage along one pathway.",
)

person_death = Table(
    "person_death",
    metadata,
    _submission_reference(primary_key=True),
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
    Column("provider_code", Text, ForeignKey("pathway.organisation.organisation_code"), primary_key=True, comment="provider whose records it sees"),
    schema="pathway",
    comment="One row a login role and provider: what row-level security lets it see.",
)

# ------------------------------------------------------------------------------------------------ measurement
measure = Table(
    "measure",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="name of the measure"),
    Column("measure_version", Integer, nullable=False, comment="version of its definition"),
    Column("pathway_name", Text, nullable=False, comment="the pathway"),
    Column("title", Text, nullable=False, comment="title for readers"),
    Column("description", Text, nullable=False, comment="what counts and what does not"),
    Column("kind", Text, nullable=False, comment="proportion, median, mean, count, rate, score or derived"),
    Column("direction", Text, nullable=False, comment="higher is better, lower is better or neutral"),
    Column("credit", Text, nullable=False, server_default="case", comment="what is counted, and for whom: case, every team or team record"),
    Column("charts", ARRAY(Text), nullable=False, server_default="{xmr}", comment="charts of its series: xmr, p_prime, u_prime, g or t"),
    Column("signals_from", Text, nullable=False, server_default="xmr", comment="the one of them whose special causes are signals"),
    Column("unit", Text, nullable=False, comment="unit of the value"),
    Column("decimals", SmallInteger, nullable=False, comment="decimals to show"),
    Column("target", Double, comment="target value"),
    Column("is_headline", Boolean, nullable=False, comment="whether it is among the first to show"),
    Column("definition_text", Text, nullable=False, comment="the definition in words, made from the declaration"),
    Column("definition_sql", Text, nullable=False, comment="the definition in SQL, made from the declaration"),
    schema="measurement",
    comment="One row a measure, as declared.",
)


def _cell(*before: Column) -> list[Column]:
    return [
        *before,
        Column("measure_name", Text, primary_key=True, comment="the measure"),
        Column("organisation_code", Text, primary_key=True, comment="the organisation"),
        Column("period_grain", Text, primary_key=True, comment="month, quarter or year"),
        Column("period_start", Date, primary_key=True, comment="first day of the period"),
    ]


measure_result = Table(
    "measure_result",
    metadata,
    *_cell(),
    Column("numerator", Double, comment="cases that count; null where the measure has none"),
    Column("denominator", Double, comment="cases that could count"),
    Column("value", Double, comment="the value, in the measure's unit; a proportion lies between 0 and 1"),
    Column("lower_95", Double, comment="lower limit of the 95 % interval"),
    Column("upper_95", Double, comment="upper limit of the 95 % interval"),
    Column("reason", Text, comment="why there is no value"),
    Column("completeness_share", Double, comment="share of needed and due fields that are filled, 0 to 1"),
    Column("is_provisional", Boolean, nullable=False, comment="whether it can still change by time alone or by late data"),
    Column("matures_on", Date, nullable=False, comment="first day on which it is final"),
    Column("measure_version", Integer, nullable=False, comment="version of the definition"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded when it was computed"),
    Column("computed_at", SystemTime, nullable=False, server_default=text("now()"), comment="when it was computed"),
    _one_of("period_grain", GRAINS),
    Index(None, "organisation_code", "period_grain", "period_start"),
    Index(None, "period_grain", "period_start"),
    schema="measurement",
    comment="A measure for one organisation and period.",
)


def _part(*key: Column) -> list[Column]:
    return [
        *key,
        Column("case_count", BigInteger, nullable=False, comment="valid and incomplete cases of the month"),
        Column("cohort_count", BigInteger, nullable=False, comment="those of them in the cohort"),
        Column("denominator", BigInteger, nullable=False, comment="those of the cohort that are not excluded"),
        Column("waiting_count", BigInteger, nullable=False, comment="those of the cohort that are left out only until deaths are known"),
        Column("numerator", BigInteger, nullable=False, comment="those of the denominator that count"),
        Column("value_count", BigInteger, nullable=False, comment="those of the denominator that have a value"),
        Column("value_sum", Numeric, comment="sum of the values, exact"),
        Column("value_square_sum", Numeric, comment="sum of the squared values, exact"),
        Column("sorted_values", ARRAY(Double), comment="the values of a median in ascending order"),
        Column("needed_count", BigInteger, nullable=False, comment="values of needed fields that are due in the denominator"),
        Column("filled_count", BigInteger, nullable=False, comment="those of them that are there"),
    ]


measure_part = Table(
    "measure_part",
    metadata,
    *_part(
        Column("site_code", Text, primary_key=True, comment="site of the cases"),
        Column("period_start", Date, primary_key=True, comment="first day of the month in which the cases count"),
        Column("measure_name", Text, primary_key=True, comment="the measure"),
        Column("provider_code", Text, primary_key=True, comment="provider of the cases"),
    ),
    Index(None, "period_start", "provider_code"),
    schema="measurement",
    comment="What a month of a site adds to a measure. Results of every organisation and period are put together from these parts.",
)

shared_part = Table(
    "shared_part",
    metadata,
    *_part(
        Column("period_start", Date, primary_key=True, comment="first day of the month in which the cases count"),
        Column("measure_name", Text, primary_key=True, comment="the measure"),
        Column("site_codes", ARRAY(Text), primary_key=True, comment="sites or teams that had a part in the cases, in order of their codes"),
        Column("provider_codes", ARRAY(Text), primary_key=True, comment="their providers, in order of their codes"),
    ),
    schema="measurement",
    comment="What the cases of a month that the same teams had a part in add to a measure that credits every team. An organisation has each part once.",
)

submitted_result = Table(
    "submitted_result",
    metadata,
    _submission_reference(primary_key=True),
    Column("row_number", BigInteger, primary_key=True, comment="record number within the submission after its reshape"),
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("arrival_number", BigInteger, nullable=False, comment="order of arrival"),
    Column("organisation_code", Text, nullable=False, comment="the organisation"),
    Column("period_grain", Text, nullable=False, comment="month, quarter or year"),
    Column("period_start", Date, nullable=False, comment="first day of the period"),
    Column("numerator", Double, comment="as submitted"),
    Column("denominator", Double, comment="as submitted"),
    Column("value", Double, comment="as submitted"),
    Column("reason", Text, comment="why there is no value, as submitted"),
    Column("level_code", Text, comment="letter or band, where the value is one"),
    Column("is_reference", Boolean, nullable=False, server_default="false", comment="whether it is a published national value"),
    Column("source", Text, comment="where a published value was published"),
    Column("is_withdrawal", Boolean, nullable=False, server_default="false", comment="whether the row withdraws the cell"),
    Index(None, "measure_name", "organisation_code", "period_grain", "period_start", "arrival_number"),
    schema="measurement",
    comment="A result as it was submitted. The latest effective one of a cell counts.",
)

benchmark = Table(
    "benchmark",
    metadata,
    *_cell(),
    Column("peer_kind", Text, nullable=False, comment="kind of organisation it is compared with"),
    Column("peer_count", Integer, nullable=False, comment="peers with a value"),
    Column("rank", Integer, comment="1 is best; ties share the better rank; null for a neutral measure"),
    Column("quartile", SmallInteger, comment="1 is best"),
    Column("network_value", Double, comment="pooled over our members"),
    Column("national_value", Double, comment="published by a national body and imported"),
    Column("national_source", Text, comment="its source"),
    Column("z_score", Double, comment="distance from the network value in standard deviations"),
    Column("funnel_position", Text, comment="below 99.8 %, below 95 %, inside, above 95 % or above 99.8 %"),
    Column("is_favourable", Boolean, comment="whether a position outside the funnel is on the better side"),
    Column("best_value", Double, comment="best value among the peers"),
    Column("from_best", Double, comment="value less the best value"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded"),
    Column("adjusted_z_score", Double, comment="distance from the network value, allowing for over-dispersion; null where there are too few peers"),
    Column("adjusted_position", Text, comment="position among the limits that allow for over-dispersion"),
    PrimaryKeyConstraint("period_grain", "period_start", "measure_name", "organisation_code"),  # a refresh makes periods anew
    schema="measurement",
    comment="A measure result beside its peers.",
)

funnel_limit = Table(
    "funnel_limit",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("peer_kind", Text, primary_key=True, comment="kind of organisation"),
    Column("period_grain", Text, primary_key=True, comment="month, quarter or year"),
    Column("period_start", Date, primary_key=True, comment="first day of the period"),
    Column("denominator", Double, primary_key=True, comment="denominator for which the limits hold"),
    Column("centre", Double, nullable=False, comment="network value"),
    Column("lower_998", Double, comment="lower 99.8 % limit"),
    Column("lower_95", Double, comment="lower 95 % limit"),
    Column("upper_95", Double, comment="upper 95 % limit"),
    Column("upper_998", Double, comment="upper 99.8 % limit"),
    Column("adjusted_lower_998", Double, comment="lower 99.8 % limit that allows for over-dispersion; null where there are too few peers"),
    Column("adjusted_lower_95", Double, comment="lower 95 % limit that allows for over-dispersion"),
    Column("adjusted_upper_95", Double, comment="upper 95 % limit that allows for over-dispersion"),
    Column("adjusted_upper_998", Double, comment="upper 99.8 % limit that allows for over-dispersion"),
    PrimaryKeyConstraint("period_grain", "period_start", "measure_name", "peer_kind", "denominator"),
    schema="measurement",
    comment="Funnel limits of a measure and period for one denominator.",
)

spc_point = Table(
    "spc_point",
    metadata,
    *_cell(),
    Column("chart", Text, primary_key=True, comment="kind of chart: xmr, p_prime or u_prime"),
    Column("point_number", Integer, nullable=False, comment="1 is the first point of the series"),
    Column("value", Double, comment="the value"),
    Column("mean", Double, comment="centre line"),
    Column("lower_limit", Double, comment="lower process limit, of a P' or U' chart for the point's own denominator"),
    Column("upper_limit", Double, comment="upper process limit"),
    Column("rule_name", Text, comment="first rule that the point breaks; null for common cause"),
    Column("point_type", Text, nullable=False, comment="common cause, special cause improvement, concern, neutral high or neutral low, insufficient data"),
    Column("rule_version", Integer, nullable=False, comment="version of the rules"),
    Column("final_rule_name", Text, comment="first rule that the point breaks when final points alone are judged, as signals are; null for common cause and where provisional"),
    Column("final_point_type", Text, nullable=False, comment="what point_type is when final points alone are judged; not judged yet where provisional"),
    schema="measurement",
    comment="A point of a measure's chart for one organisation. One row a chart, so where one chart is meant it has to be said which.",
)

signal = Table(
    "signal",
    metadata,
    Column("signal_id", BigInteger, Identity(), primary_key=True, comment="number of the signal"),
    Column("signal_key", Text, nullable=False, comment="what makes the event one event: kind, subject, direction or rule, and since when"),
    Column("kind", Text, nullable=False, comment="special cause, cusum, submission late, submission missing, completeness falling or submission stuck"),
    Column("pathway_name", Text, comment="the pathway"),
    Column("measure_name", Text, comment="the measure"),
    Column("organisation_code", Text, comment="the organisation"),
    Column("submission_id", Text, comment="the submission"),
    Column("rule_name", Text, nullable=False, comment="rule that fired"),
    Column("rule_version", Integer, nullable=False, comment="version of the rule"),
    Column("parameters", JSONB, nullable=False, comment="parameters of the rule and the points that made it fire"),
    Column("is_favourable", Boolean, comment="whether it is an improvement"),
    Column("since_on", Date, nullable=False, comment="first day of the event"),
    Column("until_on", Date, comment="last period of the event so far"),
    Column("state", Text, nullable=False, comment="raised, acknowledged or closed"),
    Column("raised_at", SystemTime, nullable=False, server_default=text("now()"), comment="when it was raised"),
    Column("closed_at", SystemTime, comment="when it was closed"),
    Column("closed_because", Text, comment="why it was closed"),
    Column("assigned_to", Text, comment="who looks into it: a role or a name, as given"),
    Column("closed_by", Text, comment="who closed it; null: it closed by itself"),
    _one_of("state", ("raised", "acknowledged", "closed")),
    Index("uq_signal_one_open", "signal_key", unique=True, postgresql_where=text("state <> 'closed'")),
    Index(None, "organisation_code"),
    schema="measurement",
    comment="Something worth a human's attention. One row an event, not one a refresh.",
)

signal_event = Table(
    "signal_event",
    metadata,
    Column("signal_event_id", BigInteger, Identity(), primary_key=True, comment="order of events"),
    Column("signal_id", BigInteger, ForeignKey("measurement.signal.signal_id"), nullable=False, comment="the signal"),
    Column("event", Text, nullable=False, comment="raised, extended, raised again, pushed (to a lead), acknowledged, assigned, commented or closed"),
    Column("happened_at", SystemTime, nullable=False, server_default=text("now()"), comment="when"),
    Column("actor", Text, nullable=False, comment="who or what did it"),
    Column("note", Text, comment="why"),
    Index(None, "signal_id"),
    schema="measurement",
    comment="The history of a signal.",
)
