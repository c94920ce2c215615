"""Limits how many calls of one EHR read its FHIR servers, or many words, at once.

nginx counts by network address, and an EHR may call from several. Who calls is known
here, after the token. A call with few words that needs no FHIR server takes no place.
"""

import threading
from collections import Counter
from typing import Any

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fetching import Fetched, FhirReader, RefusingReader

NO_PLACE = "too many calls of this EHR wait for its FHIR server"


class ReadingPlaces:
    """The calls that have a place now, by EHR, in this process.

    Attributes:
        noting: held by the one call without a place whose refusal is recorded now.
    """

    def __init__(self, most: int) -> None:
        """Give each EHR as many places as the site says."""
        self._most = most
        self.noting = threading.Lock()
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def take(self, client: str) -> bool:
        """Take a place for a call of this EHR, if it has one left."""
        with self._lock:
            has_place = self._taken[client] < self._most
            self._taken[client] += has_place
            return has_place

    def free(self, client: str) -> None:
        with self._lock:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]


class CallPlace:
    """The place of one call, from the moment when it needs one to its end.

    Attributes:
        was_refused: it needed one, and its EHR had none left.
    """

    def __init__(self, places: ReadingPlaces, client: str) -> None:
        self._places, self._client = places, client
        self._lock = threading.Lock()
        self._is_taken: bool | None = None  # not asked for yet
        self.was_refused = False

    def take(self) -> bool:
        """Take a place, once; tell if the call has it."""
        with self._lock:
            if self._is_taken is None:
                self._is_taken = self._places.take(self._client)
                self.was_refused = not self._is_taken
            return self._is_taken

    def end(self) -> None:
        """Free the place: the call is answered."""
        with self._lock:
            if self._is_taken:
                self._places.free(self._client)
            self._is_taken = False


class PlacedReader(RefusingReader):
    """Reads for one call, which takes its place at the first read."""

    def __init__(self, reader: FhirReader, place: CallPlace) -> None:
        self._reader, self._place = reader, place

    def is_refusing(self) -> bool:
        return not self._place.take()

    def fetch(self, query: str, *, until: float) -> Fetched:
        """Read as the reader does.

        Raises:
            FhirReadError: it does, or this EHR has no place left.
        """
        if not self._place.take():
            raise FhirReadError("no-place", NO_PLACE)
        return self._reader.fetch(query, until=until)

    def follow(self, page: Any, *, until: float) -> Fetched:
        """Read the later pages of a search as the reader does."""
        if not self._place.take():
            return Fetched((page,), f"the next page was not read: {NO_PLACE}")
        return self._reader.follow(page, until=until)
