"""Who may do what to which object: grants and row-level security, as one table of data.

Belongs here: the matrix and the policies. Does not belong here: creating roles (``warehouse.roles``), what a view shows
(``warehouse.views``). Nobody but ``cc_pipeline`` writes; leads act on signals by one function. Everything not granted here is refused.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from warehouse.roles import GROUPS, PIPELINE
from warehouse.sync import apply_once, case_pathways, spared_tables, team_record_tables
from warehouse.views import quoted
from warehouse.views.apply import fixed_views
from warehouse.views.cases import VIEWS as CASE_VIEWS
from warehouse.views.completeness import completeness_views
from warehouse.views.signal_life import FUNCTION as ACT_ON_SIGNAL

# tables of the schema pathway without patients
REFERENCE_TABLES = ("organisation", "organisation_alias", "unresolved_organisation", "linkage_coverage")
# never read by anybody but the pipeline: pseudonyms, and who may see what
CLOSED_TABLES = ("person_identifier", "provider_role")
# patient-level tables of the core: the row's rule for providers
VISIBLE_CASE = "exists (select from pathway.pathway_case c where c.case_id = {table}.case_id)"
# a case that several providers had is visible to each of them; its team records are visible to their own
SHARED_CASE = "case_id in (select r.case_id from pathway.{table} r where r.site_code = {mine})"
VISIBLE_PERSON = "exists (select from pathway.pathway_case c where c.person_id = {table}.person_id)"
MINE = "any ((select house.my_organisations())::text[])"
PATIENT_TABLES = {
    "pathway_case": f"provider_code = {MINE}",
    "person": VISIBLE_PERSON,
    "person_death": VISIBLE_PERSON,
}
ALL_TABLES = {"cc_engineer": ("house", "intake", "measurement", "improvement"), "cc_analyst": ("measurement", "improvement")}
# addresses of staff: read by the pipeline alone, which sends to them
PERSONAL_TABLES = ("improvement.lead_contact",)
INSIDE = ("cc_engineer", "cc_analyst", "cc_dashboard", "cc_provider", "cc_lead")
# the one thing that anybody but the pipeline may do: the function looks for itself whose signals they are
LEADS = "cc_lead"
PATIENT_LEVEL = ("cc_analyst", "cc_provider")


def apply_access(connection: Connection) -> None:
    """Takes back every right in our schemas and gives those of the matrix; row-level security on every patient-level table."""
    tables = patient_tables(connection)
    apply_once(connection, "row-level security", [s for table, rule in tables.items() for s in _security(table, rule)])
    apply_once(connection, "grants", _grants(connection, tables), given=_relations(connection))


def patient_tables(connection: Connection) -> dict[str, str | None]:
    """Tables of the schema ``pathway`` under row-level security, with the condition for providers (None: nobody but the pipeline)."""
    found: dict[str, str | None] = {table: rule.format(table=table) for table, rule in PATIENT_TABLES.items()}
    for _, record, detail in case_pathways(connection):
        found[record] = f"site_code = {MINE}"
        found[detail] = VISIBLE_CASE.format(table=quoted(detail))
    for table in team_record_tables(connection):
        found[table] = f"site_code = {MINE}"
        found["pathway_case"] = f"{found['pathway_case']} or {SHARED_CASE.format(table=quoted(table), mine=MINE)}"
    return found | dict.fromkeys((*CLOSED_TABLES, *spared_tables(connection)))


def _security(table: str, rule: str | None) -> list[str]:
    on = f"pathway.{quoted(table)}"
    rules = {"pipeline": (PIPELINE, "all", "using (true) with check (true)")}
    if rule is not None:
        rules |= {"analyst": ("cc_analyst", "select", "using (true)"), "provider": ("cc_provider", "select", f"using ({rule})")}
    statements = [f"alter table {on} enable row level security", f"alter table {on} force row level security"]
    for name, (role, verb, condition) in rules.items():
        statements += [f"drop policy if exists {name} on {on}", f"create policy {name} on {on} for {verb} to {role} {condition}"]
    return statements


def _grants(connection: Connection, tables: dict[str, str | None]) -> list[str]:
    everybody = ", ".join(["public", *GROUPS])
    schemas = ("house", "intake", "pathway", "measurement", "improvement", "dashboard", "publication")
    closed = [
        statement
        for schema in schemas
        for statement in (
            f"revoke all on all tables in schema {schema} from {everybody}",
            f"revoke all on all functions in schema {schema} from {everybody}",
            f"revoke all on all sequences in schema {schema} from {everybody}",
            f"revoke all on schema {schema} from {everybody}",
        )
    ]
    return [*closed, *_whole_schemas(), *_patient_level(connection, tables), *_views(connection)]


def _relations(connection: Connection) -> str:
    """All tables, views and functions that "all" means now."""
    found = text(
        "select string_agg(thing::text, ' ' order by thing::text) from (select oid::regclass::text from pg_class where relnamespace = "
        "any (array['house', 'intake', 'pathway', 'measurement', 'improvement', 'dashboard', 'publication']::regnamespace[]) and relkind in ('r', 'v') "
        "union all select oid::regprocedure::text from pg_proc where pronamespace = any (array['house', 'intake', 'dashboard']::regnamespace[])) as x (thing)"
    )
    return connection.scalar(found) or ""


def _whole_schemas() -> list[str]:
    return [
        statement
        for role, schemas in ALL_TABLES.items()
        for schema in schemas
        for statement in (f"grant usage on schema {schema} to {role}", f"grant select on all tables in schema {schema} to {role}")
    ] + [f"revoke all on {table} from {role}" for table in PERSONAL_TABLES for role in ALL_TABLES]


def _patient_level(connection: Connection, tables: dict[str, str | None]) -> list[str]:
    roles = ", ".join(PATIENT_LEVEL)
    open_tables = ", ".join(f"pathway.{quoted(table)}" for table, rule in tables.items() if rule is not None)
    reference = ", ".join(f"pathway.{table}" for table in REFERENCE_TABLES)
    return [
        f"grant usage on schema pathway to {roles}, cc_engineer",
        f"grant select on {open_tables}, pathway.milestone to {roles}",
        f"grant select on {reference} to {roles}, cc_engineer",
        # policies call it with the rights of the reader
        f"grant usage on schema house to {roles}",
        f"grant execute on function house.my_organisations() to {roles}",
    ]


def _views(connection: Connection) -> list[str]:
    case_views = [view.fullname for view in CASE_VIEWS]
    case_views += [f"dashboard.{quoted(f'{name}_case_v1')}" for name, _, _ in case_pathways(connection)]
    inside = [view.fullname for view in fixed_views() if view.schema == "dashboard" and not view.is_invoker]
    inside += [view.fullname for view in completeness_views(connection)]
    public = [view.fullname for view in fixed_views() if view.schema == "publication"]
    return [
        f"grant usage on schema dashboard to {', '.join(INSIDE)}",
        f"grant select on {', '.join(inside)} to {', '.join(INSIDE)}",
        f"grant select on {', '.join(case_views)} to {', '.join(PATIENT_LEVEL)}",
        f"grant usage on schema publication to {', '.join(GROUPS)}",
        f"grant select on {', '.join(public)} to {', '.join(GROUPS)}",
        # functions inside views are checked against the view's reader
        f"grant usage on schema house to {', '.join(INSIDE)}",
        f"grant execute on all functions in schema house to {', '.join(INSIDE)}",
        f"grant execute on function {ACT_ON_SIGNAL} to {LEADS}",
    ]


def open_database(connection: Connection) -> None:
    """Lets the roles connect to the database of ``connection``, and nobody else. Idempotent."""
    opened = text("select coalesce(datacl::text, '') from pg_database where datname = current_database()")
    granted = connection.scalar(opened)
    if all(f"{group}=" in granted for group in GROUPS):
        return
    name = quoted(connection.scalar(text("select current_database()")))
    for statement in (f"revoke all on database {name} from public", f"grant connect on database {name} to {', '.join(GROUPS)}"):
        connection.exec_driver_sql(statement.replace("%", "%%"))
