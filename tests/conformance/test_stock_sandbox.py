"""What the stock sandbox of cds-hooks.org sends: by its code, and as it was recorded.

`ehr/cds-hooks-sandbox/` names the files and commits. The recordings are not part of
this repository.
"""

import json
from pathlib import Path

import pytest

from tests.live_service import FEEDBACK

ROOT = Path(__file__).resolve().parents[2]
SHAPE = ROOT / "tests/conformance/ehr/cds-hooks-sandbox/request.pama.json"
RECORDED = sorted((ROOT.parent / "shared/data/cds-requests").glob("[0-9]*.json"))
ABSENT = pytest.param(
    None, marks=pytest.mark.skip(reason="the recordings lie beside the repository")
)
KYPHOPLASTY = ("22513", "22514")
PERSON = {"resourceType": "Patient", "gender": "female", "birthDate": "1945-08-12"}


def name_of(path):
    return path.stem[:40] if path else "absent"


def asked(body, templates):
    """The body with a whole prefetch: nobody answers at the recorded server."""
    patient = PERSON | {"id": body["context"]["patientId"]}
    return {**body, "prefetch": dict.fromkeys(templates) | {"patient": patient}}


def order_of(**changed):
    """The call of the imaging screen, its order changed."""
    body = json.loads(SHAPE.read_text(encoding="utf-8"))["body"]
    (entry,) = body["context"]["draftOrders"]["entry"]
    entry["resource"] |= changed
    return body


def test_the_imaging_screen_places_our_order(service, templates):
    """Intent plan, a bare code, and `selections`, which order-sign does not have."""
    reply = service.post(asked(order_of(), templates))
    assert reply.status == 200, reply.text
    topics = [card["source"]["topic"]["code"] for card in reply.json()["cards"]]
    assert topics[:1] == ["rehabilitation"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"code": {"coding": [{}]}, "reasonCode": []}, id="not-chosen"),
        pytest.param(
            {"code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt"}]}},
            id="a-system-without-a-code",
        ),
        pytest.param(
            {
                "code": {
                    "coding": [
                        {"system": "http://www.ama-assn.org/go/cpt", "code": "72133"}
                    ]
                }
            },
            id="lumbar-ct",
        ),
    ],
)
def test_what_it_sends_before_a_study_is_chosen_is_none_of_ours(
    service, templates, changed
):
    reply = service.post(asked(order_of(**changed), templates))
    assert (reply.status, reply.json()) == (200, {"cards": []})


def has_kyphoplasty(body):
    drafts = body.get("context", {}).get("draftOrders", {})
    codes = [
        coding.get("code")
        for entry in drafts.get("entry", ())
        for coding in entry["resource"].get("code", {}).get("coding", ())
    ]
    return any(code in KYPHOPLASTY for code in codes)


@pytest.mark.parametrize("path", RECORDED or [ABSENT], ids=name_of)
def test_each_recorded_call_of_the_sandbox_is_answered(service, templates, path):
    """Ours with cards, other orders without, calls of other hooks 400."""
    body = json.loads(path.read_text(encoding="utf-8"))
    if "feedback" in body:
        sent = json.dumps(body).encode()
        reply = service.send("POST", FEEDBACK, sent, Content_Type="application/json")
        assert reply.status == 200, "taken in this form"
        return
    if body.get("hook") != "order-sign":
        assert service.post(body).status == 400, "a call of another service"
        return
    reply = service.post(asked(body, templates))
    assert reply.status == 200, reply.text
    assert bool(reply.json()["cards"]) is has_kyphoplasty(body)
