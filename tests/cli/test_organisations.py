"""``organisations``: an alias takes up what was left, and what an organisation is can be seen."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from sqlalchemy import update

from assets.refresh import full_recompute
from pipelines.cli.main import CANNOT
from tests.docs.commands import README, text_of
from tests.world import snapshot, wrist
from warehouse.organisations import load_network
from warehouse.pathway_tables import organisation

COUNTS = "Organisation,Measure,Period start,Period,Numerator,Denominator\r\n"


def counts(*rows: str) -> bytes:
    return (COUNTS + "".join(f"{row}\r\n" for row in rows)).encode()


def test_results_kept_under_a_name_move_to_the_organisation_that_comes_to_bear_it(world, typed):
    world.submit(counts("The Old Infirmary,ae_four_hour,01/05/2024,month,90,100"), sender="NET", name="counts.csv")
    world.refresh()
    code, said = typed("organisations", "unresolved")
    assert code == 0 and "the old infirmary" in said and "NET" in said
    code, said = typed("organisations", "alias", "The Old Infirmary", "ZX3")
    assert code == 0 and "names whose results moved: 1" in said and "retry" not in said
    [row] = world.query(
        "select organisation_code, numerator from measurement.measure_result where organisation_code = 'ZX3' and measure_name = 'ae_four_hour' and period_grain = 'month'"
    )
    assert row["numerator"] == 90, "the refresh is done when the command ends"
    assert world.query("select 1 from intake.stale_cell") == []
    assert "the old infirmary" not in typed("organisations", "unresolved")[1]
    assert "the old infirmary (name given by hand)" in typed("organisations", "show", "ZX3")[1]


def test_records_set_aside_for_an_unknown_site_are_told_and_taken_by_a_retry(world, typed):
    first = world.submit([wrist(1), wrist(2, site="OLDCLINIC")])
    other = world.submit([wrist(3, site="ZX2A1"), wrist(4, site="OLDCLINIC")], sender="ZX2", name="other.csv")
    assert first.counts.quarantined == other.counts.quarantined == 1
    code, said = typed("organisations", "alias", "OldClinic", "ZX1A2")
    assert code == 0 and f"common-cause retry {first.submission_id}" in said
    assert other.submission_id not in said, "another provider cannot have meant it"
    code, said = typed("retry", first.submission_id)
    assert code == 0 and f"{first.submission_id}: accepted" in said and "in part" not in said
    assert world.query("select count(*) as n from pathway.pathway_case where site_code = 'ZX1A2'") == [{"n": 1}]


def test_an_alias_given_by_hand_is_not_taken_back_by_an_import_and_can_be_moved(world, typed, database):
    typed("organisations", "alias", "Exemplar 2 Hospitals", "ZX1")
    with database.begin() as connection:
        load_network(
            connection, [{"organisation_code": "ZX2", "organisation_name": "Exemplar 2 Hospitals", "organisation_kind": "provider"}]
        )
    assert "ZX1" in typed("organisations", "show", "exemplar 2 hospitals")[1].splitlines()[0]
    code, said = typed("organisations", "alias", "Exemplar 2 Hospitals", "zx2")
    assert code == 0 and "was ZX1 until now" in said
    assert "ZX2" in typed("organisations", "show", "exemplar 2 hospitals")[1].splitlines()[0]


def test_show_tells_what_an_organisation_is(typed, database):
    with database.begin() as connection:
        closed = {"successor_code": "ZX1", "closed_on": datetime(2023, 4, 1).date()}
        connection.execute(update(organisation).where(organisation.c.organisation_code == "ZX2").values(closed))
    code, said = typed("organisations", "show", "ZX1")
    assert code == 0
    told = {line[2:16].strip(): line[16:] for line in said.splitlines()}
    assert told == {
        "code": "ZX1", "name": "Exemplar 1 Hospitals", "kind": "provider, member of the network", "counts to": "REG1 Northern region (region); NET The network (network)",
        "taken over by": "nobody", "took over": "ZX2 Exemplar 2 Hospitals (provider)", "found as": "exemplar 1 hospitals (name)",
    }  # fmt: skip
    old = typed("organisations", "show", "ZX2")[1]
    assert (
        "taken over by ZX1" in " ".join(old.split()) and "closed 2023-04-01" in old and "ZX1 Exemplar 1 Hospitals (provider); REG1" in old
    )


SAMPLES = re.findall(r"^```csv\n(.*?)```", text_of(README), re.S | re.M)


def test_the_samples_of_the_readme_and_of_the_help_are_taken_as_they_stand(typed, tmp_path):
    helped = [line.strip() for line in typed("organisations", "import", "--help")[1].splitlines()]
    assert {line for sample in SAMPLES for line in sample.splitlines()} <= set(helped)
    trusts, mergers = (tmp_path / name for name in ("trusts.csv", "mergers.csv"))
    for path, sample in zip((trusts, mergers), SAMPLES, strict=True):
        path.write_text(sample)
    code, said = typed("organisations", "import", str(trusts), "--members")
    assert code == 0 and "read 2 organisations" in said and "not taken" not in said
    code, said = typed("organisations", "import", str(mergers), "--successors")
    assert code == 0 and "read 1 organisations" in said and "not taken" not in said
    assert "taken over by ZQA" in " ".join(typed("organisations", "show", "ZQB")[1].split())


@pytest.fixture
def empty(world):
    """A house that knows nobody yet."""
    with world.context.engine.begin() as connection:
        for table in ("organisation_alias", "organisation"):
            connection.exec_driver_sql(f"delete from pathway.{table}")
    return world


def test_the_first_members_make_the_network_whose_office_may_send_for_them(empty, typed, tmp_path, monkeypatch):
    monkeypatch.setenv("COMMON_CAUSE_NETWORK_CODE", "OWN")
    monkeypatch.setenv("COMMON_CAUSE_NETWORK_NAME", "Our network")
    (tmp_path / "trusts.csv").write_text(SAMPLES[0])
    code, said = typed("organisations", "import", str(tmp_path / "trusts.csv"), "--members")
    assert code == 0 and "made the network: OWN Our network" in said
    assert "made the network" not in typed("organisations", "import", str(tmp_path / "trusts.csv"), "--members")[1]
    empty.submit(
        counts("ZQA,ae_four_hour,01/05/2024,month,90,100", "ZQB,ae_four_hour,01/05/2024,month,50,100"), sender="OWN", name="counts.csv"
    )
    empty.refresh()
    found = empty.query("select organisation_code, numerator from measurement.measure_result where period_grain = 'month' order by 1")
    assert [tuple(row.values()) for row in found] == [("OWN", 140.0), ("Y60", 140.0), ("ZQA", 90.0), ("ZQB", 50.0)]


def test_a_network_cannot_bear_the_code_of_a_trust(empty, typed, tmp_path, monkeypatch):
    (tmp_path / "trusts.csv").write_text(SAMPLES[0])
    assert typed("organisations", "import", str(tmp_path / "trusts.csv"))[0] == 0
    monkeypatch.setenv("COMMON_CAUSE_NETWORK_CODE", "ZQA")
    code, said = typed("organisations", "import", str(tmp_path / "trusts.csv"), "--members")
    assert code == CANNOT and "choose one with COMMON_CAUSE_NETWORK_CODE" in said


def test_results_follow_an_import_at_once(world, typed, tmp_path):
    """A merger: what the one had counts for the other, and the one has no results any more."""
    world.submit([wrist(1), wrist(2)])
    world.submit([wrist(3, site="ZX2A1")], sender="ZX2", name="other.csv")
    world.refresh()
    (tmp_path / "mergers.csv").write_text("predecessor,successor,date\r\nZX2,ZX1,2024-04-01\r\n")
    assert typed("organisations", "import", str(tmp_path / "mergers.csv"), "--successors")[0] == 0
    results = "select organisation_code, sum(denominator) as n from measurement.measure_result where measure_name = :measure and period_grain = 'year' and organisation_code in ('ZX1', 'ZX2') group by 1"
    [measure] = world.query(
        "select measure_name from measurement.measure_result where organisation_code = 'ZX1' and period_grain = 'year' and denominator = 3 order by 1 limit 1"
    )
    assert world.query(results, measure=measure["measure_name"]) == [{"organisation_code": "ZX1", "n": 3.0}]
    assert world.query("select 1 from intake.stale_cell") == []


def test_a_region_whose_last_member_goes_elsewhere_has_no_results_any_more(world, typed, tmp_path):
    world.submit([wrist(1), wrist(2)])
    world.submit([wrist(3, site="ZX3A1")], sender="ZX3", name="other.csv")
    world.refresh()
    regions = "select organisation_code from measurement.measure_result where organisation_code like 'REG%' group by 1 order by 1"
    assert [row["organisation_code"] for row in world.query(regions)] == ["REG1", "REG2"]
    (tmp_path / "etr.csv").write_text('"ZX3","EXEMPLAR 3 HOSPITALS","REG1","","","","","","","","20100101",""\r\n')
    assert typed("organisations", "import", str(tmp_path / "etr.csv"))[0] == 0
    assert [row["organisation_code"] for row in world.query(regions)] == ["REG1"]
    shown = ("results", "benchmarks", "funnels", "spc", "milestones", "parts", "milestone parts")
    grown = snapshot(world.context.engine, *shown)
    full_recompute(world.context.engine, world.context.registry, world.context.now())
    assert snapshot(world.context.engine, *shown) == grown


def test_a_file_of_trusts_is_no_file_of_successors(typed, tmp_path):
    (tmp_path / "etr.csv").write_text(SAMPLES[0])
    code, said = typed("organisations", "import", str(tmp_path / "etr.csv"), "--successors")
    assert code == CANNOT and "the header must be predecessor,successor,date" in said


def test_the_list_tells_whom_the_network_knows_members_first(typed, world):
    world.submit(counts("The Old Infirmary,ae_four_hour,01/05/2024,month,90,100"), sender="NET", name="counts.csv")
    known = world.query(
        "select organisation_code, organisation_kind, is_member from pathway.organisation where organisation_code not like '?%'"
    )
    code, said = typed("organisations", "list")
    rows = [line.split() for line in said.splitlines()[2:]]
    assert code == 0 and len(rows) == len(known) and "?" not in said
    assert [row[1] for row in rows if row[1] == "yes"] == [row[1] for row in rows][: sum(one["is_member"] for one in known)]
    members = typed("organisations", "list", "--members", "--kind", "provider")[1]
    assert "ZX1 " in members and "REG1 " not in [line.split()[2] for line in members.splitlines()[2:]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("alias", "Anything", "ZZZ"), "knows no organisation ZZZ"),
        (("alias", "Anything", "?ABC"), "knows no organisation ?ABC"),
        (("alias", "zx2", "ZX1"), "itself the code of an organisation"),
        (("alias", " - ", "ZX1"), "it is no name"),
        (("show", "Nowhere"), "no organisation has the code or name 'Nowhere'; `common-cause organisations import FILE` adds some"),
    ],
)
def test_mistakes_are_told_in_a_sentence_and_change_nothing(typed, world, words, says):
    before = world.query("select * from pathway.organisation_alias order by alias")
    code, said = typed("organisations", *words)
    assert code == CANNOT and says in said and said.count("\n") == 1
    assert world.query("select * from pathway.organisation_alias order by alias") == before


def test_successors_are_imported_from_a_file(world, typed, tmp_path):
    file = tmp_path / "successors.csv"
    file.write_text("predecessor,successor,date\r\nZX2,ZX3,2026-04-01\r\n")
    code, said = typed("organisations", "import", str(file), "--successors")
    assert code == 0 and "read 1 organisations, 1 new or changed" in said, said
    [row] = world.query("select successor_code, closed_on::text from pathway.organisation where organisation_code = 'ZX2'")
    assert row == {"successor_code": "ZX3", "closed_on": "2026-03-31"}
    assert "ZX2" in typed("organisations", "show", "ZX3")[1].partition("took over")[2].splitlines()[0]
