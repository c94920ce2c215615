"""Find what an entry of the problem list names."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from cds_service.fhir.entries.coded import Coded
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
from cds_service.fhir.entries.fractures.neck_in_words import CERVICAL, neck_in_words
from cds_service.fhir.entries.grave.grave_concepts import (
    BROKEN_ASIDE,
    CANCERS,
    GRAVE,
    MAY_BEAR_ON_SPINE,
    OF_THE_SPINE,
    OPENING,
    UNREAD_REASON,
)
from cds_service.fhir.entries.grave.open_codes import is_unjudged, left_open_by
from cds_service.fhir.entries.harm_in_acts import (
    illnesses_in_words,
    is_harm_coded,
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
    EXAM_AWAITED,
    SPREADING,
    may_be_back,
    only_denies_spread,
)
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
from cds_service.fhir.entries.words.past_by_words import (
    LONG_PAST,
    PAST_BY_WORDS,
    is_onset_of_recording,
)
from cds_service.fhir.entries.words.problem_words import (
    has_grave_stem,
    in_doubt,
    is_denial,
    named_in,
    read_problem_words,
    undenied_parts,
)
from cds_service.fhir.entries.words.unread_in_reasons import (
    has_code_alone,
    is_reason_understood,
    is_title_plain,
    words_of_reasons,
)
from cds_service.fhir.leaves import codes_of
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.harmless.harmless import News
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences
from cds_service.fhir.mapping.texts.text_rules import (
    AUGMENTATIONS,
    LONGEST_TEXT,
    folded,
)
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR

# These leave a finding open, whatever is written next to their code.
GRAVE_BY_CODE = OF_THE_SPINE | SPINAL
MAY_BE_OF_THE_SPINE = frozenset({MAY_BE_GRAVE, *map(in_doubt, GRAVE_BY_CODE)})
# Grave illness by its code, which counts if it began since the operation.
ACUTE = "acute-illness"
# A code that is neither everyday nor in a value set, or seldom, counts likewise, and so
# does a harmless name that is not everyday when it is new.
UNUSUAL = "unusual-code"
# A disease of a nerve root by its code or title, which counts likewise.
NERVE_ROOT = "nerve-root"
# A disease of the spine without a name. A harmless name is one.
SPINE_UNSTATED = frozenset({"spinal-disease-unstated"})
# Rules of `kinds.toml`.
OF_NERVE_ROOT = ("nerve-root",)
OWN_TITLE = ("own-title",)
ABOUT_RECORD = ("about-record",)
FOLLOW_UP = ("cancer-follow-up",)
# Cancers outside bone and marrow, and those of the bone, by the names of their lists.
CANCER_OVER = "cancer-ever"
OF_THE_BONE = frozenset(
    {"malignancy", "myeloma", "bone-metastasis", "bone-malignancy-ever"}
)
# What a text next to a harmless code may tell besides its name.
TOLD_BESIDE = ("exam-awaited", "cause-in-plain-words")
IN_PROGRESS = ("cancer-again",)
_MGUS = re.compile(r"(?i)\b(?:mgus|gammopath\w*|gammapat\w*|gammopat\w*)")
CANCER_IN_SHORT = ("cancer-in-short",)
# A nodule, a mass or a raised marker names no tumour, whatever the code next to it.
MAY_BE_TUMOUR = ("tumour-in-question",)
_DIVIDED = re.compile(r"[,;()]")
_PARTS = re.compile(r"[,;()、，；（）]")
# A month in a title, and the start of a FHIR day.
_MONTH = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])[/.]((?:19|20)\d\d)(?!\d)")
_DAY = re.compile(r"(\d{4})-(\d\d)")
# Behind the name of an illness: it is over.
_NO_NEWS = re.compile(r"\bin vg\b|後$|病史|병력")


def concepts_of_condition(diagnosis: Coded, terminology: Terminology) -> frozenset[str]:
    """Return the concepts of a condition, with what it names besides.

    One whose category is that of the family history is none of the patient's.
    """
    if diagnosis.is_of_relatives:
        return frozenset({NOT_UNDERSTOOD})
    condition = diagnosis.raw
    known = _concepts_of_diagnosis(diagnosis, terminology)
    if is_of_other_bone(diagnosis, terminology):
        known -= OF_NO_BONE
    known |= {*fractured_there(condition, known, terminology)}
    known |= broken_elsewhere(condition, known, terminology)
    words = (*texts_of(condition.get("code")), *other_words_of(condition))
    known |= drugs_told_in_doubt(words, known, terminology)
    known |= _told_by_stems(condition, known, terminology)
    known |= _told_of_cancer(condition, known, terminology)
    known |= _left_open_by_asides(condition, known, terminology)
    known |= _earlier_by_title(diagnosis, known, terminology)
    news = _news_by_name(condition, terminology)
    if news == "grave" or _is_acute(condition, terminology):
        known |= {ACUTE}
    elif (
        news == "seldom"
        or (news == "lasting" and _is_begun_of_late(condition))
        or _is_unusual(condition, terminology)
    ):
        known |= {UNUSUAL}
    if _is_of_nerve_root(condition.get("code"), terminology):
        known |= {NERVE_ROOT}
    known |= leg_injuries(condition.get("code"), terminology)
    if CERVICAL not in known and (told := neck_in_words(condition, terminology)):
        known |= {CERVICAL if told == "stated" else in_doubt(CERVICAL)}
    known |= limits_of_diagnosis(condition, terminology)
    is_bystander = is_bystander_problem(diagnosis, terminology)
    if is_bystander and known.isdisjoint(MAY_BE_OF_THE_SPINE):
        return known
    return known | {MAY_NEED_BRACE}


def _is_acute(condition: Json, terminology: Terminology) -> bool:
    codings = terminology.codings(condition.get("code"))
    return any(terminology.complication_codes.is_acute(*one) for one in codings)


def _is_unusual(condition: Json, terminology: Terminology) -> bool:
    """Tell if a code is not everyday, or its title tells of harm next to one that is.

    A code is often the nearest one: "cement leak" under that of hypertension. The name
    of its own class is no news, "heart failure", unless an onset is given.
    """
    code = condition.get("code")
    if is_harm_coded(code, terminology):
        return True
    codings, codes = terminology.codings(code), terminology.complication_codes
    if not codings:
        return False
    has_onset = _has_onset(condition)
    if (
        has_onset
        and not _is_dated_before(condition)
        and (
            any(codes.is_lasting(*one) for one in codings)
            or any(
                terminology.harmless.news_in(one) == "lasting" for one in texts_of(code)
            )
        )
    ):
        return True
    is_lasting = not has_onset and any(codes.is_everyday(*one) for one in codings)
    named, stems = terminology.plain.complications_named, terminology.grave_stems
    # A name that is everyday by itself is so next to a code: "chronic heart failure".
    titles = [
        words
        for words in short_texts({*texts_of(code)})
        if not (is_lasting and terminology.kinds.of_title(words, OWN_TITLE))
        and not terminology.harmless.is_of_ward(words)
    ]
    is_everyday = all(codes.is_everyday(*one) for one in codings)
    is_state = not has_onset and all(codes.is_state(*one) for one in codings)
    if is_everyday:
        titles = [_without_past(one, condition, terminology) for one in titles]
    is_named = any(_names_illness_of_now(one, condition, terminology) for one in titles)
    return is_named or any(
        named.names_any(part)
        or stems.is_worse(part)
        or stems.is_fallen(part)
        or stems.is_fall_alone(part)
        or (is_everyday and not is_state and _names_seldom(part, terminology))
        for words in titles
        for part in undenied_parts(words, terminology)
    )


def _without_past(title: str, condition: Json, terminology: Terminology) -> str:
    """Leave out the parts of a title that words or an earlier year call of before.

    "Hypertension 2012, pneumonia" tells of a pneumonia of now.
    """
    parts: list[str] = []
    for part in filter(str.strip, _PARTS.split(title)):
        if parts and not LETTER.search(part):
            # The year in "stroke (2012)" is that of the stroke.
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    kept = [
        part
        for part in parts
        if not _has_earlier_year(part, condition)
        and not terminology.kinds.of_title(part, PAST_BY_WORDS)
    ]
    # What one part denies another may deny as well: "no fever, cough".
    return title if len(kept) == len(parts) else "; ".join(kept)


def _has_earlier_year(title: str, condition: Json) -> bool:
    """Tell if a title gives years, and none is that of its onset or its recording."""
    written = {
        text(condition.get(name))[:4] for name in ("onsetDateTime", "recordedDate")
    }
    years = WRITTEN_YEAR.findall(title)
    return bool(years) and written.isdisjoint(years)


def _has_onset(condition: Json) -> bool:
    return any(
        name.startswith("onset") and condition[name] is not None for name in condition
    )


def _joined_titles(condition: Json) -> str:
    return " ".join(short_texts({*texts_of(condition.get("code"))}))


def _is_begun_of_late(condition: Json) -> bool:
    """Tell if an onset is given, and no title dates it earlier, or a title dates it.

    "Hip replacement 11/2026", entered in these weeks, is new; "2016" is old whatever
    onset a system fills in.
    """
    recorded = text(condition.get("recordedDate"))
    written = {text(condition.get("onsetDateTime"))[:4], recorded[:4]}
    titles = _joined_titles(condition)
    years = frozenset(WRITTEN_YEAR.findall(titles))
    if not years:
        return _has_onset(condition)
    months = [int(year) * 12 + int(one) for one, year in _MONTH.findall(titles)]
    found = _DAY.match(recorded)
    if months and found and not _has_onset(condition):
        entered = int(found[1]) * 12 + int(found[2])
        return any(0 <= entered - month <= 1 for month in months)
    return not years.isdisjoint(written)


def _is_dated_before(condition: Json) -> bool:
    """Tell if the titles give years, and none of them is that of the entry."""
    is_dated = WRITTEN_YEAR.search(_joined_titles(condition)) is not None
    return is_dated and not _is_begun_of_late(condition)


def _names_seldom(words: str, terminology: Terminology) -> bool:
    """Tell if words, or a part of them, are a name that is not everyday when new."""
    is_harm = terminology.harmless.is_harm
    return is_harm(words) or any(map(is_harm, clauses(words)))


def _names_illness_of_now(
    title: str, condition: Json, terminology: Terminology
) -> bool:
    """Tell if a title names a stroke or the like next to codes that are everyday.

    "Post-op stroke" is no name of a raised blood pressure. What is over, by words or
    by an earlier year, is none of now.
    """
    codes, kinds = terminology.complication_codes, terminology.kinds
    codings = terminology.codings(condition.get("code"))
    if not all(codes.is_everyday(*one) for one in codings) or any(
        codes.is_earlier(code) for _, code in codings
    ):
        return False
    if _has_earlier_year(title, condition):
        return False
    over = (*PAST_BY_WORDS, *OWN_TITLE)
    return not kinds.of_title(title, over) and any(
        illnesses_in_words(part, terminology)
        for part in undenied_parts(title, terminology)
        if not kinds.of_title(part, over) and not _NO_NEWS.search(folded(part))
    )


def _news_by_name(condition: Json, terminology: Terminology) -> News:
    """Tell how the harmless names of a diagnosis count if it began lately.

    A code of ICD-10 decides without its titles, and an earlier year in the titles makes
    their names old, as "status post" does what is seldom. An aside may be of before: at
    most it is asked about.
    """
    code = condition.get("code")
    codes, harmless = terminology.complication_codes, terminology.harmless
    is_judged = any(codes.is_judged(one[0]) for one in terminology.codings(code))
    titles = short_texts({*texts_of(code)})
    news = {_news_in(title, terminology) for title in titles if not is_judged}
    asides = [
        part
        for words in _read_asides(condition).words
        for part in (words, *sentences(words))
    ]
    is_called_past = all(
        terminology.kinds.of_title(title, (LONG_PAST,)) for title in titles
    )
    # The onset of what words call past may be the day on which it was typed.
    has_own_onset = _has_onset(condition) and not (
        is_called_past and is_onset_of_recording(condition, terminology.calendar)
    )
    if _is_dated_before(condition):
        # An onset of its own makes a second stroke of "stroke 2012".
        news -= {"seldom"} if has_own_onset else {"grave", "seldom"}
    elif not has_own_onset and is_called_past:
        news -= {"seldom"}
    if "grave" in news:
        return "grave"
    if "seldom" in news or any(map(harmless.is_harm, {*asides})):
        return "seldom"
    return "lasting" if "lasting" in news else ""


def _news_in(title: str, terminology: Terminology) -> News:
    """Tell how a harmless name counts, or one with known words next to it."""
    news = terminology.harmless.news_in(title)
    if news or terminology.harmless.is_harmless(title):
        return news
    made = terminology.harmless_names.read(title)
    return "seldom" if made and made.is_of_before else ""


def _is_of_nerve_root(code: Any, terminology: Terminology) -> bool:
    codings = terminology.codings(code)
    if any(terminology.complication_codes.is_nerve_root(*one) for one in codings):
        return True
    # An everyday name denies the root, or is of the spine alone: its code is of none.
    return any(
        terminology.kinds.of_title(word, OF_NERVE_ROOT)
        and not terminology.harmless.is_of_ward(word)
        for word in texts_of(code)
    )


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
    if is_short and (is_named or terminology.everyday_diseases.are_known(words)):
        concepts -= SPINE_UNSTATED
    asides = _read_asides(condition)
    concepts |= _doubted_by_asides(asides, condition, concepts, terminology)
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
    are_asides_judged = _are_asides_judged(asides, terminology)
    if not (are_asides_judged and _is_identified(diagnosis, words, terminology)):
        is_of_words = not known and not terminology.identifies("conditions", code)
        is_of_record = is_of_words and _is_of_record(words, terminology)
        return known | {MAY_BE_GRAVE, *(OF_RECORD if is_of_record else ())}
    if not known and terminology.is_social(code):
        return SOCIAL
    return known


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
    if any(map(stems.has_plain_deficit, titles)):
        told.append("spinal-cord-disease")
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
    told += chain.from_iterable(named[title] for title in denying)
    return frozenset(map(in_doubt, {*told} - known))


def _words_of_modifiers(code: Any) -> set[str]:
    """Return the words in extensions of a code, which may modify the diagnosis."""
    # JP Core writes `\u306e\u7591\u3044` (suspected) there.
    extensions = objects(member(code, "extension"))
    return {
        word
        for extension in extensions
        for word in texts_of(extension.get("valueCodeableConcept"))
    }


class _Asides(NamedTuple):
    """The asides of a condition.

    Attributes:
        words: theirs and those of their codes; none if they are too long to read.
        is_short: they are not too long.
    """

    codes: list[Json]
    words: set[str]
    is_short: bool


def _read_asides(condition: Json) -> _Asides:
    asides = [*asides_of(condition)]
    codes = [aside.code for aside in asides if aside.code is not None]
    texts = {*other_words_of(condition), *(aside.words for aside in asides)}
    texts = texts.union(*map(texts_of, codes)) - {""}
    words = short_texts(texts)
    return _Asides(codes, words, is_short=words == texts)


def _are_asides_judged(asides: _Asides, terminology: Terminology) -> bool:
    """Tell if asides are short, in our languages, and have no code never judged."""
    is_foreign = any(map(terminology.languages.is_foreign, asides.words))
    is_unknown = any(is_unjudged(code, terminology) for code in asides.codes)
    return asides.is_short and not (is_foreign or is_unknown)


def _doubted_by_asides(
    asides: _Asides,
    condition: Json,
    concepts: frozenset[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return what the asides name besides these concepts, each in doubt."""
    kinds = [condition.get(name) for name in ("severity", "category")]
    other_codes = codes_of([*added_to(condition), *kinds])
    coded = terminology.concepts([*asides.codes, *other_codes])
    named = coded.union(*read_problem_words(coded, asides.words, terminology))
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
        if terminology.suffices(code):
            return all(
                is_title_plain(word, terminology)
                or not (
                    has_grave_stem(word, terminology)
                    or _tells_besides(word, terminology)
                )
                for word in words
            )
        return all(
            is_denial(word, terminology)
            or (
                is_title_plain(word, terminology)
                and not has_grave_stem(word, terminology)
            )
            for word in words
        )
    if diagnosis.concepts:
        return True
    titles = [*words]
    return bool(titles) and all(
        terminology.harmless.is_harmless(title)
        or terminology.harmless_names.are_known([title])
        for title in titles
    )


def _tells_besides(words: str, terminology: Terminology) -> bool:
    """Tell if words next to a harmless code are no name of it, and may be grave.

    They await an examination, name a broken vertebra, or tell of progress of an MGUS.
    """
    kinds, bound = terminology.kinds, terminology.plain.bound
    if kinds.named(words, TOLD_BESIDE):
        return True
    if bound.names_broken(words) and terminology.levels.named(words):
        return True
    return bool(_MGUS.search(words) and kinds.named(words, IN_PROGRESS))


def _parts_of(title: str) -> Iterator[str]:
    """Yield the parts of a title, and what each has after a colon: `PMH: gout`."""
    for part in clauses(title):
        yield part.strip()
        yield part.rpartition(":")[2].strip()


def _is_of_record(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words are about a history or a record, and name no disease.

    They may say that nobody took the history, in whatever words. Words that deny or
    look for something name it.
    """
    parts = [part for word in words for part in (word, *_parts_of(word))]
    is_named = any(
        terminology.harmless.is_harmless(part) or terminology.ruled_out(part)
        for part in parts
    )
    return not is_named and any(
        terminology.kinds.of_title(word, ABOUT_RECORD) for word in words
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
        is_awaited = any(terminology.kinds.of_title(one, EXAM_AWAITED) for one in told)
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
    words = (*texts_of(condition.get("code")), *_read_asides(condition).words)
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
        terminology.kinds.of_title(part, FOLLOW_UP)
        or (
            only_denies_spread(part, terminology)
            and terminology.kinds.of_title(part, SPREADING)
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
