"""What the figures mean, in sentences that carry them.

Belongs here: the words of the page that would be wrong if the figures changed. Does not belong here: tables (``bench.alarms.page``).
"""

from __future__ import annotations

from assets.case_mix_cusum import FALSE_ALARM_YEARS
from bench.alarms.cells import KEPT, errors_by_events, months, number, part_of, percent, rate, row_of, total, volume
from bench.alarms.rules import ALL, DISCOVERED, FEW_EVENTS, LONG_SHIFT, XMR_ALL, from_events
from bench.false_alarms import DEFAULT, ENOUGH_CASES, ENOUGH_EVENTS, XMR_ON_ALL
from bench.report import table

LANEY, LANEY_LIMITS, KEPT_LIMITS, TREND = f"P', {ALL}", "P', limits alone", "P' never inside P, limits alone", "XmR, trend of 7 alone"
NAMED = (XMR_ALL, LANEY, LANEY_LIMITS, KEPT_LIMITS, TREND, DISCOVERED, DEFAULT["proportion"])
LONG = f"P' never inside P, limits and shift of {LONG_SHIFT}"
XMR_FEW, LONG_FEW = (rule + from_events(ENOUGH_EVENTS) for rule in (XMR_ALL, LONG))


def words(detail: dict) -> str:
    """The answer in two sentences."""

    def of(rules: dict[str, str], **where: str) -> str:
        return rate(total(detail, rules, **where))

    network = detail["network"]
    second, fifth = ({"network": "demo", "phase": phase} for phase in ("second year", "fifth year"))
    pair = next(row["raised"] for row in detail["cusum"] if (row["cases"], row["years"]) == (10, FALSE_ALARM_YEARS))
    return (
        f"In a network of {network['providers']} providers and {network['measures']} watched measures ({network['series']:,} series of months, of sites, teams, providers, regions and the network), "
        f"XmR with all four rules on every series raises **{of(XMR_ON_ALL, **second)} signals a month by chance alone** in the second year, and {of(XMR_ON_ALL, **fifth)} in the fifth. "
        f"By default it is **{of(DEFAULT, **second)}** and {of(DEFAULT, **fifth)}. At national volumes it is {of(XMR_ON_ALL, network='national', phase='fifth year')} and "
        f"{of(DEFAULT, network='national', phase='fifth year')}.\n\n"
        f"The charts of deaths add little: {network['cusum_providers']} pairs of CUSUM raise {number(network['cusum_providers'] * pair / 120)} a month at {FALSE_ALARM_YEARS} years between false alarms of a chart."
    )


def reading(detail: dict) -> str:
    """What the table of shares shows."""
    raised = {rule: row_of(detail, rule) for rule in (*NAMED, XMR_FEW, LONG_FEW)}
    seven, nine = (volume(detail, rule, 60)["10 points"]["within_6"] for rule in (KEPT, LONG))
    from_few = 1 - raised[XMR_FEW]["raised"] / raised[XMR_ALL]["raised"]
    return (
        f"* **The chart alone changes little**: P' with all four rules raises {part_of(raised[LANEY], raised[XMR_ALL])} of what XmR raises in the fifth year. Where most months are 0 % or 100 % the ranges "
        f"between them are 0, so the limits of both close in on the centre and the next single patient lies outside. P' is meant to widen limits; there it narrows them. Kept from that, the limits alone raise "
        f"{part_of(raised[KEPT_LIMITS], raised[LANEY_LIMITS])} of what they did.\n"
        f"* **Few events are what false alarms are made of**, not few cases: {percent(from_few)} of XmR's false alarms are of series with fewer than {ENOUGH_EVENTS} events or {ENOUGH_EVENTS} others a month. Ten cases a month are "
        f"plenty at 50 % and nothing at 97 %: where the median month is 100 % and the mean is not, runs on one side of the mean are no surprise.\n"
        f"* **Trend** hardly ever speaks ({number(raised[TREND]['raised'])} a month). **Shift** brings most of what is left, and most of what is seen: limits and a shift of {LONG_SHIFT}, without the other rules, raise "
        f"{part_of(raised[LONG_FEW], raised[DEFAULT['proportion']])} of what all four with a shift of 7 do, and see {percent(nine)} instead of {percent(seven)} "
        f"of falls by 10 points within half a year (60 % at 60 cases a month).\n"
        f"* **False discovery control** ({number(raised[DISCOVERED]['raised'])} a month) sees the less the more other series are quiet: what is seen of one hospital then depends on how many others are watched."
    )


def follows(detail: dict) -> str:
    """The defaults and their reasons."""
    second = [total(detail, rules, network="demo", phase="second year") for rules in (XMR_ON_ALL, DEFAULT)]
    before, after = (volume(detail, rule, 60)["10 points"] for rule in (XMR_ALL, KEPT))
    errs, small = errors_by_events(detail, KEPT), volume(detail, KEPT, 10)["10 points"]
    more = FEW_EVENTS[FEW_EVENTS.index(ENOUGH_EVENTS) + 1]
    rest = [row for row in second[1] if row["kind"] != "proportion"]
    ten, twenty = (next(row for row in detail["cusum"] if (row["cases"], row["years"]) == (30, years)) for years in (10, 20))
    alert, alarm = (next(row for row in detail["outliers"] if row["rule"] == rule) for rule in ("alert or alarm (2 SD)", "alarm (3 SD)"))
    rows = [
        ("signals of shares come from P' that is never inside P, with all four rules of Making Data Count; of everything else from XmR",
         f"with the next row {rate(second[1])} instead of {rate(second[0])} signals a month; a fall by 10 points at 60 cases a month is seen within half a year in {percent(after['within_6'])} "
         f"instead of {percent(before['within_6'])}, within a year in {percent(after['within_12'])} instead of {percent(before['within_12'])}. XmR is drawn of every measure all the same"),
        (f"a series of shares raises signals from {ENOUGH_EVENTS} events and {ENOUGH_EVENTS} others a month on, of medians and means from {ENOUGH_CASES} cases a month on",
         f"the chart errs {number(errs[0])} times a year in 100 series below 1, {number(errs[1])} from 1 to 2, {number(errs[-1])} from 5 on; a share of 60 % with 10 cases a month that falls by 10 points is seen within a year "
         f"in {percent(small['within_12'])}. From {more} on it would be {rate([*rest, row_of(detail, f'{KEPT}{from_events(more)}', phase='second year')])} a month. Charts are drawn all the same, quarters and years judged as period "
         "outliers, deaths by CUSUM"),
        ("shift and trend of 7", f"as published; if there are still too many, a shift of {LONG_SHIFT} is the next thing to choose"),
        ("CUSUM: 10 years between false alarms of a chart",
         f"{number(ten['raised'], 2)} false signals a provider in ten years; five more deaths in a hundred are seen in {months(ten['5 points'])} months at 30 cases a month. "
         f"20 years: {number(twenty['raised'], 2)}, and {months(twenty['5 points'])} months"),
        ("period outliers at 2 and 3 standard deviations; over-dispersion where providers differ for reasons that are not theirs",
         f"chance names {number(alert['false'])} % of the judged providers for a look and {number(alarm['false'], 2)} % as an alarm; false discovery control finds no more of the worse at the same price"),
        ("13 points", "charts of the second year raise fewer false alarms than later ones, not more"),
    ]  # fmt: skip
    return table(("default", "why"), rows)
