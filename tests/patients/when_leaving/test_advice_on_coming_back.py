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

# What is there already, next to advice or in its condition.
THERE_ALREADY = (
    "If foot drop persists, refer|If leg weakness does not improve, call"
    "|Come in if your foot drop gets worse|Call if the leg weakness worsens"
    "|Return if the weakness of the left leg gets worse|Should have MRI for leg weakness"
    "|Should be mobilised, legs weak|Should not walk alone, new leg weakness"
    "|If in pain give paracetamol, then MRI, leg weakness"
    "|Please call neurosurgery if not already aware: foot drop"
    "|Advised to return, has urinary retention|Red flags discussed, foot drop"
    "|Red flags given, urinary retention post op|Return if fever: foot drop"
    "|Come back for MRI of leg weakness"
    "|Bei Fußheberparese links sofort Vorstellung Neurochirurgie"
    "|Bei Parese L4 links bitte dringend Vorstellung in der Klinik"
    "|Wenn möglich Vorstellung Neurologie, Fußheberparese"
    "|Consulter si aggravation de la paralysie du pied|Consultar si empeora el pie caído"
    "|Tornare se peggiora il piede cadente|Se possibile chiamare, piede cadente"
    "|Si paralysie du pied gauche, appeler le neurologue"
    "|Consulter si la paralysie du pied persiste|Consultar si persiste el pie caído"
    "|Si persiste la debilidad de piernas, acudir a urgencias"
    "|Se persiste la paralisi delle gambe, chiamare"
    "|Bij klapvoet links graag contact opnemen met de neuroloog"
    "|W razie utrzymywania się niedowładu nogi pilnie do lekarza"
    "|左下肢麻痺の増悪時は受診|下肢麻痺が続く場合は受診"
    "|다리 위약 지속 시 내원|좌측 족하수 악화 시 내원"
)
# What somebody did, or who has it, next to words of advice in any language.
NO_ADVICE = (
    "Two falls, foot drop, HR 112|Recurrent falls, leg weakness, BP 112/70"
    "|Pain at SI joint, foot drop, 15 days|Return to ED with foot drop"
    "|Return to hospital with leg weakness and retention"
    "|If no improvement of leg weakness by Monday, send home"
    "|If leg weakness does not get better, refer|If leg weakness resolves, discharge"
    "|If tolerated, MRI for foot drop|If INR < 1.5, operate for cauda equina syndrome"
    "|If surgeon agrees, CT for leg weakness, call radiology"
    "|Bei Fußheberparese bitte dringend neurochirurgische Vorstellung"
    "|Bei Querschnittsyndrom umgehend in Klinik verlegt"
    "|Bei Kaudasyndrom bitte sofort Notarzt"
    "|Si déficit moteur confirmé, appeler le neurochirurgien"
    "|Si pied tombant, IRM et prévenir"
    "|Dolor sí, debilidad en piernas, acudió a urgencias"
    "|Fiebre: sí, debilidad de piernas, derivado a urgencias"
    "|Si lamenta di deficit di forza agli arti inferiori dal 15 novembre"
    "|Si presenta con piede cadente dal 15 novembre"
    "|Bij onderzoek klapvoet, pols 112|Bij binnenkomst op spoedeisende hulp klapvoet"
    "|Bij patiënt klapvoet, naar de SEH verwezen"
    "|Verpleging komt melden dat bij patiënt klapvoet bestaat"
    "|Als oorzaak klapvoet, contact opnemen met neuroloog"
    "|W przypadku chorej niedowład kończyn dolnych, pilnie konsultacja"
    "|Zgłosiła się, gdy wystąpił niedowład nóg"
    "|2日前、両下肢麻痺が出現した際に当院受診した|下肢麻痺出現時に救急受診し入院"
    "|下肢脱力を自覚した時に救急外来を受診した"
    "|患者术后出现下肢瘫痪，立即入院|患者出现大小便失禁，立即急诊入院"
    "|突然出现下肢瘫痪，立即就诊于我院|如厕后出现下肢瘫痪，立即就诊"
    "|Contact surgeon regarding leg weakness if needed"
    "|Report leg weakness to surgeon if it increases|Call me about foot drop if worse"
    "|Please phone if any questions, leg weakness documented|If fever call, foot drop"
    "|Come to clinic with foot drop for any review|If asked, tell about foot drop, call"
    "|Bei Fußheberparese bitte Hausarzt informieren|Bei Fieber sofort melden, Fallfuß"
    "|Wiedervorstellung bei Fußheberparese zur Kontrolle"
    "|Signes d'alerte expliqués, pied tombant|Signos de alarma explicados, pie caído"
    "|Segni di allarme spiegati, piede cadente|En cas de fièvre consulter, pied tombant"
    "|Si fiebre acudir a urgencias, pie caído|Si bien camina, pie caído, a urgencias"
    "|Se febbre chiamare, piede cadente|Bij opname klapvoet, contact opnemen"
    "|Bij koorts bellen, klapvoet|Bij controle klapvoet, contact opnemen"
    "|W przypadku niedowładu nóg pilnie wykonano tomografię|発熱時は受診、下肢麻痺あり"
    "|如发热请及时就诊，下肢瘫痪|출혈 시 응급실 내원, 하지 마비 있음"
    "|양하지 마비 생겼을 때 응급실 내원하였음|하지 마비 발생 시 응급실 내원함"
)
STILL_ADVICE = (
    "Call right away if fever, leg weakness or numbness"
    "|Should you develop leg weakness, call|Should any weakness occur, return"
    "|Return if worsening pain, fever or leg weakness|If fever, leg weakness, call us"
    "|Red flags explained (leg weakness, saddle numbness)"
    "|Red flags discussed including leg weakness, urinary retention"
    "|Return to ED for fever, leg weakness or incontinence"
    "|Advised to return with any new leg weakness|If leg weakness, call 112"
    "|Bei neurologischen Ausfällen sofortige Wiedervorstellung"
    "|Falls Lähmungen auftreten, bitte sofort melden|Si paralysie, appeler le 15"
    "|Bij krachtverlies of klapvoet bellen|若出现下肢瘫痪请立即就诊"
    "|嘱患者若出现下肢瘫痪及时就诊|両下肢麻痺が出現したら受診してください"
    "|하지 마비가 생기면 즉시 내원하세요|W razie niedowładu nóg pilnie do lekarza"
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


@pytest.mark.parametrize("words", THERE_ALREADY.split("|"))
def test_what_advice_takes_for_there_counts(words: str) -> None:
    (summary,) = asked_by(words)
    assert "Examine before leaving." in summary


@pytest.mark.parametrize("words", NO_ADVICE.split("|"))
def test_what_somebody_has_or_did_is_no_advice(words: str) -> None:
    (summary,) = asked_by(words)
    assert "Examine before leaving." in summary


@pytest.mark.parametrize(
    "words",
    [
        "Come back for MRI of discitis",
        "Go to ED if fever, discitis treated",
        "Bei Spondylodiszitis bitte Antibiose mit Klinik besprechen",
        "Call if fever - patient has sepsis",
        "If discitis confirmed, start antibiotics",
    ],
)
def test_an_infection_next_to_advice_counts(words: str) -> None:
    assert asked_by(words)


@pytest.mark.parametrize("words", STILL_ADVICE.split("|"))
def test_advice_in_other_forms_is_no_finding(words: str) -> None:
    assert asked_by(words) == []


def test_a_fit_behind_advice_is_to_be_read() -> None:
    assert asked_by("If fever return; seizure last night")


@pytest.mark.parametrize(
    "words",
    [
        "If further seizure, call",
        "Call if another fracture",
        "Sollte Parese zunehmen, sofort in die Klinik",
    ],
)
def test_what_happened_next_to_advice_is_to_be_read(words: str) -> None:
    assert asked_by(words)
