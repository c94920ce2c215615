"""A germ in what a needle brought from a disc is an infection of the spine."""

import pytest

from tests.patients.infection_and_deficit.test_germs_in_notes import reason
from tests.patients.leaving import act_ordered, summaries_beside
from tests.patients.reassuring import cards_of, imaging

GREW = [
    "Bandscheibenpunktat MRSA",
    "Punktat aus dem Bandscheibenfach: Staph. aureus",
    "CT-gesteuerte Punktion L3/4: E. coli",
    "MRSA im Bandscheibenpunktat",
    "Ponction discale: S. aureus",
    "Punción discal: Staphylococcus aureus",
    "Agoaspirato discale positivo per MSSA",
    "Discuspunctie: Staphylococcus aureus",
    "Punctaat tussenwervelschijf: MRSA",
    "Punkcja dysku L4/5: gronkowiec złocisty",
    "椎間板穿刺：黄色ブドウ球菌",
    "椎间盘穿刺：金黄色葡萄球菌",
    "추간판 천자: 황색포도알균",
    "추간판 흡인 MRSA",
    "Aspirate from L3/4 disc space: MRSA",
    "Disc aspirate grew Staph aureus",
]
NOT_GROWN = [
    "Bandscheibenpunktat steril",
    "Bandscheibenpunktat: kein Keimnachweis",
    "Ponction discale: pas de germe",
    "Punción discal: sin crecimiento",
    "Agoaspirato discale sterile",
    "Discuspunctie: geen groei",
    "Punkcja dysku: brak wzrostu",
    "椎間板穿刺：陰性",
    "椎间盘穿刺：无细菌生长",
    "추간판 천자: 균 자라지 않음",
    "Kniepunktat: Staph. aureus",
    "Pleurapunktat: E. coli",
    "Bone biopsy of the toe: MRSA",
    "Lumbar puncture: E. coli",
    "MRSA nasal swab positive, disc prolapse L4/5",
    "Bronchial aspirate: Pseudomonas",
    "Bone marrow aspirate positive",
    "Facet joint aspirate: MSSA",
]


@pytest.mark.parametrize("words", GREW)
def test_it_leads_from_a_reason_and_a_report(words: str) -> None:
    for place in (reason(words), imaging(words, days=4)):
        summary = cards_of(place)["rehabilitation"]["summary"]
        assert "pinal infection not excluded" in summary


@pytest.mark.parametrize("words", GREW)
def test_it_leads_when_leaving(words: str) -> None:
    (summary,) = summaries_beside(act_ordered("CBC", note=[{"text": words}]))
    assert "spinal infection not excluded" in summary


@pytest.mark.parametrize("words", NOT_GROWN)
def test_a_sterile_disc_and_germs_from_elsewhere_are_no_infection_of_it(
    words: str,
) -> None:
    for place in (reason(words), imaging(words, days=4)):
        summary = cards_of(place)["rehabilitation"]["summary"]
        assert "pinal infection not excluded" not in summary
    told = summaries_beside(act_ordered("CBC", note=[{"text": words}]))
    assert not any("spinal infection not excluded" in one for one in told)
