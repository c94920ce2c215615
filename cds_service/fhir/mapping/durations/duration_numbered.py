"""Find weeks that are named by their numbers, behind the end that a length gives.

`8 weeks (weeks 9-12 part time)` may be a brace of twelve weeks.
"""

import re
from collections.abc import Sequence

from cds_service.fhir.mapping.durations.duration_parts import Mention
from cds_service.fhir.mapping.durations.duration_words import DurationWords

_WEEK = 7 * 24.0  # hours
_TO = r"\s?(?:-|–|~|〜|/|to|till|until|through|bis|à|au|a|al|alla|t/m|tot|do)\s?"
_UNIT = (
    r"(?:weeks?|wks?|wochen?|wo\.?|semaines?|sem\.?|semanas?|settiman[ae]|weken"
    r"|tygodni(?:e|a|u)?|tydzie[nń]|tyg\.?)"
)
_ORDINAL = r"(?:\.|st|nd|rd|th|e|ème|eme|a|ª|º)?"
_NUMBERED = re.compile(
    rf"(?<![\w.])(?:{_UNIT} ?(?P<a>\d{{1,2}})\.?(?:{_TO}(?P<b>\d{{1,2}})\.?)?"
    rf"|(?P<c>\d{{1,2}}){_ORDINAL}{_TO}(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th|e|ème|ª)"
    rf" ?{_UNIT})(?![\w/])"
    r"|第 ?(?P<e>\d{1,2}) ?[-–~〜至到] ?(?P<f>\d{1,2}) ?[周週]"
    r"|(?P<g>\d{1,2}) ?[-–~〜] ?(?P<h>\d{1,2}) ?주차",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"(?<!\w)(?:no|without|off|ohne|kein\w*|sans|sin|senza|zonder|bez)(?!\w)",
    re.IGNORECASE,
)


def later_weeks(
    text: str, times: Sequence[Mention], words: DurationWords
) -> Mention | None:
    """Return a doubtful end if weeks behind the longest length are about wearing.

    A visit, an image or a training in those weeks is none.
    """
    lengths = [one for one in times if one.hours is not None]
    if not lengths:
        return None
    longest = max(lengths, key=lambda one: one.hours or 0)
    hours = longest.hours or 0
    for found in _NUMBERED.finditer(text):
        # "9-12 weeks" is a length, and no numbered week.
        if any(one.start < found.end() and found.start() < one.end for one in lengths):
            continue
        numbers = [int(one) for one in found.groups() if one]
        if numbers[-1] * _WEEK <= hours or not _is_worn(text, found, words):
            continue
        return Mention(
            "doubtful",
            min(longest.start, found.start()),
            max(longest.end, found.end()),
            length=longest.length,
            sure=hours,
            reach=numbers[-1] * _WEEK,
        )
    return None


def _is_worn(text: str, found: re.Match[str], words: DurationWords) -> bool:
    """Tell if the clause of numbered weeks says how the brace is worn, and no more."""
    for start, end in words.clauses(text):
        if start <= found.start() < end:
            own = text[start:end]
            is_worn = any(
                words.names(own, name) for name in ("worn_how", "weaning", "brace")
            )
            is_other = words.names(own, "others") or bool(_WITHOUT.search(own))
            return is_worn and not is_other
    return False
