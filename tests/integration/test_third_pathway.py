"""A pathway that is only a folder outside the tree: from a dropped file to a benchmark, and no pathway's name in the code."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from schemas.fields import Kind
from tests.world import World, wrist

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = ("schemas", "quality_checks", "warehouse", "assets", "pipelines", "dashboard", "bench")
CODE = (".py", ".html", ".sql", ".j2", ".js", ".css")
# the pathways' own folders, the demo's list and that of the benches
MAY_NAME_THEM = (("schemas", "pathways"), ("pipelines", "demo"), ("bench", "chosen.py"))
MONTHS = [datetime(2023 + (m // 12), 1 + m % 12, 1, 9, 0) for m in range(15)]


@pytest.fixture
def world(context, demo_organisations):
    return World(context)


def test_the_pathway_has_every_type_of_field_and_measure(registry):
    pathway = registry.pathway("wrist_fracture")
    assert {field.kind for field in pathway.case_dataset.fields} == set(Kind)
    assert {"proportion", "median", "mean", "count", "derived"} <= {measure.kind for measure in pathway.measures}
    assert Path("tests") in [folder.relative_to(HOUSE).parent for folder in registry.folders[1:]]


def late_share(number: int, month: int) -> int:
    """Minutes to manipulation: the third provider gets slow in the last months."""
    return 300 if number == 3 and month >= 7 else (60 if number == 1 else 180 + 90 * (month % 2))


def test_from_file_to_benchmark_chart_and_signal(world):
    for number in (1, 2, 3):
        rows = [
            wrist(number * 1000 + month * 10 + n, f"ZX{number}A{1 + n % 2}", arrived.replace(day=1 + n), late_share(number, month))
            for month, arrived in enumerate(MONTHS)
            for n in range(10)
        ]
        assert world.submit(rows, f"ZX{number}").counts.accepted == 150
    world.refresh()
    year = world.query(
        "select organisation_code, value, rank, peer_count, network_value, best_value from measurement.benchmark b"
        " join measurement.measure_result r using (measure_name, organisation_code, period_grain, period_start)"
        " where measure_name = 'wrist_manipulated_4h' and period_grain = 'year' and period_start = '2023-01-01' and peer_kind = 'provider' order by 1"
    )
    assert [(r["organisation_code"], r["value"], r["rank"], r["peer_count"]) for r in year] == [
        ("ZX1", 1.0, 1, 3),
        ("ZX2", 0.5, 2, 3),
        ("ZX3", pytest.approx(4 / 12), 3, 3),
    ]
    median = world.query(
        "select value, lower_95, upper_95 from measurement.measure_result where measure_name = 'wrist_minutes_to_manipulation'"
        " and organisation_code = 'ZX1' and period_grain = 'year' and period_start = '2023-01-01'"
    )
    assert median == [{"value": 60, "lower_95": 60, "upper_95": 60}]
    derived = world.query(
        "select value from measurement.measure_result where measure_name = 'wrist_gap' and organisation_code = 'ZX1' and period_grain = 'year' order by period_start"
    )
    assert [r["value"] for r in derived] == [0, 0]
    points = world.query(
        "select chart, count(*) as points from measurement.spc_point where measure_name = 'wrist_manipulated_4h' and organisation_code = 'ZX3' group by 1 order by 1"
    )
    assert points == [{"chart": "p_prime", "points": 15}, {"chart": "xmr", "points": 15}]
    signals = world.query(
        "select rule_name, is_favourable from measurement.signal where measure_name = 'wrist_manipulated_4h' and organisation_code = 'ZX3'"
    )
    assert signals, "eight slow months are an event"
    assert not any(s["is_favourable"] for s in signals)


def test_a_layout_of_a_trust_is_one_declaration(world):
    header = ("Clinic", "NHS No", "MRN", "DOB", "Arrived on", "Arrived at", "L/R", "MUA", "MUA on", "MUA at")
    standard = wrist(5)
    row = dict(
        zip(
            header,
            ("ZX1A1", standard["NHS number"], "H5", "1950-06-05", "2024-01-10", "09:00", "R", "Y", "2024-01-10", "10:30"),
            strict=True,
        )
    )
    outcome = world.submit([row], headers=header)
    assert outcome.state.startswith("accepted")
    assert world.query("select layout_name from intake.submission") == [{"layout_name": "wrist_fracture_eastern"}]
    assert world.query("select side, manipulated from pathway.wrist_fracture_detail") == [{"side": "2", "manipulated": "1"}]


def test_no_pathways_name_stands_in_code_outside_its_folder(registry):
    names = [p.name for p in registry.pathways]
    pattern = re.compile("|".join(rf"\b{name}\w*" for name in names))
    found = []
    for room in ROOMS:
        for file in sorted((HOUSE / room).rglob("*")):
            inside = file.relative_to(HOUSE)
            if file.suffix not in CODE or inside.parts[:2] in MAY_NAME_THEM:
                continue
            found += [f"{inside}:{n}" for n, line in enumerate(file.read_text().splitlines(), 1) if pattern.search(line)]
    assert found == []
