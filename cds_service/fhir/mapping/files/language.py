"""Read and check the files of `mappings/texts/`, one for each language.

A file has the words of each concept, and words that help to read any text. All are
regular expressions. Those of all languages count together.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from textwrap import fill
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from cds_service.core.data_file import (
    Closed,
    DataTable,
    Faults,
    label,
    read_toml,
    validated,
)
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.letters import faults_of, listed_letters
from cds_service.fhir.mapping.files.overlay import files_in_force

# `_SOUND` matches patterns that need not be compiled to see that they are valid: words
# with groups, two deep at most. It matches all but 250 of our 10,000; to compile them
# all would take a quarter of a second. A possessive `*+` would do for `(?>...)`, but
# Python 3.11.2 (Debian 12) matches it wrongly.
_TIMES = r"(?:[?*+]|\{[0-9]{1,2}\}|\{0,[0-9]{1,2}\}|\{1,[1-9][0-9]?\})"
_CLASS = r"\[\^?(?:0-[1-9]|1-[2-9]|a-z|[^\\\[\]^-])+\]"
_SIGN = rf"(?:[^\\()\[\]{{}}?*+|^$]|\\[dDsSwW.()\[\]{{}}?*+|^$/-]|{_CLASS}){_TIMES}?"
_FLAT = rf"(?>(?:{_SIGN}|\\[bB]|[|^$])*)"
_GROUPED = rf"(?>(?:{_SIGN}|\\[bB]|[|^$]|\((?:\?:)?{_FLAT}\){_TIMES}?)*)"
_PART = rf"{_SIGN}|\\[bB]|[$^]|\((?:\?:)?{_GROUPED}\){_TIMES}?|\(\?[=!]{_GROUPED}\)"
_SOUND = re.compile(rf"(?>(?:{_PART}|\|)*)")
# A sound pattern without a bar outside of its brackets.
ONE_WORD = rf"(?>(?:{_PART})*)"


def in_one_row(phrase: str) -> str:
    """Join the rows of a phrase that is longer than a line of its file."""
    if "\n" not in phrase:
        return phrase
    return "".join(row.strip() for row in phrase.splitlines())


def _checked_pattern(written: str) -> str:
    written = in_one_row(written)
    if _SOUND.fullmatch(written):
        return written
    try:
        re.compile(written)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return written


Pattern = Annotated[str, AfterValidator(_checked_pattern)]


def _with_one_group(written: str) -> str:
    if re.compile(written).groups != 1:
        raise ValueError("needs one group, around the number")
    return written


class Examples(Closed):
    """Texts that words must recognise, and texts that they must not.

    Optional. `mappings check` tries them; ours are in the tests.
    """

    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = Field((), alias="counter-examples")


class Words(Examples):
    """The words of a concept.

    Attributes:
        any: words that name the concept.
        short: ambiguous words and abbreviations: they count only next to the spine.
        none: words that rule the concept out.
        none_of: names of lists in `rules-out` that rule it out too.
        harmless: a text that consists of these words alone, those of all languages
            together, does not name the concept.
    """

    any: tuple[Pattern, ...] = Field(min_length=1)
    short: tuple[Pattern, ...] = ()
    none: tuple[Pattern, ...] = ()
    none_of: tuple[str, ...] = Field((), alias="none-of")
    harmless: tuple[Pattern, ...] = ()


class Joints(DataTable):
    """Words between two names, and around a denial.

    Attributes:
        and_, or_: words between two names.
        to: words between the two ends of a range.
        with_: words before an aside.
        contrast: `but`: a denial ends there.
        turned: denials that do not deny what is named with them: `no change of`, `not
            excluded`. The rest is read without them.
        found: words for what is there. A name next to one of them does not continue a
            list of denied things.
        relatives: words for a relative. A sentence with one is about the relative.
        persons: words for another person: husband, carer, died of. What a clause of a
            problem's title names after one is not the patient's.
        both: words by which something grave that another person has is the patient's
            too, with `@` for the person: `@ and patient both had`.
        own: words with which the patient's part begins: `mother had one, patient has`.
        denying: words before a name that deny it, with what may come between: `without
            mention of`.
        denied: words after a name that deny it: `ruled out`.
        shown: words after a denied name that limit nothing: `on MRI`.
    """

    and_: tuple[Pattern, ...] = Field((), alias="and")
    or_: tuple[Pattern, ...] = Field((), alias="or")
    to: tuple[Pattern, ...] = ()
    with_: tuple[Pattern, ...] = Field((), alias="with")
    contrast: tuple[Pattern, ...] = ()
    turned: tuple[Pattern, ...] = ()
    found: tuple[Pattern, ...] = ()
    relatives: tuple[Pattern, ...] = ()
    persons: tuple[Pattern, ...] = ()
    both: tuple[Pattern, ...] = ()
    own: tuple[Pattern, ...] = ()
    denying: tuple[Pattern, ...] = ()
    denied: tuple[Pattern, ...] = ()
    shown: tuple[Pattern, ...] = ()


class Exceptions(DataTable):
    """The words of a denial of all but a place: `no metastases except in L2`.

    Attributes:
        denial: words that deny, before the name: `no`.
        ends: words at which that denial may end: `and`, `but`.
        by: words by which a place is excepted: `except`. A denial ends there.
        small: words before the place: `in the`.
        place: beginnings of its name. A vertebra counts in every language.
        other: what a place may have that the denial did not mean: a fracture.
        by_what: words behind the place that tell of what was denied, or why it is
            there: `lytic`, `since`.
        by_behind: words by which a place before them is excepted: `以外`.
        denial_behind: words that deny, behind the name: `なし`.
    """

    denial: tuple[Pattern, ...] = ()
    ends: tuple[Pattern, ...] = ()
    by: tuple[Pattern, ...] = ()
    small: tuple[Pattern, ...] = ()
    place: tuple[Pattern, ...] = ()
    by_what: tuple[Pattern, ...] = ()
    other: tuple[Pattern, ...] = ()
    by_behind: tuple[Pattern, ...] = ()
    denial_behind: tuple[Pattern, ...] = ()


class Vertebrae(DataTable):
    """The names of vertebrae.

    Attributes:
        thoracic, lumbar: names before a number, with what may be between them.
        numbered: forms of a number before a name, with `#` for figures and `@` for one
            of the ordinals.
        ordinals: first to twelfth.
        thoracic_after, lumbar_after: names written after a number or ordinal.
        not_after: text after a name and number that are no vertebra (`T1-weighted`).
        techniques: planes and sequences of an image: in a row with them `T1` and `T2`
            are sequences too.
        sequence_before: words before `T1` or `T2` that make it a sequence of an MRI, if
            the text has a word of `signals` and another level (`L3 oedema on T2`).
        signals: words for the brightness of something in an MRI.
        followers: words that may follow a number that continues a list of levels.
            Before any other word the number counts something.
        days: the number of a day with its full stop, which ends no sentence: `bis 3.`
            in `bis 3. November`.
        accidents: events: "after" before one of them says nothing about a level.
        regions: words for each part of the spine, for texts that name no vertebra.
        fixations: screws, rods and fusions, whose levels need no cement.
        broken: words for a fracture, next to the vertebra that has it.
        apart: words between two statements of an order, besides "and" and "with".
        left: words next to a vertebra that was not treated: "aborted", "postponed".
        spared: words next to one that gets no cement: "treated conservatively".
        tried: words in a text by which `spared` says what was tried before the
            operation: "failed", "weeks".
        later: words next to one that is to be treated: "planned", "next week".
        not_whole: words by which something else than the vertebra was left: "biopsy",
            "left pedicle", "MRI".
        upon: words between two neighbours that slip: `spondylolisthesis L4 on L5`.
        versus: words between two vertebrae of which one is meant, besides "or".
        one_of, one_of_after: words before or after a list of which one is meant.
        of_last: words after a list that are about its last vertebra: `L1, L3 old`.
        elsewhere: words of a part of an order whose vertebra gets no cement: a
            catheter, an electrode, a room, a pain that radiates, a day after, an
            infection, an ablation. Next to a vertebra they are about it alone.
        replaced: words right before a vertebra that was meant or treated earlier:
            "formerly", "instead of", "prior kyphoplasty".
        nonunion: words for a fracture that has not healed: an old one is treated.
        unbroken: words behind a vertebra that deny its fracture: `L4 oedema, no
            fracture`.
        ablations: words for an ablation. Named at each level, it is done with the
            cement.
        ablated_with: words between an ablation and an operation that are done at one
            level, next to those of `with`.
        not_body: parts of a vertebra that need no cement, even broken, and ribs, next
            to its name: `L2 transverse process fracture`.
        plain: words of a part without the operation's name whose vertebrae are to be
            treated too, next to plain words of reasons: sides, ways.
    """

    thoracic: tuple[Pattern, ...] = ()
    lumbar: tuple[Pattern, ...] = ()
    numbered: tuple[Pattern, ...] = ()
    ordinals: tuple[Pattern, ...] = Field((), min_length=12, max_length=12)
    thoracic_after: tuple[Pattern, ...] = ()
    lumbar_after: tuple[Pattern, ...] = ()
    not_after: tuple[Pattern, ...] = ()
    techniques: tuple[Pattern, ...] = ()
    sequence_before: tuple[Pattern, ...] = ()
    signals: tuple[Pattern, ...] = ()
    followers: tuple[Pattern, ...] = ()
    days: tuple[Pattern, ...] = ()
    accidents: tuple[Pattern, ...] = ()
    regions: Mapping[str, tuple[Pattern, ...]] = {}
    fixations: tuple[Pattern, ...] = ()
    broken: tuple[Pattern, ...] = ()
    apart: tuple[Pattern, ...] = ()
    left: tuple[Pattern, ...] = ()
    spared: tuple[Pattern, ...] = ()
    tried: tuple[Pattern, ...] = ()
    later: tuple[Pattern, ...] = ()
    not_whole: tuple[Pattern, ...] = ()
    upon: tuple[Pattern, ...] = ()
    versus: tuple[Pattern, ...] = ()
    one_of: tuple[Pattern, ...] = ()
    one_of_after: tuple[Pattern, ...] = ()
    of_last: tuple[Pattern, ...] = ()
    elsewhere: tuple[Pattern, ...] = ()
    replaced: tuple[Pattern, ...] = ()
    nonunion: tuple[Pattern, ...] = ()
    unbroken: tuple[Pattern, ...] = ()
    ablations: tuple[Pattern, ...] = ()
    ablated_with: tuple[Pattern, ...] = Field((), alias="ablated-with")
    not_body: tuple[Pattern, ...] = ()
    plain: tuple[Pattern, ...] = ()


class Durations(DataTable):
    """The words by which an order says when it ends.

    Attributes:
        until_day: how we write an end date: `until {day}`, or with the day as
            2027-01-15 `tot {iso}`.
        units: words for each unit of `durations.toml`.
        numbers: numbers in words, with their values.
        spans: words for a length, with a shorter way to write it: `fortnight` is `2
            weeks`.
        and_half: words that add half a unit, before the unit or after it.
        months: names of the months, January first.
        to: words between the two numbers of a range.
        for_: words before a duration that make it one: `for`.
        soft: words before a duration that make it a rough one: `about`.
        until: words before an end.
        until_date: words that make only a date after them an end.
        until_after: words behind a date that make it an end.
        until_event: words that by themselves name an end without a day, in languages
            whose word for `until` comes after it.
        part_of_month: words before a month that make it a time which is not read.
        every: words before a frequency.
        since: words before a time that has gone by.
        delay: words before a time to wait.
        course: words after a duration that make it a drug's whole course (`6 day
            taper`).
        course_end: words by which a drug's course is over, behind a comma or a word of
            `clause`: `then finished`. Those of `stop` do so anywhere at the end.
        rate: words after a number that make it a frequency.
        ago: words after a time that has gone by.
        past: words between a duration and the event from which it counts.
        stop, start: words for an order's end and its beginning.
        up: words for a patient who gets up.
        brace, bed_rest, others: words that say what a clause is about.
        complaints: words for pain, an injury, a stay or a limb. In the clause of a
            text's only length they leave open what the length is of.
        earlier: words for an earlier brace or rest, or for what has been worn so far. A
            length in their clause is not the order's for sure.
        posture: words for the times when a brace is worn (`when out of bed`). They say
            nothing about its length.
        fillers: words that say nothing about what a length belongs to.
        clause: words between two clauses.
        go_on: words after a length that leave it free to be replaced.
        least_before, least_after: words that make a length the shortest one, which is
            no end.
        more_before: those of them that a denial behind the length reverses: `more
            than`.
        not_worn: words behind a length, up to the end of the clause, by which a brace
            is not worn for longer.
        loose: times without a number that we can read, so that the end is doubtful.
        overnight: words for bed rest that ends without a day.
        never: words after `until` that name no end.
        endless: words by which a brace has no end, whatever else is stated.
        lasting: words by which it has none if no end is stated: next to a length,
            `permanently` may mean all day.
        denial: words before such words that reverse them: `not`.
        without: those of them that deny what comes next alone: `without`.
        asides: words for lifting, bearing weight, precautions and lasting drugs. A
            clause with one, and without a brace, says nothing of the brace's time.
        along: words between a length and what goes along with it: `with`.
        soon: words for a time within a day: `tomorrow`.
        later: words for a day that is not read: `Monday`, `next week`.
        step: words by which a length follows another: `then`, `followed by`.
        further: words by which a length is added to another: `2 more weeks`.
        within: words by which a length is a part of another: `the first 4 weeks`.
        limits: words by which it is a limit of another: `at most`.
        in_all: words by which a length holds all others: `8 weeks in all`.
        worn_how: words for how a brace is worn: `part time`, `at night`.
        unless: words by which a brace is worn for longer than its length if something
            goes wrong.
        condition: words that make a second length depend on something: `if`.
        may_last: words by which a length may become longer: `longer if`.
        weaning: words for taking a brace off gradually.
        spread: words before the length of a weaning: `over 6 weeks`.
        checks: examinations on which a second length may depend: `12 weeks if not
            healed on X-ray`.
        abbreviated: words whose full stop ends no clause: `mind. 12 Wochen`.
        before_operation: words behind a length that ends before the operation.
        changed: words by which a length takes the place of another: `extended to`.
        own_number: words before a number that belongs to them, not to the length after
            it: a vertebra, a grade, an amount.
        payer: months for which a payer pays for equipment; 99 means for life. They are
            no wear time.
    """

    until_day: str = ""
    units: Mapping[str, tuple[Pattern, ...]] = {}
    numbers: Mapping[Pattern, float] = {}
    spans: Mapping[Pattern, str] = {}
    and_half: tuple[Pattern, ...] = ()
    months: tuple[Pattern, ...] = ()
    to: tuple[Pattern, ...] = ()
    for_: tuple[Pattern, ...] = Field((), alias="for")
    soft: tuple[Pattern, ...] = ()
    until: tuple[Pattern, ...] = ()
    until_date: tuple[Pattern, ...] = ()
    until_after: tuple[Pattern, ...] = ()
    until_event: tuple[Pattern, ...] = ()
    part_of_month: tuple[Pattern, ...] = ()
    every: tuple[Pattern, ...] = ()
    course: tuple[Pattern, ...] = ()
    course_end: tuple[Pattern, ...] = ()
    rate: tuple[Pattern, ...] = ()
    ago: tuple[Pattern, ...] = ()
    since: tuple[Pattern, ...] = ()
    delay: tuple[Pattern, ...] = ()
    past: tuple[Pattern, ...] = ()
    stop: tuple[Pattern, ...] = ()
    start: tuple[Pattern, ...] = ()
    up: tuple[Pattern, ...] = ()
    brace: tuple[Pattern, ...] = ()
    bed_rest: tuple[Pattern, ...] = ()
    others: tuple[Pattern, ...] = ()
    complaints: tuple[Pattern, ...] = ()
    earlier: tuple[Pattern, ...] = ()
    posture: tuple[Pattern, ...] = ()
    fillers: tuple[Pattern, ...] = ()
    clause: tuple[Pattern, ...] = ()
    go_on: tuple[Pattern, ...] = ()
    least_before: tuple[Pattern, ...] = ()
    least_after: tuple[Pattern, ...] = ()
    more_before: tuple[Pattern, ...] = ()
    not_worn: tuple[Pattern, ...] = ()
    loose: tuple[Pattern, ...] = ()
    overnight: tuple[Pattern, ...] = ()
    never: tuple[Pattern, ...] = ()
    endless: tuple[Pattern, ...] = ()
    lasting: tuple[Pattern, ...] = ()
    denial: tuple[Pattern, ...] = ()
    without: tuple[Pattern, ...] = ()
    asides: tuple[Pattern, ...] = ()
    along: tuple[Pattern, ...] = ()
    soon: tuple[Pattern, ...] = ()
    later: tuple[Pattern, ...] = ()
    changed: tuple[Pattern, ...] = ()
    step: tuple[Pattern, ...] = ()
    further: tuple[Pattern, ...] = ()
    within: tuple[Pattern, ...] = ()
    limits: tuple[Pattern, ...] = ()
    in_all: tuple[Pattern, ...] = ()
    worn_how: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    condition: tuple[Pattern, ...] = ()
    may_last: tuple[Pattern, ...] = ()
    before_operation: tuple[Pattern, ...] = ()
    weaning: tuple[Pattern, ...] = ()
    spread: tuple[Pattern, ...] = ()
    checks: tuple[Pattern, ...] = ()
    abbreviated: tuple[Pattern, ...] = ()
    own_number: tuple[Pattern, ...] = ()
    payer: tuple[Pattern, ...] = ()


class Years(DataTable):
    """Words that say when something was, and words next to a year that is no date.

    Attributes:
        ago: a number of years in the past. The number is the only group.
        treated: a number of years after the treatment of a cancer, or free of it. The
            number is the only group.
        childhood: words for childhood.
        edition_before, edition_after: words before or after the year of an edition, or
            a number that only looks like a year: `TNM 2009`, `2000 ng`.
    """

    ago: tuple[Annotated[Pattern, AfterValidator(_with_one_group)], ...] = ()
    treated: tuple[Annotated[Pattern, AfterValidator(_with_one_group)], ...] = ()
    childhood: tuple[Pattern, ...] = ()
    edition_before: tuple[Pattern, ...] = ()
    edition_after: tuple[Pattern, ...] = ()


class Language(DataTable):
    """A file in `texts/`; each table without a field here is that of a concept.

    Attributes:
        reviewed: a reader of this language, whom a site names, has read the file.
        letters: the letters besides a to z, one by one; Chinese, Japanese and Korean
            signs as ranges. None if the file has too few words for lists of diagnoses
            and drugs in this language to count as read.
        rules_out: lists of words that rule out what is named next to them: denied, past
            or another person's.
        spelled_out: the words to read for an abbreviation, in this order.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Words]
    reviewed: bool = False
    letters: str | None = None
    spelled_out: Mapping[Pattern, str] = {}
    rules_out: Mapping[str, tuple[Pattern, ...]] = {}
    joints: Joints = Joints()
    exception: Exceptions = Exceptions()
    vertebrae: Vertebrae = Vertebrae()
    durations: Durations = Durations()
    years: Years = Years()

    @property
    def concepts(self) -> Mapping[str, Words]:
        """Return the words of each concept."""
        return self.__pydantic_extra__

    @model_validator(mode="after")
    def _lists_exist(self) -> Self:
        for concept, words in self.concepts.items():
            if missing := sorted({*words.none_of} - self.rules_out.keys()):
                raise ValueError(
                    f"{concept}: none-of names {missing[0]}, which is no list of"
                    " rules-out"
                )
        return self

    def texts(self) -> Iterator[str]:
        """Yield the words of its concepts, and their examples."""
        for words in self.concepts.values():
            yield from (*words.any, *words.short, *words.harmless, *words.examples)

    def shared_lists(self, concept: str) -> tuple[tuple[str, ...], ...]:
        """Return the lists of `rules-out` that rule this concept out."""
        words = self.concepts.get(concept)
        return tuple(self.rules_out[name] for name in words.none_of) if words else ()


# Concepts for which a language needs words before its lists count as read. All our
# languages with `letters` have them.
OF_LISTS = frozenset(
    {
        "ankylosed-spine",
        "bed-rest",
        "biopsy",
        "bone-infection-elsewhere",
        "bone-malignancy-ever",
        "bone-specialist",
        "bone-treatment",
        "brace",
        "brace-visit",
        "cancer-ever",
        "cancer-implied",
        "care-home",
        "declined",
        "deep-infection",
        "dementia",
        "denial",
        "diabetes",
        "dialysis",
        "dietitian",
        "dominant-hand",
        "dxa",
        "earlier-vertebral-fracture",
        "end-of-life",
        "fall",
        "fall-from-height",
        "falls-clinic",
        "goes-on",
        "held",
        "hip-fracture",
        "hospice-care",
        "kept-on",
        "kidney-disease-unstaged",
        "kyphoplasty",
        "leg-weakness",
        "local-route",
        "long-standing",
        "malignancy",
        "malignancy-elsewhere",
        "moving-forbidden",
        "neurological-deficit",
        "no-information",
        "not-done",
        "not-worn",
        "oesophagus-disease",
        "orders-first",
        "other-at-level",
        "other-fracture",
        "other-order",
        "parkinson",
        "perhaps-this-level",
        "prior-spinal-surgery",
        "rehabilitation",
        "repeated-falls",
        "sepsis",
        "severe-frailty",
        "severe-kidney-disease",
        "single-dose",
        "sphincter-trouble",
        "spinal-disease-unstated",
        "spinal-infection",
        "spinal-instability",
        "spine",
        "stable-burst-fracture",
        "steroid-denied",
        "steroid-put",
        "suspicion",
        "t-score-elsewhere",
        "t-score-forearm",
        "t-score-hip",
        "t-score-peripheral",
        "taken-off",
        "unstable-fracture",
        "vertebral-augmentation",
        "vertebral-fracture",
        "vertebroplasty",
        "whole-denial",
        "withdrawn",
        "wound-revision",
        "z-score",
    }
)


def read_languages(folders: Sequence[Path]) -> Mapping[str, Language]:
    """Read the files in `texts/`, by the language's code.

    Raises:
        DataFileError: a file is wrong.
    """
    files = files_in_force(folders, "texts", ".toml")
    languages = _read(files)
    _check_alphabets(languages, files)
    _check_lists_have_words(languages, files)
    _check_supports(languages, files)
    return languages


def _read(files: Mapping[str, Path]) -> Mapping[str, Language]:
    languages: dict[str, Language] = {}
    faults = Faults()
    for code, path in files.items():
        with faults:
            languages[code] = validated(Language, read_toml(path), path)
    faults.stop()
    return languages


def _check_alphabets(
    languages: Mapping[str, Language], files: Mapping[str, Path]
) -> None:
    """Refuse letters that lack some of the file's words, or hold another script."""
    stated = {
        code: language.letters
        for code, language in languages.items()
        if language.letters is not None
    }
    of_all = frozenset[str]()
    for letters in stated.values():
        with suppress(ValueError):  # `faults_of` reports it below
            of_all |= listed_letters(letters)
    faults = Faults()
    for code, letters in stated.items():
        for message in faults_of(letters, languages[code].texts(), of_all):
            with faults:
                raise DataFileError(label(files[code]), "letters", message)
    faults.stop()


def _check_lists_have_words(
    languages: Mapping[str, Language], files: Mapping[str, Path]
) -> None:
    """Refuse letters of a language that lacks words for a concept.

    Its lists would count as read, and as "no" to a concept without words.
    """
    faults = Faults()
    for code, language in languages.items():
        missing = sorted(OF_LISTS - language.concepts.keys())
        if language.letters is None or not missing:
            continue
        with faults:
            message = (
                "lists in this language would count as read, and these have no words"
                f" yet: {', '.join(missing)}; leave letters out until then"
            )
            raise DataFileError(label(files[code]), "letters", message)
    faults.stop()


# What a language that names a brace or bed rest needs, or `no brace` would be an order.
SUPPORTS = frozenset({"brace", "bed-rest"})
OF_SUPPORTS = frozenset({"declined", "withdrawn"})


def _check_supports(
    languages: Mapping[str, Language], files: Mapping[str, Path]
) -> None:
    """Refuse names of a brace or bed rest without words that decline them."""
    faults = Faults()
    for code, language in languages.items():
        named = sorted(SUPPORTS & language.concepts.keys())
        missing = sorted(OF_SUPPORTS - language.concepts.keys())
        if not named or not missing:
            continue
        with faults:
            message = (
                f"a denied order would count as one: write {_in_brackets(missing)}"
                " as well"
            )
            raise DataFileError(label(files[code]), named[0], message)
    faults.stop()


# Tables that decide if a text denies, suspects or withdraws something it names.
DECIDE_NO = (
    "denial",
    "whole-denial",
    "suspicion",
    "not-done",
    "occasion",
    "declined",
    "withdrawn",
    "other-order",
    "orders-first",
    "purpose",
    "asks-for",
    "aside",
    "who",
)
# The table that decides if an order forbids to move the patient.
FORBIDS_MOVING = "moving-forbidden"
# Keys of `[durations]` that decide if a number is how long a brace is worn.
DECIDE_LENGTHS = (
    "units",
    "until_day",
    "soft",
    "every",
    "rate",
    "ago",
    "since",
    "delay",
    "past",
    "stop",
    "start",
    "up",
    "brace",
    "bed_rest",
    "others",
    "complaints",
    "posture",
    "fillers",
    "least_before",
    "loose",
)

WIDTH = 88  # columns of a terminal


def lacking_tables(languages: Mapping[str, Language]) -> Iterator[str]:
    """Yield a note on each language that lacks words that decide something.

    They decide a "no", the length of a brace, or if an order forbids to move.

    A file is valid without them: its texts are then read by the words of the others. A
    note may have several lines.
    """
    for code, language in languages.items():
        tables = [one for one in DECIDE_NO if one not in language.concepts]
        lengths = [
            name.rstrip("_").replace("_", "-")
            for name in DECIDE_LENGTHS
            if not getattr(language.durations, name)
        ]
        parts = []
        if tables:
            parts.append(f'of "no" {_in_brackets(tables)}')
        if FORBIDS_MOVING not in language.concepts:
            parts.append(f"of an order not to move [{FORBIDS_MOVING}]")
        if len(lengths) == len(DECIDE_LENGTHS):
            parts.append("of the length of a brace all of [durations]")
        elif lengths:
            parts.append(
                f"of the length of a brace {', '.join(lengths)} in [durations]"
            )
        if parts:
            line = f"texts/{code}.toml lacks words that decide: {'; '.join(parts)}"
            yield fill(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _in_brackets(tables: Iterable[str]) -> str:
    return ", ".join(f"[{one}]" for one in tables)


Table = Joints | Exceptions | Vertebrae | Durations | Years


def ignoring_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def either(patterns: Iterable[str]) -> str:
    """Return one pattern for all of these; of two that fit, the first counts."""
    return "|".join(patterns)


def any_of(tables: Iterable[Table], name: str) -> str:
    """Return the words of this name in all tables as one pattern.

    If two fit, the longer one counts. It never fits if there are none.
    """
    words = {word for table in tables for word in getattr(table, name)}
    return "|".join(sorted(words, key=lambda word: (-len(word), word))) or "(?!)"


class Speller:
    """Replaces abbreviations by what they stand for."""

    def __init__(self, languages: Iterable[Language]) -> None:
        """Compile the abbreviations of these languages."""
        pairs = [pair for one in languages for pair in one.spelled_out.items()]
        self._pairs = [
            (re.compile(short, re.IGNORECASE), whole) for short, whole in pairs
        ]

    def spell_out(self, text: str) -> str:
        """Return the text without the abbreviations."""
        for short, whole in self._pairs:
            text = short.sub(whole, text)
        return text
