"""A lesion that the title of a report names leaves a malignancy of bone open."""

import pytest

from tests.patients.reassuring import card_of, imaging

OPEN = "malignancy of bone not excluded"


def titled(title: str) -> str:
    """Return the detail of the card next to a report with this title."""
    report = imaging("Fracture of L1.", code={"text": title})
    return str(card_of(report)["detail"])


@pytest.mark.parametrize(
    "title",
    [
        "Suspicious lesion L1",
        "MRI lumbar spine: suspicious lesion",
        "Bone lesion",
        "MRT LWS: suspekte Läsion",
        "Lésion suspecte L1",
        "Lesión sospechosa",
        "Lesione sospetta L1",
        "可疑病灶",
        "MRI knee bone lesion",
        "CT abdomen: renal cyst, lytic lesion L1",
        "Computertomographie: suspekte Läsion",
    ],
)
def test_it_is_open_and_nothing_is_below_the_usual(title: str) -> None:
    detail = titled(title)
    assert OPEN in detail
    assert "below the usual" not in detail


@pytest.mark.parametrize(
    "title",
    [
        "MRI lumbar spine",
        "MRI lumbar spine for fracture",
        "Skin lesion",
        "Mammography screening, no suspicious lesion",
        "CT abdomen indeterminate renal lesion",
        "US liver suspicious lesion",
        "MRI brain sclerotic lesions MS",
        "X-ray wrist suspected focus of infection",
    ],
)
def test_an_ordinary_title_leaves_nothing_open(title: str) -> None:
    detail = titled(title)
    assert OPEN not in detail
    assert "below the usual" in detail


def test_a_fracture_is_no_lesion() -> None:
    assert OPEN not in titled("Suspected area of fracture")
