"""What `/openapi.json` says of each address, against a real server process: every answer is as described."""

import re

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.config import (
    GenerationConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)

from tests.chart_builders import application
from tests.fuzz.amount import examples
from tests.fuzz.fuzzed_service import in_time

ALWAYS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
# Refused although the description allows it: the base of a FHIR server alone, which
# asks for nothing; an address that nobody signed; a patient who is no sample.
REFUSED = {
    *("GET /sandbox/fhir", "POST /sandbox/as/{ehr}", "POST /sandbox/discharge"),
    *("GET /basis/{address}", "POST /basis/{address}"),
}
MODES = {
    GenerationMode.POSITIVE: (*ALWAYS, "positive_data_acceptance"),
    # what breaks the description may be taken: we are tolerant of what is sent
    GenerationMode.NEGATIVE: ALWAYS,
}


@pytest.fixture(scope="module")
def description(process):
    """What a running process says of itself."""
    # JSON Schema cannot say that a text has no NUL
    generation = GenerationConfig(allow_x00=False)
    config = SchemathesisConfig(
        projects=ProjectsConfig(default=ProjectConfig(generation=generation))
    )
    return schemathesis.openapi.from_url(f"{process.url}/openapi.json", config=config)


@pytest.fixture(scope="module")
def operations(description):
    return [found.ok() for found in description.get_all_operations()]


@examples(0.03)
@given(place=st.integers(0, 10**6), mode=st.sampled_from(tuple(MODES)), data=st.data())
def test_every_answer_is_as_the_description_says(operations, place, mode, data):
    operation = operations[place % len(operations)]
    if (
        mode is GenerationMode.NEGATIVE
        and operation.method.upper() == "GET"
        and "{" not in operation.path
    ):
        mode = GenerationMode.POSITIVE  # there is nothing to get wrong
    case = data.draw(operation.as_strategy(mode))
    if operation.path.startswith("/cds-services/") and isinstance(case.body, dict):
        without_another_patient(case.body)
    wanted = set(MODES[mode]) - (
        {"positive_data_acceptance"} if operation.label in REFUSED else set()
    )
    with in_time():
        response = case.call(timeout=60)
    case.validate_response(response, checks=CHECKS.get_by_names(sorted(wanted)))


def without_another_patient(body):
    """JSON Schema cannot say that two members are the same."""
    authorization = body.get("fhirAuthorization")
    if isinstance(authorization, dict):
        authorization.pop("patient", None)


SERVICE = re.compile(r"/cds-services/[^/]+")


def test_every_address_of_the_service_is_described(operations):
    """All but the pages behind the login, which are for people, and files of the pages."""
    described = {re.sub("{.*?}", "{}", operation.path) for operation in operations}
    routes = {re.sub("<.*?>", "{}", path) for path in application().paths()}
    described = {SERVICE.sub("/cds-services/{}", path) for path in described}
    of_people = {path for path in routes if path.startswith("/static/")}
    # this log has no pages
    pages = {"/audit", "/basis/{}", "/handout/{}"}
    assert routes - of_people - {"/openapi.json"} == described - pages
