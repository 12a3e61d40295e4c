"""Views: the contract with dashboards, analysts and the public.

A view is versioned: columns are added at its end, never changed or dropped in place; what must change becomes ``_v2`` beside it.
Views over results run with their owner's rights, because the policy must read what the reader may not; views over patient-level
records are ``security_invoker``, so that row-level security judges the reader.

Belongs here: ``View`` and its statements. Does not belong here: who may read which (``warehouse.access``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# what a column means wherever it appears in a view
MEANINGS = {
    "pathway_name": "the pathway",
    "measure_name": "the measure",
    "measure_title": "title of the measure for readers",
    "organisation_code": "the organisation",
    "organisation_name": "its name",
    "organisation_kind": "nation, network, region, provider, site or team",
    "period_grain": "month, quarter or year",
    "period_start": "first day of the period",
    "is_own": "whether it is the reader's own organisation, or part of it",
    "is_suppressed": "whether the small-numbers policy hides it from the reader; then the values are null, never 0",
    "is_stale": "whether its computation is due: cases it counts have changed since",
    "is_provisional": "whether it can still change by time alone or by late data",
    "matures_on": "first day on which it is final",
    "measure_version": "version of the measure's definition",
    "as_of_submission": "latest submission that had been loaded when it was computed",
    "computed_at": "when it was computed",
    "policy_version": "version of the small-numbers policy that was applied",
    "numerator": "cases that count; null where suppressed or the measure has none",
    "denominator": "cases that could count; null where suppressed",
    "value": "the value, in the measure's unit; a proportion lies between 0 and 1",
    "lower_95": "lower limit of the 95 % interval, from what is shown",
    "upper_95": "upper limit of the 95 % interval, from what is shown",
    "network_value": "pooled over the members of the network, as the reader may see it",
    "national_value": "published by a national body and imported",
    "national_source": "source of the national value",
    "unit": "unit of the value",
    "decimals": "decimals to show",
    "submission_id": "the submission",
    "sender_code": "who sends",
    "dataset_name": "the dataset",
    "case_id": "the case",
    "provider_code": "provider of the site at the time",
    "site_code": "the site",
    "milestone_name": "the event, as the pathway declares it",
    "started_at": "clock start, local time as the audit counts it",
    "started_on": "date of the clock start",
    "record_status": "only valid and incomplete cases enter measures",
    "measure_names": "measures it should move",
    "final_rule_name": "rule_name when final points alone are judged, as signals are; null for common cause and where provisional",
    "final_point_type": "point_type when final points alone are judged; not judged yet where provisional",
    "kind": "kind",
    "title": "title for readers",
}


@dataclass(frozen=True)
class View:
    """``meanings``: comments of the columns that have none in ``MEANINGS``, or another one. ``is_invoker``: runs with the reader's rights."""

    schema: str
    name: str
    comment: str
    query: str
    meanings: Mapping[str, str]
    columns: tuple[str, ...]
    is_invoker: bool = False

    @property
    def fullname(self) -> str:
        return f"{self.schema}.{self.name}"

    def statements(self) -> list[str]:
        rights = "security_invoker = true" if self.is_invoker else "security_barrier = true"
        listed = ", ".join(quoted(column) for column in self.columns)
        make = f"create or replace view {self.schema}.{quoted(self.name)} ({listed}) with ({rights}) as {self.query}"
        return [make, self._comment("view", "", self.comment), *(self._comment("column", c, self._meaning(c)) for c in self.columns)]

    def _meaning(self, column: str) -> str:
        return self.meanings.get(column) or MEANINGS[column]

    def _comment(self, kind: str, column: str, said: str) -> str:
        suffix = f".{quoted(column)}" if column else ""
        return f"comment on {kind} {self.schema}.{quoted(self.name)}{suffix} is '{said.replace(chr(39), chr(39) * 2)}'"


def view(schema: str, name: str, comment: str, columns: str, query: str, *, is_invoker: bool = False, **meanings: str) -> View:
    """``columns``: names parted by spaces, in the order of the query."""
    return View(schema, name, comment, query, meanings, tuple(columns.split()), is_invoker)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
