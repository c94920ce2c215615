"""Tell if words name a fracture of long ago, or another vertebra that broke."""

import re
from collections.abc import Iterable, Sequence

from cds_service.fhir.entries.fractures.healed_fractures import OTHER_BONES
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.problem_words import (
    HISTORIES,
    is_denial,
    undenied_parts,
)
from cds_service.fhir.entries.words.unread_in_reasons import (
    is_reason_understood,
    words_of_reasons,
)
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.remainders import without_names
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences, sentences_once
from cds_service.fhir.mapping.texts.text_rules import (
    AUGMENTATIONS,
    LONGEST_TEXT,
    folded,
)
from cds_service.fhir.raw_json import Json, text
from cds_service.fhir.site_calendar import WRITTEN_YEAR

# An order may name a vertebra that was treated before: `s/p kyphoplasty L3`.
EARLIER = "earlier-vertebral-fracture"
PURPOSE = frozenset({"purpose"})
MOST_NAMES = 3  # of operations in a title
# Words that may join levels, or precede one.
_JOINING = re.compile(r"\b(?:and|und|et|y|e|i|en|of|at|in|the|de|level)\b")
# "T8 unchanged", behind a fracture.
IN_SHORT = ("vertebra-in-short",)
# The stop of an ordinal ends no sentence: "2. Fraktur".
_ORDINAL = re.compile(r"(?:^|(?<=[,;:(])) ?([2-9])\. ?(?=[^\W\d_]{3})")


def names_earlier_fracture(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words may name a fracture of long ago, or an augmentation that was done.

    Examples are "Old wedge deformity of T12" and "s/p kyphoplasty L3". A sentence that
    only denies is left out, and so is one of something else: "old granulomas".
    """
    texts = _texts_of(words)
    return any(
        _may_be_earlier(sentence, texts, terminology)
        for sentence in sentences_once(texts)
    )


def names_earlier_augmentation(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words may name an augmentation as done: `s/p kyphoplasty L3`."""
    texts = _texts_of(words)
    return any(
        _may_be_earlier(sentence, texts, terminology)
        and bool(terminology.text_places(folded(sentence), AUGMENTATIONS, "vertebra"))
        for sentence in sentences_once(texts)
    )


def names_several_fractures(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words name fractures without saying of which vertebrae.

    One of them may be an earlier one: "acute compression fractures", "2. Fraktur".
    """
    return any(
        terminology.grave_stems.are_several(part)
        # Names of vertebrae as `LWK 2` are known in capitals.
        and len(terminology.levels.named(part.upper())) < 2
        for sentence in sentences_once(
            _ORDINAL.sub(r"\1.", prose) for prose in _texts_of(words)
        )
        for part in undenied_parts(sentence, terminology)
    )


def calls_fracture_old(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words next to the code of a fracture call a fracture an old one.

    An example is "old fracture". A word of age counts next to the fracture, or alone
    next to it, as in "L1 fracture, chronic", and not in another part of the sentence:
    "fracture with chronic cough". Next to it, it counts with another vertebra as well:
    "L1 fracture, old T8".
    """
    return any(_is_called_old(prose, terminology) for prose in _texts_of(words))


def _is_called_old(prose: str, terminology: Terminology) -> bool:
    reports = terminology.plain.reports
    if not (reports.names_earlier(prose) or WRITTEN_YEAR.search(prose)):
        return False
    parts = [
        part
        for sentence in sentences(prose)
        for stretch in undenied_parts(sentence, terminology)
        for part in terminology.clauses.cut_at_asides(stretch)
    ]
    broken = [part for part in parts if _is_of_broken_vertebra(part, terminology)]
    others = [part for part in parts if part not in broken]
    named = {level for part in broken for level in terminology.levels.named(part)}
    return any(map(reports.names_earlier, broken)) or (
        bool(broken)
        and any(
            reports.says_only_earlier(part)
            or _is_old_vertebra(part, named, terminology)
            for part in others
        )
    )


def _is_old_vertebra(part: str, broken: set[str], terminology: Terminology) -> bool:
    """Tell if words next to a fracture only call a vertebra old: "old T8", "T12 2019".

    A year dates another vertebra alone: that of the fracture may have broken this year.
    """
    levels = {*terminology.levels.named(part)}
    if not levels:
        return False
    reports = terminology.plain.reports
    rest = terminology.level_names.without_named(part)
    is_bare = not LETTER.search(_JOINING.sub(" ", reports.without_earlier(rest)))
    is_dated = bool(WRITTEN_YEAR.search(part)) and levels.isdisjoint(broken)
    return is_bare and (is_dated or reports.names_earlier(rest))


def _is_of_broken_vertebra(part: str, terminology: Terminology) -> bool:
    """Tell if words name a fracture, and not that of another bone alone."""
    named = terminology.text_concepts(part, FRACTURED | OTHER_BONES)
    if named:
        return not named.isdisjoint(FRACTURED)
    return terminology.plain.bound.names_broken(part)


def _texts_of(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(prose for prose in words if len(prose) <= LONGEST_TEXT)


def says_augmented(title: str, terminology: Terminology) -> bool:
    """Tell if a title says that an augmentation was done: `s/p kyphoplasty L3`.

    Such a title calls it past, or gives it a month or a year. It has no other words
    than names of the fracture and its vertebra. What is planned, denied or asked for
    was not done.
    """
    clauses, years = terminology.clauses, terminology.years
    is_past = terminology.kinds.named(title, HISTORIES) or WRITTEN_YEAR.search(title)
    is_open = clauses.is_not_done(title) or clauses.is_withdrawn(title)
    if not is_past or is_open or terminology.text_concepts(title, PURPOSE):
        return False
    rest = title
    for history in HISTORIES:
        rest = terminology.kinds.without(years.without_months(rest), history)
    remainder = without_names(
        rest, AUGMENTATIONS, terminology, most=MOST_NAMES, site_words="vertebra"
    )
    return not is_denial(title, terminology) and is_reason_understood(
        [remainder], frozenset(), terminology
    )


def names_years_ago(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words name a fracture or an augmentation of years ago.

    A year alone is not enough: the reason of an operation may be dated this year.
    """
    named = FRACTURED | AUGMENTATIONS
    return any(
        bool(terminology.years.ago(sentence))
        and bool(terminology.text_places(folded(sentence), named))
        for prose in _texts_of(words)
        for sentence in sentences(prose)
    )


def are_reasons_only_of(
    entry: Json, treated: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if an order's reasons name augmentations, all of the levels treated now.

    `after kyphoplasty L1` does, if L1 is treated now. A reason with a year does not.

    Args:
        entry: the order.
        treated: the levels that are treated now.
        terminology: the service's terminology.
    """
    texts = tuple(words_of_reasons(entry, terminology))
    earlier = [
        sentence
        for sentence in sentences_once(texts)
        if _may_be_earlier(sentence, texts, terminology)
    ]
    return bool(earlier) and all(
        _is_only_of(sentence, treated, terminology) for sentence in earlier
    )


def names_broken_vertebra(
    entry: Json, words: Iterable[str], terminology: Terminology
) -> bool:
    """Tell if words of an entry may name a broken vertebra, treated now or not."""
    is_report = text(entry.get("resourceType")) == "DiagnosticReport"
    return any(
        is_of_unsound_vertebra(part, terminology, is_report=is_report)
        for prose in words
        for part in dict.fromkeys(clauses(prose[:LONGEST_TEXT]))
    )


def is_of_unsound_vertebra(
    part: str, terminology: Terminology, *, is_report: bool
) -> bool:
    """Tell if words say of a vertebra more than that it is sound, worn or painful.

    They need not name a break: "T8 wedging", "cement at T12". They say no such thing if
    they only deny, or if they are not plain: such words leave it open by another rule.
    """
    plain = terminology.plain
    if not terminology.levels.named(part) or plain.sound.are_all(part):
        return False
    if is_denial(part, terminology):
        return False
    if is_report:
        return plain.reports.are_all(part)
    return is_reason_understood([part], frozenset(), terminology)


def vertebrae_in_short(prose: str, terminology: Terminology) -> frozenset[str]:
    """Return the vertebrae of which prose only says how they are, after a fracture.

    "L1 fracture. T8 unchanged." tells of another deformity. What follows worn discs,
    "L4 mild", tells of them.
    """
    named, broken, is_of_fractures = set[str](), set[str](), False
    prose = prose[:LONGEST_TEXT]
    if not terminology.levels.named(prose):
        return frozenset()
    for sentence in sentences(prose):
        for part in filter(str.strip, clauses(sentence)):
            levels = {*terminology.levels.named(part)}
            if terminology.kinds.named(part.strip(" ."), IN_SHORT):
                named |= levels if is_of_fractures else set()
            elif terminology.text_concepts(part, FRACTURED):
                is_of_fractures = not is_denial(part, terminology)
                broken |= levels
            elif terminology.plain.sound.are_all(part):
                is_of_fractures = False
    return frozenset(named - broken)


def _is_only_of(
    sentence: str, treated: frozenset[str], terminology: Terminology
) -> bool:
    named = terminology.levels.named(sentence)
    is_augmented = terminology.text_places(folded(sentence), AUGMENTATIONS, "vertebra")
    is_of_these = bool(named) and treated.issuperset(named)
    return bool(is_augmented) and is_of_these and not WRITTEN_YEAR.search(sentence)


def _may_be_earlier(
    sentence: str, texts: Sequence[str], terminology: Terminology
) -> bool:
    """Tell if a sentence may name an earlier fracture, or an augmentation.

    Args:
        sentence: one sentence.
        texts: all texts of its entry; another one may say what it is about.
        terminology: the service's terminology.
    """
    if is_denial(sentence, terminology) or terminology.harmless.is_harmless(sentence):
        return False
    plain = terminology.plain
    is_old = plain.reports.names_earlier(sentence)
    if is_old and _may_be_of_vertebra(sentence, texts, terminology):
        return True
    if plain.others.names_any(sentence) and plain.bound.names_broken(sentence):
        return True
    is_augmented = terminology.text_places(folded(sentence), AUGMENTATIONS, "vertebra")
    is_broken = terminology.text_places(folded(sentence), FRACTURED)
    if (is_augmented or is_broken) and _names_year(sentence, terminology):
        return True
    return bool(is_augmented) and (
        bool(terminology.levels.named(sentence))
        or not terminology.plain.reasons.are_all(sentence)
    )


def _may_be_of_vertebra(
    sentence: str, texts: Sequence[str], terminology: Terminology
) -> bool:
    """Tell if a sentence that calls something old may mean a broken vertebra.

    It may if it names the spine, a fracture or an augmentation, or nothing of its own
    ("chronic" alone). It may, too, if its words were not understood, and a text of its
    entry is about the spine.
    """
    if _is_of_spine(sentence, terminology):
        return True
    plain = terminology.plain
    if plain.organs.names_any(sentence):
        return False
    is_bare = plain.reports.are_all(sentence)
    return is_bare or any(_is_of_spine(one, terminology) for one in texts)


def _is_of_spine(words: str, terminology: Terminology) -> bool:
    """Tell if words name the spine, a fracture or its shape, or an augmentation."""
    bound = terminology.plain.bound
    return (
        bound.names_broken(words)
        or bound.names_spine(words)
        or terminology.names_spine(words)
        or bool(terminology.text_concepts(words, FRACTURED | AUGMENTATIONS))
    )


def _names_year(sentence: str, terminology: Terminology) -> bool:
    """Tell if words name a year or count years, and so tell of the past."""
    return bool(terminology.years.ago(sentence) or WRITTEN_YEAR.search(sentence))
