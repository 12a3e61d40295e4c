"""Which fields of one's own cases are filled: completeness by field.

Ways weighed: a table of counts kept by each refresh (every field of every pathway, kept in step with corrections and withdrawals; it would serve peers too, who have no
business with the fields of others); completeness from the findings of submissions (says what a file lacked, not what the case lacks after its correction); and this, taken: counted from
the details when asked, of the reader's own sites alone. That are some thousand cases of a provider, found by their site, so it is quick, and there is nothing that could go stale or
needs the small-numbers policy. What of a field may rightly be empty (asked under a condition, not due yet) is for the reader of the declaration: the view counts.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from warehouse.sync import case_pathways
from warehouse.views import View, quoted, view
from warehouse.views.cases import FIXED

COUNTED = """
select c.pathway_name, f.field_name, c.site_code, date_trunc('month', c.started_on)::date, count(*), count(*) filter (where f.is_filled)
from pathway.pathway_case c join pathway.{detail} d on d.case_id = c.case_id
cross join lateral (values {fields}) f (field_name, is_filled)
where c.pathway_name = '{pathway}' and c.record_status in ('valid', 'incomplete') and c.site_code = any ((select house.my_organisations())::text[])
group by 1, 2, 3, 4
"""


def completeness_views(connection: Connection) -> list[View]:
    """``dashboard.field_completeness_v1`` over all pathways with cases; none before there is one."""
    parts = [_counted(connection, name, detail) for name, _, detail in case_pathways(connection)]
    return [_view(" union all ".join(parts))] if parts else []


def _counted(connection: Connection, pathway: str, detail: str) -> str:
    names = [column["name"] for column in inspect(connection).get_columns(detail, schema="pathway") if column["name"] not in FIXED]
    fields = ", ".join(f"('{name}', d.{quoted(name)} is not null)" for name in names)
    return COUNTED.format(detail=quoted(detail), fields=fields, pathway=pathway)


def _view(query: str) -> View:
    return view(
        "dashboard",
        "field_completeness_v1",
        "How often a field is filled. One row a pathway, field, site and month of the clock start; the reader's own sites alone. A field may rightly be empty where it is asked under a condition or is not due yet.",
        "pathway_name field_name organisation_code period_start case_count filled_count",
        query,
        field_name="the field, as the dataset declares it",
        organisation_code="site or team of the case, one's own",
        case_count="valid and incomplete cases of the month",
        filled_count="those of them in which the field has a value",
    )
