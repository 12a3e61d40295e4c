"""Rows that cannot be right: what is set aside, what is taken with a warning, and that the advice helps. No address leaks anywhere."""

from __future__ import annotations

import logging

from tests.improvement.files import actions, advice, aims, judged, leads
from tests.world import wrist

ASIDE, WARN = "quarantine record", "warn"

BAD_ACTIONS = [
    ("without measures", {"Measures to raise": ""}, "IA01", ASIDE),
    ("a measure to be raised and lowered", {"Measures to lower": "wrist_manipulated_4h"}, "IA02", ASIDE),
    ("a count has no denominator", {"Measures to raise": "wrist_cases"}, "IA03", ASIDE),
    ("a derived measure has no denominator", {"Measures to raise": "", "Measures to lower": "wrist_gap"}, "IA03", ASIDE),
    ("a measure of another pathway", {"Measures to raise": "ae_four_hour"}, "IA04", ASIDE),
    ("a measure that would become worse", {"Measures to raise": "wrist_minutes_to_manipulation"}, "IA05", WARN),
    ("under way in the future", {"Start date": "01/01/2060"}, "IA06", ASIDE),
    ("planned for the past", {"Status": "planned"}, "IA07", WARN),
    ("ends before it starts", {"End date": "01/02/2024"}, "IA08", ASIDE),
    ("given up without an end", {"Status": "abandoned"}, "IA09", ASIDE),
    ("adopted before it is over", {"Status": "adopted", "End date": "01/01/2060"}, "IA10", ASIDE),
    ("no such measure", {"Measures to raise": "wrist_magic"}, "COD", ASIDE),
    ("no such organisation", {"Organisation": "NOBODY"}, "IMP2", ASIDE),
    ("a region cannot act", {"Organisation": "REG1"}, "IMP2", ASIDE),
    ("no reference", {"Reference": ""}, "REQ.reference", ASIDE),
    ("a start that is no day", {"Start date": "soon"}, "FMT.start_date", ASIDE),
    ("no change idea", {"Change ideas": ""}, "REQ.change_ideas", WARN),
    ("no data yet", {}, "IMP6", WARN),
]
BAD_AIMS = [
    ("lower where higher is better", {"Target": "0.40"}, "AI01", ASIDE),
    ("higher where lower is better", {"Measure": "wrist_minutes_to_manipulation", "Baseline": "200", "Target": "240"}, "AI01", ASIDE),
    ("per cent instead of a share", {"Baseline": "55", "Target": "80"}, "AI02", ASIDE),
    ("no change at all", {"Measure": "wrist_cases", "Baseline": "9", "Target": "9"}, "AI03", ASIDE),
    ("a day that has passed", {"By when": "01/01/2020"}, "AI04", WARN),
    ("set after it is due", {"Set on": "01/01/2024", "By when": "01/12/2023"}, "AI05", ASIDE),
    ("no target", {"Target": ""}, "REQ.target", ASIDE),
]
PLACES = ("ZX1", "ZX1A1", "ZX1A2", "ZX2", "ZX2A1", "ZX3", "ZX3A1")
IMPOSSIBLE = [
    "",
    "nobody",
    "a@b",
    "two@zx1.example;three@zx1.example",
    "with space@zx1.example",
    "http://zx1.example/hook",
    "https://",
    "mailto:a@zx1.example",
    "a..b@zx1.example",
    "a@-zx1.example",
    "a@zx1.example Bcc: b@zx1.example",
]


def found_by_row(world, cases) -> list[tuple[str, str | None]]:
    """The case's words, and the severity of its rule in its row, which is the next one of the file."""
    found = judged(world)
    return [(what, found.get(row, {}).get(rule)) for row, (what, _, rule, _) in enumerate(cases, start=2)]


def test_actions(world):
    """Each row of the table is a row of one file; what is only warned of is taken."""
    rows = [
        {"Reference": f"R{number}", "Change ideas": "Trauma list at weekends", **given}
        for number, (_, given, _, _) in enumerate(BAD_ACTIONS)
    ]
    outcome = world.submit(actions(*rows))
    assert found_by_row(world, BAD_ACTIONS) == [(what, severity) for what, _, _, severity in BAD_ACTIONS]
    assert outcome.counts.quarantined == sum(severity == ASIDE for *_, severity in BAD_ACTIONS)
    assert len(world.query("select * from improvement.action")) == sum(severity == WARN for *_, severity in BAD_ACTIONS)
    assert all(len(advice(world, rule)) > 20 for rule in {rule for _, _, rule, _ in BAD_ACTIONS})


def test_aims(world):
    rows = [{"Organisation": place, **given} for place, (_, given, _, _) in zip(PLACES, BAD_AIMS, strict=True)]
    world.submit(aims(*rows), sender="NET")
    assert found_by_row(world, BAD_AIMS) == [(what, severity) for what, _, _, severity in BAD_AIMS]
    assert len(world.query("select * from improvement.aim")) == sum(severity == WARN for *_, severity in BAD_AIMS)


def test_a_lead_without_or_with_an_impossible_address_is_set_aside(world):
    rows = [{"Role": f"Role {number}", "Contact address": address} for number, address in enumerate(IMPOSSIBLE)]
    world.submit(leads(*rows, {"Role": "Ward manager", "Contact address": "https://hooks.zx1.example:8443/a?b=c"}))
    found = judged(world)
    assert all(
        {"REQ.contact_address", "VAL.contact_address", "FMT.contact_address"} & set(found.get(row, {}))
        for row in range(2, 2 + len(IMPOSSIBLE))
    ), found
    assert [row["role"] for row in world.query("select role from improvement.lead")] == ["Ward manager"]


def test_two_rows_of_one_thing_are_both_set_aside(world):
    outcome = world.submit(aims({}, {"Target": "0.7"}, {"Organisation": "ZX1A1"}))
    assert (outcome.counts.quarantined, outcome.counts.accepted) == (2, 1)
    assert judged(world)[2]["IMP4"] == judged(world)[3]["IMP4"] == ASIDE


def test_replace_period_is_refused(world):
    manifest = {"mode": "replace period", "period_start": "2024-01-01", "period_end": "2024-12-31"}
    outcome = world.submit(actions({}), manifest=manifest)
    assert outcome.state == "rejected" and judged(world)[None]["IMP1"] == "reject file"


def test_an_action_before_the_providers_first_data_is_told(world):
    from datetime import datetime

    world.submit([wrist(n, arrived=datetime(2024, 3, 1 + n, 9)) for n in range(1, 6)])
    world.refresh()
    world.submit(actions({"Start date": "10/02/2024"}), name="actions.csv")
    assert judged(world)[2]["IMP6"] == WARN
    assert "March 2024" in advice(world, "IMP6")


def test_overlapping_actions_on_one_measure_are_told_with_the_other_ones_name(world):
    world.submit(actions({}))
    world.submit(actions({"Reference": "A2", "Start date": "01/05/2024"}))
    assert judged(world)[2]["IMP7"] == WARN and "'A1'" in advice(world, "IMP7")


NO_OVERLAP = [
    ("another measure", {"Measures to raise": "", "Measures to lower": "wrist_stay_days"}),
    ("another site", {"Organisation": "ZX1A2"}),
    ("only planned", {"Status": "planned", "Start date": "01/01/2060"}),
    ("two years later", {"Start date": "01/04/2026"}),
]


def test_what_does_not_overlap_is_not_told(world):
    """The first action begins in March 2024 at one site; the others are at the same one two months later unless they say otherwise."""
    world.submit(actions({"Organisation": "ZX1A1"}))
    for number, (what, given) in enumerate(NO_OVERLAP):
        world.submit(actions({"Organisation": "ZX1A1", "Reference": f"B{number}", "Start date": "01/05/2024", **given}))
        assert "IMP7" not in judged(world).get(2, {}), what
    world.submit(actions({"Reference": "gone", "Organisation": "ZX2", "Status": "abandoned", "End date": "01/04/2024"}), sender="NET")
    world.submit(actions({"Reference": "next", "Organisation": "ZX2", "Start date": "01/05/2024"}), sender="NET")
    assert "IMP7" not in judged(world).get(2, {}), "what was given up before"


def test_an_address_stands_in_one_table_alone_and_in_no_log(world, caplog, tmp_path):
    address = "very.private.person@zx1.example"
    with caplog.at_level(logging.DEBUG):
        outcome = world.submit(
            leads(
                {"Contact address": address}, {"Role": "Other", "Contact address": address + " "}, {"Role": "", "Contact address": address}
            )
        )
    assert outcome.counts.accepted == 2
    tables = world.query(
        "select format('%I.%I', table_schema, table_name) as name from information_schema.tables "
        "where table_schema in ('house', 'intake', 'pathway', 'measurement', 'improvement', 'dashboard', 'publication')"
    )
    held = {row["name"] for row in tables if world.query(f"select 1 from {row['name']} t where t::text like :a limit 1", a=f"%{address}%")}
    assert held == {"improvement.lead_contact"}
    assert address not in caplog.text and address not in repr(outcome)
    outbox = [
        path
        for path in world.context.settings.outbox.rglob("*")
        if path.is_file() and address.encode() in path.read_bytes() and path.suffix in (".json", ".html", ".csv")
    ]
    assert outbox == []
