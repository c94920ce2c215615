"""An operation with the stage of a tumour asks; one to whom a hospice comes is left.

Both are titles of procedures, and nothing else says it.
"""

import pytest

from tests.chart_builders import Resource, inpatient
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import act_done, cards_beside, kyphoplasty_done, leave

HL7_ENDS = "http://terminology.hl7.org/CodeSystem/discharge-disposition"
STAGED = (
    "pT2 N0 M0|Mastectomy pT2N1|Hemikolektomie pT3 N1|Lobectomy pT1b|ypT0 N0|胃切除pT2"
    "|Nefrectomia per K renale|K mammario operato|Intervento per K colon"
    "|Gastrektomie pT3 G2"
)
PLAIN = (
    "PT 2x/week|Cataract surgery|Cholecystectomy|Katheterwechsel|Vitamin K"
    "|Appendektomie|Colecistectomia|白内障手術|人工股関節置換術|Hernia repair"
)
CARE = (
    "Comfort measures only, home hospice|Comfort measures only|CMO, hospice"
    "|Discharge to hospice|Entlassung ins Hospiz|Transfert en USP|Traslado a hospicio"
    "|Dimissione in hospice|Hospicezorg thuis|Hospicjum domowe|ホスピス入院|安宁疗护"
    "|가정 호스피스"
)
NO_CARE = "Hospice declined|Hospice evaluation|Madre in hospice|Hospiz abgelehnt"


@pytest.mark.parametrize("title", STAGED.split("|"))
def test_an_operation_with_the_stage_of_a_tumour_asks_for_the_cause(title: str) -> None:
    (card,) = cards_beside(act_done(title, days=300))
    assert "Who settles the cause?" in card["summary"]


@pytest.mark.parametrize("title", PLAIN.split("|"))
def test_an_ordinary_operation_does_not(title: str) -> None:
    assert cards_beside(act_done(title, days=300)) == []


@pytest.mark.parametrize("title", CARE.split("|"))
def test_in_a_hospice_there_is_no_card(title: str) -> None:
    assert leaving_with(title) == []


@pytest.mark.parametrize("title", NO_CARE.split("|"))
def test_a_hospice_that_is_not_chosen_silences_nothing(title: str) -> None:
    assert leaving_with(title)


def leaving_with(title: str) -> list[object]:
    """The cards of somebody without a bone drug, next to this procedure."""
    fracture = coded("M80.08XA", days=20)
    return [*leave(chart(fracture, kyphoplasty_done(), act_done(title)))]


ENDED = (
    "Hospice|Hospice - home|Hospice - medical facility|Discharged to hospice"
    "|Entlassung ins Hospiz|Hospiz|Hospicio|Hospicjum|ホスピス|安宁疗护|호스피스"
    "|Hospicezorg thuis|Dimissione in hospice"
)
ELSEWHERE = (
    "Home|Rehab|Skilled nursing facility|Hospice declined|Home, hospice evaluation"
    "|Home with palliative care consult|Wife in hospice|Hospiz abgelehnt"
)
HOME = {"system": HL7_ENDS, "code": "home"}


def ended(*entries: Resource, **end: object) -> list[object]:
    """The cards of somebody without a bone drug whose stay ended so."""
    stay = inpatient("IMP") | {"hospitalization": {"dischargeDisposition": end}}
    fracture = coded("M80.08XA", days=20)
    usual = chart(fracture, kyphoplasty_done(), *entries)
    rest = [one for one in usual if one["resourceType"] != "Encounter"]
    return [*leave((*rest, stay))]


@pytest.mark.parametrize("words", ENDED.split("|"))
def test_a_stay_that_ends_in_a_hospice_by_words_gets_no_card(words: str) -> None:
    assert ended(text=words) == []


@pytest.mark.parametrize("words", ELSEWHERE.split("|"))
def test_one_that_ends_elsewhere_gets_its_card(words: str) -> None:
    assert ended(text=words)


def test_words_next_to_the_code_of_another_end_silence_nothing() -> None:
    assert ended(text="Hospice", coding=[HOME])


def test_a_spinal_infection_is_said_on_the_way_to_a_hospice() -> None:
    assert ended(coded("M46.46", days=5), text="Hospice")
