"""A second reading of the audit's definitions, in plain pandas on the texts of the file, against what the warehouse says.

Nothing here uses the declared measures, rules or derived fields: columns go by their headers, codes and limits are written out.
One trust sends a year twice, the second file knowing more; the network's office sends deaths. Some patients are made to lie exactly
on a limit, and some answers are blank or not known.
"""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pytest

from assets.simulate import Site, csv_bytes, simulate_history
from schemas.registry import load_registry
from tests.world import World

SITES = (Site("ZX1A1", "ZX1", 170), Site("ZX1A2", "ZX1", 110))
FIRST_LOOK, LAST_LOOK, DEATHS_UP_TO = date(2023, 8, 1), date(2024, 3, 10), date(2023, 12, 20)
Answer = tuple[int | None, int, float | None]


# ------------------------------------------------------------------------------------------------ what is sent
def _write_time(table: pd.DataFrame, row: int, event: tuple[str, str], hours: float) -> None:
    """Put an event so many hours after presentation."""
    start = pd.to_datetime(f"{table.at[row, 'Presentation date']} {table.at[row, 'Presentation time']}", dayfirst=True)
    at = start + pd.Timedelta(hours=hours)
    table.at[row, event[0]], table.at[row, event[1]] = at.strftime("%d/%m/%Y"), at.strftime("%H:%M")


WARD, SURGERY = ("Date ward admission", "Time ward admission"), ("Surgery date", "Surgery time")
REVIEW = ("Geriatrician date", "Geriatrician time")
ON_THE_LIMIT = {WARD: (4, 4 + 1 / 60, 0), SURGERY: (36, 36 + 1 / 60, 1 / 60), REVIEW: (72, 72 + 1 / 60, 0, -1 / 60)}
UNANSWERED = {
    "Mobilised post surgery": ("", ""), "Medication post fracture": ("", "0"), "Pressure ulcers": ("U", ""), "Falls assessment": ("", "0"),
    "Post-op 4AT": ("",), "Nutrition risk assessment": ("", "0"), "ASA Grade": ("U", ""), "Mobility pre fracture": ("U", ""),
    "Physiotherapist assessment": ("", "0"), "Geriatrician grade": ("U", "5"), "Trust discharge destination": ("U", ""),
}  # fmt: skip


def _edited(table: pd.DataFrame) -> pd.DataFrame:
    """Patients on the limits, and answers left open, in rows that have the event and that nothing else was done to."""
    table, used = table.copy(), set()
    for event, places in ON_THE_LIMIT.items():
        at_home = table["Trust discharge destination"].eq("1") & table["Fracture type"].isin(["11", "13", "15"])
        free = [row for row in table.index[(table[event[0]] != "") & at_home] if row not in used]
        for row, hours in zip(free, places, strict=False):
            _write_time(table, row, event, hours)
            used.add(row)
    for header, answers in UNANSWERED.items():
        free = [row for row in table.index[(table[header] != "") & (table["Operated"] == "1")] if row not in used]
        for row, answer in zip(free, answers, strict=False):
            table.at[row, header] = answer
            used.add(row)
    items = ["4AT Alertness", "4AT AMT4", "4AT Attention", "4AT Acute change"]
    table.loc[table["Post-op 4AT"] == "", items] = ""
    return table


@pytest.fixture(scope="module")
def files() -> tuple[bytes, bytes, bytes]:
    """The trust's first file, its last one as if it were the only one, and the deaths."""
    history = simulate_history(load_registry().pathway("hip_fracture"), SITES, date(2023, 1, 1), date(2023, 12, 31), seed=71)
    early, late = csv_bytes(history.table(as_of=FIRST_LOOK)), csv_bytes(_edited(history.table(as_of=LAST_LOOK)))
    return early, late, csv_bytes(history.deaths(DEATHS_UP_TO))


@pytest.fixture
def world(context, demo_organisations, files) -> World:
    """The world after all files."""
    early, late, deaths = files
    world = World(context)
    told = {"dataset": "deaths", "period_start": "2023-01-01", "period_end": DEATHS_UP_TO.isoformat()}
    outcomes = [world.submit(early, "ZX1", "first.csv"), world.submit(deaths, "NET", "deaths.csv", told)]
    outcomes.append(world.submit(_without_early_answers(early, late), "ZX1", "second.csv"))
    world.refresh()
    assert [outcome.counts.quarantined + outcome.counts.out_of_scope for outcome in outcomes] == [0, 0, 0]
    return world


def _texts(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)


def _without_early_answers(early: bytes, late: bytes) -> bytes:
    """A blank cell keeps what an earlier file told; what is to be open in the end is cleared by the token."""
    before, after = _texts(early), _texts(late)
    key = ["NHS number", "Hospital number or patient ID", "Fracture side", "Presentation date"]
    known = before.set_index(key).reindex(pd.MultiIndex.from_frame(after[key])).reset_index(drop=True)
    for header in (name for name in after.columns if name not in key):
        was_told = known[header].fillna("").ne("") & after[header].eq("")
        after[header] = after[header].mask(was_told, "[CLEAR]")
    return csv_bytes(after)


# ------------------------------------------------------------------------------------------------ the definitions, read again
class Reading:
    """The patients of a file and what the audit says of them. A mask is true only where it is known to hold."""

    def __init__(self, table: pd.DataFrame, deaths: pd.DataFrame):
        self.t = table
        self.start, self.ward, self.surgery, self.review = (
            self._instant(*names) for names in (("Presentation date", "Presentation time"), WARD, SURGERY, REVIEW)
        )
        self.day, self.left = self._day("Presentation date"), self._day("Trust discharge date")
        birth = self._day("Date Of Birth")
        had_birthday = (self.day.dt.month * 100 + self.day.dt.day) >= (birth.dt.month * 100 + birth.dt.day)
        self.age = self.day.dt.year - birth.dt.year - (~had_birthday).astype(int)
        self.hip = (self.age >= 60) & self.has("Fracture type", "11", "12", "13", "14", "15")
        self.operated = self.has("Operated", "1")
        self.has_number = table["NHS number"].str.fullmatch(r"\d{10}")
        died = pd.to_datetime(deaths.set_index("NHS number")["Date of death"], dayfirst=True)
        self.days_to_death = (table["NHS number"].map(died) - self.day).dt.days
        self.preop, self.postop = self._four_at("Pre-op 4AT "), self._four_at("4AT ")

    def has(self, header: str, *codes: str) -> pd.Series:
        return self.t[header].isin(codes)

    def _day(self, header: str) -> pd.Series:
        return pd.to_datetime(self.t[header], format="%d/%m/%Y", errors="coerce")

    def _instant(self, day: str, time: str) -> pd.Series:
        return pd.to_datetime(self.t[day] + " " + self.t[time], format="%d/%m/%Y %H:%M", errors="coerce")

    def _four_at(self, prefix: str) -> pd.Series:
        items = [pd.to_numeric(self.t[prefix + item], errors="coerce") for item in ("Alertness", "AMT4", "Attention", "Acute change")]
        return sum(items[1:], items[0])

    def within(self, end: pd.Series, hours: float) -> pd.Series:
        took = end - self.start
        return (took >= pd.Timedelta(0)) & (took <= pd.Timedelta(hours=hours))

    @property
    def dead_at_discharge(self) -> pd.Series:
        return self.has("Ward discharge destination", "8", "8a") | self.has("Trust discharge destination", "8", "8a", "8b")

    @property
    def seen_in_time(self) -> pd.Series:
        return self.has("Geriatrician grade", "1", "2", "3", "4") & self.within(self.review, 72)

    @property
    def nice(self) -> pd.Series:
        fit = self.has("Mobility pre fracture", "1", "2") & (self.preop == 0) & self.has("ASA Grade", "1", "2")
        displaced = self.has("Fracture type", "11") & (self.has("Operation type", "8", "9") | (~fit & self.has("Operation type", "6")))
        screw = self.has("Fracture type", "13") & self.has("Operation type", "1")
        return displaced | screw | (self.has("Fracture type", "14", "15") & self.has("Operation type", "3", "4"))

    @property
    def tariff(self) -> pd.Series:
        """All criteria of version 3."""
        met = self.has_number & self.within(self.surgery, 36) & (self.surgery > self.start) & self.seen_in_time
        met &= self.has("Falls assessment", "1") & self.has("Physiotherapist assessment", "1")
        met &= self.t["Medication post fracture"].ne("") & ~self.has("Medication post fracture", "0")
        met &= self.has("Pre-op 4AT", "2") & self.preop.notna() & self.has("Post-op 4AT", "1", "2") & self.postop.notna()
        return met & self.has("Nutrition risk assessment", "1", "2", "3")

    # -- every measure: who counts, who achieves or which number, by which day ------------------------------------
    def shares(self) -> dict[str, tuple]:
        via_ed, calm = self.hip & self.has("Presentation via ED", "1"), self.postop <= 3
        ward = self.has("Admitted to ortho ward", "1") & self.within(self.ward, 4)
        block = self.has("Nerve Block ED", "1", "2", "3")
        operated, alive = self.hip & self.operated, self.hip & ~self.dead_at_discharge
        days = (self._day("Surgery date") - self.day).dt.days
        home = self.t["Residence before admission"]
        back = (self.t["Trust discharge destination"] == home) | (self.t["Residential status"] == home)
        tested = self.has("Post-op 4AT", "1", "2") & self.postop.notna()
        dead_120 = self.dead_at_discharge | self.has("Residential status", "8") | (self.days_to_death <= 120)
        bone = self.has("Medication post fracture", "4", "5", "6", "8", "9") | self.has("Medication at followup", "1", "2")
        drugs = [str(code) for code in range(1, 10)]
        femur = self.has("Fracture type", "11", "12", "13", "14", "15", "21", "31", "41", "44", "45")
        followed = (pd.Timestamp(DEATHS_UP_TO) - self.day).dt.days >= 30
        return {
            "hip_kpi0_ward_4h": (via_ed, ward), "hip_kpi0_nerve_block": (via_ed, block), "hip_kpi0_composite": (via_ed, ward & block),
            "hip_kpi1_geriatrician_72h": (self.hip, self.seen_in_time),
            "hip_kpi2_surgery_next_day": (operated & days.notna(), days.isin([0, 1])),
            "hip_surgery_36h": (operated & self.surgery.notna(), self.within(self.surgery, 36)),
            "hip_kpi3_nice_surgery": (operated & ~self.has("Fracture type", "12"), self.nice),
            "hip_kpi4_mobilised_next_day": (operated & self.t["Mobilised post surgery"].ne(""), self.has("Mobilised post surgery", "1", "2")),
            "hip_kpi5_not_delirious": (operated, tested & calm), "hip_kpi5_tested_only": (operated & tested, calm),
            "hip_kpi6_returned_home": (self.hip, back), "hip_kpi6_excl_deaths": (self.hip & ~dead_120, back),
            "hip_kpi7_bone_protection": (alive, bone), "hip_bone_any_at_discharge": (alive, self.has("Medication post fracture", *drugs)),
            "hip_bone_assessed": (alive, self.has("Medication post fracture", *drugs, "10", "11", "12")),
            "hip_bpt_attained": ((self.age >= 60) & self.operated & femur, self.tariff, self.left),
            "hip_mortality_30_days": (self.hip & self.has_number & followed, self.days_to_death.between(0, 30)),
            "hip_pressure_ulcers": (self.hip & self.has("Pressure ulcers", "0", "1"), self.has("Pressure ulcers", "1")),
            "hip_reoperations_120_days": (operated & self.t["Re-operations"].ne(""), self.has("Re-operations", "1")),
            "hip_falls_assessed": (self.hip, self.has("Falls assessment", "1")),
        }  # fmt: skip

    def numbers(self) -> dict[str, tuple]:
        hours = (self.surgery - self.start) / pd.Timedelta(hours=1)
        acute, trust = ((self._day(f"{place} discharge date") - self.day).dt.days for place in ("Ward", "Trust"))
        timed, hip = self.hip & self.operated & self.surgery.notna(), self.hip
        return {
            "hip_hours_to_surgery": (timed, hours, self.day), "hip_acute_stay": (hip & acute.notna(), acute, self.left),
            "hip_trust_stay": (hip, trust, self.left),
        }  # fmt: skip

    def answers(self, counts: pd.Series, first: str, after: str) -> dict[str, Answer]:
        """Every measure for the chosen patients and the days from ``first`` to before ``after``."""
        in_period = {id(day): (day >= first) & (day < after) for day in (self.day, self.left)}
        found: dict[str, Answer] = {"hip_cases": (None, n := int((self.hip & counts & in_period[id(self.day)]).sum()), float(n))}
        for name, (base, achieved, *by) in self.shares().items():
            base = base & counts & in_period[id(by[0] if by else self.day)]
            n, x = int(base.sum()), int((base & achieved).sum())
            found[name] = (x, n, x / n if n else None)
        for name, (base, value, day) in self.numbers().items():
            chosen = value[base & counts & in_period[id(day)]]
            for way in ("median", "mean"):
                found[f"{name}_{way}"] = (None, len(chosen), float(getattr(chosen, way)()) if len(chosen) else None)
        return found


# ------------------------------------------------------------------------------------------------ side by side
PERIODS = [("ZX1", "year", "2023-01-01", "2024-01-01"), ("ZX1A1", "year", "2023-01-01", "2024-01-01"),
           ("ZX1", "quarter", "2023-04-01", "2023-07-01"), ("NET", "month", "2023-10-01", "2023-11-01"),
           ("ZX1A2", "month", "2024-01-01", "2024-02-01")]  # fmt: skip


def _stored(world: World, organisation: str, grain: str, first: str) -> dict[str, Answer]:
    rows = world.query(
        "select measure_name, numerator, denominator, value from measurement.measure_result where measure_name like 'hip%' "
        "and organisation_code = :organisation and period_grain = :grain and period_start = cast(:first as date)",
        organisation=organisation, grain=grain, first=first,
    )  # fmt: skip
    return {row["measure_name"]: (row["numerator"], row["denominator"], row["value"]) for row in rows}


def _differ(wanted: Answer, stored: Answer | None) -> bool:
    if stored is None:  # a place without any case has no row
        return wanted[1] != 0
    return stored[0] != wanted[0] or (stored[1] or 0) != wanted[1] or stored[2] != pytest.approx(wanted[2])


@pytest.mark.slow
def test_every_measure_of_a_trusts_year_is_what_a_second_reader_counts(world, files):
    table, deaths = map(_texts, files[1:])
    reading, strange = Reading(table, deaths), []
    for organisation, grain, first, after in PERIODS:
        counts = table["Operating hospital code"].str.startswith("" if organisation == "NET" else organisation)
        stored = _stored(world, organisation, grain, first)
        for name, wanted in reading.answers(counts, first, after).items():
            if _differ(wanted, stored.pop(name, None)):
                strange.append((organisation, grain, first, name, wanted))
        strange += [(organisation, grain, first, name, "not read") for name in stored]
    assert not strange


def test_the_file_has_patients_on_every_limit(files):
    table, deaths = map(_texts, files[1:])
    reading = Reading(table, deaths)
    took = {"ward": reading.ward - reading.start, "surgery": reading.surgery - reading.start, "review": reading.review - reading.start}
    for event, hours in (("ward", 4), ("surgery", 36), ("review", 72)):
        minutes = (took[event] / pd.Timedelta(minutes=1)).round()
        assert {hours * 60, hours * 60 + 1} <= set(minutes)
    answers = reading.answers(pd.Series(True, index=table.index), "2023-01-01", "2024-01-01")
    assert all(0 < x < n for x, n, _ in answers.values() if x is not None)
