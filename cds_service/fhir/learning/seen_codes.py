"""Note the local codes of the records as they are met."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from cds_service.fhir.learning.answer_costs import Key, Kind
from cds_service.fhir.learning.learned import WITHHELD
from cds_service.fhir.mapping.codes.code_systems import LONGEST_CODE
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

WORD = re.compile(r"[^\W\d_]{2,}")
_SHOWABLE = re.compile(r"[^\x00-\x1f\x7f<>]{1,80}")


@dataclass(slots=True)
class SeenCode:
    """A code as the records have it.

    Attributes:
        may_be: what an order with this code may ask for.
        is_known: one of our maps or value sets has the code.
        ordered: what such a code orders.
        texts: each text of the code, with the patients in whose records it is.
        values: each number with its unit as written.
        records_of_unit: for each unit, the places of the records that have it.
    """

    kind: Kind
    system: str
    code: str
    may_be: frozenset[str] = frozenset()
    is_known: bool = False
    ordered: str = ""
    count: int = 0
    displays: Counter[str] = field(default_factory=Counter)
    texts: dict[str, set[str]] = field(default_factory=dict)
    values: list[tuple[float, str]] = field(default_factory=list)
    records_of_unit: dict[str, set[int]] = field(default_factory=dict)

    @property
    def units(self) -> Counter[str]:
        return Counter(unit for _, unit in self.values)

    def own_text(self, names: set[str]) -> str:
        """Return a text that is the code's own, and holds none of these names.

        It is the code's display, or a text that is the same for two patients.
        """
        common = [wording for wording, whose in self.texts.items() if len(whose) > 1]
        for wording in (*most_frequent(self.displays), *common):
            if _SHOWABLE.fullmatch(wording) and not names & words_in(wording):
                return wording
        return WITHHELD


class CodeNotes(dict[Key, SeenCode]):
    """Local codes as they are met."""

    def add(
        self, kind: Kind, codeable: Any, resource: Json, *, known: bool = False
    ) -> list[SeenCode]:
        """Note each coding of a CodeableConcept, and return its notes."""
        whose = text(member(resource, "subject", "reference"))
        noted = []
        for coding in objects(member(codeable, "coding")):
            system = text(coding.get("system")).strip()
            code = text(coding.get("code")).strip()
            if not code or len(system) + len(code) > LONGEST_CODE:
                continue
            seen = self.of(kind, system, code, known=known)
            seen.count += 1
            if display := text(coding.get("display")).strip():
                seen.displays[display] += 1
            for words in texts_of(codeable):
                seen.texts.setdefault(words.strip(), set()).add(whose)
            noted.append(seen)
        return noted

    def of(
        self, kind: Kind, system: str, code: str, *, known: bool = False
    ) -> SeenCode:
        """Return the note on this code; a new one if it was not met before."""
        new = SeenCode(kind, system, code, is_known=known)
        return self.setdefault((kind, system, code), new)


def words_in(words: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(words)}


def most_frequent(counted: Counter[str]) -> list[str]:
    return [one for one, _ in counted.most_common()]
