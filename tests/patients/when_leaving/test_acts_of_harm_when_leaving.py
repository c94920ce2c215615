"""Acts and visits that tell of harm since the operation are asked about; others not."""

from typing import Any

import pytest

from tests.patients.leaving import (
    act_done,
    act_ordered,
    appointment,
    summaries_beside,
)

HARM = [
    "Röntgen LWS nach Sturz",
    "X-ray after fall",
    "X-ray lumbar spine after fall on ward",
    "X-ray lumbar spine, cement in canal",
    "CT lumbar spine, cement leak",
    "ICU transfer",
    "Transfer to ICU",
    "Rapid response team",
    "Rapid response call",
    "MET call",
    "Medical emergency team call",
    "Crash call",
    "Code blue",
    "Verlegung auf Intensivstation",
    "Notfallteam",
    "Reanimationsteam",
    "Transfert en réanimation",
    "Traslado a UCI",
    "Trasferimento in terapia intensiva",
    "Overplaatsing naar IC",
    "Przeniesienie na OIOM",
    "ICU入室",
    "转入ICU",
    "중환자실 전실",
    "Radiographie après chute",
    "Radiografía tras caída",
    "Rx dopo caduta",
    "RTG po upadku",
    "X-foto na val",
    "転倒後X線",
    "跌倒后X线",
    "낙상 후 X선",
    "CT Kopf nach Sturz",
    "CT head post fall",
    "Found on floor, X-ray hip",
    "Post-fall assessment",
]
ORDINARY = [
    "X-ray lumbar spine postoperative",
    "Routine post-op X-ray",
    "X-ray lumbar spine",
    "Röntgen LWS postoperativ",
    "Röntgenkontrolle LWS",
    "Radiographie de contrôle",
    "Radiografía de control",
    "Rx di controllo",
    "Controlefoto LWK",
    "RTG kontrolne",
    "術後X線",
    "术后X线",
    "수술 후 X선",
    "Blood count",
    "CBC",
    "Physiotherapy",
    "Physiotherapie",
    "Mobilisation",
    "Fall prevention",
    "Fall risk assessment",
    "Sturzprophylaxe",
    "Falls clinic referral",
    "ICU follow-up cancelled",
    "Wound check",
    "Dressing change",
    "Verbandswechsel",
    "Chest X-ray",
    "ECG",
    "Discharge letter",
    "Dietician",
    "Occupational therapy",
    "DXA",
    "Vitamin D level",
    "Urinalysis",
    "Urine culture",
    "Blood glucose",
    "INR",
    "Social work consult",
    "Discharge planning",
    "Remove cannula",
    "X-ray lumbar spine, fall at home 3 weeks ago",
    "Röntgen LWS, Sturz vor 3 Wochen",
    "X-ray L-spine, fall before admission",
    "X-ray spine: fall from ladder",
    "Röntgen LWS nach häuslichem Sturz",
    "Fall risk X-ray protocol",
    "Sturzprophylaxe nach Röntgen",
    "X-ray to exclude fracture after kyphoplasty",
    "ICU admission post-op planned",
    "Transfer to ICU planned for monitoring",
    "ICU transfer criteria",
    "Rapid response education",
    "MET call criteria",
    "Goals met call daughter",
    "Admission to ICU after surgery",
    "Resuscitation status: full",
    "CPR: full code",
    "Code status",
    "DNR",
    "Nurse call bell",
    "Crash mat",
    "Emergency contact",
    "Verlegung auf Normalstation",
    "Verlegung in Reha",
    "Transfer to ward",
    "Transfer from ICU",
    "Transfer to rehabilitation",
    "Cement check X-ray",
    "X-ray cement position",
    "CT: no cement in canal",
    "kein Zement im Spinalkanal",
    "Clinical pathology laboratory",
    "Speech pathology",
    "Pathology clinic",
    "Urine cytology",
    "Pap smear cytology",
    "Cytology urine",
    "Bone density",
    "Falls clinic",
    "Falls assessment",
    "Sturzrisiko-Assessment",
    "Bed alarm for falls",
]
VISITS_OF_HARM = [
    "fall",
    "found on floor",
    "cement leak",
    "Sturz",
    "gestürzt",
    "fell from bed",
    "Zementaustritt",
    "chute",
    "caída",
    "caduta",
    "val",
    "upadek",
    "転倒",
    "跌倒",
    "낙상",
    "Unable to walk since surgery",
    "leg weakness",
]
ORDINARY_VISITS = [
    "Physiotherapy",
    "Post-op check",
    "Wound check",
    "Suture removal",
    "Follow-up X-ray",
    "Control",
    "Nachkontrolle",
    "Verlaufskontrolle",
    "Wundkontrolle",
    "Contrôle post-opératoire",
    "Control postoperatorio",
    "Visita di controllo",
    "Controle",
    "Kontrola",
    "術後診察",
    "术后复诊",
    "외래 진료",
    "Pain clinic",
    "Osteoporosis clinic",
    "DXA",
    "Falls clinic",
    "Sturzambulanz",
    "Fall prevention programme",
    "Falls and bone health clinic",
    "Clinique de la chute",
    "Bone health review",
    "Follow-up after fall and kyphoplasty",
    "Review after kyphoplasty",
    "Fracture clinic",
    "Spine clinic",
    "Unidad de caídas",
    "Valpolikliniek",
    "Sturzprävention",
    "Fall 2025 flu vaccination",
    "Clínica de caídas",
    "Poradnia upadków",
    "낙상 예방",
    "転倒予防外来",
    "跌倒门诊",
    "Fall risk review",
]
SAMPLES = [
    "Pathology",
    "Cytology",
    "Bone culture",
    "Bone biopsy",
    "Histology",
    "Histopathologie",
    "Zytologie",
    "Pathologie",
    "Knochenkultur",
    "Anatomía patológica",
    "Anatomopathologie",
    "Cultivo óseo",
    "Esame istologico",
    "Botkweek",
    "病理",
    "細胞診",
    "조직검사",
    "Surgical pathology",
    "Tissue culture",
    "AFB culture bone",
]


def visit(reason: str) -> Any:
    """An appointment after the stay for this reason."""
    return appointment(
        "Outpatient visit",
        day="2026-12-04",
        number="later",
        reasonCode=[{"text": reason}],
    )


@pytest.mark.parametrize("title", HARM)
@pytest.mark.parametrize("act", [act_ordered, act_done])
def test_an_act_that_tells_of_harm_is_to_be_read(act: Any, title: str) -> None:
    (card,) = summaries_beside(act(title))
    # A procedure of the spine whose title is not known asks for its cause.
    assert "Read before leaving" in card or "not excluded" in card


@pytest.mark.parametrize("title", ORDINARY)
def test_an_ordinary_order_makes_no_card(title: str) -> None:
    assert summaries_beside(act_ordered(title)) == []


@pytest.mark.parametrize("title", ["X-ray after fall", "Röntgen LWS nach Sturz"])
def test_on_the_day_of_the_operation_the_fall_may_have_led_to_it(title: str) -> None:
    assert summaries_beside(act_ordered(title, days=2)) == []


@pytest.mark.parametrize("reason", VISITS_OF_HARM)
def test_a_visit_for_harm_is_to_be_read(reason: str) -> None:
    assert len(summaries_beside(visit(reason))) == 1


@pytest.mark.parametrize("reason", ORDINARY_VISITS)
def test_an_ordinary_visit_makes_no_card(reason: str) -> None:
    assert summaries_beside(visit(reason)) == []


@pytest.mark.parametrize("title", SAMPLES)
def test_the_result_of_a_sample_is_pending(title: str) -> None:
    (card,) = summaries_beside(act_ordered(title))
    # A culture of bone looks for an infection, which leads.
    assert "biopsy result pending" in card or "spinal infection" in card


def test_a_bed_that_was_asked_for_on_the_day_of_operation_is_of_its_plan():
    assert summaries_beside(act_ordered("Transfer to ICU bed request", days=2)) == []
    assert summaries_beside(act_ordered("Transfer to ICU bed request", days=1))
    assert summaries_beside(act_ordered("Transfer to ICU", days=2))
