"""What of a result's counts a reader may see: the small-numbers policy as one view that all others take their counts from.

One's own cells are whole. Of others:

* Counts 1 to 7 are suppressed and others rounded. Of a total with own cases the policy applies to the rest (the own part is known).
* Parts are all shown or none: sites of a provider, months of a quarter, quarters of a year (and their months) are hidden together
  if one of them is small, so that nothing is left to be told from the total and its other parts.
* A total over providers (region, network) tells nothing of a single small one: with one small part the total is put together from what
  is shown of its parts, the small one counted as the middle of the suppressed range. With more of them their sum counts for at least two
  more than the least, and at most two less than the most, that it could be, so that no part follows from it. Then it is rounded. A median or
  mean is that of the true cases, so it is hidden where those of others are a handful, however many they count for.

A reader who combines totals over organisations with totals over periods can narrow a count down, but not by any one difference.
"""

from __future__ import annotations

from warehouse.views import view

# nearest region, network or nation above each member provider
GROUPS = """
    select distinct on (t.organisation_code) t.organisation_code as provider_code, t.ancestor_code as group_code
    from house.organisation_tree t join pathway.organisation o on o.organisation_code = t.organisation_code
    where o.organisation_kind = 'provider' and o.is_member and t.ancestor_kind in ('region', 'network', 'nation')
    order by t.organisation_code, t.depth
"""


def told_by_parts(count: str) -> str:
    """What is added to a group's total so that it tells nothing of its small parts; 0 where it does not."""
    is_small = f"house.is_small({count}, p.suppress_to)"
    small = f"count(*) filter (where {is_small})"
    total = f"sum({count}) filter (where {is_small})"
    middle = "(max(p.suppress_to) + 1) / 2.0"
    return f"""case {small} when 0 then 0
        when 1 then coalesce(sum(house.shown_count({count}, p.suppress_to, p.round_to)), 0) + {middle} - sum({count})
        else greatest(least({total}, {small} * max(p.suppress_to) - 2), {small} + 2) - {total} end"""


# an organisation that stands for others: what it shows is put together from what its members show
GROUP_KINDS = "('region', 'network', 'nation')"
KEYS = "measure_name organisation_code period_grain period_start is_own is_suppressed numerator denominator policy_version"


def _has_small(grain: str, span: str) -> str:
    """Whether among the organisation's results of ``grain`` in the ``span`` (quarter or year) around ``r`` one is small: found by key, a few rows."""
    begin, months = f"date_trunc('{span}', r.period_start::timestamp)", {"quarter": 3, "year": 12}[span]
    return f"""exists (select from measurement.measure_result s where s.measure_name = r.measure_name and s.organisation_code = r.organisation_code
            and s.period_grain = '{grain}' and s.period_start >= {begin}::date and s.period_start < ({begin} + interval '{months} months')::date
            and (house.is_small(s.numerator, p.suppress_to) or house.is_small(s.denominator, p.suppress_to)))"""


HAS_SMALL_KIN = """exists (select from pathway.organisation kin join measurement.measure_result s on s.organisation_code = kin.organisation_code
            where kin.parent_code = o.parent_code and kin.organisation_kind in ('site', 'team') and s.measure_name = r.measure_name
            and s.period_grain = r.period_grain and s.period_start = r.period_start
            and (house.is_small(s.numerator, p.suppress_to) or house.is_small(s.denominator, p.suppress_to)))"""


def single_cells(results: str) -> str:
    """Cells of providers, sites and teams among the rows of ``results``. What is beside a cell is looked up for it alone, so that whoever asks
    for few cells waits for few, and without common tables, so that every condition of a reader reaches the results' indexes.
    """
    return f"""
select r.measure_name, r.organisation_code, r.period_grain, r.period_start, own.is_own, hidden.is_hidden as is_suppressed,
    case when not hidden.is_hidden then house.shown_count(r.numerator, p.suppress_to, p.round_to) end as numerator,
    case when not hidden.is_hidden then house.shown_count(r.denominator, p.suppress_to, p.round_to) end as denominator,
    p.policy_version
from {results} r
join measurement.measure m on m.measure_name = r.measure_name
join pathway.organisation o on o.organisation_code = r.organisation_code
join house.small_numbers_policy p on p.is_current
cross join lateral (select r.organisation_code = any ((select house.my_organisations())::text[]) as is_own) own
cross join lateral (
    select not own.is_own and m.kind <> 'score' and (
        house.is_small(r.numerator, p.suppress_to) or house.is_small(r.denominator, p.suppress_to)
        or coalesce(r.numerator < 0 or r.denominator < 0, false)
        or r.value is not null and (m.kind = 'derived' or r.denominator is null)
        or r.period_grain = 'month' and {_has_small("month", "quarter")}
        or r.period_grain in ('month', 'quarter') and {_has_small("quarter", "year")}
        or o.organisation_kind in ('site', 'team') and {HAS_SMALL_KIN}) as is_hidden
    offset 0  -- once a cell, however many columns follow from it
) hidden
where o.organisation_kind not in {GROUP_KINDS}
"""


GROUP_CELLS = f"""
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
), judged as (
    select r.measure_name, r.organisation_code, r.period_grain, r.period_start, own.is_own,
        coalesce(w.numerator, 0) as own_numerator, coalesce(w.denominator, 0) as own_denominator, rest.numerator, rest.denominator,
        p.suppress_to, p.round_to, p.policy_version, m.kind, r.value, r.denominator - coalesce(w.denominator, 0) as others_denominator,
        not own.is_own and m.kind <> 'score' and (house.is_small(rest.numerator, p.suppress_to) or house.is_small(rest.denominator, p.suppress_to))
            as is_small
    from measurement.measure_result r
    join measurement.measure m on m.measure_name = r.measure_name
    join pathway.organisation o on o.organisation_code = r.organisation_code and o.organisation_kind in {GROUP_KINDS}
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
select b.measure_name, b.organisation_code, b.period_grain, b.period_start, b.is_own, hidden.is_hidden as is_suppressed,
    case when not hidden.is_hidden then b.own_numerator + house.shown_count(b.numerator, b.suppress_to, b.round_to) end as numerator,
    case when not hidden.is_hidden then b.own_denominator + house.shown_count(b.denominator, b.suppress_to, b.round_to) end as denominator,
    b.policy_version
from beside b
cross join lateral (
    select not b.is_own and b.kind <> 'score' and (b.is_small or b.has_small_month or b.has_small_quarter
        or coalesce(b.numerator < 0 or b.denominator < 0, false)
        or b.kind in ('median', 'mean') and house.is_small(b.others_denominator, b.suppress_to)
        or b.value is not null and (b.kind = 'derived' or b.denominator is null)) as is_hidden
) hidden
"""

shown_cell = view(
    "house",
    "shown_cell",
    "What of a result's counts the reader may see. One row a measure, organisation, grain and period.",
    KEYS,
    f"select * from ({single_cells('measurement.measure_result')}) single union all select * from ({GROUP_CELLS}) grouped",
    numerator="as shown to others: own part whole, the rest rounded; null where suppressed",
    denominator="as shown to others: own part whole, the rest rounded; null where suppressed",
)

VIEWS = (shown_cell,)
