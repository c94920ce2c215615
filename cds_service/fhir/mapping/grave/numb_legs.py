"""Find a leg or a foot that is numb, by `grave-stems.toml`."""

from cds_service.fhir.mapping.grave.grave_stems_file import GraveStemsFile
from cds_service.fhir.mapping.texts.text_rules import any_of_tables


class NumbLegs:
    """The patterns of a numb leg, of its time and of what else makes one."""

    def __init__(self, content: GraveStemsFile) -> None:
        """Compile the tables."""
        self._named = any_of_tables(content.numb_leg)
        self._not_numb = any_of_tables(content.not_numb)
        self._new = any_of_tables(
            content.numb_new, content.complaint_new, content.just_now
        )
        self._cause = any_of_tables(content.complaint_cause)

    def are_named(self, part: str) -> bool:
        """Tell if a folded part of a text names one, there or not."""
        return bool(self._named.search(part))

    def are_told(self, sentence: str) -> bool:
        """Tell if a folded sentence tells of one, and of no block or improvement."""
        return self.are_named(sentence) and not self._not_numb.search(sentence)

    def are_new(self, sentence: str) -> bool:
        """Tell if a folded sentence tells of one that is new, or grows."""
        return bool(
            self.are_told(sentence)
            and self._new.search(sentence)
            and not self._cause.search(sentence)
        )
