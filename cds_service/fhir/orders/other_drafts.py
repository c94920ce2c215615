"""Read the words of drafts of types that no other module reads.

A diet, a task, a message or a claim may say why it is ordered. A grave illness that it
names counts like the reason of an order. If its words are not of everyday care, it is
an order that was not understood.
"""

from collections.abc import Iterator

from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.entry import Entry, read_entry
from cds_service.fhir.entries.grave.grave_concepts import (
    GRAVE,
    MAY_BEAR_ON_SPINE,
    UNREAD_PROSE,
    UNREAD_REASON,
    UNREAD_TITLE,
)
from cds_service.fhir.entries.grave_asides import grave_concepts_of
from cds_service.fhir.entries.words.asides import asides_of
from cds_service.fhir.entries.words.problem_words import (
    has_grave_stem,
    in_doubt,
    named_in,
)
from cds_service.fhir.entries.words.unread_in_reasons import (
    OF_FHIR,
    is_reason_understood,
    words_beyond,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import Order, codeables
from cds_service.fhir.orders.recognition import TITLES
from cds_service.fhir.raw_json import Json, objects, text

# The usual types of such drafts.
OTHER_DRAFTS = frozenset(
    {
        "Appointment",
        "CarePlan",
        "Claim",
        "CommunicationRequest",
        "DocumentReference",
        "ImmunizationRecommendation",
        "NutritionOrder",
        "RequestGroup",
        "Task",
        "VisionPrescription",
    }
)
# Elements that name people, places and payers, which bear on no patient's health.
PEOPLE = frozenset(
    {
        "author",
        "authenticator",
        "careTeam",
        "custodian",
        "enterer",
        "facility",
        "for",
        "insurer",
        "orderer",
        "owner",
        "patient",
        "payee",
        "prescriber",
        "provider",
        "recipient",
        "sender",
    }
)
# Its title is that of a set of orders, each of which is read.
SET_OF_ORDERS = "RequestGroup"
# Left to the words themselves, which are judged here.
_JUDGED_HERE = frozenset({UNREAD_REASON, UNREAD_PROSE})


def read_other_draft(draft: Order, terminology: Terminology) -> Entry | None:
    """Read a draft for what it names; None if its words are those of everyday care."""
    resource = draft.resource
    content = {name: value for name, value in resource.items() if name not in PEOPLE}
    # Elements that a type of the record has for other things count here.
    content["resourceType"] = ""
    words = list(dict.fromkeys(_words_of(content, terminology)))
    named = grave_concepts_of(content, terminology) - _JUDGED_HERE
    named |= terminology.concepts(codeables(content, *TITLES)) & GRAVE
    # The title of such a type is read nowhere else.
    named |= named_in(words, terminology) & GRAVE
    if draft.resource_type == SET_OF_ORDERS:
        is_understood = not any(has_grave_stem(word, terminology) for word in words)
    else:
        is_understood = all(_is_everyday(word, terminology) for word in words)
    named = named - {MAY_BEAR_ON_SPINE} if is_understood else named | {UNREAD_TITLE}
    if not named:
        return None
    # No element of a type that no module reads is kept.
    raw = {"resourceType": "ServiceRequest", "status": "draft", "intent": "order"}
    concepts = frozenset(map(in_doubt, named))
    coded = read_code(raw, terminology)
    entry = read_entry(coded, "serviceRequests", "context", concepts, None, terminology)
    return entry._replace(reference=draft.reference)


def _words_of(content: Json, terminology: Terminology) -> Iterator[str]:
    """Yield the words of a draft; codes of FHIR itself have none."""
    for code in codeables(content, *TITLES):
        if not _is_of_fhir(code):
            yield from words_beyond(code, terminology)
    for aside in asides_of(content):
        if aside.code is None:
            yield aside.words
        elif not _is_of_fhir(aside.code):
            yield from words_beyond(aside.code, terminology)


def _is_of_fhir(code: Json) -> bool:
    systems = [text(one.get("system")) for one in objects(code.get("coding"))]
    return any(systems) and all(OF_FHIR.match(one) for one in systems)


def _is_everyday(words: str, terminology: Terminology) -> bool:
    """Tell if words name everyday care, or are those of a harmless reason."""
    everyday = terminology.everyday
    if not words.strip():
        return True
    if everyday.may_search(words) or everyday.is_unspecific(words):
        return False
    return (
        everyday.is_title(words)
        or terminology.harmless_acts.is_title(words)
        or is_reason_understood([words], GRAVE, terminology)
    )
