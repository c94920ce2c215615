"""Requests of which one part grows, and what an answer to them costs."""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from cds_service.errors import CdsError
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import Ports, answer
from tests.chart_builders import (
    HOOK,
    NOW,
    augmented,
    bed_rest,
    brace,
    dose,
    drug,
    kyphoplasty,
    measured,
    of_patient,
    open_service,
    order_sign,
    problem,
    thin_and_weak,
)
from tests.codes import SCT, codeable

Resource = dict[str, Any]
UNKNOWN = {"text": "Oxygen concentrator"}


def signed(*drafts: Resource, **sent: list[Resource]) -> Resource:
    """A request of the usual patient with these drafts, and more entries for keys of the prefetch."""
    body = order_sign(thin_and_weak(), *(drafts or (kyphoplasty(),)))
    for key, resources in sent.items():
        body["prefetch"][key] = {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}
    return body


def _numbered(build: Callable[..., Resource], name: Any, count: int, **members: Any) -> list[Resource]:
    return [build(name, number=f"n{one}", **members) for one in range(count)]


def _scores(count: int, **members: Any) -> list[Resource]:
    return _numbered(lambda name, **rest: measured(name, -2.0, **rest), "bmd-t-score", count, **members)


def _orders(count: int, kind: Callable[..., Resource], **members: Any) -> list[Resource]:
    return [kind(number=f"n{one}", **members) for one in range(count)]


def _codings(count: int) -> list[Resource]:
    return [{"system": f"urn:s:{one}", "code": "x", "display": f"word {one}"} for one in range(count)]


def _nested(depth: int) -> Resource:
    return {"url": "urn:x", "extension": [_nested(depth - 1)]} if depth else {"url": "urn:x", "valueString": "x"}


def _referring(count: int) -> Resource:
    drugs = [
        of_patient(
            "MedicationRequest",
            f"m{one}",
            status="active",
            intent="order",
            medicationReference={"reference": f"Medication/d{one}"},
        )
        for one in range(count)
    ]
    meant = [{"resourceType": "Medication", "id": f"d{one}", "code": UNKNOWN} for one in range(count)]
    return signed(medications=[*drugs, *meant])


def _contained_reasons(count: int) -> Resource:
    held = [{"resourceType": "Condition", "id": f"c{one}", "code": UNKNOWN} for one in range(count)]
    return signed(kyphoplasty(contained=held, reasonReference=[{"reference": f"#c{one}"} for one in range(count)]))


def _contained_medications(count: int) -> Resource:
    held = [{"resourceType": "Medication", "id": f"d{one}", "code": UNKNOWN} for one in range(count)]
    one = drug("alendronate", contained=held, medicationReference={"reference": "#d1"})
    return signed(medications=[{name: value for name, value in one.items() if name != "medicationCodeableConcept"}])


def _duplicates(count: int) -> Resource:
    long = measured("bmd-t-score", -2.0, number="same", days=1, note=[{"text": "x"}] * count)
    return signed(boneDensity=[long, *(measured("bmd-t-score", -2.0, number="same") for _ in range(count))])


def _components(count: int) -> Resource:
    parts = [{"code": codeable("urn:x", f"c{one}"), "valueString": "x"} for one in range(count)]
    return signed(boneDensity=[measured("bmd-t-score", -2.0, component=parts)])


def _stays(count: int) -> list[Resource]:
    return [dose("denosumab", days=one % 3000, number=f"n{one}") for one in range(count)]


# What grows -> the request with so much of it.
PARTS: Mapping[str, Callable[[int], Resource]] = {
    # of the signing
    "contained resources and reasons of an order": _contained_reasons,
    "codings of an order": lambda count: signed(
        {**kyphoplasty(number="other"), "code": {"coding": _codings(count)}}, kyphoplasty()
    ),
    "notes of an order": lambda count: signed(kyphoplasty(note=[{"text": f"T12, not L{one}"} for one in range(count)])),
    "body sites of an order": lambda count: signed(kyphoplasty(bodySite=[codeable(SCT, "66794005")] * count)),
    "reasons of an order": lambda count: signed(kyphoplasty(reasonCode=[{"text": f"fall {n}"} for n in range(count)])),
    "extensions of an order": lambda count: signed(kyphoplasty(extension=[{"url": "urn:x"}] * count)),
    "words of an order": lambda count: signed(kyphoplasty(note=[{"text": "T12, old fracture of L1, " * count}])),
    "commas of an order": lambda count: signed(kyphoplasty() | {"code": {"text": "PKP" + "," * count + " L1"}}),
    "orders inside a group": lambda count: signed(
        kyphoplasty(), of_patient("RequestGroup", "g", contained=_orders(count, brace))
    ),
    "parameters of a brace": lambda count: signed(
        kyphoplasty(), brace(parameter=[{"code": {"text": f"size {one}"}} for one in range(count)])
    ),
    "notes of a brace": lambda count: signed(
        kyphoplasty(), brace(note=[{"text": f"for {one} weeks"} for one in range(count)])
    ),
    "words of a brace": lambda count: signed(kyphoplasty(), brace(note=[{"text": "wear for 6 weeks, " * count}])),
    # of the record
    "values of one day": lambda count: signed(boneDensity=_scores(count)),
    "values of many days": lambda count: signed(
        boneDensity=[measured("bmd-t-score", -2.0, number=f"n{one}", days=one % 3000) for one in range(count)]
    ),
    "values that differ": lambda count: signed(
        boneDensity=[measured("bmd-t-score", -one % 7 - 0.5, number=f"n{one}") for one in range(count)]
    ),
    "one value many times, beside a long one": _duplicates,
    "components of a value": _components,
    "codings of a value": lambda count: signed(
        boneDensity=[measured("bmd-t-score", -2.0, code={"coding": _codings(count)}), *_scores(1)]
    ),
    "focus of a value": lambda count: signed(boneDensity=_scores(1, focus=[{"reference": "Device/1"}] * count)),
    "trials of a grip": lambda count: signed(
        function=[measured("grip-strength", 20 + one % 5, number=f"n{one}") for one in range(count)]
    ),
    "measures of images": lambda count: signed(
        imaging=[measured("ct-attenuation", 60 + one % 9, number=f"n{one}", days=one % 900) for one in range(count)]
    ),
    "pairs of images": lambda count: signed(
        imaging=[measured("paraspinal-csa", 20 + one % 9, number=f"n{one}", days=one % 900) for one in range(count)]
    ),
    "weights": lambda count: signed(body=[measured("weight", 60, number=f"n{n}", days=n % 700) for n in range(count)]),
    "problems of one kind": lambda count: signed(conditions=_numbered(problem, "diabetes", count)),
    "problems in unknown words": lambda count: signed(
        conditions=[problem("x", number=f"n{one}", code={"text": f"Unknown {one}"}) for one in range(count)]
    ),
    "drugs of one kind": lambda count: signed(medications=_numbered(drug, "prednisolone", count)),
    "drugs that refer to Medications": _referring,
    "contained Medications": _contained_medications,
    "doses": lambda count: signed(administrations=_stays(count)),
    "procedures": lambda count: signed(procedures=[augmented(one % 3000, number=f"n{one}") for one in range(count)]),
    "active braces": lambda count: signed(
        kyphoplasty(), brace(), deviceRequests=_orders(count, brace, status="active")
    ),
    "active bed rest": lambda count: signed(
        serviceRequests=[bed_rest(48, number=f"n{one}", status="active") for one in range(count)]
    ),
    "identifiers of the patient": lambda count: signed(
        patient=[thin_and_weak()[0] | {"identifier": [{"system": "urn:x", "value": f"{n}"} for n in range(count)]}]
    ),
}
DEEP: Mapping[str, Callable[[int], Resource]] = {
    "extensions inside extensions of an order": lambda depth: signed(kyphoplasty(extension=[_nested(depth)])),
    "extensions inside extensions of a value": lambda depth: signed(boneDensity=_scores(1, extension=[_nested(depth)])),
}


class _Kept:
    """An audit log that nobody reads."""

    def append(self, *_: Any) -> None:
        """Keep nothing."""


def answered(text: bytes) -> None:
    """The whole way of one call, but for the web server and the disk; a refusal is an answer as well."""
    service = open_service()
    ports = Ports(
        clock=lambda: NOW,
        fhir=None,
        audit=_Kept(),  # type: ignore[arg-type]
        deadline=Deadline.after(600),
        base_url="http://127.0.0.1",
    )
    with suppress(CdsError):
        answer(service, service.hooks[HOOK], parse_request(text, "order-sign"), ports)


def operations(work: Callable[[], Any]) -> int:
    """How many calls, of Python and of C, this work makes in its own thread."""
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def body_of(build: Callable[[int], Resource], size: int) -> bytes:
    return json.dumps(build(size)).encode()
