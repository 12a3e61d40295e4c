"""Views over what leads have said: what counts now, for the pipeline and analysts; and what the whole network reads of it.

Aims and actions are shared across the network: whoever wants to learn sees them all. Addresses of leads are in no view.
"""

from __future__ import annotations

from sqlalchemy import Table

from warehouse.improvement_current import as_sql, current
from warehouse.improvement_tables import action_version, aim_version, lead_version
from warehouse.views import View, view

READER = "cross join (select house.my_organisations() as codes offset 0) reader"
NUMBER = "number of the first row that told of it: it stays whatever is revised"
TOLD_AT = "when the row that counts was received"


def _current(name: str, comment: str, table: Table) -> View:
    """The rows of a table that count, under the name of the thing."""
    said = {column.name: column.comment for column in table.columns}
    query = current(table)
    names = " ".join(query.selected_columns.keys())
    return view("improvement", name, comment, names, as_sql(query), **said, number=NUMBER, told_at=TOLD_AT)


lead = _current("lead", "The leads as of now, without their addresses. One row an organisation, pathway and role.", lead_version)
aim = _current("aim", "The aims as of now. One row an organisation and measure.", aim_version)
action = _current("action", "The improvement actions as of now. One row an organisation, reference and cycle.", action_version)

improvement_action_v1 = view(
    "dashboard",
    "improvement_action_v1",
    "A dated change that a lead registers; shared across the network.",
    "improvement_action_id pathway_name organisation_code title measure_names change_idea started_on ended_on is_own provider_code reference "
    "cycle_number what_changes change_ideas measures_to_raise measures_to_lower status told_at",
    "select a.number, a.pathway_name, a.organisation_code, a.title, a.measures_to_raise || a.measures_to_lower, a.change_ideas[1], a.started_on, "
    "a.ended_on, a.organisation_code = any (reader.codes), a.provider_code, a.reference, a.cycle_number, a.what_changes, a.change_ideas, "
    f"a.measures_to_raise, a.measures_to_lower, a.status, a.told_at from improvement.action a {READER}",
    improvement_action_id=NUMBER,
    title="what it is called",
    change_idea="first kind of change, shared across the network",
    started_on="first day",
    ended_on="last day of the trial",
    provider_code="provider of the organisation that acts",
    reference="the provider's own short name for the action",
    cycle_number="plan-do-study-act cycle, from 1",
    what_changes="what is done differently",
    change_ideas="kinds of change, names of the shared vocabulary",
    measures_to_raise="measures whose value should rise",
    measures_to_lower="measures whose value should fall",
    status="planned, active, adopted or abandoned",
    told_at=TOLD_AT,
)

aim_v1 = view(
    "dashboard",
    "aim_v1",
    "A target with a date. One row an organisation and measure.",
    "aim_id measure_name organisation_code target_value target_on is_own provider_code baseline_value note told_at set_on",
    "select a.number, a.measure_name, a.organisation_code, a.target_value, a.target_on, a.organisation_code = any (reader.codes), "
    f"a.provider_code, a.baseline_value, a.note, a.told_at, coalesce(a.set_on, a.told_at::date) from improvement.aim a {READER}",
    aim_id=NUMBER,
    target_value="value to reach, in the measure's unit",
    target_on="by when",
    provider_code="provider of the organisation",
    baseline_value="value from which it starts, in the measure's unit",
    note="why, or what was revised",
    told_at=TOLD_AT,
    set_on="day from which it counts: where the line to the target begins",
)

aim_revision_v1 = view(
    "dashboard",
    "aim_revision_v1",
    "The history of aims: what was said of each, and when. One row a revision that took effect.",
    "measure_name organisation_code arrival_number told_at baseline_value target_value target_on note is_withdrawal is_own",
    "select v.measure_name, v.organisation_code, v.arrival_number, s.received_at, v.baseline_value, v.target_value, v.target_on, v.note, "
    "v.is_withdrawal, v.organisation_code = any (reader.codes) from improvement.aim_version v join intake.submission s using (submission_id) "
    f"{READER} where s.state in ('accepted', 'accepted with warnings', 'accepted in part')",
    arrival_number="order of the revisions",
    told_at="when it was received",
    baseline_value="value from which it starts, in the measure's unit",
    target_value="value to reach, in the measure's unit",
    target_on="by when",
    note="why, or what was revised",
    is_withdrawal="whether it ended the aim",
)

lead_v1 = view(
    "dashboard",
    "lead_v1",
    "Who leads what, without addresses. One row an organisation, pathway and role.",
    "organisation_code provider_code pathway_name role is_own",
    f"select l.organisation_code, l.provider_code, l.pathway_name, l.role, l.organisation_code = any (reader.codes) from improvement.lead l {READER}",
    provider_code="provider of the organisation",
    role="the role",
)

change_idea_v1 = view(
    "dashboard",
    "change_idea_v1",
    "The vocabulary of changes that leads try, with how many providers have registered each. One row an idea.",
    "change_idea title description pathway_name is_declared provider_count action_count",
    "select i.change_idea, i.title, i.description, i.pathway_name, i.is_declared, count(distinct a.provider_code), count(a.number) "
    "from improvement.change_idea i left join improvement.action a on i.change_idea = any (a.change_ideas) group by i.change_idea",
    change_idea="name of the idea",
    title="how people write it",
    description="what it means, where a pathway declares it",
    pathway_name="the pathway that declares it, or whose lead first named it",
    is_declared="whether the pathway declares it; else a lead added it",
    provider_count="providers that have registered an action with it",
    action_count="actions with it",
)

VIEWS = (lead, aim, action, improvement_action_v1, aim_v1, aim_revision_v1, lead_v1, change_idea_v1)
