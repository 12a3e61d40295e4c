"""The Dagster assets: one node a stage and pathway, made by a factory from the declarations.

Belongs here: specs, and thin functions over the plain ones that do the work. Does not belong here: the work
(``assets.submissions``, ``assets.refresh``), what is shown of it (``assets.shown``), when it runs (``pipelines``).

The graph reads from left to right: submissions -> records -> cases -> receipts and measure_results -> benchmarks -> signals.
Up to the receipt a node is partitioned by the senders of its stream, after that it is a table of all. A submission is a run.
Assets hand on nothing but the order of their work: values stay in Postgres.
"""

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    DynamicPartitionsDefinition,
    Failure,
    MaterializeResult,
    PreviewWarning,
    multi_asset,
)

from schemas.datasets import Dataset, DatasetKind, Pathway
from schemas.field_rules import field_rules
from schemas.measures import Measure
from schemas.registry import Registry

NETWORK = "network"
READING = "reading"
# each check costs time in every run, so the families that every dataset has share one
CHECK_OF_FAMILY = dict.fromkeys(("readable", "required", "codes", "bounds", "format"), "fields") | {
    "clock changes": "times",
    "file": READING,
}
RESULT_STAGES = ("measure_results", "benchmarks", "signals")
CASE_MIX = "case_mix"  # a stage of pathways that declare models
SUBMISSION_TAG, SENDER_TAG, PATHWAY_TAG, REFRESHED_TAG = "submission", "sender", "pathway", "refreshed"
WORDS = {
    "submissions": "The ledger: every file that was dropped, and where it stands.",
    "records": "What the file said: judged, set aside or taken, row by row.",
    "cases": "Patients' passages along the pathway, folded from the records of all submissions.",
    "receipts": "What the sender got back, in its outbox.",
    "measure_results": "The measures, by organisation and period.",
    "benchmarks": "Each result beside its peers: rank, funnel position, network and national value.",
    CASE_MIX: "Models of patients' risks, fitted on the network's own cases; observed outcomes against expected ones.",
    "signals": "What deserves a human's attention.",
}


@dataclass(frozen=True)
class Stream:
    """The submissions that share a row of nodes: those of one pathway, or of the datasets of no single pathway."""

    name: str
    title: str
    datasets: tuple[Dataset, ...]
    measures: tuple[Measure, ...] = ()

    @property
    def senders(self) -> DynamicPartitionsDefinition:
        return DynamicPartitionsDefinition(name=f"{self.name}_senders")

    @property
    def has_cases(self) -> bool:
        return any(dataset.kind is DatasetKind.RECORDS for dataset in self.datasets)

    @property
    def stages(self) -> tuple[str, ...]:
        return ("submissions", "records", *(["cases"] if self.has_cases else []), "receipts")

    @cached_property
    def checks(self) -> dict[str, tuple[str, ...]]:
        """Check -> the families of rules that it tells of, in the order in which they are declared."""
        rules = [rule for d in self.datasets for rule in (*field_rules(d, self.measures), *d.rules, *d.pair_rules)]
        found: dict[str, tuple[str, ...]] = {READING: ()}
        for family in dict.fromkeys(rule.family for rule in rules):
            check = CHECK_OF_FAMILY.get(family, slug(family))
            found[check] = (*found.get(check, ()), family)
        return found

    def key(self, stage: str) -> AssetKey:
        return AssetKey([self.name, stage])


def streams(registry: Registry) -> tuple[Stream, ...]:
    """One a pathway that has datasets or layouts of its own, and one for everything else."""
    own = [Stream(p.name, p.title, datasets, p.measures) for p in registry.pathways if (datasets := _datasets_of(registry, p))]
    return (*own, Stream(NETWORK, "Shared datasets", registry.shared_datasets))


def _datasets_of(registry: Registry, pathway: Pathway) -> tuple[Dataset, ...]:
    by_layout = [registry.dataset(layout.dataset) for layout in pathway.layouts if registry.pathway_of_dataset(layout.dataset) is None]
    return tuple(dict.fromkeys((*pathway.datasets, *by_layout)))


def assets_of(registry: Registry) -> list[AssetsDefinition]:
    """All nodes of the graph."""
    every = streams(registry)
    measured = [p for p in registry.pathways if p.measures]
    return [*map(make_intake, every), *([make_results(measured, every)] if measured else [])]


def slug(words: str) -> str:
    """A name that Dagster takes: "across records" -> ``across_records``."""
    return re.sub(r"\W+", "_", words).strip("_").lower()


# ------------------------------------------------------------------------------------------------ intake
def make_intake(stream: Stream) -> AssetsDefinition:
    """From a dropped file to its receipt, for one stream."""
    specs = [_spec(stream, stage, deps) for stage, deps in _intake_deps(stream)]
    checks = [_check(stream, name, families) for name, families in stream.checks.items()]

    @multi_asset(
        name=f"{stream.name}_intake", specs=specs, check_specs=checks, can_subset=True, required_resource_keys={"house"},
        description=f"Takes submissions of {stream.title.lower()} from the ledger to their receipts.",
    )  # fmt: skip
    def intake(context: AssetExecutionContext):
        for submission_id in _wanted(context, stream):
            yield from _take(context, stream, submission_id)

    return intake


def _intake_deps(stream: Stream) -> Iterator[tuple[str, list[str]]]:
    before: list[str] = []
    for stage in stream.stages:
        yield stage, before
        before = [stage]


def _spec(stream: Stream, stage: str, deps: Iterable[str]) -> AssetSpec:
    return AssetSpec(
        stream.key(stage), deps=[stream.key(dep) for dep in deps], group_name=stage, description=WORDS[stage], skippable=True,
        partitions_def=stream.senders, kinds={"postgres"} if stage != "receipts" else {"html"}, tags={PATHWAY_TAG: stream.name},
    )  # fmt: skip


def _check(stream: Stream, name: str, families: tuple[str, ...]) -> AssetCheckSpec:
    readable = "The file can be read: container, encoding, header, layout, sender. " if name == READING else ""
    words = f"{readable}Rules of the families: {', '.join(families)}." if families else readable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PreviewWarning)
        return AssetCheckSpec(name, asset=stream.key("records"), description=words, partitions_def=stream.senders)


def _wanted(context: AssetExecutionContext, stream: Stream) -> list[str]:
    """The run's own submission; without one (somebody pressed Materialize) what the partition's sender has outstanding."""
    if named := context.run.tags.get(SUBMISSION_TAG):
        return [named]
    from assets.ledger import outstanding

    house = context.resources.house.open()
    with house.engine.connect() as connection:
        found = [row.submission_id for row in outstanding(connection) if row.sender_code == context.partition_key]
    context.log.info(f"{len(found)} submissions of {context.partition_key} are outstanding in {stream.title}")
    return found


def _take(context: AssetExecutionContext, stream: Stream, submission_id: str) -> Iterator:
    """Processes one submission; a refused file is a success that yields nothing downstream."""
    from assets.failures import ProcessingFailed
    from assets.shown import check_metadata, check_passed, stage_metadata
    from assets.submissions import Busy, process

    house = context.resources.house.open()
    try:
        outcome = process(submission_id, house, run_id=context.run_id)
    except Busy:
        context.log.info(f"{submission_id} is being processed by another run; nothing to do")
        return
    except ProcessingFailed as error:
        _refresh_first(context, house)  # others may have left theirs to this run
        raise Failure(description=str(error), allow_retries=False) from None
    context.log.info(f"{submission_id}: {outcome.state}")
    _refresh_first(context, house)
    for stage in _reached(context, stream, outcome):
        yield MaterializeResult(asset_key=stream.key(stage), metadata=stage_metadata(house, stream.name, stage, outcome))
    for key in context.selected_asset_check_keys:
        judged = [result for result in outcome.families if result.family in stream.checks[key.name]]
        if judged or key.name == READING:
            metadata = check_metadata(judged, outcome)
            yield AssetCheckResult(asset_key=key.asset_key, check_name=key.name, passed=check_passed(judged, outcome), metadata=metadata)


def _refresh_first(context: AssetExecutionContext, house) -> None:
    """Results are what people wait for, and Dagster's events take time: so the results come first. What fails here is tried and told by ``refresh``."""
    try:
        _refresh(context, house)
    except Exception as error:  # the submission itself is done
        context.log.warning(f"the refresh is left to the next step ({type(error).__name__})")


def _refresh(context: AssetExecutionContext, house) -> bool:
    """Works off the queue; the run of a submission may leave that to the run of a later one. Whether it did not."""
    from assets.coalescing import is_left_to_others
    from assets.refresh import refresh

    if SUBMISSION_TAG in context.run.tags and is_left_to_others(house.engine):
        return False
    found = refresh(house.engine, house.registry, house.now()).pathways
    if found:  # kept with the run, whose steps need not share a process
        context.instance.add_run_tags(context.run_id, {REFRESHED_TAG: " ".join(sorted(found | _refreshed(context)))})
    return True


def _refreshed(context: AssetExecutionContext) -> frozenset[str]:
    """The pathways whose results this run has computed so far."""
    run = context.instance.get_run_by_id(context.run_id)
    return frozenset(run.tags.get(REFRESHED_TAG, "").split()) if run else frozenset()


def _reached(context: AssetExecutionContext, stream: Stream, outcome) -> Iterator[str]:
    from warehouse.tables import EFFECTIVE_STATES

    is_taken = outcome.state in EFFECTIVE_STATES
    for stage in stream.stages:
        if stream.key(stage) in context.selected_asset_keys and (is_taken or stage in ("submissions", "receipts")):
            yield stage


# ------------------------------------------------------------------------------------------------ results
def make_results(pathways: list[Pathway], every: tuple[Stream, ...]) -> AssetsDefinition:
    """What is computed from cases and submitted results, for all pathways: one queue feeds them."""

    @multi_asset(
        name="refresh", specs=[spec for p in pathways for spec in _result_specs(p, every)], can_subset=True, required_resource_keys={"house"},
        description="Works off the queue of stale cells, then shows what the tables hold.",
    )  # fmt: skip
    def results(context: AssetExecutionContext):
        house = context.resources.house.open()
        if not _refresh(context, house):
            context.log.info("further submissions are on their way: the last of them refreshes the results of all")
            return
        yield from _results_shown(context, house, pathways)

    return results


def _results_shown(context: AssetExecutionContext, house, pathways: list[Pathway]) -> Iterator[MaterializeResult]:
    """What the tables hold, on the pages of this run's nodes; and of pathways besides that it has refreshed, for nobody else will show them."""
    from assets.shown import result_metadata

    refreshed = _refreshed(context)
    for pathway in pathways:
        for stage in result_stages(pathway):
            key = AssetKey([pathway.name, stage])
            if key in context.selected_asset_keys:
                yield MaterializeResult(asset_key=key, metadata=result_metadata(house, pathway.name, stage))
            elif pathway.name in refreshed:
                context.log_event(AssetMaterialization(key, metadata=result_metadata(house, pathway.name, stage)))


def result_stages(pathway: Pathway) -> tuple[str, ...]:
    """The nodes of a pathway's results, in the order in which they are shown."""
    return (*RESULT_STAGES[:1], *([CASE_MIX] if pathway.case_mix else []), *RESULT_STAGES[1:])


def _result_specs(pathway: Pathway, every: tuple[Stream, ...]) -> Iterator[AssetSpec]:
    sources = [s.key("cases" if s.has_cases else "records") for s in every if s.name in (pathway.name, NETWORK)]
    before = {CASE_MIX: ["measure_results"], "benchmarks": ["measure_results"], "signals": ["benchmarks", CASE_MIX]}
    stages = result_stages(pathway)
    for stage in stages:
        deps = [AssetKey([pathway.name, dep]) for dep in before.get(stage, []) if dep in stages] or sources
        yield AssetSpec(
            [pathway.name, stage], deps=deps, group_name=stage, description=WORDS[stage], skippable=True, kinds={"postgres"},
            tags={PATHWAY_TAG: pathway.name},
        )  # fmt: skip
