"""The FHIR port without a server: what each type answers, and what was asked with how much time."""

import json
import time

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.fhir.gathering.gather import gather
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.references import bases_of
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.builders import terminology

NOT_THERE = FhirReadError("http-404", "refused (404)")


class ScriptedReader:
    """Answers each type, or `metadata`, with its document or error; a type that is not named is not there."""

    def __init__(self, otherwise=NOT_THERE, **answers):
        self.otherwise, self.answers = otherwise, answers
        self.asked, self.seconds = [], {}

    @property
    def kinds(self):
        """The types that were asked for, in order."""
        return [query.partition("?")[0].partition("/")[0] for query in self.asked]

    def fetch(self, query, *, until):
        self.asked.append(query)
        kind = self.kinds[-1]
        self.seconds[kind] = until - time.monotonic()
        answer = self.answers.get(kind, self.otherwise)
        if isinstance(answer, Exception):
            raise answer
        return Fetched((answer,))

    def follow(self, page, *, until):  # noqa: ARG002
        raise AssertionError("nothing has a next page")


def gathered(body, plan, fhir=None, *, bases=(), seconds=60.0):
    """The record of this request, by its prefetch and this reader."""
    request = parse_request(json.dumps(body).encode(), "order-sign")
    person = Person(request.context.patient_id, bases_of(bases))
    return gather(
        request, plan, fhir, terminology(), person, deadline=Deadline.after(seconds)
    )
