"""A small invented pathway, kept outside the tree on purpose: what the tests carry through all stages."""

from datetime import date

from schemas.datasets import Dataset, DatasetKind, DueStage, Expectation, MatchRule, Milestone, Pathway
from schemas.expressions import AgeInYears, Moment, RowCount, Share, all_of, days_between, field, minutes_between
from schemas.fields import Derived, Field, Identifier, Kind, codes
from schemas.layouts import Column, Layout
from schemas.measures import Chart, Direction, Exclusion, Measure, MeasureKind
from schemas.outliers import Basis, OutlierPolicy
from schemas.rules import PairRule, Rule, Scope, Severity

YES_NO = codes(_0="No", _1="Yes")

FIELDS = (
    Field("clinic_code", "Clinic code", Kind.TEXT, "Site that set the fracture.", required=True, is_essential=True, due="arrival"),
    Field(
        "nhs_number",
        "NHS number",
        Kind.TEXT,
        "Ten digits.",
        required=True,
        due="arrival",
        identifies=Identifier.NHS_NUMBER,
        format="nhs_number",
    ),
    Field(
        "hospital_number",
        "Hospital number",
        Kind.TEXT,
        "The sender's own number.",
        identifies=Identifier.LOCAL_PATIENT_IDENTIFIER,
        due="arrival",
        required=True,
    ),
    Field("surname", "Surname", Kind.TEXT, "Surname.", identifies=Identifier.NAME),
    Field(
        "date_of_birth",
        "Date of birth",
        Kind.DATE,
        "Birth date.",
        required=True,
        is_essential=True,
        due="arrival",
        identifies=Identifier.BIRTH_DATE,
        earliest=date(1900, 1, 1),
    ),
    Field(
        "arrival_date",
        "Arrival date",
        Kind.DATE,
        "Clock start, date.",
        required=True,
        is_essential=True,
        due="arrival",
        earliest=date(2000, 1, 1),
    ),
    Field("arrival_time", "Arrival time", Kind.TIME, "Clock start, time.", required=True, due="arrival"),
    Field("side", "Side", Kind.CODE, "Which wrist.", codes=codes(_1="Left", _2="Right"), required=True, is_essential=True, due="arrival"),
    Field("xray_at", "X-ray", Kind.DATETIME, "When the X-ray was taken.", due="arrival"),
    Field("manipulated", "Manipulated", Kind.CODE, "Whether the fracture was manipulated.", codes=YES_NO, required=True, due="discharge"),
    Field(
        "manipulation_date",
        "Manipulation date",
        Kind.DATE,
        "Date of manipulation.",
        required=field("manipulated").equals("1"),
        due="discharge",
    ),
    Field(
        "manipulation_time",
        "Manipulation time",
        Kind.TIME,
        "Time of manipulation.",
        required=field("manipulated").equals("1"),
        due="discharge",
    ),
    Field("analgesia", "Analgesia", Kind.CODES, "Pain relief given.", codes=codes(_1="Oral", _2="Block", _3="Gas"), due="discharge"),
    Field("pain_score", "Pain score", Kind.INTEGER, "0 to 10.", unit="points", minimum=0, maximum=10, due="discharge"),
    Field("grip_kg", "Grip strength", Kind.DECIMAL, "Grip at follow-up.", unit="kg", minimum=0, maximum=120, due="follow_up"),
    Field("discharge_date", "Discharge date", Kind.DATE, "Left the clinic's care.", due="discharge"),
    Field("open_wound", "Open wound", Kind.BOOLEAN, "Whether the skin was broken.", due="arrival"),
)

DERIVED = (
    Derived("arrival_at", Kind.DATETIME, Moment(field("arrival_date"), field("arrival_time")), "Clock start."),
    Derived("manipulation_at", Kind.DATETIME, Moment(field("manipulation_date"), field("manipulation_time")), "Manipulation."),
    Derived("age_years", Kind.INTEGER, AgeInYears(field("date_of_birth"), field("arrival_date")), "Age at arrival.", unit="years"),
)

RULES = (
    Rule(
        "W01",
        "age_at_arrival_is_at_least_18",
        field("age_years") >= 18,
        Severity.OUT_OF_SCOPE,
        ("date_of_birth", "arrival_date"),
        "Children are not part of this audit; nothing to do.",
        family="scope",
    ),
    Rule(
        "W02",
        "manipulation_after_arrival",
        minutes_between("arrival_at", "manipulation_at") > 0,
        Severity.QUARANTINE_RECORD,
        ("manipulation_date", "arrival_date"),
        "Correct the date or time of manipulation or of arrival.",
        family="times",
    ),
    Rule(
        "W03",
        "xray_after_arrival",
        minutes_between("arrival_at", "xray_at") >= 0,
        Severity.WARN,
        ("xray_at", "arrival_date"),
        "Check the time of the X-ray.",
        family="times",
    ),
    Rule(
        "W04",
        "manipulation_date_only_if_manipulated",
        field("manipulated").equals("0").implies(field("manipulation_date").is_missing()),
        Severity.QUARANTINE_RECORD,
        ("manipulation_date", "manipulated"),
        "Remove the date, or say that the fracture was manipulated.",
        family="consistency",
    ),
    Rule(
        "W05",
        "few_arrivals_at_midnight",
        (RowCount() < 10)
        | (
            Share(Moment(field("arrival_date"), field("arrival_time")).equals(Moment(field("arrival_date"), field("manipulation_time"))))
            <= 0.5
        ),
        Severity.WARN,
        ("arrival_time",),
        "Many times are equal; check the export.",
        scope=Scope.FILE,
        family="file",
    ),
)

PAIR_RULES = (
    PairRule(
        "W06",
        "one_fracture_a_side_within_60_days",
        "duplicate",
        "Two records of the same person and side within 60 days: delete one, or correct the side.",
        same=("side",),
        within_days=60,
    ),
    PairRule(
        "W07",
        "stays_do_not_overlap",
        "conflict",
        "The same person was in two clinics at once: correct the dates.",
        differ=("site_code",),
        overlap="discharge_date",
        both=True,
    ),
)

RECORDS = Dataset(
    name="wrist_fracture",
    version="1",
    title="Wrist fracture",
    description="One record a wrist fracture set in a clinic of the network.",
    kind=DatasetKind.RECORDS,
    fields=FIELDS,
    derived=DERIVED,
    rules=RULES,
    pair_rules=PAIR_RULES,
    record_key=("clinic_code", "nhs_number", "side", "arrival_date"),
    match_rule=MatchRule(same=("clinic_code", "nhs_number", "side"), within_days=60),
    clock="arrival_at",
    site_field="clinic_code",
    local_key="hospital_number",
    milestones=(
        Milestone("arrival", "arrival_at", "Arrival", sooner_is_better=False),
        Milestone("xray", "xray_at", "X-ray"),
        Milestone("manipulation", "manipulation_at", "Manipulation", reference="wrist_minutes_to_manipulation"),
        Milestone("discharge", "discharge_date", "Discharge"),
    ),
    stages=(
        DueStage("arrival", "On arrival", field("arrival_date").is_present(), 0),
        DueStage("discharge", "At discharge", field("discharge_date").is_present(), 30),
        DueStage("follow_up", "At follow-up", field("grip_kg").is_present(), 90),
    ),
    expectation=Expectation("month", 14),
)

COHORT = field("age_years") >= 18
NOT_MANIPULATED = Exclusion("not_manipulated", field("manipulated").differs_from("1"))

MEASURES = (
    Measure(
        "wrist_manipulated_4h",
        "Manipulated within 4 hours",
        "Adults whose manipulation began within 4 hours of arrival, of those manipulated.",
        MeasureKind.PROPORTION,
        Direction.HIGHER_IS_BETTER,
        "share",
        index_date="arrival_date",
        cohort=COHORT,
        exclusions=(NOT_MANIPULATED,),
        numerator=all_of(minutes_between("arrival_at", "manipulation_at") >= 0, minutes_between("arrival_at", "manipulation_at") <= 240),
        needs=("manipulation_date", "manipulation_time"),
        matures_after_days=30,
        target=0.8,
        is_headline=True,
    ),
    Measure(
        "wrist_block",
        "Manipulated under a block",
        "Of those manipulated, under a nerve block.",
        MeasureKind.PROPORTION,
        Direction.NEUTRAL,
        "share",
        index_date="arrival_date",
        cohort=COHORT,
        exclusions=(NOT_MANIPULATED,),
        numerator=field("pain_score") <= 3,
    ),
    Measure(
        "wrist_minutes_to_manipulation",
        "Minutes to manipulation",
        "Median minutes from arrival to manipulation.",
        MeasureKind.MEDIAN,
        Direction.LOWER_IS_BETTER,
        "minutes",
        index_date="arrival_date",
        cohort=COHORT,
        exclusions=(NOT_MANIPULATED,),
        value=minutes_between("arrival_at", "manipulation_at"),
        decimals=0,
    ),
    Measure(
        "wrist_stay_days",
        "Mean days to discharge",
        "Mean days from arrival to discharge.",
        MeasureKind.MEAN,
        Direction.LOWER_IS_BETTER,
        "days",
        index_date="discharge_date",
        cohort=COHORT,
        value=days_between("arrival_date", "discharge_date"),
    ),
    Measure(
        "wrist_cases",
        "Cases",
        "Adults with a wrist fracture.",
        MeasureKind.COUNT,
        Direction.NEUTRAL,
        "cases",
        index_date="arrival_date",
        cohort=COHORT,
        decimals=0,
    ),
    Measure(
        "wrist_gap",
        "Late share",
        "Share not manipulated within 4 hours.",
        MeasureKind.DERIVED,
        Direction.LOWER_IS_BETTER,
        "share",
        value=(field("wrist_manipulated_4h") * -1) + 1,
    ),
    Measure(
        "wrist_open_wound",
        "Open wounds",
        "Of adults for whom it is known, those whose skin was broken: so rare that it is judged by the cases between.",
        MeasureKind.PROPORTION,
        Direction.LOWER_IS_BETTER,
        "share",
        index_date="arrival_date",
        cohort=COHORT,
        exclusions=(Exclusion("wound_unknown", field("open_wound").is_missing()),),
        numerator=field("open_wound"),
        charts=(Chart.XMR, Chart.G, Chart.T),
        signals_from=Chart.G,
    ),
)

TRUST_LAYOUT = Layout(
    "wrist_fracture_eastern",
    "wrist_fracture",
    columns=(
        Column("Clinic", "clinic_code"),
        Column("NHS No", "nhs_number"),
        Column("MRN", "hospital_number"),
        Column("DOB", "date_of_birth"),
        Column("Arrived on", "arrival_date"),
        Column("Arrived at", "arrival_time"),
        Column("L/R", "side", codes=(("L", "1"), ("R", "2"))),
        Column("MUA", "manipulated", codes=(("N", "0"), ("Y", "1"))),
        Column("MUA on", "manipulation_date"),
        Column("MUA at", "manipulation_time"),
    ),
    date_formats=("%Y-%m-%d",),
)

PATHWAY = Pathway(
    "wrist_fracture",
    "Wrist fracture",
    "A small invented pathway.",
    datasets=(RECORDS,),
    cases="wrist_fracture",
    layouts=(TRUST_LAYOUT,),
    measures=MEASURES,
    outlier_policies=(OutlierPolicy("wrist_manipulated_4h", Basis.NETWORK_VALUE, minimum_expected=2),),
)
