"""What came with a file: its name, the folder it lay in, the manifest beside it.

Belongs here: opening the envelope, and judging what it says before the file is looked at. Does not belong here: writing it
(``assets.landing``), the form of a manifest (``assets.reading.manifest``).
Nothing of it reaches the ledger but codes that the network knows: a folder or a manifest may hold anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row

from assets.context import Context
from assets.places import find_site
from assets.reading import Manifest, ManifestError, read_manifest
from quality_checks.findings import FileRefused, Finding
from schemas.registry import Registry
from schemas.rules import Scope, Severity


@dataclass(frozen=True)
class Envelope:
    """``site_code``: the folder below the sender's, as it is named; ``manifest``: its text; ``is_unreadable``: we may not read the file."""

    file_name: str
    site_code: str | None = None
    manifest: str | None = None
    is_unreadable: bool = False

    @property
    def suffix(self) -> str:
        """The file name's, with its dot."""
        return "." + self.file_name.rpartition(".")[2] if "." in self.file_name else ""


def open_envelope(context: Context, row: Row) -> Envelope:
    return Envelope(**json.loads(context.archive.get(row.envelope_sha256)))


def manifest_of(connection: Connection, registry: Registry, envelope: Envelope, submission_id: str) -> Manifest | None:
    """The manifest, with the site that it or the folder names as the network's own code. Raises ``FileRefused``."""
    if envelope.is_unreadable:
        advice = f"We are not permitted to read the file. It lies in your folder as .unreadable-{submission_id}: permit it (read, for the pipeline) and drop it again."
        raise FileRefused([refusal("SND5", "file_may_be_read", advice)])
    manifest = _read(envelope.manifest)
    named = (manifest and (manifest.team or manifest.site)) or envelope.site_code
    if not named:
        return manifest
    code = _site(connection, registry, named)
    if code is None:
        raise FileRefused([refusal("SND4", "site_of_folder_or_manifest_is_known", _unknown_site(manifest))])
    return replace(manifest or Manifest(), site=code, team=code if manifest and manifest.team else None)


def _site(connection: Connection, registry: Registry, named: str) -> str | None:
    """The site or team of this code, or of this code completed as a dataset's are."""
    asked = (dataset.field_by_name.get(dataset.site_field) for dataset in registry.datasets.values())
    spelt = dict.fromkeys((named, *(field.prefix.complete(named) for field in asked if field and field.prefix)))
    return next((code for code in (find_site(connection, one) for one in spelt) if code), None)


def _unknown_site(manifest: Manifest | None) -> str:
    if manifest and (manifest.team or manifest.site):
        return "The manifest names a site or team that the network does not know. Correct its code, or leave it out."
    return "The file lies in a folder that is no site or team of the network. Drop it in your own landing folder itself, or in one named by a site's code."


def _read(text: str | None) -> Manifest | None:
    if text is None:
        return None
    try:
        return read_manifest(text.encode("utf-8", errors="replace"))
    except ManifestError as error:
        raise FileRefused([refusal("MAN1", "manifest_is_readable", f"The manifest beside the file cannot be taken: {error}.")]) from None


def refusal(rule_id: str, name: str, advice: str) -> Finding:
    return Finding(rule_id, name, Severity.REJECT_FILE, Scope.FILE, advice)
