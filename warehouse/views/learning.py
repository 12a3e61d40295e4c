"""Views that tell a provider from whom to learn: who does best, who improved most in twelve months, who is like us.

All of it is put together from results as the reader may see them. Ask by measure or by provider: over everything they compute everything.
"""

from __future__ import annotations

from warehouse.views import view

# months of the two years that end with the network's latest final month of the measure; weights are cases
YEARS = """
select v.pathway_name, v.measure_name, v.measure_title, v.organisation_code, v.organisation_name, v.unit, v.decimals, v.direction, v.is_own,
    sum(v.value * v.denominator) filter (where v.period_start > n.latest - interval '12 months') as latest_sum,
    sum(v.denominator) filter (where v.period_start > n.latest - interval '12 months') as latest_weight,
    count(v.value) filter (where v.period_start > n.latest - interval '12 months') as latest_months,
    sum(v.value * v.denominator) filter (where v.period_start <= n.latest - interval '12 months') as earlier_sum,
    sum(v.denominator) filter (where v.period_start <= n.latest - interval '12 months') as earlier_weight,
    count(v.value) filter (where v.period_start <= n.latest - interval '12 months') as earlier_months, n.latest, n.provider_count
from dashboard.measure_result_v1 v
join (
    select last.measure_name, last.latest, (select count(*) from pathway.organisation p join measurement.measure_result r on r.organisation_code = p.organisation_code
        where p.organisation_kind = 'provider' and r.measure_name = last.measure_name and r.period_grain = 'month' and r.period_start = last.latest
            and r.denominator > 0) as provider_count
    from (select measure_name, max(period_start) as latest from measurement.measure_result where period_grain = 'month' and not is_provisional group by measure_name) last
) n on n.measure_name = v.measure_name
where v.period_grain = 'month' and v.organisation_kind = 'provider' and not v.is_provisional and v.value is not null and v.denominator > 0
    and v.kind in ('proportion', 'rate', 'mean', 'median') and v.period_start > n.latest - interval '24 months'
group by v.pathway_name, v.measure_name, v.measure_title, v.organisation_code, v.organisation_name, v.unit, v.decimals, v.direction, v.is_own, n.latest, n.provider_count
"""
BETTER = "case direction when 'higher is better' then 1 when 'lower is better' then -1 end"
YEAR_CHANGE = f"""
select pathway_name, measure_name, measure_title, organisation_code, organisation_name, year_ends_on, value, earlier_value, value - earlier_value as change,
    case when better is not null and value is not null and 2 * shown_count >= provider_count then rank() over (partition by measure_name order by better * value desc nulls last) end,
    case when better is not null and value is not null and earlier_value is not null and 2 * shown_twice_count >= provider_count
        then rank() over (partition by measure_name order by better * (value - earlier_value) desc nulls last) end,
    latest_months, earlier_months, unit, decimals, direction, is_own
from (select y.*, count(value) over peers as shown_count, count(value + earlier_value) over peers as shown_twice_count from (
    select *, (latest + interval '1 month' - interval '1 day')::date as year_ends_on, {BETTER} as better,
        case when latest_months >= 6 then round((latest_sum / latest_weight)::numeric, 6)::double precision end as value,
        case when earlier_months >= 6 then round((earlier_sum / earlier_weight)::numeric, 6)::double precision end as earlier_value
    from ({YEARS}) summed
) y window peers as (partition by measure_name)) z
"""

year_change_v1 = view(
    "dashboard",
    "year_change_v1",
    "A provider's value over the latest twelve months and the twelve before: who does best, who improved most. One row a measure and provider.",
    "pathway_name measure_name measure_title organisation_code organisation_name year_ends_on value earlier_value change best_rank improved_rank months earlier_months unit "
    "decimals direction is_own",
    YEAR_CHANGE,
    year_ends_on="last day of the latest twelve months, the same for all providers",
    value="over the months of the latest twelve that are shown, weighted by cases; null for fewer than six",
    earlier_value="the same over the twelve months before",
    change="value less earlier value",
    best_rank="1 does best; null for a neutral measure, or where most providers are hidden: who is left would seem to be best",
    improved_rank="1 improved most; null for a neutral measure, or where most providers are hidden",
    months="months of the latest twelve that are shown",
    earlier_months="months of the twelve before that are shown",
    direction="higher is better, lower is better or neutral",
)

# size: cases a year of the pathway, by its fullest measure; mix: what the case-mix models expect of its patients
LIKENESS = """
with size as (
    select m.pathway_name, r.organisation_code, max(r.denominator) as cases
    from measurement.measure_result r join measurement.measure m using (measure_name)
    join (select measure_name, max(period_start) as period_start from measurement.measure_result
        where period_grain = 'year' and period_start <= current_date - interval '1 year' group by measure_name) last using (measure_name, period_start)
    join pathway.organisation o on o.organisation_code = r.organisation_code and o.organisation_kind = 'provider' and o.is_member
    where r.period_grain = 'year' and r.denominator > 0 and m.kind <> 'score'
    group by 1, 2
), mix as (
    select m.pathway_name, s.organisation_code, round((100 * avg(s.expected / s.case_count))::numeric, 1) as expected
    from measurement.standardised_result s join measurement.measure m using (measure_name)
    join (select measure_name, max(period_start) as period_start from measurement.standardised_result
        where period_grain = 'year' and period_start <= current_date - interval '1 year' group by measure_name) last using (measure_name, period_start)
    where s.period_grain = 'year' and s.case_count > 0
    group by 1, 2
), known as (
    select s.pathway_name, s.organisation_code, house.shown_count(s.cases, p.suppress_to, p.round_to) as shown_cases, x.expected
    from size s left join mix x using (pathway_name, organisation_code) join house.small_numbers_policy p on p.is_current
    where not house.is_small(s.cases, p.suppress_to)
), apart as (
    select a.pathway_name, a.organisation_code, b.organisation_code as peer_code, a.shown_cases, b.shown_cases as peer_cases,
        a.expected, b.expected as peer_expected,
        abs(ln(a.shown_cases / b.shown_cases)) / nullif(stddev_samp(ln(b.shown_cases)) over mine, 0) as by_size,
        abs(a.expected - b.expected) / nullif(stddev_samp(b.expected) over mine, 0) as by_mix
    from known a join known b on b.pathway_name = a.pathway_name and b.organisation_code <> a.organisation_code
    window mine as (partition by a.pathway_name, a.organisation_code)
)
select l.pathway_name, l.organisation_code, l.peer_code, o.organisation_name, l.place, round(l.distance::numeric, 2)::double precision,
    l.shown_cases, l.peer_cases, l.expected::double precision, l.peer_expected::double precision,
    'about ' || l.peer_cases || ' cases a year beside ' || l.shown_cases
        || case when l.expected is not null and l.peer_expected is not null
            then '; expected of its patients ' || l.peer_expected || ' % beside ' || l.expected || ' %' else '; no case-mix model' end
from (select *, coalesce(by_size, 0) + coalesce(by_mix, 0) as distance,
        row_number() over (partition by pathway_name, organisation_code order by coalesce(by_size, 0) + coalesce(by_mix, 0), peer_code) as place from apart) l
join pathway.organisation o on o.organisation_code = l.peer_code
where l.place <= 5
"""

similar_provider_v1 = view(
    "dashboard",
    "similar_provider_v1",
    "The five providers most like a provider, by cases a year and by case-mix in the last whole year, with the reason. One row a pathway, provider and peer.",
    "pathway_name organisation_code peer_code peer_name place distance case_count peer_case_count expected_percent peer_expected_percent reason",
    LIKENESS,
    peer_code="the provider that is like it",
    peer_name="its name",
    place="1 is most like it",
    distance="difference of size (logarithm) and of case-mix, each in standard deviations between providers, added",
    case_count="its cases in the year, rounded",
    peer_case_count="those of the other, rounded",
    expected_percent="mean outcome that the case-mix models expect of its patients; null without a model",
    peer_expected_percent="the same of the other's",
    reason="why they are alike, in words",
)

VIEWS = (year_change_v1, similar_provider_v1)
