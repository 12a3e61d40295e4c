"""The audit's header of a column -> the name of our field.

Belongs here: the rule, and the few headers whose words it cannot tell. Does not belong here: which columns there are.
"""

from __future__ import annotations

import re

# runs of capitals that are two words, or words that hold a figure
IRREGULAR = {
    "CoM": "Com",
    "INRNK": "InrNk",
    "INRHigh": "InrHigh",
    "NoNHS": "NoNhs",
    "Nihss24Hrs": "Nihss_24hrs",
    "HLI": "Hli",
    "EQ5D": "Eq5d",
}
_ENDS = (("DateTime", "At"), ("Date", "On"))
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*|[0-9]+[A-Za-z]*")


def name_of(header: str) -> str:
    """``S1FirstArrivalDateTime`` -> ``s1_first_arrival_at``."""
    for end, ours in _ENDS:
        if header.endswith(end):
            header = header.removesuffix(end) + ours
            break
    for text, ours in IRREGULAR.items():
        header = header.replace(text, ours)
    spaced = re.sub(r"(?<=[a-z])(?=[0-9]+(?:Hrs|Days|Month))", "_", header)
    spaced = re.sub(r"([0-9]+)(Hrs|Days|Month)", lambda m: f"{m[1]}{m[2].lower()}_", spaced)
    words = (word for part in spaced.split("_") for word in _WORDS.findall(part))
    return "_".join(word.lower() for word in words)
