"""The measures of SSNAP's published scoring summary, and the layout of that sheet.

Belongs here: names, words and labels of what is published. Does not belong here: how a sheet is read (``assets.reading``).

Each quarter gives every team ten domain levels and totals twice: *patient-centred* (every inpatient team of a patient's way gets
the whole way) and *team-centred* (the team that did the work). A level is a score too: its number is the rank of the letter,
E = 1 to A = 5, which keeps the order and leaves the published letter beside it. The level of a total follows the published total.
Signals come from the scores. A level has its chart, but five letters are no scale on which limits could tell chance from change, and
what moves a domain's level moves the total score.
"""

from __future__ import annotations

from schemas.layouts import Layout, OrganisationList, Transpose, TransposedRow
from schemas.measures import Direction, Measure, MeasureKind

SOURCE = "Sentinel Stroke National Audit Programme, scoring summary"
LEVELS = (("A", "5"), ("B", "4"), ("C", "3"), ("D", "2"), ("E", "1"))
REASONS = (
    ("Too few to report", "too few patients to report"),
    ("TFP", "too few patients to report"),
    ("Insufficient records", "insufficient records"),
    ("X", "insufficient records"),
    ("None entered", "no records entered"),
    ("No records", "no records entered"),
    ("Not included in scoring", "not included in scoring"),
    (".", "cannot be calculated"),
)
DOMAINS = (
    ("Scanning", "scanning"),
    ("Stroke unit", "stroke unit"),
    ("Thrombolysis", "thrombolysis"),
    ("Specialist Assessments", "specialist assessments"),
    ("Occupational therapy", "occupational therapy"),
    ("Physiotherapy", "physiotherapy"),
    ("Speech and Language therapy", "speech and language therapy"),
    ("MDT working", "multidisciplinary team working"),
    ("Standards by discharge", "standards by discharge"),
    ("Discharge processes", "discharge processes"),
)
VIEWS = (
    ("pc", "Patient-centred", "every inpatient team of a patient's way is given the whole way"),
    ("tc", "Team-centred", "the team that did the work is given what it did"),
)


def _score(name: str, title: str, description: str, unit: str = "points", direction=Direction.HIGHER_IS_BETTER, **more) -> Measure:
    return Measure(
        name, title, description, MeasureKind.SCORE, direction, unit, levels=("team",), grains=("quarter",), source=SOURCE, **more
    )


def _level(name: str, title: str, description: str) -> Measure:
    return _score(name, title, f"{description} Level A (5) is best, E (1) worst.", unit="level", decimals=0, is_watched=False)


def _view(code: str, title: str, meaning: str) -> list[tuple[TransposedRow, Measure]]:
    """Rows and measures of one of the two views."""
    domains = [
        (
            TransposedRow(f"{title} Domain levels: {number}) {label}", measure=f"ssnap_{code}_d{number}", is_level=True),
            _level(f"ssnap_{code}_d{number}", f"{title} level, {words}", f"Level of domain {number}, {words}; {meaning}."),
        )
        for number, (label, words) in enumerate(DOMAINS, start=1)
    ]
    return [*domains, *_totals(code, title, meaning)]


def _totals(code: str, title: str, meaning: str) -> list[tuple[TransposedRow, Measure]]:
    indicators, summary = f"{title} KI level {title} Total KI", f"{title} SSNAP level {title} SSNAP"
    before = f"Mean of the points of the domain levels (A 100, B 80, C 60, D 40, E 20), before adjustment; {meaning}."
    after = f"Total key indicator score times the factors of case ascertainment and audit compliance; {meaning}."
    names = [f"ssnap_{code}_{what}" for what in ("ki_score", "ki_level", "ssnap_score", "ssnap_level")]
    return [
        (TransposedRow(f"{indicators} score", measure=names[0]), _score(names[0], f"{title} total key indicator score", before)),
        (
            TransposedRow(f"{indicators} level", measure=names[1], is_level=True),
            _level(names[1], f"{title} total key indicator level", before),
        ),
        (TransposedRow(f"{summary} score", measure=names[2], is_optional=True), _score(names[2], f"{title} SSNAP score", after)),
        (
            TransposedRow(f"{summary} level (after adjustments)", measure=names[3], is_level=True, is_optional=True),
            _level(names[3], f"{title} SSNAP level", after),
        ),
    ]


def _summary() -> list[tuple[TransposedRow, Measure]]:
    combined = "Mean of the patient-centred and the team-centred total key indicator score, before adjustment."
    adjusted = "Combined key indicator score times the factors of case ascertainment and audit compliance."
    cases = "Band of the share of expected patients whose records were completed."
    audit = "Band of how quickly and fully records were entered."
    return [
        (TransposedRow("SSNAP score", measure="ssnap_score"), _score("ssnap_score", "SSNAP score", adjusted, is_headline=True)),
        (TransposedRow("SSNAP level", measure="ssnap_level", is_level=True), _level("ssnap_level", "SSNAP level", adjusted)),
        (
            TransposedRow("Combined Total Key Indicator score", measure="ssnap_combined_ki_score"),
            _score("ssnap_combined_ki_score", "Combined total key indicator score", combined),
        ),
        (
            TransposedRow("Combined Total Key Indicator level", measure="ssnap_combined_ki_level", is_level=True),
            _level("ssnap_combined_ki_level", "Combined total key indicator level", combined),
        ),
        (
            TransposedRow("Case ascertainment band", measure="ssnap_case_ascertainment_band", is_level=True),
            _level("ssnap_case_ascertainment_band", "Case ascertainment band", cases),
        ),
        (
            TransposedRow("Audit compliance band", measure="ssnap_audit_compliance_band", is_level=True),
            _level("ssnap_audit_compliance_band", "Audit compliance band", audit),
        ),
    ]


def _six_months() -> list[tuple[TransposedRow, Measure]]:
    applicable = "Applicability to be assessed at 6m: Proportion of patients alive who are considered applicable to be assessed at 6 months - (ref B12.3)"
    assessed = "Patients assessed at 6m: Proportion of applicable patients assessed - (ref B13.3)"
    return [
        (
            TransposedRow(applicable, measure="ssnap_six_month_applicable", is_optional=True),
            _score(
                "ssnap_six_month_applicable",
                "Applicable to a six-month assessment",
                "Share of patients alive who are to be assessed at six months.",
                "share",
                Direction.NEUTRAL,
                decimals=2,
            ),
        ),
        (
            TransposedRow(assessed, measure="ssnap_six_month_assessed", is_optional=True),
            _score(
                "ssnap_six_month_assessed",
                "Assessed at six months",
                "Share of the applicable patients who were assessed at six months.",
                "share",
                decimals=2,
            ),
        ),
    ]


DECLARED = (*_summary(), *(pair for view in VIEWS for pair in _view(*view)), *_six_months())
MEASURES = tuple(measure for _, measure in DECLARED)

# The first sheet has the region where the later ones have the type of team, and none of the SSNAP totals by view.
SCORING_SUMMARY = Layout(
    name="ssnap_scoring_summary",
    dataset="published_scores",
    columns=(),
    reshape=Transpose(
        rows=(
            TransposedRow("SSNAP Scoring Summary:", field="organisation_group", is_numbered=True),
            TransposedRow("Trust", field="parent_organisation"),
            TransposedRow("Team", field="organisation"),
            *(row for row, _ in DECLARED),
        ),
        reasons=REASONS,
        levels=LEVELS,
        constants=(("source", SOURCE),),
        period_name=r"(?P<first>[A-Z][a-z]{2})(?P<last>[A-Z][a-z]{2})(?P<year>20[0-9]{2})",
        ignored=(
            "SCN",
            "Number of records completed: Team-centred post-72h all teams cohort",
            "Applicability to be assessed at 6m: Number of patients considered applicable to be assessed at 6 months - (ref B12.1)",
            "Patients assessed at 6m: Number of applicable patients assessed - (ref B13.1)",
        ),
    ),
)

# the audit's own list of teams, as the R package SSNAPStats publishes it; codes have three digits, or C and three digits
TEAMS = OrganisationList(
    name="ssnap_teams", kind="team", code="TeamCode", title="TeamName", parent="TRUST_Groups", code_prefix="SSNAP", parent_prefix="TRUST_"
)
