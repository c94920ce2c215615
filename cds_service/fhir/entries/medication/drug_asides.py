"""Find the drugs that an entry names besides its own.

Notes, dosages, reasons and products used may name some. A note on losartan may say
"also gets Prolia at GP". That is no dose and no order, but next to it no card may say
that there is no bone drug. Nor may it say that there is no steroid next to
"polymyalgia, on prednisolone".
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from cds_service.fhir.element_names import PEOPLE_AND_PLACES
from cds_service.fhir.entries.medication.drug_groups import (
    BONE_DRUG,
    STEROID,
    TELL_OF_DISEASE,
)
from cds_service.fhir.entries.medication.local_drugs import SYSTEMIC
from cds_service.fhir.entries.words.open_concepts import UNREAD_WORDS
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import (
    LONGEST_STATEMENT,
    ONLY_DENIED,
    clauses,
)
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, Place, folded
from cds_service.fhir.raw_json import Json

# Elements that hold no asides: the entry's own drug, which is read elsewhere; people
# and places; and what repeats the rest.
NO_ASIDES = PEOPLE_AND_PLACES | {
    "medicationCodeableConcept",
    "medicationReference",
    "code",
    "contained",
    "text",
}
# Further elements without words; an entry with these alone has no asides.
WORDLESS = NO_ASIDES | {
    "resourceType",
    "id",
    "meta",
    "status",
    "intent",
    "priority",
    "authoredOn",
    "effectiveDateTime",
    "performedDateTime",
    "whenHandedOver",
    "dateAsserted",
    "encounter",
    "identifier",
    "language",
}
_WORDLESS = WORDLESS | {"context"}


def drugs_in_asides(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return the drugs, and their groups, that an entry names outside of its title.

    If the words have more than `LONGEST_TEXT` characters together, the first are read,
    and `UNREAD_WORDS` is returned as well.
    """
    if entry.keys() <= _WORDLESS:  # most entries of most lists
        return frozenset()
    asides = {name: value for name, value in entry.items() if name not in NO_ASIDES}
    words = [*dict.fromkeys(words_in(asides))]
    is_long = sum(map(len, words)) > LONGEST_TEXT
    read = _beginning(words) if is_long else words
    others = [one for one in read if not terminology.own_words.fullmatch(one)]
    named = (*map(terminology.drug_words, others), steroids_named(others, terminology))
    coded = terminology.concepts(list(codes_of(asides)))
    drugs = coded.union(*named) & terminology.drugs.concepts
    return drugs | UNREAD_WORDS if is_long else drugs


def _beginning(words: Sequence[str]) -> Iterator[str]:
    """Yield the first `LONGEST_TEXT` characters of these words."""
    room = LONGEST_TEXT
    for one in words:
        if room <= 0:
            return
        yield one[:room]
        room -= len(one)


_REST_OF_WORD = re.compile(r"^\w+")


def bone_drugs_named(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return the bone drugs, and their groups, that words of any list name.

    A diagnosis, a report or a reason may say "Prolia last given in March". That is no
    dose, but next to it no card may say that there was none. A drug that is denied as a
    whole is left out; one that is not tolerated was taken once, or may have been.
    """
    prose = "\n".join(dict.fromkeys(words))[:LONGEST_TEXT]
    if BONE_DRUG not in terminology.drug_words(prose):  # most words of most records
        return frozenset()
    parts = [*clauses(prose)]
    if not any(BONE_DRUG in terminology.drug_words(one) for one in parts):
        parts = [prose]  # "osteoporosis, on treatment": two clauses name it together
    named = (_drugs_in_part(one, BONE_DRUG, terminology) for one in parts)
    return frozenset[str]().union(*named) & terminology.drugs.concepts


def telling_drugs_named(
    words: Iterable[str], terminology: Terminology
) -> frozenset[str]:
    """Return the groups of drugs that tell of a disease, and that words name.

    "Falls, on levodopa" is no Parkinson's disease, but next to it no card may say that
    there is none. A drug that is denied as a whole is left out.
    """
    prose = "\n".join(dict.fromkeys(words))[:LONGEST_TEXT]
    groups = TELL_OF_DISEASE & terminology.drug_words(prose)
    return frozenset(
        group
        for group in groups
        if any(_drugs_in_part(one, group, terminology) for one in clauses(prose))
    )


def _drugs_in_part(part: str, group: str, terminology: Terminology) -> frozenset[str]:
    """Return what a part names if it names a drug of the group and does not deny it."""
    part = folded(part)
    named = terminology.drug_places(part)
    if group not in named:
        return frozenset()
    places = set(named.values())
    if len(places) == 1 and len(part) <= LONGEST_STATEMENT:
        ((start, end),) = places
        after = _REST_OF_WORD.sub("", part[end:], 1)
        # A mark takes the drug's place, so that only the words around it are judged.
        if terminology.clauses.places(f"{part[:start]}@{after}", ONLY_DENIED):
            return frozenset()
    return frozenset(named)


# Words for any steroid: `corticosteroids`, `pred`. They are no name of a drug.
ANY_STEROID = frozenset({"steroid-named"})
# A text that denies the steroid for which `@` is written, or puts it in one place.
NO_SYSTEMIC_STEROID = frozenset({"steroid-denied", "steroid-put"})
MOST_STEROIDS = 20  # of a part; one with more is not judged
_REST_OF_NAME = re.compile("^[a-z]+")


def steroids_named(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return the systemic steroids, and their group, that words of any list name.

    "Polymyalgia rheumatica, on prednisolone" is no order and no dose, but next to it no
    card may say that none is taken. One that is denied as a whole, or that acts where
    it is put, is left out.
    """
    prose = "\n".join(dict.fromkeys(words))[:LONGEST_TEXT]
    if _steroid_at(prose, terminology) is None:  # most words of most records
        return frozenset()
    open_parts = (one for one in clauses(prose) if _leaves_steroid(one, terminology))
    drugs = terminology.drugs
    return frozenset(
        name
        for part in open_parts
        for concept in (STEROID, *terminology.drug_words(part))
        if STEROID in (names := drugs.groups_of(concept))
        for name in names
    )


def _leaves_steroid(part: str, terminology: Terminology) -> bool:
    """Tell if a part names a steroid that it neither denies nor puts in one place."""
    rest = folded(part)
    for _ in range(MOST_STEROIDS):
        if (place := _steroid_at(rest, terminology)) is None:
            return False
        before, after = rest[: place[0]], rest[place[1] :]
        ended = _REST_OF_NAME.sub("", after, 1)
        # A mark takes its place, so that only the words around it are judged: those of
        # a compound too, as in `Kortisonsalbe`.
        marked = {f"{before}@{after}", f"{before}@{ended}"}
        if not any(_is_denied_or_local(one, terminology) for one in marked):
            return True
        rest = f"{before} {ended}"
    return True


def _is_denied_or_local(marked: str, terminology: Terminology) -> bool:
    if len(marked) > LONGEST_STATEMENT:
        return False
    if terminology.clauses.places(marked, ONLY_DENIED):
        return True
    return bool(terminology.text_concepts(marked, NO_SYSTEMIC_STEROID)) and not (
        terminology.text_concepts(marked, SYSTEMIC)
    )


def _steroid_at(text: str, terminology: Terminology) -> Place | None:
    """Return the first place in `folded(text)` that names a steroid."""
    places = [
        terminology.drug_places(text).get(STEROID),
        *terminology.text_places(text, ANY_STEROID).values(),
    ]
    return min((one for one in places if one), default=None)
