"""The bone drugs by name: the kind of each, and how it is given.

The names are those of `mappings/drugs.toml`.
"""

from collections.abc import Mapping

from cds_service.core.findings import CautionKind, DrugKind

# Given against tumours in bone, every day or every few weeks. None of these is a dose
# against osteoporosis, but a patient who stops the denosumab has the same rebound. The
# record does not tell what clodronate is given for.
TUMOUR_DOSES = frozenset(
    {
        "tumour-dose denosumab",
        "tumour-dose zoledronate",
        "tumour-dose pamidronate",
        "tumour-dose ibandronate",
        "clodronate",
    }
)
KINDS: Mapping[str, DrugKind] = {
    "denosumab": "denosumab",
    "tumour-dose denosumab": "denosumab",
    "teriparatide": "anabolic",
    "abaloparatide": "anabolic",
    "romosozumab": "anabolic",
    "parathyroid hormone analogue": "anabolic",
    "alendronate": "bisphosphonate",
    "risedronate": "bisphosphonate",
    "ibandronate": "bisphosphonate",
    "zoledronate": "bisphosphonate",
    "pamidronate": "bisphosphonate",
    "other bisphosphonate": "bisphosphonate",
    "tumour-dose zoledronate": "bisphosphonate",
    "tumour-dose pamidronate": "bisphosphonate",
    "tumour-dose ibandronate": "bisphosphonate",
    "clodronate": "bisphosphonate",
}
# Given for weeks for the pain of a fracture: their start treats no bone.
FOR_PAIN = frozenset({"calcitonin"})
# The name of a group on cards, by its name in mappings/drugs.toml.
GROUPS = {"other bisphosphonate": "bisphosphonate", "other bone drug": "bone drug"}
# A drug recorded under the name of a group may be any of this kind; None: of any kind.
MAY_MEAN: Mapping[str, DrugKind | None] = {
    "bone drug": None,
    "other bone drug": None,
    "other bisphosphonate": "bisphosphonate",
    "parathyroid hormone analogue": "anabolic",
}
# Given by others, at intervals.
INJECTED = frozenset(
    {"denosumab", "zoledronate", "pamidronate", "romosozumab", *TUMOUR_DOSES}
)
# Of these the period of a statement gives no day of a dose.
INTERVAL = INJECTED - {"romosozumab"}
# May be a tablet of a bisphosphonate: one that is known by its group alone, too.
MAY_BE_SWALLOWED = frozenset(
    {
        "alendronate",
        "risedronate",
        "ibandronate",
        "bone drug",
        *GROUPS,
        *GROUPS.values(),
    }
)
# What forbids a drug by its label. Of it the codes of `mappings/caution-codes.toml` are
# looked for in the record, and a card says "unless" of the rest.
FORBIDDEN_BY: Mapping[str, str] = {
    "romosozumab": "arteries",
    "raloxifene": "clots",
    "bazedoxifene": "clots",
    "strontium ranelate": "clots",
    "teriparatide": "calcium",
    "abaloparatide": "calcium",
    "parathyroid hormone analogue": "calcium",
}
# The kinds of diagnoses for each of these.
FORBIDDING: Mapping[str, tuple[CautionKind, ...]] = {
    "arteries": ("arteries",),
    "clots": ("veins", "arteries"),
    "calcium": ("calcium",),
}
# Zoledronate is not for a slower clearance of creatinine, in mL/min.
LEAST_CLEARANCE: Mapping[str, float] = {"zoledronate": 35.0}
