"""A case is the last value said of each field, in order of arrival; a clear token empties it."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from assets.folding import carry_forward, depends_on_identifier, fold


def frame(*rows):
    return pd.DataFrame(rows, columns=["case_id", "a", "b"])


def test_a_blank_keeps_what_was_known():
    assert fold(frame(("x", 1.0, "p"), ("x", np.nan, "q")), "case_id", ["a", "b"], {}).loc["x"].tolist() == [1.0, "q"]


def test_cases_do_not_mix():
    folded = fold(frame(("x", 1.0, "p"), ("y", np.nan, None), ("x", np.nan, None)), "case_id", ["a", "b"], {})
    assert pd.isna(folded.loc["y", "a"])
    assert folded.loc["x", "b"] == "p"


def test_a_cleared_value_stays_empty_until_said_again():
    told = frame(("x", 1.0, "p"), ("x", np.nan, None), ("x", np.nan, None), ("x", 3.0, None))
    after = carry_forward(told, told["case_id"].to_numpy(), ["a", "b"], {"a": np.array([False, True, False, False])})
    assert after["a"].isna().tolist() == [False, True, True, False]
    assert after["b"].tolist() == ["p"] * 4


said = st.lists(st.tuples(st.sampled_from("xyz"), st.one_of(st.none(), st.integers(0, 5)), st.booleans()), max_size=30)


@given(said)
def test_the_fold_equals_telling_one_after_another(rows):
    known: dict[str, int | None] = {}
    for case, value, is_clear in rows:
        known[case] = None if is_clear else (value if value is not None else known.get(case))
    told = pd.DataFrame(
        {
            "case_id": pd.Series([r[0] for r in rows], dtype=object),
            "a": pd.Series([None if r[2] else r[1] for r in rows], dtype="float64"),
        }
    )
    folded = fold(told, "case_id", ["a"], {"a": np.array([r[2] for r in rows], dtype=bool)})
    assert {case: None if pd.isna(v) else int(v) for case, v in folded["a"].items()} == known


def test_what_follows_from_an_identifying_value_is_carried(registry):
    dataset = registry.dataset("wrist_fracture")
    assert [d.name for d in dataset.derived if depends_on_identifier(dataset, d)] == ["age_years"]
