"""One raw resource to one validated R4 resource."""

from __future__ import annotations

import pytest

from cds_service.fhir.gathering.parsing import BrokenResource, parse_resource

OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "38267-1"}]},
    "subject": {"reference": "Patient/p1"},
    "valueQuantity": {"value": -2.8, "unit": "{T-score}"},
}


def test_elements_that_r4_does_not_know_are_left_out_at_every_level():
    code = {"coding": [{"system": "http://loinc.org", "code": "38267-1", "x-rank": 1}], "x-list": [{}]}
    strange = OBSERVATION | {"x-vendor": {"a": 1}, "code": code}
    assert parse_resource(strange, "Observation") == parse_resource(OBSERVATION, "Observation")
    assert strange["x-vendor"] == {"a": 1}  # what came in is not changed


def test_an_unknown_element_beside_a_broken_one_does_not_mend_it():
    with pytest.raises(BrokenResource, match="status"):
        parse_resource(OBSERVATION | {"x-vendor": 1, "status": ["final"]}, "Observation")


def test_a_value_that_r4_does_not_know_is_no_value():
    strange = {name: value for name, value in OBSERVATION.items() if name != "valueQuantity"} | {"valueDecimal": -2.8}
    assert parse_resource(strange, "Observation").get("valueQuantity") is None


def test_an_unknown_modifier_extension_forbids_reading():
    with pytest.raises(BrokenResource, match="modifier"):
        parse_resource(OBSERVATION | {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "Observation")


def test_times_without_seconds_or_zone_are_utc_on_the_minute():
    read = parse_resource(OBSERVATION | {"effectiveDateTime": "2026-05-01T10:00"}, "Observation")
    assert read["effectiveDateTime"] == "2026-05-01T10:00:00Z"
