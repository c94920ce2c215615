"""A consult since the operation is asked about unless its reason is everyday."""

import pytest

from tests.patients.leaving import act_ordered, coded_reason, summaries_beside

UNKNOWN = [
    ("Avis neurochirurgical", "Déficit des releveurs depuis ce matin"),
    ("Consulenza neurologica", "Non muove la gamba sinistra"),
    ("Konsil Innere", "Lungenödem"),
    ("Consult neurologie", "Doofheid rijbroekgebied"),
    ("神经内科会诊", "新发尿失禁"),
    ("泌尿器科コンサルト", "尿が出ない"),
    ("감염내과 협진", "상처 감염 의심"),
    ("Consult cardiology", "Pulmonary edema"),
    ("Consult psychiatrie", "Plotse verwardheid"),
    ("Orthopedics consult", "Hip pain after fall"),
    ("Konsil Neurologie", "Fuß hängt"),
    ("Neurologisches Konsil", "Reithose pelzig"),
    ("Konsil Urologie", "Harnsperre"),
    ("Konsil Chirurgie", "Wunde klafft"),
    ("Konsil Psychiatrie", "Patientin sieht Tiere"),
    ("Konsil HNO", "Kann nicht schlucken"),
    ("Konsil Kardiologie", "Neue ST-Hebung"),
    ("Konsil Gefäßchirurgie", "Bein kalt und blass"),
    ("Urology consult", "Unable to void"),
    ("Internal medicine consult", "Frothy sputum"),
    ("Geriatrics consult", "Suddenly not herself"),
    ("PT consult", "Knees buckle since procedure"),
    ("Avis infectiologique", "Pus au point de ponction"),
    ("Interconsulta urología", "No orina"),
    ("Consulenza internistica", "Edema polmonare"),
    ("ICC neurologie", "Scheve mond"),
    ("循環器内科対診", "肺水腫"),
    ("Konsil Neurologie", "Spricht verwaschen"),
    ("Konsil Gastroenterologie", "Bluterbrechen"),
    ("Konsil Innere", "Diabetes, neues Vorhofflimmern"),
    ("Psychiatry consult", "Suicidal"),
    ("Wound care consult", "Pus"),
    ("Internal medicine consult", "Pulmonary edema"),
    ("Neurosurgery consult", "Back pain worse"),
    ("Avis cardiologique", "Malaise au lever"),
    ("Avis gériatrique", "Propos incohérents"),
    ("Consulenza neurologica", "Bocca storta"),
    ("Consult geriatrie", "Ziet beestjes"),
    ("神経内科コンサルト", "ろれつが回らない"),
    ("정신과 협진", "헛것이 보임"),
    ("Pulmonary edema consult", ""),
    ("Anesthesia consult", "Headache when upright"),
]
EVERYDAY = [
    ("Konsil Diabetologie", "Diabetes mellitus Typ 2"),
    ("Konsil Innere", "Arterielle Hypertonie, bekannt"),
    ("Konsil Physiotherapie", "Mobilisation"),
    ("Konsil Ernährungsberatung", "Mangelernährung"),
    ("Consult to social work", "Discharge planning"),
    ("Geriatrics consult", "Comprehensive geriatric assessment"),
    ("Consult to pharmacy", "Medication reconciliation"),
    ("Cardiology consult", "Known atrial fibrillation, resume anticoagulation"),
    ("Consult to Physical Medicine and Rehab", "Rehab placement"),
    ("Internal medicine consult", "Type 2 diabetes, blood sugar control"),
    ("Assistante sociale: avis", "Retour à domicile"),
    ("Consultation diététique", "Dénutrition"),
    ("Interconsulta a geriatría", "Valoración geriátrica"),
    ("Interconsulta medicina interna", "HTA conocida"),
    ("Consulenza fisiatrica", ""),
    ("Consult geriatrie", "CGA"),
    ("Consult fysiotherapie", "Mobiliseren"),
    ("Konsultacja dietetyka", "Niedożywienie"),
    ("リハビリ科対診", "リハビリ"),
    ("康复科会诊", "康复评估"),
    ("Konsil Kardiologie", "Bekannte KHK"),
    ("Konsil Sozialdienst", "Kurzzeitpflege nach Entlassung"),
    ("Consult orthotics", "Brace fitting"),
    ("Cardiology consult", "Pacemaker interrogation"),
    ("Avis néphrologique", "Insuffisance rénale chronique connue"),
    ("Interconsulta unidad del dolor", "Control del dolor"),
    ("Consult pijnteam", "Pijnstilling"),
    ("循環器内科コンサルト", "慢性心不全のフォロー"),
    ("심장내과 협진", "고혈압 조절"),
    ("Neurology consult in 6 weeks", ""),
    ("Outpatient neurology consult", ""),
]


@pytest.mark.parametrize(("title", "reason"), UNKNOWN)
def test_a_consult_for_an_unknown_reason_is_to_be_read(title: str, reason: str) -> None:
    assert summaries_beside(act_ordered(title, reason))


@pytest.mark.parametrize(("title", "reason"), EVERYDAY)
def test_one_for_an_everyday_reason_is_not(title: str, reason: str) -> None:
    assert summaries_beside(act_ordered(title, reason)) == []


@pytest.mark.parametrize(
    ("code", "is_asked"), [("E11.9", False), ("I10", False), ("R33.9", True)]
)
def test_a_code_as_reason_decides_without_words(code: str, *, is_asked: bool) -> None:
    order = act_ordered("Internal medicine consult", **coded_reason(code))
    assert bool(summaries_beside(order)) is is_asked


def test_a_consult_of_before_the_operation_asks_nothing() -> None:
    order = act_ordered("Neurology consult", "Strange gait qwertz", days=4)
    assert summaries_beside(order) == []


@pytest.mark.parametrize(
    ("title", "is_asked"),
    [
        *((one, True) for one in ("Neurology consult", "Konsil Neurochirurgie")),
        *((one, True) for one in ("Avis infectiologique", "精神科コンサルト")),
        *((one, False) for one in ("Cardiology consult", "Konsil Urologie")),
        *((one, False) for one in ("Consulenza internistica", "循環器内科コンサルト")),
    ],
)
def test_without_a_reason_the_service_decides(title: str, *, is_asked: bool) -> None:
    assert bool(summaries_beside(act_ordered(title))) is is_asked
