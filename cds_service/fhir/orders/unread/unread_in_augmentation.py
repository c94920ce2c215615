"""Name the elements of an augmentation order that were not understood.

Everything counts as not understood until something here or in `unread_elements.py`
says that it was. An augmentation may contain its name, its levels, the plain fracture
of a treated level, and plain words.

`unread_of_augmentation` is for the brace card: a brace may have to stay because of
anything else that the order names. `unread_words_of` is for the augmentation's own
card: words that were not understood may name something grave.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.element_names import MODIFIERS
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.grave.grave_concepts import (
    ASIDE,
    BROKEN_ASIDE,
    SPINAL_SURGERY,
)
from cds_service.fhir.entries.grave.open_codes import is_unjudged
from cds_service.fhir.entries.grave.searches import BIOPSIES
from cds_service.fhir.entries.grave_asides import grave_concepts_of
from cds_service.fhir.entries.words.bystanders import (
    is_bystander_problem,
    is_plain_fracture,
)
from cds_service.fhir.entries.words.fracture_sites import names_place_alone
from cds_service.fhir.entries.words.unread_in_reasons import is_code_plainly_worded
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.remainders import LEAST_CODE, without_names
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS, folded
from cds_service.fhir.narratives import repeats
from cds_service.fhir.orders.drafts import DraftOrders, codeables
from cds_service.fhir.orders.levels.broken_levels import broken_places, covers
from cds_service.fhir.orders.order_narratives import narrative_of
from cds_service.fhir.orders.recognition import (
    OF_AUGMENTATION,
    OPERATION_SYSTEMS,
    TITLES,
    recognise_augmentation,
    without_own_year,
)
from cds_service.fhir.orders.unread.unread_elements import (
    CODE_WORDS,
    is_element_read,
    name_of,
)
from cds_service.fhir.raw_json import Json, objects, text, texts_of

REASON_ELEMENTS = ("reasonCode", "reason")
# The beginning of elements that say when, and nothing of why.
_WHEN = "occurrence"
_PLAIN_CATEGORIES = re.compile(
    r"(?:(?:surgical|inpatient|outpatient|day) )?(?:procedures?|surgery|operations?)"
    r"(?: orders?| requests?)?|orders?",
    re.IGNORECASE,
)
# Judged as a whole, apart from extensions.
_JUDGED = frozenset({*TITLES, *REASON_ELEMENTS, "reasonReference"})
_ADDED = re.compile(r"extension|Extension|(?:^|\.)_")
# Paths of free text.
_FREE_WORDS = re.compile(
    r"(?:^|\.)(?:text|display|valueString|valueMarkdown|valueCode|patientInstruction)$"
)
# In such an order nothing counts but what it contains.
_OTHER_ORDER = {"resourceType": "ServiceRequest", "status": "draft"}
# Names of the operation in one title: `kyphoplasty (balloon kyphoplasty)`.
MOST_NAMES = 5


def unread_of_augmentation(
    order: Json,
    drafts: DraftOrders,
    treated: tuple[str, ...],
    terminology: Terminology,
) -> tuple[str, ...]:
    """Name the elements of an augmentation order that say more than the augmentation.

    Notes are not among them: `is_plain_note` judges them.

    Args:
        order: the order being signed.
        drafts: all orders, with the resources that they refer to.
        treated: the levels that are treated.
        terminology: the service's terminology.
    """
    left = {
        name_of(path)
        for path, value in leaves_of(order)
        if not _is_read(path, value, order, terminology)
    }
    if not _is_augmentation_title(order, terminology):
        left.add("code")
    if not are_reasons_read(order, drafts, treated, terminology):
        left.add("reasonCode")
    return tuple(sorted(left - {"note", "patientInstruction"}))


def _is_read(path: str, value: object, order: Json, terminology: Terminology) -> bool:
    """Tell if a value says nothing but the augmentation, by its element's rule."""
    element, words = path.partition(".")[0], text(value)
    if element == "category" or element in _JUDGED or element.startswith(_WHEN):
        is_plain = element != "category" or _is_category_read(path, words, terminology)
        return is_plain and _ADDED.search(path) is None
    if element == "contained":  # reasons, judged with the others
        contained = objects(order.get("contained"))
        return all(one.get("resourceType") == "Condition" for one in contained)
    if element == "bodySite":
        return _is_site_read(path, words, order, terminology)
    if element == "orderDetail":
        remainder = _without_names(words, terminology)
        is_worded = CODE_WORDS.search(path) is not None
        return is_worded and terminology.bystanders.are_of_augmentation(remainder)
    if path.startswith("text."):
        return path == "text.status" or repeats(words, order, terminology.plain.braces)
    is_count = path == "quantityQuantity.value"  # of levels, as a number alone
    is_always = path == "asNeededBoolean" and value is False
    return is_count or is_always or is_element_read(path, value)


def _is_category_read(path: str, words: str, terminology: Terminology) -> bool:
    """Tell if a category says which list an order is on, and no other operation."""
    if not CODE_WORDS.search(path) or _PLAIN_CATEGORIES.fullmatch(words.strip()):
        return True
    remainder = _without_names(words, terminology)
    return terminology.bystanders.are_of_augmentation(remainder)


def _is_site_read(path: str, words: str, order: Json, terminology: Terminology) -> bool:
    levels, bystanders = terminology.levels, terminology.bystanders
    if CODE_WORDS.search(path):
        if bystanders.are_of_augmentation(words):
            return True
        return bool(levels.treated(words)) and not bystanders.is_against(words)
    return path.startswith("bodySite.coding.") and all(
        levels.treated(" ".join(texts_of(site))) or terminology.is_spinal_site(site)
        for site in codeables(order, "bodySite")
    )


def unread_words_of(order: Json, terminology: Terminology) -> tuple[str, ...]:
    """Name the elements of an augmentation order that were not understood.

    Their words are not plain, or a code in them is of something grave. Reasons are
    judged in `../order_reasons.py`, sites by `_is_place`. An extension is judged by its
    words and codes alone; a modifier extension is never understood.
    """
    titles = codeables(order, *TITLES)
    is_done = order.get("resourceType") == "Procedure"
    left = {
        name_of(path)
        for path, value in leaves_of(order)
        if not MODIFIERS.isdisjoint(path.split("."))
        or (_is_worded(path) and not _are_words_read(path, text(value), terminology))
    }
    if not all(
        _is_title_read(one, titles, terminology, is_done=is_done)
        for one in map(partial(_without_own_year, order), titles)
    ):
        left.add("code")
    sites = codeables(order, "bodySite")
    if not all(_is_place(one, terminology) for one in sites):
        left.add("bodySite")
    left |= {
        name_of(name)
        for name, value in order.items()
        if name != "contained"
        and any(_is_grave(one, terminology) for one in _codings_of(name, value))
    }
    narrative = narrative_of(order, terminology)
    if narrative and not is_plain_note(narrative, terminology):
        left.add("text")
    contained = _contained_beside(order)
    if not all(_is_contained_read(one, terminology) for one in contained):
        left.add("contained")
    return tuple(sorted(left))


def _codings_of(element: str, value: Any) -> Iterator[Json]:
    """Yield each Coding in an element; in a reason only those in its extensions.

    The codes of the reasons themselves are read as reasons.
    """
    waiting = [(value, element not in REASON_ELEMENTS)]
    while waiting:
        part, counts = waiting.pop()
        if isinstance(part, list | tuple):
            waiting += [(inner, counts) for inner in part]
        elif isinstance(part, dict):
            if counts and text(part.get("system")) and text(part.get("code")):
                yield part
            waiting += [
                (inner, counts or name == "extension") for name, inner in part.items()
            ]


def _is_grave(coding: Json, terminology: Terminology) -> bool:
    """Tell if a code is of something grave, or of a diagnosis that was not judged.

    So is that of a biopsy, which looks for a tumour, and of another operation of the
    spine, which no rule judges.
    """
    codeable = {"coding": [coding]}
    concepts = terminology.concepts(codeable)
    if concepts & OF_AUGMENTATION:
        concepts -= SPINAL_SURGERY  # a code of open cement is of both
    is_named = bool(concepts & (ASIDE | BIOPSIES | SPINAL_SURGERY))
    return is_named or is_unjudged(codeable, terminology)


def _contained_beside(order: Json) -> Iterator[Json]:
    """Yield what an order contains, without the diagnoses that are its reasons."""
    reasons = {
        text(reference.get("reference"))
        for reference in objects(order.get("reasonReference"))
    }
    for resource in objects(order.get("contained")):
        is_reason = f"#{text(resource.get('id'))}" in reasons
        if not (is_reason and resource.get("resourceType") == "Condition"):
            yield resource


def _is_contained_read(resource: Json, terminology: Terminology) -> bool:
    """Tell if what an order contains names nothing grave.

    A diagnosis must leave the spine alone, be a plain fracture, or be ruled out. All
    else is read as in any other order, but `broken_beside` judges its fractures.
    """
    if resource.get("resourceType") == "Condition":
        return (
            certainty_of(resource) == "denied"
            or is_bystander_problem(read_code(resource, terminology), terminology)
            or is_plain_fracture(resource, terminology, is_old=False)
        )
    codings = _codings_of("contained", resource)
    if any(_is_grave(coding, terminology) for coding in codings):
        return False
    other = {**_OTHER_ORDER, "contained": [resource]}
    return grave_concepts_of(other, terminology) <= {BROKEN_ASIDE}


def _is_place(site: Json, terminology: Terminology) -> bool:
    """Tell if the words of a body site name only a place, unlike `L1 metastatic`."""
    return all(
        names_place_alone(word, terminology) or terminology.plain.reasons.are_all(word)
        for word in texts_of(site)
    )


def _without_own_year(order: Json, title: Json) -> Json:
    words = without_own_year(text(title.get("text")), order)
    codings = [
        {**one, "display": without_own_year(text(one.get("display")), order)}
        for one in objects(title.get("coding"))
    ]
    return {**title, "text": words, "coding": codings}


def _is_title_read(
    title: Json, titles: list[Json], terminology: Terminology, *, is_done: bool
) -> bool:
    """Tell if a title names the operation and how it is done, and nothing more.

    "Kyphoplasty L1, on Prolia" says more. "X-ray after kyphoplasty" contradicts the
    code next to it. The display of a known code is not judged: it says what the code
    says. Words for a vertebra that was left are read.
    """
    levels = terminology.levels
    known = [
        coding
        for coding in objects(title.get("coding"))
        if terminology.concepts({"coding": [coding]}) & OF_AUGMENTATION
    ]
    called = {folded(text(one.get("display"))) for one in known}
    return all(
        _is_title_plain(
            levels.without_left_words(_without_codes(word, titles), is_done=is_done),
            terminology,
        )
        for word in texts_of(title)
        if folded(word) not in called
    )


def _is_title_plain(words: str, terminology: Terminology) -> bool:
    """Tell if each part of a title is plain, or harmless as a reason."""
    remainder = _without_names(words, terminology)
    if terminology.bystanders.are_of_augmentation(remainder):
        return True
    return all(
        terminology.bystanders.are_of_augmentation(clause)
        or terminology.harmless.is_harmless(clause)
        for clause in clauses(remainder)
    )


def _is_worded(path: str) -> bool:
    element = path.partition(".")[0]
    is_judged = element in _JUDGED or element in ("bodySite", "contained", "text")
    if element != "contained" and ".extension." in path:
        is_judged = False  # what is added to a code is no part of it
    if is_judged or is_element_read(path, ""):
        return False
    return bool(_FREE_WORDS.search(path))


def _are_words_read(path: str, words: str, terminology: Terminology) -> bool:
    if path.startswith("category") and _PLAIN_CATEGORIES.fullmatch(words.strip()):
        return True
    return terminology.harmless.is_harmless(words) or is_plain_note(words, terminology)


def is_plain_note(words: str, terminology: Terminology) -> bool:
    """Tell if an augmentation's words only name it, and how and when it is done."""
    remainder = _without_names(words, terminology)
    return terminology.bystanders.are_of_theatre(remainder)


def _is_augmentation_title(order: Json, terminology: Terminology) -> bool:
    """Tell if the titles of an augmentation name it and nothing else.

    It may be an order or a Procedure.
    """
    titles = codeables(order, *TITLES)
    for coding in (one for title in titles for one in objects(title.get("coding"))):
        codeable = {"coding": [coding]}
        concepts = terminology.concepts(codeable)
        is_operation = any(
            system in OPERATION_SYSTEMS for system, _ in terminology.codings(codeable)
        )
        if concepts - OF_AUGMENTATION or (is_operation and not concepts):
            return False
    return all(
        "+" not in word
        and terminology.bystanders.are_of_augmentation(
            _without_names(_without_codes(word, titles), terminology)
        )
        for title in titles
        for word in texts_of(title)
    )


def _without_codes(words: str, titles: list[Json]) -> str:
    """Drop the codes of titles from words, also within a word: `CPT22513`."""
    codings = (one for title in titles for one in objects(title.get("coding")))
    for code in (text(coding.get("code")) for coding in codings):
        if len(code) >= LEAST_CODE:
            words = words.replace(code, " ")
    return words


def _without_names(words: str, terminology: Terminology) -> str:
    """Drop the names of the operation from a title, however they are spelt."""
    return without_names(
        words, AUGMENTATIONS, terminology, most=MOST_NAMES, site_words="vertebra"
    )


# --- reasons


def are_reasons_read(
    order: Json,
    drafts: DraftOrders,
    treated: tuple[str, ...],
    terminology: Terminology,
) -> bool:
    """Tell if every reason is the plain fracture of a treated level.

    A reason that leaves the spine alone counts as read.
    """
    named = [{"code": one} for one in codeables(order, *REASON_ELEMENTS)]
    referred = objects(order.get("reasonReference"))
    resolved = [
        resource
        for resource in drafts.resolve(referred, order)
        if resource.get("resourceType") == "Condition"
    ]
    displays = [text(one.get("display")) for one in referred]
    conditions = [*named, *resolved, *objects(order.get("contained"))]
    conditions += [{"code": {"text": display}} for display in displays if display]
    return len(resolved) == len(referred) and all(
        _is_reason_read(condition, treated, terminology) for condition in conditions
    )


def levels_of_reasons(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> set[str]:
    """Return what the reasons of an order state: `L1`, `T7-T8` or `thoracic spine`."""
    named = [*codeables(order, *REASON_ELEMENTS)]
    referred = objects(order.get("reasonReference"))
    resolved = drafts.resolve(referred, order)
    named += [one["code"] for one in resolved if isinstance(one.get("code"), dict)]
    named += [{"text": text(one.get("display"))} for one in referred]
    named += [site for one in resolved for site in codeables(one, "bodySite")]
    return {level for one in named for level in _levels_of_code(one, terminology)}


def _levels_of_code(code: Json | None, terminology: Terminology) -> set[str]:
    words = texts_of(code)
    levels = {level for word in words for level in terminology.levels.treated(word)}
    levels |= {*terminology.translate("vertebral-level", code)}
    return levels | broken_places(code, terminology)


def _is_reason_read(
    condition: Json, treated: tuple[str, ...], terminology: Terminology
) -> bool:
    named = codeables(condition, "code", "bodySite")
    levels = {level for one in named for level in _levels_of_code(one, terminology)}
    if treated and not all(covers(one, {*treated}) for one in levels):
        return False
    if not is_code_plainly_worded(condition.get("code"), terminology):
        return False
    if is_bystander_problem(read_code(condition, terminology), terminology):
        return True
    return is_plain_fracture(condition, terminology, is_old=False)


def is_whole_augmentation(procedure: Json, terminology: Terminology) -> bool:
    """Tell if a procedure on record is an augmentation, and nothing else."""
    recognition = recognise_augmentation(procedure, terminology)
    return bool(
        recognition
        and recognition.is_augmentation
        and _is_augmentation_title(procedure, terminology)
    )
