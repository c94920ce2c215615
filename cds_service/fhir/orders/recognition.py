"""Recognise what an order requests: by code, and by text if no code is conclusive.

Billing codes that were sent with the order (Da Vinci CRD) count if its own code is not
known.

Only what is ordered counts (`code`, `orderDetail`), never why (`reasonCode`): a brace
because of a kyphoplasty is a brace.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from cds_service.fhir.entries.grave.searches import BIOPSY
from cds_service.fhir.entries.held_training import REHABILITATION
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.codes.code_systems import CPT
from cds_service.fhir.mapping.levels.level_names import LONGEST_TEXT
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.mapping.texts.kept_texts import KEPT_TEXTS
from cds_service.fhir.mapping.texts.text_rules import (
    AUGMENTATIONS,
    LONGEST_TITLE,
    SPINES,
)
from cds_service.fhir.orders.drafts import (
    GROUPS,
    DraftOrders,
    Order,
    codeables,
    is_to_be_done,
    read_bundle,
)
from cds_service.fhir.orders.meaning import (
    ADDITIONAL_LEVEL,
    AUGMENTATION_OR_LEVEL,
    NOT_OURS,
    Meaning,
    Recognition,
)
from cds_service.fhir.orders.order_lengths import LONGEST_LIST
from cds_service.fhir.orders.titles.operations import (
    name_augmentation,
    without_postponement,
)
from cds_service.fhir.orders.titles.supports import name_support
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR
from cds_service.outgoing.deadline import Deadline

ORDER_TYPES = frozenset(
    {
        "ServiceRequest",
        "Procedure",
        "ProcedureRequest",
        "ReferralRequest",
        "DiagnosticOrder",
        "DiagnosticRequest",
    }
)
DEVICE_TYPES = frozenset({"DeviceRequest", "DeviceUseRequest", "SupplyRequest"})
# The elements that say what an order of any type is about.
TITLES = (
    "code",
    "codeCodeableConcept",
    "itemCodeableConcept",
    "serviceRequested",
    "serviceType",
    "medicationCodeableConcept",
)
BILLING_OPTIONS = (
    "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-billing-options"
)

HEIGHT_RESTORATION = "height-restoration"
OF_AUGMENTATION = AUGMENTATION_OR_LEVEL | {HEIGHT_RESTORATION}
# Types that `may_concern_us` never rules out. A device order or a group holds, or
# refers to, something else. In a Procedure a year may cut the name of an operation in
# two: later steps take the year out.
READ_ON = DEVICE_TYPES | GROUPS | {"Procedure"}
# The fractures that an augmentation may be for.
FRACTURES = frozenset(
    {"vertebral-fracture", "osteoporotic-vertebral-fracture", "unstable-fracture"}
)
# Their codes take precedence over words of a brace.
NO_BRACE = frozenset({"other-orthosis", "orthosis-visit"})
# A title of one part that ends in a year.
_LAST_YEAR = re.compile(
    r"(?P<title>[^,;:()]*[^\s,;:()]) (?P<open>\()?(?P<year>(?:19|20)\d\d)"
    r"(?(open)\))\s*"
)
# One whose year is between the operation and its vertebrae: `Kyphoplasty 2026 L1, L2`.
_LEVEL = r"[A-Za-z]{0,4}[ -]?\d{1,2}"
_YEAR_INSIDE = re.compile(
    r"(?P<title>[^,;:()\d]*[^\s,;:()\d]) \(?(?P<year>(?:19|20)\d\d)\)?年? "
    rf"(?P<levels>{_LEVEL}(?:(?: ?[,/&+-] ?| und | and | et | y | e ){_LEVEL})*)\s*"
)
VERTEBRA = "vertebra"  # next to this word the short names count
# Systems in which we list every code for these operations, so that any other code is
# another operation.
OPERATION_SYSTEMS = frozenset(
    {
        CPT,
        "http://www.cms.gov/Medicare/Coding/ICD10",
        "http://fhir.de/CodeSystem/bfarm/ops",
    }
)
# CPT: anaesthesia, radiology, laboratory, medicine, visits
_NO_OPERATION = re.compile(r"0[01]\d{3}|[7-9]\d{4}")
SUPPORT_TITLES = {
    "brace": "brace",
    "bed-rest": "bed rest",
    "rehabilitation": "rehabilitation",
    "dietitian": "dietitian",
    "bone-treatment": "bone treatment",
    "bone-specialist": "bone specialist",
    "biopsy": "biopsy",
    "falls-clinic": "falls clinic",
    "ct-attenuation-measurement": "HU measurement on the existing CT",
    "bedside-measurement": "grip strength and gait speed",
    "mri-muscle-measurement": "muscle measurement on the existing MRI",
    "dxa": "DXA",
}
SUPPORT_KINDS = frozenset(SUPPORT_TITLES)
# Endocrinology, rheumatology: a bone treatment review if the referral is about bone,
# none if it names another reason.
SPECIALIST, REVIEW = "bone-specialist", "bone-treatment"
BONE_REASONS = FRACTURES | {"osteoporosis"}
# By a site's own code alone, for an EHR that has no hook for a discharge.
DISCHARGE = frozenset({"discharge"})
OURS = OF_AUGMENTATION | SUPPORT_KINDS | DISCHARGE


class _Titles(NamedTuple):
    """The titles of an order.

    Attributes:
        named: what their codes name.
        billed: what their billing options name.
    """

    listed: list[Json]
    named: tuple[Match, ...]
    billed: tuple[Match, ...]


def _read_titles(titles: list[Json], terminology: Terminology) -> _Titles:
    options = _billing_options(titles)
    billed = terminology.matches(options) if options else ()
    return _Titles(titles, terminology.matches(titles), billed)


def may_concern_us(
    draft_orders: Any, terminology: Terminology, deadline: Deadline
) -> bool:
    """Tell if any order being signed may be one that we answer or note.

    Nearly all signings end here. Patient and status are not asked yet. An order that
    holds or refers to something else may be ours: a device may be named by reference.
    """
    for entry in objects(member(draft_orders, "entry")):
        deadline.check()
        for order in objects(entry.get("resource")):
            kind = text(order.get("resourceType"))
            if kind and (kind in READ_ON or _may_be_ours(order, terminology)):
                return True
    return False


def _may_be_ours(order: Json, terminology: Terminology) -> bool:
    """Tell if a code or some words of what is ordered may be ours.

    The words around them do not count yet. A list that is too long to look through may
    be ours.
    """
    parts = (order, *objects(order.get("item")))
    titles = [
        title for part in parts for title in codeables(part, *TITLES, "orderDetail")
    ]
    titles += _billing_options(titles)
    codings = sum(len(objects(one.get("coding"))) for one in titles)
    if len(titles) + codings > LONGEST_LIST:
        return True
    if _any_of(terminology.matches(titles), OURS):
        return True
    for title in titles:
        for words in texts_of(title):
            # Only short texts are kept in the cache.
            is_short = len(words) <= LONGEST_TITLE
            may_name = _may_name_ours if is_short else _may_name_ours.__wrapped__
            if may_name(words, terminology):
                return True
    return False


@lru_cache(KEPT_TEXTS)
def _may_name_ours(words: str, terminology: Terminology) -> bool:
    """Tell if these words, next to a word of the spine, name an order of ours.

    An augmentation counts wherever it is named.
    """
    return bool(
        name_augmentation(words, terminology, VERTEBRA)
        or name_support(words, SUPPORT_KINDS, terminology)
        or terminology.text_concepts(words[:LONGEST_TITLE], AUGMENTATIONS)
    )


def recognise_augmentation(
    resource: Json, terminology: Terminology
) -> Recognition | None:
    """Recognise an augmentation order and its concepts; None if it is none.

    The first of these decides. Codes are those of the titles; if they name no order of
    ours, those of the details.

    1. A code of an augmentation, or of one more level: it is one.
    2. A code of a support order: it is none.
    3. A billing option of an augmentation: it is one.
    4. Words of an augmentation: it is one.
    5. A code for restoring height (ICD-10-PCS), and none of these: it is that alone.
    """
    if resource.get("resourceType") not in ORDER_TYPES:
        return None
    titles = _read_titles(_titles(resource), terminology)
    return _recognise_operation(titles, resource, terminology)


def _recognise_operation(
    titles: _Titles, resource: Json, terminology: Terminology
) -> Recognition | None:
    details = codeables(resource, "orderDetail")
    named = titles.named
    is_support = _any_of(named, SUPPORT_KINDS)
    if details and not is_support and not _any_of(named, OF_AUGMENTATION):
        named = terminology.matches(details)
    matches = [match for match in named if match.concept in OF_AUGMENTATION]
    if _any_of(matches, AUGMENTATION_OR_LEVEL):
        return _by_code(matches)
    if is_support:
        return None
    billed = [one for one in titles.billed if one.concept in AUGMENTATION_OR_LEVEL]
    if billed:
        return _by_options(billed)
    if by_words := _by_text([*titles.listed, *details], resource, terminology):
        return by_words
    return _by_code(matches) if matches else None


def is_discharge_ordered(drafts: DraftOrders, terminology: Terminology) -> bool:
    """Tell if one of these orders discharges the patient."""
    titles = (_titles(one.resource) for one in drafts.each())
    return any(_any_of(terminology.matches(one), DISCHARGE) for one in titles)


def words_name_augmentation(resource: Json, terminology: Terminology) -> bool:
    """Tell if a title of an order names an augmentation, even as its occasion."""
    words = [
        word[:LONGEST_TITLE]
        for title in codeables(resource, *TITLES)
        for word in texts_of(title)
    ]
    return any(terminology.text_concepts(one, AUGMENTATIONS) for one in words)


def words_on_procedure(resource: Json, terminology: Terminology) -> frozenset[str]:
    """Return which of the two procedures the words of an order name."""
    titles = [*_titles(resource), *codeables(resource, "orderDetail")]
    texts = [words for codeable in titles for words in texts_of(codeable)]
    site_words = _site_words(titles, resource, terminology)
    named = {
        concept
        for words in texts
        for concept in name_augmentation(
            _as_ordered(words, resource, terminology), terminology, site_words
        )
    }
    return frozenset(named & {"kyphoplasty", "vertebroplasty"})


def is_augmentation(resource: Json, terminology: Terminology) -> bool:
    """Tell if a resource is of an augmentation, not of restoring height alone."""
    recognition = recognise_augmentation(resource, terminology)
    return recognition is not None and recognition.is_augmentation


def read_drafts(
    draft_orders: Any,
    person: Person,
    terminology: Terminology,
    deadline: Deadline | None = None,
) -> DraftOrders:
    """Read the orders in `context.draftOrders`; what is not a Bundle has none.

    Args:
        draft_orders: raw JSON of any quality.
        person: the request's patient.
        terminology: the service's terminology.
        deadline: of the answer; None for batch runs.
    """
    return with_meanings(read_bundle(draft_orders, person, deadline), terminology)


def with_meaning(order: Order, drafts: DraftOrders, terminology: Terminology) -> Order:
    """Recognise one order on record, and keep its meaning with it."""
    meaning = classify(order.resource, drafts, terminology)
    return replace(order, recognised=meaning)


def with_meanings(drafts: DraftOrders, terminology: Terminology) -> DraftOrders:
    """Recognise each order, and keep its meaning with it.

    Raises:
        DeadlinePassed: there are too many for the time that is left.
    """
    return replace(
        drafts,
        drafts=tuple(_each_with_meaning(drafts.drafts, drafts, terminology)),
        others=tuple(_each_with_meaning(drafts.others, drafts, terminology)),
    )


def _each_with_meaning(
    orders: Iterable[Order], drafts: DraftOrders, terminology: Terminology
) -> Iterator[Order]:
    for order in orders:
        if drafts.deadline is not None:
            drafts.deadline.check()
        if order.recognised is not None:
            yield order
        elif is_to_be_done(order.resource):
            yield with_meaning(order, drafts, terminology)
        else:
            yield replace(order, recognised=NOT_OURS)


def classify(resource: Json, drafts: DraftOrders, terminology: Terminology) -> Meaning:
    """Recognise the augmentation and the kinds of support in a resource.

    Only the biopsy of an augmentation counts as support.
    """
    kind = resource.get("resourceType")
    if kind in DEVICE_TYPES:
        return Meaning(None, _recognise_device(resource, drafts, terminology))
    if kind not in ORDER_TYPES:
        return Meaning(None, None)
    titles = _read_titles(_titles(resource), terminology)
    augmentation = _recognise_operation(titles, resource, terminology)
    if augmentation is None:
        return Meaning(None, _recognise_support(titles, resource, terminology))
    if details := codeables(resource, "orderDetail"):
        titles = _read_titles([*titles.listed, *details], terminology)
    return Meaning(augmentation, _recognise_titled(titles, BIOPSY, terminology))


def _recognise_support(
    titles: _Titles, resource: Json, terminology: Terminology
) -> Recognition | None:
    """Recognise the kinds of support in an order that is of no augmentation."""
    recognition = _recognise_titled(titles, SUPPORT_KINDS, terminology)
    is_therapy = bool(recognition and recognition.concepts >= REHABILITATION)
    if is_therapy and _is_elsewhere(resource, terminology):
        recognition = _recognise_titled(
            titles, SUPPORT_KINDS - REHABILITATION, terminology
        )
    if recognition is None:
        return None
    return _without_specialist(recognition, resource, terminology)


def _without_specialist(
    recognition: Recognition, resource: Json, terminology: Terminology
) -> Recognition | None:
    """Keep a visit to a bone specialist only as a review of bone treatment.

    If it is none, and of no other kind, the order is none of ours.
    """
    if SPECIALIST not in recognition.concepts:
        return recognition
    concepts = recognition.concepts - {SPECIALIST}
    reasons = codeables(resource, "reasonCode", "reason")
    is_for_bone = REVIEW in concepts or _names_bone(resource, reasons, terminology)
    if is_for_bone or not reasons:
        concepts |= {REVIEW}
    if not concepts:
        return None
    return replace(recognition, concepts=concepts, is_for_bone=is_for_bone)


def _names_bone(
    resource: Json, reasons: Sequence[Json], terminology: Terminology
) -> bool:
    """Tell if a referral is about bone: by its reasons, else by its title and notes."""
    named = reasons or [*_titles(resource), *codeables(resource, "orderDetail")]
    if any(terminology.concepts(one) & BONE_REASONS for one in named):
        return True
    words = [word for one in named for word in texts_of(one)]
    if not reasons:
        noted = objects(resource.get("note"))
        words += [text(one.get("text")) for one in noted]
        words += [
            text(reference.get("display"))
            for reference in objects(resource.get("reasonReference"))
        ]
    names = BONE_REASONS | {REVIEW}
    return any(terminology.text_concepts(word, names) for word in words)


def _is_elsewhere(resource: Json, terminology: Terminology) -> bool:
    """Tell if the site or reason of a therapy is another part: a shoulder, the lungs.

    It is not if any site or reason is of the spine. Otherwise the words of a place are
    read as part of a title: `rehabilitation, shoulder` is no rehabilitation of ours.
    """
    places = [
        word
        for codeable in codeables(resource, "bodySite", "reasonCode")
        for word in texts_of(codeable)
    ]
    if any(terminology.text_concepts(place, SPINES) for place in places):
        return False
    return any(
        not terminology.text_concepts(f"rehabilitation, {place}", REHABILITATION)
        for place in places
    )


def _recognise_device(
    resource: Json, drafts: DraftOrders, terminology: Terminology
) -> Recognition | None:
    reference = resource.get("codeReference") or resource.get("itemReference")
    device = next(iter(drafts.resolve([reference], resource)), {})
    titles = codeables(resource, "codeCodeableConcept", "itemCodeableConcept", "code")
    titles += codeables(device, "type")
    names = [text(name.get("name")) for name in objects(device.get("deviceName"))]
    names += [text(device.get("model")), text(member(reference, "display"))]
    titles += [{"text": name} for name in names if name]
    read = _read_titles(titles, terminology)
    return _recognise_titled(read, frozenset({"brace"}), terminology)


def _recognise_titled(
    titles: _Titles, kinds: frozenset[str], terminology: Terminology
) -> Recognition | None:
    if matches := [one for one in titles.named if one.concept in kinds]:
        return _by_code(matches)
    if billed := [one for one in titles.billed if one.concept in kinds]:
        return _by_options(billed)
    words = _unknown_words(titles.listed, terminology)
    concepts = frozenset(
        [kind for one in words for kind in name_support(one, kinds, terminology)]
    )
    if _any_of(titles.named, NO_BRACE):
        concepts -= {"brace"}
    return Recognition(concepts, "text") if concepts else None


def _billing_options(titles: Sequence[Json]) -> list[Json]:
    """Return the billing codes for the order that a CRD client has sent."""
    extensions = (
        extension for title in titles for extension in objects(title.get("extension"))
    )
    return [
        option
        for extension in extensions
        if extension.get("url") == BILLING_OPTIONS
        for option in codeables(extension, "valueCodeableConcept")
    ]


def _by_options(matches: list[Match]) -> Recognition:
    """Recognise the order by its billing options.

    Several are a choice, so they do not count levels.
    """
    if len({match.code for match in matches}) == 1:
        return _by_code(matches)
    return Recognition(
        frozenset(match.concept for match in matches) - {ADDITIONAL_LEVEL}, "code"
    )


def without_own_year(words: str, order: Json) -> str:
    """Drop the year in which an order was written from its title.

    It is at the end, or in front of the vertebrae. "Kyphoplasty L1 2019" tells of an
    earlier one.
    """
    year = _own_year(order)
    if not year:
        return words
    for end in (f" {year}", f" ({year})"):
        if words.rstrip().endswith(end):
            return words.rstrip().removesuffix(end)
    inside = _YEAR_INSIDE.fullmatch(words)
    return _without_year(inside) if inside and inside["year"] == year else words


def _own_year(order: Json) -> str:
    """Return the year in which an order was written, else that for which it is."""
    times = (
        order.get("authoredOn"),
        order.get("occurrenceDateTime"),
        member(order, "occurrencePeriod", "start"),
    )
    years = (text(one)[:4] for one in times)
    return next((one for one in years if WRITTEN_YEAR.fullmatch(one)), "")


def _without_year(title: re.Match[str]) -> str:
    levels = title.groupdict().get("levels")
    return f"{title['title']} {levels}" if levels else title["title"]


def _as_ordered(words: str, resource: Json, terminology: Terminology) -> str:
    """Return a title without its year, and without the words that put its order off.

    In the title of a procedure that was done, a year is a date.
    """
    if resource.get("resourceType") == "Procedure":
        return WRITTEN_YEAR.sub("", words)
    dated = without_own_year(words, resource)
    if resource.get("status") == "draft":
        dated = _without_year_before(dated, resource)
    return without_postponement(dated, terminology.kinds)


def _without_year_before(words: str, order: Json) -> str:
    """Drop from a draft's title a year that is one before or after its own.

    A draft of January may be titled by last year, and is an order all the same. From
    a draft without a day any year is dropped; its title is then not understood.
    """
    year = _own_year(order)
    title = _LAST_YEAR.fullmatch(words) or _YEAR_INSIDE.fullmatch(words)
    if title is None:
        return words
    is_near = not year or abs(int(title["year"]) - int(year)) == 1
    return _without_year(title) if is_near else words


def _titles(resource: Json) -> list[Json]:
    """Return the CodeableConcepts that say what is ordered, of any FHIR release."""
    inside = [
        codeable
        for item in objects(resource.get("item"))
        for codeable in codeables(item, "code")
    ]
    return [*codeables(resource, "code", "serviceRequested"), *inside]


def _by_code(matches: list[Match]) -> Recognition:
    codes = tuple(dict.fromkeys(match.code for match in matches))
    return Recognition(frozenset(match.concept for match in matches), "code", codes)


def _by_text(
    titles: list[Json], resource: Json, terminology: Terminology
) -> Recognition | None:
    words = _unknown_words(titles, terminology)
    if not words:
        return None
    site_words = _site_words(titles, resource, terminology)
    words = [_as_ordered(one, resource, terminology) for one in words]
    concepts = frozenset(
        [
            concept
            for word in words
            for concept in name_augmentation(word, terminology, site_words)
        ]
    )
    if not concepts or _is_coded_as_no_operation(titles, terminology):
        return None
    return Recognition(concepts, "text")


def _is_coded_as_no_operation(titles: Sequence[Json], terminology: Terminology) -> bool:
    return any(
        _NO_OPERATION.fullmatch(code)
        for system, code in terminology.codings(titles)
        if system == CPT
    )


def _site_words(
    titles: Sequence[Json], resource: Json, terminology: Terminology
) -> str | None:
    """Return the order's words about the body site; None if a code is of another act.

    Another act is an operation that we do not list.
    """
    codings = terminology.codings(titles)
    if any(
        system in OPERATION_SYSTEMS and not terminology.knows(system, code)
        for system, code in codings
    ):
        return None
    places = codeables(resource, "bodySite", "reasonCode")
    words = [word for codeable in [*titles, *places] for word in texts_of(codeable)]
    is_spinal = any(map(terminology.is_spinal_site, places)) or any(
        terminology.concepts(place) & FRACTURES for place in places
    )
    whole = " ".join([VERTEBRA, *words] if is_spinal else words)
    return whole[:LONGEST_TEXT]  # it is searched again for each title


def _unknown_words(titles: list[Json], terminology: Terminology) -> list[str]:
    """List `text`, and displays of codings in no value set."""
    texts: list[str] = []
    for title in titles:
        displayed = [
            coding
            for coding in objects(title.get("coding"))
            if text(coding.get("display"))
        ]
        unknown = [
            coding["display"]
            for coding in displayed
            if not terminology.matches({"coding": [coding]})
        ]
        texts += [words for words in (text(title.get("text")), *unknown) if words]
    return texts


def _any_of(matches: Sequence[Match], concepts: frozenset[str]) -> bool:
    return bool(matches) and any(match.concept in concepts for match in matches)
