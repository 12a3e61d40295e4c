"""All that Dagster's web server tells of a house: runs with every event, ticks of sensors and schedules, assets with what they show."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

# an error is text, with its causes; values are entries of a dozen types
ERROR = "fragment Error on PythonError { message className stack cause { message stack } errorChain { error { message stack } } }"
SHOWN = """fragment Shown on MetadataEntry {
  __typename label description
  ... on TextMetadataEntry { text } ... on MarkdownMetadataEntry { mdStr } ... on JsonMetadataEntry { jsonString }
  ... on PathMetadataEntry { path } ... on UrlMetadataEntry { url } ... on IntMetadataEntry { intRepr } ... on FloatMetadataEntry { floatRepr: floatValue }
  ... on TableMetadataEntry { table { records schema { columns { name description type } } } }
}"""
RUNS = "query { runsOrError(limit: 1000) { __typename ... on Runs { results { runId status jobName runConfigYaml tags { key value } } } } }"
EVENTS = (
    ERROR
    + SHOWN
    + """
query ($run: ID!, $after: String) { logsForRun(runId: $run, afterCursor: $after, limit: 500) { __typename ... on EventConnection {
  cursor hasMore
  events {
    __typename
    ... on MessageEvent { message eventType stepKey level }
    ... on DisplayableEvent { label description metadataEntries { ...Shown } }
    ... on ErrorEvent { error { ...Error } }
    ... on EngineEvent { error { ...Error } }
    ... on RunFailureEvent { error { ...Error } }
    ... on ExecutionStepFailureEvent { error { ...Error } errorSource failureMetadata { label description metadataEntries { ...Shown } } }
    ... on AssetCheckEvaluationEvent { evaluation { checkName success description partition metadataEntries { ...Shown } } }
    ... on MaterializationEvent { partition tags { key value } }
  } } } }
"""
)
TICKS = (
    ERROR
    + """
query { repositoriesOrError { ... on RepositoryConnection { nodes {
  name
  sensors { name description sensorState { ticks(limit: 300) { status cursor skipReason runIds runKeys error { ...Error } logEvents { events { message } } } } }
  schedules { name scheduleState { ticks(limit: 300) { status skipReason runIds error { ...Error } } } }
} } } }
"""
)
ASSETS = (
    SHOWN
    + """
query { assetNodes {
  assetKey { path } description groupName partitionKeys metadataEntries { ...Shown }
  assetMaterializations(limit: 200) { partition message: label description metadataEntries { ...Shown } }
} }
"""
)


def answers(url: str) -> Iterator[dict]:
    """What the web server at ``url`` answers, page by page."""
    runs = _ask(url, RUNS)
    yield runs
    for run in runs["runsOrError"]["results"]:
        yield from _events(url, run["runId"])
    yield _ask(url, TICKS)
    yield _ask(url, ASSETS)


def _events(url: str, run_id: str) -> Iterator[dict]:
    after, has_more = None, True
    while has_more:
        page = _ask(url, EVENTS, run=run_id, after=after)
        yield page
        after, has_more = page["logsForRun"]["cursor"], page["logsForRun"]["hasMore"]


def _ask(url: str, query: str, **variables) -> dict:
    body = json.dumps({"query": query, "variables": variables}).encode()
    asked = urllib.request.Request(f"{url}/graphql", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=60) as given:
        answer = json.load(given)
    assert not answer.get("errors"), answer["errors"]
    return answer["data"]
