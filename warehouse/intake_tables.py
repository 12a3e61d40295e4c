"""Tables of the schema ``intake``: submissions, what was found in them, what they changed, what waits.

Belongs here: their columns with meaning and unit. Does not belong here: what submissions told of patients (``warehouse.pathway_tables``).
"""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, Identity, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.tables import GRAINS, STATES, SystemTime, metadata, one_of, submission_reference

submission = Table(
    "submission",
    metadata,
    Column(
        "submission_id", Text, primary_key=True, comment="public name of the submission, sortable by arrival: S and eight or more digits"
    ),
    Column(
        "arrival_number",
        BigInteger,
        Identity(),
        nullable=False,
        unique=True,
        comment="order of arrival; decides precedence between submissions",
    ),
    Column(
        "claim_token", Text, nullable=False, unique=True, comment="random name of the claim, so that a claim cut short is finished once"
    ),
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
    Column(
        "envelope_sha256",
        Text,
        nullable=False,
        comment="archive name of the envelope: file name and manifest, which may name a patient and so stay encrypted",
    ),
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
    one_of("state", STATES),
    CheckConstraint(
        "state not in ('rejected','accepted','accepted with warnings','accepted in part') or received_count is null "
        "or received_count = accepted_count + unchanged_count + out_of_scope_count + quarantined_count",
        name="nothing_lost",
    ),
    CheckConstraint("state not in ('accepted','accepted with warnings','accepted in part') or received_count is not null", name="counted"),
    Index(None, "sender_code", "dataset_name", "arrival_number"),
    Index(None, "state"),
    schema="intake",
    comment="One row a drop. Every drop is a submission and gets a receipt.",
)

finding_kind = Table(
    "finding_kind",
    metadata,
    submission_reference(primary_key=True),
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
    submission_reference(primary_key=True),
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
    one_of("kind", ("load", "withdraw", "approve", "import organisations", "change clock")),
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
    Column(
        "met_by_submission_id",
        Text,
        ForeignKey("intake.submission.submission_id"),
        comment="first accepted submission with data of the period",
    ),
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
    one_of("period_grain", GRAINS),
    Index(None, "pathway_name", "organisation_code", "period_grain", "period_start"),
    schema="intake",
    comment="Queue of cells whose results must be computed again. Rows are only inserted, and deleted by the refresh that has done them.",
)
