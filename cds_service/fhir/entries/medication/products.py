"""Find the Medication or Device that an entry refers to."""

from collections.abc import Mapping

from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.references import Targets, contained_in

# The element, and the type to which it may refer, that say which drug or device:
# `medicationCodeableConcept`, or `medicationReference` to a Medication.
PRODUCT_ELEMENTS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(MEDICATION_TYPES, ("medication", "Medication")),
    "DeviceRequest": ("code", "Device"),
    "SupplyRequest": ("item", "Device"),
}
DEVICE_ORDERS = frozenset({"DeviceRequest", "SupplyRequest"})
# Types of resources to which an ingredient may refer.
INGREDIENT_TYPES = ("Medication", "Substance")


def referred_in(resource: Json, targets: Targets) -> Json | None:
    """Return the Medication or Device that an entry refers to; None if there is none.

    It is contained in the entry, or was returned with it. If an ingredient is a
    reference, the code of its target is filled in.
    """
    element, kind = PRODUCT_ELEMENTS.get(text(resource.get("resourceType")), ("", ""))
    if not element:
        return None
    reference = text(member(resource, f"{element}Reference", "reference"))
    if reference.startswith("#"):
        referred = contained_in(resource).get(reference)
    else:
        referred = targets.find(reference)
    if referred is None or referred.get("resourceType") != kind:
        return None
    if not any(one.get("itemReference") for one in objects(referred.get("ingredient"))):
        return referred
    inside = {**contained_in(resource), **contained_in(referred)}
    ingredients = [
        _with_its_code(one, inside, targets) for one in objects(referred["ingredient"])
    ]
    return {**referred, "ingredient": ingredients}


def _with_its_code(
    ingredient: Json, inside: Mapping[str, Json | None], targets: Targets
) -> Json:
    """Return an ingredient with the code of the resource that it refers to, if known.

    Its own display stays. The ingredients of that resource are not read.
    """
    reference = text(member(ingredient, "itemReference", "reference"))
    found = inside.get(reference) if reference[:1] == "#" else targets.find(reference)
    code = member(found, "code")
    is_product = member(found, "resourceType") in INGREDIENT_TYPES
    if not is_product or member(found, "status") in VOID or not isinstance(code, dict):
        return ingredient
    display = {"display": member(ingredient, "itemReference", "display")}
    return {**ingredient, "itemReference": display, "itemCodeableConcept": code}


def unread_ingredients(medication: Json | None) -> list[str]:
    """List the references to ingredients whose code is not there."""
    references = (
        text(member(one, "itemReference", "reference"))
        for one in objects(member(medication, "ingredient"))
    )
    return [reference for reference in references if reference]
