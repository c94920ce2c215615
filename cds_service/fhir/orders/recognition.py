"""What an order asks for: its concepts by code, and by text where no code says anything.

Only what is ordered counts (`code`, `orderDetail`), never why (`reasonCode`): a brace because of a kyphoplasty is a
brace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.orders.drafts import DraftOrders, codeables
from cds_service.fhir.orders.order_text import name_augmentation, name_support
from cds_service.fhir.raw_json import member, objects, text, texts_of

ORDER_TYPES = frozenset(
    {"ServiceRequest", "Procedure", "ProcedureRequest", "ReferralRequest", "DiagnosticOrder", "DiagnosticRequest"}
)
DEVICE_TYPES = frozenset({"DeviceRequest", "DeviceUseRequest"})

ADDITIONAL_LEVEL = "augmentation-additional-level"
HEIGHT_RESTORATION = "height-restoration"
AUGMENTATION = frozenset({"kyphoplasty", "vertebroplasty", "vertebral-augmentation", ADDITIONAL_LEVEL})
OF_AUGMENTATION = AUGMENTATION | {HEIGHT_RESTORATION}
SUPPORT_KINDS = frozenset(
    {
        "brace",
        "bed-rest",
        "rehabilitation",
        "dietitian",
        "bone-treatment",
        "ct-attenuation-measurement",
        "bedside-measurement",
        "mri-muscle-measurement",
        "dxa",
    }
)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was recognised in one order.

    Attributes:
        codes: `system|code` of the codings that matched, in their order; empty when only words did.
    """

    concepts: frozenset[str]
    by: Literal["code", "text"]
    codes: tuple[str, ...] = ()


def recognise_augmentation(resource: Mapping[str, Any], terminology: Terminology) -> Recognition | None:
    """The augmentation concepts of one order, `height-restoration` included; None when it is none."""
    if resource.get("resourceType") not in ORDER_TYPES:
        return None
    titles, details = _titles(resource), codeables(resource, "orderDetail")
    named = terminology.matches(titles)
    is_support = _any_of(named, SUPPORT_KINDS)
    if not is_support and not _any_of(named, OF_AUGMENTATION):
        named = terminology.matches(details)
    matches = [match for match in named if match.concept in OF_AUGMENTATION]
    if _any_of(matches, AUGMENTATION):
        return _by_code(matches)
    if is_support:
        return None
    return _by_text([*titles, *details], terminology) or (_by_code(matches) if matches else None)


def words_on_procedure(resource: Mapping[str, Any], terminology: Terminology) -> frozenset[str]:
    """Kyphoplasty or vertebroplasty as the order's own words say it, for codes that leave it open."""
    texts = [
        words for codeable in [*_titles(resource), *codeables(resource, "orderDetail")] for words in texts_of(codeable)
    ]
    named = {concept for words in texts for concept in name_augmentation(words, terminology)}
    return frozenset(named & {"kyphoplasty", "vertebroplasty"})


def recognise_support(resource: Mapping[str, Any], bundle: DraftOrders, terminology: Terminology) -> Recognition | None:
    """The kinds of support order that one resource is; None when it is none, or an augmentation."""
    if resource.get("resourceType") in DEVICE_TYPES:
        return _recognise_device(resource, bundle, terminology)
    if resource.get("resourceType") not in ORDER_TYPES:
        return None
    found = _support(_titles(resource), SUPPORT_KINDS, terminology)
    return found if found and not recognise_augmentation(resource, terminology) else None


def _recognise_device(resource: Mapping[str, Any], bundle: DraftOrders, terminology: Terminology) -> Recognition | None:
    device = bundle.resolve(resource.get("codeReference"), resource) or {}
    titles = [*codeables(resource, "codeCodeableConcept", "code"), *codeables(device, "type")]
    names = [text(name.get("name")) for name in objects(device.get("deviceName"))]
    names += [text(device.get("model")), text(member(resource, "codeReference", "display"))]
    return _support([*titles, *({"text": name} for name in names if name)], frozenset({"brace"}), terminology)


def _support(titles: list[Mapping[str, Any]], kinds: frozenset[str], terminology: Terminology) -> Recognition | None:
    matches = [match for match in terminology.matches(titles) if match.concept in kinds]
    if matches:
        return _by_code(matches)
    words = _unknown_words(titles, terminology)
    concepts = frozenset([kind for one in words for kind in name_support(one, kinds, terminology)])
    is_named = bool(concepts) and not any(_is_other_device(title) for title in titles)
    return Recognition(concepts, "text") if is_named else None


def _is_other_device(title: Any) -> bool:
    """A HCPCS orthosis that is not in the value set (cervical, limb, sacroiliac): its code says more than its words."""
    for coding in objects(member(title, "coding")):
        code = text(coding.get("code")).strip().upper()
        if "HCPCS" in text(coding.get("system")).upper() or ".6.285" in text(coding.get("system")):
            return code.startswith("L")
    return False


def _titles(resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is ordered; older releases name it in other elements."""
    inside = [one for item in objects(resource.get("item")) for one in codeables(item, "code")]
    return [*codeables(resource, "code", "serviceRequested"), *inside]


def _by_code(matches: list[Match]) -> Recognition:
    codes = tuple(dict.fromkeys(match.code for match in matches))
    return Recognition(frozenset(match.concept for match in matches), "code", codes)


def _by_text(titles: list[Mapping[str, Any]], terminology: Terminology) -> Recognition | None:
    words = _unknown_words(titles, terminology)
    concepts = frozenset([concept for one in words for concept in name_augmentation(one, terminology)])
    return Recognition(concepts, "text") if concepts else None


def _unknown_words(titles: list[Mapping[str, Any]], terminology: Terminology) -> list[str]:
    """`text`, and displays of codings that no value set knows: a known code speaks for itself."""
    found: list[str] = []
    for title in titles:
        displayed = [coding for coding in objects(title.get("coding")) if text(coding.get("display"))]
        unknown = [coding["display"] for coding in displayed if not terminology.matches({"coding": [coding]})]
        found += [words for words in (text(title.get("text")), *unknown) if words]
    return found


def _any_of(matches: Sequence[Match], concepts: frozenset[str]) -> bool:
    return bool(matches) and any(match.concept in concepts for match in matches)
