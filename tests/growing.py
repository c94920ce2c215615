"""Requests of which one part grows, and what an answer to them costs."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from cds_service.call import Ports
from cds_service.errors import CdsError
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import answer
from tests import foreign_words
from tests.chart_builders import (
    HOOK,
    LEVELS,
    NOW,
    PATIENT,
    KeptEntries,
    augmented,
    bed_rest,
    brace,
    dose,
    drafted,
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
BMD = "bmd-t-score"
L1 = codeable(SCT, LEVELS["L1"])
OXYGEN = {"text": "Oxygen concentrator"}


def _signed(*drafts: Resource, record: Mapping[str, Any] | None = None) -> Resource:
    """A request of the usual patient that signs these, a kyphoplasty unless said.

    Args:
        drafts: being signed.
        record: resources by key of the prefetch, in place of what it holds.
    """
    body = order_sign(thin_and_weak(), *(drafts or [kyphoplasty()]))
    for key, resources in (record or {}).items():
        body["prefetch"][key] = {
            "resourceType": "Bundle",
            "entry": [{"resource": one} for one in resources],
        }
    return body


def _recorded(key: str, resources: Iterable[Resource]) -> Resource:
    return _signed(record={key: resources})


def _t_score(**members: Any) -> Resource:
    return measured(BMD, -2.0, **members)


def _medications(size: int) -> list[Resource]:
    return [
        {"resourceType": "Medication", "id": f"d{n}", "code": OXYGEN}
        for n in range(size)
    ]


def _codings(size: int) -> list[Resource]:
    return [
        {"system": f"urn:s:{n}", "code": "x", "display": f"word {n}"}
        for n in range(size)
    ]


def _nested(url: str, depth: int) -> Resource:
    """An extension inside an extension, so many times."""
    return (
        {"url": url, "extension": [_nested(url, depth - 1)]}
        if depth
        else {"url": url, "valueString": "x"}
    )


# --- of the signing


def _contained_reasons(size: int) -> Resource:
    conditions = [
        {"resourceType": "Condition", "id": f"c{n}", "code": OXYGEN}
        for n in range(size)
    ]
    reasons = [{"reference": f"#c{n}"} for n in range(size)]
    return _signed(kyphoplasty(contained=conditions, reasonReference=reasons))


def _codings_of_an_order(size: int) -> Resource:
    code = {"coding": _codings(size)}
    other = drafted("ServiceRequest", "other", code=code, bodySite=[L1])
    return _signed(other, kyphoplasty())


def _notes_of_an_order(size: int) -> Resource:
    return _signed(kyphoplasty(note=[{"text": f"T12, not L{n}"} for n in range(size)]))


def _body_sites_of_an_order(size: int) -> Resource:
    return _signed(kyphoplasty(bodySite=[L1] * size))


def _reasons_of_an_order(size: int) -> Resource:
    return _signed(kyphoplasty(reasonCode=[{"text": f"fall {n}"} for n in range(size)]))


def _extensions_of_an_order(size: int) -> Resource:
    return _signed(kyphoplasty(extension=[{"url": "urn:x"}] * size))


def _words_of_an_order(size: int) -> Resource:
    return _signed(kyphoplasty(note=[{"text": "T12, old fracture of L1, " * size}]))


def _commas_of_an_order(size: int) -> Resource:
    code = {"text": f"PKP{',' * size} L1"}
    return _signed(drafted("ServiceRequest", "kypho", code=code, bodySite=[L1]))


def _orders_inside_a_group(size: int) -> Resource:
    braces = [brace(f"n{n}") for n in range(size)]
    return _signed(kyphoplasty(), of_patient("RequestGroup", "g", contained=braces))


def _parameters_of_a_brace(size: int) -> Resource:
    sizes = [{"code": {"text": f"size {n}"}} for n in range(size)]
    return _signed(kyphoplasty(), brace(parameter=sizes))


def _notes_of_a_brace(size: int) -> Resource:
    notes = [{"text": f"for {n} weeks"} for n in range(size)]
    return _signed(kyphoplasty(), brace(note=notes))


def _words_of_a_brace(size: int) -> Resource:
    return _signed(kyphoplasty(), brace(note=[{"text": "wear for 6 weeks, " * size}]))


def _deep_extensions_of_an_order(depth: int) -> Resource:
    return _signed(kyphoplasty(extension=[_nested("urn:x", depth)]))


# --- of the record


def _values_of_one_day(size: int) -> Resource:
    return _recorded("boneDensity", [_t_score(number=f"n{n}") for n in range(size)])


def _values_of_many_days(size: int) -> Resource:
    return _recorded(
        "boneDensity",
        [_t_score(number=f"n{n}", days=n % 3000) for n in range(size)],
    )


def _values_that_differ(size: int) -> Resource:
    return _recorded(
        "boneDensity", [measured(BMD, n % 7, number=f"n{n}") for n in range(size)]
    )


def _one_value_many_times(size: int) -> Resource:
    long = _t_score(number="same", days=1, note=[{"text": "x"}] * size)
    return _recorded("boneDensity", [long, *[_t_score(number="same")] * size])


def _components_of_a_value(size: int) -> Resource:
    parts = [
        {"code": codeable("urn:x", f"c{n}"), "valueString": "x"} for n in range(size)
    ]
    return _recorded("boneDensity", [_t_score(component=parts)])


def _t_scores_in_components(size: int) -> Resource:
    part = {name: _t_score()[name] for name in ("code", "valueQuantity")}
    return _recorded("boneDensity", [_t_score(component=[part] * size)])


def _codings_of_a_value(size: int) -> Resource:
    strange = _t_score(code={"coding": _codings(size)})
    return _recorded("boneDensity", [strange, _t_score(number="n0")])


def _focus_of_a_value(size: int) -> Resource:
    return _recorded(
        "boneDensity", [_t_score(focus=[{"reference": "Device/1"}] * size)]
    )


def _trials_of_a_grip(size: int) -> Resource:
    return _recorded(
        "function",
        [measured("grip-strength", n % 25, number=f"n{n}") for n in range(size)],
    )


def _measures_of_images(size: int) -> Resource:
    return _recorded(
        "imaging",
        [
            measured("ct-attenuation", n % 69, number=f"n{n}", days=n % 900)
            for n in range(size)
        ],
    )


def _pairs_of_images(size: int) -> Resource:
    return _recorded(
        "imaging",
        [
            measured("paraspinal-csa", n % 29, number=f"n{n}", days=n % 900)
            for n in range(size)
        ],
    )


def _weights(size: int) -> Resource:
    return _recorded(
        "body",
        [measured("weight", 60, number=f"n{n}", days=n % 700) for n in range(size)],
    )


def _problems_of_one_kind(size: int) -> Resource:
    return _recorded(
        "conditions", [problem("diabetes", number=f"n{n}") for n in range(size)]
    )


def _problems_in_unknown_words(size: int) -> Resource:
    return _recorded(
        "conditions",
        [
            problem("x", number=f"n{n}", code={"text": f"Unknown {n}"})
            for n in range(size)
        ],
    )


def _drugs_of_one_kind(size: int) -> Resource:
    return _recorded(
        "medications", [drug("prednisolone", number=f"n{n}") for n in range(size)]
    )


def _drugs_that_refer(size: int) -> Resource:
    orders = [
        of_patient(
            "MedicationRequest",
            f"m{n}",
            status="active",
            intent="order",
            medicationReference={"reference": f"Medication/d{n}"},
        )
        for n in range(size)
    ]
    return _recorded("medications", [*orders, *_medications(size)])


def _contained_medications(size: int) -> Resource:
    order = drug(
        "alendronate",
        medicationCodeableConcept=None,
        medicationReference={"reference": "#d1"},
        contained=_medications(size),
    )
    return _recorded("medications", [order])


def _doses(size: int) -> Resource:
    return _recorded(
        "administrations",
        [dose("denosumab", days=n % 3000, number=f"n{n}") for n in range(size)],
    )


def _procedures(size: int) -> Resource:
    return _recorded(
        "procedures", [augmented(n % 3000, number=f"n{n}") for n in range(size)]
    )


def _active_braces(size: int) -> Resource:
    braces = [brace(f"n{n}", status="active") for n in range(size)]
    return _signed(kyphoplasty(), brace(), record={"deviceRequests": braces})


def _active_bed_rest(size: int) -> Resource:
    return _recorded(
        "serviceRequests",
        [bed_rest(48, number=f"n{n}", status="active") for n in range(size)],
    )


def _words_of_a_record(size: int) -> Resource:
    """The same words in every place of a record and a signing that has words."""
    words = "L1 " * size
    return order_sign(foreign_words.record(words), *foreign_words.drafts(words))


def _blanks_of_a_record(size: int) -> Resource:
    """Two runs of blanks in every place that has words, and in one value."""
    run = " " * size
    words = f"1{run}TLSO{run}L1"
    value = _t_score(number="blank", valueQuantity=None, valueString=f"{run}x")
    record = [*foreign_words.record(words), value]
    return order_sign(record, *foreign_words.drafts(words))


def _identifiers_of_the_patient(size: int) -> Resource:
    identifiers = [{"system": "urn:x", "value": str(n)} for n in range(size)]
    whole = {
        "resourceType": "Patient",
        "id": PATIENT,
        "gender": "female",
        "birthDate": "1945-01-15",
        "identifier": identifiers,
    }
    return _recorded("patient", [whole])


def _deep_extensions_of_a_value(depth: int) -> Resource:
    return _recorded("boneDensity", [_t_score(extension=[_nested("urn:x", depth)])])


# Of these the depth grows; it is bounded by what JSON may hold.
DEEP: dict[str, Callable[[int], Resource]] = {
    "extensions inside extensions of an order": _deep_extensions_of_an_order,
    "extensions inside extensions of a value": _deep_extensions_of_a_value,
}
# Requests with so much of one part, by what grows.
PARTS: dict[str, Callable[[int], Resource]] = {
    "contained resources and reasons of an order": _contained_reasons,
    "codings of an order": _codings_of_an_order,
    "notes of an order": _notes_of_an_order,
    "body sites of an order": _body_sites_of_an_order,
    "reasons of an order": _reasons_of_an_order,
    "extensions of an order": _extensions_of_an_order,
    "words of an order": _words_of_an_order,
    "commas of an order": _commas_of_an_order,
    "orders inside a group": _orders_inside_a_group,
    "parameters of a brace": _parameters_of_a_brace,
    "notes of a brace": _notes_of_a_brace,
    "words of a brace": _words_of_a_brace,
    "values of one day": _values_of_one_day,
    "values of many days": _values_of_many_days,
    "values that differ": _values_that_differ,
    "one value many times, beside a long one": _one_value_many_times,
    "components of a value": _components_of_a_value,
    "T-scores in components of a value": _t_scores_in_components,
    "codings of a value": _codings_of_a_value,
    "focus of a value": _focus_of_a_value,
    "trials of a grip": _trials_of_a_grip,
    "measures of images": _measures_of_images,
    "pairs of images": _pairs_of_images,
    "weights": _weights,
    "problems of one kind": _problems_of_one_kind,
    "problems in unknown words": _problems_in_unknown_words,
    "drugs of one kind": _drugs_of_one_kind,
    "drugs that refer to Medications": _drugs_that_refer,
    "contained Medications": _contained_medications,
    "doses": _doses,
    "procedures": _procedures,
    "active braces": _active_braces,
    "active bed rest": _active_bed_rest,
    "words of a record": _words_of_a_record,
    "blanks of a record": _blanks_of_a_record,
    "identifiers of the patient": _identifiers_of_the_patient,
    **DEEP,
}


def request_with(part: str, size: int) -> Resource:
    """A request of the usual patient with so much of this part."""
    return PARTS[part](size)


def answered(text: bytes) -> None:
    """The whole way of one call, but for the web server and the disk; a refusal is an answer as well."""
    service = open_service()
    ports = Ports(
        clock=lambda: NOW,
        fhir=None,
        audit=KeptEntries(),
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


def body_of(part: str, size: int) -> bytes:
    return json.dumps(request_with(part, size)).encode()
