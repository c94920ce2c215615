"""Tell if a diagnosis is news of the stay, which a discharge asks about.

It is news if its code is grave or unusual, or if words call it new, and if nothing
dates it before.
"""

import re
from typing import Any

from cds_service.fhir.entries.condition_asides import read_asides
from cds_service.fhir.entries.harm.harm_codes import is_harm_coded
from cds_service.fhir.entries.harm.harm_words import illnesses_in_words
from cds_service.fhir.entries.listed import short_texts
from cds_service.fhir.entries.words.past_by_words import (
    LONG_PAST,
    PAST_BY_WORDS,
    is_onset_of_recording,
)
from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.harmless.harmless import News
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.raw_json import Json, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_MONTH, WRITTEN_YEAR

# Grave illness by its code, which counts if it began since the operation.
ACUTE = "acute-illness"
# The same for a seldom code, for one that is neither everyday nor in a value set, and
# for a harmless name that is not everyday when it is new.
UNUSUAL = "unusual-code"
# The same for a disease of a nerve root, by its code or title.
NERVE_ROOT = "nerve-root"
# Rules of `kinds/`.
OF_NERVE_ROOT = ("nerve-root",)
OWN_TITLE = ("own-title",)
_PARTS = re.compile(r"[,;()、，；（）]")
# A month in a title, and the start of a FHIR day.
_DAY = re.compile(r"(\d{4})-(\d\d)")
# Behind the name of an illness: it is over.
_NO_NEWS = re.compile(r"\bin vg\b|後$|病史|병력")


def is_acutely_ill(condition: Json, terminology: Terminology) -> bool:
    codings = terminology.codings(condition.get("code"))
    return any(terminology.complication_codes.is_acute(*one) for one in codings)


def is_unusual_diagnosis(condition: Json, terminology: Terminology) -> bool:
    """Tell if a code is not everyday, or if its title tells of harm all the same.

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
        if not (is_lasting and terminology.kinds.named(words, OWN_TITLE))
        and not terminology.harmless.is_of_ward(words)
    ]
    is_everyday = all(codes.is_everyday(*one) for one in codings)
    is_state = not has_onset and all(codes.is_state(*one) for one in codings)
    if is_everyday:
        titles = [_without_past(one, condition, terminology) for one in titles]
    is_named = any(_names_illness_of_now(one, condition, terminology) for one in titles)
    return is_named or any(
        named.names_any(part)
        or stems.complaints.is_worse(part)
        or stems.falls.is_fallen(part)
        or stems.falls.is_fall_alone(part)
        or (is_everyday and not is_state and _names_seldom(part, terminology))
        for words in titles
        for part in undenied_parts(words, terminology)
    )


def _without_past(title: str, condition: Json, terminology: Terminology) -> str:
    """Leave out the parts of a title that words or an earlier year put into the past.

    "Hypertension 2012, pneumonia" tells of a new pneumonia.
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
        and not terminology.kinds.named(part, PAST_BY_WORDS)
    ]
    # One denial may hold for two parts: "no fever, cough".
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


def has_begun_lately(condition: Json) -> bool:
    """Tell if a disease began lately: by the years in its titles, else by an onset.

    "Hip replacement 11/2026", entered in these weeks, is new; "2016" is old, whatever
    onset a system fills in.
    """
    recorded = text(condition.get("recordedDate"))
    written = {text(condition.get("onsetDateTime"))[:4], recorded[:4]}
    titles = _joined_titles(condition)
    years = frozenset(WRITTEN_YEAR.findall(titles))
    if not years:
        return _has_onset(condition)
    months = [int(year) * 12 + int(one) for one, year in WRITTEN_MONTH.findall(titles)]
    found = _DAY.match(recorded)
    if months and found and not _has_onset(condition):
        entered = int(found[1]) * 12 + int(found[2])
        return any(0 <= entered - month <= 1 for month in months)
    return not years.isdisjoint(written)


def _is_dated_before(condition: Json) -> bool:
    """Tell if the titles give years, and none of them is that of the entry."""
    is_dated = WRITTEN_YEAR.search(_joined_titles(condition)) is not None
    return is_dated and not has_begun_lately(condition)


def _names_seldom(words: str, terminology: Terminology) -> bool:
    """Tell if words, or a part of them, are a name that is not everyday when new."""
    is_harm = terminology.harmless.is_harm
    return is_harm(words) or any(map(is_harm, clauses(words)))


def _names_illness_of_now(
    title: str, condition: Json, terminology: Terminology
) -> bool:
    """Tell if a title names a stroke or the like next to codes that are everyday.

    The code of a raised blood pressure does not explain "post-op stroke". What is over,
    by words or by an earlier year, does not count.
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
    return not kinds.named(title, over) and any(
        illnesses_in_words(part, terminology)
        for part in undenied_parts(title, terminology)
        if not kinds.named(part, over) and not _NO_NEWS.search(folded(part))
    )


def news_by_name(condition: Json, terminology: Terminology) -> News:
    """Tell how the harmless names of a diagnosis count if it began lately.

    A code of ICD-10 decides without its titles, and an earlier year in the titles makes
    their names old, as "status post" does what is seldom. An aside may be older: at
    most it is asked about.
    """
    code = condition.get("code")
    codes, harmless = terminology.complication_codes, terminology.harmless
    is_judged = any(codes.is_judged(one[0]) for one in terminology.codings(code))
    titles = short_texts({*texts_of(code)})
    news = {_news_in(title, terminology) for title in titles if not is_judged}
    asides = [
        part
        for words in read_asides(condition).words
        for part in (words, *sentences(words))
    ]
    is_called_past = all(
        terminology.kinds.named(title, (LONG_PAST,)) for title in titles
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


def is_of_nerve_root(code: Any, terminology: Terminology) -> bool:
    codings = terminology.codings(code)
    if any(terminology.complication_codes.is_nerve_root(*one) for one in codings):
        return True
    # An everyday name is of no nerve root: it denies one, or is of the spine alone.
    return any(
        terminology.kinds.named(word, OF_NERVE_ROOT)
        and not terminology.harmless.is_of_ward(word)
        for word in texts_of(code)
    )
