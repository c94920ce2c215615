"""Words that would act if they were taken for markup, a record full of them, and what may not come of it on a card."""

import re
import unicodedata
from typing import Any

from tests.card_rules import PLAIN, tokens_of
from tests.chart_builders import (
    PATIENT,
    Resource,
    bed_rest,
    brace,
    dose,
    drafted,
    drug,
    kyphoplasty,
    measured,
    ordered,
    problem,
    texts_of,
)
from tests.codes import LOINC
from tests.tables import cases

MARK = "Zq9"  # stands in every string that is injected, so that it is found again
PAYLOADS = {
    name: MARK + words for name, words in cases(__file__, "payloads").items()
} | {"long": MARK + "A" * 3000}
BARE_LINK = re.compile(
    r"(?:^|[\s*_~(])www\.|(?:https?|ftp)://|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE
)
INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Cn")


def record(words: str) -> list[Resource]:
    """A record with these words in every place that a client fills as it likes, values well and badly recorded."""
    named = {"text": words}
    coded = {"text": words, "coding": _coding(words)}
    return [
        {
            "resourceType": "Patient",
            "id": PATIENT,
            "gender": "female",
            "birthDate": "1950-01-15",
            "name": [{"text": words, "family": words}],
            "identifier": [{"system": words, "value": words}],
        },
        measured("bmd-t-score", -3.0, note=[named], bodySite=named, method=named),
        measured(
            "bmi",
            19.0,
            valueQuantity={"value": 19.0, "unit": words, "code": "kg/m2"},
        ),
        measured(
            "pma-rate",
            55,
            method={"text": words, "coding": [{"display": words}]},
            device={"display": words},
        ),
        measured("ct-attenuation", 60, bodySite=named, interpretation=[named]),
        measured(
            "multifidus-smi",
            1,
            valueQuantity={"value": 12, "unit": words, "code": words},
        ),
        measured("vbq", 1, valueQuantity=None, valueString=words),
        measured(
            "gait-speed",
            1,
            number="g2",
            valueQuantity={"value": 0.5, "unit": "m/s", "comparator": words},
        ),
        measured("grip-strength", 12, dataAbsentReason=coded),
        measured("psoas-total-area", 10, number="psoas", issued=words),
        measured("mna-score", 14, status=words),
        problem("hypertension", code=coded, note=[named]),
        problem("diabetes", number="d", bodySite=[named]),
        problem("sarcopenia", number="s", clinicalStatus=coded),
        drug("losartan", medicationCodeableConcept=coded, note=[named]),
        drug("alendronate", number="x", dosageInstruction=[named]),
        dose("denosumab", days=400, note=[named]),
        ordered(
            "rehabilitation",
            code={"text": f"Physiotherapy {words}", "coding": _coding(words)},
        ),
        ordered("dietitian", note=[named], requester={"display": words}),
    ]


def drafts(words: str) -> list[Resource]:
    """Orders with these words in notes and reasons, and the first of them after the name of what is ordered."""
    note = [{"text": words}]
    after = words[:200]
    return [
        kyphoplasty(
            note=note, reasonCode=[{"text": words, "coding": [{"display": words}]}]
        ),
        drafted("ServiceRequest", "t", code={"text": f"Kyphoplasty L1 {after}"}),
        brace(note=note, codeCodeableConcept={"text": f"TLSO {after}"}),
        bed_rest(72, code={"text": f"Bed rest {after}"}, note=note),
    ]


def _coding(words: str) -> list[dict[str, str]]:
    return [{"system": LOINC, "code": words, "display": words}]


def faults_in(cards: list[dict[str, Any]]) -> list[str]:
    """What of a text is markup, invisible, or the injected words."""
    found = []
    for text in (text for card in cards for text in texts_of(card)):
        found += [f"{name}: {text!r}" for name in tokens_of(text) - PLAIN]
        found += [
            f"{sign!r} in {text!r}"
            for sign in text
            if unicodedata.category(sign) in INVISIBLE and sign != "\n"
        ]
        found += [f"a link in {text!r}"] * bool(BARE_LINK.search(unescaped(text)))
    return found


def unescaped(text):
    """The text without escaped signs: what is left may act."""
    return re.sub(r"\\.", "", text)
