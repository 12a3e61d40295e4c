"""Each role, each object, each verb, tried as that role over a connection of its own; and whose rows a reader sees, through views too."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.conftest import DEMO_NETWORK
from warehouse.access import CLOSED_TABLES, PATIENT_TABLES, REFERENCE_TABLES, open_database, patient_tables
from warehouse.dashboard_login import LOGIN
from warehouse.database import make_engine
from warehouse.detail_tables import detail_table, record_table
from warehouse.organisations import load_network
from warehouse.pathway_tables import pathway_case, person, person_identifier, provider_role
from warehouse.roles import GROUPS, RoleError, create_provider_role, drop_provider_role

SCHEMAS = ("house", "intake", "pathway", "measurement", "improvement", "dashboard", "publication")
VERBS = ("select", "insert", "update", "delete", "truncate")
CLOSED = ("person_identifier", "provider_role")
CASE_VIEWS = {"dashboard.case_v1", "dashboard.milestone_v1"}


def may_read(role: str, relation: str) -> bool:
    """The matrix, written out once more and independently of the code: who may read what. Nobody may write anything."""
    schema, _, name = relation.partition(".")
    is_reference = schema == "pathway" and name in ("organisation", "organisation_alias", "unresolved_organisation", "linkage_coverage")
    is_closed = name in CLOSED or name.endswith("_spared")
    is_of_cases = relation in CASE_VIEWS or (schema == "dashboard" and name.endswith("_case_v1"))
    if schema == "publication":
        return True
    if role == "cc_public":
        return False
    if schema == "dashboard":
        return role in ("cc_analyst", "cc_provider") or not is_of_cases
    if relation == "improvement.lead_contact":
        return False
    if role in ("cc_lead", LOGIN):
        return False
    if role == "cc_engineer":
        return schema in ("house", "intake", "measurement", "improvement") or is_reference
    if role == "cc_analyst":
        return schema in ("measurement", "improvement") or (schema == "pathway" and not is_closed)
    return role == "cc_provider" and schema == "pathway" and not is_closed


def _relations(connection) -> list[tuple[str, str]]:
    """(name, a column) of every table and view of our schemas."""
    found = text(
        "select n.nspname || '.' || c.relname, min(a.attname) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
        "where c.relkind in ('r', 'v', 'm', 'p') and n.nspname = any(:schemas) group by 1 order by 1"
    )
    return [tuple(row) for row in connection.execute(found, {"schemas": list(SCHEMAS)})]


def _try(connection, statement: str) -> str:
    """``allowed``, ``refused``, or what else went wrong."""
    with connection.begin() as transaction:
        try:
            with connection.connection.cursor() as cursor:
                cursor.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return "refused"
        except psycopg.Error as problem:
            return f"{problem.sqlstate}"
        finally:
            transaction.rollback()
    return "allowed"


def _statement(verb: str, relation: str, column: str) -> str:
    return {
        "select": f"select * from {relation} limit 1",
        "insert": f'insert into {relation} ("{column}") values (null)',
        "update": f'update {relation} set "{column}" = null where false',
        "delete": f"delete from {relation} where false",
        "truncate": f"truncate {relation}",
    }[verb]


@pytest.mark.parametrize("role", [*GROUPS, LOGIN])
def test_each_role_on_each_object_with_each_verb(as_role, database, role):
    engine = as_role(role, "ZX1") if role == "cc_provider" else as_role(role)
    with database.connect() as connection:
        relations = _relations(connection)
        views = set(connection.scalars(text("select oid::regclass::text from pg_class where relkind = 'v'")))
    assert len(relations) > 50
    wrong = []
    with engine.connect() as connection:
        for relation, column in relations:
            for verb in VERBS:
                expected = "allowed" if verb == "select" and may_read(role, relation) else "refused"
                # Postgres says that a view cannot be written before it looks at rights
                expected = (expected,) if relation not in views or verb == "select" else ("refused", "42809", "55000")
                if (got := _try(connection, _statement(verb, relation, column))) not in expected:
                    wrong.append((verb, relation, got))
    assert wrong == []


@pytest.mark.parametrize("role", [*GROUPS, LOGIN])
def test_no_role_makes_anything_or_becomes_another(as_role, role):
    engine = as_role(role, "ZX1") if role == "cc_provider" else as_role(role)
    attempts = [
        "create table pathway.mine (n integer)",
        "create table public.mine (n integer)",
        "create schema mine",
        "create temporary table mine (n integer)",
        "create function public.mine() returns integer language sql as 'select 1'",
        "set role cc_pipeline",
        "set session authorization cc_pipeline",
        "create role mine",
        "alter role cc_provider superuser",
        "alter table pathway.pathway_case disable row level security",
        "create policy mine on pathway.pathway_case using (true)",
        "copy pathway.pathway_case to program 'cat'",
        "select pg_read_file('postgresql.conf')",
        "select lo_import('/etc/hostname')",
    ]
    with engine.connect() as connection:
        allowed = [attempt for attempt in attempts if _try(connection, attempt) != "refused"]
    assert allowed == []


@pytest.mark.parametrize("role", [*GROUPS, LOGIN])
def test_only_leads_act_on_signals(as_role, role):
    engine = as_role(role, "ZX1") if role == "cc_provider" else as_role(role)
    with engine.connect() as connection:
        tried = _try(connection, "select dashboard.act_on_signal(1, 'comment', 'somebody', 'ZX1', 'a note')")
    assert tried == ("CC002" if role in ("cc_lead", LOGIN) else "refused"), "there is no signal 1"


# ------------------------------------------------------------------------------------------------ functions and sequences
# what readers' views and policies call; whoever is inside may call it, the public may not
FOR_READERS = {
    "house.is_small(double precision,integer)", "house.my_ancestors()", "house.my_organisations()", "house.my_providers()", "house.serves_leads()",
    "house.shown_count(double precision,integer,integer)", "house.wilson_limit(double precision,double precision,integer)",
}  # fmt: skip
FOR_LEADS = {"dashboard.act_on_signal(bigint,text,text,text,text,text)"}
FUNCTIONS = "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any(:schemas) order by 1"
SEQUENCES = "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and n.nspname = any(:schemas) order by 1"
# of a role: the objects that it has the right to
MAY_CALL = "select name from unnest(cast(:names as text[])) as name where has_function_privilege(:role, name, 'execute')"
MAY_COUNT = "select name from unnest(cast(:names as text[])) as name where has_sequence_privilege(:role, name, 'usage, select, update')"


def _named(connection, query: str) -> list[str]:
    return list(connection.scalars(text(query), {"schemas": list(SCHEMAS)}))


def _with_right(connection, query: str, names: list[str], role: str) -> set[str]:
    return set(connection.scalars(text(query), {"names": names, "role": role}))


def may_call(role: str) -> set[str]:
    """The matrix of functions, written out once more: nobody calls those of triggers."""
    if role == "cc_public":
        return set()
    return FOR_READERS | (FOR_LEADS if role in ("cc_lead", LOGIN) else set())


def _call(function: str) -> str:
    """A call of the function with nulls of the right types."""
    name, _, types = function.rstrip(")").partition("(")
    return f"select {name}({', '.join(f'null::{kind}' for kind in types.split(',') if kind)})"


@pytest.mark.parametrize("role", [*GROUPS, LOGIN])
def test_each_role_on_each_function(as_role, database, role):
    """What the catalogue says, for the login that has come in by the group, and what a call says."""
    engine = as_role(role, "ZX1") if role == "cc_provider" else as_role(role)
    with database.connect() as connection:
        functions = _named(connection, FUNCTIONS)
        allowed = _with_right(connection, MAY_CALL, functions, engine.url.username)
    assert set(functions) > FOR_READERS | FOR_LEADS
    assert allowed == may_call(role)
    with engine.connect() as connection:
        refused = {function for function in functions if _try(connection, _call(function)) == "refused"}
    assert refused == set(functions) - allowed


@pytest.mark.parametrize("role", [*GROUPS, LOGIN])
def test_no_role_but_the_pipeline_touches_a_sequence(as_role, database, role):
    engine = as_role(role, "ZX1") if role == "cc_provider" else as_role(role)
    with database.connect() as connection:
        sequences = _named(connection, SEQUENCES)
        assert len(sequences) > 10
        assert _with_right(connection, MAY_COUNT, sequences, engine.url.username) == set()
    verbs = ("select nextval('{0}')", "select setval('{0}', 1)", "select currval('{0}')", "select last_value from {0}")
    with engine.connect() as connection:
        tried = {(verb, name): _try(connection, verb.format(name)) for name in sequences for verb in verbs}
    assert set(tried.values()) == {"refused"}, {what: got for what, got in tried.items() if got != "refused"}


# ------------------------------------------------------------------------------------------------ the pipeline
NOT_FOR_THE_PIPELINE = (
    "create role mine", "alter role cc_analyst login", "alter role cc_pipeline superuser", "alter role cc_pipeline createrole", "drop role cc_public",
    "grant cc_analyst to cc_pipeline", "grant cc_pipeline to cc_analyst", "set role cc_admin", "set session authorization cc_admin",
    "set session_preload_libraries = 'mine'", "checkpoint",
    "copy intake.submission to program 'cat'", "copy intake.submission to '/tmp/mine'", "copy intake.submission from program 'true'",
    "select pg_read_file('postgresql.conf')", "select pg_ls_dir('.')", "select lo_import('/etc/hostname')", "select * from pg_authid", "select * from pg_hba_file_rules",
    "create extension file_fdw", "create function mine() returns integer language c as 'mine', 'mine'",
    "create event trigger mine on ddl_command_end execute function house.my_providers()",
    "select pg_reload_conf()", "select pg_rotate_logfile()",
)  # fmt: skip


# not within a transaction, so each on a connection that commits by itself
NOT_IN_A_TRANSACTION = ("create database mine", "drop database postgres", "alter system set fsync = off")


def test_what_the_only_writer_may_not(database):
    with database.connect() as connection:
        tried = {attempt: _try(connection, attempt) for attempt in NOT_FOR_THE_PIPELINE}
    assert set(tried.values()) == {"refused"}, {attempt: got for attempt, got in tried.items() if got != "refused"}
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for attempt in NOT_IN_A_TRANSACTION:
            with pytest.raises(DBAPIError, match=r"permission denied|must be owner|must be superuser"):
                connection.execute(text(attempt))


def test_the_only_writer_may_what_it_must(database):
    """Delete from every table, count with every sequence, call every function; and make tables for the sync of details."""
    with database.connect() as connection:
        tables = [relation for relation, _ in _relations(connection)]
        views = set(connection.scalars(text("select oid::regclass::text from pg_class where relkind = 'v'")))
        sequences, functions = _named(connection, SEQUENCES), _named(connection, FUNCTIONS)
        assert _with_right(connection, MAY_COUNT, sequences, "cc_pipeline") == set(sequences)
        assert _with_right(connection, MAY_CALL, functions, "cc_pipeline") == set(functions)
    with database.connect() as connection:
        assert {_try(connection, f"delete from {table} where false") for table in tables if table not in views} == {"allowed"}
        assert _try(connection, "create table pathway.mine (n integer)") == "allowed"


def test_the_pipeline_is_in_no_group_and_nobody_is_in_it(database):
    with database.connect() as connection:
        members = "select r.rolname, m.rolname from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member where 'cc_pipeline' in (r.rolname, m.rolname)"
        assert [tuple(row) for row in connection.execute(text(members))] == []


def test_no_reader_hands_its_rights_on(as_role, database):
    """Postgres answers such a grant with a warning only, so its effect is looked at."""
    with as_role("cc_analyst").begin() as connection:
        connection.execute(text("grant select on pathway.person, measurement.measure_result to cc_public"))
    with database.connect() as connection:
        assert not connection.scalar(text("select has_table_privilege('cc_public', 'pathway.person', 'select')"))


def test_row_level_security_cannot_be_switched_off_by_the_reader(as_role):
    with as_role("cc_provider", "ZX1").connect() as connection:
        connection.execute(text("set row_security = off"))
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(text("select * from pathway.pathway_case"))


@pytest.mark.parametrize("role", [*GROUPS, LOGIN, "stranger"])
def test_only_the_warehouse_is_open(as_role, admin, server, database_name, role):
    """A login reaches this database if it is in a group, and no other database of the server."""
    if role == "stranger":
        with admin.begin() as connection:
            connection.execute(text("drop role if exists stranger"))
            connection.execute(text("create role stranger login password 'a test password'"))
        url = make_engine(server.admin_url).url.set(username="stranger", password="a test password", database=database_name)
    else:
        url = (as_role(role, "ZX1") if role == "cc_provider" else as_role(role)).url.set(database="common_cause")
    engine = make_engine(url)
    with pytest.raises(OperationalError, match="permission denied for database"):
        engine.connect()
    engine.dispose()


def test_a_group_that_is_new_to_an_open_database_is_let_in(database):
    """As after an update that brings another group: the others were let in long ago."""
    allowed = text("select has_database_privilege('cc_lead', current_database(), 'connect')")
    with database.begin() as connection:
        connection.execute(text(f"revoke all on database {connection.scalar(text('select current_database()'))} from cc_lead"))
        assert not connection.scalar(allowed)
        open_database(connection)
        assert connection.scalar(allowed)


def test_the_pipeline_is_no_superuser(database):
    with database.connect() as connection:
        row = connection.execute(
            text("select rolsuper, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user")
        ).one()
        assert tuple(row) == (False, False, False, False)
    with database.connect() as connection:
        assert _try(connection, "copy intake.submission to program 'cat'") == "refused"


def test_every_table_of_the_schema_pathway_is_judged(database):
    """A new table is either without patients, and said to be so, or under row-level security."""
    with database.connect() as connection:
        secured = patient_tables(connection)
        rows = connection.execute(
            text(
                "select relname, relrowsecurity and relforcerowsecurity from pg_class where relkind = 'r' and relnamespace = 'pathway'::regnamespace"
            )
        ).all()
    assert {name for name, is_forced in rows if is_forced} == set(secured)
    assert {name for name, is_forced in rows if not is_forced} == set(REFERENCE_TABLES)
    assert set(PATIENT_TABLES) | set(CLOSED_TABLES) <= set(secured)


def test_views_over_patients_run_with_the_readers_rights(database):
    """But for the one that counts the reader's own cases alone, as they are filled."""
    with database.connect() as connection:
        tables = patient_tables(connection)
        reading = connection.execute(
            text(
                "select distinct v.oid::regclass::text, coalesce(array_to_string(v.reloptions, ' '), '') from pg_class v join pg_rewrite r on r.ev_class = v.oid "
                "join pg_depend d on d.objid = r.oid join pg_class t on t.oid = d.refobjid and t.relnamespace = 'pathway'::regnamespace "
                "where v.relkind = 'v' and t.relname = any(:tables)"
            ),
            {"tables": [table for table in tables if table != "provider_role"]},
        ).all()
        every = connection.execute(
            text(
                "select coalesce(array_to_string(reloptions, ' '), '') from pg_class where relkind = 'v' and relnamespace = any(array['dashboard', 'publication', 'house', 'intake', 'pathway', 'measurement', 'improvement']::regnamespace[])"
            )
        ).scalars()
        assert all("security_invoker=true" in options or "security_barrier=true" in options for options in every)
    with_owners_rights = {name for name, options in reading if "security_invoker=true" not in options}
    assert with_owners_rights == {"dashboard.field_completeness_v1"}


# ------------------------------------------------------------------------------------------------ whose rows
def _add_case(connection, registry, site: str, provider: str, record_site: str | None = None) -> str:
    """A case with a record, a detail, a milestone, a person and a pseudonym; returns its id."""
    pathway, case_id, person_id = registry.pathway("wrist_fracture"), str(uuid.uuid4()), str(uuid.uuid4())
    connection.execute(insert(person).values(person_id=person_id, birth_month="1950-01-01"))
    connection.execute(insert(person_identifier).values(key_id="k", hmac=uuid.uuid4().bytes, person_id=person_id))
    connection.execute(
        insert(pathway_case).values(
            case_id=case_id,
            pathway_name=pathway.name,
            person_id=person_id,
            site_code=site,
            provider_code=provider,
            started_on="2026-01-05",
            record_status="valid",
            first_arrival_number=1,
            first_row_number=2,
            last_arrival_number=1,
        )
    )
    connection.execute(
        insert(detail_table(pathway)).values(case_id=case_id, side="1", arrival_at="2026-01-05 09:00", xray_at="2026-01-05 09:30")
    )
    connection.execute(
        insert(record_table(pathway)).values(
            submission_id=f"S{uuid.uuid4().int % 10**8:08d}",
            row_number=2,
            arrival_number=1,
            case_id=case_id,
            person_id=person_id,
            organisation_code=provider,
            site_code=record_site or site,
            clock_on="2026-01-05",
            is_withdrawal=False,
            is_effective=True,
            cleared_fields=[],
        )
    )
    return case_id


@pytest.fixture
def cases(demo_organisations, registry) -> dict[str, str]:
    """One case of each site: site -> case id."""
    with demo_organisations.begin() as connection:
        return {site: _add_case(connection, registry, site, site[:3]) for site in ("ZX1A1", "ZX1A2", "ZX2A1", "ZX3A1")}


def _seen(engine, relation: str, column: str = "case_id") -> set[str]:
    with engine.connect() as connection:
        return {str(value) for value in connection.execute(text(f"select {column} from {relation}")).scalars()}


OF_CASES = ["pathway.pathway_case", "pathway.milestone", "pathway.wrist_fracture_detail", "pathway.wrist_fracture_record", "dashboard.case_v1",
            "dashboard.milestone_v1", "dashboard.wrist_fracture_case_v1"]  # fmt: skip


@pytest.mark.parametrize("relation", OF_CASES)
def test_a_provider_sees_its_own_cases_and_an_analyst_all(as_role, cases, relation):
    assert _seen(as_role("cc_provider", "ZX1"), relation) == {cases["ZX1A1"], cases["ZX1A2"]}
    assert _seen(as_role("cc_provider", "ZX1", "ZX3"), relation) == {cases["ZX1A1"], cases["ZX1A2"], cases["ZX3A1"]}
    assert _seen(as_role("cc_analyst"), relation) == set(cases.values())


def test_a_provider_sees_its_own_persons(as_role, cases, database):
    with database.connect() as connection:
        mine = connection.execute(text("select person_id::text from pathway.pathway_case where provider_code = 'ZX2'")).scalars().all()
    assert _seen(as_role("cc_provider", "ZX2"), "pathway.person", "person_id") == set(mine)
    assert len(_seen(as_role("cc_analyst"), "pathway.person", "person_id")) == len(cases)


def test_a_login_without_a_provider_sees_no_case(as_role, cases, admin):
    engine = as_role("cc_provider", "ZX1")
    with admin.begin() as connection:
        connection.execute(provider_role.delete())
    assert all(_seen(engine, relation) == set() for relation in OF_CASES)


def test_a_member_of_the_group_sees_by_its_login_and_not_by_its_role(as_role, cases):
    """``set role`` to the group neither widens nor narrows: the login counts."""
    with as_role("cc_provider", "ZX1").connect() as connection:
        connection.execute(text("set role cc_provider"))
        assert len(connection.execute(text("select case_id from pathway.pathway_case")).all()) == 2


def test_what_another_provider_sent_of_a_shared_case_stays_with_it(as_role, cases, database, registry):
    with database.begin() as connection:
        shared = _add_case(connection, registry, "ZX1A1", "ZX1", record_site="ZX2A1")
    assert shared in _seen(as_role("cc_provider", "ZX1"), "pathway.pathway_case")
    assert shared not in _seen(as_role("cc_provider", "ZX1"), "pathway.wrist_fracture_record")
    assert shared in _seen(as_role("cc_provider", "ZX2"), "pathway.wrist_fracture_record")
    assert shared not in _seen(as_role("cc_provider", "ZX2"), "pathway.pathway_case")


def test_the_successor_sees_the_cases_of_those_it_took_over(as_role, cases, database):
    engine = as_role("cc_provider", "ZX3")
    with database.begin() as connection:
        load_network(connection, [{"organisation_code": "ZX2", "successor_code": "ZX3", "closed_on": "2026-03-31"}])
    assert _seen(engine, "pathway.pathway_case") == {cases["ZX3A1"], cases["ZX2A1"]}


def test_a_function_cannot_look_at_rows_before_security_has(as_role, cases):
    """A condition that would tell of every row it is asked about is asked about one's own rows only."""
    with as_role("cc_provider", "ZX2").connect() as connection:
        # dividing by zero for somebody else's case would tell that it is there
        rows = connection.execute(text("select 1 / (case when provider_code = 'ZX2' then 1 else 0 end) from dashboard.case_v1")).all()
        assert len(rows) == 1
        assert connection.execute(
            text("select 1 from pathway.pathway_case where 1 / (case when provider_code = 'ZX2' then 1 else 0 end) = 1")
        ).all() == [(1,)]


# ------------------------------------------------------------------------------------------------ providers' roles
@pytest.mark.parametrize("name", ["cc_mine", "pg_mine", "Upper", "with space", 'quote"d', "x", "", "1st", "a" * 64, "drop table"])
def test_names_that_are_no_names_are_refused(admin, demo_organisations, name):
    with pytest.raises(RoleError, match="is no name"), admin.begin() as connection:
        create_provider_role(connection, name, "ZX1", "p")


@pytest.mark.parametrize("code", ["ZX1A1", "NET", "NOBODY"])
def test_only_a_provider_has_such_a_role(admin, demo_organisations, code):
    with pytest.raises(RoleError, match="no provider has the code"), admin.begin() as connection:
        create_provider_role(connection, "t_somebody", code, "p")


def test_a_role_that_is_there_for_something_else_is_left_alone(admin, demo_organisations):
    with pytest.raises(RoleError, match="not a provider's"), admin.begin() as connection:
        connection.execute(text("create role t_somebody_else superuser"))
        create_provider_role(connection, "t_somebody_else", "ZX1", "p")


def test_a_role_is_made_changed_and_dropped(admin, demo_organisations, server, database_name):
    url = make_engine(server.admin_url).url.set(username="t_zx1", database=database_name)
    for password in ("first", "second 'quoted'"):
        with admin.begin() as connection:
            create_provider_role(connection, "t_zx1", "ZX1", password)
        engine = make_engine(url.set(password=password))
        with engine.connect() as connection:
            assert connection.scalar(text("select count(*) from dashboard.organisation_v1 where is_own")) == 3
        engine.dispose()
    with admin.begin() as connection:
        assert drop_provider_role(connection, "t_zx1")
        assert connection.scalar(text("select count(*) from pathway.provider_role")) == 0
        assert not drop_provider_role(connection, "t_zx1")
    with pytest.raises(OperationalError):
        make_engine(url.set(password=password)).connect()


def test_only_an_administrator_makes_roles(database, demo_organisations):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
        create_provider_role(connection, "t_mine", "ZX1", "p")


def test_the_demo_network_has_no_real_code():
    assert all(row["organisation_code"][:2] in ("ZX", "RE", "NE") for row in DEMO_NETWORK)
