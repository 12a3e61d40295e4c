"""Emergency care: performance against the four-hour standard, from the counts that NHS England publishes every month."""

from schemas.datasets import Pathway
from schemas.layouts import Column, GroupAndSum, Layout
from schemas.measures import Direction, Measure, MeasureKind

FOUR_HOUR = Measure(
    name="ae_four_hour",
    title="A&E attendances within four hours",
    description=(
        "Attendances that ended in admission, transfer or discharge within four hours of arrival, of all attendances, over all types "
        "of department of the provider. Counts are those the provider reported for the month."
    ),
    kind=MeasureKind.PROPORTION,
    direction=Direction.HIGHER_IS_BETTER,
    unit="share",
    target=0.95,
    levels=("provider", "region", "network"),
    grains=("month",),
    source="NHS England, A&E attendances and emergency admissions",
    is_headline=True,
)

# one row a provider, month and type of department (1, 2, other); a breach is an attendance of more than four hours
ATTENDANCES = Layout(
    name="ae_attendances",
    dataset="measure_counts",
    columns=(
        Column("period", "period_start"),
        Column("org_code", "organisation"),
        Column("type", "department_type"),
        Column("attendances", "denominator"),
        Column("breaches", "breaches"),
    ),
    date_formats=("%Y-%m-%d",),
    reshape=GroupAndSum(
        by=("organisation", "period_start"),
        sum=("denominator", "breaches"),
        constants=(("measure", FOUR_HOUR.name), ("grain", "month"), ("source", FOUR_HOUR.source)),
        computed=(("numerator", "denominator", "breaches"),),
        unique=("organisation", "period_start", "department_type"),
        ignored=("admissions",),
    ),
)

PATHWAY = Pathway(
    name="emergency_care",
    title="Emergency care",
    description="Performance of emergency departments against the four-hour standard.",
    layouts=(ATTENDANCES,),
    measures=(FOUR_HOUR,),
)
