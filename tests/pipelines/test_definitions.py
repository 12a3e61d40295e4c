"""The graph as a data engineer sees it, made from the declarations of all pathways."""

from __future__ import annotations

import subprocess
import sys

import pytest
from dagster import AssetKey

from assets.definitions import CASE_MIX, NETWORK, RESULT_STAGES, streams
from pipelines.definitions import build
from pipelines.jobs import REFRESH, job_name
from warehouse.settings import Settings

WRIST = "wrist_fracture"


@pytest.fixture(scope="module")
def graph(registry, tmp_path_factory):
    from tests.conftest import PATHWAYS

    return build(Settings(home=tmp_path_factory.mktemp("home"), pathway_folders=(PATHWAYS,))).get_repository_def()


def parents(graph, *key):
    return {tuple(parent.path) for parent in graph.asset_graph.get(AssetKey(key)).parent_keys}


def test_the_graph_reads_from_the_file_to_the_signals(graph):
    assert parents(graph, WRIST, "submissions") == set()
    assert parents(graph, WRIST, "records") == {(WRIST, "submissions")}
    assert parents(graph, WRIST, "cases") == {(WRIST, "records")}
    assert parents(graph, WRIST, "receipts") == {(WRIST, "cases")}
    assert parents(graph, WRIST, "measure_results") == {(WRIST, "cases"), (NETWORK, "records")}
    assert parents(graph, WRIST, "benchmarks") == {(WRIST, "measure_results")}
    assert parents(graph, WRIST, "signals") == {(WRIST, "benchmarks")}


def test_a_pathway_with_case_mix_models_has_a_node_for_them_and_no_other(graph, registry):
    keys = {tuple(key.path) for key in graph.asset_graph.get_all_asset_keys()}
    assert (
        {name for name, stage in keys if stage == CASE_MIX}
        == {p.name for p in registry.pathways if p.case_mix}
        == {"acute_stroke", "hip_fracture"}
    )
    assert parents(graph, "hip_fracture", CASE_MIX) == {("hip_fracture", "measure_results")}
    assert parents(graph, "hip_fracture", "signals") == {("hip_fracture", "benchmarks"), ("hip_fracture", CASE_MIX)}


def test_every_pathway_has_its_nodes_by_the_same_factory(graph, registry):
    keys = {tuple(key.path) for key in graph.asset_graph.get_all_asset_keys()}
    for stream in streams(registry):
        assert {(stream.name, stage) for stage in stream.stages} <= keys
    for pathway in registry.pathways:
        assert {(pathway.name, stage) for stage in RESULT_STAGES if pathway.measures} <= keys


def test_nodes_are_grouped_by_stage(graph):
    for key in graph.asset_graph.get_all_asset_keys():
        assert graph.asset_graph.get(key).group_name == key.path[-1]


def test_up_to_the_receipt_nodes_are_partitioned_by_sender_and_tables_are_not(graph):
    for stage in ("submissions", "records", "cases", "receipts"):
        assert graph.asset_graph.get(AssetKey([WRIST, stage])).partitions_def.name == f"{WRIST}_senders"
    for stage in RESULT_STAGES:
        assert graph.asset_graph.get(AssetKey([WRIST, stage])).partitions_def is None


def test_checks_are_few_and_cover_every_family(graph, registry):
    stream = next(stream for stream in streams(registry) if stream.name == WRIST)
    checks = {key.name for key in graph.asset_graph.asset_check_keys if key.asset_key == AssetKey([WRIST, "records"])}
    assert checks == set(stream.checks) and len(checks) <= 8
    families = {rule.family for dataset in stream.datasets for rule in (*dataset.rules, *dataset.pair_rules)}
    assert families <= {family for covered in stream.checks.values() for family in covered}


def test_checks_are_partitioned_like_their_asset_and_never_block(graph):
    for key in graph.asset_graph.asset_check_keys:
        spec = graph.asset_graph.get(key)
        assert not spec.blocking
        assert spec.partitions_def == graph.asset_graph.get(key.asset_key).partitions_def


def test_there_is_a_job_for_each_stream_and_one_for_results(graph, registry):
    assert {job.name for job in graph.get_all_jobs()} >= {*(job_name(s.name) for s in streams(registry)), REFRESH}


def test_a_job_refreshes_its_own_pathway_and_the_networks_all(graph):
    def results(name):
        return {key.path[0] for key in graph.get_job(job_name(name)).asset_layer.selected_asset_keys if key.path[-1] == "signals"}

    assert results(WRIST) == {WRIST}
    assert results(NETWORK) > {WRIST}


def test_importing_the_definitions_imports_no_validation_library():
    code = "import sys, pipelines.definitions as d; from warehouse.settings import Settings; d.build(Settings(home='/nowhere')); "
    code += "print([m for m in ('great_expectations', 'pandas', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
