"""What a text tells before it looks for something else is no part of the search.

"Sepsis, echo to exclude endocarditis" asks for an endocarditis, and not for a sepsis.
"""

import pytest

from tests.chart_builders import days_ago, of_patient, ordered
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import kyphoplasty_done, leave
from tests.patients.reassuring import Cards, cards_of, imaging

SEPTIC = [
    "Sepsis, echo to exclude endocarditis",
    "Sepsis, CT to exclude abscess",
    "E. coli bacteraemia, MRI spine to exclude discitis",
    "Sepsis; MRI to rule out discitis",
    "Sepsis, Echo zum Ausschluss einer Endokarditis",
    "Septicémie, échographie pour exclure une endocardite",
    "Sepsis, eco para descartar endocarditis",
    "Sepsi, eco per escludere endocardite",
    "Sepsa, echo w celu wykluczenia zapalenia wsierdzia",
    "敗血症、心内膜炎除外のため心エコー",
    "败血症，心超排除心内膜炎",
    "패혈증, 심내막염 배제 위해 심초음파",
]
NOT_SEPTIC = [
    "No sepsis, echo to exclude endocarditis",
    "Sepsis excluded, echo to exclude endocarditis",
    "Risk of sepsis, CT to exclude abscess",
    "Sepsis, excluded",
    "Sepsis screen, echo to exclude endocarditis",
    "Keine Sepsis, Echo zum Ausschluss einer Endokarditis",
    "Mother had sepsis, echo to exclude endocarditis",
    "Fall, CT to exclude fracture",
]
# The denial may be of both, or of the last alone.
DENIED_BEHIND = ["Sepsis, endocarditis excluded", "Sepsis, Endokarditis ausgeschlossen"]
IN_DOUBT = "sepsis not excluded"


def in_report(words: str) -> Cards:
    return cards_of(imaging(words, days=4))


def as_reason(words: str) -> Cards:
    order = ordered(
        "consult",
        days=3,
        code={"text": "Consult internal medicine"},
        reasonCode=[{"text": words}],
    )
    return cards_of(order)


@pytest.mark.parametrize("place", [in_report, as_reason])
@pytest.mark.parametrize("words", [*SEPTIC, *DENIED_BEHIND])
def test_a_sepsis_before_a_search_is_open(words, place):
    card = place(words)["rehabilitation"]
    assert IN_DOUBT in card["summary"].lower()
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))


@pytest.mark.parametrize("place", [in_report, as_reason])
@pytest.mark.parametrize("words", NOT_SEPTIC)
def test_what_is_denied_before_a_search_leads_no_card(words, place):
    assert IN_DOUBT not in place(words)["rehabilitation"]["summary"].lower()


def leaving_summary(words: str) -> str:
    dressing = {
        "status": "completed",
        "code": {"text": "Wound dressing"},
        "performedDateTime": days_ago(1),
        "note": [{"text": words}],
    }
    note = of_patient("Procedure", "act", **dressing)
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(), note)
    (card,) = leave(record)
    return str(card["summary"])


@pytest.mark.parametrize("words", SEPTIC)
def test_a_sepsis_before_a_search_leads_at_discharge(words):
    assert IN_DOUBT in leaving_summary(words)


@pytest.mark.parametrize("words", NOT_SEPTIC)
def test_what_is_denied_before_a_search_leads_no_discharge(words):
    assert IN_DOUBT not in leaving_summary(words)
