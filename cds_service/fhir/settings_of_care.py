"""The codes of settings of care: a stay, a clinic, a ward."""

# HL7 ActCode. An emergency (EMER) is neither: it may become either.
INPATIENT = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC"})
CLINIC = frozenset({"AMB", "VR", "HH"})
# Categories of orders of drugs, in small letters.
WARD = frozenset({"inpatient", "ward", "hospital", "stationar"})
