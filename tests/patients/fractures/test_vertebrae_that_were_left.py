"""A title says of one vertebra that it was not treated: the others were.

L1 and L3 broke three weeks ago. At discharge the fracture of L3 is to be followed up;
at the signing it is not treated with this order.
"""

import pytest

from cds_service.fhir.orders.drafts import NO_DRAFTS
from cds_service.fhir.orders.levels.treated_levels import find_levels
from cds_service.fhir.orders.recognition import recognise_augmentation
from tests.chart_builders import Resource, days_ago, of_patient, open_service
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import STAY, everything_arranged, leave

BROKEN = (coded("S32.010A", days=20), coded("S32.030A", days=19))
LEFT = "Leaving after kyphoplasty L1 (18 Nov): recent fracture of L3 not treated."
# Neither an order nor what was done treats L3.
TITLES = [
    "Kyphoplasty L1, L3 aborted",
    "Kyphoplasty L1, L3 attempted, abandoned",
    "Kyphoplasty L1, L3 postponed",
    "Kyphoplasty L1, L3 failed",
    "Kyphoplasty L1; L3 not possible",
    "Kyphoplasty L1 (L3 not done)",
    "Kyphoplasty L1 and L3, L3 aborted",
    "Kyphoplasty L1, aborted at L3",
    "Kyphoplasty L1, L3 in a second session",
    "Attempted kyphoplasty L3, kyphoplasty L1",
    "Kyphoplastie LWK 1, LWK 3 abgebrochen",
    "Kyphoplastie LWK 1; LWK 3 verschoben",
    "Kyphoplastie LWK 1, LWK 3 nicht durchgeführt",
    "Cyphoplastie L1, L3 abandonnée",
    "Cyphoplastie L1, L3 non réalisée",
    "Cifoplastia L1, L3 suspendida",
    "Cifoplastia L1, L3 no realizada",
    "Cifoplastia L1, L3 não realizada",
    "Cifoplastica L1, L3 rinviata",
    "Cifoplastica L1, L3 non eseguita",
    "Kyfoplastiek L1, L3 uitgesteld",
    "Kyfoplastiek L1, L3 niet uitgevoerd",
    "Kyfoplastyka L1, L3 odłożona",
    "Kyfoplastyka L1, L3 nie wykonano",
    "L1椎体后凸成形术，L3放弃",
    "L1椎体后凸成形术，L3未行",
    "L1後弯矯正術、L3中止",
    "척추후굴풍선성형술 L1, L3 연기",
]
# In an order both may be planned.
PLANNED = [
    "Kyphoplasty L1, L3 planned",
    "Kyphoplasty L1, L3 next week",
    "Kyphoplasty L1. L3 scheduled.",
    "Kyphoplastie LWK 1, LWK 3 geplant",
    "Kyphoplastie LWK 1, LWK 3 nächste Woche",
    "Cyphoplastie L1, L3 prévue",
    "Cifoplastia L1, L3 pendiente",
    "Cifoplastia L1, L3 planejada",
    "Cifoplastica L1, L3 programmata",
    "Kyfoplastiek L1, L3 gepland",
    "Kyfoplastyka L1, L3 planowana",
    "L1椎体后凸成形术，L3下周",
    "L1後弯矯正術、L3予定",
    "척추후굴풍선성형술 L1, L3 예정",
]
# What failed or is planned here is something else, or the whole.
OF_BOTH = [
    "Kyphoplasty L1, L3 failed conservative treatment",
    "Kyphoplasty L1 and L3, failed PT",
    "Kyphoplastie LWK 1, LWK 3, konservative Therapie frustran",
    "Cyphoplastie L1, L3 échec du traitement",
    "L1、L3椎体后凸成形术，保守治疗失败",
]


def operated(title: str) -> Resource:
    """The operation of two days ago, by its title."""
    said = {
        "status": "completed",
        "code": {"text": title},
        "performedDateTime": days_ago(2),
        "encounter": {"reference": f"Encounter/{STAY}"},
    }
    return of_patient("Procedure", "done", **said)


def summaries(title: str, *others: Resource) -> list[str]:
    """The cards of somebody who leaves after an operation of this title."""
    return [card["summary"] for card in leave(chart(*BROKEN, operated(title), *others))]


def levels_of_order(title: str) -> tuple[str, ...]:
    """The vertebrae that an order of this title is for."""
    terminology = open_service().terminology
    order = {"resourceType": "ServiceRequest", "code": {"text": title}}
    assert recognise_augmentation(order, terminology)
    return find_levels(order, NO_DRAFTS, terminology).levels


@pytest.mark.parametrize("title", [*TITLES, *PLANNED])
def test_the_fracture_that_was_left_is_followed_up(title: str) -> None:
    arranged = (*everything_arranged(), statement("alendronate", "M05BA04", 1))
    (said,) = summaries(title, *arranged)
    assert said.startswith(LEFT)


@pytest.mark.parametrize("title", [TITLES[0], TITLES[10], PLANNED[0]])
def test_so_it_is_if_nothing_is_arranged(title: str) -> None:
    (said,) = summaries(title)
    assert said.startswith(LEFT)


@pytest.mark.parametrize("title", TITLES)
def test_an_order_that_leaves_a_vertebra_is_for_the_other(title: str) -> None:
    assert levels_of_order(title) == ("L1",)


@pytest.mark.parametrize("title", [*PLANNED, *OF_BOTH])
def test_an_order_that_plans_both_is_for_both(title: str) -> None:
    assert levels_of_order(title) == ("L1", "L3")


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 and L3 planned",
        "Planned kyphoplasty L1, L3",
        "Kyphoplasty L1 and L3, postponed",
    ],
)
def test_of_an_operation_that_was_left_as_a_whole_nothing_is_certain(
    title: str,
) -> None:
    assert summaries(title) == []


def test_what_else_such_a_part_names_is_not_passed_over() -> None:
    arranged = (*everything_arranged(), statement("alendronate", "M05BA04", 1))
    title = "Kyphoplasty L1, L3 aborted because of metastasis"
    (card,) = leave(chart(*BROKEN, operated(title), *arranged))
    assert "malignancy of bone not excluded" in card["detail"]
