"""Describe what reads one FHIR server on behalf of one request."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Fetched:
    """A FHIR server's response to one query.

    Attributes:
        documents: raw JSON: the resource, or the pages of the search in order; at least
            one.
        note: why pages are missing; empty if none is.
    """

    documents: tuple[Any, ...]
    note: str = ""


class FhirReader(Protocol):
    """Reads one FHIR server on behalf of one request."""

    def fetch(self, query: str, *, until: float) -> Fetched:
        """Send `Type/id` or `Type?parameters`, and return the answer.

        Raises:
            FhirReadError: there was no usable answer by this monotonic time.
        """

    def follow(self, page: Any, *, until: float) -> Fetched:
        """Return this page of a search and all later ones.

        The note says what could not be read.
        """


class RefusingReader:
    """A reader that may know beforehand that all its reads fail.

    Such reads are made one after another, without threads: each fails at once, and
    starting threads would cost more than the rest of the call.
    """

    def is_refusing(self) -> bool:
        """Tell if each read of this call fails at once."""
        raise NotImplementedError
