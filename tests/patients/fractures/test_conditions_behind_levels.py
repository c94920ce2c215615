"""Conditions and stops behind the operation's name and its level, in a title."""

import pytest

from tests.chart_builders import cards_for, drafted, problem
from tests.order_builders import terminology
from tests.patients.reassuring import reassuring_record


def cards(title):
    order = drafted("ServiceRequest", "kypho", code={"text": title})
    return cards_for(reassuring_record(problem("M46.26", days=5)), order)


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplastie LWK 1 ggf. LWK 2",
        "Kyphoplastie LWK1 evtl. LWK2",
        "Kyphoplastie L1 ggf. Biopsie",
        "Kyphoplastie L1 ggf. in LA",
        "Kyphoplastie LWK1 ASS absetzen",
        "Kyphoplastie LWK1 Antikoagulation absetzen",
        "Kyphoplastie LWK 1 nicht vor Montag",
        "Kyphoplastie LWK 1 nicht dringend",
        "Kyphoplastie LWK 1 Patient lehnt Spondylodese ab",
        "Kyphoplasty L1 possibly L2",
        "L1 kyphoplasty possibly L2",
        "Kyphoplasty L1 pending cardiology clearance",
        "Kyphoplasty L1 pending MRI",
        "Kyphoplasty L1, pending MRI",
        "Kyphoplasty L1 if INR < 1.5",
        "Kyphoplasty L1, if INR < 1.5",
        "Kyphoplasty L1 w/ biopsy if needed",
        "Kyphoplasty L1 since conservative treatment failed",
        "Kyphoplasty L1 known MRSA",
        "Kyphoplasty L1 patient declined surgery",
        "Cyphoplastie L1 éventuellement L2",
        "Cifoplastia L1 y posible L2",
        "Cifoplastia L1 con biopsia si procede",
        "Kyfoplastiek L1 evt L2",
        "Kyfoplastyka L1 ewentualnie L2",
        "BKP L1必要時L2",
    ],
)
def test_a_condition_with_an_object_leaves_the_operation_ordered(title):
    assert cards(title)["rehabilitation"]["indicator"] == "warning"


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 declined",
        "Kyphoplasty L1 declined by patient",
        "Kyphoplasty L1 patient refused procedure",
        "Kyphoplasty L1 cancelled due to fever",
        "Kyphoplasty L1 if needed",
        "Kyphoplasty L1, if needed",
        "Kyphoplasty L1 if pain persists",
        "Kyphoplasty L1 pending",
        "Kyphoplasty L1 possibly tomorrow",
        "Kyphoplasty L1 follow-up possibly MRI",
        "Kyphoplasty L1 consent pending MRI",
        "Kyphoplasty L1 done possibly L2 later",
        "Kyphoplastie LWK 1 abgesagt",
        "Kyphoplastie LWK 1 absetzen",
        "Kyphoplastie LWK 1 evtl.",
        "Kyphoplastie LWK 1 ggf. morgen",
        "Kyphoplastie L1 nicht indiziert",
        "ggf. Kyphoplastie LWK 1",
        "consider kyphoplasty L1",
        "Cyphoplastie L1 si besoin",
        "kyfoplastiek L1 indien nodig",
    ],
)
def test_one_of_the_operation_itself_withdraws_it(title):
    assert not cards(title)


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplastie LWK 1 ggf. LWK 2",
        "Kyphoplasty L1 possibly L2",
        "Kyphoplasty L1 and possible L2",
        "Cifoplastia L1 y posible L2",
        "Kyfoplastiek L1 evt L2",
        "BKP L1必要時L2",
    ],
)
def test_a_level_behind_a_condition_is_not_treated_for_sure(title):
    assert terminology().levels.treated(title) == ("L1",)
