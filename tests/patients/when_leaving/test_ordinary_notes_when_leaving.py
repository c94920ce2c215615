"""Ordinary notes of the operation ask nothing, in words that compose.

Who dictates writes the operation's name, the approach, the cement, the loss of blood
and the denials in any order. What is no such word is read as before.
"""

import pytest

from tests.patients.leaving import kyphoplasty_done, page_after, summaries_after

ORDINARY = [
    "Uncomplicated L1 kyphoplasty, 5 ml cement. No leak.",
    "Procedure went well.",
    "To recovery in stable condition.",
    "Bilateral transpedicular approach.",
    "Local anaesthetic and sedation.",
    "Haemostasis achieved.",
    "VAS 8 to 2.",
    "Cement well distributed.",
    "Mobilise today. Discharge tomorrow.",
    "Neurology intact. No neurological deficit. Moving all limbs.",
    "Under GA, prone position, antibiotic prophylaxis given.",
    "Fracture reduced, height restored.",
    "Balloon inflated to 3 ml each side.",
    "Komplikationslose Kyphoplastie LWK 1.",
    "Eingriff problemlos verlaufen.",
    "Bilaterale transpedikuläre Kyphoplastie LWK 1 in Bauchlage.",
    "Lokalanästhesie und Sedierung.",
    "Blutstillung.",
    "VAS 8 auf 2.",
    "Zement gut verteilt.",
    "Mobilisation heute, Entlassung morgen.",
    "Keine neurologischen Ausfälle.",
    "Postoperativ stabil in den Aufwachraum.",
    "Cyphoplastie L1 sans complication.",
    "Intervention sans particularité.",
    "Patiente stable en salle de réveil.",
    "Voie transpédiculaire bilatérale.",
    "Anesthésie locale et sédation.",
    "Hémostase soigneuse.",
    "EVA de 8 à 2.",
    "Ciment bien réparti.",
    "Lever aujourd'hui, sortie demain.",
    "Examen neurologique normal.",
    "Cifoplastia L1 sin complicaciones.",
    "La intervención transcurre sin incidencias.",
    "Pasa a reanimación estable.",
    "Abordaje bilateral transpedicular.",
    "Anestesia local y sedación.",
    "Hemostasia correcta.",
    "EVA 8 a 2.",
    "Cemento bien distribuido.",
    "Deambulación hoy, alta mañana.",
    "Neurológico normal.",
    "Cifoplastica L1 senza complicanze.",
    "Procedura eseguita senza problemi.",
    "In recovery stabile.",
    "Approccio transpeduncolare bilaterale.",
    "Anestesia locale e sedazione.",
    "Emostasi accurata.",
    "VAS 8 a 2.",
    "Cemento ben distribuito.",
    "Mobilizzare oggi, dimissione domani.",
    "Obiettività neurologica negativa.",
    "Ongecompliceerde kyfoplastiek L1.",
    "Ingreep goed verlopen.",
    "Stabiel naar de uitslaapkamer.",
    "Bilaterale transpediculaire benadering.",
    "Lokale verdoving en sedatie.",
    "Hemostase bereikt.",
    "VAS 8 naar 2.",
    "Cement goed verdeeld.",
    "Mobiliseren vandaag, ontslag morgen.",
    "Neurologisch intact.",
    "Kyfoplastyka L1 bez powikłań.",
    "Zabieg bez powikłań.",
    "W stanie stabilnym na salę wybudzeń.",
    "Obustronny dostęp przeznasadowy.",
    "Znieczulenie miejscowe i sedacja.",
    "Hemostaza uzyskana.",
    "VAS 8 do 2.",
    "Cement dobrze rozmieszczony.",
    "Uruchomienie dziś, wypis jutro.",
    "Neurologicznie bez zmian.",
    "L1椎体形成術施行。",
    "手術は問題なく終了。",
    "状態安定し回復室へ。",
    "両側経椎弓根アプローチ。",
    "局所麻酔と鎮静。",
    "止血確認。",
    "VAS 8→2。",
    "セメント分布良好。",
    "本日離床、明日退院。",
    "神経脱落症状なし。",
    "L1椎体后凸成形术,顺利。",
    "手术过程顺利。",
    "生命体征平稳,送恢复室。",
    "双侧椎弓根入路。",
    "局麻加镇静。",
    "止血彻底。",
    "VAS 8分降至2分。",
    "骨水泥分布均匀。",
    "今日下地,明日出院。",
    "四肢活动正常。",
    "L1 풍선성형술 시행.",
    "시술 잘 끝남.",
    "안정된 상태로 회복실로 이동.",
    "양측 척추경 접근.",
    "국소마취 및 진정.",
    "지혈 확인.",
    "VAS 8에서 2로 감소.",
    "시멘트 분포 양호.",
    "금일 보행, 내일 퇴원.",
    "신경학적 이상 없음.",
]
SAYING_MORE = [
    "Small leak into the disc.",
    "No deficit at first, now weakness of left leg.",
    "Uncomplicated L2 kyphoplasty.",
    "Kyphoplasty L1 and L3.",
    "Haemostasis not achieved.",
    "Blood loss 1500 ml.",
    "To ICU in stable condition.",
    "Returned for operation tomorrow.",
    "No neurological deficit for 2 days.",
    "No deficit until day 2.",
    "VAS 2 to 8.",
    "Not stable.",
    "Cement not well distributed.",
    "Do not mobilise today.",
    "Moving all limbs but left leg weak.",
    "Biopsy L1 sent.",
    "Right side abandoned.",
    "L1 left untreated.",
    "Discharge tomorrow if no fever.",
    "Zementaustritt in den Spinalkanal.",
    "Nicht komplikationslos.",
    "Kyphoplastie LWK 1 und LWK 2.",
    "Blutstillung schwierig.",
    "Fuite discale.",
    "Non stable.",
    "Cyphoplastie L1 et L2.",
    "Fuga de cemento al canal.",
    "No estable.",
    "Stravaso nel canale.",
    "Lekkage naar het kanaal.",
    "Wyciek cementu do kanału.",
    "神経症状あり。",
    "L1,L2椎体形成術施行。",
    "骨水泥渗漏至椎间盘。",
    "止血不彻底。",
    "双下肢感觉异常。",
    "지혈 안됨.",
    "하지 근력 저하.",
]


@pytest.mark.parametrize("note", ORDINARY)
def test_an_ordinary_note_asks_nothing(note):
    assert summaries_after(note=[{"text": note}]) == []


@pytest.mark.parametrize("note", SAYING_MORE)
def test_a_note_that_says_more_is_read(note):
    assert summaries_after(note=[{"text": note}]) != []


@pytest.mark.parametrize(
    "note", ["Postoperativ Schmerzen beidseits.", "Schmerzen beidseits, sehr."]
)
def test_a_pain_that_is_not_less_is_read(note):
    assert summaries_after(note=[{"text": note}]) != []


def test_an_ordinary_note_leaves_the_page_its_walks():
    note = "Uncomplicated L1 kyphoplasty, 5 ml cement. No leak."
    assert page_after(note=[{"text": note}])["mayTrain"]


def test_a_note_of_another_vertebra_holds_the_page_back():
    note = "Uncomplicated L2 kyphoplasty."
    assert not page_after(note=[{"text": note}]).get("mayTrain")


def test_two_entries_of_one_operation_may_name_both_vertebrae():
    done = kyphoplasty_done("T12", number="second")
    note = [{"text": "Kyphoplasty T12 and L1, 4 ml each."}]
    assert summaries_after(done, note=note) == []


@pytest.mark.parametrize(
    "words", ["Sternal fracture", "Clavicle fracture", "Rib fractures 3 and 4"]
)
def test_a_broken_bone_in_known_words_is_to_be_read(words):
    assert len(summaries_after(note=[{"text": words}])) == 1
