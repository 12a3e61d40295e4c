"""What becomes of what a form sent, as the page tells it: every value in the words that the form showed, nothing of files, rows and codes."""

from __future__ import annotations

import re

import pytest

from dashboard.forms import told
from dashboard.forms.sending import FINAL
from schemas.field_rules import field_rules
from schemas.improvement import NAMES
from schemas.registry import load_registry
from schemas.rules import Severity
from tests.dashboard.forms import LEAD, post, site_of, work_off
from tests.dashboard.network import IMPROVES, WORSENS
from tests.dashboard.test_actions import words_of

CODES = re.compile(r"\b(active|adopted|abandoned|warn|quarantine|rejected|row|rows|column|file)\b|'planned'|accepted with")
WORST = "hip_mortality_30_days"
BEGUN = {"status": "planned", "start_date": "2026-01-10"}
WRONG_WAY = {"pathway": "hip_fracture", "measures_to_raise": [WORST]}
ALIKE = {"change_ideas_added": "Trauma lists at weekend"}
# what, typed, a part of what the page says
WARNED = [
    ("planned and begun", BEGUN, "Status taken, with a warning The start has passed. Say 'Under way' if it has begun"),
    ("a measure that becomes worse", WRONG_WAY, "tick the measure in the other list"),
    ("an idea like another", ALIKE, "If 'Trauma list at weekends' is meant, tick that one and send the form again."),
]


def receipt_page(house, address: str) -> str:
    """What the page says, after the file has gone the product's own way."""
    work_off(house)
    return words_of(house.client(LEAD).get(address).text.partition("<main")[2].partition("</main>")[0])


@pytest.mark.parametrize(("typed", "part"), [case[1:] for case in WARNED], ids=[case[0] for case in WARNED])
def test_a_warning_reads_as_the_form_does(taking, typed, part):
    said = receipt_page(taking, post(taking.client(LEAD), "actions", reference=part[:20], **typed))
    assert part in said and "It was taken. Read what there is to know about it" in said
    assert CODES.findall(said) == [], said


def test_what_is_not_taken_reads_as_the_form_does(taking):
    """The site went to another provider between the form and the taking."""
    address = post(taking.client(LEAD), "actions", reference="moved", organisation=site_of(taking, WORSENS))
    site_of(taking, "ZX1")
    said = receipt_page(taking, address)
    assert (
        "Not accepted" in said
        and "Organisation not taken This is another provider's. Choose one of your own" in said
        and "Nothing of it was taken" in said
    )
    assert CODES.findall(said) == [], said


def receipt(state: str = "accepted with warnings", *findings: dict, **more) -> dict:
    return {
        "state": state,
        "result": "The result",
        "summary": "The summary.",
        "counts": {"received": 1},
        "repeats": None,
        "findings": findings,
        **more,
    }


def finding(rule: str, *advice: str, field: str | None = "start_date", severity: Severity = Severity.WARN) -> dict:
    return {"rule": rule, "field": field, "severity": severity.value, "advice": advice}


@pytest.fixture(scope="module")
def dataset(network):
    return load_registry(network.settings.pathway_folders).dataset(NAMES["action"])


def test_a_reference_that_is_spelled_as_a_code_stays_as_it_was_written(dataset):
    quoted = "Another action on the same measure goes on at the same time: 'active'."
    [said] = told.findings(dataset, receipt("accepted with warnings", finding("IMP7", quoted)), str)
    assert said.sentences == (quoted,)


def test_every_rule_of_every_form_has_words_without_codes(network):
    """Each rule of the datasets, as if the warehouse alone had found it broken."""
    registry, found = load_registry(network.settings.pathway_folders), {}
    for name in NAMES.values():
        dataset = registry.dataset(name)
        codes = {code for item in dataset.fields if item.codes for code in item.codes.values}
        for rule in (*dataset.rules, *field_rules(dataset)):
            [said] = told.findings(
                dataset, receipt("rejected", finding(rule.id, rule.advice, field=rule.fields[0], severity=rule.severity)), str
            )
            quoted = {word for sentence in said.sentences for word in re.findall(r"'([^']+)'", sentence)}
            found[rule.id] = quoted & codes or re.findall(r"DD/MM|joined by|\brow\b|column|between 0 and 1\b", " ".join(said.sentences))
    assert len(found) > 40 and {rule: words for rule, words in found.items() if words} == {}


def test_every_state_and_every_severity_has_words(dataset):
    assert set(told.STATES) == set(FINAL) and set(told.SEVERITIES) == set(Severity)
    for state in FINAL:
        assert told.STATES[state] and (told.summary(receipt(state)) != "The summary.") is (state != "accepted in part"), (
            "no form sends more than one"
        )
    assert "nothing need be sent again" in told.summary(receipt("failed", counts={"received": None}))
    assert told.result(receipt("failed")) == told.result(None) == told.BROKE and told.result(receipt("rejected")) == "The result"


def test_what_was_sent_before_is_said_to_hold():
    assert (
        told.summary(receipt("accepted", repeats="S00000001")) == "You had sent the same before, and it still holds. Nothing was changed."
    )


def test_a_file_of_many_that_is_found_under_an_address_is_told_in_the_receipts_words():
    assert told.summary(receipt("accepted", counts={"received": 40})) == "The summary."


def test_what_is_of_no_field_is_of_what_was_sent(dataset):
    [said] = told.findings(
        dataset, receipt("rejected", finding("SND2", "Only the office may.", field=None, severity=Severity.REJECT_FILE)), str
    )
    assert (said.field, said.label, said.meaning, said.is_warning, said.sentences) == (
        "",
        told.WHOLE,
        "not taken",
        False,
        ("Only the office may.",),
    )


def test_names_of_peers_in_what_others_wrote_give_way(dataset):
    [said] = told.findings(
        dataset,
        receipt("accepted with warnings", finding("IMP7", f"As {IMPROVES} does.")),
        lambda sentence: sentence.replace(IMPROVES, "Provider 3"),
    )
    assert said.sentences == ("As Provider 3 does.",)
