"""The same chart, of which less is known: what a server, a draft result or a bad entry leaves open.

A wrong entry that was taken back (`entered-in-error`) is knowledge and not a lack of
it; so is an entry that is denied. Neither is here, nor an order of a status that no
server is asked for.
"""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

from tests.chart_builders import Resource
from tests.generated_patients import Signing
from tests.properties.charts_at_random import of_kind

LISTS = (
    *("conditions", "medications", "administrations", "statements", "procedures"),
    *("serviceRequests", "boneDensity", "body", "function", "imaging"),
)
DRUG_LISTS = ("medications", "administrations", "statements")
DRUGS = ("MedicationRequest", "MedicationAdministration")
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


class Lesser(NamedTuple):
    """A chart of which less is known.

    Attributes:
        what: was taken away.
        body: the request.
        without: the chart without the entry that was changed, if one was.
        entry: that was changed, as it was.
        part: the list that was not read whole, if one was not.
    """

    what: str
    body: dict[str, Any]
    without: Signing | None = None
    entry: Resource | None = None
    part: str = ""


Less = Callable[[Signing, random.Random], Iterator[Lesser]]


def unread(signing: Signing, draw: random.Random) -> Iterator[Lesser]:
    """One list answers with an error."""
    part = draw.choice(LISTS)
    yield Lesser(part, replace(signing, failed=frozenset({part})).request(), part=part)


def not_sent(signing: Signing, draw: random.Random) -> Iterator[Lesser]:
    """One list is not in the prefetch, and no server can be asked.

    A null is an answer: the EHR found nothing (CDS Hooks, "Prefetch Template").
    """
    part = draw.choice(LISTS)
    body = signing.request()
    prefetch = {key: answer for key, answer in body["prefetch"].items() if key != part}
    yield Lesser(part, body | {"prefetch": prefetch}, part=part)


def cut_off(signing: Signing, draw: random.Random) -> Iterator[Lesser]:
    """One list has a further page, which nobody can read."""
    part = draw.choice(LISTS)
    body = signing.request()
    bundle = deepcopy(body["prefetch"][part])
    entries = bundle.get("entry", [])
    entries[:] = entries[: draw.randint(0, len(entries))]
    bundle["total"] = bundle.get("total", 0) + 40
    bundle["link"] = [
        {"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}
    ]
    yield Lesser(
        part, body | {"prefetch": body["prefetch"] | {part: bundle}}, part=part
    )


def _changed(
    kinds: tuple[str, ...], change: Callable[[Resource], Resource | None]
) -> Less:
    """One entry of these kinds is changed."""

    def less(signing: Signing, draw: random.Random) -> Iterator[Lesser]:
        entries = of_kind(signing, *kinds)
        if not entries:
            return
        one = draw.choice(entries)
        changed = change(deepcopy(one))
        if changed is None:
            return
        record = tuple(changed if each is one else each for each in signing.record)
        body = replace(signing, record=record).request()
        _keep(body, signing, changed)
        kept = tuple(each for each in signing.record if each is not one)
        yield Lesser(one["id"], body, replace(signing, record=kept), one)

    return less


def _keep(body: dict[str, Any], signing: Signing, changed: Resource) -> None:
    """Send the changed entry where the whole one would be: a search might not find it."""
    for key, whole in signing.request()["prefetch"].items():
        for place, entry in enumerate((whole or {}).get("entry", ())):
            if entry["resource"]["id"] == changed["id"]:
                body["prefetch"][key] = deepcopy(whole)
                body["prefetch"][key]["entry"][place]["resource"] = changed


def _without(*names: str) -> Callable[[Resource], Resource]:
    return lambda one: {name: part for name, part in one.items() if name not in names}


def _with(**members: Any) -> Callable[[Resource], Resource]:
    return lambda one: one | members


def _with_quantity(**members: Any) -> Callable[[Resource], Resource | None]:
    def change(one: Resource) -> Resource:
        return one | {"valueQuantity": one["valueQuantity"] | members}

    return change


def _in_words(one: Resource) -> Resource:
    kept = {name: part for name, part in one.items() if name != "valueQuantity"}
    return kept | {"valueString": f"about {one['valueQuantity']['value']}"}


def _code_in_words(words: str) -> Callable[[Resource], Resource]:
    """Replace the entry's code by words that nobody knows."""

    def change(one: Resource) -> Resource:
        name = "code" if "code" in one else "medicationCodeableConcept"
        return one | {name: {"text": words}}

    return change


def _unknown_code(one: Resource) -> Resource:
    name = "code" if "code" in one else "medicationCodeableConcept"
    return one | {name: {"coding": [{"system": "urn:oid:1.2.3", "code": "77"}]}}


def _verification(code: str) -> Callable[[Resource], Resource]:
    return _with(
        verificationStatus={"coding": [{"system": VERIFICATION, "code": code}]}
    )


VALUE, PROBLEM, DATES = (
    ("Observation",),
    ("Condition",),
    ("onsetDateTime", "recordedDate"),
)
LESS: dict[str, Less] = {
    "a list unread": unread,
    "a list not sent": not_sent,
    "a list cut off": cut_off,
    "value missing": _changed(VALUE, _without("valueQuantity")),
    "value preliminary": _changed(VALUE, _with(status="preliminary")),
    "value without a status": _changed(VALUE, _without("status")),
    "value registered": _changed(VALUE, _with(status="registered")),
    "value above": _changed(VALUE, _with_quantity(comparator=">")),
    "value below": _changed(VALUE, _with_quantity(comparator="<")),
    "unit unknown": _changed(VALUE, _with_quantity(unit="furlong", code="furlong")),
    "value a text": _changed(VALUE, _with_quantity(value="n/a")),
    "value in words": _changed(VALUE, _in_words),
    "value undated": _changed(VALUE, _without("effectiveDateTime")),
    "value dated ahead": _changed(VALUE, _with(effectiveDateTime="2026-12-24")),
    "value impossible": _changed(VALUE, _with_quantity(value=99999)),
    "value's code unknown": _changed(VALUE, _unknown_code),
    "value without subject": _changed(VALUE, _without("subject")),
    "problem unconfirmed": _changed(PROBLEM, _verification("unconfirmed")),
    "problem provisional": _changed(PROBLEM, _verification("provisional")),
    "problem undated": _changed(PROBLEM, _without(*DATES)),
    "problem dated in words": _changed(
        PROBLEM, lambda one: _without(*DATES)(one) | {"onsetString": "years ago"}
    ),
    "problem without status": _changed(PROBLEM, _without("clinicalStatus")),
    "problem without code": _changed(PROBLEM, _without("code")),
    "problem's code unknown": _changed(PROBLEM, _unknown_code),
    "problem in unknown words": _changed(
        PROBLEM, _code_in_words("Zustand nach Ereignis, s. Brief")
    ),
    "problem malformed": _changed(PROBLEM, _with(code="C79.51")),
    "drug without code": _changed(DRUGS, _without("medicationCodeableConcept")),
    "drug unknown": _changed(DRUGS, _unknown_code),
    "drug in unknown words": _changed(DRUGS, _code_in_words("see chart")),
    "drug undated": _changed(DRUGS, _without("authoredOn", "effectiveDateTime")),
    "drug's status unknown": _changed(DRUGS, _with(status="unknown")),
    "drug malformed": _changed(DRUGS, _with(status=5)),
    "procedure's status unknown": _changed(("Procedure",), _with(status="unknown")),
    "procedure undated": _changed(("Procedure",), _without("performedDateTime")),
    "procedure unknown": _changed(("Procedure",), _unknown_code),
    "order undated": _changed(("ServiceRequest",), _without("authoredOn")),
    "order unknown": _changed(("ServiceRequest",), _unknown_code),
    "age unknown": _changed(("Patient",), _without("birthDate")),
    "sex unknown": _changed(("Patient",), _without("gender")),
    "place unknown": _changed(("Encounter",), _without("class")),
}
