"""``describe``: fields, rules and measures in words and SQL, as the declarations say.

Belongs here: laying out. Does not belong here: the words (``schemas.words``), the SQL (``warehouse.measure_definitions``).
"""

from __future__ import annotations

import click
from rapidfuzz import process as fuzzy

from pipelines.cli.shared import console, print_table
from schemas.datasets import Dataset
from schemas.describe import describe_field, describe_measure, describe_not_computed, describe_rule
from schemas.field_rules import field_rules
from schemas.measures import Measure
from schemas.registry import Registry, load_registry
from warehouse.settings import Settings


@click.command()
@click.argument("name", required=False)
@click.option("--fields", "part", flag_value="fields", help="Only the fields of the dataset.")
@click.option("--rules", "part", flag_value="rules", help="Only the rules of the dataset.")
@click.option("--sql", is_flag=True, help="A measure's definition in SQL too.")
@click.pass_obj
def describe(settings: Settings, name: str | None, part: str | None, sql: bool) -> None:
    """Describe NAME (a dataset, measure, rule or field) in words; without a name, list what there is."""
    registry = load_registry(settings.pathway_folders)
    if name is None:
        _list_everything(registry)
    elif name in registry.datasets:
        _describe_dataset(registry, registry.dataset(name), part)
    elif name in registry.measures:
        _describe_measure(registry, registry.measures[name], sql)
    elif name in registry.not_computed:
        _say(describe_not_computed(registry.not_computed[name]))
    elif not (_describe_rules(registry, name) + _describe_fields(registry, name)):
        raise click.ClickException(
            f"nothing is called {name!r}{_suggestion(name, _names(registry))}; `common-cause describe` lists what there is"
        )


def find_dataset(registry: Registry, name: str) -> Dataset:
    """The dataset, or one sentence with the names that exist."""
    if name not in registry.datasets:
        raise click.ClickException(
            f"there is no dataset {name!r}{_suggestion(name, registry.datasets)}; there are: {', '.join(sorted(registry.datasets))}"
        )
    return registry.dataset(name)


def _suggestion(name: str, known) -> str:
    found = fuzzy.extractOne(name, list(known), score_cutoff=60)
    return f" (did you mean {found[0]}?)" if found else ""


def _names(registry: Registry) -> list[str]:
    rules = [r.id for d in registry.datasets.values() for r in d.stated_rules]
    fields = [f.name for d in registry.datasets.values() for f in d.fields]
    return [*registry.datasets, *registry.measures, *registry.not_computed, *rules, *fields]


def _list_everything(registry: Registry) -> None:
    datasets = [(d.name, d.version, d.title, len(d.fields), len(d.stated_rules)) for d in registry.datasets.values()]
    print_table("Datasets", ("name", "version", "title", "fields", "rules"), datasets, numbers=("fields", "rules"))
    measures = [(m.name, str(m.kind), m.title) for m in registry.measures.values()]
    print_table("\nMeasures", ("name", "kind", "title"), measures)
    if registry.not_computed:
        missing = [(n.name, n.title, ", ".join(n.layouts) or "any file") for n in registry.not_computed.values()]
        print_table("\nNot computed", ("name", "title", "from"), missing)


def _say(text: str) -> None:
    console().print(text, markup=False, soft_wrap=False)


def _describe_dataset(registry: Registry, dataset: Dataset, part: str | None) -> None:
    if part is None:
        _say(f"{dataset.title} (version {dataset.version}, rules version {dataset.rule_version})\n{dataset.description}")
    if part in (None, "fields"):
        print_table(
            "\nFields", ("field", "header", "kind", "what it is"), [(f.name, f.header, str(f.kind), f.description) for f in dataset.fields]
        )
    if part in (None, "rules"):
        rules = [(r.id, str(r.severity), r.name.replace("_", " "), r.advice) for r in (*dataset.stated_rules, *field_rules(dataset))]
        print_table("\nRules", ("rule", "severity", "must hold", "advice"), rules)


def _describe_measure(registry: Registry, measure: Measure, sql: bool) -> None:
    _say(describe_measure(measure, registry.pathway_of_measure(measure.name).case_dataset))
    if sql:
        from warehouse.measure_definitions import definition_sql

        _say("\n" + definition_sql(registry.pathway_of_measure(measure.name), measure))


def _describe_rules(registry: Registry, name: str) -> int:
    """Prints the rules with this id or name; returns how many."""
    found = [(d, r) for d in registry.datasets.values() for r in (*d.stated_rules, *field_rules(d)) if name in (r.id, r.name)]
    for dataset, rule in found:
        _say(f"{dataset.name}: {describe_rule(rule, dataset)}")
    return len(found)


def _describe_fields(registry: Registry, name: str) -> int:
    found = [(d, f) for d in registry.datasets.values() for f in (*d.fields, *d.derived) if name in (f.name, getattr(f, "header", None))]
    for dataset, field in found:
        _say(f"{dataset.name}: {describe_field(field, dataset)}")
    return len(found)


COMMANDS = (describe,)
