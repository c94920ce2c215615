"""Find a brace or bed rest that an order of something else asks for.

"Kyphoplasty L1, then TLSO for 12 weeks" and "Physiotherapy and TLSO 12 weeks" order a
brace; "Physiotherapy, TLSO when up" says how the therapy is done, and so does its note.
Only one with a length or a last day in words counts: without it, the name may be
how the rest is done. Most notes of an operation name what was tried before it.
"""

from cds_service.core.findings import SupportOrder
from cds_service.fhir.mapping.clauses import sentences
from cds_service.fhir.mapping.duration_parts import Mention
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import Place, folded
from cds_service.fhir.orders.drafts import Order
from cds_service.fhir.orders.order_text import name_brace, name_support
from cds_service.fhir.orders.order_times import (
    MOST_TEXTS,
    Subject,
    clear_end,
    texts_on_time,
    written_on,
)

WORN_BEFORE = ("worn-before",)
WITH_THERAPY = ("ordered-with-therapy",)
REHABILITATION = frozenset({"rehabilitation"})
REST_TITLE = "bed rest"


def read_worn_inside(
    order: Order, kind: str, terminology: Terminology, *, is_therapy: bool
) -> SupportOrder | None:
    """Read the brace or bed rest that an order of something else asks for.

    None if it asks for none, or does not say how long.

    Args:
        order: the order of something else, of this signing.
        kind: `brace` or `bed-rest`.
        terminology: the service's terminology.
        is_therapy: the order is of a therapy, of which the title alone counts.
    """
    subject: Subject = "brace" if kind == "brace" else "bed-rest"
    calendar = terminology.calendar
    written = written_on(order.resource, calendar)
    mentions: list[Mention] = []
    names: list[str] = []
    for words, is_title in [*texts_on_time(order.resource)][:MOST_TEXTS]:
        asked = _asked_for(words, kind, terminology)
        if not asked or (is_therapy and not is_title):
            continue
        names.append(asked)
        mentions += terminology.durations.read(asked, subject, written=written)
    if not {one.kind for one in mentions} & {"length", "day"}:
        return None
    title = REST_TITLE
    if kind == "brace":
        title = name_brace(" ".join(names), "", terminology)
    return SupportOrder(
        kind=kind,
        reference=order.reference,
        is_draft=True,
        authored=calendar.named_day(order.resource.get("authoredOn")),
        title=title,
        worded=clear_end(mentions),
        is_inside=True,
    )


def _asked_for(words: str, kind: str, terminology: Terminology) -> str:
    """Return the sentences of a text from the first that asks for this kind.

    Sentences that name it otherwise are left out: it was worn before, it is not
    needed, or only how something is done. Empty if none asks for it.
    """
    kept: list[str] = []
    is_asked = False
    for sentence in sentences(words):
        place = _place(sentence, kind, terminology)
        if place and _is_asked_for(sentence, kind, place, terminology):
            is_asked = True
            kept.append(sentence)
        elif is_asked and not place:
            kept.append(sentence)
    return ". ".join(kept)


def _place(sentence: str, kind: str, terminology: Terminology) -> Place | None:
    return terminology.text_places(folded(sentence), frozenset({kind})).get(kind)


def _is_asked_for(
    sentence: str, kind: str, place: Place, terminology: Terminology
) -> bool:
    """Tell if a sentence asks for what it names at this place."""
    if kind not in name_support(sentence, frozenset({kind}), terminology):
        return False
    plain = folded(sentence)
    marked = f"{plain[: place[0]]}@{plain[place[1] :]}"
    if terminology.kinds.of_title(marked, WORN_BEFORE):
        return False
    is_therapy = bool(terminology.text_concepts(plain, REHABILITATION))
    is_joined = bool(terminology.kinds.of_title(marked, WITH_THERAPY))
    return is_joined or not is_therapy
