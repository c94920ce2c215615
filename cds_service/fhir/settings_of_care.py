"""The codes of settings of care: a stay, a clinic, a ward."""

from cds_service.fhir.raw_json import Json, objects, text

# HL7 ActCode. An emergency (EMER) is neither: it may become either.
INPATIENT = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC"})
CLINIC = frozenset({"AMB", "VR", "HH"})
# Statuses of a stay that never took place.
VOID_STAY = frozenset({"cancelled", "entered-in-error"})
# Categories of orders of drugs, in small letters.
WARD = frozenset({"inpatient", "ward", "hospital", "stationar"})
# Codes of a setting outside a stay, in small letters.
OUTSIDE = frozenset({code.lower() for code in CLINIC})


def settings_of(order: Json) -> frozenset[str]:
    """Return the codes of an order's category and place, in small letters."""
    return frozenset(
        text(coding.get("code")).strip().lower()
        for element in ("category", "locationCode")
        for codeable in objects(order.get(element))
        for coding in objects(codeable.get("coding"))
    )
