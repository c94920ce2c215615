"""Recognise the words that are plain only next to the fracture, its pain or its care.

Next to the pain of a broken vertebra, "failed", "new" or "twice" says nothing of a
tumour or a palsy. Next to a kidney, a gait or a fall it may. So a part of a sentence
with one of these words is plain only if all its other words are about the fracture too.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from cds_service.core.data_file import Closed
from cds_service.fhir.mapping.durations.durations import DurationRules
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords, whole_word
from cds_service.fhir.mapping.texts.text_rules import folded

# Replaces the name of a broken vertebra in a text; it is no letter.
FRACTURE_SIGN = "\ue000"
KEPT_SCOPES = 16
# The end of a pattern that fits only at the end of a part: `no weakness`, but not
# `no weakness before the fall`.
AT_THE_END = "(?= ?$)"


class BoundList(Closed):
    """The table `bound` of a file of `plain-reason-words/`.

    Attributes:
        worse: words for what is new, failing, strong or worse.
        broken: names of the fracture and of its shape.
        falls: words for a fall. Next to one of `counts` they may say how often
            the patient falls. Neither list is plain.
        counts: words that count or repeat.
        spine: the spine and its vertebrae: `broken` is plain next to one of them.
        pain: the pain and its care: `worse` is plain next to one of them.
        links: words that may be between all these.
    """

    worse: tuple[Pattern, ...] = ()
    broken: tuple[Pattern, ...] = ()
    falls: tuple[Pattern, ...] = ()
    counts: tuple[Pattern, ...] = ()
    spine: tuple[Pattern, ...] = ()
    pain: tuple[Pattern, ...] = ()
    links: tuple[Pattern, ...] = ()

    @property
    def plain(self) -> tuple[str, ...]:
        """Return the plain words of the table."""
        return (*self.worse, *self.broken, *self.spine, *self.pain, *self.links)


class BoundWords:
    """The tables of all languages together."""

    def __init__(
        self,
        lists: Sequence[BoundList],
        words: Sequence[str],
        of_reports: Sequence[str],
        durations: DurationRules | None,
    ) -> None:
        """Compile the tables.

        Args:
            lists: the tables of all files.
            words: all plain words of reasons, these included. A bound word inside a
                longer one of them ("heart failure") is plain without any neighbour.
            of_reports: the plain words of reports, which may be next to bound words.
            durations: reads the lengths of time next to them.
        """
        bound = [word for table in lists for word in (*table.worse, *table.broken)]
        core = [word for table in lists for word in table.plain]
        self._tokens = PlainWords(words, None)
        self._bound = whole_word(bound)
        self._worse = whole_word([word for table in lists for word in table.worse])
        self._broken = whole_word(
            [FRACTURE_SIGN, *(word for table in lists for word in table.broken)]
        )
        self._pain = whole_word([word for table in lists for word in table.pain])
        self._spine = whole_word(
            [FRACTURE_SIGN, *(word for table in lists for word in table.spine)]
        )
        self._falls = whole_word([word for table in lists for word in table.falls])
        self._counts = whole_word([word for table in lists for word in table.counts])
        ends = [word for word in words if word.endswith(AT_THE_END)]
        self._core = PlainWords([*core, *ends, *of_reports, FRACTURE_SIGN], durations)
        self.is_empty = not bound
        # Each part of a text asks for the same sentence and the same text.
        self._scope = lru_cache(KEPT_SCOPES)(self._read_scope)

    def are_explained(self, part: str, sentence: str, prose: str) -> bool:
        """Tell if each bound word of a part is about the fracture, its pain or care.

        If the part names none of these, the sentence has to, or else the whole text:
        "L1 fracture, progressive". What is searched may hold no other words.

        Args:
            part: the part of the sentence that holds the bound words.
            sentence: the sentence around it.
            prose: the whole text.
        """
        if self.is_empty:
            return True
        plain = folded(part)
        if not self._bound.search(plain):
            return True
        tokens = self._tokens.words_in(plain)
        is_worse = any(map(self._worse.fullmatch, tokens))
        is_broken = any(map(self._broken.fullmatch, tokens))
        scopes = (part, sentence, prose)
        if is_worse and not self._is_explained(scopes, is_worse=True):
            return False
        return not is_broken or self._is_explained(scopes, is_worse=False)

    def _is_explained(self, scopes: tuple[str, ...], *, is_worse: bool) -> bool:
        """Tell if the texts name what a bound word is about, and nothing else.

        They are read in turn, up to the first that names it. If none does, a word for
        a fracture is explained all the same ("painful fracture"): it needs no name of
        the spine. A word for worse is not: a pain or a fracture must be named.

        Args:
            scopes: the part, the sentence and the whole text.
            is_worse: the word is one of `worse`, not of `broken`.
        """
        anchors = (self._pain, self._broken) if is_worse else (self._spine,)
        for scope in scopes:
            is_core, plain = self._scope(scope)
            if not is_core:
                return False
            if any(anchor.search(plain) for anchor in anchors):
                return True
        return not is_worse

    def _read_scope(self, scope: str) -> tuple[bool, str]:
        return self._core.are_all(scope), folded(scope)

    def counts_falls(self, sentence: str) -> bool:
        """Tell if a sentence may say how often the patient falls."""
        plain = folded(sentence)
        return bool(self._falls.search(plain) and self._counts.search(plain))

    def names_spine(self, text: str) -> bool:
        """Tell if a text names the spine or a part of a vertebra."""
        return self._spine.search(folded(text)) is not None

    def names_pain(self, text: str) -> bool:
        """Tell if a text names pain or its care."""
        return self._pain.search(folded(text)) is not None

    def names_broken(self, text: str) -> bool:
        """Tell if a text names a fracture or its shape."""
        return self._broken.search(folded(text)) is not None


def all_plain(lists: Sequence[BoundList]) -> list[str]:
    """Return the plain words of these tables."""
    return [*chain.from_iterable(table.plain for table in lists)]
