"""CH-14 to CH-22: which requests are refused, which are tolerated, and which orders are none of ours."""

import pytest

from tests.codes import CPT, codeable
from tests.conformance.answers import RESOURCES
from tests.live_service import CALL, DISCOVERY, card_of
from tests.signings import (
    HOOK_INSTANCE,
    TOKEN,
    empty_prefetch,
    kyphoplasty,
    order_sign,
    signing,
)
from tests.tables import cases

LOOPBACK_WITHOUT_A_SERVER = "http://127.0.0.1:9/fhir"


LEFT_OUT = "left out"


def is_outcome(reply, status: int) -> bool:
    return reply.status == status and reply.json()["resourceType"] == "OperationOutcome"


def with_member(members, name, value):
    return {
        key: one for key, one in {**members, name: value}.items() if one is not LEFT_OUT
    }


@pytest.mark.parametrize("name", ["hook", "hookInstance", "context"])
@pytest.mark.parametrize("value", [LEFT_OUT, None, "", 7, [], True])
def test_ch_14_a_request_without_hook_instance_or_context_is_refused_with_400(
    service, name, value
):
    assert is_outcome(
        service.post(with_member(order_sign(kyphoplasty()), name, value)), 400
    )


@pytest.mark.parametrize("name", ["userId", "patientId"])
@pytest.mark.parametrize("value", [LEFT_OUT, None, "", 7, {}])
def test_ch_15_a_context_without_user_or_patient_is_refused_and_one_without_orders_gets_no_cards(
    service, name, value
):
    request = order_sign(kyphoplasty())
    assert is_outcome(
        service.post(
            request | {"context": with_member(request["context"], name, value)}
        ),
        400,
    )
    reply = service.post(
        request | {"context": with_member(request["context"], "draftOrders", LEFT_OUT)}
    )
    assert (reply.status, reply.json()) == (200, {"cards": []})


@pytest.mark.parametrize(("members", "status"), cases(__file__, "optional_members"))
def test_ch_16_optional_members_may_be_absent_each_and_all(service, members, status):
    request = order_sign(kyphoplasty(), **members)
    assert "encounterId" not in request["context"]
    assert service.post(request).status == status


def test_ch_17_a_token_without_a_server_is_refused(service, templates):
    request = order_sign(
        kyphoplasty(), fhirAuthorization=TOKEN, prefetch=empty_prefetch(templates)
    )
    assert is_outcome(service.post(request), 400)


def with_unknown_members(value):
    """Every object of the protocol with a member and an extension that nobody knows; FHIR stays as it came."""
    if not isinstance(value, dict) or "resourceType" in value:
        return value
    known = {name: with_unknown_members(inner) for name, inner in value.items()}
    return {
        "x-new": {"a": [1, None]},
        **known,
        "extension": {"com.example.epic": {"deep": [None, "", {}]}},
        "y": None,
    }


def test_ch_18_unknown_members_and_extensions_change_nothing(service, templates):
    request = signing(
        "p1", templates, fhirServer=LOOPBACK_WITHOUT_A_SERVER, fhirAuthorization=TOKEN
    )
    strange = with_unknown_members(request)
    strange["context"]["draftOrders"]["entry"][0]["resource"]["x-vendor"] = {
        "kept": True
    }
    strange["context"]["draftOrders"]["x-vendor"] = 1
    strange["prefetch"]["unknownKey"] = {"resourceType": "Bundle", "entry": "none"}
    strange["prefetch"]["boneDensity"]["x-vendor"] = {"page": 1}
    assert service.cards(strange) == service.cards(request)


def test_ch_19_wrong_hook_is_400_unknown_service_404_wrong_method_405_bad_json_400(
    service,
):
    other_hook = {**order_sign(kyphoplasty()), "hook": "order-select"}
    assert is_outcome(service.post(other_hook), 400)
    assert is_outcome(
        service.post(order_sign(kyphoplasty()), f"{DISCOVERY}/other-service"), 404
    )
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert is_outcome(
            service.send(method, CALL, b"{}", Content_Type="application/json"), 405
        ), method
    for body in (b"", b"{", b"[1]", b"null", b'"x"', b"hook=order-sign"):
        assert is_outcome(service.post(body), 400), body


DSTU2, BRACE = RESOURCES["drug order of DSTU2"], RESOURCES["brace"]


@pytest.mark.parametrize(
    "drafts",
    [
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": []},
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": {}},
        {
            "resourceType": "Bundle",
            "entry": [None, {}, {"resource": None}, {"resource": []}, 7],
        },
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": DSTU2}],
        },
        {
            "entry": [
                {"resource": {"resourceType": "Appointment", "status": "proposed"}}
            ]
        },
        {"resourceType": "Bundle", "entry": [{"resource": BRACE}, {"resource": DSTU2}]},
        [],
    ],
    ids=str,
)
def test_ch_20_odd_draft_orders_are_no_error(service, drafts):
    request = order_sign()
    request["context"]["draftOrders"] = drafts
    reply = service.post(request)
    assert (reply.status, reply.json()) == (200, {"cards": []})


@pytest.mark.parametrize("status", ["draft", "active", "on-hold", "unknown"])
def test_ch_20_a_kyphoplasty_among_others_is_found_whatever_its_status(
    service, templates, status
):
    request = order_sign(
        DSTU2, kyphoplasty(status=status), prefetch=empty_prefetch(templates)
    )
    assert card_of(service.cards(request), "rehabilitation")


@pytest.mark.parametrize("code", cases(__file__, "codes_of_nothing"), ids=str)
def test_ch_21_an_order_whose_code_names_nothing_of_ours_gets_no_cards(
    service, templates, code
):
    request = order_sign(
        kyphoplasty(code=code, bodySite=None), prefetch=empty_prefetch(templates)
    )
    reply = service.post(request)
    assert (reply.status, reply.json()) == (200, {"cards": []})


def test_ch_21_a_text_that_names_the_procedure_gets_cards_which_say_so(
    service, templates
):
    order = kyphoplasty(
        code={"coding": [{}], "text": "Balloon kyphoplasty L1"}, bodySite=None
    )
    card = card_of(
        service.cards(order_sign(order, prefetch=empty_prefetch(templates))),
        "rehabilitation",
    )
    assert "by its text" in card["detail"] or "by the order's text" in card["detail"]


OTHERS = {
    "MRI": kyphoplasty(code=codeable(CPT, "72148", "MRI lumbar spine"), bodySite=None),
    "knee": kyphoplasty(code=codeable(CPT, "27447", "Knee replacement"), bodySite=None),
    "revoked kyphoplasty": kyphoplasty(status="revoked"),
    "drug": DSTU2,
}


@pytest.mark.parametrize("order", OTHERS.values(), ids=OTHERS)
def test_ch_22_other_orders_are_answered_with_no_cards_and_nothing_else(service, order):
    reply = service.post(
        order_sign(
            order,
            fhirServer=LOOPBACK_WITHOUT_A_SERVER,
            hookInstance=HOOK_INSTANCE.upper(),
        )
    )
    assert (reply.status, reply.json()) == (200, {"cards": []})
