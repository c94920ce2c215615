"""The sample patients as a FHIR server inside the service, so that the sandbox page needs nothing else to run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from cds_service.samples import Sample, load_samples
from cds_service.samples.fhir_search import hold
from cds_service.samples.fhir_server import FhirApp

# All on one page: every worker would have to know further pages.
PAGE_SIZE = 1000


class SamplePatients:
    """The samples as of today. Their dates are relative, so they are reloaded each day."""

    def __init__(self, clock: Callable[[], datetime], *, has_site: bool) -> None:
        """Loads nothing before the first request.

        Args:
            clock: now, UTC.
            has_site: a site folder is in force, which may explain local codes.
        """
        self._clock = clock
        self._has_site = has_site
        self._day: tuple[date, tuple[Sample, ...], FhirApp] | None = None

    def server(self) -> FhirApp:
        """A read-only FHIR server with the samples; it records no requests."""
        return self._today()[2]

    def listed(self, wanted: str) -> list[dict[str, Any]]:
        """The samples whose title, story or id contains these words; all samples if no words are given."""
        words = wanted.casefold().split()
        return [
            _listed(sample, explained=self._has_site or not sample.needs_site)
            for sample in self._today()[1]
            if all(word in f"{sample.id} {sample.title} {sample.story}".casefold() for word in words)
        ]

    def _today(self) -> tuple[date, tuple[Sample, ...], FhirApp]:
        today, held = self._clock().date(), self._day
        if held is None or held[0] != today:
            samples = load_samples(today)
            resources = (resource for sample in samples for resource in sample.resources)
            held = self._day = (today, samples, FhirApp(hold(resources), PAGE_SIZE, deque(maxlen=0)))
        return held


def _listed(sample: Sample, *, explained: bool) -> dict[str, Any]:
    note = "" if explained else " Only the sample site folder explains its local codes; this service has none."
    return {
        "id": sample.id,
        "title": sample.title,
        "story": sample.story + note,
        "draftOrders": sample.draft_orders,
    }
