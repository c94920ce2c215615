"""Recognise words that name concepts, without regard to case and accents.

The words are in `mappings/texts/`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal, NamedTuple

from cds_service.core.data_file import read_toml
from cds_service.fhir.mapping.files.language import ONE_WORD, Language
from cds_service.fhir.mapping.texts.both import GRAVE_IF_BOTH
from cds_service.fhir.mapping.texts.kept_texts import kept
from cds_service.outgoing.deadline import check_time

Place = tuple[int, int]

# Where a part of a text ends; "z.n." is one word.
PART = re.compile(r"[,;，；。、]|\.(?=\s|$)(?<!n\.)")

LONGEST_TITLE = 200
# Characters. No name is longer, and a search in a long text holds up all other requests
# of the process.
LONGEST_TEXT = 10_000
# Signs and blanks in a row that are kept next to a word on either side.
SIGNS_KEPT = 12
# Replaces what is cut off. It is a letter of no language that we read, so a text that
# holds it does not count as read or as plain.
UNREAD = "\u1681"
# Inside a number: a sign of which nobody knows if it is seen. It is a letter of no
# language, as `UNREAD`, but the words around it are read.
UNREAD_IN_NUMBER = "\u1682"
# Signs in a number that may make it another one: control characters, thin spaces that
# are not those of thousands, strokes and other marks upon a digit, figures above the
# line; and the sign after which all is seen from right to left.
_IN_NUMBER = re.compile(
    "(?<=[0-9])[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]+(?=[0-9])"
    "|(?<=[0-9])[\u2000-\u200a\u202f\u205f]+(?=[0-9]{1,2}(?![0-9]))"
    "|(?<=[0-9])[\u0300-\u036f\u20d0-\u20ff\u00b2\u00b3\u00b9\u2070-\u2089]+"
    "|\u202e"
)
# Single characters that normalising would make a whole phrase; they are left as they
# are. No other becomes more than seven.
_PHRASES = re.compile("[\ufdfa\ufdfb]")
AUGMENTATIONS = frozenset({"kyphoplasty", "vertebroplasty", "vertebral-augmentation"})
# the concept whose words turn a short name (PKP) into an operation of the spine
SPINE = "spine"
SPINES = frozenset({SPINE})
# Unicode has no accent for a stroke through a letter.
STROKES = str.maketrans("łŁøØđĐ", "lLoOdD")
# Nor for two letters in one, which many keyboards write as two: Fuß, cœur.
_TWO_IN_ONE = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
)
_ACCENTS = re.compile("[\u0300-\u036f]")
# German parts of words in the letters of old systems, and how we fold them.
_WRITTEN_OUT: Mapping[str, str] = {
    part.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})): part.translate(
        str.maketrans("äöü", "aou")
    )
    for part in read_toml(Path(__file__).with_name("written_out.toml"))["parts"]
}
_WRITTEN_OUT_PART = re.compile(
    "|".join(sorted(_WRITTEN_OUT, key=len, reverse=True)), re.IGNORECASE
)
# Polish "of the hands", of which folding would make "rak", a cancer.
_OF_HANDS = re.compile("\\br(?:ą|a\u0328)k\\b", re.IGNORECASE)
_IN_HAND = "reku"
# Vertebrae in Roman figures: `LWK III`, `Th XII`, `L II`. Without a space "LV" is the
# left ventricle, "T II" may be a tumour's stage, and in "KOLANO L I P" L is left.
_ROMAN_FIGURE = r"(?:X(?:II?)?|IX|IV|VI{0,3}|I{1,3})"
_ROMAN = re.compile(
    r"(?<![A-Za-z0-9])(?P<name>[LB]WK|(?:T[Hh]|L)(?=[ .-])|[TD](?=[ .-](?:I?X|VI)))"
    rf"[ .-]{{0,2}}(?P<numbers>{_ROMAN_FIGURE}"
    rf"(?:(?:, ?| ?[/+&–-] ?| [a-zà]{{1,3}} ){_ROMAN_FIGURE}(?![A-Za-z0-9]))*)"
    r"(?![A-Za-z0-9]| [A-Z]\b| N ?[0-9xX])"
)
# "Metatarsal fracture L V" and "Gonarthrose L III" are of the left side.
_OF_LIMB = re.compile(
    r"(?:meta(?:tars|carp)|phalan|hallux|halux|daumen|thumb|finger|zehe|strahl"
    r"|palec|palc|vinger|(?:gon|cox|rhiz|om)arthr|knie|knee|genou|rodilla|ginocch"
    r"|(?<![a-z])(?:rib|rippe|cost|dedo|dito|teen|toes?(?![a-z]))"
    r"|(?<![a-z])(?:m[tc]|m[fht]k|di[gk])(?![a-z])|(?<!x[ -])(?<![a-z])ray)"
    r"[^,;.]{0,20}\W*\Z",
    re.IGNORECASE,
)
_FIGURE = re.compile(_ROMAN_FIGURE)
_ROMANS = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
# Forms and tables are filled up with blanks, and patterns try each split of a run. A
# few may be left where a name was taken out.
_BLANKS = re.compile(r"[^\S\n]{9,}")
_EMPTY_LINES = re.compile(r"(?:[^\S\n]*\n){3,}")
# Lines of dots, dashes and bars, drawn or scanned, of which each split is tried too.
# What is next to words ("…… -2.7", "12 kg ;;;") is kept.
_SIGNS = re.compile(rf"(\W{{{SIGNS_KEPT}}})\W+(\W{{{SIGNS_KEPT}}})")
_STROKES_OF_A_FORM = re.compile("_{9,}")
# No sentence is so long without a space or a sign, in Chinese or Japanese neither; a
# picture in letters is. Patterns that begin with any letters try each of its places.
_LONG_RUN = re.compile(r"\w{400}(?=\w)")
_BORDER = re.compile(
    "(?<=[A-Za-z])(?=[\u3040-\u9fff])|(?<=[\u3040-\u9fff])(?=[A-Za-z])"
)
_ESCAPED = re.compile(r"\\.|[^\\]+", re.DOTALL)
# A bracket that keeps its match; escapes and sets, which may hold one, are skipped.
_BRACKET = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\((?!\?)", re.DOTALL)
# A word that has to begin at a border.
_BORDERED = re.compile(rf"\(\?:\\b({ONE_WORD})\)")
_REFERS_BACK = re.compile(r"\\[1-9]|\(\?\(")


@dataclass(frozen=True, slots=True)
class TextRule:
    """Words that name a concept, as regular expressions on folded text.

    Attributes:
        any: words that name the concept.
        none: words that rule the concept out.
        short: ambiguous words and abbreviations: they count only next to a word of
            `SPINE`.
        shared: further words that rule it out, in lists that several concepts share.
    """

    any: tuple[str, ...]
    none: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    shared: tuple[tuple[str, ...], ...] = ()


class _Places(NamedTuple):
    """The place of each concept that a text names, and of each that it rules out."""

    named: dict[str, Place]
    ruled_out: dict[str, Place]


def _no_parts(_: str) -> Iterable[str]:
    return ()


class TextRules:
    """The rules for several concepts, searched together."""

    def __init__(
        self,
        rules: Mapping[str, TextRule],
        spine: TextRule | None,
        own_parts: Callable[[str], Iterable[str]] = _no_parts,
    ) -> None:
        """Compile the rules.

        Args:
            rules: by concept.
            spine: the rule for `SPINE`.
            own_parts: returns folded words without what they say of somebody else, and
                without the risk of another harm.
        """
        self._own_parts = own_parts
        self._rules = {concept: _Searches(rule) for concept, rule in rules.items()}
        self._spine = _Searches(spine) if spine else None
        self._looked_up = kept(self._look)

    def places(self, text: str, site_words: str | None = "") -> Mapping[str, Place]:
        """Return the first place in `folded(text)` at which each concept is named.

        A text over `LONGEST_TEXT`, or one that was cut there, has none: the rest may
        take back what it says.

        Args:
            text: a text from a record or an order.
            site_words: other words about the body site, next to which short names
                count; None if these never count.
        """
        is_whole = len(text) <= LONGEST_TEXT and UNREAD not in text
        return self._places(text, site_words).named if is_whole else {}

    def ruled_out_places(self, text: str) -> Mapping[str, Place]:
        """Find where in `folded(text)` concepts are named that the text rules out."""
        return self._places(text, "").ruled_out

    def _places(self, text: str, site_words: str | None) -> _Places:
        return self._looked_up(folded(text), site_words)

    def _look(self, words: str, site_words: str | None) -> _Places:
        check_time()
        places = _Places({}, {})
        for concept, rule in self._rules.items():
            if rule.any and (name := rule.any.search(words)):
                is_out = rule.rules_out(words)
                if is_out and concept in GRAVE_IF_BOTH:
                    # Words about a relative may be about the patient, too, and the risk
                    # of a fall says nothing of a sepsis.
                    own = self._own_name(words, rule)
                    name, is_out = own or name, own is None
                place_of = places.ruled_out if is_out else places.named
                place_of[concept] = name.span()
            elif rule.short and self._is_spinal(words, site_words):
                short = rule.short.search(words)
                if short and not rule.rules_out(words):
                    places.named[concept] = short.span()
        return places

    def _own_name(self, words: str, rule: "_Searches") -> re.Match[str] | None:
        """Find the name in a part of the words that does not rule it out."""
        for part in self._own_parts(words):
            name = rule.any.search(part) if rule.any and part else None
            if name and part != words and not rule.rules_out(part):
                return name
        return None

    def _is_spinal(self, words: str, site_words: str | None) -> bool:
        spine = self._spine
        if spine is None or spine.any is None or site_words is None:
            return False
        whole = f"{words} {folded(site_words)}"
        return bool(spine.any.search(whole)) and not spine.rules_out(whole)


class _Searches:
    """A compiled rule: one search for each list of words."""

    def __init__(self, rule: TextRule) -> None:
        self.any, self.short = compiled_words(rule.any), compiled_words(rule.short)
        lists = (rule.none, *rule.shared)
        self._no = tuple([one for one in map(compiled_words, lists) if one])

    def rules_out(self, words: str) -> bool:
        """Tell if a text has words that rule the concept out."""
        return any(one.search(words) for one in self._no)


# Soft hyphens, joiners, spaces without width, variants and marks of direction, which
# break a word or a number and are not seen.
_INVISIBLE = dict.fromkeys(
    (
        *(0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010)),
        *(*range(0x202A, 0x202E), *range(0x2060, 0x2070)),
        *(*range(0xFE00, 0xFE10), 0xFEFF),
    )
)


@kept
def folded(text: str) -> str:
    """Return the text in lower case, without accents, and spaced by `spaced`."""
    return spaced(without_accents(text).lower())


def spaced(text: str) -> str:
    r"""Put a space between Latin and Chinese or Japanese letters.

    A `\b` sees no border there.
    """
    return text if text.isascii() else _BORDER.sub(" ", text)


@kept
def without_accents(text: str) -> str:
    """Drop the accents on Latin letters, which records often omit.

    Full-width forms become normal ones. Marks in other scripts are kept, since they
    make a different letter. The text is cut as by `within_limit`.
    """
    # One character may become several ("…" three dots).
    return _cut(_bare_letters(within_limit(text)))


def _bare_letters(text: str) -> str:
    if not text.isascii():
        text = _OF_HANDS.sub(_IN_HAND, text.translate(STROKES).translate(_TWO_IN_ONE))
        plain = _normalized("NFKD", text)
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", plain))
    return _with_single_vowels(in_figures(text))


def in_figures(text: str) -> str:
    """Write the Roman figures of vertebrae as Arabic ones: `LWK III` is `LWK 3`."""
    # Hardly any text has one, and the pattern takes ten times as long as this.
    if not ("I" in text or "V" in text or "X" in text):
        return text
    return _ROMAN.sub(_in_figures, text)


def _in_figures(levels: re.Match[str]) -> str:
    before = levels.string[max(0, levels.start() - 40) : levels.start()]
    if len(levels["name"]) == 1 and _OF_LIMB.search(before):
        return levels[0]
    numbers = _FIGURE.sub(lambda one: str(_ROMANS.index(one[0]) + 1), levels["numbers"])
    return f"{levels['name']} {numbers}"


def _with_single_vowels(text: str) -> str:
    """Fold German words whose ä, ö and ü are written as two letters."""
    lower = text.lower()
    # Hardly any text has such a word, and the pattern takes ten times as long as this.
    if not ("ae" in lower or "oe" in lower or "ue" in lower):
        return text
    if not any(part in lower for part in _WRITTEN_OUT):
        return text
    return _WRITTEN_OUT_PART.sub(_with_single_vowel, text)


def _with_single_vowel(part: re.Match[str]) -> str:
    folded_part = _WRITTEN_OUT[part[0].lower()]
    return folded_part.upper() if part[0].isupper() else folded_part


@kept
def normal(text: str) -> str:
    """Make full-width forms, common in Japanese, normal ones, and Roman figures too.

    The text is cut as by `within_limit`.
    """
    text = in_figures(within_limit(text))
    return text if text.isascii() else _cut(_normalized("NFKC", text))


def within_limit(text: str) -> str:
    """Return the part of a text that is normalised and searched.

    All texts that are compared with our words pass here. Many blanks or empty lines in
    a row become two, and many signs the first and the last. A text over `LONGEST_TEXT`
    is cut there, with `UNREAD` in place of the rest, which stays open. A text with
    hundreds of letters that nothing separates stays open, too. Signs that nobody sees
    are left out, and a number is read as it is seen or not at all.
    """
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    text = _IN_NUMBER.sub(UNREAD_IN_NUMBER, text)
    text = _EMPTY_LINES.sub("\n\n", _BLANKS.sub("  ", text))
    text = _STROKES_OF_A_FORM.sub("__", _SIGNS.sub(_ends_of_signs, text))
    text = _LONG_RUN.sub(rf"\g<0>{UNREAD} {UNREAD}", text)
    return _cut(text)


def _ends_of_signs(run: re.Match[str]) -> str:
    """Keep both ends of a run of signs, and that a line ended between them."""
    line_end = "\n" if "\n" in run[0] else ""
    return f"{run[1]}{line_end}{run[2]}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}{UNREAD}"


def _normalized(form: Literal["NFKC", "NFKD"], text: str) -> str:
    if not _PHRASES.search(text):
        return unicodedata.normalize(form, text)
    # Every second part is of phrases.
    parts = re.split(f"({_PHRASES.pattern}+)", text)
    parts[::2] = [unicodedata.normalize(form, part) for part in parts[::2]]
    return "".join(parts)


def any_folded(patterns: Iterable[str]) -> re.Pattern[str]:
    """Compile regular expressions to one that is searched in folded text."""
    return re.compile("|".join(f"(?:{folded_pattern(one)})" for one in patterns))


def any_of_tables(*tables: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """Compile all regular expressions of tables by language, as `any_folded` does."""
    return any_folded(chain.from_iterable(chain(*(one.values() for one in tables))))


def folded_pattern(pattern: str) -> str:
    r"""Fold a regular expression as texts are folded; escapes such as `\S` stay."""
    return _ESCAPED.sub(_folded_part, pattern)


def _folded_part(part: re.Match[str]) -> str:
    # A pattern is no text of a record: its own runs of signs stay whole.
    is_escaped = part[0].startswith("\\")
    return part[0] if is_escaped else spaced(_bare_letters(part[0]).lower())


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern once: it is asked for again for each EHR."""
    return re.compile(pattern)


@cache
def compiled_words(words: tuple[str, ...]) -> re.Pattern[str] | None:
    pattern = joined(words)
    return compiled(pattern) if pattern else None


def joined(words: Iterable[str]) -> str:
    r"""Join words to one pattern, which is searched in half the time.

    The earlier of two words counts. Neighbours that begin with `\b` share it, and no
    bracket keeps its match.

    Args:
        words: patterns, each in brackets.
    """
    parts = list[str]()
    for is_bordered, some in groupby(map(_begun, words), key=itemgetter(0)):
        alternatives = "|".join([one for _, one in some])
        parts.append(rf"\b(?:{alternatives})" if is_bordered else alternatives)
    return "|".join(parts)


def _begun(word: str) -> tuple[bool, str]:
    r"""Return if a word begins with `\b`, and the word without it."""
    if not _REFERS_BACK.search(word):
        word = _BRACKET.sub(lambda part: part[1] or "(?:", word)
    match = _BORDERED.fullmatch(word)
    return match is not None, match[1] if match else word


def text_rules(languages: Mapping[str, Language]) -> Mapping[str, TextRule]:
    """Combine the word rules of all languages, by concept."""
    rules: dict[str, TextRule] = {}
    concepts = {concept for one in languages.values() for concept in one.concepts}
    for concept in sorted(concepts):
        worded = [
            language.concepts[concept]
            for language in languages.values()
            if concept in language.concepts
        ]
        none = folded_words(word for words in worded for word in words.none)
        if harmless := folded_words(
            word for words in worded for word in words.harmless
        ):
            # The longer of two words has to match first.
            only = "|".join(sorted(harmless, key=len, reverse=True))
            none = (*none, rf"^(?>(?:[\W\d_]|\b(?:{only})\b)*)$")
        any_ = (word for words in worded for word in words.any)
        short = (word for words in worded for word in words.short)
        lists = (
            words
            for language in languages.values()
            for words in language.shared_lists(concept)
        )
        shared = tuple(map(folded_words, lists))
        rules[concept] = TextRule(folded_words(any_), none, folded_words(short), shared)
    return rules


def blanks(phrase: re.Match[str]) -> str:
    """Return as many blanks as a phrase has letters: places stay as they are."""
    return " " * len(phrase[0])


def folded_words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"(?:{folded_pattern(word)})" for word in words)
