"""Who has submitted and what is late, completeness by month and by field, and how a submission is done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest

from dashboard.completeness import by_field, by_measure, months, months_back
from dashboard.pages.data import came
from dashboard.words import period_end
from tests.dashboard.conftest import a_house
from tests.dashboard.signals import OWN, PEER, furnish
from tests.world import World
from tests.world import wrist as row

TODAY = date.today()
SENT_FOR = months_back(TODAY, 3)
SENT_FOR_END = period_end(SENT_FOR, "month")


@pytest.fixture(scope="module")
def house(server, template, tmp_path_factory):
    """ZX1 sent twelve fractures of one month, one of them without a pain score; ZX2 one that could not be read."""
    from assets.context import Context

    with a_house(server, tmp_path_factory.mktemp("data")) as made:
        furnish(made)
        world = World(Context.open(made.settings, made.engine))
        day = datetime.combine(SENT_FOR, datetime.min.time()) + timedelta(days=2, hours=9)
        world.submit([row(n, arrived=day, **({"Pain score": ""} if n == 1 else {})) for n in range(1, 13)], sender=OWN)
        world.submit(b"\x00\x01 no table", sender=PEER)
        world.refresh()
        yield made


# ------------------------------------------------------------------------------------------------ in time or not
@pytest.mark.parametrize(
    ("met", "today", "word", "days"),
    [("2026-11-04", "2026-11-20", "in time", 0), ("2026-11-09", "2026-11-20", "late", 5), (None, "2026-11-04", "not yet due", 0), (None, "2026-11-05", "overdue", 1), (None, "2026-12-04", "overdue", 30), (None, "2026-12-05", "missing", 31)],
)  # fmt: skip
def test_a_period_is_in_time_until_the_end_of_its_last_day(met, today, word, days):
    expected = SimpleNamespace(met_on=date.fromisoformat(met) if met else None, due_on=date(2026, 11, 4))
    found = came(expected, date.fromisoformat(today))
    assert (found.word, found.days) == (word, days)


def test_history_that_came_with_the_first_file_was_not_late():
    """Due before the sender sent anything: nobody was late with it. What was due since then is judged."""
    expected = SimpleNamespace(met_on=date(2026, 3, 10), due_on=date(2025, 6, 30))
    assert came(expected, date(2026, 4, 1), begun=date(2026, 3, 10)).word == "history"
    expected.due_on = date(2026, 3, 10)
    assert came(expected, date(2026, 4, 1), begun=date(2026, 3, 10)).word == "in time"
    expected.due_on = date(2026, 3, 9)
    assert came(expected, date(2026, 4, 1), begun=date(2026, 1, 1)).word == "late"


def test_the_last_twelve_months_are_over():
    assert (months(date(2026, 1, 31))[0], months(date(2026, 1, 31))[-1]) == (date(2025, 1, 1), date(2025, 12, 1))


# ------------------------------------------------------------------------------------------------ the page
def test_an_empty_house_says_how_to_begin(empty):
    text = empty.client("reader:ZX1").get("/data").text
    assert "Nothing is expected yet" in text and "Nothing has been submitted yet" in text
    assert "common-cause template wrist_fracture --out ." in text and "landing/ZX1/" in text


def test_ones_own_submissions_stand_there_with_state_counts_and_what_is_computed(house):
    text = house.client(f"lead:{OWN}").get("/data").text
    assert "Everything that has come in is computed." in text and "accepted" in text and 'class="own"' in text


def test_the_reason_of_a_rejection_is_the_senders(house):
    with house.engine.begin() as connection:
        reason = connection.exec_driver_sql("select reason from intake.submission where state = 'rejected'").scalar_one()
    assert reason in house.client(f"reader:{PEER}").get("/data").text
    office = house.client("office").get("/data").text
    assert (
        reason not in office
        and "rejected" in office
        and "rejected" not in house.client(f"lead:{OWN}").get("/data").text.split('id="latest"')[1]
    )


def test_a_submission_on_its_way_and_a_result_that_waits_are_said(new_house):
    furnish(new_house)
    client = new_house.client("lead:ZX1")
    assert "Everything that has come in is computed." in client.get("/data").text
    with new_house.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into intake.submission (submission_id, claim_token, sender_code, organisation_code, state, file_sha256, file_size_bytes, envelope_sha256, received_at) "
            "values ('S00000001', 'a', 'ZX1', 'ZX1', 'reading', 'b', 1, 'c', now())"
        )
    assert "1 submission on its way" in client.get("/data").text


# ------------------------------------------------------------------------------------------------ by field
def _fields(house, today: date, reader: str = f"reader:{OWN}"):
    return {field.name: field for _, fields in by_field(house.asked(reader), today) for field in fields}


def test_a_field_is_counted_over_ones_own_cases_alone(house):
    later = SENT_FOR_END + timedelta(days=40)
    pain = _fields(house, later)["pain_score"]
    assert pain.share == pytest.approx(11 / 12) and [share for share in pain.shares if share is not None] == [pain.share]
    assert _fields(house, later, f"reader:{PEER}") == {} == _fields(house, later, "office")


def test_a_field_that_is_not_due_yet_is_not_missing(house):
    arrival, discharge, follow_up = "side", "pain_score", "grip_kg"
    assert {days: [name for name in (arrival, discharge, follow_up) if name in _fields(house, SENT_FOR_END + timedelta(days=days))] for days in (1, 31, 91)} == {
        1: [arrival], 31: [arrival, discharge], 91: [arrival, discharge, follow_up],
    }  # fmt: skip
    assert _fields(house, SENT_FOR_END + timedelta(days=91))[follow_up].share == 0


def test_measures_with_the_least_complete_month_come_first(network):
    rows = by_measure(network.asked("reader:ZYC"), TODAY)
    assert rows and [one.lowest for one in rows] == sorted(one.lowest for one in rows)


def test_identifying_fields_are_no_part_of_it(house):
    text = house.client(f"lead:{OWN}").get("/data").text
    assert "NHS number" not in text and "Surname" not in text
