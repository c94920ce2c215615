"""An operation with the stage of a tumour asks; one to whom a hospice comes is left.

Both are titles of procedures, and nothing else says it.
"""

import pytest

from tests.patients.inpatients import chart, coded
from tests.patients.leaving import act_done, cards_beside, kyphoplasty_done, leave

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
