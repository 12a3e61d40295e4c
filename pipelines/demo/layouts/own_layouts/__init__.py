"""A trust's own way to spell the hip fracture dataset: other names, order, dates and codes. One small file is all it takes."""

from schemas.datasets import Pathway
from schemas.layouts import Column, Layout

YES_NO = (("Yes", "1"), ("No", "2"))

TRUST_LAYOUT = Layout(
    "hip_fracture_zqe",
    "hip_fracture",
    columns=(
        Column("Pt NHS No", "nhs_number"),
        Column("MRN", "hospital_number"),
        Column("DOB", "date_of_birth"),
        Column("Gender", "sex", codes=(("M", "1"), ("F", "2"))),
        Column("Site", "operating_hospital_code"),
        Column("Arrived on", "presentation_date"),
        Column("Arrived at", "presentation_time"),
        Column("Side", "fracture_side", codes=(("L", "1"), ("R", "2"))),
        Column("Fracture", "fracture_type"),
        Column("ASA", "asa_grade"),
        Column("Theatre?", "operated"),
        Column("Theatre on", "surgery_date"),
        Column("Theatre at", "surgery_time"),
        Column("Procedure", "operation_type"),
        Column("Ward in on", "ward_admission_date"),
        Column("Ward in at", "ward_admission_time"),
        Column("Ward out on", "ward_discharge_date"),
        Column("To", "ward_discharge_destination"),
    ),
    date_formats=("%Y-%m-%d",),
    senders=("ZQE",),
)

PATHWAY = Pathway("own_layouts", "Own layouts", "Layouts of single trusts, declared outside the tree.", layouts=(TRUST_LAYOUT,))
