"""Calls of one EHR whose FHIR server hangs leave threads to everybody else."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from cds_service.fhir.gathering.reading import Fetched

from cds_service.errors import FhirReadError
from cds_service.web.http_server import THREADS
from cds_service.web.reading_places import MOST_OF_ONE, PlacedReader, ReadingPlaces
from tests.chart_builders import Asked, order_sign
from tests.faults.records import pulled
from tests.stub_fhir import StubFhir
from tests.waiting import wait_until


class Reader:
    """Answers every read."""

    def fetch(self, query: str, *, until: float) -> Fetched:  # noqa: ARG002
        return Fetched(({"resourceType": "Bundle"},))

    def follow(self, page: Any, *, until: float) -> Fetched:  # noqa: ARG002
        return Fetched((page, page))


def test_most_of_one_ehr_leave_threads_to_others() -> None:
    assert MOST_OF_ONE < THREADS / 2


def test_an_ehr_has_so_many_places_and_another_has_its_own() -> None:
    places = ReadingPlaces()
    assert [places.take("a") for _ in range(MOST_OF_ONE + 1)].count(True) == MOST_OF_ONE
    assert places.take("b")
    places.free("a")
    assert places.take("a")


def test_a_call_takes_one_place_at_its_first_read_and_frees_it_once() -> None:
    places = ReadingPlaces()
    calls = [PlacedReader(Reader(), places, "a") for _ in range(MOST_OF_ONE + 1)]
    *first, last = calls
    for call in first:
        call.fetch("Condition?patient=1", until=1e12)
        call.fetch("Observation?patient=1", until=1e12)
    with pytest.raises(FhirReadError) as refused:
        last.fetch("Condition?patient=1", until=1e12)
    assert refused.value.reason == "no-place"
    assert last.follow({}, until=1e12).note
    last.end()
    first[0].end()
    first[0].end()
    following = [PlacedReader(Reader(), places, "a") for _ in range(2)]
    following[0].fetch("Condition?patient=1", until=1e12)
    with pytest.raises(FhirReadError):
        following[1].fetch("Condition?patient=1", until=1e12)


def test_the_next_call_that_would_hang_is_told_at_once_and_others_are_answered() -> (
    None
):
    with StubFhir() as silent, ThreadPoolExecutor(MOST_OF_ONE) as ehr:
        silent.default = silent.hold()
        asked = Asked(deadline=20, fhir_servers=(silent.base,))
        hanging = [
            ehr.submit(asked.post, pulled(silent.base) | {"hookInstance": str(uuid4())})
            for _ in range(MOST_OF_ONE)
        ]
        wait_until(
            lambda: sum("/Patient/" in one for one in silent.requests) >= MOST_OF_ONE
        )
        began = time.monotonic()
        refused = asked.post(pulled(silent.base))
        other = asked.post(order_sign([]))
        took = time.monotonic() - began
        silent.released.set()
        for call in hanging:
            call.result()
        before = len(silent.requests)
        asked.post(pulled(silent.base))
    assert refused.status_code == 412
    assert refused.json["issue"][0]["code"] == "transient"
    assert (other.status_code, other.json) == (200, {"cards": []})
    assert took < 10
    assert len(silent.requests) > before  # a place is free again
