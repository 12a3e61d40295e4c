"""What a later, shorter file says of a hip fracture leaves what follows from the earlier one right."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assets.folding import carried_derived, carried_names, fold
from assets.reading import derive
from schemas.registry import load_registry
from tests.spec.evaluation import typed_frame
from tests.spec.hip_fracture import SPECIFICATION
from tests.spec.tables import holds

DATASET = load_registry().pathway(SPECIFICATION.pathway).case_dataset
KEY = {"operating_hospital_code", "nhs_number", "fracture_side", "presentation_date"}


def _folded(*fragments: dict) -> pd.Series:
    """The case after these fragments; each tells only its own fields."""
    frames = []
    for said in fragments:
        told = {f.name: said.get(f.name) for f in DATASET.fields}
        frames.append(typed_frame((holds("a fragment", **told),), SPECIFICATION.patient, DATASET).assign(case="c"))
    frame = pd.concat(frames, ignore_index=True)
    case = fold(frame, "case", carried_names(DATASET), {}).reset_index()
    stored = case.drop(columns=[f.name for f in DATASET.fields if not f.is_stored])
    return derive(stored, DATASET, keep=carried_derived(DATASET)).iloc[0]


def test_only_what_reads_an_identifying_field_itself_is_carried():
    assert carried_derived(DATASET) == ("age_years", "has_nhs_number")


def test_a_follow_up_file_does_not_take_the_tariff_away():
    whole = dict(SPECIFICATION.patient)
    follow_up = {name: whole[name] for name in KEY} | {"residential_status_120d": "2", "bone_medication_120d": "1"}
    case = _folded(whole, follow_up)
    assert (case.is_bpt_eligible, case.is_bpt_achieved, case.bpt_first_failed) == (True, True, None)
    assert case.residential_status_120d == "2"
    assert case.age_years == 82


def test_a_correction_of_one_field_changes_the_tariff():
    whole = dict(SPECIFICATION.patient)
    case = _folded(whole, {name: whole[name] for name in KEY} | {"falls_assessment": "0"})
    assert (case.is_bpt_achieved, case.bpt_first_failed) == (False, "falls_assessment")


def test_times_in_two_fragments_make_one_interval():
    whole = dict(SPECIFICATION.patient)
    first = {name: value for name, value in whole.items() if name not in ("surgery_date", "surgery_time")}
    later = {name: whole[name] for name in KEY} | {"surgery_date": "04/03/2025", "surgery_time": "22:01"}
    case = _folded(first, later)
    assert np.isclose(case.hours_to_surgery, 36 + 1 / 60)
    assert case.bpt_first_failed == "surgery_36h"
