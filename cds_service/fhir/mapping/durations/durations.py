"""Read the durations that an order states in words: `TLSO x 3 months`.

The words of each language are in `mappings/texts/`. A text is read clause by clause. A
number with a unit of time is the order's duration only if the words around it say so.
Frequencies, ages and delays are not durations, and clauses about something else (a
check, a dose, a visit) are ignored. Anything unclear is reported as doubtful.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from cds_service.core.data_file import Closed
from cds_service.fhir.mapping.durations.duration_denials import endless_in
from cds_service.fhir.mapping.durations.duration_lengths import DAY, Lengths
from cds_service.fhir.mapping.durations.duration_parts import Clause, Mention, blank
from cds_service.fhir.mapping.durations.duration_rows import visits_in
from cds_service.fhir.mapping.durations.duration_steps import joined_steps
from cds_service.fhir.mapping.durations.duration_sums import Worn
from cds_service.fhir.mapping.durations.duration_words import (
    LETTER,
    NEAR,
    WORD,
    DurationWords,
    Unit,
)
from cds_service.fhir.mapping.durations.last_days import LastDays
from cds_service.fhir.mapping.files.language import Language
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.texts.text_rules import UNREAD_IN_NUMBER, normal
from cds_service.outgoing.deadline import check_time

FILE = "durations.toml"
LONGEST_TEXT = 1000  # characters; the rest is not read and makes the text doubtful
MOST_AMOUNTS = 12  # numbers with a unit of time in one text; further ones are doubtful

_LATIN = re.compile(rf"[{LETTER}]")
_DIGIT = re.compile("[0-9]")
_SIGN = re.compile(rf"[0-9{LETTER}\u3400-\u9fff\uac00-\ud7a3]")
# Between the first and the last day of a dosage, and before the first.
_TO = re.compile(
    r"\s*(?:-|–|~|〜|to|through|thru|until|till|bis(?: zum)?|au|jusqu.?au|al|hasta el"
    r"|fino al|t/?m|tot(?: en met)?|do|から|至|到)\s*",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?:\b(?:from|vom|ab|van|vanaf|du|del|desde(?: el)?|dal|od)\s+|[自从從])$",
    re.IGNORECASE,
)
# A number and a word, which may be a unit of time in a language that we do not read.
# Chinese and Japanese, which write no spaces, are read.
_COUNTED = re.compile(
    r"(?<![^\W_])(?<![0-9][.,/:-])[1-9][0-9]{0,2}"
    r"(?:\s?(?:-|–|/)\s?[1-9][0-9]{0,2})?(?:\s?-\s?|\s*)"
    r"(?P<word>[^\W\d_\u3040-\u9fff]+)\b"
)
# `1_2 weeks`, `1 2 weeks`, `8 + 4 weeks`: signs in a number that may be one, and what
# is left of it
_SPLIT = re.compile(
    rf"(?<![\w.,:/-])[0-9]{{1,2}}(?: ?\+ ?[0-9]{{1,2}}(?= ?\+))*"
    rf"(?:[ \t\n]{{1,2}}| ?\+ ?|[_'’`´·\"<>{UNREAD_IN_NUMBER}]+|&#?\w{{1,8}};"
    r"|(?:</?\w{1,8}/?>)+)"
    r"(?P<last>[0-9]{1,2})(?![0-9])"
)
# `3/12`: three months, or a day of December
_TWELFTH = re.compile(
    rf"(?:(?<![0-9./{LETTER}])|(?<=\b[xX])|(?<=×))[0-9]{{1,2}}\s?/\s?12(?![0-9/])"
)
# `42/7`: 42 days, of a drug; `24/7` is day and night
_SEVENTH = re.compile(r"(?<![0-9./])(?!24\s?/)(?P<days>[0-9]{1,2})\s?/\s?7(?![0-9/])")
# What a number after `until` may be but a day: a time of the clock, within a day, or
# the level of a vertebra.
_NO_DAY = re.compile(
    r"(?<![\d.,:/-])[0-2]?\d"
    r"(?::\d\d|\s?(?:h\d\d|h|am|pm|a\.m\.|p\.m\.|uhr|uur)\b|[时時點点])"
    r"|\b(?:th?|l|s|c|d|[lb]wk)\s?\d{1,2}\b",
    re.IGNORECASE,
)


class StatedEnd(NamedTuple):
    """The last day of a drug, from the words of its dosage.

    Attributes:
        day: the day; of two that it may be, the later one.
        rest: the other words.
    """

    day: date
    rest: str


class Course(NamedTuple):
    """The length of a drug's course, from the words of its dosage.

    Attributes:
        hours: hours of all steps together.
        rest: the other words.
    """

    hours: float
    rest: str


class _File(Closed):
    units: Mapping[str, Unit]


class DurationRules:
    """Reads what a text says about the end of its order.

    Attributes:
        words: the words of all languages.
    """

    def __init__(self, words: DurationWords) -> None:
        self.words = words
        self._days = LastDays(words)
        self._lengths = Lengths(words)

    def read(
        self,
        text: str,
        subject: Literal["brace", "bed-rest"],
        *,
        is_title: bool = False,
        written: date | None = None,
    ) -> tuple[Mention, ...]:
        """Read what a text says about the end of an order of this kind.

        Positions refer to the text as given.

        Args:
            text: a text from an order.
            subject: the ordered item.
            is_title: the text is the order's title, so all of it is about the item.
            written: the day on which it was written. A last day without a year is the
                next such day; None if that is not known.
        """
        check_time()
        plain = self._with_unit_of_least(normal(text[:LONGEST_TEXT]))
        item = subject.replace("-", "_")
        mentions = list(self._read(plain, item, is_title=is_title, written=written))
        # Positions do not match the text, so nothing can be replaced.
        if len(plain) != len(text) or plain != text:
            mentions = [one._replace(until="") for one in mentions]
        if len(text) > LONGEST_TEXT:
            mentions.append(Mention("doubtful", LONGEST_TEXT, len(text)))
        return tuple(mentions)

    def names_brace(self, text: str) -> bool:
        """Tell if a text names a brace, or wearing one."""
        return self.words.names(normal(text[:LONGEST_TEXT]), "brace")

    def says_changed(self, text: str) -> bool:
        """Tell if a text says that a length was changed: "extended to 12 weeks"."""
        plain = normal(text[:LONGEST_TEXT])
        return self.words.of_all["changed"].search(plain) is not None

    def is_added(self, text: str) -> bool:
        """Tell if a text begins with a length that follows another: "+ 4 weeks"."""
        plain = normal(text[:LONGEST_TEXT])
        amount = next(self.words.amounts(plain), None)
        loose = self.words.of_all["loose"].search(plain)
        if amount is None and loose is None:
            return False
        end = amount.start if amount else loose.start() if loose else 0
        ahead = plain[:end]
        rest = _DIGIT.sub(" ", ahead)
        for name in ("step", "further", "brace"):
            rest = self.words.of_all[name].sub(" ", rest)
        is_led = self.words.names(ahead, "step") or self.words.names(ahead, "further")
        return is_led and self.words.is_plain(rest)

    def counts_unknown(self, text: str) -> bool:
        """Tell if a number counts an unknown word, which may be a unit of time."""
        plain = normal(text[:LONGEST_TEXT])
        for known in (
            self.words.day_pattern,
            self.words.amount_pattern,
            self.words.of_all["posture"],
        ):
            for match in known.finditer(plain):
                plain = blank(plain, *match.span())
        return any(
            not self.words.is_plain(match["word"]) for match in _COUNTED.finditer(plain)
        )

    def without_times(self, text: str, *, is_title: bool = False) -> str:
        """Return a text with blanks for the lengths, last days and postures in it."""
        plain = normal(text[:LONGEST_TEXT])
        for mention in self._read(plain, "brace", is_title=is_title):
            if mention.kind in ("length", "day") and not mention.is_least:
                plain = blank(plain, mention.start, mention.end)
        for posture in self.words.of_all["posture"].finditer(plain):
            plain = blank(plain, *posture.span())
        return plain

    def without_ends(self, text: str) -> str:
        """Return a text with blanks for what follows `until`, clause by clause."""
        plain = normal(text[:LONGEST_TEXT])
        for start, end in self.words.clauses(plain):
            for until in self.words.until_inside.values():
                if match := until.search(plain, start, end):
                    plain = blank(plain, match.start(), end)
        return plain

    def longest(self, text: str) -> float:
        """Return the hours of the longest length that a text names; 0 if none.

        It need not be led by a word as "for": "1 g daily 6 weeks".
        """
        plain = normal(text[:LONGEST_TEXT])
        for ending in self._days.endings(plain):
            plain = blank(plain, ending.start, ending.end)
        parts = [plain[start:end] for start, end in self.words.clauses(plain)]
        sevenths = (float(one["days"]) * DAY for one in _SEVENTH.finditer(plain))
        return max(0.0, *map(self._lengths.longest, parts), *sevenths)

    def last_day(self, text: str, written: date) -> date | None:
        """Return the last day that a text names: "2 g daily until 4 January".

        If it may be two days, the first from the day of writing on is returned.
        """
        return self._days.nearest(normal(text[:LONGEST_TEXT]), written)

    def without_last_days(self, text: str) -> str:
        """Return a text with blanks for the days next to `until`."""
        plain = normal(text[:LONGEST_TEXT])
        for ending in self._days.endings(plain):
            plain = blank(plain, ending.start, ending.end)
        return plain

    def stated_end(self, text: str) -> StatedEnd | None:
        """Read the one day, with its year, until which all of a dosage is taken.

        It stands before or behind all other words: "until 10 Aug 2026, then 2.5 mg"
        goes on. None if the words are not so.
        """
        plain = normal(text)
        if len(plain) > LONGEST_TEXT:
            return None
        plain = self._without_first_day(plain)
        endings = [*self._days.endings(plain)]
        if len(endings) != 1:
            return None
        (ending,) = endings
        before, behind = plain[: ending.start], plain[ending.end :]
        behind = self.words.last_stop.sub("", behind)
        is_at_end = not (_SIGN.search(before) and _SIGN.search(behind))
        days = self._days.meant(ending.day)
        rest = f"{before} {behind}".strip()
        if not (is_at_end and days) or self.words.day_pattern.search(rest):
            return None
        # `2 tablets, then 1 tablet` goes on
        joint = self.words.of_all["clause"].search(rest, _first_number(rest))
        if joint and _first_number(rest, joint.end()) < len(rest):
            return None
        return StatedEnd(max(days), rest)

    def _without_first_day(self, plain: str) -> str:
        """Return `until` the last of two days for `from` the one `to` the other."""
        days = [*self.words.day_pattern.finditer(plain)]
        if len(days) != 2:
            return plain
        first, last = days
        joint = _TO.fullmatch(plain, first.end(), last.start())
        if not joint:
            return plain
        before = _FROM.sub("", plain[: first.start()])
        until = "" if joint[0].strip() == "から" else "until "  # まで stands behind
        return f"{before}{until}{plain[last.start() :]}"

    def course(self, text: str, *, may_be_bare: bool = False) -> Course | None:
        """Add the lengths of the steps of a dosage.

        `40 mg x 4 days, 20 mg x 4 days` is a course of eight days, `6 day taper` one of
        six. A last `then stop` adds nothing. A step is a clause with another number.
        None if a step has no length, or a clause has several.

        Args:
            text: the words of the dosage.
            may_be_bare: a length may end a clause without `for` or `taper`.
        """
        plain = normal(text)
        if len(plain) > LONGEST_TEXT or self.words.day_pattern.search(plain):
            return None
        remainder, hours, is_waiting, before = plain, 0.0, False, 0
        for start, end in self.words.clauses(plain):
            words, joint = plain[start:end], plain[before:start]
            before = end
            lengths = [*self._lengths.led(words, may_be_bare=may_be_bare)]
            if lengths and hours:
                # `then 20 mg for 4 days` is one more step
                remainder = blank(remainder, start - len(joint), start)
            # `5 mg daily, then 6 day taper` gives no end of the 5 mg
            has_course = any(length.is_whole for length in lengths)
            if is_waiting and has_course and WORD.search(joint):
                return None
            other = words
            for length in lengths:
                other = blank(other, length.start, length.end)
                remainder = blank(remainder, start + length.start, start + length.end)
                hours += length.hours
            is_step = bool(_DIGIT.search(other))
            if len(lengths) > 1 or (is_step and is_waiting):
                return None
            is_waiting = (is_step or is_waiting) and not lengths
        remainder = self.words.last_stop.sub("", remainder)
        return Course(hours, remainder) if hours and not is_waiting else None

    def _read(
        self,
        text: str,
        subject: str,
        *,
        is_title: bool,
        written: date | None = None,
    ) -> Iterator[Mention]:
        """Yield what a normal text says: payer and last days, then its clauses."""
        for match in self.words.of_all["payer"].finditer(text):
            yield Mention("payer", *match.span())
            text = blank(text, match.start(), match.end())
        text = self._in_units(text)
        split = [*self._split_numbers(text)]
        yield from split
        for one in split:
            text = blank(text, one.start, one.end)
        days, text = self._days.read(text, subject, written)
        yield from days
        twelfths = _TWELFTH.finditer(text)
        yield from (Mention("doubtful", *match.span()) for match in twelfths)
        whole = text
        if subject == "brace":
            unread = [*self._days.unread(text), *visits_in(text, self.words)]
            yield from unread
            for one in unread:
                text = blank(text, one.start, one.end)
            whole = text
            # A brace worn "when out of bed" is not about bed rest, nor about a length.
            for match in self.words.of_all["posture"].finditer(text):
                text = blank(text, *match.span())
        mentions = [*self._read_clauses(text, subject, is_title=is_title)]
        if subject == "brace":
            mentions = joined_steps(Worn(text, whole), mentions, self.words)
        yield from mentions

    def _read_clauses(
        self, text: str, subject: str, *, is_title: bool
    ) -> Iterator[Mention]:
        """Yield what a text says clause by clause, without payers and last days."""
        amounts = [*islice(self.words.amount_pattern.finditer(text), 2)]
        is_only = len(amounts) == 1
        changed = self.words.of_all["changed"].search(text)
        if changed and len(amounts) > 1:
            # Which of two lengths counts is not read.
            yield Mention("doubtful", *changed.span())
            return
        bare = blank(text, *amounts[0].span()) if is_only else text
        is_alone = is_only and self.words.is_plain(self._without_lasting(bare))
        about: bool | None = is_title or None
        further = islice(self.words.amount_pattern.finditer(text), MOST_AMOUNTS, None)
        if overlong := next(further, None):
            yield Mention("doubtful", overlong.start(), len(text))
            text = text[: overlong.start()]
        for start, end in self.words.clauses(text):
            words = text[start:end]
            if subject == "brace":
                words, unsure = self._own_part(text, start, end)
                yield from unsure
            own = self.words.names(words, subject)
            other = self.words.is_about_other(words, subject)
            if own or other:
                about = own
            if subject == "brace" and self._is_aside(words):
                continue
            has_amount = any(self.words.amounts(words))
            plain = self._without_lasting(words) if has_amount else words
            clause = Clause(plain, subject, own, other, about, is_only, is_alone)
            mentions = [*self._mentions_in(clause)]
            if subject == "brace" and about is not False:
                is_timed = any(one.kind in ("length", "doubtful") for one in mentions)
                yield from self._endings_of_brace(text, start, end, is_timed=is_timed)
            for mention in mentions:
                yield mention._replace(
                    start=mention.start + start, end=mention.end + start
                )

    def _endings_of_brace(
        self, text: str, start: int, end: int, *, is_timed: bool
    ) -> Iterator[Mention]:
        """Yield how a clause on a brace ends; one with a length only if endless."""
        for ending in endless_in(text, start, end, self.words):
            if not is_timed or ending.kind == "endless":
                yield ending

    def _with_unit_of_least(self, text: str) -> str:
        """Write `6 weeks, max 8` as `max 8 weeks`; all other positions stay."""
        for match in self.words.unit_of_least.finditer(text):
            least = self.words.number_of(match["high"] or match["low"])
            if int(match["number"]) > least:
                most = f"{match['most']} {match['unit']}"
                whole = most.rjust(len(match[0]))
                text = text[: match.start()] + whole + text[match.end() :]
        return text

    def _is_aside(self, clause: str) -> bool:
        """Tell if a clause is about loads or drugs, and names no brace."""
        rest, count = self.words.of_all["asides"].subn(" ", clause)
        return bool(count) and not self.words.names(rest, "brace")

    def _own_part(self, text: str, start: int, end: int) -> tuple[str, list[Mention]]:
        """Blank the drugs or loads that go along with the only length of a clause.

        `12 weeks with calcium` is a length of 12 weeks. If the text has other than
        plain words, the length is in doubt and is blanked as well.

        Returns:
            the clause, and a mention of the length if it is in doubt.
        """
        clause = text[start:end]
        amounts = [*islice(self.words.amount_pattern.finditer(clause), 2)]
        if len(amounts) != 1:
            return clause, []
        along = self.words.taken_along.match(clause, amounts[0].end())
        if along is None:
            return clause, []
        if self._is_all_plain(text):
            return blank(clause, *along.span()), []
        unsure = Mention("doubtful", start, start + along.start())
        return blank(clause, amounts[0].start(), along.end()), [unsure]

    def _is_all_plain(self, text: str) -> bool:
        """Tell if a text says lengths, what goes along with them, and no more.

        "12 weeks with calcium, then until healed" names another end.
        """
        rest, count = self.words.amount_pattern.subn(" ", text)
        rest = self.words.taken_along.sub(" ", rest)
        rest = self.words.of_all["asides"].sub(" ", rest)
        if count > 1:
            rest = self.words.of_all["step"].sub(" ", rest)
        return self.words.is_plain(rest)

    def _without_lasting(self, text: str) -> str:
        """Blank `permanently`, which means all day next to a length."""
        for match in self.words.of_all["lasting"].finditer(text):
            text = blank(text, *match.span())
        return text

    def _split_numbers(self, text: str) -> Iterator[Mention]:
        """Yield numbers with a unit of time whose beginning is not clear."""
        for split in _SPLIT.finditer(text):
            last = text[split.start("last") :]
            before = text[max(0, split.start() - NEAR) : split.start()]
            is_own = self.words.names(before, "own_number")
            if is_own and split[0].replace(" ", "").isdecimal():
                continue
            if rest := self.words.amount_pattern.match(last):
                end = split.start("last") + rest.end()
                yield Mention("doubtful", split.start(), end)

    def _in_units(self, text: str) -> str:
        """Write `a fortnight` as `2 weeks`, `ten (10) weeks` as `ten weeks`.

        `Mind. 12` loses its full stop. All positions stay. Two numbers that differ are
        left as they are.
        """
        for match in self.words.of_all["abbreviated"].finditer(text):
            text = blank(text, *match.span("stop"))
        for word, length in self.words.spans:
            for match in word.finditer(text):
                written = length.ljust(len(match[0]))
                text = text[: match.start()] + written + text[match.end() :]
        for match in self.words.repeated_number.finditer(text):
            if self.words.number_of(match["low"]) == self.words.number_of(
                match["again"]
            ):
                text = blank(text, *match.span("bracket"))
        return text

    def _mentions_in(self, clause: Clause) -> Iterator[Mention]:
        """Yield the lengths of a clause; without one, what it says of the end."""
        text = clause.text
        lengths = [
            mention
            for amount in self.words.amounts(text)
            if (mention := self._lengths.read(clause, amount))
        ]
        yield from lengths
        if any(one.kind == "length" for one in lengths):
            return
        if end := self._end_without_length(clause):
            reach = self._reach(text) if end == "event" else None
            yield Mention(end, 0, len(text), reach=reach)
        elif clause.own or not clause.other:
            yield from self._loose_length(clause)

    def _reach(self, text: str) -> float | None:
        """Return the hours after which an event comes, `clinic in 6 weeks`.

        None if that is not said: `until 2 weeks after union`, `at least 6 weeks`.
        """
        hours: list[float] = []
        for amount in self.words.amounts(text):
            before, after = text[: amount.start], text[amount.end :]
            late = self.words.begins(after, "past", self.words.codes)
            is_of_event = late and _LATIN.search(late[0])
            if self.words.is_least(before, after) or (
                is_of_event and not self.words.is_filler(after)
            ):
                return None
            hours.append(amount.number * self.words.units[amount.unit].hours)
        return max(hours, default=None)

    def _end_without_length(
        self, clause: Clause
    ) -> Literal["event", "untold", "doubtful"] | None:
        """Return what ends the order: an event, or a day that is not read."""
        text, is_of_brace = clause.text, clause.subject == "brace"
        if is_of_brace and self.words.names(text, "until_event"):
            return "event"
        if clause.other and not clause.own:
            is_end = is_of_brace and self._ends_with_another(text)
            return "event" if is_end else None
        events = [self._event_in(text, language) for language in self.words.codes]
        event = next(filter(None, events), "")
        if is_of_brace:
            return "event" if event else self._untold_end(text)
        if self.words.names(text, "overnight"):
            return "event"
        if self._is_some_day(event) or self._ends_on_some_day(text):
            return "doubtful"
        # Nobody knows when a brace will come.
        is_awaited = self.words.names(event, "brace")
        return "event" if event and not is_awaited else None

    def _loose_length(self, clause: Clause) -> Iterator[Mention]:
        """Yield a length of a brace without a number: `some weeks`, `until mid-May`."""
        text, words = clause.text, self.words
        may_be_of_brace = clause.subject == "brace" and clause.about is not False
        if not may_be_of_brace or any(words.amounts(text)):
            return
        loose = words.of_all["loose"].search(text) or words.part_of_month.search(text)
        if loose and not words.ends(text[: loose.start()], "every", words.codes):
            yield Mention("doubtful", *loose.span())

    def _ends_with_another(self, text: str) -> bool:
        """Tell if a clause names another thing only as the end of the brace.

        `until follow-up in 6 weeks`, `6 weeks post discharge`.
        """
        languages = self.words.codes
        starts = [
            until.start()
            for language in languages
            if (until := self.words.until_inside[language].search(text))
            and self._event_in(text, language)
        ]
        starts += [
            amount.start
            for amount in self.words.amounts(text)
            if (past := self.words.begins(text[amount.end :], "past", languages))
            # Chinese names after 后 what is done then.
            and _LATIN.search(past[0])
        ]
        return any(not self.words.is_about_other(text[:one], "brace") for one in starts)

    def _event_in(self, text: str, language: str) -> str:
        """Return the end without a day that is named: `until mobilised`."""
        until = self.words.until_inside[language].search(text)
        if until is None or not _SIGN.search(text, until.end()):
            return ""
        if self.words.of_all["never"].search(text, until.end()):
            return ""
        return text[until.end() :]

    def _untold_end(self, text: str) -> Literal["untold"] | None:
        """Return the end of which `until` names nothing: `until told otherwise`."""
        for language in self.words.codes:
            until = self.words.until_inside[language].search(text)
            if until and self.words.of_all["never"].search(text, until.end()):
                return "untold"
        return None

    def _is_some_day(self, event: str) -> bool:
        """Tell if what follows `until` is a day or time that is not read.

        Tonight, tomorrow and a time of the clock are within a day.
        """
        if self.words.names(event, "soon"):
            return False
        is_numbered = bool(_DIGIT.search(_NO_DAY.sub(" ", event)))
        return is_numbered or self.words.names(event, "later")

    def _ends_on_some_day(self, text: str) -> bool:
        """Tell if such a day comes before its `until`, as in Japanese and Korean."""
        return any(
            self.words.by_language[language, "until_after"].match(text, day.end())
            for day in self.words.of_all["later"].finditer(text)
            for language in self.words.codes
        )


def load_durations(
    folders: Sequence[Path],
    languages: Mapping[str, Language],
    is_plain: Callable[[str], bool],
) -> DurationRules:
    """Load the rules for these languages, with the units in force.

    Args:
        folders: where the file of units may be.
        languages: by code. English comes first, since its symbols are written
            everywhere.
        is_plain: tells if words of a brace order are plain.

    Raises:
        DataFileError: the file of units is missing or wrong.
    """
    tables = {
        code: languages[code].durations
        for code in sorted(languages, key=lambda code: (code != "en", code))
    }
    units = required(folders, FILE, _File)[1].units
    return DurationRules(DurationWords(units, tables, is_plain))


def _first_number(text: str, start: int = 0) -> int:
    """Return where the first figure of a text is; its length without one."""
    match = _DIGIT.search(text, start)
    return match.start() if match else len(text)
