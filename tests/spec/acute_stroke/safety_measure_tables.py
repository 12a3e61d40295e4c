"""Cases for the harm that treatment does. The patient is the textbook one, thrombolysed without a haemorrhage, but for what is told."""

from __future__ import annotations

from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.thrombolysis_measure_tables import NOT_ANSWERED, no_but
from tests.spec.acute_stroke.timed_rows import LOCKED, who_counts
from tests.spec.tables import NO, no, out, table, yes

BLED = {"s2_thrombolysis_cerebral_haemorrhage": "Y"}
NOT_GIVEN, UNKNOWN = "not_thrombolysed", "haemorrhage_unknown"

HAEMORRHAGE_AFTER_THROMBOLYSIS = table(
    "stroke_tc_haemorrhage_after_thrombolysis",
    *who_counts(NO),
    yes("a haemorrhage after thrombolysis", **BLED),
    yes("a haemorrhage after thrombolysis and thrombectomy", **{**p.THROMBECTOMY, **BLED}),
    no("none after thrombolysis and thrombectomy", **p.THROMBECTOMY),
    out(UNKNOWN, "thrombolysed, haemorrhage not answered", **LOCKED, s2_thrombolysis_cerebral_haemorrhage=None),
    out((NOT_GIVEN, UNKNOWN), "not thrombolysed", **p.NOT_THROMBOLYSED),
    out((NOT_GIVEN, UNKNOWN), "not thrombolysed for a clinical reason", **no_but("refusal")),
    out((NOT_GIVEN, UNKNOWN), "a stroke that is a haemorrhage", **p.HAEMORRHAGE),
    out(NOT_GIVEN, "a haemorrhage after thrombectomy alone", **{**LOCKED, **p.NOT_THROMBOLYSED, **p.THROMBECTOMY, **BLED}),
    out(NOT_GIVEN, "whether thrombolysed not answered, yet a haemorrhage", **NOT_ANSWERED, **BLED),
)

SAFETY_TABLES = (HAEMORRHAGE_AFTER_THROMBOLYSIS,)
