"""Which stream a submission belongs to, told before it is processed, so that its run shows on the right nodes.

Belongs here: a quick look at ledger, manifest and header. Does not belong here: reading (``assets.reading``). A wrong guess
does no harm: processing recognises the file for itself.
"""

from __future__ import annotations

import json
import logging
from contextlib import closing
from pathlib import Path

from sqlalchemy import Row

from assets.context import Context
from assets.definitions import NETWORK, Stream
from schemas.registry import Registry

log = logging.getLogger(__name__)


def stream_of(context: Context, row: Row, streams: tuple[Stream, ...]) -> str:
    """Name of the stream; that of the network for files that cannot be recognised."""
    names = {stream.name for stream in streams}
    if row.layout_name or row.dataset_name:
        return stream_of_layout(context.registry, row.layout_name, row.dataset_name, names)
    try:
        return _by_looking(context, row, names)
    except Exception as error:  # an unreadable file is judged by its run, not here
        log.info("%s: not recognised at a glance (%s)", row.submission_id, type(error).__name__)
        return NETWORK


def stream_of_layout(registry: Registry, layout: str | None, dataset: str | None, names: set[str]) -> str:
    """The pathway that has the dataset; for one that several share the pathway that declares the layout."""
    owner = registry.pathway_of_dataset(dataset) if dataset else None
    declaring = next((p for p in registry.pathways if any(known.name == layout for known in p.layouts)), None)
    found = next((pathway.name for pathway in (owner, declaring) if pathway), NETWORK)
    return found if found in names else NETWORK


def _by_looking(context: Context, row: Row, names: set[str]) -> str:
    from assets.reading import read_manifest
    from assets.reading.recognise import recognise

    envelope = json.loads(context.archive.get(row.envelope_sha256))
    manifest = read_manifest(envelope["manifest"].encode()) if envelope["manifest"] else None
    if manifest and (manifest.layout or manifest.dataset):
        return stream_of_layout(context.registry, manifest.layout, manifest.dataset, names)
    match = recognise(_head_grids(context, row, envelope["file_name"]), context.registry, None, row.sender_code, manifest)
    return stream_of_layout(context.registry, match.layout.name, match.dataset.name, names)


def _head_grids(context: Context, row: Row, file_name: str) -> list:
    """The first rows of each table that the file could hold. Of a text file only the beginning is read."""
    from assets.reading import containers, delimited, encodings, workbooks

    with closing(context.archive.stream(row.file_sha256)) as chunks:
        head = next(chunks, b"")
    if containers.container_of(head, Path(file_name).suffix) is containers.Container.WORKBOOK:
        return workbooks.open_workbook(context.archive.get(row.file_sha256)).head_grids()
    whole = head if len(head) == row.file_size_bytes else head[: head.rfind(b"\n") + 1]
    return delimited.head_grids(encodings.to_utf8(whole))
