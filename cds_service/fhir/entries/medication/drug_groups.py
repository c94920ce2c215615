"""The groups of drugs that readers ask about, and the types that name drugs."""

MEDICATION_TYPES = frozenset(
    {
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationStatement",
    }
)
ANY_BONE_DRUG = "other bone drug"
GOES_ON = frozenset({"active", "on-hold", "in-progress"})
STEROID, BONE_DRUG = "systemic-steroid", "bone-drug"
CANCER_DRUG = "cancer-drug"
# Given for weeks against an infection of bone; for days against many others.
DEEP_INFECTION_DRUG = "deep-infection-drug"
# Given for weeks against an infection of bone too, but mostly against others.
BROAD_ANTIBIOTIC = "broad-antibiotic"
INFECTION_DRUGS = frozenset(
    {DEEP_INFECTION_DRUG, BROAD_ANTIBIOTIC, "tuberculosis-drug"}
)
# Hardly anybody takes them without the disease, which goes on when they end.
TELL_OF_DISEASE = frozenset({"dementia-drug", "parkinson-drug"})
# Given in an office or a day clinic, and on no other list.
GIVEN_THERE = frozenset({BONE_DRUG, CANCER_DRUG})
