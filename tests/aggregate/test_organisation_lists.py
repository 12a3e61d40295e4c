"""Published lists of organisations: names find their organisation, earlier results move to it."""

from datetime import UTC, datetime

import pytest

from assets.named_organisations import rehome
from tests.aggregate.test_submitted_results import counting, counts
from warehouse.organisation_lists import import_list, list_of
from warehouse.organisations import OrganisationError, resolve

NOTED = {"actor": "test", "at": datetime(2024, 5, 1, tzinfo=UTC)}
TEAMS = "TeamCode,TeamName,TeamType,TRUST_Groups\n101,St Exemplar's  Hospital ,H,TRUST_ZX1\nC7,Community team,C,TRUST_XXX\n,No code,H,\n"


@pytest.fixture
def teams(tmp_path):
    path = tmp_path / "teams.csv"
    path.write_text(TEAMS)
    return path


def test_a_list_is_recognised_by_its_header(teams, tmp_path, registry):
    assert list_of(teams, registry).name == "ssnap_teams"
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    assert list_of(other, registry) is None


def test_its_organisations_are_found_by_name_and_lie_below_known_parents(teams, registry, world):
    with world.context.engine.begin() as connection:
        outcome = import_list(connection, teams, list_of(teams, registry), **NOTED)
        assert resolve(connection, ["st exemplars hospital", "SSNAPC7"]) == {"st exemplars hospital": "SSNAP101", "SSNAPC7": "SSNAPC7"}
    assert (outcome.read_count, outcome.changed_codes) == (2, ("SSNAP101", "SSNAPC7"))
    assert outcome.problems == ("line 4: no code in 'TeamCode', or no name in 'TeamName'",)
    found = world.query(
        "select organisation_code as code, parent_code, organisation_kind as kind from pathway.organisation where organisation_code like 'SSNAP%' order by 1"
    )
    assert [tuple(row.values()) for row in found] == [("SSNAP101", "ZX1", "team"), ("SSNAPC7", None, "team")]


def test_importing_twice_changes_nothing(teams, registry, world):
    with world.context.engine.begin() as connection:
        import_list(connection, teams, list_of(teams, registry), **NOTED)
        assert import_list(connection, teams, list_of(teams, registry), **NOTED).changed_codes == ()


def test_results_that_came_before_the_list_move_to_its_organisations(teams, registry, world):
    world.submit(counts("St Exemplar's Hospital | ae_four_hour | 01/05/2024 | month | 90 | 100"), sender="NET")
    with world.context.engine.begin() as connection:
        import_list(connection, teams, list_of(teams, registry), **NOTED)
        assert rehome(connection, world.context.registry) == 1
    assert counting(world) == {("SSNAP101", "2024-05-01"): 90}


def test_a_list_without_organisations_is_refused(tmp_path, registry, world):
    path = tmp_path / "teams.csv"
    path.write_text("TeamCode,TeamName,TRUST_Groups\n,,\n")
    with world.context.engine.begin() as connection, pytest.raises(OrganisationError, match="line 2"):
        import_list(connection, path, list_of(path, registry), **NOTED)
