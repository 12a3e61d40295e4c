"""``python -m bench.alarms.page``: writes the tables of docs/false-alarms.md anew from the committed results of the bench.

Belongs here: figures as tables and sentences. Does not belong here: figures. A test holds the page against the results.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

from bench.alarms.draws import TRUTHS
from bench.alarms.rules import ALL, DISCOVERED, FEW_EVENTS, LONG_SHIFT, XMR_ALL, from_cases, from_events
from bench.false_alarms import PROPOSED, XMR_ON_ALL, picked
from bench.report import table

ROOT = Path(__file__).parents[2]
PAGE, RESULTS = ROOT / "docs" / "false-alarms.md", ROOT / "bench" / "results" / "false_alarms.json"
KEPT = f"P' never inside P, {ALL}"
SHARES = (
    XMR_ALL, "XmR, a point beyond a limit alone", "XmR, shift of 7 alone", "XmR, 2 in 3 close to a limit alone", "XmR, trend of 7 alone", "XmR, limits and shift",
    *(f"{XMR_ALL}, months of {cases} cases and more" for cases in (5, 10, 20)), *(f"{XMR_ALL}{from_events(few)}" for few in FEW_EVENTS),
    "P, limits alone", "P', limits alone", "P', limits and shift", f"P', {ALL}", "P' never inside P, limits alone", "P' never inside P, limits and shift", KEPT,
    *(f"{KEPT}{from_events(few)}" for few in FEW_EVENTS), f"P' never inside P, limits alone{from_events(2)}",
    f"P' never inside P, limits and shift of {LONG_SHIFT}{from_events(2)}", DISCOVERED,
)  # fmt: skip
TIMES = (XMR_ALL, "XmR, a point beyond a limit alone", "XmR, shift of 7 alone", *(f"{XMR_ALL}{from_cases(cases)}" for cases in (5, 10, 20)))
UNDER_TRUTHS = (XMR_ALL, f"P', {ALL}", KEPT, PROPOSED["proportion"])
BY_VOLUME = (XMR_ALL, "XmR, a point beyond a limit alone", f"P', {ALL}", "P' never inside P, limits alone", KEPT, f"P' never inside P, limits and shift of {LONG_SHIFT}")


def renewed(page: str, detail: dict) -> str:
    """The page with each block between ``begin`` and ``end`` made anew. Raises KeyError for a block that is none."""
    def block(found: re.Match) -> str:
        return f"{found[1]}\n{BLOCKS[found[2]](detail)}\n{found[4]}"

    return re.sub(r"(<!-- begin (\w+) -->)\n(.*?)\n?(<!-- end \2 -->)", block, page, flags=re.DOTALL)


def results(path: Path = RESULTS) -> dict:
    return json.loads(path.read_text())["detail"]


# ------------------------------------------------------------------------------------------------ cells
def _number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _rate(rows: Iterable[dict]) -> str:
    """Signals a month with their standard error; of several kinds together."""
    rows = list(rows)
    if not rows:
        return "-"
    error = sum(row["error"] ** 2 for row in rows) ** 0.5
    return f"{_number(sum(row['raised'] for row in rows))} ± {_number(error)}"


def _months(seen: dict) -> str:
    return "over 24" if seen["median"] is None else f"{seen['median']:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _total(detail: dict, rules: dict[str, str], **where) -> list[dict]:
    return [row for row in picked(detail, **where) if row["rule"] == rules[row["kind"]]]


# ------------------------------------------------------------------------------------------------ the network
def words(detail: dict) -> str:
    def of(rules: dict[str, str], **where: str) -> str:
        return _rate(_total(detail, rules, **where))

    network = detail["network"]
    second, fifth = ({"network": "demo", "phase": phase} for phase in ("second year", "fifth year"))
    opened = sum(row["open"] for row in _total(detail, XMR_ON_ALL, **second))
    return (
        f"In a network of {network['providers']} providers and {network['measures']} watched measures ({network['series']:,} series of months, of sites, teams, providers, regions and the network), "
        f"XmR with all four rules on every series raises **{of(XMR_ON_ALL, **second)} signals a month by chance alone** in the second year, and {of(XMR_ON_ALL, **fifth)} in the fifth. "
        f"As proposed it is **{of(PROPOSED, **second)}** and {of(PROPOSED, **fifth)}. At national volumes it is {of(XMR_ON_ALL, network='national', phase='fifth year')} and "
        f"{of(PROPOSED, network='national', phase='fifth year')}.\n\n"
        f"A check from outside: at the end of the second year {_number(opened, 0)} signals are open by chance in the simulation; in the house with the same two years of patients "
        f"{network['open_signals']} are open, the few real changes of the demo among them."
    )


def size(detail: dict) -> str:
    network = detail["network"]
    kinds, few, national = network["kinds"], network["shares_from_events"], network["shares_from_events_national"]
    rows = [(f"{minimum} and {minimum}", few[minimum], national[minimum]) for minimum in few]
    head = f"{kinds['proportion']:,} series are shares, {kinds['median']} medians, {kinds['mean']} means, {kinds['count']} counts of cases.\n\n"
    return head + table(("events and others that a month has at least, on average", "shares, the demo's volumes", "shares, national volumes"), rows)


def shares(detail: dict) -> str:
    columns = [("demo", "second year"), ("demo", "fifth year"), ("national", "fifth year")]
    rows = [(rule, *(_rate(picked(detail, network=network, phase=phase, kind="proportion", rule=rule)) for network, phase in columns)) for rule in SHARES]
    return table(("signals a month by chance: shares", "second year", "fifth year", "fifth year, national volumes"), rows)


def _bands(detail: dict, rule: str) -> list[float]:
    """Signals in 100 shares a year, fifth year of the demo, of series below the first smallest number, between each two, and from the last on."""
    counts = [detail["network"]["kinds"]["proportion"], *(detail["network"]["shares_from_events"][str(few)] for few in FEW_EVENTS), 0]
    raised = [_of(detail, name)["raised"] for name in (rule, *(f"{rule}{from_events(few)}" for few in FEW_EVENTS))] + [0.0]
    return [1200 * (more - fewer) / (many - few) for more, fewer, many, few in zip(raised, raised[1:], counts, counts[1:], strict=False)]


def bands(detail: dict) -> str:
    """How often a chart errs, by what its months have least of."""
    edges = [f"below {FEW_EVENTS[0]}", *(f"{low} to {high}" for low, high in pairwise(FEW_EVENTS)), f"{FEW_EVENTS[-1]} and more"]
    rows = [(rule, *map(_number, _bands(detail, rule))) for rule in (XMR_ALL, f"P', {ALL}", KEPT)]
    return table(("false signals, 100 shares, a year, by events or others of a month", *edges), rows)


def others(detail: dict) -> str:
    columns = [("demo", "second year"), ("demo", "fifth year"), ("national", "fifth year")]
    rows = [(f"medians and means: {rule}", *(_rate(picked(detail, network=network, phase=phase, kind="time", rule=rule)) for network, phase in columns)) for rule in TIMES]
    rows += [(f"counts: {XMR_ALL}", *(_rate(picked(detail, network=network, phase=phase, kind="count", rule=XMR_ALL)) for network, phase in columns))]
    return table(("signals a month by chance", "second year", "fifth year", "fifth year, national volumes"), rows)


def truths(detail: dict) -> str:
    rows = [(rule, *(_rate(picked(detail, network="demo", phase="fifth year", kind="proportion", rule=rule, truth=truth)) for truth in TRUTHS)) for rule in UNDER_TRUTHS]
    return table(("shares, fifth year", *(truth.name for truth in TRUTHS)), rows)


def levels(detail: dict) -> str:
    names = ("site", "team", "provider", "region", "network")
    rows = []
    for title, rules in (("XmR on all", XMR_ON_ALL), ("as proposed", PROPOSED)):
        rows.append((title, *(_rate(_total(detail, rules, network="demo", phase="fifth year", level=level)) for level in names)))
    return table(("all kinds, fifth year", *names), rows)


# ------------------------------------------------------------------------------------------------ by volume
def volumes(detail: dict) -> str:
    """A table a share: false alarms, then when a fall is seen."""
    parts = []
    for share in sorted({row["share"] for row in detail["volumes"]}):
        rows = [_volume_row(row) for rule in BY_VOLUME for row in detail["volumes"] if row["rule"] == rule and row["share"] == share]
        head = ("rule", "cases a month", "false signals, 100 series, a year", "falls by 5 points: median months", "within 6", "within 12", "by 10 points: median months", "within 6", "within 12")
        parts.append(f"A share of {_percent(share)}:\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def _volume_row(row: dict) -> tuple:
    cells = []
    for by in ("5 points", "10 points"):
        seen = row[by]
        cells += [_months(seen), _percent(seen["within_6"]), _percent(seen["within_12"])]
    return row["rule"], row["cases"], f"{_number(row['raised'])} ± {_number(row['error'])}", *cells


# ------------------------------------------------------------------------------------------------ the others
def cusum(detail: dict) -> str:
    rows = []
    for row in detail["cusum"]:
        five, ten = row["5 points"], row["10 points"]
        rows.append((row["cases"], row["years"], f"{_number(row['raised'], 2)} ± {_number(row['error'], 2)}", _months(five), _percent(five["within_6"]), _percent(five["within_12"]),
                     _months(ten), _percent(ten["within_6"])))  # fmt: skip
    head = ("cases a month", "years between false alarms of a chart", "false signals of a provider in 10 years, both charts", "5 more deaths in 100: median months", "within 6", "within 12", "10 more: median months", "within 6")
    return table(head, rows)


def outliers(detail: dict) -> str:
    rows = []
    for row in detail["outliers"]:
        differ = "nothing" if not row["spread"] else f"{row['spread']:g} of the logit"
        worse = "-" if not row["worse_by"] else f"{100 * row['worse_by']:.0f} points"
        rows.append((row["basis"], differ, worse, row["rule"], f"{_number(row['false'], 2)} ± {_number(row['error'], 2)} %", "-" if row["found"] is None else f"{row['found']:.0f} %"))
    return table(("basis", "providers differ by", "every tenth is worse by", "named", "of the others", "of the worse"), rows)


def completeness(detail: dict) -> str:
    rows = [(row["cases"] if row["cases"] != "demo" else "the demo's own records", f"{_number(row['raised'])} ± {_number(row['error'])}",
             "-" if row["seen_at_once"] is None else f"{row['seen_at_once']:.0f} %") for row in detail["completeness"]]  # fmt: skip
    return table(("cases a month", "false signals, 100 organisations, a year", "a fall by 15 points is seen in its first month"), rows)


# ------------------------------------------------------------------------------------------------ what it comes to
def _of(detail: dict, rule: str, kind: str = "proportion", phase: str = "fifth year") -> dict:
    [row] = picked(detail, network="demo", phase=phase, kind=kind, rule=rule)
    return row


def _volume(detail: dict, rule: str, cases: int, share: float = 0.6) -> dict:
    return next(row for row in detail["volumes"] if (row["rule"], row["cases"], row["share"]) == (rule, cases, share))


def _parts(part: dict, whole: dict) -> str:
    return _percent(part["raised"] / whole["raised"])


def reading(detail: dict) -> str:
    """What the table of shares shows."""
    of = {name: _of(detail, name) for name in SHARES}
    laney, kept, few = of["P', limits alone"], of["P' never inside P, limits alone"], of[PROPOSED["proportion"]]
    long, seven, nine = f"P' never inside P, limits and shift of {LONG_SHIFT}", _volume(detail, KEPT, 60), _volume(detail, f"P' never inside P, limits and shift of {LONG_SHIFT}", 60)
    from_few = 1 - of[f"{XMR_ALL}{from_events(2)}"]["raised"] / of[XMR_ALL]["raised"]
    return (
        f"* **The chart alone changes little**: P' with all four rules raises {_parts(of[KEPT.replace(' never inside P', '')], of[XMR_ALL])} of what XmR raises in the fifth year. Where most months are 0 % or 100 % the ranges "
        f"between them are 0, so the limits of both close in on the centre and the next single patient lies outside. P' is meant to widen limits; there it narrows them. Kept from that, the limits alone raise "
        f"{_parts(kept, laney)} of what they did.\n"
        f"* **Few events are what false alarms are made of**, not few cases: {_percent(from_few)} of XmR's false alarms are of series with fewer than 2 events or 2 others a month. Ten cases a month are plenty at 50 % and nothing "
        f"at 97 %: where the median month is 100 % and the mean is not, runs on one side of the mean are no surprise.\n"
        f"* **Trend** hardly ever speaks ({_number(of['XmR, trend of 7 alone']['raised'])} a month). **Shift** brings most of what is left, and most of what is seen: a shift of {LONG_SHIFT} without the other rules raises "
        f"{_parts(of[f'{long}{from_events(2)}'], few)} of what is left with all four and a shift of 7, and sees {_percent(nine['10 points']['within_6'])} instead of {_percent(seven['10 points']['within_6'])} "
        f"of falls by 10 points within half a year (60 cases a month).\n"
        f"* **False discovery control** ({_number(of[DISCOVERED]['raised'])} a month) sees the less the more other series are quiet: what happens in one hospital then depends on how many others are watched."
    )


def follows(detail: dict) -> str:
    """The defaults and their reasons."""
    second = [_total(detail, rules, network="demo", phase="second year") for rules in (XMR_ON_ALL, PROPOSED)]
    before, after = (_volume(detail, rule, 60)["10 points"] for rule in (XMR_ALL, KEPT))
    errs, small = _bands(detail, KEPT), _volume(detail, KEPT, 10)["10 points"]
    rest = [row for row in second[1] if row["kind"] != "proportion"]
    ten, twenty = (next(row for row in detail["cusum"] if (row["cases"], row["years"]) == (30, years)) for years in (10, 20))
    alert, alarm = (next(row for row in detail["outliers"] if row["rule"] == rule) for rule in ("alert or alarm (2 SD)", "alarm (3 SD)"))
    rows = [
        ("signals of shares come from P' that is never inside P, with all four rules of Making Data Count; of everything else from XmR",
         f"with the next row {_rate(second[1])} instead of {_rate(second[0])} signals a month; a fall by 10 points at 60 cases a month is seen within half a year in {_percent(after['within_6'])} "
         f"instead of {_percent(before['within_6'])}, within a year in {_percent(after['within_12'])} instead of {_percent(before['within_12'])}. XmR is drawn of every measure all the same"),
        ("a series of shares raises signals from 2 events and 2 others a month on, of medians and means from 10 cases a month on",
         f"the chart errs {_number(errs[0])} times a year in 100 series below 1, {_number(errs[1])} from 1 to 2, {_number(errs[-1])} from 5 on; a share of 60 % with 10 cases a month that falls by 10 points is seen within a year "
         f"in {_percent(small['within_12'])}. From 3 on it would be {_rate([*rest, _of(detail, f'{KEPT}{from_events(3)}', phase='second year')])} a month. Charts are drawn all the same, quarters and years judged as period "
         "outliers, deaths by CUSUM"),
        ("shift and trend of 7", f"as published; if there are still too many, a shift of {LONG_SHIFT} is the next thing to choose"),
        ("CUSUM: 10 years between false alarms of a chart",
         f"{_number(ten['raised'], 2)} false signals a provider in ten years; five more deaths in a hundred are seen in {_months(ten['5 points'])} months at 30 cases a month. "
         f"20 years: {_number(twenty['raised'], 2)}, and {_months(twenty['5 points'])} months"),
        ("period outliers at 2 and 3 standard deviations; over-dispersion where providers differ for reasons that are not theirs",
         f"chance names {_number(alert['false'])} % of the judged providers for a look and {_number(alarm['false'], 2)} % as an alarm; false discovery control finds no more of the worse at the same price"),
        ("13 points", "charts of the second year raise fewer false alarms than later ones, not more"),
    ]  # fmt: skip
    return table(("default", "why"), rows)


BLOCKS: dict[str, Callable[[dict], str]] = {
    "words": words, "size": size, "bands": bands, "shares": shares, "others": others, "truths": truths, "levels": levels, "volumes": volumes, "cusum": cusum, "outliers": outliers,
    "completeness": completeness, "reading": reading, "follows": follows,
}  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(), results()))
