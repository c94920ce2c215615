"""What a note states next to what it asks, prevents or knows of before is not lost."""

import pytest

from tests.patients.leaving import (
    act_noting,
    act_ordered,
    summaries_beside,
    summary_without_drug,
)

LEADS = "not excluded. Who settles the cause?"
STATED = (
    "Discitis L1/2, MRI to rule out epidural abscess|Discitis L1/2, known diabetes"
    "|Sepsis, on antibiotics, thrombosis prophylaxis|Discitis, history of stroke"
    "|Discitis L1/2, epidural abscess?"
    "|Knochenmetastasen, Suche nach Primärtumor|Sepsis, bekannte KHK"
    "|Spondylodiszitis L1/2, Thromboseprophylaxe mit Enoxaparin"
    "|Spondylodiszitis L1/2, V.a. Abszess|Métastases osseuses, recherche du primitif"
    "|Metástasis óseas, búsqueda de tumor primario"
    "|Metastasi ossee, ricerca del primitivo|Przerzuty do kości, poszukiwanie ogniska"
    "|骨転移、原発巣検索|骨转移，寻找原发灶|골전이, 원발 부위 검색"
)
NOT_EXCLUDED = (
    "Discitis not excluded|Discitis cannot be excluded"
    "|Spondylodiszitis nicht ausgeschlossen|Spondylodiscite ne peut être exclue"
    "|No se puede descartar espondilodiscitis|不能排除椎间盘炎|化膿性脊椎炎を除外できない"
)
ASKED = (
    "Rule out discitis, sepsis|V.a. Sepsis, Discitis|Discitis, sepsis: rule out"
    "|Sepsis?, pneumonia|Metastasis, MRI to rule out|Ausschluss Sepsis, Wunde trocken"
    "|Breast cancer, in remission since 2010|Sepsis prophylaxis, dressing dry"
    "|Mother had breast cancer, thrombosis prophylaxis|Screening for sepsis, wound dry"
    "|Infection prophylaxis, wound dry|Suche nach Knochenmetastasen"
)
ILL = (
    "Pneumonia on day 2. High risk of falls|Stroke, thrombosis prophylaxis"
    "|Pulmonary embolism, apixaban. Falls precautions|Pneumonie, Thromboseprophylaxe"
    "|Lungenembolie. Sturzrisiko hoch|Pneumonie. Risque de chute"
    "|Neumonía. Riesgo de caídas|Polmonite. Rischio di caduta|肺炎。転倒リスクあり|肺炎。跌倒风险"
    "|Hip fracture on the ward. Pressure ulcer risk"
)
PREVENTED = (
    "DVT, PE prophylaxis|Dekubitus-, Pneumonie- und Thromboseprophylaxe"
    "|Prevention of stroke, PE|Prophylaxis: stroke, PE|Falls risk. Wound dry"
    "|Stroke prevention, wound dry|Thromboseprophylaxe, Sturzprophylaxe"
    "|Pneumonieprophylaxe|肺炎予防|预防肺炎"
)


@pytest.mark.parametrize("words", [*STATED.split("|"), *NOT_EXCLUDED.split("|")])
def test_a_cause_leads_next_to_a_question(words: str) -> None:
    assert summary_without_drug(act_noting(words)).endswith(LEADS)


@pytest.mark.parametrize(
    "words", ["Discitis, MRI to rule out abscess", *NOT_EXCLUDED.split("|")[:3]]
)
def test_so_it_does_as_the_reason_of_an_order(words: str) -> None:
    assert summary_without_drug(act_ordered("Physiotherapy", words)).endswith(LEADS)


@pytest.mark.parametrize("words", ASKED.split("|"))
def test_what_is_only_asked_or_prevented_does_not_lead(words: str) -> None:
    assert LEADS not in summary_without_drug(act_noting(words))


@pytest.mark.parametrize("words", ILL.split("|"))
def test_harm_next_to_a_prevention_is_read(words: str) -> None:
    (summary,) = summaries_beside(act_noting(words))
    assert summary.endswith("Read before leaving.")


@pytest.mark.parametrize("words", PREVENTED.split("|"))
def test_what_is_prevented_is_not(words: str) -> None:
    assert summaries_beside(act_noting(words)) == []
