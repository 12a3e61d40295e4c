"""Acute stroke, specified by cases: the textbook patient, and tables of measures, rules and derived fields."""

from tests.spec.acute_stroke.assessment_measure_tables import ASSESSMENT_TABLES
from tests.spec.acute_stroke.care_rule_tables import CARE_RULE_TABLES
from tests.spec.acute_stroke.case_mix_measure_tables import CASE_MIX_TABLES
from tests.spec.acute_stroke.condition_tables import CONDITION_TABLES
from tests.spec.acute_stroke.derived_tables import DERIVED_TABLES
from tests.spec.acute_stroke.discharge_measure_tables import DISCHARGE_MEASURE_TABLES
from tests.spec.acute_stroke.event_tables import EVENT_TABLES
from tests.spec.acute_stroke.measure_tables import MEASURE_TABLES
from tests.spec.acute_stroke.mortality_measure_tables import MORTALITY_TABLES
from tests.spec.acute_stroke.outcome_measure_tables import OUTCOME_MEASURE_TABLES
from tests.spec.acute_stroke.patient import PATIENT
from tests.spec.acute_stroke.rule_tables import RULE_TABLES
from tests.spec.acute_stroke.safety_measure_tables import SAFETY_TABLES
from tests.spec.acute_stroke.six_month_measure_tables import SIX_MONTH_MEASURE_TABLES
from tests.spec.acute_stroke.stay_measure_tables import COMPLIANCE, STAY_MEASURE_TABLES
from tests.spec.acute_stroke.thrombolysis_measure_tables import THROMBOLYSIS_TABLES
from tests.spec.tables import Specification

SPECIFICATION = Specification(
    pathway="acute_stroke",
    patient=PATIENT,
    measures=(
        *MEASURE_TABLES, *THROMBOLYSIS_TABLES, *SAFETY_TABLES, *ASSESSMENT_TABLES, *CASE_MIX_TABLES,
        *STAY_MEASURE_TABLES, *DISCHARGE_MEASURE_TABLES, *OUTCOME_MEASURE_TABLES, *SIX_MONTH_MEASURE_TABLES, *MORTALITY_TABLES,
    ),
    results=COMPLIANCE,
    derived=DERIVED_TABLES,
    rules=(*RULE_TABLES, *CARE_RULE_TABLES, *EVENT_TABLES, *CONDITION_TABLES),
)  # fmt: skip
