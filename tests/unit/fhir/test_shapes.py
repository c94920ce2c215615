"""Whatever has the shape of its type is valid by the classes of `fhir.resources.R4B`: it is no wider than they."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from cds_service.core.data_file import read_json
from cds_service.fhir.parsing import BrokenResource, parse_resource
from cds_service.fhir.shapes import FILE, fits
from cds_service.fhir.site_calendar import UTC_CALENDAR
from cds_service.loading import load_service
from cds_service.samples import load_samples
from tests.builders import observation
from tests.live_service import TODAY
from tests.write_shapes import RESOURCES, shapes

PLAIN = observation({"text": "T-score"}, -2.8, "{T-score}")
TYPES = (
    *(
        "Observation",
        "Condition",
        "Procedure",
        "ServiceRequest",
        "DeviceRequest",
        "Patient",
    ),
    *(
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationStatement",
        "MedicationDispense",
    ),
)
JUNK: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        7,
        4.25,
        1e300,
        float("inf"),
        2**31,
        10**30,
        "",
        " ",
        "\u00a0",
        "\n",
        "é",
        "x",
        "a b",
        " a",
    ),
    *("a  b",),
    *(
        "a_b",
        "y" * 65,
        "entered-in-error",
        "2026",
        "2026-05",
        "2026-13",
        "2026-02-29",
        "2024-02-29",
        "2026-04-31",
    ),
    *(
        "2026-05-01T10:00",
        "2026-05-01T10:00:00",
        "2026-05-01T10:00:00Z",
        "2026-05-01T24:00:00Z",
        "0001-01-01",
    ),
    *(
        "2026-05-01T10:00:00.123456789Z",
        "2026-05-01T10:00:60Z",
        "2026-05-01T10:00:00+14:30",
        "1.5",
        "urn:uuid:1",
    ),
    *(
        [],
        {},
        [None],
        [{}],
        [[]],
        ["x"],
        {"x": None},
        {"coding": [{}]},
        {"coding": {}},
        {"reference": 7},
    ),
    *({"value": "1"},),
    *(
        [{"url": "urn:x", "valueString": "y"}],
        [{"url": "urn:x"}],
        [{"valueString": "y"}],
        {"text": "x"},
    ),
    *('{"text": "x"}',),
    [{"url": "urn:x", "valueString": "y", "valueCode": "z"}],
)
ELEMENTS = (
    *(
        "extension",
        "modifierExtension",
        "contained",
        "_status",
        "status",
        "code",
        "subject",
        "id",
        "meta",
        "text",
    ),
    *("note",),
    *(
        "valueString",
        "valueBoolean",
        "valueInteger",
        "valueQuantity",
        "valueDateTime",
        "effectivePeriod",
        "issued",
    ),
    *(
        "onsetDateTime",
        "onsetString",
        "performedDateTime",
        "performedPeriod",
        "medicationReference",
        "component",
    ),
    *(
        "bodySite",
        "category",
        "resourceType",
        "resource_type",
        "fhir_comments",
        "language",
        "implicitRules",
    ),
    *("x-vendor",),
)


@cache
def records() -> str:
    """Resources of the sample patients as JSON."""
    found = [
        resource for sample in load_samples(TODAY) for resource in sample.resources
    ]
    return json.dumps([one for one in found if one["resourceType"] in TYPES])


def is_valid(resource: dict[str, Any], resource_type: str) -> bool:
    try:
        get_fhir_model_class(resource_type).model_validate(deepcopy(resource))
    except ValidationError:
        return False
    return True


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in (
        value.values()
        if isinstance(value, dict)
        else value
        if isinstance(value, list)
        else ()
    ):
        yield from objects_in(inner)


def damage(resource: dict[str, Any], seed: random.Random) -> None:
    """Drop, replace, repeat or add one element anywhere."""
    inner = seed.choice([one for one in objects_in(resource) if one])
    name = seed.choice(list(inner))
    how = seed.choice(("drop", "replace", "replace", "wrap", "add", "move"))
    if how == "drop":
        del inner[name]
    elif how == "wrap":
        inner[name] = [inner[name]]
    elif how == "move":
        inner[seed.choice(ELEMENTS)] = inner.pop(name)
    else:
        inner[name if how == "replace" else seed.choice(ELEMENTS)] = deepcopy(
            seed.choice(JUNK)
        )


def test_the_file_says_what_the_classes_say():
    """`python -m tests.write_shapes` writes it anew."""
    assert read_json(FILE) == shapes()


def test_no_class_is_loaded_for_a_type_that_the_service_asks_for():
    asked = {
        template.resource_type
        for hook in load_service().hooks.values()
        for template in hook.plan.templates
    }
    assert asked <= {*RESOURCES}


def test_a_type_that_a_site_alone_asks_for_has_the_shape_of_its_class():
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "walks alone"},
        "subject": {"reference": "Patient/1"},
    }
    assert "Goal" not in RESOURCES
    assert fits(goal, "Goal")
    assert is_valid(goal, "Goal")
    assert not fits(
        {**goal, "startDate": "2026-05-01", "startCodeableConcept": {}}, "Goal"
    )
    del goal["subject"]
    assert not fits(goal, "Goal")


def test_r4_has_no_such_type():
    with pytest.raises(ValueError, match="Prescription"):
        fits({"resourceType": "Prescription"}, "Prescription")


@pytest.mark.parametrize("seed", range(4))
def test_what_fits_after_any_damage_is_valid_r4(seed):
    dice = random.Random(seed)
    tried = fitted = 0
    for _ in range(3):
        for resource in json.loads(records()):
            kind = resource["resourceType"]
            for _ in range(dice.choice((1, 1, 2))):
                damage(resource, dice)
            tried += 1
            if fits(resource, kind):
                fitted += 1
                assert is_valid(resource, kind), resource
    assert tried / 50 < fitted < tried  # neither all nor none: both ways are tried


def test_nearly_every_resource_of_a_plain_record_fits():
    resources = json.loads(records())
    assert sum(fits(one, one["resourceType"]) for one in resources) > 0.9 * len(
        resources
    )


@pytest.mark.parametrize("resource_type", TYPES)
def test_a_resource_of_another_type_does_not_fit(resource_type):
    for resource in json.loads(records()):
        if resource["resourceType"] != resource_type:
            assert not fits(resource, resource_type)


@pytest.mark.parametrize(
    "members",
    [
        {"status": None},
        {"effectiveDateTime": "2026-05-01T10:00:00"},
        {"effectivePeriod": {"start": "2026-05-01"}},
        {"valueString": "beside the quantity"},
        {"code": {"coding": {"system": "http://loinc.org", "code": "38267-1"}}},
        {"modifierExtension": []},
        {"contained": []},
        {"x-vendor": 1},
        {"valueQuantity": {"value": True}},
        {"valueQuantity": {"value": float("inf")}},
        {"extension": [{"url": "urn:x", "valueString": "y", "valueCode": "z"}]},
        {"component": [{"code": {"text": "x"}, "valueInteger": 1, "valueString": "x"}]},
    ],
)
def test_what_the_classes_refuse_or_must_look_at_does_not_fit(members):
    assert fits(PLAIN, "Observation")
    assert not fits({**PLAIN, **members}, "Observation")


def test_an_element_of_exactly_one_kind_must_be_there():
    asked = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "x"},
    }
    assert not fits(asked, "MedicationRequest")
    assert fits(
        asked | {"medicationCodeableConcept": {"text": "x"}}, "MedicationRequest"
    )


def test_what_does_not_fit_is_left_to_the_classes():
    leap = {**PLAIN, "effectiveDateTime": "2024-02-29"}
    assert not fits(leap, "Observation")
    assert parse_resource(leap, "Observation", UTC_CALENDAR) == leap
    with pytest.raises(BrokenResource):
        parse_resource(
            {**PLAIN, "effectiveDateTime": "2026-02-29"}, "Observation", UTC_CALENDAR
        )
