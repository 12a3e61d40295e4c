"""Views over what is no result: measures, organisations, submissions, signals."""

from __future__ import annotations

from warehouse.views import view

measure_v1 = view(
    "dashboard",
    "measure_v1",
    "One row a measure, as declared, with its definition in words and in SQL.",
    "measure_name pathway_name title description kind direction unit decimals target is_headline measure_version definition_text definition_sql credit "
    "charts signals_from",
    "select measure_name, pathway_name, title, description, kind, direction, unit, decimals, target, is_headline, measure_version, "
    "definition_text, definition_sql, credit, charts, signals_from from measurement.measure",
    description="what counts and what does not",
    kind="proportion, median, mean, count, rate, score or derived",
    direction="higher is better, lower is better or neutral",
    target="target value",
    is_headline="whether it is among the first to show",
    definition_text="the definition in words",
    definition_sql="the definition in SQL",
    credit="what is counted, and for whom: case (its own team), every team (that had a part in it) or team record (its own team)",
    charts="charts of its series: xmr, p_prime, u_prime, g or t",
    signals_from="the one of them whose special causes are signals",
)

organisation_v1 = view(
    "dashboard",
    "organisation_v1",
    "One row an organisation, with what it belongs to as of now.",
    "organisation_code organisation_name organisation_kind parent_code provider_code region_code network_code successor_code opened_on "
    "closed_on is_member is_own",
    """
    select o.organisation_code, o.organisation_name, o.organisation_kind, o.parent_code, up.provider_code, up.region_code, up.network_code,
        o.successor_code, o.opened_on, o.closed_on, o.is_member, o.organisation_code = any (reader.codes)
    from pathway.organisation o
    cross join (select house.my_organisations() as codes offset 0) reader
    left join (
        select organisation_code,
            (array_agg(ancestor_code order by depth desc) filter (where ancestor_kind = 'provider'))[1] as provider_code,
            (array_agg(ancestor_code order by depth) filter (where ancestor_kind = 'region'))[1] as region_code,
            (array_agg(ancestor_code order by depth) filter (where ancestor_kind = 'network'))[1] as network_code
        from house.organisation_tree group by organisation_code
    ) up on up.organisation_code = o.organisation_code
    """,
    parent_code="organisation directly above it",
    provider_code="provider it counts to now: itself, the one above it, or the successor of that",
    region_code="region it counts to now",
    network_code="network it counts to now",
    successor_code="organisation that took it over",
    opened_on="first day",
    closed_on="last day; null while open",
    is_member="whether it belongs to the network and is pooled in network values",
)


def _counted(column: str) -> str:
    return f"case when own.is_own then s.{column} else house.shown_count(s.{column}, p.suppress_to, p.round_to)::bigint end"


submission_v1 = view(
    "dashboard",
    "submission_v1",
    "One row a submission: where it stands. Counts of other senders go through the small-numbers policy.",
    "submission_id sender_code dataset_name mode period_start period_end state received_at finished_at refreshed_at received_count "
    "accepted_count unchanged_count out_of_scope_count quarantined_count warned_count reason is_own policy_version file_sha256",
    f"""
    select s.submission_id, s.sender_code, s.dataset_name, s.mode, s.period_start, s.period_end, s.state, s.received_at, s.finished_at,
        s.refreshed_at, {_counted("received_count")}, {_counted("accepted_count")}, {_counted("unchanged_count")},
        {_counted("out_of_scope_count")}, {_counted("quarantined_count")}, {_counted("warned_count")},
        case when own.is_own then s.reason end, own.is_own, p.policy_version, case when own.is_own then s.file_sha256 end
    from intake.submission s
    join house.small_numbers_policy p on p.is_current
    cross join (select house.my_organisations() as codes offset 0) reader
    cross join lateral (select s.sender_code = any (reader.codes) as is_own) own
    """,
    mode="upsert, replace period or withdraw",
    period_end="last day of the period, from the manifest",
    state="received, reading, held, rejected, accepted, accepted with warnings, accepted in part, failed or withdrawn",
    received_at="when the file was claimed",
    finished_at="when the state became final",
    refreshed_at="when the results it touched were fresh",
    received_count="rows in the file",
    accepted_count="rows taken that changed something",
    unchanged_count="rows taken that changed nothing",
    out_of_scope_count="rows that are right but not of this audit",
    quarantined_count="rows set aside",
    warned_count="rows taken that carry a warning",
    reason="why it was rejected, held or failed; one's own only",
    file_sha256="SHA-256 of the file, hexadecimal, by which its sender finds what became of it; one's own only",
)

expected_submission_v1 = view(
    "dashboard",
    "expected_submission_v1",
    "One row a sender, dataset and period: what is expected, and whether it came.",
    "sender_code dataset_name period_start period_end due_on met_on is_own",
    "select sender_code, dataset_name, period_start, period_end, due_on, met_on, sender_code = any (reader.codes) "
    "from intake.expected_submission cross join (select house.my_organisations() as codes offset 0) reader",
    period_end="last day of the period",
    due_on="last day on which it is in time",
    met_on="the day it came; null while outstanding",
)

signal_v1 = view(
    "dashboard",
    "signal_v1",
    "Something worth a human's attention. One row an event.",
    "signal_id kind pathway_name measure_name organisation_code submission_id rule_name rule_version is_favourable since_on until_on state "
    "raised_at closed_at closed_because parameters is_own assigned_to",
    """
    select s.signal_id, s.kind, s.pathway_name, s.measure_name, s.organisation_code, s.submission_id, s.rule_name, s.rule_version,
        s.is_favourable, s.since_on, s.until_on, s.state, s.raised_at, s.closed_at,
        case when own.is_own or login.is_lead or s.closed_by is null then s.closed_because end,
        case when own.is_own then s.parameters end, own.is_own, case when own.is_own or login.is_lead then s.assigned_to end
    from measurement.signal s
    cross join (select house.my_organisations() as codes offset 0) reader
    cross join (select house.serves_leads() as is_lead offset 0) login
    cross join lateral (select coalesce(s.organisation_code = any (reader.codes), false) as is_own) own
    """,
    signal_id="number of the signal",
    kind="special cause, cusum, submission late, submission missing, completeness falling or submission stuck",
    rule_name="rule that fired",
    rule_version="version of the rule",
    is_favourable="whether it is an improvement",
    since_on="first day of the event",
    until_on="last period of the event so far",
    state="raised, acknowledged or closed",
    raised_at="when it was raised",
    closed_at="when it was closed",
    closed_because="why it was closed; what a person wrote is one's own only, but for a dashboard's login of leads",
    assigned_to="who looks into it; one's own only, but for a dashboard's login of leads",
    parameters="parameters of the rule and the points that made it fire; one's own only, for the points are values",
)

VIEWS = (measure_v1, organisation_v1, submission_v1, expected_submission_v1, signal_v1)
