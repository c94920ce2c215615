"""Every kind of signing that gets cards: the sample patients, thin and broken records, odd orders, hostile texts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.codes import CPT, ICD, codeable
from tests.signings import (
    Json,
    empty_prefetch,
    kyphoplasty,
    observed,
    order_sign,
    samples,
    searchset,
    signing,
)

OUTCOME: Json = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout"}],
}
HOSTILE = (
    "<img src=x onerror=alert(1)> [press](javascript:alert(1)) ![x](http://evil.example/x.png) **bold**\n\n"
    "# head\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n    code\n\n<script>alert(2)</script> `tick` <b>b</b> &lt; http://evil.example/"
)
# Elements of FHIR that hold free text, or that a careless system fills with it.
FREE_TEXT = (
    "text",
    "display",
    "unit",
    "family",
    "given",
    "title",
    "patientInstruction",
    "description",
    "userSelected",
)


FOLDER = Path(__file__).parent
RESOURCES: Json = json.loads((FOLDER / "resources.json").read_text(encoding="utf-8"))


def every_kind_of_signing(templates: Mapping[str, str]) -> dict[str, Json]:
    """Requests by name; each must be answered with cards."""
    return {
        **{f"sample {name}": signing(name, templates) for name in samples()},
        "empty record": _signing(templates, kyphoplasty()),
        "order known by text alone": _signing(
            templates,
            kyphoplasty(code={"text": "Balloon kyphoplasty L1"}, bodySite=None),
        ),
        "two orders": _signing(
            templates,
            kyphoplasty(),
            kyphoplasty(id="draft-2", code=codeable(CPT, "22510")),
        ),
        "spinal metastasis": _signing(templates, kyphoplasty(), ill=("C79.51",)),
        "every exclusion at once": _signing(
            templates, kyphoplasty(), ill=("C79.51", "M46.26", "S32.012A", "G83.4")
        ),
        "end of life": _signing(templates, kyphoplasty(), ill=("Z51.5",)),
        "bed rest of a week": _signing(templates, kyphoplasty(), RESOURCES["bed rest"]),
        "brace after the procedure": _signing(
            templates, RESOURCES["brace"], done=(RESOURCES["procedure"],)
        ),
        "half of the record failed": _half_failed(templates),
        "broken resources": _broken_resources(templates),
        "hostile texts": _hostile(templates),
    }


def _signing(
    templates: Mapping[str, str],
    *drafts: Json,
    ill: tuple[str, ...] = (),
    done: tuple[Json, ...] = (),
) -> Json:
    """A signing of p1, whose record holds active diagnoses (`ill`, in ICD-10-CM) and procedures alone."""
    diagnoses = [
        {**RESOURCES["diagnosis"], "id": f"c{number}", "code": codeable(ICD, code)}
        for number, code in enumerate(ill)
    ]
    prefetch = empty_prefetch(
        templates, conditions=searchset(*diagnoses), procedures=searchset(*done)
    )
    return order_sign(*drafts, prefetch=prefetch)


def _half_failed(templates: Mapping[str, str]) -> Json:
    request = signing("p1", templates)
    for key in ("boneDensity", "medications", "deviceRequests"):
        request["prefetch"][key] = OUTCOME
    return request


def _broken_resources(templates: Mapping[str, str]) -> Json:
    request = signing("p1", templates)
    for key in ("body", "imaging", "conditions"):
        request["prefetch"][key]["entry"][0]["resource"]["status"] = {"not": "a code"}
        request["prefetch"][key]["entry"][0]["resource"]["onsetDateTime"] = 7
    return request


def _hostile(templates: Mapping[str, str]) -> Json:
    """Sample P1 with every free text replaced, and with texts in place of the ids of drafts, user and encounter."""
    request: Json = _with_hostile_texts(signing("p1", templates))
    context = request["context"]
    context["userId"] = f"Practitioner/{HOSTILE}"
    context["encounterId"] = HOSTILE
    order = context["draftOrders"]["entry"][0]["resource"]
    order["id"] = HOSTILE
    order["note"] = [{"text": HOSTILE}]
    again = kyphoplasty(
        "p1-thin-high",
        id="<b>x</b>",
        bodySite=[{"text": f"L1 {HOSTILE}"}],
        code=order["code"],
    )
    again["code"]["coding"][0]["display"] = HOSTILE
    context["draftOrders"]["entry"].append({"resource": again})
    of_p1 = {"subject": {"reference": "Patient/p1-thin-high"}}
    for strange in (
        observed(
            "unit",
            "psoas-total-area",
            None,
            None,
            valueQuantity={"value": 9, "unit": HOSTILE},
            **of_p1,
        ),
        observed("code", "vbq", 3.3, HOSTILE, **of_p1),
        observed("words", "pma-rate", None, None, valueString=HOSTILE, **of_p1),
    ):
        request["prefetch"]["imaging"]["entry"].append({"resource": strange})
    return request


def _with_hostile_texts(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _with_hostile_texts(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_hostile_texts(inner, name) for inner in value]
    return HOSTILE if isinstance(value, str) and name in FREE_TEXT else value
