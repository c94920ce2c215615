"""What a question, a suspicion or a prevention is followed by: the answer is there.

"MRI to rule out discitis: discitis L4/5" asks first and tells then, a suspicion may be
confirmed, and a prevention may fail.
"""

import pytest

from tests.patients.places import (
    INFECTION,
    SEPSIS,
    TUMOUR,
    as_reason,
    noted_when_leaving,
)

TOLD = [
    (INFECTION, "MRI to rule out discitis: discitis L4/5"),
    (INFECTION, "MRI to rule out discitis shows discitis"),
    (TUMOUR, "Biopsy to rule out metastasis showed metastasis"),
    (TUMOUR, "CT zum Ausschluss Metastasen: multiple Metastasen"),
    (INFECTION, "MRT zum Ausschluss Diszitis zeigt Diszitis"),
    (INFECTION, "IRM pour exclure une discite: discite L4"),
    (TUMOUR, "RM para descartar metástasis: metástasis L2"),
    (INFECTION, "RM per escludere discite: discite L4-L5"),
    (INFECTION, "Suspected discitis confirmed on MRI"),
    (INFECTION, "Verdacht auf Diszitis bestätigt"),
    (TUMOUR, "Verdacht auf Metastase histologisch gesichert"),
    (INFECTION, "Suspicion de discite confirmée"),
    (SEPSIS, "Sepsis despite prophylaxis"),
    (SEPSIS, "Sepsis trotz Prophylaxe"),
    (INFECTION, "Discitis despite antibiotic prophylaxis"),
    (SEPSIS, "Sepsis malgré antibioprophylaxie"),
    (SEPSIS, "Sepsis a pesar de profilaxis"),
]
ASKED = [
    "MRI to rule out discitis: no discitis",
    "CT zum Ausschluss Metastasen: keine Metastasen",
    "Ausschluss: Diszitis",
    "Rule out discitis: MRI tomorrow",
    "Suspected discitis, not confirmed",
    "Sepsis prophylaxis",
    "Thromboseprophylaxe trotz Sturzrisiko",
]


@pytest.mark.parametrize("place", [noted_when_leaving, as_reason])
@pytest.mark.parametrize(("fact", "words"), TOLD)
def test_the_answer_leads(fact, words, place):
    assert fact in place(words).lower()


@pytest.mark.parametrize("words", ASKED)
def test_a_question_alone_leads_nothing_when_leaving(words):
    assert "not excluded" not in noted_when_leaving(words)
