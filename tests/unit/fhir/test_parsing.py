"""One raw resource to one validated R4 resource."""

from zoneinfo import ZoneInfo

import pytest

from cds_service.fhir.parsing import (
    BrokenResource,
    parse_patient,
    parse_resource,
)
from cds_service.fhir.site_calendar import UTC_CALENDAR, SiteCalendar

OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "38267-1"}]},
    "subject": {"reference": "Patient/p1"},
    "valueQuantity": {"value": -2.8, "unit": "{T-score}"},
}


def test_elements_that_r4_does_not_know_are_left_out_at_every_level():
    code = {
        "coding": [{"system": "http://loinc.org", "code": "38267-1", "x-rank": 1}],
        "x-list": [{}],
    }
    strange = OBSERVATION | {"x-vendor": {"a": 1}, "code": code}
    assert parse_resource(strange, "Observation", UTC_CALENDAR) == parse_resource(
        OBSERVATION, "Observation", UTC_CALENDAR
    )
    assert strange["x-vendor"] == {"a": 1}  # what came in is not changed


def test_an_empty_name_of_a_code_is_one_that_was_not_sent():
    """Some EHRs send `"display": ""`, which R4 does not allow."""
    coding = {"system": "http://loinc.org", "code": "38267-1"}
    plain = OBSERVATION | {"code": {"coding": [coding]}}
    emptied = OBSERVATION | {"code": {"coding": [coding | {"display": ""}]}}
    parsed = parse_resource(emptied, "Observation", UTC_CALENDAR)
    assert parsed == parse_resource(plain, "Observation", UTC_CALENDAR)


DISCITIS = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "M46.46"}
DIAGNOSIS = {
    "resourceType": "Condition",
    "id": "c1",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [DISCITIS]},
}


@pytest.mark.parametrize(
    ("emptied", "plain"),
    [
        ({"code": {"coding": [DISCITIS], "text": ""}}, {}),
        ({"code": {"coding": [DISCITIS | {"version": ""}], "text": " "}}, {}),
        (
            {"code": {"coding": [DISCITIS, {"system": "urn:x", "code": ""}]}},
            {"code": {"coding": [DISCITIS, {"system": "urn:x"}]}},
        ),
        ({"code": {"coding": [DISCITIS | {"code": "M46.46  "}]}}, {}),
        ({"identifier": [{"system": "", "value": ""}]}, {"identifier": [{}]}),
        ({"recorder": {"reference": ""}}, {"recorder": {}}),
        ({"bodySite": [{"text": ""}]}, {"bodySite": [{}]}),
        ({"abatementDateTime": ""}, {}),
        ({"abatementString": ""}, {}),
        ({"onsetString": "", "recordedDate": ""}, {}),
        ({"note": [{"text": ""}]}, {"note": [{"text": ""}]}),
    ],
)
def test_what_names_nothing_costs_no_diagnosis(emptied, plain):
    """Records that come from tables fill the fields that nobody filled with ""."""
    parsed = parse_resource(DIAGNOSIS | emptied, "Condition", UTC_CALENDAR)
    assert parsed == DIAGNOSIS | plain


def test_an_entry_of_nobody_stays_as_it_was_sent():
    with pytest.raises(BrokenResource):
        parse_resource(
            DIAGNOSIS | {"subject": {"reference": ""}}, "Condition", UTC_CALENDAR
        )


def test_another_empty_text_breaks_the_resource():
    with pytest.raises(BrokenResource):
        parse_resource(OBSERVATION | {"valueString": ""}, "Observation", UTC_CALENDAR)


def test_an_unknown_element_beside_a_broken_one_does_not_mend_it():
    with pytest.raises(BrokenResource):
        parse_resource(
            OBSERVATION | {"x-vendor": 1, "status": ["final"]},
            "Observation",
            UTC_CALENDAR,
        )


def test_a_value_that_r4_does_not_know_is_no_value():
    strange = {
        name: value for name, value in OBSERVATION.items() if name != "valueQuantity"
    } | {"valueDecimal": -2.8}
    assert (
        parse_resource(strange, "Observation", UTC_CALENDAR).get("valueQuantity")
        is None
    )


def test_an_unknown_modifier_extension_forbids_reading():
    with pytest.raises(BrokenResource):
        parse_resource(
            OBSERVATION
            | {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
            "Observation",
            UTC_CALENDAR,
        )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "DeviceRequest",
            {
                "doNotPerform": True,
                "intent": "order",
                "codeCodeableConcept": {"text": "TLSO"},
            },
        ),
        ("Procedure", {"notDone": True}),
        ("Procedure", {"focus": [{"reference": "Patient/child"}]}),
        (
            "MedicationStatement",
            {"taken": "n", "medicationCodeableConcept": {"text": "Alendronate"}},
        ),
        (
            "MedicationStatement",
            {"taken": False, "medicationCodeableConcept": {"text": "Alendronate"}},
        ),
        ("Procedure", {"notDone": "y"}),
        (
            "MedicationStatement",
            {"taken": "false", "medicationCodeableConcept": {"text": "Alendronate"}},
        ),
    ],
)
def test_an_element_of_another_release_that_reverses_the_meaning_forbids_reading(
    kind, said
):
    with pytest.raises(BrokenResource):
        parse_resource(
            {
                "resourceType": kind,
                "status": "active",
                "subject": {"reference": "Patient/p1"},
                **said,
            },
            kind,
            UTC_CALENDAR,
        )


@pytest.mark.parametrize("junk", ["4.25", "[]", "null", 4.25, {"valueCode": []}])
def test_junk_over_which_the_library_falls_breaks_the_resource_alone(junk):
    with pytest.raises(BrokenResource):
        parse_resource(
            OBSERVATION | {"_status": junk, "category": [{"extension": [junk]}]},
            "Observation",
            UTC_CALENDAR,
        )


def test_junk_in_an_address_does_not_cost_the_birth_date():
    raw = {
        "resourceType": "Patient",
        "id": "p1",
        "birthDate": "1950-03-01",
        "address": [{"extension": ["4.25"]}],
    }
    patient, left_out = parse_patient(raw, UTC_CALENDAR)
    assert patient["birthDate"] == "1950-03-01"
    assert left_out == ("address",)


@pytest.mark.parametrize(
    ("zone", "written", "read"),
    [
        pytest.param("UTC", "2026-05-01T10:00", "2026-05-01T10:00:00+00:00", id="utc"),
        pytest.param(
            "Australia/Sydney",
            "2026-11-20T14:30",
            "2026-11-20T14:30:00+11:00",
            id="summer",
        ),
        pytest.param(
            "Australia/Sydney",
            "2026-05-01T14:30",
            "2026-05-01T14:30:00+10:00",
            id="winter",
        ),
        pytest.param(
            "Australia/Sydney",
            "2026-05-01T10:00-0400",
            "2026-05-01T10:00:00-04:00",
            id="stated",
        ),
    ],
)
def test_times_without_seconds_or_offset_are_the_sites_on_the_minute(
    zone, written, read
):
    raw = OBSERVATION | {"effectiveDateTime": written}
    assert (
        parse_resource(raw, "Observation", SiteCalendar(ZoneInfo(zone)))[
            "effectiveDateTime"
        ]
        == read
    )
