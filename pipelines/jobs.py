"""The jobs: one a stream for submissions, one for the results alone.

Belongs here: which assets go together in a run. Does not belong here: when (``pipelines.sensors``, ``pipelines.schedules``).
"""

from __future__ import annotations

from dagster import AssetKey, AssetSelection, define_asset_job
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.definitions import NETWORK, PATHWAY_TAG, Stream, result_stages
from schemas.registry import Registry

REFRESH = "refresh_results"


def job_name(stream: str) -> str:
    """The job that takes submissions of a stream."""
    return f"{stream}_submission"


def result_keys(registry: Registry, pathway: str | None = None) -> list[AssetKey]:
    """The result nodes of one pathway, or of all."""
    wanted = [p for p in registry.pathways if p.measures and pathway in (None, p.name)]
    return [AssetKey([p.name, stage]) for p in wanted for stage in result_stages(p)]


def submission_job(stream: Stream, registry: Registry) -> UnresolvedAssetJobDefinition:
    """From the ledger to the receipt, then the results that it can touch: of its pathway; of all, if it belongs to no single one."""
    results = result_keys(registry, None if stream.name == NETWORK else stream.name)
    selection = AssetSelection.assets(*(stream.key(stage) for stage in stream.stages), *results)
    return define_asset_job(
        job_name(stream.name), selection, description=f"Takes one submission of {stream.title.lower()}, then refreshes what it touched.",
        partitions_def=stream.senders, tags={PATHWAY_TAG: stream.name},
    )  # fmt: skip


def refresh_job(registry: Registry) -> UnresolvedAssetJobDefinition:
    """Works off stale cells, whatever made them stale."""
    return define_asset_job(
        REFRESH, AssetSelection.assets(*result_keys(registry)), description="Refreshes all results that are stale.",
        tags={"sender": "refresh"},
    )  # fmt: skip
