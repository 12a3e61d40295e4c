"""What came of the demo, asked of the warehouse in SQL.

Belongs here: the questions. Does not belong here: answers that are not in the tables.
"""

from __future__ import annotations

from sqlalchemy import text

from pipelines.cli.shared import console, print_table
from warehouse.settings import Settings

COUNTED = (  # in this order
    "select 'cases of ' || replace(pathway_name, '_', ' '), count(*) from pathway.pathway_case group by 1",
    "select 'strokes told by several teams', count(*) from pathway.acute_stroke_detail where cardinality(site_codes) > 1",
    "select 'strokes told by several providers', count(*) from (select from pathway.acute_stroke_team_record group by case_id having count(distinct provider_code) > 1) shared",
    *(
        f"select '{title}', count(*) from {table}"
        for title, table in (
            ("measure results", "measurement.measure_result"),
            ("benchmarks", "measurement.benchmark"),
            ("chart points", "measurement.spc_point"),
            ("funnel limits", "measurement.funnel_limit"),
            ("funnel limits of standardised ratios", "measurement.standardised_funnel_limit"),
            ("months of CUSUM charts", "measurement.cusum_month"),
            ("open signals", "measurement.signal where state <> 'closed'"),
            ("messages sent to leads", "improvement.message where state = 'sent'"),
            ("cells still stale", "intake.stale_cell"),
        )
    ),
)
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
        "select title, rows from ("
        + " union all ".join(
            f"select {place} as place, * from ({question}) as counted (title, rows)" for place, question in enumerate(COUNTED)
        )
        + ") as every order by place, title",
    ),
    (
        "Headline measures, network, last whole quarter",
        ("pathway", "measure", "cases", "value", "national"),
        "select replace(m.pathway_name, '_', ' '), m.title, r.denominator::bigint, case when m.kind = 'proportion' or m.unit = 'share' then to_char(100 * r.value, 'FM990.0') || ' %' "
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
        "Period outliers: alarms and positive ones of closed periods",
        ("pathway", "organisation", "measure", "period", "level", "observed", "expected"),
        "select replace(o.pathway_name, '_', ' '), o.organisation_code, m.title, to_char(o.period_start, case o.period_grain when 'year' then 'YYYY' "
        "else '\"Q\"Q YYYY' end), e.level, e.observed::bigint, round(e.expected::numeric, 1)::text from measurement.period_outlier o "
        "join measurement.measure m using (measure_name) cross join lateral (select level, observed, expected, statistic "
        "from measurement.period_outlier_evaluation e where e.period_outlier_id = o.period_outlier_id order by period_outlier_evaluation_id desc limit 1) e "
        "where e.level in ('alarm', 'positive') order by o.pathway_name, e.level, o.measure_name, e.statistic desc limit 12",
    ),
    (
        "Early warnings by risk-adjusted CUSUM: charts that reached their limit",
        ("pathway", "organisation", "rule", "times", "first", "last"),
        "select replace(s.pathway_name, '_', ' '), s.organisation_code, s.rule_name || case when s.is_favourable then ' (improvement)' else ' (concern)' end, "
        "c.crossings, to_char(s.since_on, 'YYYY-MM'), to_char(s.until_on, 'YYYY-MM') from measurement.signal s "
        "cross join lateral (select coalesce(sum(crossing_count), 0)::bigint as crossings from measurement.cusum_month c where c.measure_name = s.measure_name "
        "and c.organisation_code = s.organisation_code and c.direction = case when s.is_favourable then 'better' else 'worse' end) c "
        "where s.kind = 'cusum' and s.state <> 'closed' order by s.pathway_name, s.is_favourable, c.crossings desc, 2 limit 14",
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
