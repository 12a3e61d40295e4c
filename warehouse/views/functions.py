"""Functions that views and row-level security share: who the reader is, and what of a count may be shown.

``session_user`` is the login, also inside a function or view that runs with its owner's rights. A login belongs to the providers that
``pathway.provider_role`` names, to those that they took over, and to all sites and teams below. A dashboard's login has no provider:
it names that of the user who is signed in, for one transaction (``select set_config('common_cause.reader', 'ZQA', true)``). Of any other login the setting is not read.
"""

from __future__ import annotations

# Results of members are pooled in the network whatever their region's own parent is, or without a region: so the network is above them here too,
# or its total would be shown without regard to one's own part of it and to small ones
TREE = """
create or replace view house.organisation_tree with (security_barrier = true) as
with recursive above (organisation_code, ancestor_code, depth) as (
    select organisation_code, organisation_code, 0 from pathway.organisation
    union all
    select a.organisation_code, case when o.closed_on is not null and o.successor_code is not null then o.successor_code else o.parent_code end, depth + 1
    from above a join pathway.organisation o on o.organisation_code = a.ancestor_code
    where a.depth < 20
), pooled (organisation_code, ancestor_code, depth) as (
    select a.organisation_code, n.organisation_code, max(a.depth) + 1
    from above a join pathway.organisation o on o.organisation_code = a.ancestor_code
    join pathway.organisation n on n.organisation_kind = 'network'
    where o.organisation_kind = 'region' or o.organisation_kind = 'provider' and o.is_member
    group by a.organisation_code, n.organisation_code
)
select a.organisation_code, a.ancestor_code, o.organisation_kind as ancestor_kind, a.depth
from above a join pathway.organisation o on o.organisation_code = a.ancestor_code
union all
select p.organisation_code, p.ancestor_code, 'network', p.depth from pooled p
where not exists (select from above a where a.organisation_code = p.organisation_code and a.ancestor_code = p.ancestor_code)
"""

# a dashboard's login knows whom it serves; a provider's login that has lost its providers is none
SERVES_LEADS = """
create or replace function house.serves_leads() returns boolean language sql stable security definer set search_path = pg_catalog as $$
    select pg_has_role(session_user, 'cc_lead', 'member') and not pg_has_role(session_user, 'cc_provider', 'member')
        and not exists (select from pathway.provider_role r where r.role_name = session_user)
$$
"""

MY_PROVIDERS = """
create or replace function house.my_providers() returns text[] language sql stable security definer set search_path = pg_catalog as $$
    select case when house.serves_leads()
        then array(select o.organisation_code::text from pathway.organisation o
            where o.organisation_code = current_setting('common_cause.reader', true) and o.organisation_kind = 'provider')
        else array(select r.provider_code::text from pathway.provider_role r where r.role_name = session_user) end
$$
"""

MY_ORGANISATIONS = """
create or replace function house.my_organisations() returns text[] language sql stable security definer set search_path = pg_catalog as $$
    select coalesce(array_agg(distinct t.organisation_code), '{}')
    from unnest(house.my_providers()) as mine (provider_code) join house.organisation_tree t on t.ancestor_code = mine.provider_code
$$
"""

MY_ANCESTORS = """
create or replace function house.my_ancestors() returns table (ancestor_code text, provider_code text)
language sql stable security definer set search_path = pg_catalog as $$
    select t.ancestor_code, t.organisation_code
    from unnest(house.my_providers()) as mine (provider_code) join house.organisation_tree t on t.organisation_code = mine.provider_code
    where t.ancestor_kind in ('region', 'network', 'nation')
$$
"""

SHOWN_COUNT = """
create or replace function house.shown_count(counted double precision, suppress_to integer, round_to integer)
returns double precision language sql immutable parallel safe as $$
    select case when counted > 0 and counted <= suppress_to then null else floor(counted / round_to + 0.5) * round_to end
$$
"""

IS_SMALL = """
create or replace function house.is_small(counted double precision, suppress_to integer)
returns boolean language sql immutable parallel safe as $$
    select coalesce(counted > 0 and counted <= suppress_to, false)
$$
"""

# Wilson's score interval with the 97.5 % point of the normal distribution; side -1 is the lower limit, 1 the upper
WILSON = """
create or replace function house.wilson_limit(numerator double precision, denominator double precision, side integer)
returns double precision language sql immutable parallel safe as $$
    select case when denominator > 0 then
        (numerator + 1.920729410347062 + side * 1.959963984540054
            * sqrt(greatest(numerator * (denominator - numerator) / denominator, 0) + 0.960364705173531))
        / (denominator + 3.841458820694124)
    end
$$
"""

COMMENTS = {
    "function house.my_providers()": "Codes of the providers of the login; of a dashboard, that of the user who is signed in (the setting common_cause.reader).",
    "function house.my_organisations()": "Codes of these providers, of those they took over, and of all sites and teams below.",
    "function house.my_ancestors()": "Each region, network and nation above these providers, with the provider.",
    "function house.serves_leads()": "Whether the login is that of a dashboard which acts for the leads that are signed in.",
    "function house.shown_count(double precision, integer, integer)": "A count as the small-numbers policy shows it; null where suppressed.",
    "function house.is_small(double precision, integer)": "Whether the small-numbers policy suppresses the count.",
    "function house.wilson_limit(double precision, double precision, integer)": "Limit of the 95 % Wilson interval: side -1 lower, 1 upper.",
    "view house.organisation_tree": "Each organisation with itself and all above it as of now: a closed one is followed by its successor.",
    "column house.organisation_tree.organisation_code": "the organisation",
    "column house.organisation_tree.ancestor_code": "itself, or one above it",
    "column house.organisation_tree.ancestor_kind": "kind of the one above",
    "column house.organisation_tree.depth": "steps between them",
}

FUNCTIONS = (TREE, SERVES_LEADS, MY_PROVIDERS, MY_ORGANISATIONS, MY_ANCESTORS, SHOWN_COUNT, IS_SMALL, WILSON)


def statements() -> list[str]:
    closed = [f"revoke all on {thing} from public" for thing in COMMENTS if thing.startswith("function")]
    return [*FUNCTIONS, *(f"comment on {thing} is '{said}'" for thing, said in COMMENTS.items()), *closed]
