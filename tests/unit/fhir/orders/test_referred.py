"""What orders refer to and do not bring along: from the record, else from the request's own server by id."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from cds_service.fhir.gathering.gather import gather
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import read_drafts, with_meanings
from cds_service.fhir.orders.referred import with_referred
from cds_service.fhir.orders.support.joined_support import join_support_orders
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from cds_service.fhir.references import bases_of
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.chart_builders import (
    HOOK,
    PATIENT,
    kyphoplasty,
    of_patient,
    open_service,
    order_sign,
)
from tests.codes import ICD, SCT
from tests.scripted_reader import ScriptedReader

SERVER = "https://ehr.example.org/fhir"
# wedge compression fracture of first lumbar vertebra
FRACTURE = {"coding": [{"system": ICD, "code": "S32.010A"}]}


def scripted(*resources):
    """One resource of each type."""
    return ScriptedReader(**{one["resourceType"]: one for one in resources})


def condition(number="c1", **members):
    return of_patient("Condition", number, code=FRACTURE, **members)


def device(words):
    return {
        "resourceType": "Device",
        "id": "d1",
        "type": {"coding": [{"system": SCT, "code": "1", "display": words}]},
    }


def order_for(reference, **members):
    return kyphoplasty(None, **members) | {
        "reasonReference": [{"reference": reference}]
    }


def brace_of(reference, number="b1", status="draft", **members):
    about = {"reference": reference}
    return of_patient(
        "DeviceRequest",
        number,
        status=status,
        intent="order",
        codeReference=about,
        **members,
    )


def read(*drafts, fhir=None, record=(), scope=None):
    """The record, and the drafts with what they refer to.

    As in a request, they are recognised before it is read and again afterwards.
    """
    body = order_sign(record, *drafts) | {"fhirServer": SERVER}
    if scope:
        body["fhirAuthorization"] = {
            "access_token": "t",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": scope,
        }
    request = parse_request(json.dumps(body).encode(), "order-sign")
    service = open_service()
    person, plan = Person(PATIENT, bases_of([SERVER])), service.hooks[HOOK].plan
    found = gather(
        request, plan, fhir, service.terminology, person, deadline=Deadline.after(60)
    )
    bundle = read_drafts(request.context.draft_orders, person, service.terminology)
    until = Deadline.after(60)
    known = with_referred(bundle, found, request, fhir, person, until=until)
    return found, with_meanings(known, service.terminology)


@dataclass(frozen=True)
class Signing:
    """A draft, and where what it refers to may be.

    Attributes:
        record: resources of the prefetch.
        served: those of the server; None if none may be asked.
        scope: of the token; None without a token.
    """

    draft: dict[str, Any]
    record: tuple[dict[str, Any], ...] = ()
    served: tuple[dict[str, Any], ...] | None = None
    scope: str | None = None


@dataclass(frozen=True)
class Referred:
    """What the draft says with what it refers to.

    Attributes:
        levels: of the augmentation; None if none is ordered.
        asked: what the server was asked for.
    """

    levels: list[str] | None = None
    braces: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.mark.parametrize(
    ("signing", "expected"),
    [
        pytest.param(
            Signing(order_for("Condition/c1"), served=(condition("c1"),)),
            Referred(levels=["L1"], asked=["Condition/c1"]),
            id="a reason that only the server has says the level",
        ),
        pytest.param(
            Signing(order_for("Condition/c1"), record=(condition("c1"),), served=()),
            Referred(levels=["L1"]),
            id="a reason of the record is not asked for",
        ),
        pytest.param(
            Signing(
                order_for("https://ehr.example.org/fhir/Condition/c1"),
                served=(condition("c1"),),
            ),
            Referred(levels=["L1"], asked=["Condition/c1"]),
            id="its address may be written in full",
        ),
        pytest.param(
            Signing(order_for("Condition/c1/_history/2"), served=(condition("c1"),)),
            Referred(levels=["L1"], asked=["Condition/c1"]),
            id="or with its version",
        ),
        pytest.param(
            Signing(
                order_for("https://other.example.org/fhir/Condition/c1"),
                record=(condition("c1"),),
            ),
            Referred(levels=[]),
            id="a reason on another server is not ours although the record has one of"
            " that id",
        ),
        pytest.param(
            Signing(
                order_for("Condition/c1"),
                served=(condition("c1", subject={"reference": "Patient/other"}),),
            ),
            Referred(levels=[], asked=["Condition/c1"]),
            id="a reason of another patient does not count",
        ),
        pytest.param(
            Signing(order_for("Condition/c1"), served=(condition("c1", subject=None),)),
            Referred(levels=[], asked=["Condition/c1"]),
            id="nor does one that names nobody",
        ),
        pytest.param(
            Signing(order_for("Condition/c1"), served=()),
            Referred(levels=[], asked=["Condition/c1"]),
            id="what the server does not have leaves the order as it is",
        ),
        pytest.param(
            Signing(order_for("Condition/c1")),
            Referred(levels=[]),
            id="so does what nobody can be asked for",
        ),
        pytest.param(
            Signing(
                order_for("Condition/c1"),
                served=(condition("c1"),),
                scope="patient/Observation.read",
            ),
            Referred(levels=[]),
            id="the token must be for it",
        ),
        pytest.param(
            Signing(brace_of("Device/d1"), served=(device("TLSO, custom"),)),
            Referred(braces=["brace"], asked=["Device/d1"]),
            id="a device that only the server has is a brace",
        ),
        pytest.param(
            Signing(brace_of("Device/d1"), served=()),
            Referred(asked=["Device/d1"]),
            id="one that it does not have is none",
        ),
        pytest.param(
            Signing(brace_of("Device/d1"), served=(device("Cervical collar"),)),
            Referred(asked=["Device/d1"]),
            id="one of the neck, by its words, is none",
        ),
    ],
)
def test_what_orders_refer_to(signing, expected):
    fhir = None if signing.served is None else scripted(*signing.served)
    _, drafts = read(
        signing.draft, fhir=fhir, record=signing.record, scope=signing.scope
    )
    terminology = open_service().terminology
    order = find_augmentation_order(drafts, terminology)
    support = find_draft_support_orders(drafts, terminology)
    levels = None if order is None else list(order.levels.names)
    assert levels == expected.levels
    assert [draft.kind for draft in support] == expected.braces
    assert fhir is None or fhir.asked == expected.asked


@pytest.mark.parametrize(
    "reference",
    [
        "https://other.example.org/fhir/Condition/c1",
        "Observation/c1",
        "Condition/../Patient",
        "Condition?code=1",
        "#c1",
    ],
)
def test_what_is_elsewhere_or_no_such_reference_is_not_asked(reference):
    fhir = scripted(condition())
    _, drafts = read(order_for(reference), fhir=fhir)
    assert (
        find_augmentation_order(drafts, open_service().terminology).levels.names == ()
    )
    assert fhir.asked == []


def test_a_brace_of_the_record_whose_device_only_the_server_has_is_already_ordered():
    worn = brace_of(
        f"{SERVER}/Device/d1", "b2", status="active", authoredOn="2026-11-18"
    )
    fhir = scripted(device("TLSO, custom"))
    record, _ = read(kyphoplasty(), fhir=fhir, record=(worn,))
    found = join_support_orders((), record, open_service().terminology).of_kind("brace")
    assert [one.reference for one in found] == ["DeviceRequest/b2"]
    assert "Device/d1" in fhir.asked


def test_not_more_than_ten_are_read():
    fhir = scripted()
    read(
        *(
            order_for(f"Condition/c{number}", number=f"k{number}")
            for number in range(14)
        ),
        fhir=fhir,
    )
    assert len(fhir.asked) == 10
