"""Observations of servers that demand a category: each category is asked once, for all our lists of codes together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from cds_service.deadline import Deadline
from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.prefetch import entries_of
from cds_service.fhir.gathering.reading import Fetched
from cds_service.fhir.server.queries import having, without

# http://terminology.hl7.org/CodeSystem/observation-category, all of it.
CATEGORIES = (
    "activity",
    "exam",
    "imaging",
    "laboratory",
    "procedure",
    "social-history",
    "survey",
    "therapy",
    "vital-signs",
)

PAGE_SIZE = "100"

Search = Callable[[str, Deadline], Fetched]


class CategoryReads:
    """The observations of one patient by category; several lists of codes share one reading.

    What comes back holds more than was asked: the codes are looked at again where findings are read.
    """

    def __init__(self, search: Search) -> None:
        """Nothing was asked yet.

        Args:
            search: one search with all its pages.
        """
        self._search = search
        self._lock = threading.Lock()
        self._answers: dict[str, Fetched | FhirReadError] = {}

    def search(self, query: str, until: Deadline) -> Fetched:
        """What the categories hold together.

        Args:
            query: of Observations by code.
            until: when it must have ended.

        Raises:
            FhirReadError: no category could be read.
        """
        plain = having(without(query, frozenset({"code"})), "_count", PAGE_SIZE)
        if not self._lock.acquire(timeout=max(0.0, until.left)):
            raise FhirReadError("timeout", "not read in time")
        try:
            if plain not in self._answers:
                self._answers[plain] = self._read(plain, until)
        finally:
            self._lock.release()
        answer = self._answers[plain]
        if isinstance(answer, FhirReadError):
            raise answer
        return answer

    def _read(self, query: str, until: Deadline) -> Fetched | FhirReadError:
        tasks = {name: partial(self._one, having(query, "category", name), until) for name in CATEGORIES}
        answers = run_side_by_side(tasks, until)
        read = [one for one in answers.values() if isinstance(one, Fetched)]
        if not read:
            failed = [one for one in answers.values() if isinstance(one, FhirReadError)]
            return failed[0] if failed else FhirReadError("timeout", "not read in time")
        missing = sorted(name for name in CATEGORIES if not isinstance(answers.get(name), Fetched))
        notes = [one.note for one in read if one.note]
        if missing:
            notes.append(f"{len(missing)} of {len(CATEGORIES)} categories could not be read")
        # One page without a total: that of one category says nothing about the whole.
        entries = [entry for one in read for page in one.documents for entry in entries_of(page)]
        return Fetched(({"resourceType": "Bundle", "entry": entries},), "; ".join(dict.fromkeys(notes)))

    def _one(self, query: str, until: Deadline) -> Fetched | FhirReadError:
        try:
            return self._search(query, until)
        except FhirReadError as error:
            return error
