"""Hip fracture, specified by cases: the textbook patient, and tables of measures, derived fields and rules."""

from tests.spec.hip_fracture.care_rule_tables import CARE_RULE_TABLES
from tests.spec.hip_fracture.derived_tables import DERIVED_TABLES
from tests.spec.hip_fracture.indicator_tables import INDICATOR_TABLES
from tests.spec.hip_fracture.outcome_tables import OUTCOME_TABLES
from tests.spec.hip_fracture.patient import PATIENT
from tests.spec.hip_fracture.rule_tables import RULE_TABLES
from tests.spec.tables import Specification

SPECIFICATION = Specification(
    pathway="hip_fracture",
    patient=PATIENT,
    measures=(*INDICATOR_TABLES, *OUTCOME_TABLES),
    derived=DERIVED_TABLES,
    rules=(*RULE_TABLES, *CARE_RULE_TABLES),
)
