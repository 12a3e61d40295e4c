"""How many cases reach each event of their pathway, and how soon: quartiles of the minutes from the clock start.

Belongs here: what months of sites add, and results put together from it. Does not belong here: what a milestone is (``schemas.datasets``),
what readers see (``warehouse.views.milestones``).
A case counts once, for its own site and provider, in the period of its clock start, as soon as it is valid; all work is the server's. A quartile
between two cases is interpolated.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from assets.result_frames import Moment
from schemas.datasets import Pathway
from warehouse.case_source import COUNTED_STATUSES
from warehouse.detail_tables import detail_table
from warehouse.views import quoted
from warehouse.views.unfolded import every_event

# months of sites, and of providers, which can be sites
STALE_MONTH = """
select s.organisation_code as code, s.period_start as month from stale_now s join pathway.organisation o on o.organisation_code = s.organisation_code
where s.pathway_name = :pathway and s.period_grain = 'month' and o.organisation_kind not in ('region', 'network', 'nation')
"""
DELETE_PARTS = f"""
delete from measurement.milestone_part p using ({STALE_MONTH}) m
where p.pathway_name = :pathway and p.site_code = m.code and p.period_start = m.month
"""
# first what the sites have between the first and the last of the months, then what is in them: an index finds it
WRITE_PARTS = f"""
with stale_month as materialized ({STALE_MONTH}), reach as (
    select min(month) as first, (max(month) + interval '1 month')::date as after from stale_month
), of_sites as materialized (
    select c.case_id, c.site_code, c.provider_code, date_trunc('month', c.started_on::timestamp)::date as month from pathway.pathway_case c
    where c.pathway_name = :pathway and c.record_status = any(:counted) and c.site_code in (select code from stale_month)
        and c.started_on >= (select first from reach) and c.started_on < (select after from reach)
)
insert into measurement.milestone_part
    (pathway_name, site_code, period_start, milestone_name, provider_code, case_count, reached_count, sorted_minutes)
select :pathway, c.site_code, c.month, m.milestone_name, c.provider_code, count(*), count(m.happened_on),
    coalesce(array_agg(m.from_start_minutes order by m.from_start_minutes) filter (where m.from_start_minutes is not null), cast(array[] as integer[]))
from of_sites c join stale_month s on s.code = c.site_code and s.month = c.month
join pathway.{{details}} d on d.case_id = c.case_id
cross join lateral ({{events}}) as m (milestone_name, happened_on, happened_at, from_start_minutes)
group by c.site_code, c.month, m.milestone_name, c.provider_code
"""
DELETE_RESULTS = """
delete from measurement.milestone_result r using stale_now s where r.pathway_name = :pathway and s.pathway_name = :pathway
and r.organisation_code = s.organisation_code and r.period_grain = s.period_grain and r.period_start = s.period_start
"""
# periods are spread to their months, so that parts are found by what they equal: by a range the server compares every part with every cell.
# The parts are put in order before they are spread, for their many values need not be; quartiles are made once, however few the planner expects
WRITE_RESULTS = """
with stale as materialized (
    select row_number() over () as cell, organisation_code, period_grain, period_start from stale_now
    where pathway_name = :pathway and period_grain in ('quarter', 'year')
), wanted as materialized (
    select s.cell, l.start_code, l.level_kind in ('site', 'team') as by_site, cast(m.month as date) as month
    from stale s join organisation_level_now l on l.level_code = s.organisation_code
    cross join lateral generate_series(cast(s.period_start as timestamp),
        s.period_start + make_interval(months => case s.period_grain when 'quarter' then 2 else 11 end), interval '1 month') as m (month)
), found as materialized (
    select d.place, p.site_code, p.provider_code, p.period_start as month, p.case_count, p.reached_count, p.sorted_minutes
    from measurement.milestone_part p
    join measurement.milestone_definition d on d.pathway_name = p.pathway_name and d.milestone_name = p.milestone_name
    where p.pathway_name = :pathway and p.period_start >= (select min(month) from wanted) and p.period_start <= (select max(month) from wanted)
), part as materialized (
    select w.cell, p.* from wanted w join found p on p.site_code = w.start_code and p.month = w.month where w.by_site
    union all
    select w.cell, p.* from wanted w join found p on p.provider_code = w.start_code and p.month = w.month where not w.by_site
), counted as (
    select cell, place, sum(case_count) as case_count, sum(reached_count) as reached_count, sum(cardinality(sorted_minutes)) as timed_count
    from part group by cell, place
), quartiles as materialized (
    select o.cell, o.place, percentile_cont(cast('{0.25, 0.5, 0.75}' as float8[])) within group (order by cast(v.minutes as float8)) as minutes
    from (select cell, place, sorted_minutes from part order by cell, place) o cross join unnest(o.sorted_minutes) as v (minutes)
    group by o.cell, o.place
)
insert into measurement.milestone_result
    (pathway_name, milestone_name, organisation_code, period_grain, period_start, case_count, reached_count, timed_count, lower_quartile_minutes,
    median_minutes, upper_quartile_minutes, as_of_submission, computed_at)
select :pathway, d.milestone_name, s.organisation_code, s.period_grain, s.period_start, c.case_count, c.reached_count, c.timed_count,
    q.minutes[1], q.minutes[2], q.minutes[3], :as_of_submission, :now
from counted c join stale s on s.cell = c.cell
join measurement.milestone_definition d on d.pathway_name = :pathway and d.place = c.place
left join quartiles q on q.cell = c.cell and q.place = c.place
"""
SET_NESTED_LOOPS = text("select set_config('enable_nestloop', :on, true)")


def compute_milestones(connection: Connection, pathway: Pathway, moment: Moment) -> None:
    """Make parts and results of the pathway's stale cells again, in the caller's transaction. Cells without cases lose theirs."""
    given = {"pathway": pathway.name}
    connection.execute(text(DELETE_PARTS), given)
    connection.execute(text(DELETE_RESULTS), given)
    if pathway.case_dataset is None or not pathway.case_dataset.milestones:
        return
    details, events = quoted(detail_table(pathway).name), every_event(pathway).replace(":", r"\:")
    connection.execute(text(WRITE_PARTS.format(details=details, events=events)), {**given, "counted": list(COUNTED_STATUSES)})
    # the planner cannot know how many rows the steps hold, takes them for few, and would compare each with each
    connection.execute(SET_NESTED_LOOPS, {"on": "off"})
    connection.execute(text(WRITE_RESULTS), {**given, "as_of_submission": moment.as_of_submission, "now": moment.now})
    connection.execute(SET_NESTED_LOOPS, {"on": "on"})
