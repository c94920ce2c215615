"""Tell which other orders of a signing are understood and leave the spine alone.

They are signed with an augmentation or a brace. The titles of such orders are in
`bystanders.toml`.
"""

from collections.abc import Iterator

from cds_service.fhir.entries.words.bystanders import is_bystander_act
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import GROUPS, DraftOrders, codeables
from cds_service.fhir.orders.recognition import TITLES
from cds_service.fhir.orders.unread.unread_elements import CODE_WORDS
from cds_service.fhir.orders.unread.unread_in_augmentation import are_reasons_read
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

# By their type these orders leave the spine alone, unless a word of them is against it.
BY_TYPE = frozenset({"MedicationRequest", "NutritionOrder", "VisionPrescription"})
NOTED = ("note", "patientInstruction", "orderDetail", "comment")


def is_bystander(
    order: Json,
    drafts: DraftOrders,
    treated: tuple[str, ...],
    terminology: Terminology,
) -> bool:
    """Tell if another signed order is understood and leaves the spine alone."""
    if order.get("modifierExtension") or order.get("implicitRules"):
        return False
    kind = text(order.get("resourceType"))
    rules = terminology.bystanders
    noted = [word for word in _noted(order) if word]
    if kind in GROUPS or kind in BY_TYPE:
        is_known = not any(map(rules.is_against, _all_words(order)))
    else:
        is_known = is_bystander_act(_titles(order), terminology)
    if not is_known or not all(map(rules.are_of_acts, noted)):
        return False
    if kind in GROUPS:
        return True
    levels = {level for word in noted for level in terminology.levels.treated(word)}
    if not levels & {*LEVELS} <= {*treated}:
        return False
    return are_reasons_read(order, drafts, treated, terminology)


def _titles(order: Json) -> list[Json]:
    reference = order.get("codeReference") or order.get("itemReference")
    titles = codeables(order, *TITLES)
    for item in objects(order.get("item")):
        titles += codeables(item, "code")
    if display := text(member(reference, "display")):
        titles.append({"text": display})
    return titles


def _noted(order: Json) -> Iterator[str]:
    for name in NOTED:
        value = order.get(name)
        if isinstance(value, str):
            yield value
        for note in objects(value):
            yield text(note.get("text"))
            yield from texts_of(note)


def _all_words(order: Json) -> Iterator[str]:
    for path, value in leaves_of(order):
        if isinstance(value, str) and CODE_WORDS.search(path):
            yield value
