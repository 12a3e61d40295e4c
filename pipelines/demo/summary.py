"""What came of the demo, asked of the warehouse in SQL.

Belongs here: the questions. Does not belong here: answers that are not in the tables.
"""

from __future__ import annotations

from sqlalchemy import text

from pipelines.cli.shared import console, print_table
from warehouse.settings import Settings

QUESTIONS = (
    (
        "Submissions by state",
        ("dataset", "state", "submissions", "rows", "accepted", "unchanged", "set aside", "out of scope"),
        "select coalesce(replace(dataset_name, '_', ' '), 'not recognised'), state || case when count(repeats_submission_id) = count(*) then ' (repeats)' else '' end, count(*), "
        "sum(received_count)::bigint, sum(accepted_count)::bigint, sum(unchanged_count)::bigint, sum(quarantined_count)::bigint, "
        "sum(out_of_scope_count)::bigint from intake.submission group by dataset_name, state, repeats_submission_id is not null order by 1, 3 desc, 2",
    ),
    (
        "What was found most often",
        ("rule", "must hold", "severity", "findings", "submissions"),
        "select rule_id, replace(rule_name, '_', ' '), severity, count(*), count(distinct submission_id) from intake.finding "
        "group by 1, 2, 3 order by 4 desc limit 8",
    ),
    (
        "The warehouse",
        ("table", "rows"),
        "select 'cases of ' || replace(pathway_name, '_', ' '), count(*) from pathway.pathway_case group by 1 "
        "union all select 'strokes told by several teams', count(*) from pathway.acute_stroke_detail where cardinality(site_codes) > 1 "
        "union all select 'strokes told by several providers', count(*) from (select case_id from pathway.acute_stroke_team_record "
        "group by case_id having count(distinct provider_code) > 1) shared union all select 'measure results', count(*) from measurement.measure_result "
        "union all select 'benchmarks', count(*) from measurement.benchmark union all select 'chart points', count(*) from measurement.spc_point "
        "union all select 'open signals', count(*) from measurement.signal where state <> 'closed' "
        "union all select 'cells still stale', count(*) from intake.stale_cell",
    ),
    (
        "Headline measures, network, last whole quarter",
        ("pathway", "measure", "cases", "value", "national"),
        "select replace(m.pathway_name, '_', ' '), m.title, r.denominator::bigint, case when m.kind = 'proportion' then to_char(100 * r.value, 'FM990.0') || ' %' "
        "else round(r.value::numeric, m.decimals) || ' ' || m.unit end, coalesce(to_char(100 * b.national_value, 'FM990.0') || ' %', '') "
        "from measurement.measure_result r join measurement.measure m using (measure_name) "
        "join pathway.organisation o using (organisation_code) "
        "left join measurement.benchmark b using (measure_name, organisation_code, period_grain, period_start) "
        "where m.is_headline and o.organisation_kind = 'network' and r.period_grain = 'quarter' "
        "and r.period_start = (date_trunc('quarter', now()) - interval '3 months')::date and r.value is not null order by m.pathway_name, m.measure_name",
    ),
    (
        "What improvement actions did",
        ("organisation", "action", "measure", "verdict", "beyond the network", "cautions"),
        "select organisation_code, title, measure_title, verdict_text || coalesce(', before ' || to_char(enough_on, 'DD Mon YYYY'), ''), "
        "coalesce(to_char(case when decimals is not null and unit = 'share' then 100 * controlled_difference else controlled_difference end, 'SG990.0') "
        "|| case when unit = 'share' then ' points' else ' ' || unit end, ''), case when follows_extreme then 'followed an extreme' else '' end "
        "from dashboard.action_effect_v1 order by verdict, organisation_code, measure_name",
    ),
    (
        "Latest signals",
        ("organisation", "what", "rule", "since"),
        "select organisation_code, coalesce(m.title, s.kind), s.rule_name || case is_favourable when true then ' (improvement)' when false then ' (concern)' "
        "else '' end, since_on::text from measurement.signal s left join measurement.measure m using (measure_name) "
        "where s.state <> 'closed' order by since_on desc, signal_id limit 10",
    ),
)


def print_summary(settings: Settings) -> None:
    """Asks each question and prints its answer."""
    from warehouse.database import make_engine

    engine = make_engine(settings)
    with engine.connect() as connection:
        for title, header, sql in QUESTIONS:
            rows = [tuple(row) for row in connection.execute(text(sql))]
            numbers = [name for name, value in zip(header, rows[0], strict=True) if isinstance(value, int)] if rows else []
            print_table(f"\n{title}", header, rows or [("none",) + ("",) * (len(header) - 1)], numbers=numbers)
    engine.dispose()
    console().print("")
