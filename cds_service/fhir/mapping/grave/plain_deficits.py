"""Find deficits in plain speech, and advice that tells of none.

The denial is often part of such a deficit: "cannot pass urine", "kann das Bein nicht
heben". The words are in `grave-stems.toml`.
"""

import re

from cds_service.fhir.mapping.grave.grave_stems_file import GraveStemsFile
from cds_service.fhir.mapping.grave.measured_deficits import MeasuredDeficits
from cds_service.fhir.mapping.grave.numb_legs import NumbLegs
from cds_service.fhir.mapping.texts.kept_texts import kept_by_reader
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    PART,
    any_of_tables,
    folded,
)

# Where a part of a text ends, and a space in languages that write none between words.
_NEXT_TO = re.compile(
    rf"{PART.pattern}|\n|(?<=[\u3040-\u9fff])[ \u3000]+(?=[\u3040-\u9fff])"
)
SENTENCE = re.compile(r"[;。]|\.(?=\s|$)(?<!n\.)")


class PlainDeficits:
    """The patterns of a deficit, and of what may come after a discharge."""

    def __init__(self, content: GraveStemsFile, numb_legs: NumbLegs) -> None:
        """Compile the tables."""
        self._advice = any_of_tables(content.advice)
        self._of_now = any_of_tables(content.advice_of_now)
        self._no_deficit = any_of_tables(content.no_deficit)
        self._denied_loss = any_of_tables(content.denied_loss)
        self._after_denial = any_of_tables(content.after_denial)
        self._plain_deficit = any_of_tables(content.plain_deficit)
        self._measured = MeasuredDeficits(content)
        self._numb_legs = numb_legs
        self._lost_limb = any_of_tables(content.lost_limb)
        self._lost_gait = any_of_tables(content.lost_gait)
        self._other_loss = any_of_tables(content.other_loss)
        self._no_other_loss = any_of_tables(content.no_other_loss)
        self._and_lost = any_of_tables(content.and_lost)
        self._new = any_of_tables(
            content.complaint_new, content.numb_new, content.just_now
        )
        self._because = any_of_tables(content.because)
        self._back_pain = any_of_tables(content.back_pain)

    @kept_by_reader
    def are_in(self, words: str) -> bool:
        """Tell if a text tells in plain speech of a deficit: "cannot pass urine".

        The denial is part of the deficit, so the whole text is looked at.
        """
        plain = self.without_conditions(words)
        return bool(self._plain_deficit.search(plain) or self._measured_in(plain))

    def _measured_in(self, plain: str) -> list[str]:
        """List the parts in which a number tells of a weak leg or a full bladder.

        A leg that is newly numb is one too.
        """
        numb = [*filter(self._numb_legs.are_new, SENTENCE.split(plain))]
        return [*self._measured.told_in(plain), *numb]

    def tells_of_loss(self, words: str) -> bool:
        """Tell if a text tells of a leg or a bladder that fails, and of nothing else.

        Somebody may be unable to walk for pain, breath or a broken hip. A leg that
        cannot be lifted has another cause only if the same part names one; if the part
        is new, only if it calls it the cause.
        """
        if not self.are_in(words):
            return False
        plain, whole = self.without_conditions(words), folded(words[:LONGEST_TEXT])
        is_explained = self._has_other_cause(whole)
        # "Bei Schmerzen" is among the conditions.
        is_whole = plain == whole or not is_explained
        if is_whole and self._has_lost_limb(plain):
            return True
        is_of_gait = self._lost_gait.search(plain) and not self._lost_limb.search(plain)
        return bool(is_of_gait) and not self._has_other_cause(self._painless(whole))

    def tells_of_lost_limb(self, words: str) -> bool:
        """Tell if a sentence tells of a leg or a bladder that fails of itself."""
        if not self.are_in(words):
            return False
        return self._has_lost_limb(self.without_conditions(words))

    def _has_lost_limb(self, plain: str) -> bool:
        parts = (
            told for part in PART.split(plain) for told in self._and_lost.split(part)
        )
        return any(map(self._is_limb_lost, parts)) or not all(
            map(self._has_other_cause, self._measured_in(plain))
        )

    def _painless(self, words: str) -> str:
        """Leave out the parts that are of pain in the back, and of nothing else."""
        parts = _NEXT_TO.split(words)
        kept = [one for one in parts if not self._back_pain.fullmatch(one.strip())]
        return ", ".join(kept)

    def _is_limb_lost(self, part: str) -> bool:
        if not (self._lost_limb.search(part) and self._plain_deficit.search(part)):
            return False
        if not self._has_other_cause(part):
            return True
        return bool(self._new.search(part)) and not self._is_explained(part)

    def _has_other_cause(self, words: str) -> bool:
        """Tell if folded words name another cause, and do not deny it."""
        return bool(self._other_loss.search(self._no_other_loss.sub(" ", words)))

    def _is_explained(self, part: str) -> bool:
        """Tell if a part says that another cause is the one: "for pain"."""
        marked = self._other_loss.sub("@", part)
        return bool(self._because.search(marked) or self._because.search(part))

    @kept_by_reader
    def without_conditions(self, words: str) -> str:
        """Return the folded text without what may come, and what to do if it does."""
        plain = self.without_advice(words[:LONGEST_TEXT])
        told = self._denied_loss.sub(self._came_since, folded(plain))
        return self._no_deficit.sub(" ", told)

    def _came_since(self, denial: re.Match[str]) -> str:
        """Return what stands behind a denied loss from the part that tells of later.

        "No deficit, then paraparesis" does; "no loss of power, pain or tone" does not.
        """
        later = self._after_denial.search(denial[0])
        if later is None:
            return " "
        begins = denial[0].rfind(",", 0, later.start())
        return denial[0][begins if begins >= 0 else later.start() :]

    @kept_by_reader
    def without_advice(self, words: str) -> str:
        """Return the text without when to come back, "return if fever".

        What such advice takes for there already, "if the weakness persists", stays.
        It is folded if it has such words, else as it was.
        """
        plain = folded(words)
        rest = self._advice.sub(self._unless_of_now, plain)
        return words if rest == plain else rest

    def _unless_of_now(self, advice: re.Match[str]) -> str:
        return advice[0] if self._of_now.search(advice[0]) else " "
