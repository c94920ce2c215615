"""Results that contradict the models, shown next to them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from cds_service.core.models.study_tables import Outcome, Part, Text

NOT_RECORDED = "not recorded"


class ContraryFinding(Part):
    """A result that contradicts the models, shown next to them.

    Attributes:
        quote: the words of the source, to check the statement against them;
            `NOT_RECORDED` if they could not be read again.
        studies: the studies it is about.
        inside: one of the five papers itself reports it.
    """

    id: Text
    statement: Text
    quote: Text
    citation: Text
    url: Text
    inside: bool
    studies: tuple[Text, ...]
    outcomes: tuple[Outcome, ...]


class ContraryEvidence(Part):
    """The file of contrary findings.

    Attributes:
        read_on: when its sources were last read.
        review_by: when it is to be reviewed again.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Literal["contrary-evidence"]
    version: Text
    digest: str
    kind: Literal["contrary-evidence"]
    owner: Text
    read_on: date
    review_by: date
    entries: Annotated[tuple[ContraryFinding, ...], Field(min_length=1)]
