"""What the view that is written for speed must show, written once more in the plainest way: over everything at once, whoever asks for what."""

from __future__ import annotations

from warehouse.views.shown import GROUPS, told_by_parts

SHOWN_CELL = f"""
with own_part as (
    select a.ancestor_code, r.measure_name, r.period_grain, r.period_start,
        coalesce(sum(r.numerator), 0) as numerator, coalesce(sum(r.denominator), 0) as denominator
    from house.my_ancestors() a join measurement.measure_result r on r.organisation_code = a.provider_code
    group by a.ancestor_code, r.measure_name, r.period_grain, r.period_start
), parts as (
    select g.group_code, r.measure_name, r.period_grain, r.period_start, {told_by_parts("r.numerator")} as numerator,
        {told_by_parts("r.denominator")} as denominator
    from ({GROUPS}) g join measurement.measure_result r on r.organisation_code = g.provider_code
    join house.small_numbers_policy p on p.is_current
    where r.organisation_code <> all ((select house.my_organisations())::text[])
    group by g.group_code, r.measure_name, r.period_grain, r.period_start
), adjustment as (
    select t.ancestor_code, p.measure_name, p.period_grain, p.period_start, sum(p.numerator) as numerator, sum(p.denominator) as denominator
    from parts p join house.organisation_tree t on t.organisation_code = p.group_code
    group by t.ancestor_code, p.measure_name, p.period_grain, p.period_start
), small_family as (
    select distinct o.parent_code, r.measure_name, r.period_grain, r.period_start
    from measurement.measure_result r join pathway.organisation o on o.organisation_code = r.organisation_code
    join house.small_numbers_policy p on p.is_current
    where o.organisation_kind in ('site', 'team')
        and (house.is_small(r.numerator, p.suppress_to) or house.is_small(r.denominator, p.suppress_to))
), judged as (
    select r.measure_name, r.organisation_code, r.period_grain, r.period_start, own.is_own, o.organisation_kind, o.parent_code,
        coalesce(w.numerator, 0) as own_numerator, coalesce(w.denominator, 0) as own_denominator, rest.numerator, rest.denominator,
        p.suppress_to, p.round_to, p.policy_version, m.kind, r.value, r.denominator - coalesce(w.denominator, 0) as others_denominator,
        not own.is_own and m.kind <> 'score' and (house.is_small(rest.numerator, p.suppress_to) or house.is_small(rest.denominator, p.suppress_to))
            as is_small
    from measurement.measure_result r
    join measurement.measure m on m.measure_name = r.measure_name
    join pathway.organisation o on o.organisation_code = r.organisation_code
    join house.small_numbers_policy p on p.is_current
    cross join lateral (select r.organisation_code = any ((select house.my_organisations())::text[]) as is_own) own
    left join own_part w on w.ancestor_code = r.organisation_code and w.measure_name = r.measure_name
        and w.period_grain = r.period_grain and w.period_start = r.period_start
    left join adjustment a on a.ancestor_code = r.organisation_code and a.measure_name = r.measure_name
        and a.period_grain = r.period_grain and a.period_start = r.period_start
    cross join lateral (select r.numerator - coalesce(w.numerator, 0) + coalesce(a.numerator, 0) as numerator,
        r.denominator - coalesce(w.denominator, 0) + coalesce(a.denominator, 0) as denominator) rest
), beside as (
    select j.*, bool_or(j.is_small and j.period_grain = 'month') over (partition by j.measure_name, j.organisation_code,
            date_trunc('quarter', j.period_start::timestamp)) and j.period_grain = 'month' as has_small_month,
        bool_or(j.is_small and j.period_grain = 'quarter') over (partition by j.measure_name, j.organisation_code,
            date_trunc('year', j.period_start::timestamp)) and j.period_grain in ('month', 'quarter') as has_small_quarter
    from judged j
)
select b.measure_name, b.organisation_code, b.period_grain, b.period_start, b.is_own, hidden.is_hidden,
    case when not hidden.is_hidden then b.own_numerator + house.shown_count(b.numerator, b.suppress_to, b.round_to) end,
    case when not hidden.is_hidden then b.own_denominator + house.shown_count(b.denominator, b.suppress_to, b.round_to) end,
    b.policy_version
from beside b
left join small_family f on f.parent_code = b.parent_code and b.organisation_kind in ('site', 'team') and f.measure_name = b.measure_name
    and f.period_grain = b.period_grain and f.period_start = b.period_start
cross join lateral (
    select not b.is_own and b.kind <> 'score' and (b.is_small or b.has_small_month or b.has_small_quarter
        or coalesce(b.numerator < 0 or b.denominator < 0, false)
        or b.kind in ('median', 'mean') and house.is_small(b.others_denominator, b.suppress_to)
        or b.value is not null and (b.kind = 'derived' or b.denominator is null)
        or f.parent_code is not null) as is_hidden
) hidden
"""
