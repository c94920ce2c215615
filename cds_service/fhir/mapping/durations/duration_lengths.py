"""Judge a length of time by the words around it: is it the length of the order?

"TLSO for 6 weeks" is one; "X-ray at 6 weeks", "every 2 h" and "in 6 weeks" are not.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from cds_service.fhir.mapping.durations.duration_parts import Amount, Clause, Mention
from cds_service.fhir.mapping.durations.duration_words import NEAR, DurationWords

DAY = 24.0  # hours; in a brace order, a length up to this is wear time per day
_SPACELESS = ("ja", "zh")  # their words for waiting come before a length

# `in three weeks` ends with its word for waiting: 3周后, 3주 후.
_WAIT_BEHIND = (*_SPACELESS, "ko")

# A letter or a figure.
_SIGNS = re.compile(r"[^\W_]")

Verdict = Literal["length", "doubtful"]
Lead = Literal["for", "until", ""]  # the word before a length of time


# Words before a length that compare with it: `up to`, `not more than`.
_COMPARED = re.compile(
    r"(?:\b(?:no|not|nicht|pas|niet|nie|non)\s+)?"
    r"(?:\b(?:(?:to\s+)?exceed(?:ing)?|(?:more|longer|less|fewer)\s+than|beyond"
    r"|(?:l(?:ä|ae|a)nger|mehr)\s+als|plus\s+de|m[aá]s\s+de|pi[uù]\s+di|oltre"
    r"|up\s+to|bis\s+zu|h(?:ö|oe)chstens|sans\s+d[eé]passer|(?:langer|meer)\s+dan"
    r"|(?:d[lł]u[zż]ej|wi[eę]cej)\s+ni[zż]"
    r"|max(?:imum|imal|imaal|imo)?\.?(?:\s+of|\s+de)?)|[不勿]?超[过過]|最[多长長])\s*$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|never|cannot|nicht|nie|kein\w*|ne|pas|non|niet|geen)\b|n['’]t\b|[不勿]",
    re.IGNORECASE,
)


class Length(NamedTuple):
    """A length of time with the word next to it: `for 5 days`, `6 day taper`.

    Attributes:
        is_whole: it is the length of the whole course, as of a taper.
    """

    start: int
    end: int
    hours: float
    is_whole: bool


class Lengths:
    """Reads the lengths of time of a clause, and which of them are the order's."""

    def __init__(self, words: DurationWords) -> None:
        self._words = words

    def led(self, words: str, *, may_be_bare: bool = False) -> Iterator[Length]:
        """Yield the lengths of a clause with `for` before or `taper` after them.

        Args:
            words: the clause.
            may_be_bare: days or more that end the clause are a length, too: `1x1,
                7 dni`, `1日1回 7日分`.
        """
        for amount in self._words.amounts(words):
            languages = self._words.languages_of(amount)
            before, after = words[: amount.start], words[amount.end :]
            lead = self._words.ends(
                self._words.without_soft(before, languages), "for_", languages
            )
            is_rate = self._words.begins(after, "rate", languages)
            whole = self._words.of_all["course"].match(after)
            is_least = self._words.is_least(before, after)
            is_bare = may_be_bare and self._ends_bare(amount, before, after, languages)
            is_length = lead or whole or is_bare
            if not amount.number or is_least or is_rate or not is_length:
                continue
            hours = amount.number * self._words.units[amount.unit].hours
            start = lead.start() if lead else amount.start
            end = amount.end + whole.end() if whole else amount.end
            yield Length(start, end, hours, is_whole=bool(whole) and lead is None)

    def _ends_bare(
        self, amount: Amount, before: str, after: str, languages: Sequence[str]
    ) -> bool:
        """Tell if a number of days or more ends a clause, and is no frequency."""
        is_last = not _SIGNS.search(after) and not amount.is_article
        is_of_days = self._words.units[amount.unit].hours >= DAY
        if not (is_last and is_of_days) or self._words.ends(before, "delay", languages):
            return False
        return not self._is_rate_or_past(before, after, languages)

    def longest(self, words: str) -> float:
        """Return the hours of the longest length in words; 0 if there is none.

        Frequencies, times gone by and times to wait are none: "every 6 weeks", "in 2
        weeks".
        """
        longest = 0.0
        for amount in self._words.amounts(words):
            languages = self._words.languages_of(amount)
            before = words[max(0, amount.start - NEAR) : amount.start]
            after = words[amount.end : amount.end + NEAR]
            bare = self._words.without_soft(before, languages)
            behind = [one for one in languages if one in _WAIT_BEHIND]
            is_to_wait = self._words.ends(bare, "delay", languages) or (
                self._words.begins(after, "past", behind)
            )
            if not (is_to_wait or self._is_rate_or_past(before, after, languages)):
                hours = amount.number * self._words.units[amount.unit].hours
                longest = max(longest, hours)
        return longest

    def read(self, clause: Clause, amount: Amount) -> Mention | None:
        """Read a duration, which may be doubtful; None if it is not the order's."""
        languages = self._words.languages_of(amount)
        before = clause.text[max(0, amount.start - NEAR) : amount.start]
        after = clause.text[amount.end : amount.end + NEAR]
        unit = self._words.units[amount.unit]
        hours = amount.number * unit.hours
        is_of_day = hours < DAY or (hours == DAY and amount.unit == "h")
        is_wear_time = clause.subject == "brace" and is_of_day
        if is_wear_time or amount.number == 0:
            return None
        if self._is_rate_or_past(before, after, languages):
            return None
        bare = self._words.without_soft(before, languages)
        leading = self._words.ends(bare, "for_", languages)
        until = self._words.ends(bare, "until", languages)
        if amount.is_article and not leading:
            return None
        lead = until or leading
        led_by: Lead = ""
        if lead is not None:
            led_by = "until" if until else "for"
        start = amount.start - len(before) + lead.start() if lead else amount.start
        most = _COMPARED.search(clause.text, 0, amount.start)
        start = min(start, most.start()) if most else start
        ahead, behind = clause.text[:start], clause.text[amount.end :]
        verdict = self._verdict(clause, ahead, behind, languages, led_by)
        if verdict is None:
            return None
        is_least = self._words.is_least(before, after)
        if verdict == "doubtful" or self._words.names(clause.text, "earlier"):
            reach = None if is_least else hours
            return Mention("doubtful", start, amount.end, reach=reach)
        noun = unit.one if amount.number == 1 else unit.many
        wording = f"{amount.number:g} {noun}"
        is_delay = lead is None and self._words.ends(bare, "delay", languages)
        may_replace = self._words.of_all["go_on"].match(after) and not is_delay
        if most and _DENIED.search(clause.text, 0, start):
            # "Not to be worn more than until 15 Jan" is no order.
            may_replace = None
        phrase = self._until_in(languages, bare if leading else None)
        return Mention(
            "length",
            start,
            amount.end,
            hours,
            wording,
            until=phrase if may_replace else "",
            is_least=is_least,
        )

    def _until_in(self, languages: Sequence[str], led: str | None) -> str:
        """Return how the language of a length says a last day: `until {day}`.

        Args:
            languages: those of the number and its unit.
            led: the words that end with "for"; None if there are none.
        """
        for name in languages:
            if led is None or self._words.by_language[name, "for_"].search(led):
                return self._words.languages[name].until_day
        return self._words.languages["en"].until_day

    def _is_rate_or_past(
        self, before: str, after: str, languages: Sequence[str]
    ) -> bool:
        """Tell if a number is part of a frequency, or of a time gone by."""
        return bool(
            self._words.ends(before, "every", languages)
            or self._words.begins(after, "rate", languages)
            or self._words.begins(after, "ago", languages)
            or self._words.ends(before, "since", languages)
        )

    def _verdict(
        self,
        clause: Clause,
        before: str,
        after: str,
        languages: Sequence[str],
        led_by: Lead,
    ) -> Verdict | None:
        """Judge a number by the text around it; None if it is not the order's."""
        if led_by == "until":
            return "length" if clause.about is not False else None
        if clause.other and not clause.own:
            return None
        is_led = bool(led_by)
        near = self._words.without_soft(before[-NEAR:], languages)
        is_led_in = is_led or not self._words.ends(near, "delay", languages)
        late = self._words.begins(after, "past", languages)
        starts = self._words.has(before, "start", languages)
        stops = self._words.has(before, "stop", languages)
        if not is_led_in or (late and starts):
            is_end = self._is_end(clause, languages, stops=stops) or (
                # 術後24時間ベッド上安静: the rest is named behind its length
                clause.subject == "bed_rest"
                and self._is_next_to_subject("", after, clause.subject)
                and not self._words.has(after, "start", languages)
            )
            is_bare = self._says_no_more(clause, near, after)
            otherwise: Verdict | None = "doubtful" if is_bare else None
            return "length" if is_end and not starts else otherwise
        if clause.other or stops:  # "off for 2 days"
            is_for_it = is_led and not stops
            if is_for_it and not self._words.is_about_other(before, clause.subject):
                return "length"
            return "doubtful"
        return self._in_its_clause(
            clause, before, after, is_led=is_led, late=bool(late)
        )

    def _says_no_more(self, clause: Clause, before: str, after: str) -> bool:
        """Tell if a brace's clause has only a time to wait, and not what is then.

        It may be the end: 術後8週. "In 6 weeks" goes on elsewhere.
        """
        if clause.subject != "brace" or clause.about is False:
            return False
        languages = [one for one in self._words.codes if one in _SPACELESS]
        delay = self._words.ends(before, "delay", languages)
        return delay is not None and self._words.is_plain(
            before[: delay.start()] + after
        )

    def _is_end(self, clause: Clause, languages: Sequence[str], *, stops: bool) -> bool:
        """Tell if the order ends after a time at which something happens.

        "off after 6 weeks" and "may sit up after 4 h" end it, and so does "Bettruhe
        nach 24 h beenden". "X-ray at 6 weeks" does not.
        """
        if clause.about is False:
            return False
        is_rest = clause.subject == "bed_rest"
        if is_rest and clause.own:
            stops |= self._words.has(clause.text, "stop", languages)
        return stops or (is_rest and self._words.has(clause.text, "up", languages))

    def _in_its_clause(
        self, clause: Clause, before: str, after: str, *, is_led: bool, late: bool
    ) -> Verdict | None:
        """Judge a duration in a clause about nothing else, by the words around it."""
        if not clause.own:
            if clause.about is False:
                return None
            complains = self._words.of_all["complaints"].search(clause.text)
            is_its = clause.is_alone or clause.subject == "bed_rest"
            if clause.is_only and is_its and not late and not complains:
                return "length"
            return (
                "length" if self._words.is_filler(f"{before} {after}") else "doubtful"
            )
        if late and clause.subject == "brace" and not is_led:
            return "doubtful"  # "TLSO 6 weeks after surgery" may be a beginning
        # In words about the brace the only length is the brace's, wherever it is.
        is_clear = (
            is_led
            or clause.is_only
            or self._is_next_to_subject(before, after, clause.subject)
        )
        return "length" if is_clear else "doubtful"

    def _is_next_to_subject(self, before: str, after: str, subject: str) -> bool:
        """Tell if only filler words are between a duration and the ordered item."""
        pattern = self._words.of_all[subject]
        ends = [match.end() for match in pattern.finditer(before)]
        if ends:
            return self._words.is_filler(before[ends[-1] :])
        following = pattern.search(after)
        return (
            self._words.is_filler(before)
            and following is not None
            and self._words.is_filler(after[: following.start()])
        )
