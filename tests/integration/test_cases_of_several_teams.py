"""Cases that several teams tell of: whatever the order in which files come, are corrected and withdrawn, the same is known in the end."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from assets.rebuild import rebuild
from assets.submissions import withdraw
from schemas.pathways.acute_stroke.columns import IMPORT_COLUMNS
from tests.conftest import DEMO_NETWORK
from tests.reading.files import csv_bytes
from tests.spec.acute_stroke import journeys
from tests.spec.acute_stroke.files import EXPORT, row
from tests.spec.acute_stroke.journeys import CENTRE, HERE, THERE, Record, came_from, send, to
from tests.spec.acute_stroke.patient import REFUSED
from tests.world import World, drop, query

# each team wrote down another arrival and the number of the whole is not there, so that only the chain connects, by its middle
CHAIN = (
    Record(HERE, 1, {**to(CENTRE, 2, "03/03/2025 12:00"), "patient_id": None}),
    Record(
        CENTRE,
        2,
        {
            **came_from(HERE, 1, "03/03/2025 12:00"),
            **to(THERE, 3, "05/03/2025 12:00"),
            "s1_first_arrival_at": "03/03/2025 09:01",
            "patient_id": None,
        },
    ),
    Record(THERE, 3, {**came_from(CENTRE, 2, "05/03/2025 12:00"), "s1_first_arrival_at": "03/03/2025 09:02", "patient_id": None}),
)
CASE = """
select c.site_code, c.provider_code, c.started_at, c.started_on, c.record_status, d.site_codes, d.team_record_count, d.broken_rule_ids,
    to_jsonb(d) - 'case_id' as detail, case when :numbered then c.first_arrival_number end as first, case when :numbered then c.last_arrival_number end as last
from pathway.pathway_case c join pathway.acute_stroke_detail d using (case_id)
"""
RECORD = """
select r.site_code, r.record_number, r.is_leading, r.case_id = d.case_id as is_linked, to_jsonb(r) - 'case_id' - 'team_record_id' - 'person_id'
    - 'first_arrival_number' - 'first_row_number' - 'last_arrival_number' as told
from pathway.acute_stroke_team_record r left join pathway.pathway_case d using (case_id)
"""
VERSION = "select v.site_code, v.row_number, v.is_effective, v.case_id = r.case_id as follows from pathway.acute_stroke_record v left join pathway.acute_stroke_team_record r using (team_record_id)"


def known(engine, is_numbered: bool = True) -> list[str]:
    """What the tables say of cases, team records and versions, in an order and form that does not depend on random ids."""
    found = [*query(engine, CASE, numbered=is_numbered), *query(engine, RECORD), *(query(engine, VERSION) if is_numbered else ())]
    return sorted(json.dumps(one, default=str, sort_keys=True) for one in found)


@pytest.fixture
def world(context, database):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *journeys.TEAMS])
    return World(context)


def cases(world) -> list[dict]:
    return world.query(
        "select d.site_codes, c.record_status as status from pathway.pathway_case c join pathway.acute_stroke_detail d using (case_id) order by 1"
    )


def test_the_middle_of_a_chain_joins_two_cases_and_parts_them_when_it_is_withdrawn_or_corrected(world, context):
    first, middle, last = CHAIN
    send(world, first, last)
    apart = [{"site_codes": [HERE], "status": "duplicate"}, {"site_codes": [THERE], "status": "valid"}]
    joined = [{"site_codes": [HERE, CENTRE, THERE], "status": "valid"}]
    assert cases(world) == apart
    (third,) = send(world, middle)
    assert cases(world) == joined
    withdraw(context, third.submission_id, "a tester")
    assert cases(world) == apart
    send(world, middle)
    assert cases(world) == joined
    # a correction: the middle's record came from elsewhere, and went elsewhere
    send(world, replace(middle, changes={**middle.changes, "transfer_from_pro_clin_v1_id": "99", "transfer_to_pro_clin_v1_id": "98"}), replace(last, changes={**last.changes, "transfer_from_pro_clin_v1_id": "97"}), replace(first, changes={**first.changes, "transfer_to_pro_clin_v1_id": "96"}))  # fmt: skip
    assert [case["site_codes"] for case in cases(world)] == [[HERE], [THERE], [CENTRE]]


def test_a_record_that_its_sender_withdraws_by_its_key_is_no_part_of_the_case_any_more(world, context):
    first, second = journeys.ON_DAY_2
    send(world, first, second)
    drop(context.settings.landing, "ZX2", csv_bytes([EXPORT, second.sent()]), "gone.csv", {"mode": "withdraw"})
    assert world.work_off()[-1].state == "accepted"
    assert cases(world) == [{"site_codes": [HERE], "status": "valid"}]
    assert world.query("select site_code, record_number from pathway.acute_stroke_team_record") == [{"site_code": HERE, "record_number": 1}]
    grown = known(context.engine)
    rebuild(context)
    assert known(context.engine) == grown


def test_a_case_whose_first_record_comes_last_is_the_first_teams(world):
    send(world, *reversed(journeys.ELSEWHERE_AND_BACK))
    assert world.query("select site_code, provider_code from pathway.pathway_case") == [{"site_code": HERE, "provider_code": "ZX1"}]


def told_in(world, context, order: list, wrong: dict, again: dict) -> None:
    """Send each record in this order; those in ``wrong`` first said something else and are corrected, those in ``again`` are withdrawn and sent again."""
    for record in order:
        if record.number in wrong:
            send(world, replace(record, changes={**record.changes, **wrong[record.number]}))
        (done,) = send(world, record)
        if record.number in again:
            withdraw(context, done.submission_id, "a tester")
            send(world, record)


WRONG = {
    2: {"transfer_from_pro_clin_v1_id": "77", "s2_com_hypertension": "N"},
    3: {"s7_rankin_discharge": "4", "transfer_from_pro_clin_v1_id": None},
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_records_corrections_and_withdrawals_matters(world, context, database, seed):
    """Persons who differ in nothing but the order in which their records came are told of alike, and a rebuild tells the same again."""
    chance = random.Random(seed)
    persons = []
    for serial in (1, 2):
        shift = {n: 1000 * serial + n for n in (1, 2, 3)}
        persons.append(random_order(chance, [_renumbered(record, serial, shift) for record in CHAIN]))
        wrong = {
            shift[n]: {k: str(shift[int(v)]) if v in ("1", "2", "3") else v for k, v in said.items()}
            for n, said in WRONG.items()
            if chance.random() < 0.6
        }
        told_in(world, context, persons[-1], wrong, {n for n in shift.values() if chance.random() < 0.4})
    by_person = [_without_numbers(text) for text in known(database, is_numbered=False)]
    assert len(by_person) == 8 and len(set(by_person)) == 4, "one case and three records, told twice alike"
    grown = known(database)
    rebuild(context)
    assert known(database) == grown


def random_order(chance: random.Random, records: list) -> list:
    return chance.sample(records, len(records))


NUMBERS = ("pro_clin_v1_id", "transfer_to_pro_clin_v1_id", "transfer_from_pro_clin_v1_id")


def _renumbered(record: Record, serial: int, shift: dict[int, int]) -> Record:
    changes = {name: str(shift[int(told)]) if name in NUMBERS else told for name, told in record.changes.items()}
    return Record(record.team, shift[record.number], changes, serial)


def _without_numbers(text: str) -> str:
    told = json.loads(text)
    for part in (told.get("detail"), told.get("told")):
        for name in NUMBERS:
            if part:
                part.pop(name)
    return json.dumps(told, sort_keys=True)


# ------------------------------------------------------------------------------------------------ other ways of saying it
def test_imports_without_any_chain_are_one_case_by_person_and_arrival(world):
    later = {"s4_arrival_at": "05/03/2025 14:00", "s4_stroke_unit_arrival_at": "05/03/2025 15:00"}
    for sender, team, changes in (("ZX2", THERE, later), ("ZX1", HERE, {})):
        drop(world.context.settings.landing, sender, csv_bytes([IMPORT_COLUMNS, row(**changes)]), "stroke.csv", None, team)
        world.work_off()
    assert cases(world) == [{"site_codes": [HERE, THERE], "status": "valid"}]


def test_who_refused_consent_at_one_team_is_found_by_a_chain_that_both_tell(world):
    first, second = journeys.ON_DAY_2
    unnamed = replace(second, changes={**second.changes, **REFUSED, "s7_discharge_pi_consent": None})
    send(world, first, unnamed)
    assert [case["site_codes"] for case in cases(world)] == [[HERE, THERE]]
    send(world, replace(first, changes={**first.changes, "transfer_to_pro_clin_v1_id": "888"}))
    assert [case["site_codes"] for case in cases(world)] == [[HERE], [THERE]], "the number of the whole alone connects no two persons"


def test_an_answer_is_dropped_when_the_question_before_it_is_answered_with_no(world):
    send(world, *journeys.DIRECT)
    no = {
        "s2_thrombolysis": "N",
        "s2_thrombolysis_no_reason": "USQE",
        "s2_thrombolysis_at": None,
        "s2_thrombolysis_cerebral_haemorrhage": None,
    }
    scores = dict.fromkeys(("s2_nihss_24hrs_loc",))
    (again,) = send(world, Record(HERE, 501, {**no, **{k: None for k in journeys.PATIENT if k.startswith("s2_nihss_24hrs_")}, **scores}))
    assert again.finding_counts == {}
    assert world.query("select s2_thrombolysis, s2_thrombolysis_at, nihss_24h_total from pathway.acute_stroke_detail") == [
        {"s2_thrombolysis": "N", "s2_thrombolysis_at": None, "nihss_24h_total": None}
    ]


# ------------------------------------------------------------------------------------------------ who is told what
DISAGREEING = {"s2_com_dementia": "Y"}


def test_a_receipt_says_nothing_of_another_senders_record(world):
    first, second = journeys.ON_DAY_2
    outcomes = send(world, first, replace(second, changes={**second.changes, **DISAGREEING}))
    assert [o.finding_counts for o in outcomes] == [{}, {}]
    assert world.query("select broken_rule_ids from pathway.acute_stroke_detail") == [{"broken_rule_ids": ["V26c"]}]
    assert world.query("select count(*) as findings from intake.finding") == [{"findings": 0}]


def test_of_its_own_records_a_sender_is_told(world):
    first, last = (
        Record(HERE, 501, to(HERE, 502, "05/03/2025 14:00")),
        Record(HERE, 502, came_from(HERE, 501, "05/03/2025 14:00") | DISAGREEING),
    )
    outcomes = send(world, first, last)
    assert outcomes[1].finding_counts == {"V26c": 1}


def test_what_lies_after_the_last_stay_makes_the_case_an_error_of_which_neither_team_is_told(world):
    """The first team saw the patient, it says, after the second had discharged them: each record alone is sound (V19c, decision 5)."""
    first, second = journeys.ON_DAY_2
    seen_late = replace(first, changes={**first.changes, "s3_physio_72hrs_at": "05/03/2025 18:00"})
    gone = {
        "s7_hospital_discharge_at": "05/03/2025 16:00",
        "s7_stroke_unit_discharge_at": "05/03/2025 16:00",
        "s7_end_rehab_on": "05/03/2025",
        "locked_s3": None,
    }
    outcomes = send(world, seen_late, replace(second, changes={**second.changes, **journeys.therapy_until("05/03/2025"), **gone}))
    assert [o.finding_counts for o in outcomes] == [{}, {}]
    broken = world.query(
        "select c.record_status, d.broken_rule_ids from pathway.pathway_case c join pathway.acute_stroke_detail d using (case_id)"
    )
    assert broken == [{"record_status": "error", "broken_rule_ids": ["V19c.s3_physio_72hrs_at"]}]
    send(world, first)
    assert world.query("select record_status from pathway.pathway_case") == [{"record_status": "valid"}]


@pytest.mark.parametrize(("reader", "case_count", "record_sites"), [("ZX1", 1, [HERE]), ("ZX2", 1, [THERE]), ("ZX3", 0, [])])
def test_a_case_is_seen_by_every_provider_that_had_it_and_a_record_by_its_own(
    world, admin, server, database_name, reader, case_count, record_sites
):
    from sqlalchemy.engine import make_url

    from warehouse.database import make_engine
    from warehouse.roles import create_provider_role, drop_provider_role

    first, second = journeys.ON_DAY_2
    send(world, first, replace(second, changes={**second.changes, **DISAGREEING}))
    role = f"reader_{reader.lower()}"
    with admin.begin() as connection:
        create_provider_role(connection, role, reader, "secret-of-a-test")
    engine = make_engine(make_url(server.admin_url).set(username=role, password="secret-of-a-test", database=database_name))
    try:
        # what no receipt tells of, for it tells of another's record, whoever may see the case sees there
        assert query(engine, "select broken_rule_ids as broken from dashboard.acute_stroke_case_v1") == [{"broken": ["V26c"]}] * case_count
        assert query(engine, "select count(*) as n from pathway.person") == [{"n": case_count}]
        assert [r["site_code"] for r in query(engine, "select site_code from pathway.acute_stroke_team_record")] == record_sites
        assert [r["site_code"] for r in query(engine, "select site_code from pathway.acute_stroke_record")] == record_sites
    finally:
        engine.dispose()
        with admin.begin() as connection:
            drop_provider_role(connection, role)
