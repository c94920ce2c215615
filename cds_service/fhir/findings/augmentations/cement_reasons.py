"""Tell what vertebral augmentations of the past were done for.

Cement proves a fracture, unless its reason is something else: it also fills a
haemangioma or a metastasis, and is put above a fusion before anything breaks.
"""

from collections.abc import Iterator

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.named_in_asides import grave_in_doubt
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.fracture_sites import UNSITED
from cds_service.fhir.entries.words.past_by_words import LONG_PAST
from cds_service.fhir.entries.words.problem_words import in_doubt, undenied_parts
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import names, statements
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS, folded
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.references import contained_in, last_name

BROKEN = FRACTURED | {UNSITED, "pathological-fracture"}
PREVENTS = ("prevents-fracture",)
OTHERWISE = ("other-use-of-cement",)
PURPOSE = "purpose"
# Elements that tell what was found, what came of it, or who did it.
TOLD_BESIDE = ("outcome", "complication", "followUp", "category", "note")
TUMOURS = frozenset(
    map(
        in_doubt,
        (
            *("malignancy", "malignancy-elsewhere", "cancer-ever"),
            *("bone-malignancy-ever", "cancer-treatment", "cancer-care"),
        ),
    )
)


def is_for_something_else(procedure: Entry, chart: Chart) -> bool:
    """Tell if an augmentation was, or may have been, done for no fracture.

    A fracture among its reasons or in its title proves one, unless it was to be
    prevented. A reason that is not understood may be anything. Pain and osteoporosis
    say nothing else.
    """
    terminology = chart.terminology
    titles = texts_of(procedure.raw.get("code"))
    reasons = [*_reasons_of(procedure.raw, chart)]
    words = [*titles, *(word for one in reasons for word in texts_of(one))]
    if any(terminology.kinds.named(word, PREVENTS) for word in words):
        return True
    told = [*reasons, *({"text": word} for word in titles)]
    if any(_names_fracture(one, terminology) for one in told):
        return False
    if any(terminology.kinds.named(word, OTHERWISE) for word in words):
        return True
    if _tells_of_tumour(procedure.raw, terminology):
        return True
    purposes = ({"text": one} for title in titles for one in _ends(title, terminology))
    return any(_is_open(one, terminology) for one in (*reasons, *purposes))


def parts_of_title(procedure: Json, terminology: Terminology) -> list[str]:
    """List the parts of its titles that name an augmentation, without what it was for.

    They are folded.
    """
    return [
        part
        for title in texts_of(procedure.get("code"))
        for whole in statements(_before_purpose(title, terminology))
        for part in names(whole)
        if terminology.text_concepts(part, AUGMENTATIONS)
    ]


def is_called_past(procedure: Json, terminology: Terminology) -> bool:
    """Tell if a title calls an augmentation past: `history of vertebroplasty`.

    In `kyphoplasty of an old fracture` the fracture is old, and the operation is not.
    """
    kinds = terminology.kinds
    for part in parts_of_title(procedure, terminology):
        places = terminology.text_places(part, AUGMENTATIONS, "vertebra")
        words = part
        if places and terminology.plain.bound.names_broken(part):
            words = part[: min(begins for begins, _ in places.values())]
        if kinds.named(words, (LONG_PAST,)):
            return True
    return False


def _before_purpose(title: str, terminology: Terminology) -> str:
    place = terminology.text_places(title, frozenset({PURPOSE})).get(PURPOSE)
    return folded(title)[: place[0] if place else None]


def _reasons_of(procedure: Json, chart: Chart) -> Iterator[Json]:
    """Yield its reasons: codes, words of references, and diagnoses on record."""
    yield from objects(procedure.get("reasonCode"))
    inside = contained_in(procedure)
    listed = {one.reference: one.raw for one in chart.of_kind("Condition")}
    for reference in objects(procedure.get("reasonReference")):
        if display := text(reference.get("display")):
            yield {"text": display}
        address = text(reference.get("reference"))
        diagnosis = inside.get(address) or listed.get(last_name(address))
        if diagnosis and certainty_of(diagnosis) != "denied":
            yield from objects(diagnosis.get("code"))


def _tells_of_tumour(procedure: Json, terminology: Terminology) -> bool:
    """Tell if what was found, or came of it, tells of a tumour: `malignant histology`.

    Words that are not understood tell of nothing here: an outcome is free text.
    """
    told = {name: procedure[name] for name in TOLD_BESIDE if name in procedure}
    aside = {"resourceType": "Procedure", **told}
    return bool(told) and not TUMOURS.isdisjoint(grave_in_doubt(aside, terminology))


def _names_fracture(told: Json, terminology: Terminology) -> bool:
    if terminology.concepts(told) & BROKEN:
        return True
    return any(
        terminology.text_concepts(part, BROKEN)
        or terminology.plain.bound.names_broken(part)
        for words in texts_of(told)
        for part in undenied_parts(words, terminology)
    )


def _ends(title: str, terminology: Terminology) -> Iterator[str]:
    """Yield what a title says behind "for"."""
    words = folded(title)
    place = terminology.text_places(title, frozenset({PURPOSE})).get(PURPOSE)
    if place is not None:
        yield words[place[1] :]


def _is_open(reason: Json, terminology: Terminology) -> bool:
    """Tell if a reason names something grave, or is not understood."""
    alone = {"resourceType": "Procedure", "reasonCode": [reason]}
    return bool(grave_in_doubt(alone, terminology))
