"""What each version of a dataset's rules judges, as fingerprints that are kept with the code (``tests/golden/judging/versions.json``).

Belongs here: taking them, comparing them with the kept ones, adding those of a new version. ``python -m tests.quality_checks.judging`` adds
what is missing; it never writes over what is kept, for a version once used must go on judging as it did.

*stated*: the rules that a dataset states for a version; they carry versions, so each version's are kept for good. *follows*: what follows
from fields, time limits of measures and links of cases, which carry none: so only the newest version's can be compared. Wording is no part
of either, nor are layouts. Lists that are filled from the measures of all pathways grow with each of them: here they hold one invented measure.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from schemas.datasets import Dataset, Pathway
from schemas.field_rules import field_rules
from schemas.fields import Codes
from schemas.improvement import improvement_datasets
from schemas.measures import Direction, Measure, MeasureKind
from schemas.registry import Registry, load_registry
from schemas.shared import shared_datasets

KEPT = Path(__file__).resolve().parents[1] / "golden" / "judging" / "versions.json"
WORDING = {"advice", "title", "description", "header", "synonyms", "unit", "family"}
VERSIONS = {"since", "until"}  # which rules hold at a version is seen by their being there
NO_JUDGEMENT = {"rules", "pair_rules", "rule_version", "milestones", "expectation", "default_mode", "hold_policy", "local_key"}
INVENTED = Pathway(
    "invented", "Invented", "Stands for all pathways where a list is filled from them.",
    measures=(Measure("invented", "Invented", "Cases.", MeasureKind.COUNT, Direction.NEUTRAL, "cases"),),
)  # fmt: skip
Kept = dict[str, dict[str, dict[str, str]]]  # dataset -> version -> part -> fingerprint


def plain(value, but: frozenset[str] = frozenset()) -> object:
    """A declaration as names and values in their order, without wording: two that judge alike are alike."""
    if isinstance(value, Codes):
        return ["Codes", list(value.values), list(value.unknown)]
    if dataclasses.is_dataclass(value):
        names = [item.name for item in dataclasses.fields(value) if item.name not in WORDING | VERSIONS | but]
        return [type(value).__name__, *([name, plain(getattr(value, name))] for name in names)]
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    assert not callable(value), f"{value!r} cannot be compared"
    return repr(value)


def fingerprint(*values) -> str:
    return sha256(json.dumps([plain(value) for value in values]).encode()).hexdigest()[:16]


def stated(dataset: Dataset, version: int) -> str:
    return fingerprint(dataset.rules_at(version), dataset.pair_rules_at(version))


def follows(dataset: Dataset, measures: tuple[Measure, ...]) -> str:
    return fingerprint(plain(dataset, frozenset(NO_JUDGEMENT)), field_rules(dataset, measures))


def judged(dataset: Dataset, measures: tuple[Measure, ...] = ()) -> dict[str, dict[str, str]]:
    """Version -> fingerprints of what it judges; the newest has that of what follows from the fields, too."""
    found = {str(version): {"stated": stated(dataset, version)} for version in range(1, dataset.rule_version + 1)}
    found[str(dataset.rule_version)]["follows"] = follows(dataset, measures)
    return found


def all_judged(registry: Registry) -> Kept:
    own = {dataset.name: judged(dataset, pathway.measures) for pathway in registry.pathways for dataset in pathway.datasets}
    shared = {dataset.name: judged(dataset) for dataset in (*shared_datasets(INVENTED.measures), *improvement_datasets((INVENTED,)))}
    return dict(sorted((own | shared).items()))


def what_has_changed(found: Kept, kept: Kept) -> Iterator[str]:
    """A sentence for each version that judges otherwise than is kept, or is not kept at all."""
    for name, version, part, now in (
        (n, v, p, now) for n, versions in found.items() for v, parts in versions.items() for p, now in parts.items()
    ):
        then = kept.get(name, {}).get(version, {}).get(part)
        if then is None:
            yield f"{name}: version {version} of its rules is new. Write down what it judges: python -m tests.quality_checks.judging"
        elif then != now and part == "stated":
            yield f"{name}: version {version} of its rules judges otherwise than it did, so a rebuild would change old submissions unseen. Close the rule with until=, open the mended one with since=, and raise rule_version."
        elif then != now:
            yield f"{name}: its fields, links or time limits judge otherwise than when version {version} of its rules was written down. Raise rule_version, so that submissions say by which they were judged, and write the new one down: python -m tests.quality_checks.judging"


def with_new(found: Kept, kept: Kept) -> Kept:
    """What is kept, and what is found of which nothing is."""
    return {
        name: kept.get(name, {}) | {version: parts | kept.get(name, {}).get(version, {}) for version, parts in found.get(name, {}).items()}
        for name in sorted({*found, *kept})
    }  # fmt: skip


if __name__ == "__main__":
    before = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    KEPT.write_text(json.dumps(with_new(all_judged(load_registry()), before), indent=1) + "\n")
