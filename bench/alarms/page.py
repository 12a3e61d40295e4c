"""``python -m bench.alarms.page``: writes the tables of docs/false-alarms.md anew from the committed results of the bench.

Belongs here: figures as tables and sentences. Does not belong here: figures. A test holds the page against the results.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from bench.alarms.cells import KEPT, errors_by_events, months, number, percent, rate, total
from bench.alarms.draws import TRUTHS
from bench.alarms.reasons import LONG, LONG_FEW, follows, reading, words
from bench.alarms.rules import ALL, DISCOVERED, FEW_EVENTS, XMR_ALL, from_cases, from_events
from bench.false_alarms import DEFAULT, ENOUGH_EVENTS, XMR_ON_ALL, picked
from bench.report import table

ROOT = Path(__file__).parents[2]
PAGE, RESULTS = ROOT / "docs" / "false-alarms.md", ROOT / "bench" / "results" / "false_alarms.json"
SHARES = (
    XMR_ALL, "XmR, a point beyond a limit alone", "XmR, shift of 7 alone", "XmR, 2 in 3 close to a limit alone", "XmR, trend of 7 alone", "XmR, limits and shift",
    *(f"{XMR_ALL}, months of {cases} cases and more" for cases in (5, 10, 20)), *(f"{XMR_ALL}{from_events(few)}" for few in FEW_EVENTS),
    "P, limits alone", "P', limits alone", "P', limits and shift", f"P', {ALL}", "P' never inside P, limits alone", "P' never inside P, limits and shift", KEPT,
    *(f"{KEPT}{from_events(few)}" for few in FEW_EVENTS), f"P' never inside P, limits alone{from_events(ENOUGH_EVENTS)}",
    LONG_FEW, DISCOVERED,
)  # fmt: skip
TIMES = (XMR_ALL, "XmR, a point beyond a limit alone", "XmR, shift of 7 alone", *(f"{XMR_ALL}{from_cases(cases)}" for cases in (5, 10, 20)))
UNDER_TRUTHS = (XMR_ALL, f"P', {ALL}", KEPT, DEFAULT["proportion"])
BY_VOLUME = (XMR_ALL, "XmR, a point beyond a limit alone", f"P', {ALL}", "P' never inside P, limits alone", KEPT, LONG)


def renewed(page: str, detail: dict) -> str:
    """The page with each block between ``begin`` and ``end`` made anew. Raises KeyError for a block that is none."""

    def block(found: re.Match) -> str:
        return f"{found[1]}\n{BLOCKS[found[2]](detail)}\n{found[4]}"

    return re.sub(r"(<!-- begin (\w+) -->)\n(.*?)\n?(<!-- end \2 -->)", block, page, flags=re.DOTALL)


def results(path: Path = RESULTS) -> dict:
    return json.loads(path.read_text())["detail"]


# ------------------------------------------------------------------------------------------------ the network
def size(detail: dict) -> str:
    network = detail["network"]
    kinds, few, national = network["kinds"], network["shares_from_events"], network["shares_from_events_national"]
    rows = [(f"{minimum} and {minimum}", few[minimum], national[minimum]) for minimum in few]
    head = f"{kinds['proportion']:,} series are shares, {kinds['median']} medians, {kinds['mean']} means, {kinds['count']} counts of cases.\n\n"
    return head + table(
        ("events and others that a month has at least, on average", "shares, the demo's volumes", "shares, national volumes"), rows
    )


def shares(detail: dict) -> str:
    columns = [("demo", "second year"), ("demo", "fifth year"), ("national", "fifth year")]
    rows = [
        (rule, *(rate(picked(detail, network=network, phase=phase, kind="proportion", rule=rule)) for network, phase in columns))
        for rule in SHARES
    ]
    return table(("signals a month by chance: shares", "second year", "fifth year", "fifth year, national volumes"), rows)


def bands(detail: dict) -> str:
    """How often a chart errs, by what its months have least of."""
    edges = [f"below {FEW_EVENTS[0]}", *(f"{low} to {high}" for low, high in pairwise(FEW_EVENTS)), f"{FEW_EVENTS[-1]} and more"]
    rows = [(rule, *map(number, errors_by_events(detail, rule))) for rule in (XMR_ALL, f"P', {ALL}", KEPT)]
    return table(("false signals, 100 shares, a year, by events or others of a month", *edges), rows)


def others(detail: dict) -> str:
    columns = [("demo", "second year"), ("demo", "fifth year"), ("national", "fifth year")]
    rows = [
        (
            f"medians and means: {rule}",
            *(rate(picked(detail, network=network, phase=phase, kind="time", rule=rule)) for network, phase in columns),
        )
        for rule in TIMES
    ]
    rows += [
        (
            f"counts: {XMR_ALL}",
            *(rate(picked(detail, network=network, phase=phase, kind="count", rule=XMR_ALL)) for network, phase in columns),
        )
    ]
    return table(("signals a month by chance", "second year", "fifth year", "fifth year, national volumes"), rows)


def truths(detail: dict) -> str:
    rows = [
        (rule, *(rate(picked(detail, network="demo", phase="fifth year", kind="proportion", rule=rule, truth=truth)) for truth in TRUTHS))
        for rule in UNDER_TRUTHS
    ]
    return table(("shares, fifth year", *(truth.name for truth in TRUTHS)), rows)


def levels(detail: dict) -> str:
    names = ("site", "team", "provider", "region", "network")
    rows = []
    for title, rules in (("XmR on all", XMR_ON_ALL), ("by default", DEFAULT)):
        rows.append((title, *(rate(total(detail, rules, network="demo", phase="fifth year", level=level)) for level in names)))
    return table(("all kinds, fifth year", *names), rows)


# ------------------------------------------------------------------------------------------------ by volume
def volumes(detail: dict) -> str:
    """A table a share: false alarms, then when a fall is seen."""
    parts = []
    for share in sorted({row["share"] for row in detail["volumes"]}):
        rows = [_volume_row(row) for rule in BY_VOLUME for row in detail["volumes"] if row["rule"] == rule and row["share"] == share]
        head = (
            "rule",
            "cases a month",
            "false signals, 100 series, a year",
            "falls by 5 points: median months",
            "within 6",
            "within 12",
            "by 10 points: median months",
            "within 6",
            "within 12",
        )
        parts.append(f"A share of {percent(share)}:\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def _volume_row(row: dict) -> tuple:
    cells = []
    for by in ("5 points", "10 points"):
        seen = row[by]
        cells += [months(seen), percent(seen["within_6"]), percent(seen["within_12"])]
    return row["rule"], row["cases"], f"{number(row['raised'])} ± {number(row['error'])}", *cells


# ------------------------------------------------------------------------------------------------ the others
def cusum(detail: dict) -> str:
    rows = []
    for row in detail["cusum"]:
        five, ten = row["5 points"], row["10 points"]
        rows.append((row["cases"], row["years"], f"{number(row['raised'], 2)} ± {number(row['error'], 2)}", months(five), percent(five["within_6"]), percent(five["within_12"]),
                     months(ten), percent(ten["within_6"])))  # fmt: skip
    head = (
        "cases a month",
        "years between false alarms of a chart",
        "false signals of a provider in 10 years, both charts",
        "5 more deaths in 100: median months",
        "within 6",
        "within 12",
        "10 more: median months",
        "within 6",
    )
    return table(head, rows)


def outliers(detail: dict) -> str:
    rows = []
    for row in detail["outliers"]:
        differ = "nothing" if not row["spread"] else f"{row['spread']:g} of the logit"
        worse = "-" if not row["worse_by"] else f"{100 * row['worse_by']:.0f} points"
        rows.append(
            (
                row["basis"],
                differ,
                worse,
                row["rule"],
                f"{number(row['false'], 2)} ± {number(row['error'], 2)} %",
                "-" if row["found"] is None else f"{row['found']:.0f} %",
            )
        )
    return table(("basis", "providers differ by", "every tenth is worse by", "named", "of the others", "of the worse"), rows)


def completeness(detail: dict) -> str:
    rows = [(row["cases"] if row["cases"] != "demo" else "the demo's own records", f"{number(row['raised'])} ± {number(row['error'])}",
             "-" if row["seen_at_once"] is None else f"{row['seen_at_once']:.0f} %") for row in detail["completeness"]]  # fmt: skip
    return table(("cases a month", "false signals, 100 organisations, a year", "a fall by 15 points is seen in its first month"), rows)


BLOCKS: dict[str, Callable[[dict], str]] = {
    "words": words, "size": size, "bands": bands, "shares": shares, "others": others, "truths": truths, "levels": levels, "volumes": volumes, "cusum": cusum, "outliers": outliers,
    "completeness": completeness, "reading": reading, "follows": follows,
}  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(), results()))
