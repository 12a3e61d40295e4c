"""Which pathways the benches measure. The other modules of this room name none, as those of the house."""

HIPS = "hip_fracture"
STROKES = "acute_stroke"
