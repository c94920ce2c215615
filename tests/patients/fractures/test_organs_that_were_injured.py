"""An injury of an organ, a benign or a denied lesion is no malignancy in question."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import cards_of

ASKED = "Malignancy of bone not excluded"


def said_of(title):
    entry = problem("x", number="g", days=10, code={"text": title})
    return cards_of(entry)["rehabilitation"]["summary"]


@pytest.mark.parametrize(
    "title",
    [
        *("Lesión renal aguda", "lésion rénale aiguë", "lesione renale acuta"),
        *("lésion cérébrale traumatique", "lesión renal isquémica"),
        *("liver lesion, benign", "breast lump, benign", "Lungenrundherd, gutartig"),
        *("sebaceous lump", "肺結節なし", "폐결절 없음"),
    ],
)
def test_it_does_not_lead(title):
    assert ASKED not in said_of(title)


@pytest.mark.parametrize(
    "title",
    [
        *("lesión renal sospechosa", "lesión renal de 3 cm", "lésion rénale suspecte"),
        *("lung nodule, liver lesion, benign", "lesión pulmonar", "Lungenrundherd"),
        *("肺結節", "폐결절", "lesión aguda ósea lítica", "lesione vertebrale"),
    ],
)
def test_a_lesion_of_which_nobody_says_what_it_is_does(title):
    assert ASKED in said_of(title)
