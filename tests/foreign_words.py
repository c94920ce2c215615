"""Words that would act if they were taken for markup, a record full of them, and what may not come of it on a card."""

import re
import unicodedata
from typing import Any

from tests.card_rules import PLAIN, tokens_of
from tests.chart_builders import (
    bed_rest,
    brace,
    dose,
    drug,
    kyphoplasty,
    measured,
    ordered,
    patient,
    problem,
    texts_of,
)

MARK = "Zq9"  # stands in every string that is injected, so that it is found again
PAYLOADS = {
    "html": f"{MARK}<script>alert(1)</script><img src=x onerror=alert(1)>",
    "link": f"{MARK}[click](http://evil.example) ![x](http://evil.example/x.png)",
    "bare link": f"{MARK} www.evil.example http://evil.example me@evil.example",
    "emphasis": f"{MARK} **bold** _it_ `code` ~~gone~~ | a | b |",
    "lines": f"{MARK}\n\n# Heading\n\n- item\n\n    code\n\n---\n\n> quote\n1. one",
    "signs": f"{MARK}\u202e\u2066\u200b\u0007\x1b[31m\ufeff\u00ad\u2028x",
    "template": f"{MARK}{{{{ 7*7 }}}} {{because}} {{% raw %}} %s %(x)s",
    "long": MARK + "A" * 3000,
}
BARE_LINK = re.compile(r"(?:^|[\s*_~(])www\.|(?:https?|ftp)://|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE)
INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Cn")


def record(words: str) -> list[dict[str, Any]]:
    """A record with these words in every place that a client fills as it likes, values well and badly recorded."""
    coded = {"text": words, "coding": [{"system": "http://loinc.org", "code": words, "display": words}]}
    strange = {"valueQuantity": {"value": 12, "unit": words, "code": words}}
    named = {"text": words}
    return [
        {**patient(), "name": [{"text": words, "family": words}], "identifier": [{"system": words, "value": words}]},
        measured("bmd-t-score", -3.0, note=[{"text": words}], bodySite=named, method=named),
        measured("bmi", 19.0, valueQuantity={"value": 19.0, "unit": words, "code": "kg/m2"}),
        measured("pma-rate", 55, method={**named, "coding": [{"display": words}]}, device={"display": words}),
        measured("ct-attenuation", 60, bodySite=named, interpretation=[named]),
        measured("multifidus-smi", 1, **strange),
        measured("vbq", 1, valueQuantity=None, valueString=words),
        measured("gait-speed", 1, number="g2", valueQuantity={"value": 0.5, "unit": "m/s", "comparator": words}),
        measured("grip-strength", 12, dataAbsentReason=coded),
        measured("psoas-total-area", 10, number="psoas", issued=words),
        measured("mna-score", 14, status=words),
        problem("hypertension", code={**coded, "text": words}, note=[{"text": words}]),
        problem("diabetes", number="d", bodySite=[named]),
        problem("sarcopenia", number="s", clinicalStatus=coded),
        drug("losartan", medicationCodeableConcept=coded, note=[{"text": words}]),
        drug("alendronate", number="x", dosageInstruction=[{"text": words}]),
        {**dose("denosumab", days=400), "note": [{"text": words}]},
        ordered("rehabilitation", code={**coded, "text": "Physiotherapy " + words}),
        ordered("dietitian", note=[{"text": words}], requester={"display": words}),
    ]


def drafts(words: str) -> list[dict[str, Any]]:
    named = {"text": words}
    text_only = kyphoplasty(None, number="t", code="0") | {"code": {"text": "Kyphoplasty L1 " + words[:200]}}
    return [
        kyphoplasty("L1", note=[named], reasonCode=[{"text": words, "coding": [{"display": words}]}]),
        text_only,
        brace(note=[named], codeCodeableConcept={"text": "TLSO " + words[:200]}),
        bed_rest(72) | {"code": {"text": "Bed rest " + words[:200]}, "note": [named]},
    ]


def faults_in(cards: list[dict[str, Any]]) -> list[str]:
    """What of a text is markup, invisible, or the injected words."""
    found = []
    for text in (text for card in cards for text in texts_of(card)):
        found += [f"{name}: {text!r}" for name in tokens_of(text) - PLAIN]
        found += [f"{sign!r} in {text!r}" for sign in text if unicodedata.category(sign) in INVISIBLE and sign != "\n"]
        found += [f"a link in {text!r}"] * bool(BARE_LINK.search(unescaped(text)))
    return found


def unescaped(text):
    """The text without escaped signs: what is left may act."""
    return re.sub(r"\\.", "", text)
