"""Advice on when to come back is no finding; what is found in the same note counts."""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside

ADVICE = (
    "Return if fever, weakness, numbness or loss of bladder control"
    "|Call if wound red, fever >38.5, new numbness"
    "|Red flags explained: leg weakness, saddle anaesthesia, urinary retention"
    "|Instructed to return with any fever, seizure, weakness"
    "|If seizure, give lorazepam"
    "|Bei Fieber oder Lähmung sofort vorstellen"
    "|Wiedervorstellung bei Fieber, Lähmungen, Blasen-/Mastdarmstörung"
    "|Sollten Lähmungen auftreten, sofort in die Klinik"
    "|Reconsulter si fièvre, faiblesse des jambes ou perte du contrôle urinaire"
    "|En cas de fièvre, paralysie ou rétention urinaire, consulter aux urgences"
    "|Acudir a urgencias si fiebre, debilidad, pérdida de control de esfínteres"
    "|Signos de alarma explicados: debilidad, fiebre, retención urinaria"
    "|Tornare in caso di febbre, debolezza alle gambe o ritenzione urinaria"
    "|Se febbre o paralisi rivolgersi al pronto soccorso"
    "|Terugkomen bij koorts, krachtverlies of incontinentie"
    "|Neem direct contact op bij krachtverlies in de benen, klapvoet of urineretentie"
    "|wróć jeśli gorączka, osłabienie nóg lub nietrzymanie moczu"
    "|W razie gorączki lub niedowładu zgłosić się na SOR"
    "|発熱、下肢の脱力、しびれ、排尿障害があれば受診|下肢麻痺出現時は救急受診"
    "|如有发热、下肢无力或大小便失禁请立即就诊|出现下肢瘫痪时立即就医"
    "|발열, 다리 위약, 감각저하, 배뇨장애 시 즉시 내원|다리에 힘이 빠지면 즉시 응급실로 오세요"
)
FOUND = (
    "Foot drop left. Return if fever.|Return if fever. Leg weakness since this morning."
    "|Weakness of left leg, call if worse|Foot drop left, return if worse"
    "|Call neurosurgery for foot drop|Red flags present: leg weakness"
    "|Return to theatre for leg weakness|She returned with leg weakness"
    "|Bei Fieber vorstellen. Seit heute Fallfuß links."
    "|Fallfuß links, bei Verschlechterung sofort vorstellen"
    "|Konsil Neurochirurgie bei Fußheberparese links"
    "|Vorstellung bei Neurochirurgie wegen Fallfuß"
    "|En cas de fièvre consulter. Déficit moteur du pied gauche depuis hier."
    "|Acude a urgencias por debilidad en piernas|Torna in PS per debolezza alle gambe"
    "|Bij koorts bellen. Klapvoet links sinds vandaag."
    "|Wraca jeśli gorączka. Nowy niedowład lewej nogi."
    "|発熱時は受診。左足下垂あり。|左足下垂、悪化時は受診|如有发热请就诊。左下肢无力1天。"
    "|左足下垂，如加重请及时就诊|좌측 족하수, 악화 시 내원|발열 시 내원. 오늘부터 족하수."
)


def asked_by(words: str) -> list[str]:
    return summaries_beside(act_ordered("CBC", note=[{"text": words}]))


@pytest.mark.parametrize("words", ADVICE.split("|"))
def test_what_may_come_is_no_finding(words: str) -> None:
    assert asked_by(words) == []


@pytest.mark.parametrize("words", FOUND.split("|"))
def test_a_finding_next_to_advice_counts(words: str) -> None:
    (summary,) = asked_by(words)
    assert "Examine before leaving." in summary


def test_a_fit_behind_advice_is_to_be_read() -> None:
    assert asked_by("If fever return; seizure last night")
