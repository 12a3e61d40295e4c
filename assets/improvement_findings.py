"""What only the warehouse can say of leads, aims and actions: whose they are, what they overlap, whether there is anything to compare with.

Belongs here: these findings. Does not belong here: rules of a row (``schemas.improvement``). Advice names what the network knows
(titles of ideas, references of actions), never an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
from rapidfuzz import fuzz, process
from sqlalchemy import Connection, text

from assets.action_windows import LONGEST
from assets.work import Work
from quality_checks.findings import Finding
from schemas.datasets import Mode
from schemas.improvement import NAMES
from schemas.rules import Scope, Severity
from warehouse.improvement_current import current
from warehouse.improvement_tables import action_version

ALIKE = 82  # of 100: rapidfuzz ratio from which two ideas may be meant to be one
CONTENT_BY = {NAMES["lead"]: "organisation", NAMES["aim"]: "measure", NAMES["action"]: "reference"}
FIRST_DATA = """
select organisation_code, min(period_start) as period_start from measurement.measure_result
where organisation_code = any(:codes) and measure_name = any(:measures) and period_grain = 'month' and denominator > 0 group by 1
"""


def _finding(rule_id: str, name: str, advice: str, row: int | None, field: str, severity: Severity = Severity.QUARANTINE_RECORD) -> Finding:
    scope = Scope.FILE if row is None else Scope.WAREHOUSE
    return Finding(rule_id, name, severity, scope, advice, None if row is None else int(row), field)


# ------------------------------------------------------------------------------------------------ before they are taken
def before_loading(work: Work, told: pd.DataFrame, keys: pd.Series) -> list[Finding]:
    """Findings on every row of the file."""
    return [*_mode(work), *_organisations(work, told), *_repeated(work, told, keys)]


def _mode(work: Work) -> Iterator[Finding]:
    if work.row.mode == Mode.REPLACE_PERIOD:
        advice = "These rows have no period to replace. Send what is new or revised in mode upsert; what has ended in mode withdraw."
        yield _finding("IMP1", "mode_is_upsert_or_withdraw", advice, None, CONTENT_BY[work.dataset.name], Severity.REJECT_FILE)


def _organisations(work: Work, told: pd.DataFrame) -> Iterator[Finding]:
    named, known = told["organisation"].notna(), told["organisation_code"].notna()
    for row in told.index[named & ~known]:
        yield _finding(
            "IMP2",
            "organisation_is_known",
            "The network knows no provider, site or team of this name or code. Correct it.",
            row,
            "organisation",
        )
    foreign = known & (told["provider_code"] != work.sender.code)
    for row in told.index[foreign] if not work.sender.is_office else ():
        advice = "This is another provider's. Correct the code, or let that provider or the network's office send it."
        yield _finding("IMP3", "organisation_is_the_sender_s", advice, row, "organisation")


def _repeated(work: Work, told: pd.DataFrame, keys: pd.Series) -> Iterator[Finding]:
    whole = told["organisation_code"].notna()
    repeated = keys[whole & keys.duplicated(keep=False)]
    for row in repeated.index:
        advice = "Another row of the file tells of the same one. Keep the row that is right."
        yield _finding("IMP4", "each_is_given_once", advice, row, CONTENT_BY[work.dataset.name])


# ------------------------------------------------------------------------------------------------ actions that were taken
def of_actions(connection: Connection, taken: pd.DataFrame, vocabulary: dict[str, str]) -> list[Finding]:
    """Warnings on actions that have been written; ``vocabulary`` (name -> title) is the one before them."""
    acting = taken[~taken["is_withdrawal"]]
    return [*_new_ideas(acting, vocabulary), *_without_data(connection, acting), *_overlapping(connection, acting)]


def _new_ideas(acting: pd.DataFrame, vocabulary: dict[str, str]) -> Iterator[Finding]:
    for row, ideas in acting["ideas"].items():
        for name in (name for name in ideas if name not in vocabulary):
            alike = process.extractOne(name, list(vocabulary), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
            meant = f" If '{vocabulary[alike[0]]}' is meant, write it so and send the row again." if alike else ""
            advice = f"A change idea is new to the network and was added to its list.{meant}"
            yield _finding("IMP5", "change_idea_is_of_the_network_s_list", advice, row, "change_ideas", Severity.WARN)


def _without_data(connection: Connection, acting: pd.DataFrame) -> Iterator[Finding]:
    first = _first_data(connection, acting)
    for row, one in acting.iterrows():
        begins = first.get(one["organisation_code"])
        if begins is None:
            advice = "There are no results of these measures yet, so nothing to compare with. Send the data; the effect follows by itself."
        elif one["started_on"].date() <= begins:
            advice = f"Data of these measures begin in {begins:%B %Y}, when the action had begun: there is no time before it to compare with. Send earlier data if there are any."
        else:
            continue
        yield _finding("IMP6", "there_are_data_before_the_action", advice, row, "start_date", Severity.WARN)


def _first_data(connection: Connection, acting: pd.DataFrame) -> dict[str, date]:
    measures = sorted({name for column in ("measures_to_raise", "measures_to_lower") for named in acting[column] for name in named})
    given = {"codes": sorted(acting["organisation_code"].unique()), "measures": measures}
    return dict(map(tuple, connection.execute(text(FIRST_DATA), given))) if len(acting) else {}


def _overlapping(connection: Connection, acting: pd.DataFrame) -> Iterator[Finding]:
    """Other actions of the same place on the same measure that go on at the same time."""
    if not len(acting):
        return
    mine = acting["submission_id"].iloc[0]
    others = [row for row in connection.execute(current(action_version, counting=mine)).mappings() if row["status"] != "planned"]
    for row, one in acting[acting["status"] != "planned"].iterrows():
        found = sorted({other["reference"] for other in others if _is_other(one, other) and _overlap(one, other)})
        if found:
            advice = (
                f"Another action on the same measure goes on at the same time: {', '.join(repr(name) for name in found)}. Each is compared with the time "
                "since the one before it, and until the next one begins; where that is too short, the effect of neither can be told."
            )
            yield _finding("IMP7", "one_action_a_measure_at_a_time", advice, row, "start_date", Severity.WARN)


def _is_other(one: pd.Series, other) -> bool:
    return (other["organisation_code"], other["reference"].lower(), other["cycle_number"]) != (
        one["organisation_code"], one["reference"].lower(), one["cycle_number"],
    )  # fmt: skip


def _overlap(one: pd.Series, other) -> bool:
    places = {one["organisation_code"], other["organisation_code"]}
    shares_place = one["provider_code"] == other["provider_code"] and (len(places) == 1 or one["provider_code"] in places)
    names = ({*row["measures_to_raise"], *row["measures_to_lower"]} for row in (one, other))
    return (
        shares_place
        and bool(set.intersection(*names))
        and _last_day(other) >= one["started_on"].date()
        and _last_day(one) >= other["started_on"]
    )


def _last_day(action) -> date:
    """A change that is kept is looked at for two years; one that was given up has ended."""
    ended, begun = (None if pd.isna(action[name]) else pd.Timestamp(action[name]) for name in ("ended_on", "started_on"))
    goes_on = action["status"] != "abandoned" or ended is None
    return (begun + pd.DateOffset(months=LONGEST) if goes_on else ended).date()
