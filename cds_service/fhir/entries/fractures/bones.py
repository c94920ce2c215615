"""The bones whose fracture a discharge asks about, by their concepts."""

CERVICAL = "cervical-fracture"
OTHER_BONE = "other-fracture"
FALLS = frozenset({"fall", "fall-from-height"})
# Bones that carry the body: a patient with a broken one is not sent home to walk.
CARRYING = frozenset(
    {
        "hip-fracture",
        "pelvic-fracture",
        "femur-fracture-unstated",
        "femur-shaft-fracture",
        "atypical-femur-fracture",
    }
)
BROKEN = CARRYING | {OTHER_BONE, "injury-elsewhere"}
# Bones that only words name so closely, and the neck, of which no vertebra is treated.
WORDED = BROKEN | {"rib-fracture", "arm-fracture", "leg-fracture", CERVICAL}
VERTEBRAL = frozenset({"vertebral-fracture", "osteoporotic-vertebral-fracture"})
