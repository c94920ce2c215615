"""Discovery and answers against the JSON Schema of the protocol, where that file lies beside this checkout."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.live_service import DISCOVERY
from tests.wire_builders import SHARED

SCHEMA = SHARED / "schemas" / "cds-hooks.schema.json"


def validator(definition):
    if not SCHEMA.is_file():
        pytest.skip("the schema of CDS Hooks is not beside this checkout")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{definition}"})


def faults(definition, document):
    return [f"{error.json_path}: {error.message}" for error in validator(definition).iter_errors(document)]


def test_discovery_is_valid(service):
    assert faults("DiscoveryResponse", service.send("GET", DISCOVERY).json()) == []


def test_every_kind_of_answer_is_valid(responses):
    # Our own extension may hold empty lists; whatever else stands there is checked by the schema.
    assert {name: found for name, body in responses.items() if (found := faults("Response", body))} == {}


def test_the_requests_of_these_tests_are_what_an_ehr_would_send(answers):
    for name, (request, _) in answers.items():
        if name != "hostile texts":
            assert faults("OrderSignRequest", request) == [], name
