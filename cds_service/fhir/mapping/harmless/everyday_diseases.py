"""Read the names of everyday diseases as made of known words.

The words are in `everyday-diseases.toml`. A title with one unknown word is no such
name: the file lists what is known, not what is not meant.

A name behind which nothing of the spine can hide belongs in `harmless.toml`: it
supports a "no" (`harmless.py`). A word by which a discharge only sees that there is
nothing to ask belongs here, and supports none.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntFlag
from typing import NamedTuple, Self

from pydantic import Field

from cds_service.core.data_file import DataFile
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.texts.kept_texts import kept
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE, any_folded, folded

FILE = "everyday-diseases.toml"
Words = Mapping[str, tuple[str, ...]]
# Between the parts of a title; a plus with spaces around it adds one.
_PARTS = re.compile(r"[,;()\[\]/\n、，；：（）・]| \+ |: ")
# Signs that say nothing next to a word.
_SIGNS = re.compile(r"[\s.'’:&~〜*–—-]+")
# A day or a month before a year says no more than it does.
_YEAR = re.compile(r"(?<!\d)(?:\d{1,2}[./-]){0,2}((?:19|20)\d\d)(?!\d) ?[年년]?")
# Of a smoker, or how long it has lasted.
_FOR_YEARS = re.compile(
    r"(?<![a-zà-ÿ0-9.])\d{1,2} ?"
    r"(?:(?:pack[- ]?years?|py|years?|yrs?|jahren?|ans|anos|anni|jaar|lat)(?![a-z])"
    r"|[年년](?![a-z0-9]))"
)
_LATIN = "a-z0-9"
_OF_WORD = re.compile(f"[{_LATIN}]")
# What was found at the operation of a cancer, and its grade: `pT1c pN0 M0 G2 R0`. A
# metastasis (M1) and a tumour that came back (rT) are not among it.
_STAGED = re.compile(
    r"(?<![a-z0-9])(?:[cpy]{0,2}(?:t(?:is|[0-4]|x)[a-d]?(?:\([a-z0-9]+\))?"
    r"|n[0-3x][a-c]?(?:\((?:sn|mi|i[+-])\))?|mx|m0)){1,3}(?![a-z0-9])"
    r"|(?<![a-z0-9])(?:g[1-4]|r0|l[01x]|v[01x]|pn[01x]|(?:er|pr|her2)"
    r"(?:[+-]| ?(?:positiv|negativ|pos|neg)[a-z]{0,2}\b)?"
    r"|gleason(?: score)? ?\d(?: ?\+ ?\d(?: ?= ?\d)?)?)(?![a-z0-9])"
)
# Chinese, Japanese and Korean put spaces where they like.
_LOOSE = re.compile(rf" (?=[^{_LATIN} ])|(?<=[^{_LATIN} ]) ")


class _Kind(IntFlag):
    """The kinds of words in a part of a title."""

    NAME = 1  # that has no site
    OF_SITES = 2
    SITE = 4
    OF_BEFORE = 8
    DATED = 16
    GRADE = 32
    OF_DATED = 64
    DRUG = 128
    UNDER_WAY = 256
    TREATED = 512
    BEFORE = 1024
    STOPPED = 2048
    REMOVED = 4096
    OF_JOINTS = 8192  # an artificial joint, or what was done to one
    ELSEWHERE = 16384  # a site that is no joint
    UNGRADED = 32768  # a name that has no degrees
    PLAIN = 0


_BESIDE_NO_CANCER = _Kind.GRADE | _Kind.DRUG | _Kind.UNDER_WAY


class EverydayDiseasesFile(DataFile):
    """`everyday-diseases.toml`: words by language.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        but: names of `harmless.toml` that do not count with other words next to them.
        everyday: names that are everyday also when they are new.
        implants: names next to which a word of `removed` is not known.
        graded: names that have degrees, at the signing of an order.
        spinal: names of the spine, next to which an operation is not known then.
        of_sites: the same, which may have one of `sites` next to them.
        of_before: names that are no news if they were recorded before.
        of_before_sites: the same, which may have a site.
        dated: names that are no news with an old year alone.
        sites: parts of the body.
        joints: those of `sites` that `of_before_sites` may have.
        plain: words that may be next to any name.
        grades: degrees and stages.
        treated: words of a treatment, which make a name one of `of_before`.
        removed: the same, by which something is gone: not known of an implant.
        drugs: what is taken for a disease, which is not known next to a cancer.
        over: words by which a disease is over.
        of_dated: words that are known only next to one of `dated`.
        of_old_cancers: words of an old cancer, at the signing of an order.
        under_way: words by which a disease goes on, not known next to a cancer.
        stopped: words by which a habit or a drug is over, not known next to a drug.
        before: words by which a disease is an earlier one, not known of a drug alone.
    """

    reviewed: bool
    but: tuple[Pattern, ...] = Field(min_length=1)
    implants: tuple[Pattern, ...] = Field(min_length=1)
    graded: tuple[Pattern, ...] = Field(min_length=1)
    spinal: tuple[Pattern, ...] = Field(min_length=1)
    everyday: Words
    of_sites: Words = Field(alias="of-sites")
    of_before: Words = Field(alias="of-before")
    of_before_sites: Words = Field(alias="of-before-sites")
    dated: Words
    sites: Words
    joints: Words
    plain: Words
    grades: Words
    treated: Words
    removed: Words
    drugs: Words
    over: Words
    of_dated: Words = Field(alias="of-dated")
    of_old_cancers: Words = Field(alias="of-old-cancers")
    under_way: Words = Field(alias="under-way")
    stopped: Words
    before: Words


class EverydayTitle(NamedTuple):
    """A title that consists of known words.

    Attributes:
        is_of_before: it is no news only if it was recorded before.
        is_dated: it names a cancer, which is no news only if its years are old.
        years: those that it gives.
    """

    is_of_before: bool
    is_dated: bool
    years: frozenset[int]


class EverydayDiseases:
    """The words of the file, with the names of harmless diseases."""

    def __init__(
        self,
        content: EverydayDiseasesFile,
        everyday: Iterable[str] = (),
        of_before: Iterable[str] = (),
        *,
        is_at_signing: bool = False,
    ) -> None:
        """Prepare the words.

        Args:
            content: the words of the file.
            everyday: further names that are everyday when they are new.
            of_before: further names that are not.
            is_at_signing: degrees are known next to names that have some alone, and
                operations next to names of the spine are not known.
        """
        but = any_folded(content.but)
        self._implants = any_folded(content.implants)
        self._graded = any_folded(content.graded) if is_at_signing else None
        self._spinal = any_folded(content.spinal) if is_at_signing else None
        self._kinds = dict[str, set[_Kind]]()
        self._add(_all_of(content.everyday), _Kind.NAME)
        named = (one for one in everyday if not but.search(one))
        self._add(named, _Kind.NAME)
        self._add(_all_of(content.of_sites), _Kind.OF_SITES)
        self._add(_all_of(content.of_before), _Kind.NAME | _Kind.OF_BEFORE)
        named = (one for one in of_before if not but.search(one))
        self._add(named, _Kind.NAME | _Kind.OF_BEFORE)
        of_joints = _Kind.OF_SITES | _Kind.OF_BEFORE | _Kind.OF_JOINTS
        self._add(_all_of(content.of_before_sites), of_joints)
        self._add(_all_of(content.dated), _Kind.NAME | _Kind.DATED)
        self._add(_all_of(content.sites), _Kind.SITE | _Kind.ELSEWHERE)
        self._add(_all_of(content.joints), _Kind.SITE)
        self._add(_all_of(content.plain), _Kind.PLAIN)
        self._add(_all_of(content.over), _Kind.PLAIN)
        self._add(_all_of(content.of_dated), _Kind.OF_DATED)
        self._add(_all_of(content.grades), _Kind.GRADE)
        self._add(_all_of(content.treated), _Kind.TREATED)
        self._add(_all_of(content.removed), _Kind.TREATED | _Kind.REMOVED)
        self._add(_all_of(content.drugs), _Kind.OF_BEFORE | _Kind.DRUG)
        self._add(_all_of(content.under_way), _Kind.UNDER_WAY)
        self._add(_all_of(content.stopped), _Kind.STOPPED)
        self._add(_all_of(content.before), _Kind.BEFORE)
        self._longest = max(map(len, self._kinds), default=0)
        old_cancers = (content.of_old_cancers, content.dated, content.over)
        words = (_bare(folded(one)) for some in old_cancers for one in _all_of(some))
        self._of_old_cancers = {one: {_Kind.PLAIN} for one in words if one}
        # "Sin remisión" is no Italian left side of a remission.
        under_way = (_bare(folded(one)) for one in _all_of(content.under_way))
        self._of_old_cancers |= {one: {_Kind.UNDER_WAY} for one in under_way}
        self._longest_of_cancers = max(map(len, self._of_old_cancers), default=0)
        self.read: Callable[[str], EverydayTitle | None] = kept(self._read)

    def are_known(self, titles: Iterable[str]) -> bool:
        """Tell if there are titles, and each consists of known words."""
        read = [*map(self.read, titles)]
        return bool(read) and None not in read

    def is_of_old_cancer(self, title: str) -> bool:
        """Tell if each word of the title of an old cancer is known: it says no more."""
        if len(title) > LONGEST_TITLE:
            return False
        words = _STAGED.sub(" ", folded(title))
        timeless = _FOR_YEARS.sub(" ", _YEAR.sub(" ", words))
        parts = (_bare(one) for one in _PARTS.split(timeless))
        known, longest = self._of_old_cancers, self._longest_of_cancers
        covers = [_covers(part, known, longest) for part in parts if part]
        return all(kinds == {_Kind.PLAIN} for kinds in covers)

    @classmethod
    def of_harmless_names(
        cls,
        content: EverydayDiseasesFile,
        everyday: Iterable[str],
        of_before: Iterable[str],
    ) -> Self:
        """Know only harmless names, worn joints, and what may be next to them.

        Such a title supports a "no", as the name alone does. A degree is known only
        next to names that have degrees.
        """
        alone: dict[str, object] = {"everyday": {}, "of_before": {}, "dated": {}}
        kept_words = content.model_copy(update=alone)
        return cls(kept_words, everyday, of_before, is_at_signing=True)

    def _add(self, words: Iterable[str], kind: _Kind) -> None:
        names = _Kind.NAME | _Kind.OF_JOINTS
        for word in words:
            if bare := _bare(folded(word)):
                is_ungraded = (
                    self._graded and kind & names and not self._graded.search(bare)
                )
                added = kind | _Kind.UNGRADED if is_ungraded else kind
                self._kinds.setdefault(bare, set()).add(added)

    def _read(self, title: str) -> EverydayTitle | None:
        """Return what a title says; None if a part of it is not known."""
        if len(title) > LONGEST_TITLE:
            return None
        words = folded(title)
        years = frozenset(int(year) for year in _YEAR.findall(words))
        timeless = _FOR_YEARS.sub(" ", _YEAR.sub(" ", words))
        parts = [_bare(one) for one in _PARTS.split(timeless)]
        readings = [self._best(part) for part in parts if part]
        known = [one for one in readings if one is not None]
        if len(known) < len(readings):
            return None
        named = [one for one in known if one & (_Kind.NAME | _Kind.OF_SITES)]
        dated = [one for one in known if one & _Kind.DATED]
        barred = _BESIDE_NO_CANCER if dated else _Kind.OF_DATED
        if not named or len(dated) > 1 or any(one & barred for one in known):
            return None
        if _is_drug_over(known) or _has_stray_degree(known):
            return None
        if self._is_other_act(words, known):
            return None
        # The old year of a cancer is that of its treatment too.
        of_before = _Kind.OF_BEFORE if dated else _Kind.OF_BEFORE | _Kind.TREATED
        is_of_before = any(one & of_before for one in known)
        return EverydayTitle(is_of_before, bool(dated), years)

    def _is_other_act(self, words: str, parts: Iterable[_Kind]) -> bool:
        """Tell if an implant was taken out, or a spine operated on."""
        kinds = [*parts]
        is_removed = any(one & _Kind.REMOVED for one in kinds)
        if is_removed and self._implants.search(words):
            return True
        is_treated = any(one & _Kind.TREATED for one in kinds)
        return bool(is_treated and self._spinal and self._spinal.search(words))

    def _best(self, part: str) -> _Kind | None:
        """Return the kinds of the words of a part; those that ask for most count."""
        sound = [
            one
            for one in _covers(part, self._kinds, self._longest)
            if _has_place_for_site(one)
        ]
        # The surgery of a cataract is a name of its own, and no treatment of a cancer.
        named = [one for one in sound if one & _Kind.NAME and not one & _Kind.OF_DATED]
        return max(named or sound, default=None)


def _covers(part: str, known: Mapping[str, set[_Kind]], longest: int) -> set[_Kind]:
    """Return the kinds of words by each way in which known words make a part."""
    ends = {0: {_Kind.PLAIN}}
    for start in range(len(part)):
        before = ends.get(start)
        if before is None:
            continue
        for end, kinds in _words_at(part, start, known, longest):
            ends.setdefault(end, set()).update(
                one | kind for one in before for kind in kinds
            )
    return ends.get(len(part), set())


def _words_at(
    part: str, start: int, known: Mapping[str, set[_Kind]], longest: int
) -> Iterator[tuple[int, set[_Kind]]]:
    """Yield where the known words that begin here end, with the space after."""
    if start and _is_inside_word(part, start):
        return
    for end in range(start + 1, min(len(part), start + longest) + 1):
        kinds = known.get(part[start:end])
        if kinds and not (end < len(part) and _is_inside_word(part, end)):
            space = part.startswith(" ", end)
            yield end + space, kinds


def _is_drug_over(parts: Iterable[_Kind]) -> bool:
    """Tell if a drug, and not a disease, may be stopped or taken long ago."""
    kinds = [*parts]
    if not any(one & _Kind.DRUG for one in kinds):
        return False
    names = _Kind.NAME | _Kind.OF_SITES
    return any(
        one & _Kind.STOPPED
        or (one & _Kind.BEFORE and one & _Kind.DRUG and not one & names)
        for one in kinds
    )


def _has_stray_degree(parts: Iterable[_Kind]) -> bool:
    """Tell if a degree may be of a name that has none, in its part or another."""
    kinds = [*parts]
    names = _Kind.NAME | _Kind.OF_SITES
    degrees = [one for one in kinds if one & _Kind.GRADE]
    is_anywhere = any(one & _Kind.UNGRADED for one in kinds)
    return any(
        one & _Kind.UNGRADED or (is_anywhere and not one & names) for one in degrees
    )


def _all_of(words: Words) -> Iterator[str]:
    return (word for some in words.values() for word in some)


def _bare(words: str) -> str:
    """Return words without signs between them, and spaced by words alone."""
    return _LOOSE.sub("", _SIGNS.sub(" ", words).strip())


def _is_inside_word(part: str, at: int) -> bool:
    return bool(_OF_WORD.match(part[at - 1]) and _OF_WORD.match(part[at]))


def _has_place_for_site(kinds: _Kind) -> bool:
    """Tell if a site has only names next to it that may have one there."""
    if not kinds & _Kind.SITE:
        return True
    if kinds & _Kind.OF_JOINTS and kinds & _Kind.ELSEWHERE:
        return False
    return bool(kinds & _Kind.OF_SITES) and not kinds & _Kind.NAME
