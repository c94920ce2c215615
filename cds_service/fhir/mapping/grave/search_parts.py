"""Find parts of words by which an order looks for a tumour or an infection.

The parts are those of `search-parts.toml`. Titles of such orders are endless
("Blutkultur 2x", "CT-guided core biopsy"), and a list of them is never complete.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    any_folded,
    folded,
)

FILE = "search-parts.toml"


class _AnyLanguage(Closed):
    words: tuple[Pattern, ...] = Field(min_length=1)


class SearchPartsFile(DataFile):
    """`search-parts.toml`: regular expressions on folded text, in any language.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        apart: what is taken out first: other tissue, urine, screening.
        tissue: samples of tissue.
        histology: examinations of tissue by name.
        histology_apart: what is taken out first: results, speech pathology.
        histology_codes: codes of an examination of tissue of any organ.
        vertebra: names of a vertebra.
        elsewhere: other organs that samples come from, besides `organs`.
        marrow: samples of marrow.
        organs: names of other organs.
        grown: words of a report that tell of a culture.
        tumour: what looks for a tumour, besides samples.
        marker: markers of tumours and pictures of the breast.
        screening: words and codes of a reason by which a marker only screens.
        infection: what looks for an infection.
        sure: what looks for an infection even if `apart` would take it out.
        contrast: that a contrast agent is given.
        mri: names of an MRI.
        ct: names of a CT.
        spine: names of the spine.
    """

    reviewed: bool
    apart: _AnyLanguage
    tissue: _AnyLanguage
    histology: _AnyLanguage
    histology_apart: _AnyLanguage
    histology_codes: _AnyLanguage
    vertebra: _AnyLanguage
    elsewhere: _AnyLanguage
    marrow: _AnyLanguage
    organs: _AnyLanguage
    grown: _AnyLanguage
    tumour: _AnyLanguage
    marker: _AnyLanguage
    screening: _AnyLanguage
    infection: _AnyLanguage
    sure: _AnyLanguage
    contrast: _AnyLanguage
    mri: _AnyLanguage
    ct: _AnyLanguage
    spine: _AnyLanguage


class SearchParts:
    """The patterns of the file."""

    def __init__(self, content: SearchPartsFile) -> None:
        """Compile the file."""
        self._apart = any_folded(content.apart.words)
        tissue, marrow = content.tissue.words, content.marrow.words
        self._tissue = any_folded(tissue)
        self._marrow = any_folded(marrow)
        self._organs = any_folded(content.organs.words)
        self._histology = any_folded(content.histology.words)
        self._histology_apart = any_folded(content.histology_apart.words)
        self._histology_codes = any_folded(content.histology_codes.words)
        self._vertebra = any_folded(content.vertebra.words)
        self._elsewhere = any_folded(content.elsewhere.words)
        self._grown = any_folded(content.grown.words)
        self._tumour = any_folded((*tissue, *marrow, *content.tumour.words))
        self._marker = any_folded(content.marker.words)
        self._screening = any_folded(content.screening.words)
        self._infection = any_folded(content.infection.words)
        self._sure = any_folded(content.sure.words)
        self._ct = any_folded(content.ct.words)
        self._of_spine = tuple(
            map(
                any_folded,
                (content.contrast.words, content.mri.words, content.spine.words),
            )
        )

    def takes_bone(self, title: str) -> bool:
        """Tell if a title is of a sample of marrow, or of tissue of no other organ."""
        if len(title) > LONGEST_TITLE:
            return False
        rest = self._apart.sub(" ", folded(title))
        if self._marrow.search(rest):
            return True
        return bool(self._tissue.search(rest)) and not self._organs.search(rest)

    def examines_tissue(self, title: str) -> bool:
        """Tell if a title is of an examination of tissue of no other organ."""
        if len(title) > LONGEST_TITLE:
            return False
        rest = self._histology_apart.sub(" ", folded(title))
        return bool(self._histology.search(rest)) and not self.names_other_organ(rest)

    def is_histology_code(self, code: str) -> bool:
        """Tell if a code is of an examination of tissue of whatever organ."""
        return bool(self._histology_codes.search(folded(code[:LONGEST_TITLE])))

    def names_other_organ(self, words: str) -> bool:
        """Tell if words name an organ that a sample is from, and no vertebra."""
        whole = folded(words[:LONGEST_TEXT])
        if self._vertebra.search(whole):
            return False
        return bool(self._organs.search(whole) or self._elsewhere.search(whole))

    def names_vertebra(self, words: str) -> bool:
        """Tell if words name a vertebra, which may be what was sampled."""
        return bool(self._vertebra.search(folded(words[:LONGEST_TEXT])))

    def is_mri_of_spine(self, title: str) -> bool:
        """Tell if a title is of an MRI of the spine, with or without contrast."""
        whole = folded(title[:LONGEST_TITLE])
        return all(one.search(whole) for one in self._of_spine[1:])

    def is_scan_of_spine(self, title: str) -> bool:
        """Tell if a title is of a CT or an MRI of the spine."""
        whole = folded(title[:LONGEST_TITLE])
        _, mri, spine = self._of_spine
        is_scan = mri.search(whole) or self._ct.search(whole)
        return bool(is_scan and spine.search(whole))

    def is_screening(self, reason: str) -> bool:
        """Tell if a word or a code of a reason is of a screening."""
        return bool(self._screening.search(folded(reason[:LONGEST_TITLE])))

    def names_marrow(self, words: str) -> bool:
        """Tell if words name marrow, or the iliac crest where it is taken."""
        return bool(self._marrow.search(folded(words[:LONGEST_TEXT])))

    def names_culture(self, words: str) -> bool:
        """Tell if words of an order ask for a culture."""
        whole = folded(words[:LONGEST_TEXT])
        rest = self._apart.sub(" ", whole)
        return bool(self._sure.search(whole) or self._infection.search(rest))

    def names_other_culture(self, words: str) -> bool:
        """Tell if words name a culture that tells nothing of bone: one of urine."""
        is_culture = self._infection.search(folded(words[:LONGEST_TEXT]))
        return bool(is_culture) and not self.names_culture(words)

    def tells_growth(self, words: str) -> bool:
        """Tell if words of a report tell what grew, or that nothing did."""
        return bool(self._grown.search(folded(words[:LONGEST_TEXT])))

    def concepts_in(self, title: str, sites: Sequence[str] = ()) -> frozenset[str]:
        """Return what the title of an order looks for, as concepts of searches.

        Args:
            title: a title; one that is too long to be a title names nothing here.
            sites: words of the order on where tissue is from.
        """
        if len(title) > LONGEST_TITLE:
            return frozenset()
        is_elsewhere = any(map(self.names_other_organ, sites))
        is_histology = self.examines_tissue(title) and not is_elsewhere
        whole = folded(title)
        rest = self._apart.sub(" ", whole)
        parts = {
            "cause-search": self._tumour.search(rest) or is_histology,
            "marker-search": self._marker.search(rest),
            "infection-search": self._sure.search(whole)
            or self._infection.search(rest),
            "contrast-search": all(one.search(whole) for one in self._of_spine),
        }
        return frozenset(name for name, part in parts.items() if part)


def load_search_parts(folders: Sequence[Path]) -> SearchParts:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    return SearchParts(required(folders, FILE, SearchPartsFile)[1])
