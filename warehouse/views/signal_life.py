"""What people do with a signal: one function for all of it, and the history that it writes.

Belongs here: acknowledge, assign, comment, close. Does not belong here: what raises and ends signals by itself (``assets.signals``).
The function runs with its owner's rights, so it looks at the login itself. A login of providers acts for these; one without any, such as that
of a dashboard that knows its users, acts for the provider that it names; only the pipeline's own login, by which the network's office works, needs to name none.
"""

from __future__ import annotations

from warehouse.views import view

ACTS = ("acknowledge", "assign", "comment", "close")
FUNCTION = "dashboard.act_on_signal(bigint, text, text, text, text, text)"
ACT = """
create or replace function dashboard.act_on_signal(signal_number bigint, act text, actor text, for_provider text default null, note text default null, assignee text default null)
returns text language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    found record;
    is_office boolean := session_user = current_user;
    is_reached boolean;
    after_state text;
begin
    act := lower(btrim(act)); actor := nullif(btrim(actor), ''); note := nullif(btrim(note), ''); assignee := nullif(btrim(assignee), '');
    if act is null or act not in ('acknowledge', 'assign', 'comment', 'close') then
        raise exception 'a signal can be acknowledged, assigned, commented or closed' using errcode = 'CC001';
    end if;
    if actor is null then
        raise exception 'say who does it: the history is read by others' using errcode = 'CC001';
    end if;
    select s.signal_id, s.state, s.organisation_code into found from measurement.signal s where s.signal_id = signal_number for update;
    select exists (select from house.organisation_tree t where t.organisation_code = found.organisation_code and t.ancestor_code = for_provider
            and t.ancestor_kind not in ('region', 'network', 'nation'))
        and (is_office or house.serves_leads() or found.organisation_code = any (house.my_organisations())) into is_reached;
    if for_provider is null then
        is_reached := is_office or (found.organisation_code = any (house.my_organisations()));
    end if;
    if found.signal_id is null or is_reached is not true then
        raise exception 'there is no signal % that can be acted on here', signal_number using errcode = 'CC002';
    end if;
    if act in ('comment', 'close') and note is null then
        raise exception 'a note says why: the history is read by others' using errcode = 'CC001';
    end if;
    if act = 'assign' and assignee is null then
        raise exception 'say to whom it is assigned' using errcode = 'CC001';
    end if;
    if length(coalesce(note, '')) > 1000 or length(coalesce(assignee, '')) > 120 or length(actor) > 120 then
        raise exception 'a note has at most 1000 characters, a name 120' using errcode = 'CC001';
    end if;
    if found.state = 'closed' and act <> 'comment' then
        raise exception 'signal % is closed; it can be commented', signal_number using errcode = 'CC001';
    end if;
    if not is_office then
        actor := actor || ' by ' || session_user;
    end if;
    after_state := case when act = 'close' then 'closed' when act in ('acknowledge', 'assign') then 'acknowledged' else found.state end;
    update measurement.signal s set state = after_state,
        assigned_to = case when act = 'assign' then assignee else s.assigned_to end,
        closed_at = case when act = 'close' then now() else s.closed_at end,
        closed_because = case when act = 'close' then note else s.closed_because end,
        closed_by = case when act = 'close' then actor else s.closed_by end
    where s.signal_id = signal_number;
    insert into measurement.signal_event (signal_id, event, happened_at, actor, note)
    values (signal_number, case act when 'acknowledge' then 'acknowledged' when 'assign' then 'assigned' when 'comment' then 'commented' else 'closed' end,
        now(), actor, concat_ws(': ', case when act = 'assign' then 'to ' || assignee end, note));
    return after_state;
end
$$
"""
COMMENT = (
    "Acknowledge, assign, comment or close a signal: its number, what is done, who does it, the provider on whose behalf, why, and to whom it is assigned. Returns its state. "
    "Granted to cc_lead."
)


def statements() -> list[str]:
    return [ACT, f"comment on function {FUNCTION} is '{COMMENT}'", f"revoke all on function {FUNCTION} from public"]


signal_event_v1 = view(
    "dashboard",
    "signal_event_v1",
    "The history of a signal. One row an event; who did it and why are one's own signals' only.",
    "signal_event_id signal_id organisation_code event happened_at actor note is_own",
    """
    select e.signal_event_id, e.signal_id, s.organisation_code, e.event, e.happened_at, case when own.is_own or login.is_lead then e.actor end,
        case when own.is_own or login.is_lead then e.note end, own.is_own
    from measurement.signal_event e join measurement.signal s using (signal_id)
    cross join (select house.my_organisations() as codes offset 0) reader
    cross join (select house.serves_leads() as is_lead offset 0) login
    cross join lateral (select coalesce(s.organisation_code = any (reader.codes), false) as is_own) own
    """,
    signal_event_id="order of events",
    signal_id="the signal",
    event="raised, extended, raised again, pushed (to a lead), acknowledged, assigned, commented or closed",
    happened_at="when",
    actor="who or what did it; of others' signals null, but for a dashboard's login of leads",
    note="why; of others' signals null, but for a dashboard's login of leads",
)

VIEWS = (signal_event_v1,)
