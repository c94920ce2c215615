"""A cancer that the patient and a relative had is the patient's, whoever tells of it."""

import pytest

from tests.chart_builders import inpatient, kyphoplasty
from tests.patients.acts import order
from tests.patients.reassuring import (
    card_of,
    cards_of,
    dated,
    end_is_selected,
    imaging,
)

BOTH = (
    "Mother and patient both had breast cancer",
    "Patient and her mother had breast cancer",
    "Both mother and patient with breast cancer",
    "Breast cancer in mother and patient",
    "Patient had breast cancer, as did her mother",
    "Breast cancer, like her mother",
    "Mother had a stroke, patient has breast cancer",
    "Mother had breast cancer, patient too",
    "Sister and the patient have breast cancer",
    "Mutter und Patientin hatten beide Brustkrebs",
    "Patientin und ihre Mutter hatten Brustkrebs",
    "Mammakarzinom bei Mutter und Patientin",
    "Mammakarzinom, wie auch ihre Mutter",
    "La mère et la patiente ont eu un cancer du sein",
    "La patiente et sa mère ont eu un cancer du sein",
    "Cancer du sein, comme sa mère",
    "Madre y paciente con cáncer de mama",
    "La paciente y su madre tuvieron cáncer de mama",
    "Madre e paziente hanno avuto un carcinoma mammario",
    "La paziente e la madre con carcinoma mammario",
    "Moeder en patiënte hadden borstkanker",
    "Patiënte en haar moeder hebben borstkanker",
    "Matka i pacjentka miały raka piersi",
    "Pacjentka i jej matka chorowały na raka piersi",
    "母と本人ともに乳癌",
    "患者および母も乳癌",
    "母亲和患者均患乳腺癌",
    "患者及其母亲均有乳腺癌",
    "어머니와 환자 모두 유방암",
    "환자와 어머니 모두 유방암",
)
RELATIVE = (
    "Mother had breast cancer",
    "Mother and sister both had breast cancer",
    "Mother and aunt had breast cancer",
    "Family history of breast cancer",
    "Patient's mother had breast cancer",
    "Mother and patient's sister had breast cancer",
    "Patient and mother were informed of breast cancer screening",
    "Mother and patient fear breast cancer",
    "Fear of breast cancer like her mother",
    "Worried about breast cancer like her mother",
    "Patient and her sister had genetic testing for breast cancer",
    "Patientin und Mutter hatten genetische Testung auf Brustkrebs",
    "Patient and daughter have been told of breast cancer screening",
    "Mother had breast cancer, patient informed",
    "Mother had breast cancer, patient had a fall",
    "Mother had breast cancer, patient is well",
    "Sister with breast cancer, patient with osteoporosis",
    "Mutter hatte Brustkrebs",
    "Mutter und Schwester hatten Brustkrebs",
    "Mutter der Patientin hatte Brustkrebs",
    "Mutter hatte Brustkrebs, Patientin hat Osteoporose",
    "La mère de la patiente a eu un cancer du sein",
    "Mère et soeur avec cancer du sein",
    "Madre con cáncer de mama",
    "Madre de la paciente con cáncer de mama",
    "Madre con carcinoma mammario",
    "Moeder had borstkanker",
    "Moeder van patiënte had borstkanker",
    "Matka miała raka piersi",
    "Matka pacjentki miała raka piersi",
    "母亲患乳腺癌",
    "患者母亲患乳腺癌",
    "어머니 유방암",
    "환자의 어머니 유방암",
)
PLACES = {
    "list": lambda words: dated({"text": words}, days=200),
    "report": lambda words: imaging(words, days=4),
    "reason of the stay": lambda words: inpatient() | {"reasonCode": [{"text": words}]},
    "reason of an order": lambda words: order(reasonCode=[{"text": words}]),
}


def leads_with_cancer(summary: str) -> bool:
    return "ancer" in summary or "Malignancy" in summary


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", BOTH)
def test_the_patients_own_cancer_leads(words: str, place: str) -> None:
    assert leads_with_cancer(card_of(PLACES[place](words))["summary"])


@pytest.mark.parametrize("words", BOTH)
def test_it_leads_if_the_signed_order_names_it(words: str) -> None:
    signed = kyphoplasty(reasonCode=[{"text": words}])
    assert leads_with_cancer(card_of(order=signed)["summary"])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", RELATIVE)
def test_a_relatives_alone_leads_nothing(words: str, place: str) -> None:
    assert not leads_with_cancer(card_of(PLACES[place](words))["summary"])


@pytest.mark.parametrize(
    "words",
    ["Breast cancer excluded, like her mother", "No breast cancer, like her mother"],
)
def test_a_denial_next_to_a_relative_stays_open(words: str) -> None:
    card = card_of(dated({"text": words}, days=200))
    assert "Not known" in card["detail"]


def test_each_part_of_a_sentence_has_its_own_person() -> None:
    both = "Mother had breast cancer, patient had breast cancer too"
    assert leads_with_cancer(card_of(imaging(both, days=4))["summary"])
    other = "Mother had breast cancer, patient had a fall"
    assert not leads_with_cancer(card_of(imaging(other, days=4))["summary"])


@pytest.mark.parametrize(
    "words",
    [
        "Patientin und Mutter mit Osteoporose",
        "Patient and mother have osteoporosis",
        "Mother and patient both had a stroke",
        "Osteoporosis, like her mother",
        "La paciente y su madre con diabetes",
        "Patiënte en haar moeder hebben osteoporose",
        "母親と患者ともに骨粗鬆症",
        "患者和母亲均有骨质疏松",
    ],
)
def test_what_is_not_grave_reassures_no_more_than_before(words: str) -> None:
    stay = inpatient() | {"reasonCode": [{"text": words}]}
    assert not end_is_selected(cards_of(stay))
    signed = kyphoplasty(reasonCode=[{"text": words}])
    assert not end_is_selected(cards_of(order=signed))


@pytest.mark.parametrize(
    ("words", "leads"),
    [
        ("Mother and patient both have spinal discitis", "Spinal infection"),
        ("Patient and her mother have multiple myeloma", "Myeloma"),
        ("Mutter und Patientin hatten beide ein Plasmozytom", "Myeloma"),
    ],
)
def test_other_grave_things_lead_too(words: str, leads: str) -> None:
    assert leads in card_of(dated({"text": words}, days=3))["summary"]
