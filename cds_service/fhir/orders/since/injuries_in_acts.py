"""Find broken bones and grave illness that only an act since an operation names.

A hip that broke on the ward may be named by the reason of an X-ray alone.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.facts.leaving import INJURY_KINDS
from cds_service.fhir.certainty import certainty_of, is_later_encounter
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.bones import (
    BROKEN,
    CARRYING,
    CERVICAL,
    FALLS,
    OTHER_BONE,
    VERTEBRAL,
    WORDED,
)
from cds_service.fhir.entries.fractures.leg_injuries import LEG_BROKEN
from cds_service.fhir.entries.harm.act_words import (
    DRUGS,
    REASONED,
    TITLES,
    course_of,
    names_of_reasons,
    titles_of,
    told_beside,
)
from cds_service.fhir.entries.harm.harm_codes import EARLIER
from cds_service.fhir.entries.harm.harm_in_acts import bones_repaired_by, is_neck_brace
from cds_service.fhir.entries.harm.harm_words import (
    AGAIN,
    bones_in_words,
    illnesses_in_words,
    joins_what_is_new,
    reasons_in_title,
)
from cds_service.fhir.entries.harm.news_in_conditions import ACUTE
from cds_service.fhir.entries.words.own_words import without_neighbours
from cds_service.fhir.entries.words.past_by_words import OLD_FRACTURE
from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.entries.words.told_before_asked import without_prevention
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.reasons_of_stay import names_of_discharge
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.orders.since.asides_as_reasons import (
    notes_of_operation,
    told_at_diagnoses,
    told_of_operation,
    told_of_visits,
)
from cds_service.fhir.orders.since.hip_repairs import sides_of
from cds_service.fhir.orders.since.injuries import FOLLOWED_UP
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.site_calendar import WRITTEN_YEAR, is_dated_before

FALL, NEW_VERTEBRA, NECK = "fall", "new-vertebra", "neck-fracture"
# Of the leg or the pelvis, as codes of the problem list name them.
OF_LEG = frozenset({LEG_BROKEN, "hip-fracture", "pelvic-fracture"})
THIGH = CARRYING - {"pelvic-fracture"}
# Rules of `kinds/`.
PAST = ("past-in-reason",)
HEALED_OR_PAST = ("past-alone", "repaired-or-healed")
DAY = timedelta(days=1)
CATEGORY = 3  # characters of an ICD code
CIRCULATION = ("I", "G45")  # categories of ICD-10
ABBREVIATED = re.compile(r"\b(z|st)\. ?n\.", re.IGNORECASE)  # no end of a sentence
SIDE = re.compile(r"\b(li|re|lt|rt|bds|prox|dist)\.", re.IGNORECASE)  # nor is this
# A comma, or a word after which something else of the past is named.
PART = re.compile(
    r"[,，、()]|\b(?=(?:known|bekannte?[rsn]?|bek\.|z\. ?n|zn|zustand nach|st\. ?n|s/p"
    r"|status post|history of|hx|h/o|pmhx?|pregress\w*|ant[eé]c[eé]d\w*|atcd|stan po"
    r"|bekend met)\b)",
    re.IGNORECASE,
)
HEADING = re.compile(r"^[^:：]*[:：]")


class Named(NamedTuple):
    """A broken bone or a grave illness that an entry names.

    Attributes:
        name: of the bone, or the category of the code of an illness.
        code: the category of its code; empty if words name it.
        sides: those that the entry names.
        is_illness_in_words: it is a grave illness, as words call it.
    """

    name: str
    code: str
    sides: frozenset[str]
    is_illness_in_words: bool = False

    def is_of_vessels(self) -> bool:
        """Tell if a drug may be for it whose cause is long past."""
        return self.name.startswith(CIRCULATION) or self.is_illness_in_words

    def may_be(self, other: "Named") -> bool:
        """Tell if this may be what another entry names, which is older."""
        is_other_side = bool(
            self.sides and other.sides and not self.sides <= other.sides
        )
        is_other_bone = (
            self.name not in CARRYING
            and bool(self.code and other.code)
            and self.code != other.code
        )
        is_of_leg = self.name == LEG_BROKEN and other.name in OF_LEG
        is_named = self.name == other.name or is_of_leg
        return is_named and not (is_other_side or is_other_bone)


# The entry, and what it names.
Naming = tuple[str, list[Named]]


def injured_acts_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the acts of this day or later that name what no older entry names.

    Titles, reasons and notes of acts and drugs are read, notes on diagnoses, how the
    operation went, and visits to come. In the stay that ends only a broken hip, pelvis,
    thigh or neck counts. A rigid brace of the neck is worn for a neck that may be
    broken. What is on the problem list with a day is known, or counted there.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    naming = [
        *_named_by_acts(record, since, terminology),
        *_named_in_asides(record, since, performed, terminology),
        *_named_in_notes(record, since, performed, terminology),
        *_named_by_stays(record, since, terminology),
    ]
    new = [(reference, named) for reference, named in naming if named]
    if not new:
        return frozenset()
    known = _known(record, since, terminology)
    return frozenset(
        reference
        for reference, named in new
        if any(not any(map(one.may_be, known)) for one in named)
    )


def _named_by_acts(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Naming]:
    """Yield what acts and drugs of this day or later name."""
    had_before = _has_history(record)
    for act in _acts(record, terminology):
        # A repair of a broken hip is an injury itself.
        is_repair = act.resource_type == "Procedure" and act.concepts & CARRYING
        if is_repair or not is_since(act.raw, since, terminology.calendar):
            continue
        named = _named_by(act.raw, terminology, since)
        if not is_since(act.raw, since + DAY, terminology.calendar):
            # The fall that broke the treated vertebra led to the operation.
            named = [one for one in named if one.name != FALL]
        if act.resource_type in DRUGS:
            named = [one for one in named if not (had_before and one.is_of_vessels())]
            named = _not_long_treated(named, record, since, terminology)
        yield act.reference, named


def _named_in_asides(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> Iterator[Naming]:
    """Yield what is told next to diagnoses, the operation and visits to come."""
    asides = (
        *told_at_diagnoses(record, since, terminology),
        *told_of_operation(record, performed),
        *told_of_visits(record, since, terminology),
    )
    for aside in asides:
        yield aside.reference, _named_by(aside.raw, terminology, since)


def _named_in_notes(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> Iterator[Naming]:
    """Yield the broken bones in notes of the operation.

    All other words of these notes are read as the course of the operation.
    """
    for note in notes_of_operation(record, performed):
        named = _named_by(note.raw, terminology, since)
        yield (
            note.reference,
            [one for one in named if not one.is_illness_in_words and one.name != FALL],
        )


def _named_by_stays(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Naming]:
    """Yield the broken bones of hip, pelvis, leg and neck that the stay names.

    Its diagnoses of the discharge also count by the grave illness that they name.
    """
    for stay in record.of_key("encounter"):
        named = _named_by(stay.raw, terminology, since)
        left_with = names_of_discharge(stay.raw)
        yield (
            stay.reference,
            [
                *(one for one in named if one.name in CARRYING | {LEG_BROKEN, NECK}),
                *_illnesses_named(left_with, since, terminology),
            ],
        )


def _not_long_treated(
    named: Sequence[Named],
    record: PatientRecord,
    since: date,
    terminology: Terminology,
) -> list[Named]:
    """Leave out the illness in words for which a drug may go on.

    It may if the problem list names a grave illness from before the operation.
    """
    is_ill = any(
        (ACUTE in entry.concepts or _illnesses_of(entry.raw, terminology))
        and _is_before(entry.raw, record, since, terminology)
        for entry in record.of_key("conditions")
    )
    return [one for one in named if not (is_ill and one.is_illness_in_words)]


def _is_before(
    condition: Json, record: PatientRecord, since: date, terminology: Terminology
) -> bool:
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    _, last = begun(condition, birth, calendar)
    day = last or calendar.last_day(recorded_on(condition))
    return day is not None and day < since


def _illnesses_of(condition: Json, terminology: Terminology) -> frozenset[str]:
    return frozenset(
        name
        for words in texts_of(condition.get("code"))
        for name in illnesses_in_words(words, terminology)
    )


def _acts(record: PatientRecord, terminology: Terminology) -> Iterator[Entry]:
    for act in record.entries:
        is_void = text(act.raw.get("status")) in NEVER or is_prohibition(act.raw)
        if act.resource_type not in REASONED or is_void:
            continue
        if not is_augmentation(act.raw, terminology):
            yield act


def _has_history(record: PatientRecord) -> bool:
    """Tell if the problem list names an earlier infarction, stroke or clot."""
    return any(EARLIER in entry.concepts for entry in record.of_key("conditions"))


def _known(
    record: PatientRecord, since: date, terminology: Terminology
) -> Sequence[Named]:
    """List what the problem list names with a day, and what an older act names."""
    known: list[Named] = []
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    for entry in record.of_key("conditions"):
        is_dated = recorded_on(entry.raw) or begun(entry.raw, birth, calendar)[0]
        if not is_dated or certainty_of(entry.raw) == "denied":
            continue
        sides = sides_of(entry.raw, terminology)
        known += _named_in_code(entry.raw.get("code"), sides, terminology)
        known += [Named(_bone(one), "", sides) for one in entry.concepts & WORDED]
        known += [Named(FALL, "", sides) for _ in entry.concepts & FALLS]
        known += [_ill(one) for one in _illnesses_of(entry.raw, terminology)]
        first, last = begun(entry.raw, birth, calendar)
        day = last or first or calendar.last_day(recorded_on(entry.raw))
        if LEG_BROKEN in entry.concepts and day and day >= since - FOLLOWED_UP:
            known.append(Named(LEG_BROKEN, "", sides))
    for act in _acts(record, terminology):
        if not is_since(act.raw, since, terminology.calendar):
            known += _named_by(act.raw, terminology, since)
    return known


def _ill(name: str) -> Named:
    return Named(name, "", frozenset(), is_illness_in_words=True)


def _named_by(act: Json, terminology: Terminology, since: date) -> list[Named]:
    """List what the title, the reasons and the notes of an act name, and is not old."""
    is_stay = act.get("resourceType") == "Encounter"
    titles = [] if is_stay else codeables(act, *TITLES)
    reasons = [*codeables(act, "reasonCode"), *course_of(act)]
    sides = frozenset[str]().union(
        *(sides_of({"code": one}, terminology) for one in (*titles, *reasons)),
        sides_of({"bodySite": act.get("bodySite")}, terminology),
    )
    called = [] if is_stay else titles_of(act)
    told = names_of_reasons(act)
    told += told_beside(act, terminology)
    words = [*called, *told]
    is_prevention = terminology.grave_stems.is_prevention
    if any(map(is_prevention, (*called, *names_of_reasons(act)))):
        reasons = []
    why = [one for title in called for one in reasons_in_title(title, terminology)]
    braced = [Named(NECK, "", frozenset())] if is_neck_brace(act, terminology) else []
    return [
        *braced,
        *(Named(bone, "", sides) for bone in bones_repaired_by(act, terminology)),
        *_named_in_reasons(reasons, sides, since, terminology),
        # Some codes of operations name what they repair.
        *(one for title in titles for one in _named_in_code(title, sides, terminology)),
        *_named_in_words(words, sides, since, terminology),
        *_illnesses_named((*told, *why), since, terminology),
    ]


def _named_in_reasons(
    reasons: Sequence[Json],
    sides: frozenset[str],
    since: date,
    terminology: Terminology,
) -> Iterator[Named]:
    """Yield what the codes of reasons name.

    Next to the code of a broken vertebra that of a fall is of what broke it.
    """
    concepts = terminology.concepts([*reasons])
    for reason in reasons:
        if any(_is_old(word, since, terminology) for word in texts_of(reason)):
            continue
        for named in _named_in_code(reason, sides, terminology):
            if named.name != FALL or concepts.isdisjoint(VERTEBRAL):
                yield named


def _illnesses_named(
    words: Iterable[str], since: date, terminology: Terminology
) -> Iterator[Named]:
    """Yield the grave illness that words name, and a vertebra that broke again."""

    def names_illness(words: str) -> bool:
        return bool(illnesses_in_words(words, terminology))

    told = map(terminology.grave_stems.deficits.without_advice, words)
    for whole in sentences_once(told):
        sentence = without_prevention(whole, terminology)
        parts = _parts(sentence)
        if not sentence or _is_heading_of_past(sentence, terminology):
            continue
        for part in parts:
            is_new = joins_what_is_new(part, terminology)
            # "Known AF and pulmonary embolism" has a known AF.
            own = without_neighbours(part, names_illness, PAST, terminology)
            if _is_old(own, since, terminology) and not is_new:
                continue
            yield from map(_ill, illnesses_in_words(part, terminology))
            for said in undenied_parts(part, terminology):
                if terminology.kinds.named(said, AGAIN):
                    yield Named(NEW_VERTEBRA, "", frozenset())


def _is_heading_of_past(sentence: str, terminology: Terminology) -> bool:
    heading = HEADING.match(sentence)
    return bool(heading and terminology.kinds.named(heading[0], PAST))


def _named_in_code(
    code: object, sides: frozenset[str], terminology: Terminology
) -> Iterator[Named]:
    for coding in objects(member({"code": code}, "code", "coding")):
        one = {"coding": [coding]}
        for system, canonical in terminology.codings(one):
            if is_later_encounter(canonical):
                continue
            category = canonical[:CATEGORY] if "icd" in system else canonical
            concepts = terminology.concepts(one)
            bones = concepts & (BROKEN | {CERVICAL})
            if bones:
                yield Named(_gravest(bones), category, sides)
            if not concepts.isdisjoint(FALLS):
                yield Named(FALL, category, frozenset())
            if terminology.complication_codes.is_acute(system, canonical):
                yield Named(category, category, frozenset())


def _named_in_words(
    words: Iterable[str],
    sides: frozenset[str],
    since: date,
    terminology: Terminology,
) -> Iterator[Named]:
    whole = (SIDE.sub(r"\1", ABBREVIATED.sub(r"\1n", prose)) for prose in words)
    for one in sentences_once(whole):
        sentence = without_prevention(one, terminology)
        if not sentence or _is_old(sentence, since, terminology):
            continue
        own = _of_fracture(sentence, terminology)
        bones = bones_in_words(own, terminology)
        if bones:
            yield Named(_gravest(bones), "", sides)


def is_told_as_past(words: str, since: date, terminology: Terminology) -> bool:
    """Tell if words of a broken bone call it old in each sentence, or prevent one."""
    told = [
        sentence
        for sentence in sentences_once(
            [SIDE.sub(r"\1", ABBREVIATED.sub(r"\1n", words))]
        )
        if bones_in_words(sentence, terminology)
    ]
    return all(
        terminology.grave_stems.is_prevention(one) or _is_old(one, since, terminology)
        for one in told
    )


def _is_old(words: str, since: date, terminology: Terminology) -> bool:
    """Tell if words call a fracture old, or name an earlier year alone."""
    own = _of_fracture(words, terminology)
    is_earlier = is_dated_before(own, since.year)
    is_past = terminology.kinds.named(own, PAST)
    return bool(is_earlier or is_past or terminology.text_concepts(own, OLD_FRACTURE))


def _of_fracture(words: str, terminology: Terminology) -> str:
    """Return words without those parts that tell of something else of the past.

    "Hip fracture, known osteoporosis" tells of an old disease, and of a fracture that
    may be new. A heading ("PMH: …") is of all that follows.
    """
    heading = HEADING.match(words)
    parts = _parts(words)
    bones = [bool(bones_in_words(one, terminology)) for one in parts]
    if not any(bones) or (heading and terminology.kinds.named(heading[0], PAST)):
        return words

    def names_bone(words: str) -> bool:
        return bool(bones_in_words(words, terminology))

    return ", ".join(
        without_neighbours(part, names_bone, PAST, terminology) if has_bone else part
        for part, has_bone in zip(parts, bones, strict=True)
        if has_bone
        or terminology.kinds.named(part, HEALED_OR_PAST)
        or not _is_of_past(part, terminology)
    )


def _parts(words: str) -> list[str]:
    """Cut words at what may be of another time, and leave out what they repeat."""
    return [one for one in dict.fromkeys(PART.split(words)) if one.strip()]


def _is_of_past(words: str, terminology: Terminology) -> bool:
    is_named = terminology.kinds.named(words, PAST)
    is_dated = WRITTEN_YEAR.search(words)
    return bool(is_named or is_dated or terminology.text_concepts(words, OLD_FRACTURE))


def _gravest(bones: Iterable[str]) -> str:
    ranked = sorted(
        bones,
        key=lambda bone: (
            # The neck comes after the bones that carry.
            bone not in CARRYING,
            bone != CERVICAL,
            INJURY_KINDS.index(bone)
            if bone in INJURY_KINDS and bone != OTHER_BONE
            else len(INJURY_KINDS) + (bone == OTHER_BONE),
        ),
    )
    return _bone(ranked[0])


def _bone(concept: str) -> str:
    """Return one name for the thigh, whose parts are often not told."""
    if concept in THIGH:
        return "hip-fracture"
    if concept == CERVICAL:
        return NECK
    return concept if concept in CARRYING | {LEG_BROKEN} else "other-fracture"
