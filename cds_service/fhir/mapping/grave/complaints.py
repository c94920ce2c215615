"""Find what may have gone wrong after an operation, by `grave-stems.toml`."""

from cds_service.fhir.mapping.grave.grave_stems_file import GraveStemsFile
from cds_service.fhir.mapping.grave.numb_legs import NumbLegs
from cds_service.fhir.mapping.grave.plain_deficits import SENTENCE, PlainDeficits
from cds_service.fhir.mapping.texts.text_rules import PART, any_of_tables


class Complaints:
    """The patterns of complaints and of harms after an operation."""

    def __init__(
        self, content: GraveStemsFile, deficits: PlainDeficits, numb_legs: NumbLegs
    ) -> None:
        """Compile the tables."""
        self._deficits, self._numb_legs = deficits, numb_legs
        self._worse = any_of_tables(content.worse)
        self._complaint = any_of_tables(content.complaint)
        self._complaint_known = any_of_tables(content.complaint_known)
        self._complaint_cause = any_of_tables(content.complaint_cause)
        self._complaint_new = any_of_tables(content.complaint_new)

    def is_worse(self, words: str) -> bool:
        """Tell if a text tells of what may have gone wrong after an operation."""
        plain = self._deficits.without_conditions(words)
        return bool(self._worse.search(plain)) or any(
            map(self._is_new_complaint, SENTENCE.split(plain))
        )

    def _is_new_complaint(self, sentence: str) -> bool:
        is_numb = self._numb_legs.are_told(sentence)
        if not (is_numb or self._complaint.search(sentence)):
            return False
        if self._complaint_new.search(sentence):
            return True
        if self._complaint_cause.search(sentence):
            return False
        parts = [
            one
            for one in PART.split(sentence)
            if self._complaint.search(one) or self._numb_legs.are_named(one)
        ]
        return not all(map(self._complaint_known.search, parts or [sentence]))
