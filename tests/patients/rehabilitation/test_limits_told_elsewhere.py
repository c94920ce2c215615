"""No training is chosen next to a leg, a joint or a bed that only words tell of.

A leg that may not bear weight, a joint out of place and a patient who lies in bed limit
training by a report, the stay or a note, as they do by an order or a diagnosis.
"""

import pytest

from tests.chart_builders import (
    days_ago,
    inpatient,
    kyphoplasty,
    problem,
)
from tests.patients.acts import done, drug, order
from tests.patients.reassuring import card_of, imaging
from tests.patients.training import FALLS, REFER, WALK, chosen

WEIGHT = (
    "Non-weight bearing left leg",
    "NWB LLE for 6 weeks after ORIF.",
    "Patient remains non-weight-bearing on the right leg.",
    "Touch-down weight bearing right leg",
    "Partial weight bearing left",
    "Must not bear weight on left foot.",
    "No weight on left leg",
    "Weight-bearing not permitted on the right.",
    "TTWB RLE",
    "Teilbelastung 20 kg links",
    "Keine Belastung des linken Beins",
    "Linkes Bein darf nicht belastet werden",
    "Strikte Entlastung des rechten Beines für 6 Wochen",
    "Appui interdit à gauche",
    "Décharge du membre inférieur droit",
    "Sans appui 6 semaines",
    "Sin apoyo del MID",
    "Carga prohibida en pierna izquierda",
    "No apoyar el pie izquierdo",
    "Carico vietato arto inferiore sinistro",
    "Divieto di carico sulla gamba destra",
    "Linkerbeen onbelast",
    "Niet belasten van het linkerbeen",
    "Zakaz obciążania lewej kończyny dolnej",
    "Bez obciążania nogi prawej",
    "左下肢免荷",
    "右下肢 荷重禁止",
    "左下肢禁止负重",
    "患肢免负重",
    "左腿不能负重",
    "좌측 하지 체중 부하 금지",
    "부분 체중부하 중",
    "Left leg NWB, WBAT right",
    "Continue NWB until clinic",
    "Keine Vollbelastung des linken Beines",
    "Fractured ankle, kept non-weight-bearing in a cast",
)
JOINT = (
    "dislocated hip",
    "Hip dislocation on the left.",
    "Dislocation of right hip prosthesis",
    "Posterior dislocation of the left hip",
    "Hüftluxation links",
    "Luxation der Hüft-TEP",
    "Hüfte luxiert",
    "Luxation de la hanche gauche",
    "Prothèse de hanche luxée",
    "Luxación de cadera izquierda",
    "Cadera luxada",
    "Lussazione dell'anca",
    "Anca sinistra lussata",
    "Heupluxatie links",
    "Heup uit de kom",
    "Zwichnięcie stawu biodrowego",
    "Zwichnięcie endoprotezy biodra",
    "左股関節脱臼",
    "人工股関節脱臼",
    "左髋关节脱位",
    "고관절 탈구",
    "Knee dislocation",
)
IN_BED = (
    "bedbound",
    "Patient is bedbound, lives with daughter.",
    "Bedridden since stroke",
    "75-year-old bedridden woman",
    "Confined to bed",
    "Wheelchair-bound",
    "Bettlägerig",
    "Bettlägerige Patientin",
    "Patiente grabataire",
    "Paciente encamada",
    "Paziente allettata",
    "Bedlegerige patiënte",
    "Pacjentka leżąca",
    "寝たきり",
    "寝たきり状態の患者",
    "长期卧床",
    "와상 환자",
    "Bedbound prior to admission",
    "Bedbound at baseline",
    "Immobility syndrome",
)
OTHER = (
    "Weight bearing as tolerated",
    "WBAT left leg",
    "Full weight bearing",
    "FWB both legs",
    "No longer non-weight-bearing",
    "No longer NWB",
    "Was NWB until June, now WBAT",
    "Previously NWB",
    "NWB lifted",
    "NWB status discontinued last week",
    "Weight-bearing radiographs of the knee",
    "Non-weight-bearing views of the foot",
    "No weight-bearing restrictions",
    "NWB left arm",
    "Non-weight bearing right wrist",
    "History of NWB after ankle surgery",
    "NWB in 2015",
    "Weight loss",
    "Weight-bearing joints are preserved",
    "Weight bearing improves with analgesia",
    "Unable to weight bear due to back pain",
    "Vollbelastung erlaubt",
    "Teilbelastung aufgehoben",
    "Keine Teilbelastung mehr",
    "Schmerzadaptierte Vollbelastung",
    "Belastungsdyspnoe",
    "Keine Belastungsdyspnoe",
    "Aufnahme ohne Belastung",
    "Appui complet autorisé",
    "Plus de décharge",
    "Sans appui familial",
    "Apoyo completo",
    "Sin apoyo familiar",
    "Carga libre",
    "Carico libero",
    "Carico concesso",
    "Volledig belast",
    "Belasting op geleide van pijn",
    "Pełne obciążanie",
    "Bez obciążeń rodzinnych",
    "Zakaz obciążania zniesiony",
    "全荷重可",
    "免荷解除",
    "可完全负重",
    "避免负重弯腰",
    "전체중 부하",
    "체중 부하 제한 없음",
    "체중 감소",
    "No hip dislocation",
    "No dislocation",
    "Old hip dislocation",
    "Hip dislocation in 2012",
    "Hip dislocation precautions",
    "Congenital hip dislocation",
    "Shoulder dislocation",
    "Dislocated shoulder",
    "Patellar dislocation",
    "Lens dislocation",
    "Facet subluxation L4-5",
    "THA without evidence of dislocation",
    "Z.n. Hüftluxation 2015",
    "Keine Hüftluxation",
    "Schulterluxation",
    "Pas de luxation de hanche",
    "Luxación de hombro",
    "Sin luxación de cadera",
    "Lussazione di spalla",
    "Schouderluxatie",
    "Zwichnięcie barku",
    "肩関節脱臼",
    "先天性股関節脱臼",
    "肩关节脱位",
    "어깨 탈구",
    "선천성 고관절 탈구",
    "Risk of hip dislocation",
    "No longer bedbound",
    "Previously bedbound",
    "Not bedbound",
    "Husband is bedbound",
    "Carer for bedbound husband",
    "Mother was bedridden",
    "Cares for wheelchair-bound son",
    "Bed rest is not needed",
    "Arrived in a wheelchair",
    "Patient came in a wheelchair",
    "Wheelchair for long distances",
    "Bedbound in 2014 with pneumonia",
    "Nicht bettlägerig",
    "Ehemann bettlägerig",
    "Kommt im Rollstuhl",
    "Nicht mehr bettlägerig",
    "Mari grabataire",
    "Marido encamado",
    "Madre allettata",
    "Man is bedlegerig",
    "Mąż leżący",
    "夫は寝たきり",
    "丈夫长期卧床",
    "남편 와상 상태",
    "Walks with frame",
    "Bed 12",
    "Lying position during scan",
    "MRI in supine position",
    "歩行可能",
    "非卧床",
    "History of being bedridden in childhood",
    "Keine Entlastung nötig",
    "Weight bearing",
    "Weight bearing status to be reviewed",
    "Gewichtsbelastung normal",
    "Belastung nach Schmerz",
    "No weight gain",
    "Not bearing any grudge",
    "Lower weight in left group",
    "Weight on admission 54 kg",
    "Hip replaced",
    "Hip pain",
    "Hip flexion limited",
    "Sitzt im Rollstuhl am Fenster",
    "Bedside ultrasound",
    "Lives alone, walks with stick",
    "Patient lying in bed during visit",
    "Legs swollen",
    "Reduced mobility",
    "Immobilised wrist",
)
PLACES = {
    "report": lambda words: imaging(words, days=4),
    "reason of the stay": lambda words: inpatient() | {"reasonCode": [{"text": words}]},
    "note of a drug": lambda words: drug(note=[{"text": words}]),
}
SAYS = {
    WEIGHT: "the record says that a leg may not bear full weight",
    JOINT: "a dislocated joint of pelvis or leg is named",
    IN_BED: "the record says that the patient does not walk",
}
TOLD = [(words, says) for group, says in SAYS.items() for words in group]
FEW = [group[0] for group in SAYS]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("words", "says"), TOLD)
def test_training_waits_and_the_card_says_why(
    words: str, says: str, place: str
) -> None:
    card = card_of(FALLS, PLACES[place](words))
    assert REFER not in chosen(card)
    assert WALK not in card["detail"]
    assert says in card["detail"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", OTHER)
def test_what_is_allowed_over_or_of_another_holds_nothing_back(
    words: str, place: str
) -> None:
    card = card_of(FALLS, PLACES[place](words))
    assert REFER in chosen(card)
    assert WALK in card["detail"]


@pytest.mark.parametrize("words", FEW)
def test_any_entry_may_tell_of_it(words: str) -> None:
    known = problem(
        "x",
        number="g",
        code={"text": "Hypertension"},
        recordedDate=days_ago(30),
        note=[{"text": words}],
    )
    for entry in (
        known,
        done(days=4, note=[{"text": words}]),
        order(reasonCode=[{"text": words}]),
        drug(words),
        inpatient() | {"type": [{"text": words}]},
    ):
        assert REFER not in chosen(card_of(FALLS, entry))
    signed = kyphoplasty(reasonCode=[{"text": f"L1 fracture, {words}"}])
    assert WALK not in card_of(FALLS, order=signed)["detail"]


@pytest.mark.parametrize("words", FEW)
def test_a_report_or_a_stay_of_long_ago_holds_nothing_back(words: str) -> None:
    past = {"start": days_ago(300), "end": days_ago(290)}
    over = inpatient() | {"id": "over", "status": "finished", "period": past}
    for entry in (
        imaging(words, days=100),
        over | {"reasonCode": [{"text": words}]},
        order(status="revoked", reasonCode=[{"text": words}]),
    ):
        assert REFER in chosen(card_of(FALLS, entry))
