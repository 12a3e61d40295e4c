"""What Dagster's page shows of case-mix adjustment: the models that predict, their coefficients, how they are calibrated.

Belongs here: choosing and querying. Does not belong here: drawing (``assets.pictures``), other stages (``assets.shown``). Aggregates only.
"""

from __future__ import annotations

from dagster import MetadataValue
from sqlalchemy import Connection, text

from assets import pictures
from assets.shown_mortality import mortality_metadata

MODELS = """
select model_name, model_version, origin, source, case_count, event_count, round(c_statistic::numeric, 3), round(calibration_slope::numeric, 2),
    judged_from::text, judged_to::text, m.title
from measurement.case_mix_model c join measurement.measure m using (measure_name) where c.pathway_name = :pathway and is_current order by model_name
"""
COEFFICIENTS = """
select label, round(coefficient::numeric, 3), round(standard_error::numeric, 3), round(case_share::numeric, 3)
from measurement.case_mix_coefficient where model_name = :model and model_version = :version order by place
"""
GROUPS = """
select mean_risk, observed_share from dashboard.case_mix_calibration_v1 where model_name = :model and model_version = :version and observed_share is not null
order by group_number
"""
CROSSINGS = """
select count(distinct (organisation_code, c.direction)), count(distinct (organisation_code, c.direction)) filter (where limit_value is not null)
from measurement.cusum_month c join measurement.measure m using (measure_name) where m.pathway_name = :pathway
"""
ROWS = ("version", "coefficients", "cases", "events", "c statistic", "calibration slope", "from", "to")  # of a table with a column a model


def case_mix_metadata(connection: Connection, pathway: str) -> dict[str, object]:
    """Metadata of the node: a table of the models, and coefficients and calibration of each.

    Names are short, as they are on all pages: Dagster writes a long one over what stands beside it.
    """
    models = connection.execute(text(MODELS), {"pathway": pathway}).all()
    [(charts, with_limit)] = connection.execute(text(CROSSINGS), {"pathway": pathway}).all()
    results = (
        "select count(*) from measurement.standardised_result join measurement.measure using (measure_name) where pathway_name = :pathway"
    )
    columns = zip(ROWS, *((*row[1:3], *row[4:10]) for row in models), strict=True)
    shown: dict[str, object] = {
        "standardised_results": connection.scalar(text(results), {"pathway": pathway}),
        "cusum_charts": charts, "cusum_charts_with_a_limit": with_limit,
        "models": MetadataValue.md(pictures.table(("", *(row.model_name for row in models)), list(columns))),
    }  # fmt: skip
    pictured = mortality_metadata(connection, pathway)
    shown = {**({"at_a_glance": pictured.pop("at_a_glance")} if "at_a_glance" in pictured else {}), **shown, **pictured}
    for number, row in enumerate(models, start=1):
        shown |= {f"{name}_{number}": told for name, told in _of_model(connection, row).items()}
    return shown


def _of_model(connection: Connection, row) -> dict[str, object]:
    named = {"model": row.model_name, "version": row.model_version}
    coefficients = connection.execute(text(COEFFICIENTS), named).all()
    header = ("level", "log odds", "standard error", "share of cases")
    label = f"{row.model_name} {row.model_version}"
    listed = pictures.table(header, [tuple(found) for found in coefficients])
    shown: dict[str, object] = {"source": f"{label}: {row.source}", "coefficients": MetadataValue.md(f"**{label}**\n\n{listed}")}
    groups = connection.execute(text(GROUPS), named).all()
    if groups:
        title = f"{row.title}: observed against predicted by {label}"
        picture = pictures.calibration(title, [group.mean_risk for group in groups], [group.observed_share for group in groups])
        shown["calibration"] = MetadataValue.md(picture)
    return shown
