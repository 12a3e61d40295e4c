"""Cases for rules on thrombectomy, assessments, therapy and discharge."""

from __future__ import annotations

from schemas.pathways.acute_stroke.fields_admission import WORKS
from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.rule_tables import TEXTBOOK
from tests.spec.tables import Row, Table, broken, cannot_tell, holds, table


def _with(**changes) -> dict:
    return {**p.THROMBECTOMY, **changes}


_DEVICE, _END, _PUNCTURE = (
    "s2_iai_thrombectomy_aspiration_device_at", "s2_iai_end_of_procedure_at", "s2_iai_arterial_puncture_at",
)  # fmt: skip
_NO_DEVICE = {_DEVICE: None, "s2_iai_thrombectomy_aspiration_device_not_performed": "TRUE"}


def _untimed(at: str, on: str) -> dict:
    """The day alone, as the form writes it."""
    return {at: f"{on} 00:00", f"{at.removesuffix('_at')}_time_not_entered": "TRUE"}


def _by_days(what: str, changes: dict) -> list[Row]:
    """The end of the procedure, its time of day not entered; what it follows was on 3 March."""

    def ends(on: str) -> dict:
        return _with(**changes, **_untimed(_END, on))

    return [broken(f"the day before {what}", **ends("02/03/2025")), cannot_tell(f"the day after {what}", **ends("04/03/2025")),
            broken(f"two days after {what}", **ends("05/03/2025"))]  # fmt: skip


THROMBECTOMY = (
    table(
        "V32a",
        holds("after arrival", **p.THROMBECTOMY),
        holds("at the minute of arrival", **_with(s2_iai_arterial_puncture_at="03/03/2025 09:00")),
        broken("a minute before arrival", **_with(s2_iai_arterial_puncture_at="03/03/2025 08:59")),
        broken("the day before arrival, time not entered", **_with(**_untimed(_PUNCTURE, "02/03/2025"), s1_onset_at="01/03/2025 08:15")),
        holds("an inpatient, at the minute of onset", **{**p.INPATIENT, **_with(s2_iai_arterial_puncture_at="03/03/2025 08:15")}),
        broken("an inpatient, before onset", **{**p.INPATIENT, **_with(s2_iai_arterial_puncture_at="03/03/2025 08:14")}),
        broken("an inpatient, the day before onset, time not entered", **{**p.INPATIENT, **_with(**_untimed(_PUNCTURE, "02/03/2025"))}),
        cannot_tell("none"),
    ),
    table(
        "V32b",
        holds("exactly 48 hours after onset", **_with(s2_iai_arterial_puncture_at="05/03/2025 08:15")),
        broken("a minute later", **_with(s2_iai_arterial_puncture_at="05/03/2025 08:16")),
        broken("on the third day, time not entered", **_with(s2_iai_arterial_puncture_at="06/03/2025 00:00", s2_iai_arterial_puncture_time_not_entered="TRUE")),
        cannot_tell("none"),
    ),
    table("V32c", holds("at the minute of imaging", **_with(s2_iai_arterial_puncture_at="03/03/2025 09:30")),
          broken("a minute before imaging", **_with(s2_iai_arterial_puncture_at="03/03/2025 09:29")),
          broken("the day before imaging, time not entered", **_with(**_untimed(_PUNCTURE, "02/03/2025"))), cannot_tell("none")),
    table(
        "V32d",
        holds("at the minute of puncture", **{**p.THROMBECTOMY, _DEVICE: "03/03/2025 10:40"}),
        broken("a minute before puncture", **{**p.THROMBECTOMY, _DEVICE: "03/03/2025 10:39"}),
        broken("the day before puncture, time not entered", **_with(**_untimed(_DEVICE, "02/03/2025"))),
        cannot_tell("the next day, time not entered", **_with(**_untimed(_DEVICE, "04/03/2025"))),
        broken("two days later, time not entered", **_with(**_untimed(_DEVICE, "05/03/2025"))),
        holds("exactly two hours", **{**p.THROMBECTOMY, _DEVICE: "03/03/2025 12:40"}),
        broken("a minute later", **{**p.THROMBECTOMY, _DEVICE: "03/03/2025 12:41"}),
        cannot_tell("no device", **{**p.THROMBECTOMY, **_NO_DEVICE}),
    ),
    table(
        "V32e",
        broken("at the minute of the device", **{**p.THROMBECTOMY, _END: "03/03/2025 11:10"}),
        holds("a minute after the device", **{**p.THROMBECTOMY, _END: "03/03/2025 11:11"}),
        holds("exactly 6 hours after the device", **{**p.THROMBECTOMY, _END: "03/03/2025 17:10"}),
        broken("a minute later", **{**p.THROMBECTOMY, _END: "03/03/2025 17:11"}),
        *_by_days("the device", {}),
        broken("no device, at the minute of puncture", **{**p.THROMBECTOMY, **_NO_DEVICE, _END: "03/03/2025 10:40"}),
        holds("no device, a minute after puncture", **{**p.THROMBECTOMY, **_NO_DEVICE, _END: "03/03/2025 10:41"}),
        *_by_days("puncture, without a device", _NO_DEVICE),
        holds("no device, 2 hours after puncture", **{**p.THROMBECTOMY, **_NO_DEVICE, _END: "03/03/2025 12:40"}),
        broken("no device, a minute later", **{**p.THROMBECTOMY, **_NO_DEVICE, _END: "03/03/2025 12:41"}),
    ),
    table("V32f", TEXTBOOK, holds("elsewhere", s2_iai_referral="YAT"), broken("elsewhere, and here", **{**p.THROMBECTOMY, "s2_iai_referral": "YAT"}),
          holds("accepted here", **p.THROMBECTOMY)),
)  # fmt: skip

_ON_ANOTHER = {**p.ON_WARFARIN, "s2_com_af_anticoagulent_vit_k": "FALSE", "s2_inr": None}
_LOW = "s2_low_sbp_at"
MEDICINES = (
    table("V30a", TEXTBOOK, holds("warfarin", **p.ON_WARFARIN), *(holds(f"{drug} alone", **_ON_ANOTHER, **{f"s2_com_af_anticoagulent_{drug}": "TRUE"}) for drug in ("doac", "heparin")),
          broken("none ticked", **{**p.ON_WARFARIN, "s2_com_af_anticoagulent_vit_k": "FALSE", "s2_inr": None})),
    table("V30b", TEXTBOOK, holds("a number", **p.ON_WARFARIN), broken("none", **{**p.ON_WARFARIN, "s2_inr": None}),
          broken("a number and too high", **p.ON_WARFARIN, s2_inr_high="TRUE"), holds("not known", **{**p.ON_WARFARIN, "s2_inr": None}, s2_inr_nk="TRUE"),
          holds("another drug, none", **_ON_ANOTHER, s2_com_af_anticoagulent_doac="TRUE"),
          holds("on none, though the box is ticked (V30)", s2_com_af_anticoagulent_vit_k="TRUE")),
    table(
        "V14a",
        TEXTBOOK,
        holds("exactly 4 hours", s2_swallow_screening_4hrs_at="03/03/2025 13:00"),
        broken("a minute later", s2_swallow_screening_4hrs_at="03/03/2025 13:01"),
        holds("at the minute of arrival", s2_swallow_screening_4hrs_at="03/03/2025 09:00"),
        broken("before arrival", s2_swallow_screening_4hrs_at="03/03/2025 08:59"),
        broken("the day before, time not entered", **_untimed("s2_swallow_screening_4hrs_at", "02/03/2025")),
        holds("an inpatient, 4 hours after onset", **p.INPATIENT, s2_swallow_screening_4hrs_at="03/03/2025 12:15"),
        broken("an inpatient, a minute later", **p.INPATIENT, s2_swallow_screening_4hrs_at="03/03/2025 12:16"),
        cannot_tell("the next day, time not entered", **_untimed("s2_swallow_screening_4hrs_at", "04/03/2025")),
        broken("two days later, time not entered", **_untimed("s2_swallow_screening_4hrs_at", "05/03/2025")),
    ),
    table("V41a", holds("exactly 24 hours", **{**p.HAEMORRHAGE, _LOW: "04/03/2025 09:00"}),
          broken("a minute later", **{**p.HAEMORRHAGE, _LOW: "04/03/2025 09:01"}),
          holds("at the minute of arrival", **{**p.HAEMORRHAGE, _LOW: "03/03/2025 09:00"}),
          broken("a minute before arrival", **{**p.HAEMORRHAGE, _LOW: "03/03/2025 08:59"}),
          cannot_tell("on the day of arrival, time not entered", **{**p.HAEMORRHAGE, **_untimed(_LOW, "03/03/2025")}),
          broken("the day before, time not entered", **{**p.HAEMORRHAGE, **_untimed(_LOW, "02/03/2025")}),
          cannot_tell("the next day, time not entered", **{**p.HAEMORRHAGE, **_untimed(_LOW, "04/03/2025")}),
          broken("two days later, time not entered", **{**p.HAEMORRHAGE, **_untimed(_LOW, "05/03/2025")}), cannot_tell("none")),
)  # fmt: skip

_REMOTE = {"s3_stroke_consultant_first_contact_method": "TELEP"}
_NO_SCREEN = {
    "s2_swallow_screening_4hrs_at": None,
    "s2_swallow_screening_4hrs_not_performed": "TRUE",
    "s2_swallow_screening_4hrs_not_performed_reason": "OR",
}
ASSESSMENTS = (
    table(
        "V34c",
        holds("at the same minute", **_REMOTE, s3_stroke_consultant_assessed_at="03/03/2025 09:40"),
        broken("a minute before", **_REMOTE, s3_stroke_consultant_assessed_at="03/03/2025 09:39"),
        broken("the day before, time not entered", **_REMOTE, **_untimed("s3_stroke_consultant_assessed_at", "02/03/2025")),
        cannot_tell("in person at once"),
    ),
    table(
        "V34d",
        TEXTBOOK,
        broken("never screened", **_NO_SCREEN, s3_swallow_screening_72hrs_not_performed="TRUE"),
        holds("screened in 72 hours", **_NO_SCREEN, s3_swallow_screening_72hrs_at="04/03/2025 09:00"),
        holds("screened in 4 hours, though not in 72", s3_swallow_screening_72hrs_not_performed="TRUE"),
        holds("never screened, and unwell", **_NO_SCREEN, s3_swallow_screening_72hrs_not_performed="TRUE",
              s3_sp_lang_therapist_swallow_72hrs_not_assessed_reason="PU"),
    ),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ first and later records
def _told_alike(rule: str, first: dict, later: dict) -> tuple[Table, ...]:
    """4.1 to 4.3 are as 1.13 to 1.15 in a patient's first record."""
    elsewhere = {"s4_arrival_at": "05/03/2025 10:00", "s4_first_ward": "MAC", "s4_stroke_unit_arrival_at": "05/03/2025 12:00"}
    never = {"s4_stroke_unit_arrival_at": "03/03/2025 10:30", "s4_stroke_unit_arrival_na": "TRUE"}
    # a box of a section that is not entered yet is blank, and so says no
    not_entered = {
        "s1_first_ward": "MAC",
        "s1_first_stroke_unit_arrival_at": None,
        "s1_first_stroke_unit_arrival_na": "TRUE",
        **dict.fromkeys(("s4_arrival_at", "s4_first_ward", "s4_stroke_unit_arrival_at")),
    }
    return tuple(
        table(f"{rule}{letter}", holds("alike", **first), broken("not alike", **first, **elsewhere), holds("a later record", **later, **elsewhere), *more)
        for letter, more in (
            ("a", ()),
            ("b", (holds("another ward, the arrival here not entered yet", **first, s4_arrival_at=None, s4_first_ward="MAC"),)),
            ("c", (broken("the unit's date, and never there", **first, **never), holds("never there, the stay not entered yet", **first, **not_entered))),
        )
    )  # fmt: skip


FIRST_RECORD = (*_told_alike("V16", p.FIRST_OF_EXPORT, p.LATER_OF_EXPORT), *_told_alike("V16w", {}, p.LATER_OF_EXPORT))


# ------------------------------------------------------------------------------------------------ therapy
def _therapy(work: str) -> tuple[Table, ...]:
    def given(days: str | None, minutes: str | None, end: str = "10/03/2025", **more) -> dict:
        return {f"s4_{work}": "Y", f"s4_{work}_days": days, f"s4_{work}_minutes": minutes, f"s4_{work}_end_on": end, **more}

    assistant = f"s4_{work}_rehab_assistant_minutes"
    return (
        table(f"V17a.{work}", holds("every day from arrival to the end", **given("8", "100")), broken("a day more", **given("9", "100")),
              holds("arrived and ended on one day", **given("1", "30", "03/03/2025")), cannot_tell("days missing", **given(None, None))),
        table(f"V17b.{work}", holds("300 minutes a day", **given("2", "600")), broken("a minute more", **given("2", "601")),
              cannot_tell("minutes missing", **given("2", None))),
        table(f"V17c.{work}", holds("days and minutes", **given("2", "60")), holds("neither, both 0", **given("0", "0")),
              holds("no days, minutes blank (decision 3)", **given("0", None)), broken("no days, a minute", **given("0", "1")),
              holds("a day, a minute", **given("1", "1")),
              broken("a day, no minute", **given("1", "0")), cannot_tell("a day, minutes missing", **given("1", None))),
        table(f"V17d.{work}", holds("on the day of arrival", **given("1", "30", "03/03/2025")), broken("the day before", **given("1", "30", "02/03/2025")),
              holds("when care was no longer needed", **given("1", "30", "13/03/2025")), broken("the day after", **given("1", "30", "14/03/2025")),
              holds("on the day of discharge", **given("1", "30", "14/03/2025", s7_end_rehab_on=None)),
              broken("after discharge", **given("1", "30", "15/03/2025", s7_end_rehab_on=None)),
              holds("on the day of death", **given("1", "30", "14/03/2025", **p.DIED)), broken("after death", **given("1", "30", "15/03/2025", **p.DIED)),
              cannot_tell("arrival missing", **given("1", "30", "13/03/2025", s4_arrival_at=None))),
        table(f"V36.{work}", holds("a part", **given("2", "60"), **{assistant: "59"}), broken("all of them", **given("2", "60"), **{assistant: "60"}),
              cannot_tell("not told", **given("2", "60"))),
    )  # fmt: skip


THERAPY = tuple(each for work in WORKS for each in _therapy(work))

_LATE_PALLIATIVE = "s6_palliative_care_by_discharge_on"


def _compressed(start: str | None, end: str | None, **more) -> dict:
    return {"s6_int_pneumatic_comp": "Y", "s6_int_pneumatic_comp_start_on": start, "s6_int_pneumatic_comp_end_on": end, **more}


BY_DISCHARGE = (
    table("V37a", broken("on the second day", **{_LATE_PALLIATIVE: "05/03/2025"}), holds("on the third day", **{_LATE_PALLIATIVE: "06/03/2025"}), cannot_tell("none")),
    table(
        "V37b",
        holds("a day", **_compressed("03/03/2025", "03/03/2025")),
        broken("before clock start", **_compressed("02/03/2025", "04/03/2025")),
        broken("ends before it begins", **_compressed("05/03/2025", "04/03/2025")),
        holds("until discharge", **_compressed("05/03/2025", "14/03/2025")),
        broken("beyond discharge", **_compressed("05/03/2025", "15/03/2025")),
        broken("beyond death", **_compressed("05/03/2025", "15/03/2025", **p.DIED)),
        cannot_tell("not ended", **_compressed("05/03/2025", None)),
        cannot_tell("begun on the day of discharge, not ended", **_compressed("14/03/2025", None)),
        broken("begun after discharge, not ended", **_compressed("15/03/2025", None)),
        holds("until death", **_compressed("05/03/2025", "14/03/2025", **p.DIED)),
        cannot_tell("begun on the day of death, not ended", **_compressed("14/03/2025", None, **p.DIED)),
        broken("begun after death, not ended", **_compressed("15/03/2025", None, **p.DIED)),
    ),
)  # fmt: skip

DISCHARGE = (
    table("V18a", TEXTBOOK, holds("died", **p.DIED), broken("died, 5", **{**p.DIED, "s7_rankin_discharge": "5"}),
          cannot_tell("died, missing", **{**p.DIED, "s7_rankin_discharge": None})),
    table("V18b", TEXTBOOK, holds("died", **p.DIED), holds("home, 5", s7_rankin_discharge="5"), broken("home, 6", s7_rankin_discharge="6"),
          broken("transferred, 6", **{**p.TRANSFERRED, "s7_rankin_discharge": "6"})),
    table("V26a", holds("as before", s7_rankin_discharge="1"), broken("better than before", s7_rankin_discharge="0"), TEXTBOOK,
          cannot_tell("missing", s7_rankin_discharge=None)),
    table("V38a", TEXTBOOK, holds("seven", s7_adl_help="Y", s7_discharge_visits_per_week="7"), holds("not known", s7_adl_help="Y", s7_discharge_visits_per_week_nk="TRUE"),
          broken("neither", s7_adl_help="Y"), holds("neither, but died", **{**p.DIED, "s7_adl_help": "Y"}),
          holds("neither, but transferred", **{**p.TRANSFERRED, "s7_adl_help": "Y"}), broken("both", s7_adl_help="Y", s7_discharge_visits_per_week="7", s7_discharge_visits_per_week_nk="TRUE")),
    table(
        "V19a",
        TEXTBOOK,
        holds("at the minute of arrival there", s7_stroke_unit_discharge_at="03/03/2025 10:30"),
        broken("a minute before", s7_stroke_unit_discharge_at="03/03/2025 10:29"),
        broken("the day before arrival there, time not entered", **_untimed("s7_stroke_unit_discharge_at", "02/03/2025")),
        broken("a minute after discharge", s7_stroke_unit_discharge_at="14/03/2025 14:01"),
        broken("the day after discharge, time not entered", **_untimed("s7_stroke_unit_discharge_at", "15/03/2025")),
        holds("on the day of death", **{**p.DIED, "s7_stroke_unit_death": "N", "s7_stroke_unit_discharge_at": "14/03/2025 10:00"}),
        broken("after death", **{**p.DIED, "s7_stroke_unit_death": "N", "s7_stroke_unit_discharge_at": "15/03/2025 10:00"}),
    ),
    table(
        "V19b",
        TEXTBOOK,
        holds("on arrival", s7_end_rehab_on="03/03/2025"),
        broken("before arrival", s7_end_rehab_on="02/03/2025"),
        holds("on discharge", s7_end_rehab_on="14/03/2025"),
        broken("after discharge", s7_end_rehab_on="15/03/2025"),
        cannot_tell("missing", s7_end_rehab_on=None),
    ),
    table("V22f", TEXTBOOK, holds("365 days", s7_hospital_discharge_at="03/03/2026 14:00"), broken("366 days", s7_hospital_discharge_at="04/03/2026 14:00"),
          broken("died after 366 days", **{**p.DIED, "s7_death_on": "04/03/2026"}), cannot_tell("not left", s7_hospital_discharge_at=None)),
    table("V39a", broken("119 days", s8_follow_up_on="30/06/2025"), holds("120 days", s8_follow_up_on="01/07/2025"), holds("245 days", s8_follow_up_on="03/11/2025"),
          broken("246 days", s8_follow_up_on="04/11/2025"), cannot_tell("none")),
)  # fmt: skip

CARE_RULE_TABLES = (*THROMBECTOMY, *MEDICINES, *ASSESSMENTS, *FIRST_RECORD, *THERAPY, *BY_DISCHARGE, *DISCHARGE)
