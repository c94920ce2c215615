"""Tell which words of a title are of the event itself, not of something next to it.

In "leg weakness in known L1 fracture" the fracture is known, and the weakness may be
new. "Weakness of both legs for years" is of the weakness alone.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import takewhile

from cds_service.fhir.entries.words.past_by_words import PAST_BY_WORDS
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.grave.grave_stems import SIDES
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, names
from cds_service.fhir.mapping.texts.text_rules import folded, without_accents

# Rules of `kinds/`.
GOES_WITH, STANDS_BESIDE = "goes-with", "stands-beside"
DATING = ("long-standing", *PAST_BY_WORDS, "dated-since", "dated-in")
WORSE = ("grown-worse",)
NEW = ("newly-begun", *WORSE)
_ONE_WORD = re.compile(r"\W*[a-zà-ɏ]+\W*", re.IGNORECASE)
# Words before the name of an event, from which a full stop may have cut it off:
# "Z.n. Apoplex".
_AFTER = r"(?:z\.? ?n|st\.? ?[np]|s/p|h/?o)"
_OF_WHAT = re.compile(rf"\W*{_AFTER}\W*", re.IGNORECASE)
_STATE_AFTER = re.compile(rf"(?<!\w){_AFTER}(?!\w)", re.IGNORECASE)
# A part of a title that only says that the event grew worse: `now much worse`.
MOST_WORDS = 3
# More parts before or behind a name are no longer looked at, since texts may be long.
MOST_DATING = 6
_ARTICLE = r"(?:an?|the|his|her|eine[rmns]?|une?|una|il|la|le|el|los|las)"
# The first word; Chinese and Japanese write two characters without a space.
_FIRST = re.compile(
    rf"\W*(?:{_ARTICLE}\b\s+)?(?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)(?P<rest>.*)", re.DOTALL
)
# In French, Spanish and Italian it is the last: "lombalgie chronique".
_LAST = re.compile(r"(?P<rest>.*\s)(?P<word>[^\W\d_]+)\W*$", re.DOTALL)
_UNSPACED = re.compile(r"\W*(?P<word>[\u3400-\u9fff]{2})(?P<rest>[\u3040-\u9fff].*)")


def without_company(
    part: str,
    names_event: Callable[[str], bool],
    lasting: tuple[str, ...],
    terminology: Terminology,
) -> str:
    """Leave out what the event goes with, if that is what the lasting words are of.

    Args:
        part: a part of a title.
        names_event: tells if words name the event.
        lasting: rules of `kinds/` for what is known, old or over.
        terminology: the service's terminology.
    """
    return _without_company(part, GOES_WITH, names_event, lasting, terminology)


def without_neighbours(
    part: str,
    names_event: Callable[[str], bool],
    lasting: tuple[str, ...],
    terminology: Terminology,
) -> str:
    """Leave out what the event goes with or stands beside: "known COPD and foot drop".

    The arguments are those of `without_company`.
    """
    own = without_company(part, names_event, lasting, terminology)
    return _without_company(own, STANDS_BESIDE, names_event, lasting, terminology)


def from_name_on(
    part: str, names_event: Callable[[str], bool], terminology: Terminology
) -> str:
    """Leave out what stands before an event's name, unless that only dates the event.

    In "hysterectomy (2010), discitis" the year is of the operation. All words are kept
    if no piece alone names the event.
    """
    dates = partial(_only_dates_behind, terminology=terminology)
    parts = parts_of(part)
    for at, one in enumerate(parts):
        tail = _tail_from_name(one, names_event, terminology)
        if tail is None:
            continue
        if tail == one and all(map(dates, parts[:at])):
            return part
        return ", ".join([tail, *parts[at + 1 :]])
    return part


def own_dated_words(
    title: str, names_event: Callable[[str], bool], terminology: Terminology
) -> str:
    """Leave out of a title what neither names an event nor only dates it.

    No operation, before or behind its name, dates it: "foot drop, hysterectomy (2010)".
    All words are kept if no part names one.
    """
    parts = parts_of(from_name_on(title, names_event, terminology))
    own = [
        one
        for at, part in enumerate(parts)
        if names_event(part)
        for one in (part, *dating_parts(parts, at, terminology))
    ]
    return ", ".join(own) or title


def parts_of(text: str) -> list[str]:
    """Cut a text at its commas, brackets and full stops."""
    return [name for clause in clauses(text) for name in names(clause)]


def _tail_from_name(
    part: str, names_event: Callable[[str], bool], terminology: Terminology
) -> str | None:
    """Return a part from the piece on that names the event, or that dates it before.

    None if no piece names it. A part that is kept whole keeps its accents.
    """
    pieces = terminology.kinds.pieces(part, STANDS_BESIDE)
    begin = next((at for at, one in enumerate(pieces) if names_event(one)), None)
    if begin is None:
        return None
    while begin and _only_dates_behind(pieces[begin - 1], terminology):
        begin -= 1
    if not begin:
        return part
    plain, place = without_accents(part), 0
    for piece in pieces[:begin]:
        place = plain.index(piece, place) + len(piece)
    return plain[plain.index(pieces[begin], place) :]


def _only_dates_behind(part: str, terminology: Terminology) -> bool:
    """Tell if a part only dates what stands behind it: "2015", "2015 St.n."."""
    return only_dates(_STATE_AFTER.sub(" ", part), terminology)


def dating_parts(parts: Sequence[str], at: int, terminology: Terminology) -> list[str]:
    """List the parts of a text that only date one of its parts.

    They stand behind it, or behind its side, "foot drop, left, old", or open the text,
    "known: foot drop". In "osteoporosis (known), foot drop" the osteoporosis is known,
    in "foot drop, COPD (known)" the COPD.

    Args:
        parts: of the text.
        at: the place of the part among them.
        terminology: the service's terminology.
    """

    def is_date(part: str) -> bool:
        return only_dates(part, terminology)

    def is_about_it(part: str) -> bool:
        return SIDES.fullmatch(folded(part)) is not None or is_date(part)

    is_opening = at <= MOST_DATING and all(map(is_date, parts[:at]))
    before = parts[:at] if is_opening else ()
    behind = takewhile(is_about_it, parts[at + 1 : at + 1 + MOST_DATING])
    return [*before, *filter(is_date, behind)]


def only_dates(part: str, terminology: Terminology) -> bool:
    """Tell if a part names no more than a time: "since 2010", "known", "March 2010"."""
    if kinds_alone(part, DATING, terminology):
        return True
    rest = terminology.years.without_months(part)
    for kind in DATING:
        rest = terminology.kinds.without(rest, kind)
    return not LETTER.search(rest)


def _without_company(
    part: str,
    joint: str,
    names_event: Callable[[str], bool],
    lasting: tuple[str, ...],
    terminology: Terminology,
) -> str:
    pieces = terminology.kinds.pieces(part, joint)
    own = [
        piece
        for piece in pieces
        if names_event(piece) or not _is_company(piece, lasting, terminology)
    ]
    return " ".join(own) if own else part


def _is_company(piece: str, lasting: Sequence[str], terminology: Terminology) -> bool:
    """Tell if a piece names something else, and calls that lasting."""
    kinds, among = terminology.kinds, tuple(lasting)
    if not kinds.named(piece, among):
        return False
    if terminology.text_concepts(piece) - {*among}:
        return True
    folded = without_accents(piece)
    ends = (_UNSPACED.match(piece), _FIRST.match(folded), _LAST.match(folded))
    return any(
        end is not None and end["rest"].strip() and kinds.named(end["word"], among)
        for end in ends
    ) or any(_begins_with(piece, kind, terminology) for kind in among)


def _begins_with(piece: str, kind: str, terminology: Terminology) -> bool:
    """Tell if a piece begins with a phrase of a rule, as "status post stroke"."""
    words = without_accents(piece).strip()
    rest = terminology.kinds.without(words, kind)
    return rest != words and rest[:1].isspace() and bool(LETTER.search(rest))


def is_called_new(part: str, terminology: Terminology) -> bool:
    return bool(terminology.kinds.named(part, NEW))


def is_worsening_alone(part: str, terminology: Terminology) -> bool:
    """Tell if a part of a title says that something grew worse, and names nothing."""
    if len(part.split()) > MOST_WORDS or not terminology.kinds.named(part, WORSE):
        return False
    return not terminology.text_concepts(part) - {*WORSE}


def kinds_alone(
    part: str, among: Sequence[str], terminology: Terminology
) -> frozenset[str]:
    """Return what a part of a title says that names nothing else: `known`, `(old)`."""
    kinds = terminology.kinds
    named = kinds.named(part, tuple(among))
    if not named or _OF_WHAT.fullmatch(part):
        return frozenset()
    is_alone = _ONE_WORD.fullmatch(part) or any(
        not LETTER.search(kinds.without(part, kind)) for kind in named
    )
    return named if is_alone else frozenset()


def without_names(
    part: str, concepts: frozenset[str], instead: str, terminology: Terminology
) -> str:
    """Return a part with another name instead of the names of these concepts."""
    whole = terminology.clauses.whole(part)
    places = [place for name, place in whole.places.items() if name in concepts]
    if not places:
        return part
    start, end = min(begin for begin, _ in places), max(end for _, end in places)
    words = whole.plain
    while start and words[start - 1].isalpha() and words[start - 1].isascii():
        start -= 1
    while end < len(words) and words[end].isalpha() and words[end].isascii():
        end += 1
    return f"{words[:start]}{instead}{words[end:]}"
