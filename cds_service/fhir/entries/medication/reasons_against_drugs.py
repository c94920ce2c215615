"""Name what forbids a bone drug, if it is the reason of its stop or of a stay."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from string import ascii_lowercase
from typing import Literal, NamedTuple

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.medication.drug_groups import BONE_DRUG, MEDICATION_TYPES
from cds_service.fhir.entries.words.past_by_words import PAST_BY_WORDS
from cds_service.fhir.entries.words.problem_words import (
    in_doubt,
    named_in,
    read_problem_words,
    undenied_parts,
)
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.remainders import without_names
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import names, sentences, statements
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.settings_of_care import VOID_STAY

OF_STOPS = frozenset({"hypocalcaemia", "jaw-necrosis", "atypical-femur-fracture"})
OF_STAYS = OF_STOPS | {"acute-kidney-failure", "oesophagus-disease"}
# With those that a reason leaves in doubt.
AGAINST_DRUGS = OF_STAYS | frozenset(map(in_doubt, OF_STAYS))
TELL_AGAINST_DRUGS = MEDICATION_TYPES | {"Encounter"}
# The elements with the reason why a drug was stopped or not given, in R4 and before.
STOPPED_FOR = (
    "statusReason",
    "statusReasonCodeableConcept",
    "reasonNotGiven",
    "reasonNotTaken",
)

MOST_PARTS = 100  # of the words of a reason
MOST_DRUGS = 5  # in one part of them
# Of a drug that goes on: a reason there is of something else than a stop.
NOT_STOPPED = frozenset({"active", "in-progress", "entered-in-error"})
# A short form of the name before it: "acute kidney injury (AKI)".
_IN_BRACKETS = re.compile(r"\(([^\W\d_]+)\)")
_FIGURE = re.compile(r"\d")
# Rules of `kinds/`.
OF_ALLERGY, OF_DRUG_ALLERGY = ("drug-allergy",), "of-drug-allergy"
AROUND_A_HARM, OF_PREVENTION = "around-a-harm", "of-prevention"
# A code of FHIR: an allergy that is believed, and not confirmed yet.
BELIEVED = "salg"
# Of an allergy as the reason of a stop; None if nothing says so.
AllergyVerdict = Literal["stated", "doubted"] | None


class Reason(NamedTuple):
    """The harms that one reason names, by how it names them.

    Attributes:
        dated: the words with the day of each harm, of which they tell nothing else.
        stated: named without reserve.
        doubted: suspected or feared.
        past: named as over, by the code or by each part that names it.
    """

    dated: Mapping[str, tuple[str, ...]]
    stated: frozenset[str]
    doubted: frozenset[str]
    past: frozenset[str]


def against_drugs(
    resource: Json, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what an entry of a bone drug, or a stay, gives as its reason.

    What it only suspects is in doubt.

    Args:
        resource: raw JSON.
        concepts: those of the drug.
        terminology: the service's terminology.
    """
    kind, status = text(resource.get("resourceType")), text(resource.get("status"))
    if kind in MEDICATION_TYPES and BONE_DRUG in concepts:
        wanted = OF_STOPS
    elif kind == "Encounter" and status not in VOID_STAY:
        wanted = OF_STAYS
    else:
        return frozenset()
    if status == "entered-in-error":
        return frozenset()
    reasons = [*read_reasons(resource, terminology)]
    stated = frozenset[str]().union(*(one.stated for one in reasons)) & wanted
    doubted = frozenset[str]().union(*(one.doubted for one in reasons)) & wanted
    return stated | frozenset(map(in_doubt, doubted - stated))


def read_reasons(resource: Json, terminology: Terminology) -> Iterator[Reason]:
    """Yield what each reason of the stop of a drug, or of a stay, says."""
    for reason in _reasons_of(resource):
        yield _read(reason, terminology)


def _reasons_of(resource: Json) -> list[Json]:
    """List the reasons of a stay, or those for which a drug was stopped or left out."""
    if text(resource.get("resourceType")) == "Encounter":
        return objects(resource.get("reasonCode"))
    return [one for name in STOPPED_FOR for one in objects(resource.get(name))]


def allergy_in(
    resource: Json, own: Collection[str], terminology: Terminology
) -> AllergyVerdict:
    """Tell if a drug was stopped or left out for an allergy.

    Args:
        resource: the raw entry of the drug.
        own: the names of the drug, and of others of its kind.
        terminology: the service's terminology.
    """
    if text(resource.get("status")) in NOT_STOPPED:
        return None
    verdicts = [_read_allergy(one, own, terminology) for one in _reasons_of(resource)]
    if "stated" in verdicts:
        return "stated"
    return "doubted" if "doubted" in verdicts else None


def _read_allergy(
    reason: Json, own: Collection[str], terminology: Terminology
) -> AllergyVerdict:
    """Tell what one reason says of an allergy to the drug."""
    certainty = certainty_of({"code": reason})
    if certainty == "denied":
        return None
    codings = terminology.codings(reason)
    codes = terminology.complication_codes
    is_believed = any(code == BELIEVED for _, code in codings)
    is_coded = any(codes.is_allergy(*one) for one in codings)
    titles = [title[:LONGEST_TEXT] for title in texts_of(reason)]
    is_named = any(_names_allergy(title, own, terminology) for title in titles)
    if not (is_believed or is_coded or is_named):
        return None
    is_open = certainty == "doubted" or any(
        terminology.clauses.whole(title).is_suspected
        or terminology.grave_stems.is_feared(title)
        for title in titles
    )
    is_stated = is_coded or (is_named and not is_believed)
    return "stated" if is_stated and not is_open else "doubted"


def _names_allergy(title: str, own: Collection[str], terminology: Terminology) -> bool:
    """Tell if a part of a title names an allergy, and no other cause than the drug."""
    undenied = undenied_parts(title, terminology)
    if not _has_allergy([title], terminology) or not _has_allergy(
        undenied, terminology
    ):
        return False
    parts = [part for whole in statements(title) for part in names(whole)]
    return any(
        _has_allergy([part], terminology) and _is_of_drug(part, own, terminology)
        for part in parts[:MOST_PARTS]
    )


def _has_allergy(words: Iterable[str], terminology: Terminology) -> bool:
    return any(terminology.kinds.named(one, OF_ALLERGY) for one in words)


def _is_of_drug(part: str, own: Collection[str], terminology: Terminology) -> bool:
    """Tell if a part has only known words of an allergy, and names of the drug."""
    rest = folded(terminology.clauses.without_suspicion(part))
    for _ in range(MOST_DRUGS):
        places = terminology.drug_places(rest)
        named = [place for drug, place in places.items() if drug in own]
        if not named:
            break
        begins, ends = min(named)
        rest = f"{rest[:begins]} {rest[ends:].lstrip(ascii_lowercase)}"
    return not LETTER.search(terminology.kinds.without(rest, OF_DRUG_ALLERGY))


def _read(reason: Json, terminology: Terminology) -> Reason:
    """Read a reason as a diagnosis of the problem list is read.

    What is to be prevented has not come. What is feared may have.
    """
    certainty = certainty_of({"code": reason})
    coded = terminology.concepts(reason)
    titles = [title[:LONGEST_TEXT] for title in texts_of(reason)]
    parts = [
        part.strip()
        for title in titles
        for statement in statements(title)
        for part in names(statement)
        if part.strip()
    ]
    if len(parts) > MOST_PARTS:
        # Prose without end: what it names counts, and nothing takes it back.
        parts = []
    read = read_problem_words(coded, titles, terminology)
    stated, doubted = coded | read.stated, read.suspected | (read.unclear - coded)
    preventing = [part for part in parts if _is_prevention(part, terminology)]
    prevented = _only_in(preventing, parts, terminology) - coded
    fearing = list(filter(terminology.grave_stems.is_feared, parts))
    feared = _only_in(fearing, parts, terminology) - coded
    # As prose it may name what a title denies: "no hypocalcaemia but ONJ".
    doubted |= (feared & stated) | (named_in(titles, terminology) - stated)
    stated, doubted = stated - prevented, doubted - prevented
    if certainty == "denied":
        stated = doubted = frozenset()
    elif certainty == "doubted":
        doubted |= stated
    stated -= doubted
    harms = _HarmsInWords(parts, terminology)
    # Words alone do not put a code into the past.
    past = stated if certainty == "past" else (harms.past() & stated) - coded
    dated = {one: words for one, words in harms.dated().items() if one not in coded}
    return Reason(dated, stated, doubted, past)


class _HarmsInWords:
    """The parts of the words of a reason, to tell which of the harms are over.

    A part tells of its harm alone if it has no more than the name, a day and known
    words: "AKI 2019, recovered", and not "AKI on CKD 2019". A harm is over only if
    each part that names it is.
    """

    def __init__(self, parts: list[str], terminology: Terminology) -> None:
        """Cut parts with several sentences of a harm: "AKI. Prior AKI 2019"."""
        self._terminology = terminology
        self._harms = {
            piece: _named(piece, terminology)
            for part in parts
            for piece in _sentences_of_harms(part, terminology)
        }
        self._plain = frozenset(filter(self._is_plain, self._harms))
        # "AKI, 2019", "AKI, resolved"
        nameless = [one for one in self._plain if not self._harms[one]]
        is_one = sum(map(bool, self._harms.values())) == 1
        self._for_all = nameless if is_one else []

    def dated(self) -> Mapping[str, tuple[str, ...]]:
        """Return the words that date each harm; none if any part tells of more."""
        if len(self._plain) < len(self._harms):
            return {}
        days = [one for one in self._for_all if _FIGURE.search(one)]
        return {
            harm: (*own, *days)
            for harm, own in self._parts_of_harms().items()
            if days or all(map(_FIGURE.search, own))
        }

    def past(self) -> frozenset[str]:
        """Return the harms that words call past, in each part that names them."""
        is_over = any(map(self._is_called_past, self._for_all))
        return frozenset(
            harm
            for harm, own in self._parts_of_harms().items()
            if self._plain.issuperset(own)
            and (is_over or all(map(self._is_called_past, own)))
        )

    def _parts_of_harms(self) -> Mapping[str, list[str]]:
        return {
            harm: [one for one, named in self._harms.items() if harm in named]
            for harm in frozenset[str]().union(*self._harms.values())
        }

    def _is_called_past(self, part: str) -> bool:
        return bool(self._terminology.kinds.named(part, PAST_BY_WORDS))

    def _is_plain(self, part: str) -> bool:
        """Tell if a part has nothing but a harm named once, a day and known words."""
        terminology = self._terminology
        words = terminology.years.without_months(part)
        return _says_only(AROUND_A_HARM, words, self._harms[part], terminology)


def _says_only(
    rule: str, words: str, named: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if words have nothing but words of a rule, and a harm named once.

    Args:
        rule: of `kinds/`.
        words: a part of a text.
        named: what it names.
        terminology: the service's terminology.
    """
    if not named <= OF_STAYS:
        return False

    def without_name(match: re.Match[str]) -> str:
        return " " if _named(match[1], terminology) == named else match[0]

    once = _IN_BRACKETS.sub(without_name, words) if named else words
    nameless = without_names(once, named, terminology, most=len(named))
    return not LETTER.search(terminology.kinds.without(nameless, rule))


def _sentences_of_harms(part: str, terminology: Terminology) -> list[str]:
    """Cut a part at full stops if several sentences name something.

    Any other full stop is that of an abbreviation: "Z. n. AKI".
    """
    pieces = [one.strip() for one in sentences(part) if one.strip()]
    harms = [one for one in pieces if _named(one, terminology) & OF_STAYS]
    return pieces if len(harms) > 1 else [part]


def _only_in(
    such: Collection[str], parts: Iterable[str], terminology: Terminology
) -> frozenset[str]:
    """Return the concepts that some parts name and no other part does."""
    named, named_apart = set[str](), set[str]()
    for part in parts:
        (named if part in such else named_apart).update(_named(part, terminology))
    return frozenset(named - named_apart)


def _named(part: str, terminology: Terminology) -> frozenset[str]:
    """Return what a part names, suspected or not."""
    plain = terminology.clauses.without_suspicion(part)
    return terminology.text_concepts(part) | terminology.text_concepts(plain)


def _is_prevention(part: str, terminology: Terminology) -> bool:
    """Tell if a part says only that a harm is to be prevented: "ONJ prophylaxis".

    "To prevent worsening of ONJ" says more: the harm is there.
    """
    if not terminology.grave_stems.is_prevention(part):
        return False
    # Next to a word of prevention no name is found, and that word calls it suspected.
    plain = terminology.clauses.without_suspicion(part)
    named = _named(part, terminology)
    return _says_only(OF_PREVENTION, plain, named, terminology)
