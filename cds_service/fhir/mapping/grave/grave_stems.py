"""Find parts of words that tell of something grave, by `grave-stems.toml`.

A name that no list knows is missed by its readers. A part of it often is not:
"borstkanker", "Tumorschmerzen". Such a word states nothing and leaves its entry open.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from cds_service.core.data_file import read_toml
from cds_service.fhir.mapping.files.overlay import (
    file_in_force,
    missing_tables,
    required,
)
from cds_service.fhir.mapping.grave.complaints import Complaints
from cds_service.fhir.mapping.grave.falls import Falls
from cds_service.fhir.mapping.grave.grave_stems_file import GraveStemsFile
from cds_service.fhir.mapping.grave.numb_legs import NumbLegs
from cds_service.fhir.mapping.grave.plain_deficits import PlainDeficits
from cds_service.fhir.mapping.texts.kept_texts import kept_by_reader
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    any_of_tables,
    blanks,
    folded,
)

FILE = "grave-stems.toml"
# In languages that write spaces between words.
_END_OF_WORD = re.compile("^[a-z]*")
# Around the name of a bone.
SIDES = re.compile(
    r"\W*(?:\b(?:left|right|bilateral|both|[lr]|links|rechts|li|re|beidseits|bds|gauche"
    r"|droite?|izquierd[ao]|derech[ao]|sinistr[ao]|destr[ao]|linker|rechter|lew[ay]"
    r"|praw[ay]|the|der|die|das|le|la|el|il|de|het)\b\W*|[左右]|좌측|우측)*"
)


class GraveStems:
    """The patterns of the file.

    Attributes:
        deficits: those of a deficit in plain speech.
        complaints: those of what went wrong after an operation.
        falls: those of a fall.
    """

    def __init__(self, content: GraveStemsFile) -> None:
        """Compile the file."""
        numb_legs = NumbLegs(content)
        self.deficits = PlainDeficits(content, numb_legs)
        self.complaints = Complaints(content, self.deficits, numb_legs)
        self.falls = Falls(content)
        self._apart = any_of_tables(content.apart, content.cancer_feared)
        self._fears = any_of_tables(content.cancer_feared, content.return_feared)
        self._grave = any_of_tables(
            content.tumour, content.infection, content.deficit, content.care
        )
        self._infection = any_of_tables(content.infection)
        self._deficit = any_of_tables(content.deficit)
        self._several = any_of_tables(content.several)
        self._searched = any_of_tables(content.searched)
        self._lasting_name = any_of_tables(content.lasting_name)
        self._leads_to_reason = any_of_tables(content.leads_to_reason)
        self._elsewhere = any_of_tables(content.elsewhere)
        self._prevention = any_of_tables(content.prevention)
        self._prevention_failed = any_of_tables(content.prevention_failed)
        self._other_risk = any_of_tables(content.other_risk)
        self._feared = any_of_tables(content.feared)
        self._emergency = any_of_tables(content.emergency)
        self._rescue_called = any_of_tables(content.rescue_called)
        self._undenied = any_of_tables(content.undenied)

    @kept_by_reader
    def are_in(self, words: str) -> bool:
        """Tell if a text has a part of a word that tells of something grave."""
        if len(words) > LONGEST_TEXT:
            return True
        return self.deficits.are_in(words) or bool(
            self._grave.search(self._without_apart(words))
        )

    def is_prevention(self, words: str) -> bool:
        """Tell if a text names a harm to be prevented: "fracture prevention"."""
        return bool(self._prevention.search(self.without_failed_prevention(words)))

    @kept_by_reader
    def without_failed_prevention(self, words: str) -> str:
        """Return the folded text with blanks for "despite prophylaxis".

        "Despite discitis" prevents nothing, and stays, as what follows the prevention.
        """
        return self._prevention_failed.sub(
            self._blanks_to_prevention, folded(words[:LONGEST_TEXT])
        )

    def _blanks_to_prevention(self, phrase: re.Match[str]) -> str:
        """Return a phrase with blanks up to the prevention in it, if it names one."""
        named = self._prevention.search(phrase[0])
        if named is None:
            return phrase[0]
        rest = _END_OF_WORD.sub("", phrase[0][named.end() :], count=1)
        return rest.rjust(len(phrase[0]))

    def without_other_risks(self, words: str) -> str:
        """Return the folded text with blanks for the risk of a fall, a sore or a clot.

        Next to a sepsis it says nothing of the sepsis: "sepsis with fall risk".
        """
        return self._other_risk.sub(blanks, folded(words))

    def is_feared(self, words: str) -> bool:
        """Tell if a text names what somebody fears: "patient afraid of ONJ"."""
        return bool(self._feared.search(folded(words[:LONGEST_TEXT])))

    def without_fears(self, words: str) -> str | None:
        """Return the folded text without the cancers, or returns of one, it only fears.

        None if it fears none.
        """
        rest, found = self._fears.subn(" ", folded(words[:LONGEST_TEXT]))
        return rest if found else None

    def is_emergency(self, title: str) -> bool:
        """Tell if a procedure of this title was done for a catastrophe."""
        return bool(self._emergency.search(folded(title[:LONGEST_TEXT])))

    def is_rescue_called(self, title: str) -> bool:
        """Tell if a title is of a rescue team, or of a move to intensive care."""
        return bool(self._rescue_called.search(folded(title[:LONGEST_TEXT])))

    def without_undenied(self, words: str) -> str:
        """Return the folded text without what looks like a denial and is none."""
        return self._undenied.sub(" ", folded(words))

    @kept_by_reader
    def concepts_in(self, words: str) -> frozenset[str]:
        """Return what parts of its words tell of: an infection, a deficit."""
        plain = self._without_apart(words[:LONGEST_TEXT])
        parts = {
            "deep-infection": self._infection,
            "spinal-cord-disease": self._deficit,
        }
        return frozenset(name for name, part in parts.items() if part.search(plain))

    def is_searched(self, words: str) -> bool:
        """Tell if a text names what is to be ruled out and was not found."""
        return bool(self._searched.search(folded(words[:LONGEST_TEXT])))

    def is_lasting_name(self, name: str) -> bool:
        """Tell if a name alone tells of nothing new: "heart failure"."""
        return bool(self._lasting_name.fullmatch(folded(name[:LONGEST_TEXT])))

    def reasons_after(self, title: str) -> list[str]:
        """List what a title gives as its reasons: "home oxygen for embolism"."""
        return self._leads_to_reason.split(folded(title[:LONGEST_TEXT]))[1:]

    def is_other_bone(self, part: str) -> bool:
        """Tell if a part of a text is another bone than the spine, and its side."""
        remainder, found = self._elsewhere.subn(" ", folded(part[:LONGEST_TEXT]))
        return found > 0 and SIDES.fullmatch(remainder) is not None

    def are_several(self, words: str) -> bool:
        """Tell if a text names fractures in the plural."""
        return bool(self._several.search(folded(words[:LONGEST_TEXT])))

    @kept_by_reader
    def _without_apart(self, words: str) -> str:
        return self._apart.sub(" ", folded(words))


def load_grave_stems(folders: Sequence[Path]) -> GraveStems:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    path = file_in_force(folders, FILE)
    tables = GraveStemsFile.model_fields.keys() - {"schema_version"}
    if path is not None and len(folders) > 1:
        names = read_toml(path).keys() - {"schema"}
        # A misspelt name has a message of its own, which explains the missing one.
        if names < tables:
            raise missing_tables(path, sorted(tables - names))
    return GraveStems(required(folders, FILE, GraveStemsFile)[1])
