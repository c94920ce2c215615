"""Find why an order is written: its reasons, as concepts, and what they leave open."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cds_service.core.derivations.from_order import OSTEOPOROSIS
from cds_service.core.orders import REASON_NOT_UNDERSTOOD
from cds_service.fhir.certainty import certainty_of, is_of_sequela
from cds_service.fhir.entries.exams.t_scores_in_words import t_scores_in_words
from cds_service.fhir.entries.fractures.earlier_in_words import (
    EARLIER,
    calls_fracture_old,
    names_several_fractures,
    names_years_ago,
)
from cds_service.fhir.entries.fractures.healed_fractures import HEALED
from cds_service.fhir.entries.grave.grave_concepts import CANCERS, SPINAL_INFECTIONS
from cds_service.fhir.entries.words.feared import without_fears
from cds_service.fhir.entries.words.old_deficits import (
    DEFICITS,
    is_told_as_lost,
    named_deficits,
    old_deficits,
)
from cds_service.fhir.entries.words.own_words import is_called_new
from cds_service.fhir.entries.words.problem_words import read_problem_words
from cds_service.fhir.entries.words.spoken_of import asserting_parts
from cds_service.fhir.entries.words.unread_in_reasons import (
    is_code_plainly_worded,
    is_reason_understood,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.orders.drafts import DraftOrders, codeables
from cds_service.fhir.orders.order_narratives import narrative_of
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.site_calendar import is_dated_before

CAUSES = frozenset({"fall-from-height", "traffic-accident"})
# What forbids a figure or an operation. Words say it less exactly than codes.
FORBIDDING = frozenset(
    {
        *CANCERS,
        *SPINAL_INFECTIONS,
        "pathological-fracture",
        "sepsis",
        "neurological-deficit",
        "leg-weakness",
        "unstable-fracture",
        "spinal-instability",
        "ankylosed-spine",
    }
)
# What raises the risk apart from any model. An order only mentions it: it is a doubt.
RAISING = frozenset(
    {
        "earlier-vertebral-fracture",
        "hip-fracture",
        "parkinson",
        "repeated-falls",
        "dementia",
        "dementia-mild",
        "dementia-moderate",
        "dementia-severe",
        "severe-frailty",
        "severe-kidney-disease",
        "dialysis",
        "stable-burst-fracture",
    }
)
# What a reason in words may name, so that it is understood.
UNDERSTOOD_REASONS = frozenset(
    {
        *FORBIDDING,
        *CAUSES,
        "vertebral-fracture",
        "osteoporotic-vertebral-fracture",
        "osteoporosis",
        "earlier-vertebral-fracture",
        "stable-burst-fracture",
        "fall",
    }
)
# All that the words of a pathological fracture say of a cancer.
PATHOLOGICAL = frozenset({"malignancy"})
# What an earlier year makes no older: a cancer of bone counts for ever (fact F6).
LASTING = frozenset({"malignancy", "bone-malignancy-ever", "pathological-fracture"})
MAY_BE_OLD = DEFICITS | {"spinal-cord-disease"}
# Trouble with walking, which a nerve may cause: a rule of `kinds/`.
GAIT = "gait-complaint"
# The same by a code of ICD-10; ataxia and palsy are others.
_GAIT_CODE = re.compile(r"R26\.(?:2|8\d?|9)")
# What "cannot walk" leaves open.
TOLD = frozenset({"neurological-deficit"})
_HAS_WORDS = re.compile(r"\w")
RECENT_YEARS = 5  # Policy: as long as a cancer is recent (cards page, E9).
LONGEST_WORDS = 5_000  # characters of all augmentation orders of a signing
# The order is for a vertebra that was filled before.
AGAIN = ("augmentation-again",)
ORGANS = frozenset({"breast-cancer", "lung-cancer", "prostate-cancer"})
# By source, the elements whose own words may say something else than their codes.
CODED = {
    "bodySite": ("bodySite",),
    "reasonCode": ("reasonCode", "reasonCodeableConcept", "reason"),
}


class Reasons(NamedTuple):
    """The reasons of an order, as concepts.

    Attributes:
        stated: those of its codes, of Conditions sent with it, and of its reasons in
            words.
        doubts: those named in a title or a note, denied next to something else, or
            suspected.
        spoken_of: doubts that its words only fear, prevent, deny or tell of a relative,
            or date by an earlier year.
        length: characters of the words that were read.
        t_scores: those below zero that the words of the order and of its reasons name;
            words longer than those that are read of an order name none.
    """

    stated: frozenset[str]
    doubts: frozenset[str]
    length: int = 0
    spoken_of: frozenset[str] = frozenset()
    t_scores: tuple[float, ...] = ()


class Reason(NamedTuple):
    """One reason of an order: its own, or the diagnosis that it refers to.

    Attributes:
        code: raw JSON.
        concepts: what its codes name.
        words: its words, and those of its codes.
    """

    code: Json
    concepts: frozenset[str]
    words: list[str]


def find_reasons(
    order: Json,
    drafts: DraftOrders,
    terminology: Terminology,
    room: int = LONGEST_WORDS,
) -> Reasons:
    """Find the reasons of an order, such as `malignancy`.

    The cause of a fracture is stated in words more often than by a code. A reason's own
    words state what they name; other words may be about something else.

    Args:
        order: the order, as raw JSON.
        drafts: all orders, with the resources that they refer to.
        terminology: the service's terminology.
        room: the number of characters that may be read. Longer words are not read, and
            may name anything.
    """
    reasons = read_reasons(order, drafts, terminology)
    own = [word for reason in reasons for word in reason.words]
    other_words = _words_but_reasons(order)
    t_scores = _t_scores_named(reasons, other_words, terminology)
    if narrative := narrative_of(order, terminology):
        other_words.append(narrative)
    unfeared = [without_fears(word, terminology) for word in own]
    has_fears, own = unfeared != own, unfeared
    other_words = [without_fears(word, terminology) for word in other_words]
    all_words = (*own, *other_words)
    concepts = frozenset[str]().union(*(reason.concepts for reason in reasons))
    raising, coded = concepts & RAISING, concepts - RAISING
    length = sum(map(len, all_words))
    if length > room:
        return Reasons(coded, (FORBIDDING | RAISING) - coded, t_scores=t_scores)

    told = _read_words(own, other_words, terminology)
    old = _old_deficits(reasons, other_words, terminology)
    stated = (coded | told.stated) - old
    in_doubt = told.in_doubt | old
    of_gait = [one for one in own if terminology.kinds.named(one, (GAIT,))]
    if of_gait or any(_is_gait_code(one, terminology) for one in reasons):
        in_doubt |= TOLD
    doubts = (in_doubt & FORBIDDING) - stated
    spoken_of = frozenset[str]()
    if doubts:
        asserted = _asserted_in(all_words, order, terminology)
        if any(is_called_new(one, terminology) for one in of_gait):
            asserted |= TOLD
        spoken_of = doubts - (asserted - old)

    raising |= (in_doubt | told.named) & RAISING
    if _tells_of_earlier(reasons, all_words, terminology):
        raising |= {EARLIER}
    unread = _unread(order, drafts, reasons, terminology)
    if has_fears:
        unread |= {REASON_NOT_UNDERSTOOD}
    return Reasons(stated, doubts | raising | unread, length, spoken_of, t_scores)


class _Told(NamedTuple):
    """What the words of an order tell.

    Attributes:
        stated: what they state.
        in_doubt: what they leave in doubt.
        named: what the reasons name as there, stated or not.
    """

    stated: frozenset[str]
    in_doubt: frozenset[str]
    named: frozenset[str]


def _read_words(
    own: Sequence[str], other_words: Sequence[str], terminology: Terminology
) -> _Told:
    """Read what the words of reasons state, and what all words leave in doubt."""
    words = (*own, *other_words)
    causes = (terminology.text_concepts(word, CAUSES) for word in words)
    denying = [word for word in own if terminology.clauses.denies(word)]
    stating = [word for word in own if word not in denying]
    reading = read_problem_words(frozenset(), stating, terminology)
    others = read_problem_words(frozenset(), [*denying, *other_words], terminology)
    unnamed = _tumour_unnamed(reading.stated)
    grave = reading.stated & (FORBIDDING | ORGANS) - reading.unclear - unnamed
    stated = grave.union(*causes, {f"{organ}-ever" for organ in grave & ORGANS})
    in_doubt = frozenset[str]().union(
        unnamed, reading.suspected, reading.unclear, reading.of_another, *others
    )
    if any(is_told_as_lost(one, terminology) for one in words):
        in_doubt |= TOLD
    return _Told(stated, in_doubt, reading.stated)


def _old_deficits(
    reasons: Iterable[Reason], other_words: Iterable[str], terminology: Terminology
) -> frozenset[str]:
    """Return the deficits that an order names, and only as old ones.

    The fullest text of a reason counts: "Foot drop" is the name of the code next to
    "old foot drop".
    """
    old, present = set[str](), set[str]()
    for reason in reasons:
        named = reason.concepts | named_deficits(reason.words, terminology)
        called = {
            name for one in reason.words for name in old_deficits([one], terminology)
        }
        is_old = bool(called) or is_of_sequela(reason.code)
        is_new = any(is_called_new(one, terminology) for one in reason.words)
        (old if is_old and not is_new else present).update(named & MAY_BE_OLD)
    told_old = old_deficits(other_words, terminology)
    present |= named_deficits(other_words, terminology) - told_old
    return frozenset((old | told_old) - present)


def _asserted_in(
    words: Iterable[str], order: Json, terminology: Terminology
) -> frozenset[str]:
    """Return what words of an order name as what may be there now."""
    written = terminology.calendar.named_day(order.get("authoredOn"))
    oldest = written.year - RECENT_YEARS if written else 0
    parts = [
        (part, is_dated_before(part, oldest))
        for text_of_order in words
        for part in asserting_parts(text_of_order, terminology)
    ]
    recent = [part for part, is_earlier in parts if not is_earlier]
    earlier = [part for part, is_earlier in parts if is_earlier]
    named = read_problem_words(frozenset(), recent, terminology)
    past = read_problem_words(frozenset(), earlier, terminology)
    # A muscle may be named in one part, and its grade told in the next.
    told = any(
        is_told_as_lost(one, terminology) for one in (*recent, ", ".join(recent))
    )
    return frozenset[str]().union(
        *named, *(one & LASTING for one in past), TOLD if told else ()
    )


def _tells_of_earlier(
    reasons: Sequence[Reason], words: Iterable[str], terminology: Terminology
) -> bool:
    """Tell if words may be of an earlier fracture: `again`, `old`, `two years ago`."""
    if any(terminology.kinds.named(word, AGAIN) for word in words):
        return True
    # The code of a healed fracture leaves an earlier one open by itself.
    of_fracture = [
        word
        for reason in reasons
        if HEALED not in reason.concepts
        for word in reason.words
    ]
    tells = (calls_fracture_old, names_several_fractures, names_years_ago)
    return any(one(of_fracture, terminology) for one in tells)


def _tumour_unnamed(stated: frozenset[str]) -> frozenset[str]:
    """Return the malignancy that words state without naming a tumour.

    A pathological fracture has other causes, too.
    """
    is_unnamed = stated & CANCERS == PATHOLOGICAL
    return PATHOLOGICAL if is_unnamed else frozenset()


def _words_but_reasons(order: Json) -> list[str]:
    """List the words of an order's titles, notes and names of references."""
    titles = [
        word
        for code in codeables(order, "code", "orderDetail")
        for word in texts_of(code)
    ]
    names = [
        text(reference.get("display"))
        for element in ("reasonReference", "supportingInfo")
        for reference in objects(order.get(element))
    ]
    return [*titles, *note_texts(order), *filter(None, names)]


def reasons_named(order: Json, drafts: DraftOrders) -> list[Json]:
    """Return the order's reasons: its codes and words, and those of its Conditions."""
    reasons = codeables(order, *CODED["reasonCode"])
    for condition in conditions_of(order, drafts):
        reasons += codeables(condition, "code")
    return reasons


def read_reasons(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> list[Reason]:
    """Return the order's reasons, each with what its codes name."""
    return [
        Reason(code, terminology.concepts(code), texts_of(code))
        for code in reasons_named(order, drafts)
    ]


def _t_scores_named(
    reasons: Iterable[Reason], other_words: Sequence[str], terminology: Terminology
) -> tuple[float, ...]:
    """Return the T-scores below zero that reasons and other words name."""
    numbers: list[float] = []
    for reason in reasons:
        is_of_bone = not reason.concepts.isdisjoint(OSTEOPOROSIS)
        numbers += t_scores_in_words(reason.words, terminology, is_of_bone=is_of_bone)
    return (*numbers, *t_scores_in_words(other_words, terminology))


def conditions_of(order: Json, drafts: DraftOrders) -> list[Json]:
    """Return the Conditions that are the order's reason and are not ruled out.

    Only those that were sent with it count.
    """
    resolved = drafts.resolve(objects(order.get("reasonReference")), order)
    return [
        condition
        for condition in resolved
        if condition.get("resourceType") == "Condition"
        and certainty_of(condition) != "denied"
    ]


def note_texts(order: Json) -> Iterator[str]:
    yield from (text(note.get("text")) for note in objects(order.get("note")))
    yield text(order.get("patientInstruction"))


def _unread(
    order: Json, drafts: DraftOrders, reasons: list[Reason], terminology: Terminology
) -> frozenset[str]:
    """Return `REASON_NOT_UNDERSTOOD` if a reason is not understood, or is not there.

    A note counts if it is in a language that is not read, unless each of its words is
    known: "Odstawić aspirynę".
    """
    references = objects(order.get("reasonReference"))
    is_missing = not all(drafts.resolve([one], order) for one in references)
    is_foreign = any(
        terminology.languages.is_foreign(one)
        and not terminology.bystanders.are_of_augmentation(one)
        for one in note_texts(order)
    )
    is_read = all(is_understood(one, terminology) for one in reasons)
    is_open = is_missing or is_foreign or not is_read
    return frozenset({REASON_NOT_UNDERSTOOD} if is_open else ())


def is_understood(reason: Reason, terminology: Terminology) -> bool:
    """Tell if a reason names what we know, and nothing else."""
    if terminology.excludes(reason.code):
        return is_code_plainly_worded(reason.code, terminology)
    is_coded = terminology.identifies("conditions", reason.code)
    if reason.concepts and not is_coded:
        return True
    is_gait = _is_gait_code(reason, terminology)
    return (is_gait or bool(reason.words)) and all(
        terminology.harmless.is_harmless(word)
        or _names_understood(word, terminology)
        or terminology.plain.braces.are_all(word)
        or _is_of_gait(word, terminology)
        for word in reason.words
    )


def _is_gait_code(reason: Reason, terminology: Terminology) -> bool:
    """Tell if each code of a reason is of trouble with walking."""
    codes = [code for _, code in terminology.codings(reason.code)]
    return bool(codes) and all(map(_GAIT_CODE.fullmatch, codes))


def _is_of_gait(words: str, terminology: Terminology) -> bool:
    """Tell if words name trouble with walking, and nothing else is left of them.

    It is understood: a nerve may cause it, and a tumour is not asked for.
    """
    if not terminology.kinds.named(words, (GAIT,)):
        return False
    rest = terminology.kinds.without(words, GAIT)
    parts = [part for part in map(str.strip, clauses(rest)) if _HAS_WORDS.search(part)]
    return all(
        terminology.harmless.is_harmless(part)
        or terminology.plain.braces.are_all(part)
        or _names_understood(part, terminology)
        for part in parts
    )


def _names_understood(words: str, terminology: Terminology) -> bool:
    """Tell if words name a reason that we know, and nothing else is left of them.

    Not so `compression fracture L1 with pus`.
    """
    if not terminology.text_concepts(words, UNDERSTOOD_REASONS):
        return False
    return is_reason_understood([words], UNDERSTOOD_REASONS, terminology)
