"""Search parameters mean what FHIR R4 says, and what is not understood is refused."""

import pytest

from cds_service.samples.fhir_search import SearchRefused, hold

LOINC = "http://loinc.org"


def observation(name, code="39156-5", day="2026-01-01", patient="p1", **elements):
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": day,
    } | elements


def found(resources, query):
    return [resource["id"] for resource in hold(resources).search(query)]


@pytest.mark.parametrize(
    "query",
    [
        "patient=p1",
        "patient=Patient/p1",
        "subject=Patient/p1",
        "patient=https://a.example/fhir/Patient/p1",
    ],
)
def test_a_patient_is_found_by_every_form_of_reference(query):
    assert found(
        [observation("mine"), observation("other", patient="p10")],
        f"Observation?{query}",
    ) == ["mine"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("http://loinc.org|1", ["a"]),
        ("1", ["a", "b"]),
        ("|1", ["b"]),
        ("http://loinc.org|", ["a", "c"]),
        ("http://loinc.org|1,http://loinc.org|2", ["a", "c"]),
        ("https://loinc.org|1", []),
        ("", ["a", "b", "c"]),
    ],
)
def test_a_token_is_system_and_code_or_either(code, expected):
    without_system = observation("b") | {"code": {"coding": [{"code": "1"}]}}
    assert (
        found(
            [observation("a", "1"), without_system, observation("c", "2")],
            f"Observation?code={code}",
        )
        == expected
    )


def test_newest_first_takes_times_zones_and_partial_dates_apart_and_puts_the_undated_last():
    resources = [
        observation("undated", day=None),
        observation("year", day="2025"),
        observation("evening", day="2026-01-01T23:30:00-05:00"),
        observation("day", day="2026-01-02"),
        observation(
            "period",
            day=None,
            effectivePeriod={"start": "2026-03-01", "end": "2026-04-01"},
        ),
    ]
    assert found(resources, "Observation?_sort=-date") == [
        "period",
        "evening",
        "day",
        "year",
        "undated",
    ]
    assert found(resources, "Observation?_sort=date") == [
        "year",
        "day",
        "evening",
        "period",
        "undated",
    ]


def test_people_are_found_by_the_beginning_of_a_name_whatever_its_case():
    people = [
        {
            "resourceType": "Patient",
            "id": "p1",
            "name": [{"family": "P1", "given": ["Sample"]}],
        }
    ]
    assert found(people, "Patient?name=sam") == ["p1"]
    assert found(people, "Patient?name=P1") == ["p1"]
    assert found(people, "Patient?name=ample") == []


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("Observation?colour=red", "colour"),
        ("Observation?code:in=http://a.example", "code:in"),
        ("Observation?_include=Observation:subject", "_include"),
        ("Observation?_sort=colour", "colour"),
        ("Patient?patient=p1", "patient"),
        ("Claim?patient=p1", "Claim"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(query, word):
    with pytest.raises(SearchRefused, match=word):
        hold([observation("a")]).search(query)


def test_the_same_resource_twice_is_one_and_two_of_one_name_are_an_error():
    assert found([observation("a"), observation("a")], "Observation?") == ["a"]
    with pytest.raises(ValueError, match="Observation/a"):
        hold([observation("a"), observation("a", "other")])
