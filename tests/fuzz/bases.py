"""What fuzzing starts from: requests that are answered with cards, full of words and values that must never leave."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from tests.canaries import Canaries
from tests.chart_builders import (
    HOOK,
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
    ordered,
    patient,
    period,
    problem,
    strong_and_nourished,
    thin_and_weak,
    vertebroplasty,
)
from tests.codes import HCPCS, codeable
from tests.small_record import RECORD
from tests.small_record import request_with as small_request

Json = dict[str, Any]
TOKEN = "Canary-token-q7w8e9r0t1y2u3i4o5p6"
# Another patient's values: a T-score, a body mass index, a muscle index, an area.
STRANGERS_NUMBERS = (-7.7131, 17.3717, 3.1317, 41.7371)
# Values that fuzzing leaves where they are, so that what is said of them stays true.
FIXED = (
    "stranger",
    "pat-1",
    "Patient/p1",
    TOKEN,
    *(str(abs(number)) for number in STRANGERS_NUMBERS),
)


STRANGER = {"reference": "Patient/stranger"}


def strangers() -> list[Json]:
    """Resources of another patient, each of which would change an answer."""
    t_score, bmi, muscle, area = STRANGERS_NUMBERS
    return [
        measured("bmd-t-score", t_score, number="f-1", days=1, subject=STRANGER),
        measured("bmi", bmi, number="f-2", days=1, subject=STRANGER),
        measured(
            "appendicular-muscle-index", muscle, number="f-3", days=1, subject=STRANGER
        ),
        measured("psoas-total-area", area, number="f-4", days=1, subject=STRANGER),
        problem("malignancy", number="f-5", subject=STRANGER),
        problem("end-of-life", number="f-6", subject=STRANGER),
        drug("prednisolone", number="f-7", subject=STRANGER),
        ordered("rehabilitation", number="f-8", subject=STRANGER),
    ]


def every_kind() -> list[Json]:
    """Next to the thin patient's: every kind of resource that we read, some of it in unusual forms."""
    weekly = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}
    return [
        measured("weight", 51.0),
        measured("height", 1.58),
        measured("psoas-total-area", 12.0),
        measured("l4-vertebral-area", 14.0),
        measured("es-mf-fat-fraction", 48.0),
        measured("vbq", 3.1),
        measured("ct-attenuation", 71.0),
        measured("paraspinal-csa", 31.0),
        measured("paraspinal-csa", 35.0, number="csa-old", days=200),
        measured("fascia-injury", True),
        measured(
            "grip-strength", 18.0, number="grip-left", bodySite={"text": "left hand"}
        ),
        dose("denosumab", days=280),
        drug("alendronate", dosageInstruction=[{"timing": weekly}]),
        augmented(40),
        ordered("dietitian"),
        of_patient(
            "DeviceRequest",
            "worn",
            status="active",
            intent="order",
            codeCodeableConcept=codeable(HCPCS, "L0456"),
            authoredOn="2026-11-20",
            occurrencePeriod={"start": "2026-10-21"},
        ),
        of_patient(
            "MedicationStatement",
            "ms-1",
            status="active",
            medicationCodeableConcept={"text": "Prednisolone 5 mg"},
        ),
    ]


@cache
def _whole() -> Mapping[str, Json]:
    long_brace = brace(occurrencePeriod=period(0, 200))
    timed = bed_rest(72, occurrencePeriod=period(0, 5), occurrenceTiming=None)
    found = {
        "everything": order_sign(
            [*thin_and_weak(), *every_kind(), *strangers()],
            kyphoplasty(),
            long_brace,
            bed_rest(72),
        ),
        "thin": order_sign([*thin_and_weak(), *strangers()], kyphoplasty(), brace()),
        "strong": order_sign(
            [*strong_and_nourished(), *strangers()], kyphoplasty("T12", code="22513")
        ),
        "patient alone": order_sign([patient(), *strangers()], kyphoplasty(None)),
        "both": order_sign(
            [patient(), *strangers()],
            kyphoplasty(),
            vertebroplasty("T12"),
            long_brace,
            timed,
        ),
        "words": order_sign(
            [patient()],
            kyphoplasty(None, code="0", bodySite=None)
            | {"code": {"text": "Kyphoplasty T12-L2"}},
        ),
        "brace after": order_sign(
            [patient(), augmented(30)], long_brace, bed_rest(None)
        ),
        "no prefetch": order_sign([patient()], kyphoplasty(), prefetch=False),
        "another order": order_sign([patient()], kyphoplasty(code="45378")),
    }
    found["small"] = small_request(
        templates(),
        boneDensity=(*RECORD["boneDensity"], *strangers()),
        conditions=(*RECORD["conditions"], *strangers()),
    )
    marked = {name: _marked(body) for name, body in found.items()}
    return marked | {"with a server": _with_server(marked["thin"])}


def _marked(body: Json) -> Json:
    marked: Json = Canaries().mark(body)
    marked["context"] |= {"encounterId": "enc-1", "x": "Canary-unknown"}
    return marked


def _with_server(body: Json) -> Json:
    """The request with a FHIR server that refuses connections, and a token for it."""
    return body | {
        "fhirServer": "http://127.0.0.1:1/fhir",
        "fhirAuthorization": {
            "access_token": TOKEN,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "Canary-scope",
        },
    }


def request(name: str) -> Json:
    """A copy of the request of this name."""
    return deepcopy(_whole()[name])


def names() -> tuple[str, ...]:
    """Of all requests."""
    return tuple(_whole())


def templates() -> Mapping[str, str]:
    """What discovery asks for, by key."""
    found: Mapping[str, str] = open_service().hooks[HOOK].discovery["prefetch"]
    return found


def signing(record: list[Json], *drafts: Json) -> Json:
    """A request over this record, marked; the stranger's resources are among it."""
    return _marked(order_sign([*record, *strangers()], *drafts))
