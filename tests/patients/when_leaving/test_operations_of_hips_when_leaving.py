"""An operation of a hip since the kyphoplasty tells that it broke, in its titles."""

import pytest

from tests.patients.leaving import act_done, act_ordered, summaries_beside

OPERATIONS = [
    *(
        "Hip surgery",
        "Partial hip replacement",
        "Hip repair",
        "Left hip fracture surgery",
    ),
    *("Hip replacement for neck fracture", "Surgery on left hip"),
    *("Hüft-OP", "Hüftoperation links", "OP an der linken Hüfte", "TEP linke Hüfte"),
    *("Opération de la hanche", "Chirurgie de la hanche"),
    *("Cirugía de cadera", "Intervento all'anca", "Endoprotesi d'anca"),
    *("Heupoperatie", "Operacja biodra", "Zespolenie szyjki kości udowej"),
    *("股関節手術", "大腿骨頸部骨折手術", "髋部手术", "고관절 수술"),
]
OTHERS = [
    *("Hip surgery precautions", "Elective hip surgery", "Previous hip surgery"),
    *(
        "X-ray after hip surgery",
        "Physiotherapy after hip repair",
        "Hip abduction exercise",
    ),
    *("Hüft-OP geplant", "Kontrolle nach Hüft-OP", "Z.n. Hüft-OP", "Reha nach Hüft-OP"),
    *("Antécédent de chirurgie de la hanche", "Stan po operacji biodra"),
    *(
        "股関節手術後",
        "髋部手术后康复",
        "고관절 수술 후 재활",
        "Shoulder surgery consent",
    ),
]


@pytest.mark.parametrize("title", OPERATIONS)
@pytest.mark.parametrize("act", [act_done, act_ordered])
def test_it_is_asked_about(act, title):
    assert len(summaries_beside(act(title))) == 1


@pytest.mark.parametrize("title", OTHERS)
def test_one_that_was_before_or_is_planned_is_not(title):
    assert summaries_beside(act_ordered(title)) == []


@pytest.mark.parametrize("title", OPERATIONS[:6])
def test_one_of_before_is_not(title):
    assert summaries_beside(act_done(title, days=40)) == []
