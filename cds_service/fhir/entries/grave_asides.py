"""Find the grave things that the other lists name: reports, orders, drugs, procedures.

A report says "metastasis of T12", an order asks for an MRI because of discitis, a drug
is given for it, a procedure was done for a broken hip. None of this is a diagnosis on
the problem list, but next to it no card may say that there is none.
"""

from cds_service.fhir.element_names import WORDED
from cds_service.fhir.entries.fractures.broken_by_title import (
    has_unread_break,
    told_by_title,
)
from cds_service.fhir.entries.fractures.earlier_in_words import names_broken_vertebra
from cds_service.fhir.entries.fractures.healed_fractures import HEALED, healed_elsewhere
from cds_service.fhir.entries.grave.asking_titles import (
    asked_in_title,
    unstable_in_brace,
)
from cds_service.fhir.entries.grave.cultures import grown_in_prose, is_culture
from cds_service.fhir.entries.grave.grave_concepts import (
    BROKEN_ASIDE,
    END_OF_LIFE,
    GRAVE,
    INFECTIONS_ELSEWHERE,
    MAY_BEAR_ON_SPINE,
    OPENING,
    UNREAD_PROSE,
    UNREAD_REASON,
)
from cds_service.fhir.entries.grave.open_codes import (
    DIAGNOSES,
    left_open_by,
    states_by_code,
)
from cds_service.fhir.entries.grave.searches import (
    MARKER_SEARCH,
    SEARCHES,
    is_for_screening,
    searched_by,
    searches_in_titles,
)
from cds_service.fhir.entries.grave.short_rest import REST, is_for_a_time
from cds_service.fhir.entries.grave.unnamed_stems import WARDS, stems_of, wards_of
from cds_service.fhir.entries.grave.unread_words import unread_in_words
from cds_service.fhir.entries.held_training import (
    MOVING_FORBIDDEN,
    moving_forbidden_by,
)
from cds_service.fhir.entries.left_undone import reasons_told
from cds_service.fhir.entries.medication.drug_asides import (
    NO_ASIDES,
    WORDLESS,
    bone_drugs_named,
    steroids_named,
    telling_drugs_named,
)
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.words.asides import (
    VOID,
    Aside,
    asides_of,
    has_inner_asides,
    words_of_asides,
)
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.dated_in_prose import past_by_dates
from cds_service.fhir.entries.words.problem_words import in_doubt, named_in
from cds_service.fhir.entries.words.told_before_asked import named_before_asked
from cds_service.fhir.entries.words.turned_titles import turned
from cds_service.fhir.entries.words.unread_in_reasons import is_title_plain
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)

# The elements with the title, by type. Procedures are not here: their title says what
# was done, and is read as such.
TITLES = {
    **dict.fromkeys(("DiagnosticReport", "ServiceRequest"), "code"),
    **dict.fromkeys(MEDICATION_TYPES, "medicationCodeableConcept"),
}
# The elements that say what an order forbids.
FORBIDDEN = frozenset(
    {
        "code",
        "codeCodeableConcept",
        "codeReference",
        "itemCodeableConcept",
        "itemReference",
        "medicationCodeableConcept",
        "medicationReference",
        "category",
        "dosageInstruction",
        "doNotPerform",
        "modifierExtension",
    }
)
# "Instability not assessable" denies nothing.
NOT_ASSESSABLE = ("instability-unjudged",)
PREVENTED = ("infection-prevented",)
INSTABILITY = frozenset({"spinal-instability"})
_WORDLESS = WORDLESS | {"issued", "effectivePeriod"}


def grave_concepts_of(
    entry: Json,
    terminology: Terminology,
    titled: frozenset[str] | None = None,
    *,
    with_unread: bool = True,
) -> frozenset[str]:
    """Return the grave things that a report, order, drug or procedure names.

    If something must not be done, only the reason counts: "do not mobilise: unstable".
    So it is if something was not done, and of that reason only what is grave.

    Args:
        entry: a report, order, drug or procedure.
        terminology: the service's terminology.
        titled: what the codes of its title name; None if nobody has asked yet.
        with_unread: return what its words leave open too, which takes longest to tell.
    """
    told = reasons_told(entry)
    if told is None:
        return frozenset()
    if told is not entry:
        named = _named_in(told, terminology, frozenset(), with_unread=with_unread)
        return named & GRAVE
    return _named_in(entry, terminology, titled, with_unread=with_unread)


def _named_in(
    entry: Json,
    terminology: Terminology,
    titled: frozenset[str] | None,
    *,
    with_unread: bool,
) -> frozenset[str]:
    """Return the grave things that an entry names which is not of something undone."""
    title = TITLES.get(text(entry.get("resourceType")), "")
    still = frozenset[str]()
    if is_prohibition(entry):
        still = moving_forbidden_by(entry, terminology)
        title = ""
        entry = {name: one for name, one in entry.items() if name not in FORBIDDEN}
    broken = _broken_by_title(entry, terminology) | still
    if _says_nothing_aside(entry, title):
        return broken
    # A title may name the reason for which something is ordered or given.
    titles = objects(entry.get(title)) if title else []
    asides = [*asides_of(entry)]
    if titled is None:
        titled = terminology.concepts(titles)
    besides, coded = _named_besides(entry, asides, terminology)
    codes = [*besides, *titles]
    if titles:
        coded |= titled
    if HEALED in coded:
        coded -= healed_elsewhere(codes, terminology)
    words = _without_plain(_written_in(entry, title, asides), codes, terminology)
    wards = wards_of(entry)
    named = named_in(words, terminology) | (named_in(wards, terminology) & WARDS)
    named |= named_before_asked(words, terminology)
    spoken = [one for word in words for one in turned(word, terminology)]
    named |= named_in(spoken, terminology) & GRAVE
    past = past_by_dates(words, named, terminology)
    if not is_culture(entry, terminology):
        coded |= grown_in_prose(words, terminology)
    worded = (named & (GRAVE | END_OF_LIFE)) | _infections_in(words, named, terminology)
    stated = broken | (coded & OPENING) | (worded - past)
    if past:  # a history that leads no card, and reassures of nothing
        stated |= {_unread_in(entry), MAY_BEAR_ON_SPINE}
    searched = _searched_by(entry, titles, coded | named, terminology)
    unread = frozenset[str]()
    if with_unread:
        unread = unread_in_words(entry, words, named, terminology)
    # "Do not mobilise" denies nothing: it orders, and is read by itself.
    concepts = ((stated - SEARCHES) | searched | unread) - MOVING_FORBIDDEN
    concepts |= still
    is_brief = is_for_a_time(entry, coded)
    concepts |= _forbidden_or_unstable(words, terminology, is_brief=is_brief)
    concepts |= asked_in_title(entry, titles, terminology)
    concepts |= unstable_in_brace(entry, terminology)
    concepts |= stems_of(entry, [*words, *spoken], wards, terminology)
    is_named_broken = not FRACTURED.isdisjoint(coded | named)
    if is_named_broken or names_broken_vertebra(entry, words, terminology):
        concepts |= {BROKEN_ASIDE}
    return concepts


def _infections_in(
    words: list[str], named: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the deep infections that words name, and not only prevent.

    Args:
        words: the words of an entry.
        named: what they name.
        terminology: the service's terminology.
    """
    if named.isdisjoint(INFECTIONS_ELSEWHERE):
        return frozenset()
    is_prevented = terminology.kinds.named
    told = [one for one in sentences_once(words) if not is_prevented(one, PREVENTED)]
    return named_in(told, terminology) & INFECTIONS_ELSEWHERE


def _searched_by(
    entry: Json, titles: list[Json], named: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what an entry looks for; a marker for a screening looks for nothing."""
    searched = named | searches_in_titles(entry, titles, terminology)
    if is_for_screening(entry, terminology):
        searched -= MARKER_SEARCH
    return searched_by(entry, searched)


def _broken_by_title(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return what broken bones leave open that the title of an entry names."""
    concepts = told_by_title(entry, terminology)
    if not has_unread_break(entry, GRAVE, terminology):
        return concepts
    return concepts | {_unread_in(entry), MAY_BEAR_ON_SPINE}


def _unread_in(entry: Json) -> str:
    """Return the concept of words of an entry that were not understood."""
    is_report = text(entry.get("resourceType")) == "DiagnosticReport"
    return UNREAD_PROSE if is_report else UNREAD_REASON


def _forbidden_or_unstable(
    words: list[str], terminology: Terminology, *, is_brief: bool
) -> frozenset[str]:
    """Return what words say of moving, and of a spine that could not be judged.

    Args:
        words: the words of an entry.
        terminology: the service's terminology.
        is_brief: the entry is an order for a time, and its rest forbids nothing.
    """
    concepts = set[str]()
    for word in words:
        if not (is_brief and terminology.kinds.named(word, REST)):
            concepts |= terminology.text_concepts(word, MOVING_FORBIDDEN)
        if terminology.kinds.named(word, NOT_ASSESSABLE):
            concepts |= INSTABILITY
    return frozenset(concepts)


def _says_nothing_aside(entry: Json, title: str) -> bool:
    """Tell if an entry is void, or has no words besides its code.

    Most entries of most lists have none.

    Args:
        entry: a report, order, drug or procedure.
        title: the element with its title; empty if that is not read here.
    """
    is_wordless = entry.keys() <= _WORDLESS and not title
    is_void = text(entry.get("status")) in VOID
    return is_void or (is_wordless and not has_inner_asides(entry))


def _named_besides(
    entry: Json, asides: list[Aside], terminology: Terminology
) -> tuple[list[Json], frozenset[str]]:
    """Return the codes next to a title, and the concepts that they name or leave open.

    Args:
        entry: a report, order, drug or procedure.
        asides: what it says besides.
        terminology: the service's terminology.
    """
    diagnoses = [one for name in DIAGNOSES for one in objects(entry.get(name))]
    diagnoses += [one.code for one in asides if one.code]
    codes = [*codes_of(_elements_of(entry)), *diagnoses]
    return codes, terminology.concepts(codes) | left_open_by(diagnoses, terminology)


def _elements_of(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name not in NO_ASIDES}


def _written_in(entry: Json, title: str, asides: list[Aside]) -> list[str]:
    """Return all words of an entry that may name something grave."""
    words = [*words_in(_elements_of(entry), WORDED | {"conclusion"})]
    words += words_of_asides(asides)
    if title:
        words += [word for one in objects(entry.get(title)) for word in texts_of(one)]
        words.append(text(member(entry, "medicationReference", "display")))
    return words


def _without_plain(
    written: list[str], codes: list[Json], terminology: Terminology
) -> list[str]:
    """Leave out words that are our own, or that name what a harmless code looks for.

    A code may be called `screening for cancer`, and our own referral says "if this is a
    tumour", which is a question to its reader.
    """
    plain = {
        word
        for code in codes
        if terminology.excludes(code) and not terminology.concepts(code) & GRAVE
        for word in texts_of(code)
        if is_title_plain(word, terminology)
    }
    return [
        word
        for word in dict.fromkeys(written)
        if word not in plain and not terminology.own_words.fullmatch(word)
    ]


def drugs_and_states(operation: Json, terminology: Terminology) -> frozenset[str]:
    """Return the drugs and states that an augmentation names, each in doubt.

    Other modules read the grave things in its words.
    """
    words = [*words_in(operation)]
    drugs = bone_drugs_named(words, terminology) | steroids_named(words, terminology)
    drugs |= telling_drugs_named(words, terminology)
    return frozenset(map(in_doubt, drugs | states_by_code(operation, terminology)))
