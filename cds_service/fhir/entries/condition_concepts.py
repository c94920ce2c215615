"""Find what an entry of the problem list names."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any

from cds_service.fhir.entries.coded import Coded
from cds_service.fhir.entries.condition_asides import (
    ConditionAsides,
    are_asides_judged,
    read_asides,
)
from cds_service.fhir.entries.fractures.bones import CERVICAL
from cds_service.fhir.entries.fractures.earlier_in_words import (
    EARLIER,
    calls_fracture_old,
    names_broken_vertebra,
    names_earlier_fracture,
    names_several_fractures,
)
from cds_service.fhir.entries.fractures.healed_fractures import (
    HEALED,
    OF_NO_BONE,
    is_of_other_bone,
)
from cds_service.fhir.entries.fractures.leg_injuries import leg_injuries
from cds_service.fhir.entries.fractures.neck_in_words import neck_in_words
from cds_service.fhir.entries.grave.failing_legs import names_failing_leg
from cds_service.fhir.entries.grave.grave_concepts import (
    BROKEN_ASIDE,
    CANCERS,
    GRAVE,
    MAY_BEAR_ON_SPINE,
    OF_THE_SPINE,
    OPENING,
    UNREAD_REASON,
)
from cds_service.fhir.entries.grave.open_codes import left_open_by
from cds_service.fhir.entries.harm.news_in_conditions import (
    ACUTE,
    NERVE_ROOT,
    UNUSUAL,
    has_begun_lately,
    is_acutely_ill,
    is_of_nerve_root,
    is_unusual_diagnosis,
    news_by_name,
)
from cds_service.fhir.entries.listed import (
    OF_NO_CONCERN,
    is_entry_understood,
    is_withheld,
    short_texts,
)
from cds_service.fhir.entries.named_in_asides import drugs_told_in_doubt
from cds_service.fhir.entries.walking_limits import limits_of_diagnosis
from cds_service.fhir.entries.words.asides import asides_of
from cds_service.fhir.entries.words.bystanders import (
    SPINAL,
    added_to,
    is_bystander_problem,
    other_words_of,
)
from cds_service.fhir.entries.words.cancer_words import (
    AGAIN,
    EXAM_AWAITED,
    SPREADING,
    may_be_back,
    only_denies_spread,
)
from cds_service.fhir.entries.words.feared import fears_cancer, without_feared_cancers
from cds_service.fhir.entries.words.fracture_sites import (
    broken_elsewhere,
    fractured_there,
)
from cds_service.fhir.entries.words.open_concepts import (
    MAY_BE_GRAVE,
    MAY_NEED_BRACE,
    NOT_UNDERSTOOD,
    OF_RECORD,
    SOCIAL,
)
from cds_service.fhir.entries.words.problem_words import (
    has_grave_stem,
    in_doubt,
    is_denial,
    named_in,
    read_problem_words,
    undenied_parts,
)
from cds_service.fhir.entries.words.turned_titles import turned_titles
from cds_service.fhir.entries.words.unread_in_reasons import (
    has_code_alone,
    is_reason_understood,
    is_title_plain,
    words_of_reasons,
)
from cds_service.fhir.leaves import codes_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS, LONGEST_TEXT
from cds_service.fhir.raw_json import Json, member, objects, texts_of

# These leave a finding open, whatever is written next to their code.
GRAVE_BY_CODE = OF_THE_SPINE | SPINAL
MAY_BE_OF_THE_SPINE = frozenset({MAY_BE_GRAVE, *map(in_doubt, GRAVE_BY_CODE)})
# A disease of the spine without a name. A harmless name is one.
SPINE_UNSTATED = frozenset({"spinal-disease-unstated"})
ABOUT_RECORD = ("about-record",)
FOLLOW_UP = ("cancer-follow-up",)
# Cancers outside bone and marrow, and those of the bone, by the names of their lists.
CANCER_OVER = "cancer-ever"
OF_THE_BONE = frozenset(
    {"malignancy", "myeloma", "bone-metastasis", "bone-malignancy-ever"}
)
# What a text next to a harmless code may tell besides its name.
TOLD_BESIDE = ("exam-awaited", "cause-in-plain-words")
_MGUS = re.compile(r"(?i)\b(?:mgus|gammopath\w*|gammapat\w*|gammopat\w*)")
CANCER_IN_SHORT = ("cancer-in-short",)
# What a title and its stage say together without a doubt.
STATED_IN_PARTS = frozenset({"severe-kidney-disease"})
# A nodule, a mass or a raised marker names no tumour, whatever the code next to it.
MAY_BE_TUMOUR = ("tumour-in-question",)
BURST = frozenset({"stable-burst-fracture", in_doubt("stable-burst-fracture")})
UNSTABLE = "unstable-fracture"
OF_LIMB = ("bone-of-limb",)
BURST_KINDS = ("called-burst", "called-stable")  # rules of `kinds/`
GAIT_OR_BLADDER = ("gait-or-bladder",)
_DIVIDED = re.compile(r"[,;()]")


def concepts_of_condition(diagnosis: Coded, terminology: Terminology) -> frozenset[str]:
    """Return the concepts of a condition, with what it names besides.

    One whose category is that of the family history is none of the patient's.
    """
    if diagnosis.is_of_relatives:
        return frozenset({NOT_UNDERSTOOD})
    if diagnosis.concepts.isdisjoint(GRAVE | CANCERS) and fears_cancer(
        diagnosis.raw, terminology
    ):
        plain = without_feared_cancers(diagnosis.raw, terminology)
        fearless = concepts_of_condition(diagnosis._replace(raw=plain), terminology)
        return fearless | {NOT_UNDERSTOOD}
    known = _named_by_condition(diagnosis, terminology)
    known |= _told_besides(diagnosis, known, terminology)
    is_bystander = is_bystander_problem(diagnosis, terminology)
    if is_bystander and known.isdisjoint(MAY_BE_OF_THE_SPINE):
        return known
    return known | {MAY_NEED_BRACE}


def _named_by_condition(diagnosis: Coded, terminology: Terminology) -> frozenset[str]:
    """Return the concepts that code, words and asides name, each read with the rest."""
    condition = diagnosis.raw
    known = _concepts_of_diagnosis(diagnosis, terminology)
    if is_of_other_bone(diagnosis, terminology):
        known -= OF_NO_BONE
    known |= {*fractured_there(condition, known, terminology)}
    known |= broken_elsewhere(condition, known, terminology)
    words = (*texts_of(condition.get("code")), *other_words_of(condition))
    known |= drugs_told_in_doubt(words, known, terminology)
    known |= _told_by_stems(condition, known, terminology)
    known |= _told_in_parts(condition, known, terminology)
    known |= _told_of_cancer(condition, known, terminology)
    known |= _left_open_by_asides(condition, known, terminology)
    if elsewhere := _unstable_elsewhere(condition, known, terminology):
        known = (known - elsewhere) | {NOT_UNDERSTOOD}
    known |= _unstable_by_words(condition, known, terminology)
    return known | _earlier_by_title(diagnosis, known, terminology)


def _told_besides(
    diagnosis: Coded, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what a condition tells besides: news, other injuries, limits of training.

    Args:
        diagnosis: the condition.
        known: the concepts that it names.
        terminology: the service's terminology.
    """
    condition = diagnosis.raw
    told = _news_of(condition, terminology)
    told |= leg_injuries(condition.get("code"), terminology)
    if CERVICAL not in known and (neck := neck_in_words(condition, terminology)):
        told |= {CERVICAL if neck == "stated" else in_doubt(CERVICAL)}
    return told | limits_of_diagnosis(condition, terminology)


def _news_of(condition: Json, terminology: Terminology) -> frozenset[str]:
    """Return what makes a condition news if it began since the operation."""
    news = set[str]()
    by_name = news_by_name(condition, terminology)
    if by_name == "grave" or is_acutely_ill(condition, terminology):
        news.add(ACUTE)
    elif (
        by_name == "seldom"
        or (by_name == "lasting" and has_begun_lately(condition))
        or is_unusual_diagnosis(condition, terminology)
    ):
        news.add(UNUSUAL)
    if is_of_nerve_root(condition.get("code"), terminology):
        news.add(NERVE_ROOT)
    return frozenset(news)


def _concepts_of_diagnosis(
    diagnosis: Coded, terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of a condition's code and words, and those of its asides.

    What the words name is added, certain or in doubt: the list then cannot say "no" to
    it, whatever the code is.
    """
    condition = diagnosis.raw
    code = condition.get("code")
    texts = {*texts_of(code)}
    words = short_texts(texts)
    is_short = words == texts
    concepts = _with_words(
        diagnosis.concepts, words | _words_of_modifiers(code), terminology
    )
    is_named = bool(words) and all(map(terminology.harmless.is_harmless, words))
    if is_short and (
        is_named
        or terminology.everyday_diseases.are_known(words)
        or (words and all(_is_deficit_beside_pain(one, terminology) for one in words))
    ):
        concepts -= SPINE_UNSTATED
    asides = read_asides(condition)
    concepts |= _doubted_by_asides(asides, diagnosis, concepts, terminology)
    known = concepts - OF_NO_CONCERN

    names_nothing = is_short and not known and not is_withheld(condition, terminology)
    if (
        names_nothing
        and terminology.harmless.is_social(condition, texts)
        and not _is_code_unjudged(code, terminology)
    ):
        return SOCIAL
    is_understood = is_short and is_entry_understood(
        diagnosis, concepts, words, terminology
    )
    if not is_understood:
        return concepts | {NOT_UNDERSTOOD}
    is_judged = are_asides_judged(asides, terminology)
    if not (is_judged and _is_identified(diagnosis, words, terminology)):
        is_of_words = not known and not terminology.identifies("conditions", code)
        is_of_record = is_of_words and _is_of_record(words, terminology)
        return known | {MAY_BE_GRAVE, *(OF_RECORD if is_of_record else ())}
    if not known and terminology.is_social(code):
        return SOCIAL
    return known


def _is_deficit_beside_pain(title: str, terminology: Terminology) -> bool:
    """Tell if a title has a deficit in plain speech, and of the spine a known name.

    "Unable to walk, back pain" names the pain, and asks for a deficit.
    """
    return terminology.grave_stems.deficits.are_in(title) and all(
        terminology.harmless.is_harmless(part)
        or SPINE_UNSTATED.isdisjoint(terminology.text_concepts(part))
        for part in map(str.strip, clauses(title))
    )


def _is_code_unjudged(code: Any, terminology: Terminology) -> bool:
    """Tell if a code of a system that we read is in no value set and not harmless."""
    return terminology.identifies("conditions", code) and not terminology.excludes(code)


def _told_by_stems(
    condition: Json, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the tumour, infection or deficit that parts of words tell of, in doubt.

    A title whose name is known, or that only denies, tells of no more. A tumour is told
    of by its stage or its markers if no code is known, and by a nodule, a mass or a
    raised marker whatever the code.
    """
    stems = terminology.grave_stems
    is_coded = terminology.identifies("conditions", condition.get("code"))
    named = {
        title: named_in([title], terminology) & GRAVE
        for title in short_texts({*texts_of(condition.get("code"))})
    }
    titles = [title for title, grave in named.items() if not grave]
    told = [
        concept
        for title in titles
        for part in undenied_parts(title, terminology)
        for concept in stems.concepts_in(part)
    ]
    for title in filter(stems.deficits.are_in, titles):
        is_of_gait = terminology.kinds.named(title, GAIT_OR_BLADDER)
        told.append("sphincter-trouble" if is_of_gait else "spinal-cord-disease")
    if any(names_failing_leg(title, terminology) for title in titles):
        told.append("neurological-deficit")
    rules = MAY_BE_TUMOUR if is_coded else (*MAY_BE_TUMOUR, *CANCER_IN_SHORT)
    if not known & CANCERS and any(
        terminology.kinds.named(part, rules)
        for title in titles
        if terminology.kinds.named(title, rules)
        for part in undenied_parts(title, terminology)
    ):
        told.append("malignancy")
    # "No metastasis L1, metastasis L3" denies one of them.
    denying = (title for title in named if terminology.clauses.denies(title))
    told += chain.from_iterable(
        named[title] - _of_another([title], terminology) for title in denying
    )
    return frozenset(map(in_doubt, {*told} - known))


def _told_in_parts(
    condition: Json, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what a title tells, in doubt, if turned or with site and stage.

    "Weakness, left leg" and "Weakness" of the left leg are a weak leg.
    """
    spoken = turned_titles(condition, terminology)
    stems = terminology.grave_stems
    told = {*(named_in(spoken, terminology) & GRAVE)} if spoken else set()
    told.update(concept for one in spoken for concept in stems.concepts_in(one))
    for one in filter(stems.deficits.are_in, spoken):
        is_of_gait = terminology.kinds.named(one, GAIT_OR_BLADDER)
        told.add("sphincter-trouble" if is_of_gait else "spinal-cord-disease")
    sure = told & STATED_IN_PARTS
    return frozenset((*sure, *map(in_doubt, told - known - sure)))


def _of_another(titles: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return what titles name of a relative alone: `myeloma (father)`."""
    return read_problem_words(frozenset(), titles, terminology).of_another


def _unstable_by_words(
    condition: Json, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the unstable fracture that a burst in words may be, in doubt (E14).

    One that a code or a word calls stable is none.
    """
    code = condition.get("code")
    is_coded = not BURST.isdisjoint(terminology.concepts([code]))
    if known.isdisjoint(BURST) or UNSTABLE in known or is_coded:
        return frozenset()
    kinds = frozenset[str]().union(
        *(terminology.kinds.named(one, BURST_KINDS) for one in texts_of(code))
    )
    return frozenset({in_doubt(UNSTABLE)} if kinds == {"called-burst"} else ())


def _unstable_elsewhere(
    condition: Json, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the unstable fracture that words name of another bone than a vertebra."""
    code = condition.get("code")
    unstable = known & {UNSTABLE, in_doubt(UNSTABLE)}
    if not unstable or UNSTABLE in terminology.concepts([code]):
        return frozenset()
    words = (*texts_of(code), *other_words_of(condition))
    naming = [one for one in words if UNSTABLE in terminology.text_concepts(one)]
    # In "Unstable fracture, old hip fracture" the hip is not what is unstable.
    naming += [
        part
        for one in naming
        for part in _DIVIDED.split(one)
        if UNSTABLE in terminology.text_concepts(part)
    ]
    is_elsewhere = bool(naming) and all(
        terminology.kinds.named(one, OF_LIMB) for one in naming
    )
    return unstable if is_elsewhere else frozenset()


def _words_of_modifiers(code: Any) -> set[str]:
    """Return the words in extensions of a code, which may modify the diagnosis."""
    # JP Core writes `\u306e\u7591\u3044` (suspected) there.
    extensions = objects(member(code, "extension"))
    return {
        word
        for extension in extensions
        for word in texts_of(extension.get("valueCodeableConcept"))
    }


def _doubted_by_asides(
    asides: ConditionAsides,
    diagnosis: Coded,
    concepts: frozenset[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return what the asides name besides these concepts, each in doubt."""
    condition = diagnosis.raw
    other_codes = codes_of([*added_to(condition), condition.get("severity")])
    coded = terminology.concepts([*asides.codes, *other_codes])
    coded |= diagnosis.of_categories
    reading = read_problem_words(coded, asides.words, terminology)
    named = coded | reading.stated | reading.suspected | reading.unclear
    return frozenset(map(in_doubt, (named & OPENING) - concepts))


def _is_identified(
    diagnosis: Coded, words: Iterable[str], terminology: Terminology
) -> bool:
    """Tell if a condition is known well enough to exclude a grave finding.

    - If a code identifies it: by a value set or a harmless range. A code of a grave
      thing is enough. Next to a vague code, each text must also be a denial, or plain
      and without a part of a grave word. Next to any other harmless code, a text with
      such a part must be plain, and so must one that tells of something besides.
    - By any other code that names a concept.
    - Without such a code: if all its words are names of harmless diseases, or are made
      of such names and known words: "Gonarthrose bds.", "stent RIVA 2015". Other free
      words never support a "no", nor do those of a denial.
    """
    code = diagnosis.raw.get("code")
    if terminology.identifies("conditions", code):
        if not terminology.excludes(code):
            return False
        if not diagnosis.concepts.isdisjoint(GRAVE_BY_CODE):
            return True
        fits = _fits_clear_code if terminology.suffices(code) else _fits_vague_code
        return all(fits(word, terminology) for word in words)
    if diagnosis.concepts:
        return True
    titles = [*words]
    return bool(titles) and all(
        terminology.harmless.is_harmless(title)
        or terminology.harmless_names.are_known([title])
        for title in titles
    )


def _fits_clear_code(words: str, terminology: Terminology) -> bool:
    """Tell if a text is plain, or tells of nothing grave and of nothing besides."""
    if is_title_plain(words, terminology):
        return True
    is_grave = has_grave_stem(words, terminology)
    return not (is_grave or _tells_besides(words, terminology))


def _fits_vague_code(words: str, terminology: Terminology) -> bool:
    """Tell if a text is a denial, or is plain and without a part of a grave word."""
    if is_denial(words, terminology):
        return True
    is_plain = is_title_plain(words, terminology)
    return is_plain and not has_grave_stem(words, terminology)


def _tells_besides(words: str, terminology: Terminology) -> bool:
    """Tell if words next to a harmless code are no name of it, and may be grave.

    They await an examination, name a broken vertebra, or tell of progress of an MGUS.
    """
    kinds, bound = terminology.kinds, terminology.plain.bound
    if kinds.named(words, TOLD_BESIDE):
        return True
    if bound.names_broken(words) and terminology.levels.named(words):
        return True
    return bool(_MGUS.search(words) and kinds.named(words, AGAIN))


def _parts_of(title: str) -> Iterator[str]:
    """Yield the parts of a title, and what each has after a colon: `PMH: gout`."""
    for part in clauses(title):
        yield part.strip()
        yield part.rpartition(":")[2].strip()


def _is_of_record(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words are about a history or a record, and name no disease.

    They may say that the history was not taken, in whatever words. Words that deny or
    look for something name it.
    """
    parts = [part for word in words for part in (word, *_parts_of(word))]
    is_named = any(
        terminology.harmless.is_harmless(part) or terminology.ruled_out(part)
        for part in parts
    )
    return not is_named and any(
        terminology.kinds.named(word, ABOUT_RECORD) for word in words
    )


def _with_words(
    coded: frozenset[str], words: Collection[str], terminology: Terminology
) -> frozenset[str]:
    """Add the concepts that words name to those of a condition's code.

    A concept in doubt gets the name that `in_doubt` gives it.
    """
    if not words:
        return coded
    reading = read_problem_words(coded, words, terminology)
    doubtful = reading.suspected | (reading.unclear - coded)
    known = coded | reading.stated | frozenset(map(in_doubt, doubtful))
    return known | {NOT_UNDERSTOOD} if reading.of_another else known


def _left_open_by_asides(
    condition: Json, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what the asides of a diagnosis leave open, each concept in doubt."""
    codes = (one.code for one in asides_of(condition) if one.code is not None)
    concepts = left_open_by(codes, terminology)
    words = [*words_of_reasons(condition, terminology)]
    on_fractures = [one for one in words if _is_of_a_fracture(one, terminology)]
    is_earlier = names_earlier_fracture(on_fractures, terminology)
    if is_earlier or names_several_fractures(words, terminology):
        concepts |= {EARLIER}
    if names_broken_vertebra(condition, words, terminology):
        concepts |= {BROKEN_ASIDE}
    unread, is_awaited = words, False
    if CANCER_OVER in known and known.isdisjoint(OF_THE_BONE):
        unread = [one for one in words if not _is_follow_up(one, terminology)]
        told = (*words, *texts_of(condition.get("code")))
        is_awaited = any(terminology.kinds.named(one, EXAM_AWAITED) for one in told)
    is_understood = not is_awaited and is_reason_understood(
        unread, frozenset(), terminology
    )
    if not is_understood or has_code_alone(condition, terminology):
        concepts |= {UNREAD_REASON, MAY_BEAR_ON_SPINE}
    return frozenset(map(in_doubt, concepts))


def _told_of_cancer(
    condition: Json, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return a malignancy of bone in doubt if the words of a cancer tell of one.

    They may tell of bone lesions, of progress, or of a search for them that is awaited.
    """
    if CANCER_OVER not in known or not known.isdisjoint(OF_THE_BONE):
        return frozenset()
    words = (*texts_of(condition.get("code")), *read_asides(condition).words)
    is_again = may_be_back(words, known, terminology)
    return frozenset({in_doubt("malignancy")} if is_again else ())


def _is_follow_up(note: str, terminology: Terminology) -> bool:
    """Tell if each part of a note is plain, or of the follow-up of a cancer.

    So is one that only denies that it has spread or come back: "keine Filiae".
    """
    if len(note) > LONGEST_TEXT:
        return False
    parts = [part for one in sentences(note) for part in _DIVIDED.split(one)]
    return all(
        terminology.kinds.named(part, FOLLOW_UP)
        or (
            only_denies_spread(part, terminology)
            and terminology.kinds.named(part, SPREADING)
        )
        or is_reason_understood([part], frozenset(), terminology)
        for part in parts
        if part.strip()
    )


def _earlier_by_title(
    diagnosis: Coded, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the earlier fracture that a title leaves open and does not state.

    It calls the fracture old, or names several. The code of a healed fracture leaves it
    open itself, unless it is of another bone.
    """
    if EARLIER in known or HEALED in diagnosis.concepts:
        return frozenset()
    # An entry whose titles are too long is not understood anyway.
    titles = short_texts({*texts_of(diagnosis.raw.get("code"))})
    is_several = names_several_fractures(titles, terminology)
    is_open = is_several or calls_fracture_old(titles, terminology)
    return frozenset({in_doubt(EARLIER)} if is_open else ())


def _is_of_a_fracture(note: str, terminology: Terminology) -> bool:
    """Tell if a note names a fracture or an augmentation: "chronic" alone does not."""
    augmentations = terminology.text_concepts(note, AUGMENTATIONS)
    return bool(augmentations) or terminology.plain.bound.names_broken(note)
