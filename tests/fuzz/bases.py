"""What fuzzing starts from: requests that are answered with cards, full of words and values that must never leave."""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
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
from tests.small_record import RECORD
from tests.small_record import request_with as small_request
from tests.tables import built

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


WORDS = {
    one.__name__: one
    for one in (augmented, dose, drug, measured, of_patient, ordered, problem)
}
TABLES: dict[str, list[Json]] = built(
    tomllib.loads(Path(__file__).with_name("bases.toml").read_text(encoding="utf-8")),
    WORDS,
)


def strangers() -> list[Json]:
    """Resources of another patient, each of which would change an answer."""
    return deepcopy(TABLES["strangers"])


@cache
def _whole() -> Mapping[str, Json]:
    long_brace = brace(occurrencePeriod=period(0, 200))
    timed = bed_rest(72, occurrencePeriod=period(0, 5), occurrenceTiming=None)
    found = {
        "everything": order_sign(
            [*thin_and_weak(), *TABLES["everything"], *strangers()],
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
