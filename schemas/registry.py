"""Finds the pathway folders and offers what they declare by name.

Belongs here: loading and looking up. Does not belong here: any pathway's name.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from schemas import case_mix, charts, outliers
from schemas.case_mix import CaseMixModel
from schemas.datasets import Dataset, Pathway
from schemas.layouts import Layout
from schemas.measures import Measure, NotComputed


class DeclarationError(ValueError):
    """A declaration contradicts itself or another; the message names the folder and the remedy."""


@dataclass(frozen=True)
class Registry:
    """All pathways and shared datasets, in the order of their names."""

    pathways: tuple[Pathway, ...]
    shared_datasets: tuple[Dataset, ...] = ()
    folders: tuple[Path, ...] = ()

    @cached_property
    def datasets(self) -> dict[str, Dataset]:
        every = [*self.shared_datasets, *(d for p in self.pathways for d in p.datasets)]
        return _unique(every, "dataset")

    @cached_property
    def layouts(self) -> dict[str, Layout]:
        declared = [layout for p in self.pathways for layout in p.layouts]
        return _unique([*(d.standard_layout for d in self.datasets.values()), *declared], "layout")

    @cached_property
    def measures(self) -> dict[str, Measure]:
        return _unique([m for p in self.pathways for m in p.measures], "measure")

    @cached_property
    def not_computed(self) -> dict[str, NotComputed]:
        return _unique([item for p in self.pathways for item in p.not_computed], "result that is not computed")

    @cached_property
    def case_mix(self) -> dict[str, CaseMixModel]:
        return _unique([model for p in self.pathways for model in p.case_mix], "case-mix model")

    @cached_property
    def case_rule_versions(self) -> dict[str, int]:
        """Pathway -> version of the rules by which its cases are judged today; a pathway without cases has none."""
        return {pathway.name: pathway.case_dataset.rule_version for pathway in self.pathways if pathway.case_dataset is not None}

    def pathway(self, name: str) -> Pathway:
        return _find({p.name: p for p in self.pathways}, name, "pathway")

    def dataset(self, name: str) -> Dataset:
        return _find(self.datasets, name, "dataset")

    def pathway_of_dataset(self, name: str) -> Pathway | None:
        return next((p for p in self.pathways if any(d.name == name for d in p.datasets)), None)

    def pathway_of_measure(self, name: str) -> Pathway:
        return next(p for p in self.pathways if any(m.name == name for m in p.measures))

    def fingerprint(self) -> str:
        """Changes whenever a file of a declaration changes: a mended rule is then used at once."""
        digest = sha256()
        for folder in self.folders:
            for file in sorted(folder.rglob("*.py")):
                digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()[:16]


def load_registry(extra_folders: Sequence[Path] = ()) -> Registry:
    """The registry of the pathways in the tree and of those in ``extra_folders`` (each holding pathway folders)."""
    from schemas.improvement import improvement_datasets
    from schemas.shared import shared_datasets

    here = Path(__file__).parent
    pathways = [*_in_tree(here / "pathways"), *(p for folder in extra_folders for p in _outside(Path(folder)))]
    ordered = tuple(sorted(pathways, key=lambda pathway: pathway.name))
    _unique(ordered, "pathway")
    for pathway in ordered:
        _check_what_hangs_together(pathway)
    measures = tuple(measure for pathway in ordered for measure in pathway.measures)
    return Registry(ordered, (*shared_datasets(measures), *improvement_datasets(ordered)), (here, *map(Path, extra_folders)))


def _check_what_hangs_together(pathway: Pathway) -> None:
    wrong = case_mix.what_is_wrong(pathway.case_mix, pathway.measures) or outliers.what_is_wrong(pathway.outlier_policies, pathway.measures)
    wrong = wrong or charts.what_is_wrong(pathway)
    if wrong:
        raise DeclarationError(f"the pathway {pathway.name}: {wrong}")


def _in_tree(folder: Path) -> Iterable[Pathway]:
    for module in pkgutil.iter_modules([str(folder)]):
        if module.ispkg:
            yield importlib.import_module(f"schemas.pathways.{module.name}").PATHWAY


def _outside(folder: Path) -> Iterable[Pathway]:
    if not folder.is_dir():
        raise DeclarationError(f"the folder of pathways {folder} does not exist; correct COMMON_CAUSE_PATHWAYS")
    for package in sorted(p for p in folder.iterdir() if (p / "__init__.py").is_file()):
        yield _import_folder(package).PATHWAY


def _import_folder(package: Path):
    name = f"common_cause_pathway_{package.name}_{sha256(str(package.resolve()).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, package / "__init__.py", submodule_search_locations=[str(package)])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if not hasattr(module, "PATHWAY"):
        raise DeclarationError(f"{package}/__init__.py defines no PATHWAY; see docs/adding-a-pathway.md")
    return module


def _unique(items, what: str) -> dict:
    found = {}
    for item in items:
        if item.name in found:
            raise DeclarationError(f"two declarations of the {what} {item.name}; give one of them another name")
        found[item.name] = item
    return found


def _find(found: dict, name: str, what: str):
    if name not in found:
        raise KeyError(f"there is no {what} {name!r}; there are: {', '.join(sorted(found)) or 'none'}")
    return found[name]
