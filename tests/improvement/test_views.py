"""What another provider reads of an effect: rounded numbers, nothing that gives small counts away; one's own whole."""

from __future__ import annotations

from sqlalchemy import text

from tests.improvement.network import Departments
from tests.warehouse.conftest import as_role  # noqa: F401  (a fixture)


def _seen(engine, view: str) -> dict[str, dict]:
    with engine.connect() as connection:
        return {row["organisation_code"]: dict(row) for row in connection.execute(text(f"select * from dashboard.{view}")).mappings()}


def test_own_effects_whole_and_others_rounded_or_hidden(world, as_role):  # noqa: F811
    departments = Departments(world)
    departments.counted[1, 24:] = 0  # of ZYB only 5 are seen in time after the action
    departments.counted[1, 30] = 5
    ideas = {"ZYA": "Alone", "ZYB": "Shared", "ZYC": "Shared"}
    departments.load().register(
        *({"Reference": code, "Organisation": code, "Start date": "01/01/2025", "Change ideas": idea} for code, idea in ideas.items())
    ).refresh()
    whole = departments.effects()
    seen = _seen(as_role("cc_provider", "ZYA"), "action_effect_v1")
    assert seen["ZYA"]["controlled_difference"] == whole["ZYA"]["controlled_difference"] and seen["ZYA"]["is_own"]
    assert seen["ZYC"]["controlled_difference"] == round(whole["ZYC"]["controlled_difference"], 2) and not seen["ZYC"]["is_suppressed"]
    hidden = {
        name: value
        for name, value in seen["ZYB"].items()
        if name.endswith(("_value", "difference", "_lower", "_upper", "step", "slope", "_mean", "_limit"))
    }
    assert seen["ZYB"]["is_suppressed"] and set(hidden.values()) == {None} and len(hidden) > 20
    assert seen["ZYB"]["verdict_text"] == "worse"
    assert _seen(as_role("cc_provider", "ZYB"), "action_effect_v1")["ZYB"]["after_value"] == whole["ZYB"]["after_value"]
    what_is_hidden_is_not_told_by_the_mean_of_few(as_role)


def what_is_hidden_is_not_told_by_the_mean_of_few(as_role) -> None:  # noqa: F811
    """ZYB and ZYC tried one idea: who knows the mean and ZYC's effect would know that of ZYB."""
    told = {}
    for reader in ("ZYA", "ZYB"):
        with as_role("cc_provider", reader).connect() as connection:
            told[reader] = {row.change_idea: row for row in connection.execute(text("select * from dashboard.change_idea_effect_v1"))}
    shared = told["ZYA"]["shared"]
    assert shared.is_suppressed and shared.effect is None and shared.told_count == 2 and shared.worse_count >= 1
    assert not told["ZYA"]["alone"].is_suppressed and told["ZYA"]["alone"].effect is not None
    assert told["ZYB"]["shared"].effect is not None, "its own is no secret to it"


def test_leads_are_seen_without_their_addresses(world, as_role):  # noqa: F811
    from tests.improvement.files import leads

    world.submit(leads({}))
    [lead] = _seen(as_role("cc_dashboard"), "lead_v1").values()
    assert (lead["role"], lead["pathway_name"]) == ("Clinical lead", "wrist_fracture") and "@" not in str(lead)
