"""Recognise exact names of diseases that are harmless here, by `harmless.toml`.

An entry with one of them is no malignancy, infection or injury of the spine. If it
began since the operation it may be grave all the same.

A name belongs there if nothing of the spine can hide behind it, since it supports a
"no". What a discharge only need not ask about is in `everyday-diseases.toml`
(`everyday_diseases.py`), and supports none.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field

from cds_service.core.data_file import DataFile, DataTable
from cds_service.fhir.mapping.codes.official_titles import OfficialTitles
from cds_service.fhir.mapping.files.language import Pattern, either
from cds_service.fhir.mapping.texts.clauses import names
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TITLE,
    folded,
    folded_pattern,
)
from cds_service.fhir.raw_json import Json, objects, text

# around a name: bullets, dashes, stops
NAME_ENDS = re.compile(r"^[\s\-*•.,;:]+|[\s.,;:]+$")
_NOTHING = r"(?!)"
_SPACES = re.compile(r"\s+")
# "LWK-1-Fraktur" is "LWK 1 Fraktur".
_BEHIND_LEVEL = re.compile(r"@\s*-\s*(?=[^\W\d_])")
# Signs that a joined word leaves between the other words; "?" is none of them.
_LEFT = r"[\s,;:()\[\]\-\u2013.\u3001\uff0c\uff08\uff09]+"
_TOKEN = re.compile(r"[a-z\xdf-\xff]{2,}")
_LEFT_AT_END, _LEFT_AT_START = re.compile(rf"{_LEFT}$"), re.compile(rf"^{_LEFT}")
# A name has at most a side, a place, a grade, a year and that it is over.
MOST_JOINED = 5
MOST_TRIED = 40
LONGEST_JOINED = 80  # characters
# A code of ICD-10 in front of a name, or in brackets behind it. "T12" is a vertebra.
_CODE_OF_ICD = r"(?:[A-Z]\d\d\.\d{1,2}|[EFGHIJKN]\d\d)"
_CODE = re.compile(
    rf"\s*(?:(?P<first>{_CODE_OF_ICD})\s*[-:\u2013]?\s+(?P<behind>\D.*)"
    rf"|(?P<before>.*\S)\s+[(\[](?P<last>{_CODE_OF_ICD})[)\]])\s*"
)
# "GERD (gastroesophageal reflux disease)", "Obstructive sleep apnea (OSA) of @".
_TWICE = re.compile(r"(?P<name>[^()]*[^()\s])\s*\((?P<again>[^()]+)\)(?P<rest>[^()]*)")
_FEWEST_INITIALS = 2
# How a disease counts if it began since the operation; "" is everyday, and "lasting" is
# so without an onset.
News = Literal["grave", "seldom", "lasting", ""]


NO_TITLES = OfficialTitles()


class _Social(DataTable):
    """Entries on work, home, schooling, aids and wishes.

    Attributes:
        patterns: whole names, for what has many: an aid and how it is used.
    """

    categories: tuple[str, ...]
    category_systems: tuple[str, ...]
    titles: tuple[str, ...]
    patterns: tuple[Pattern, ...] = ()


class _Asides(DataTable):
    """Words that may be next to a name.

    Attributes:
        tags: in brackets at its end.
        since: before a year in brackets.
        empty: words of a classification at its end, which say nothing.
        empty_before: the same at its beginning.
        never_bare: words of names that count only as they are listed.
    """

    tags: tuple[str, ...] = Field(min_length=1)
    since: tuple[str, ...] = Field(min_length=1)
    empty: tuple[Pattern, ...] = ()
    empty_before: tuple[Pattern, ...] = Field(default=(), alias="empty-before")
    never_bare: tuple[Pattern, ...] = Field(default=(), alias="never-bare")


class _Vertebrae(DataTable):
    """Spellings of a vertebra, or of two; a name has `@` in their place."""

    level: tuple[Pattern, ...] = Field(min_length=1)
    and_: tuple[Pattern, ...] = Field(alias="and", min_length=1)
    second: tuple[Pattern, ...] = Field(min_length=1)


class _Joined(DataTable):
    """Words that may be joined to certain names: a side, a grade, a year.

    Attributes:
        why: what they are, for those who review the file.
        latin: words with a border at both ends.
        dense: words of writing without borders.
        names: the names that they leave the same.
    """

    why: str
    latin: tuple[Pattern, ...] = Field(min_length=1)
    dense: tuple[Pattern, ...] = ()
    names: tuple[Pattern, ...] = Field(min_length=1)


class HarmlessFile(DataFile):
    """`harmless.toml`.

    Attributes:
        reviewed: a reader of these languages, whom a site names, has read the file.
        titles: names by language, of what is everyday also when it is new.
        lasting: names of what is everyday as long as no onset is given.
        seldom: names of what is not everyday when it is new.
        grave: names of what is grave when it is new.
        ward: names of complaints and states that every ward sees, which say nothing
            more.
        social: categories and names of entries on work, home and schooling.
        asides: words that a name may have next to it.
        vertebrae: spellings of a vertebra.
        joined: words that certain names may have next to them.
    """

    reviewed: bool
    titles: Mapping[str, tuple[str, ...]]
    lasting: Mapping[str, tuple[str, ...]] = {}
    seldom: Mapping[str, tuple[str, ...]] = {}
    grave: Mapping[str, tuple[str, ...]] = {}
    ward: Mapping[str, tuple[str, ...]] = {}
    social: _Social
    asides: _Asides
    vertebrae: _Vertebrae
    joined: tuple[_Joined, ...] = ()


class _Joint(NamedTuple):
    """The words of a group, and the names to which they may be joined."""

    words: re.Pattern[str]
    names: re.Pattern[str]

    @classmethod
    def of(cls, group: _Joined) -> Self:
        latin = rf"(?<![^\W_])(?:{either(map(folded_pattern, group.latin))})(?![^\W_])"
        dense = either(map(folded_pattern, group.dense)) or _NOTHING
        names = either(map(folded_pattern, group.names))
        return cls(re.compile(rf"{latin}|{dense}"), re.compile(names))


class _Shortened(NamedTuple):
    """The rest of a name, and the groups whose words were taken out."""

    rest: str
    joints: frozenset[_Joint]


def _initials(name: str) -> str:
    """Return the first letters of the words of a name; "" if there is one word."""
    first = "".join(word[0] for word in name.split() if word[0].isalpha())
    return first if len(first) >= _FEWEST_INITIALS else ""


class HarmlessTitles:
    """The names of the file, folded."""

    def __init__(
        self,
        content: HarmlessFile,
        official: OfficialTitles = NO_TITLES,
        is_code_quiet: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Fold the names once.

        Args:
            content: the names of the file.
            official: titles of everyday codes, which count as such names.
            is_code_quiet: function that tells if a code of ICD-10 is everyday.
        """
        self._is_code_quiet = is_code_quiet
        tags = either(map(re.escape, content.asides.tags))
        self._tag = re.compile(rf"\s*\((?:{tags})\)\s*$")
        since = either(map(re.escape, content.asides.since))
        self._year = re.compile(rf"\((?:(?:{since}) )?(?:19|20)\d\d\)$")
        empty = either(map(folded_pattern, content.asides.empty)) or _NOTHING
        # At the end alone: "unspecified complications" are not empty.
        self._empty_end = re.compile(rf"[\s,;(\[:、-]+(?:{empty})[)\]]?$")
        self._empty = re.compile(empty)
        before = either(map(folded_pattern, content.asides.empty_before)) or _NOTHING
        self._empty_start = re.compile(rf"^(?:{before})\s*")
        level, and_ = either(content.vertebrae.level), either(content.vertebrae.and_)
        second = rf"(?:{either(content.vertebrae.second)})?[ -]?\d{{1,2}}"
        self._level = re.compile(
            rf"(?:{level})(?:\s?(?:{and_})\s?{second})?(?![a-z0-9])"
        )
        self._joints = tuple(map(_Joint.of, content.joined))
        bare = either(map(folded_pattern, content.asides.never_bare)) or _NOTHING
        self._never_bare = re.compile(bare)
        self._seldom = self._names(content.seldom)
        self._grave = self._names(content.grave)
        self._lasting = self._names(content.lasting)
        worse = self._seldom | self._grave
        ward = self._names(content.ward)
        self._ward = ward | (self._folded(official.of_ward) - worse)
        harmless = self._folded(official.harmless) - worse - ward
        everyday = self._names(content.titles) | self._lasting
        self._titles = everyday | worse | harmless
        self._social = frozenset(map(self._plain, content.social.titles))
        self._circumstance = re.compile(
            either(map(folded_pattern, content.social.patterns)) or _NOTHING
        )
        every = self._titles | self._ward | self._social
        self._tokens = frozenset(
            word for name in every for word in _TOKEN.findall(name)
        )
        self._categories = frozenset(content.social.categories)
        self._systems = frozenset(content.social.category_systems)

    def is_harmless(self, words: str) -> bool:
        """Tell if a text is one of the names, or several with a comma between."""
        return bool(self._names_in(words, self._titles | self._social))

    def is_of_ward(self, words: str) -> bool:
        """Tell if a text names complaints that every ward sees, and nothing seldom.

        It may name everyday diseases next to them.
        """
        everyday = (self._titles | self._social) - self._seldom - self._grave
        return bool(self._names_in(words, everyday | self._ward))

    def news_in(self, words: str) -> News:
        """Tell how a harmless text counts if it began since: by its gravest name."""
        found = self._names_in(words, self._titles | self._social)
        if found & self._grave:
            return "grave"
        if found & self._seldom:
            return "seldom"
        return "lasting" if found & self._lasting else ""

    def is_harm(self, words: str) -> bool:
        """Tell if a harmless text is harm if it began since, whatever its onset."""
        return self.news_in(words) in ("grave", "seldom")

    @property
    def everyday(self) -> frozenset[str]:
        """The names, folded, of what is everyday also when it is new."""
        return self._titles - self._seldom - self._grave - self._lasting

    @property
    def not_everyday_when_new(self) -> frozenset[str]:
        """The names, folded, of what may be harm if it is new, and is none if old."""
        return self._seldom | self._lasting

    def is_social(self, condition: Json, words: Iterable[str]) -> bool:
        """Tell if an entry's category or words are about work, home or schooling."""
        for category in objects(condition.get("category")):
            if any(map(self._is_social_code, objects(category.get("coding")))):
                return True
        titles = list(words)
        return bool(titles) and all(
            len(title) <= LONGEST_TITLE and self._is_social_title(self._plain(title))
            for title in titles
        )

    def _is_social_title(self, plain: str) -> bool:
        return plain in self._social or bool(self._circumstance.fullmatch(plain))

    def _is_social_code(self, coding: Mapping[str, Any]) -> bool:
        system = text(coding.get("system"))
        return (
            system in self._systems
            or f"{system}|{text(coding.get('code'))}" in self._categories
        )

    def _names(self, titles: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
        return self._folded(one for some in titles.values() for one in some)

    def _folded(self, titles: Iterable[str]) -> frozenset[str]:
        return frozenset(map(self._plain, titles))

    def _names_in(self, words: str, known: frozenset[str]) -> frozenset[str]:
        """Return the names of which a text consists; none if a part is not known."""
        if len(words) > LONGEST_TITLE:
            return frozenset()
        words = self._without_code(words)
        whole = self._plain(words)
        # A title may have such words itself, and they may be those of its code.
        for name in (whole, self._without_empty(whole)):
            if name in known:
                return frozenset({name})
        parts = frozenset(
            self._without_empty(part)
            for part in map(self._plain, names(words))
            if not self._empty.fullmatch(part)
        )
        if len(parts) > 1 and parts <= known:
            return parts
        if len(whole) > LONGEST_JOINED:
            return frozenset()
        bare = self._without_joined(whole, known)
        alone = frozenset({bare}) if bare else self._named_twice(whole, known)
        if alone:
            return alone
        found = [self._without_joined(part, known) for part in parts]
        return frozenset(found) if len(found) > 1 and all(found) else frozenset()

    def _named_twice(self, words: str, known: frozenset[str]) -> frozenset[str]:
        """Return the names of a disease and of its abbreviation, in either order.

        An abbreviation that is no name by itself must be the initials of the name:
        "Osteoarthritis (MM)" may be anything.
        """
        match = _TWICE.fullmatch(words)
        if match is None:
            return frozenset()
        name = self._without_joined(f"{match['name']}{match['rest']}", known)
        again = self._without_joined(match["again"], known)
        if name and again:
            return frozenset({name, again})
        if name and match["again"] == _initials(match["name"]):
            return frozenset({name})
        if again and not match["rest"] and match["name"] == _initials(match["again"]):
            return frozenset({again})
        return frozenset()

    def _without_code(self, words: str) -> str:
        """Return a title without its code: "M17.9 Gonarthrose".

        A code that is not everyday stays: the name may be another one's.
        """
        match = _CODE.fullmatch(words)
        if match is None or not self._is_code_quiet(match["first"] or match["last"]):
            return words
        return match["behind"] or match["before"]

    def _without_joined(self, words: str, known: frozenset[str]) -> str:
        """Return the name without its side, grade or year; "" if none is left.

        Every word that is left out must be one that this name may have next to it.
        """
        if words in known:
            return words
        # Most groups have no word in a title: each is searched once.
        joints = self._joints_in(words)
        if not joints:
            return ""
        states = [_Shortened(words, frozenset())]
        tried = {*states}
        for _ in range(MOST_JOINED):
            following = [one for state in states for one in _shorten(state, joints)]
            states = [one for one in dict.fromkeys(following) if one not in tried]
            tried.update(states)
            for one in states:
                if one.rest in known and self._takes(one):
                    return one.rest
            if len(tried) > MOST_TRIED:
                break
        return ""

    def _joints_in(self, words: str) -> list[_Joint]:
        """Return the groups of which a text has words.

        There are none if it has another word that is in no name, as most texts do.
        """
        found = {
            joint: spans
            for joint in self._joints
            if (spans := [place.span() for place in joint.words.finditer(words)])
        }
        every = [span for spans in found.values() for span in spans]
        spare = (one for one in _TOKEN.finditer(words) if one[0] not in self._tokens)
        is_known = all(
            any(start <= one.start() and one.end() <= end for start, end in every)
            for one in spare
        )
        return [*found] if is_known else []

    def _takes(self, short: _Shortened) -> bool:
        name = short.rest
        is_bare = "@" in name or self._never_bare.search(name)
        return not is_bare and all(one.names.fullmatch(name) for one in short.joints)

    def _without_empty(self, name: str) -> str:
        """Return a name without the words at its ends that say nothing."""
        if self._never_bare.search(name):
            return name
        name = self._empty_start.sub("", name)
        while (bare := self._empty_end.sub("", name)) != name:
            name = bare
        return name

    def _plain(self, words: str) -> str:
        """Return a name in lower case, with `@` for a vertebra.

        Accents, tag, year and the signs around it are left out.
        """
        bare = NAME_ENDS.sub("", self._tag.sub("", folded(words)))
        name = self._level.sub(" @ ", self._year.sub("", bare))
        name = _BEHIND_LEVEL.sub("@ ", name)
        return _SPACES.sub(" ", NAME_ENDS.sub("", name)).strip()


def _shorten(state: _Shortened, joints: Iterable[_Joint]) -> Iterator[_Shortened]:
    """Yield a name without each of the joined words in it."""
    for joint in joints:
        for place in joint.words.finditer(state.rest):
            before = _LEFT_AT_END.sub("", state.rest[: place.start()])
            after = _LEFT_AT_START.sub("", state.rest[place.end() :])
            # Writing without borders has none where a word was taken out.
            for rest in {f"{before} {after}".strip(), f"{before}{after}"}:
                if rest:
                    yield _Shortened(rest, state.joints | {joint})
