"""The settings of a site for the page that the patient takes home."""

from collections.abc import Mapping

from pydantic import Field

from cds_service.core.data_file import DataTable

# Characters of a name on the page, which has to fit one sheet.
LONGEST = 80


class HandoutWords(DataTable):
    """Words of one language that are a site's.

    Attributes:
        ask: who is asked about bone medicine.
        reader: the clinician who has read this language's sentences.
    """

    ask: str = Field(default="", max_length=LONGEST)
    bone_clinic: str = Field(default="", max_length=LONGEST)
    physiotherapy: str = Field(default="", max_length=LONGEST)
    reader: str = Field(default="", max_length=LONGEST)


class HandoutSettings(DataTable):
    """`[handout]` of a site.

    Attributes:
        language: language of the page that a card links to.
        phone: for new strong pain.
        ask_days: days within which the patient asks for bone medicine.
        words: by language.
    """

    language: str = "en"
    phone: str = Field(default="", max_length=40)
    ask_days: int = Field(default=14, ge=1, le=90)
    words: Mapping[str, HandoutWords] = Field(default_factory=dict)

    def words_of(self, language: str) -> HandoutWords:
        """Return the site's words of this language; empty ones if it has none."""
        return self.words.get(language, HandoutWords())
