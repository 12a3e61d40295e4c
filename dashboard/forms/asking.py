"""What a form asks and says where the words of the file are wrong for it: there is a list, a calendar, a box to tick, and nobody sees a row.

Belongs here: hints beside fields, what is wrong in a form's words. Does not belong here: what a field is and which rows are right (``schemas.improvement``); numbers in a
measure's unit (``dashboard.forms.measured``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.datasets import Dataset
from schemas.fields import Field, Kind
from schemas.improvement import NAMES

LEAD, AIM, ACTION = NAMES["lead"], NAMES["aim"], NAMES["action"]
# dataset and field: what stands beside it; every other field says its own description
HINTS = {
    (LEAD, "organisation"): "The provider, site or team for which the lead speaks.",
    (LEAD, "pathway"): "The pathway that the role leads.",
    (LEAD, "signals"): "Tick what this role is written to about; without a tick it is everything.",
    (AIM, "organisation"): "The provider, site or team whose aim it is.",
    (AIM, "measure"): "The measure that is to become better.",
    (
        AIM,
        "baseline",
    ): "Where it starts. For a new aim of the provider the value of the latest twelve months is filled in, where there is one.",
    (AIM, "target"): "The value to reach.",
    (ACTION, "organisation"): "The provider, site or team that acts.",
    (ACTION, "pathway"): "The pathway that is changed.",
    (ACTION, "change_ideas"): "Tick the kinds of change that it is, or write one of your own.",
    (ACTION, "measures_to_raise"): "Tick the measures whose value should rise: at least one here, or one that should fall.",
    (ACTION, "measures_to_lower"): "Tick the measures whose value should fall, if there are any.",
}
# kind of rule (the first part of its id), kind of input: the sentence; None: every other input
WRONG = {
    "REQ": {
        "select": "Choose one of the list: it cannot be sent without it.", "date": "Choose a day: it cannot be sent without it.",
        None: "Fill this in: it cannot be sent without it.",
    },
    "COD": {"boxes": "Tick only what is listed here.", None: "Choose one of the list."},
    "FMT": {"date": "There is no such day. Choose one of the calendar.", "number": "Write it as a number.", None: "This cannot be read. Write it in other words."},
}  # fmt: skip
WRONG |= {"XLS": WRONG["FMT"], "SWP": WRONG["FMT"]}
# rules whose sentence is another where there is a list: in place of the whole, or of a part of it
SENTENCES = {
    "IA05": "By its definition the measure would become worse. It was taken as it is; if it is a slip, tick the measure in the other list.",
    "IMP2": "The network knows no such provider, site or team. Choose another.",
    "IMP3": "This is another provider's. Choose one of your own, or let that provider or the network's office send it.",
}
PHRASES = {"write it so and send the row again": "tick that one and send the form again"}
TOO_LONG = "This is longer than {} characters. Shorten it."


def hint(dataset: Dataset, item: Field) -> str:
    return HINTS.get((dataset.name, item.name), item.description)


@dataclass(frozen=True)
class Shown:
    """A field as the form shows it: by which kind of input."""

    dataset: Dataset
    item: Field
    kind: str


def in_words(shown: Shown, rule_id: str, advice: Sequence[str]) -> list[str]:
    """What a rule of the file says, for whoever sees the form: of rules on one field by the kind of its input, of others with labels in place of codes."""
    kind = "COD" if rule_id == shown.dataset.code_rule_id else rule_id.partition(".")[0]
    if kind == "LEN":
        return [TOO_LONG.format(shown.item.maximum_length)]
    if rule_id in SENTENCES:
        return [SENTENCES[rule_id]]
    if kind in WRONG:
        return [WRONG[kind].get(shown.kind, WRONG[kind][None])]
    # others than the dataset's own rules quote what people wrote, which is no code though it be spelled as one
    is_declared = any(rule.id == rule_id for rule in shown.dataset.rules)
    return [_labelled(shown.dataset, said) if is_declared else _phrased(said) for said in advice]


def _labelled(dataset: Dataset, said: str) -> str:
    """Codes that are quoted in a sentence, by what the form shows in their place."""
    listed = [item.codes for item in dataset.fields if item.codes and item.kind in (Kind.CODE, Kind.CODES)]
    for code, label in (pair for codes in listed for pair in codes.labels):
        said = said.replace(f"'{code}'", f"'{label}'")
    return said


def _phrased(said: str) -> str:
    for of_a_file, of_a_form in PHRASES.items():
        said = said.replace(of_a_file, of_a_form)
    return said
