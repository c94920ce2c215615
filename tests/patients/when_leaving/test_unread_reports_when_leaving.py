"""A report since the operation that was not understood keeps the card of who leaves."""

from typing import Any

import pytest

from tests.codes import ICD, codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import (
    everything_arranged,
    kyphoplasty_done,
    leave,
    leaving_chart,
    pathology,
)
from tests.patients.reassuring import imaging

UNREAD = "1 recent entry not understood. Read before leaving."
PDF = [{"contentType": "application/pdf", "url": "Binary/1"}]
UNKNOWN = codeable("https://hospital.example/results", "r7")


def x_ray(title: str = "X-ray lumbar spine", **members: Any) -> Any:
    """A report of yesterday that is a file alone."""
    said = {"presentedForm": PDF, "code": {"text": title}}
    return imaging(days=1, **said | members)


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged."""
    return leave((*leaving_chart(*entries), *everything_arranged()))


@pytest.mark.parametrize(
    "words",
    [
        "Conus displaced.",
        "Canal stenosis with cord signal change.",
        "Hyperintense disc L1/2, infection possible.",
        "Suspicious lesion T8.",
        "Cement in good position. Rim-enhancing collection psoas.",
        "Zementaustritt in den Spinalkanal.",
        "No acute fracture. Findings remain.",
        "No fracture. Findings present.",
    ],
)
def test_a_report_in_words_of_no_list_is_to_be_read(words: str) -> None:
    (card,) = cards_beside(imaging(words, days=1))
    assert card["summary"].endswith(f": {UNREAD}")


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(imaging(presentedForm=PDF, days=1), id="in a file"),
        pytest.param(imaging("Conus displaced.", days=2), id="of that day"),
        pytest.param(
            imaging("Conus displaced.", effectiveDateTime=None), id="without a day"
        ),
        pytest.param(
            imaging("Conus displaced.", days=4, issued="2026-11-19T08:00:00Z"),
            id="made before, issued since",
        ),
        pytest.param(
            imaging("No new fracture.", days=1, conclusionCode=[UNKNOWN]),
            id="a plain check with an unknown code",
        ),
    ],
)
def test_so_is_one_that_nobody_may_have_read(report: Any) -> None:
    (card,) = cards_beside(report)
    assert UNREAD in card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "Cement in good position. No new fracture.",
        "Status post kyphoplasty L1. No cement leakage into the canal.",
        "Normal alignment. No acute fracture.",
        "Regelrechte Zementlage LWK 1. Kein Zementaustritt, keine neue Fraktur.",
        "Ciment en place, pas de fuite.",
        "Cemento en buena posición, sin fuga.",
        "Cemento in sede, nessuno stravaso.",
        "L1椎体骨水泥填充良好，未见渗漏。",
        "Chest X-ray: no pneumothorax.",
        "Chest X-ray after kyphoplasty: heart normal, lungs clear. Cement in place.",
        "Cement in good position at L1. Old fracture T8.",
    ],
)
def test_an_ordinary_check_makes_no_card(words: str) -> None:
    assert cards_beside(imaging(words, days=1)) == []


@pytest.mark.parametrize(
    "words",
    [
        "Cement in the lungs.",
        "Cement, lungs, heart.",
        "Cement in the heart, L1.",
        "Lungs:\nCement.",
        "Cement anterior to the vertebral body.",
        "Zement in der Lunge.",
        "Knochenzement im Herz.",
        "Ciment dans les poumons.",
        "Cemento en los pulmones.",
        "Cemento nel cuore.",
        "肺内骨水泥。",
        "Cement in de longen.",
        "Cement w płucach.",
        "Cimento nos pulmões.",
        "肺内のセメント。",
        "폐 내 시멘트.",
    ],
)
def test_cement_in_another_organ_is_to_be_read(words: str) -> None:
    (card,) = cards_beside(imaging(words, days=1))
    assert card["summary"].endswith(f": {UNREAD}")


@pytest.mark.parametrize(
    "words",
    [
        "Cement at T12.",
        "Cement at T12 and L1.",
        "Cement in the thoracic spine.",
        "Status post kyphoplasty L2.",
        "Zement in BWK 12.",
        "Ciment en T12.",
        "Cemento en T12.",
        "Cemento in L2.",
        "T12椎体骨水泥填充良好。",
        "Cement in T12.",
        "Cement w T12.",
        "Cimento em T12.",
        "T12のセメント。",
        "T12 시멘트.",
    ],
)
def test_so_is_cement_in_another_vertebra_than_the_treated(words: str) -> None:
    (card,) = cards_beside(imaging(words, days=1))
    assert UNREAD in card["summary"]


def test_cement_of_an_earlier_operation_is_where_it_was() -> None:
    earlier = kyphoplasty_done("T12", days=900, number="earlier", encounter=None)
    report = imaging("Cement in place at T12 and L1.", days=1)
    assert cards_beside(earlier, report) == []


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(imaging("Conus displaced.", days=5), id="before the operation"),
        pytest.param(
            imaging("Conus displaced.", days=1, status="entered-in-error"),
            id="in error",
        ),
    ],
)
def test_what_the_signing_named_is_not_asked_again(report: Any) -> None:
    assert cards_beside(report) == []


@pytest.mark.parametrize(
    "title",
    ["X-ray lumbar spine 2 views", "Chest X-ray", "Röntgen LWS in 2 Ebenen"],
)
def test_an_x_ray_in_a_file_alone_makes_no_card(title: str) -> None:
    assert cards_beside(x_ray(title)) == []


@pytest.mark.parametrize(
    "title",
    [
        "X-ray lumbar spine",
        "Chest PA and lateral.pdf",
        "Radiology report",
        "Röntgenbefund LWS in 2 Ebenen",
        "Röntgen LWS Ausschluss Fraktur",
        "L-spine 2 views post-op",
    ],
)
def test_nor_does_one_whose_file_says_what_was_examined(title: str) -> None:
    file = PDF[0] | {"title": title}
    assert cards_beside(x_ray(presentedForm=[file])) == []


@pytest.mark.parametrize(
    "title",
    [
        "New fracture T8",
        "Instability T12/L1",
        "Cord signal",
        "Fracture L3",
        "Material in canal L1",
        "Neue Fraktur BWK 8",
        "Fraktur LWK 3.pdf",
        "Nueva fractura L3",
        "第三腰椎骨折",
        "Cut-out L1",
    ],
)
def test_a_title_that_may_be_a_finding_is_to_be_read(title: str) -> None:
    file = PDF[0] | {"title": title}
    named = [
        x_ray(presentedForm=[file]),
        x_ray(f"X-ray lumbar spine: {title}"),
        x_ray(result=[{"reference": "Observation/9", "display": title}]),
        x_ray(media=[{"comment": title, "link": {"reference": "Media/1"}}]),
    ]
    for report in named:
        (card,) = cards_beside(report)
        # What names another vertebra may lead with that.
        assert UNREAD in card["summary"] or "perhaps not treated" in card["summary"]


def test_so_is_an_x_ray_with_the_code_of_a_finding() -> None:
    code = codeable(ICD, "S22.060A") | {"text": "X-ray thoracic spine"}
    (card,) = cards_beside(x_ray(code=code))
    assert UNREAD in card["summary"]


def test_a_report_that_a_fact_names_is_not_called_unread() -> None:
    (card,) = cards_beside(imaging("Myelopathy signal T12.", days=1))
    assert "new neurological deficit not excluded" in card["summary"]
    assert "**Not understood:**" not in card["detail"]


def test_a_result_of_tissue_has_a_line_of_its_own() -> None:
    words = {"conclusion": "Some other words"}
    (card,) = cards_beside(pathology(days=1) | words)
    assert "biopsy result" in card["summary"]
    assert "recent entry" not in card["detail"]


@pytest.mark.parametrize("words", ["Ca 3.1", "Ca 1,18", "Biopsy.", "Biopsie."])
def test_a_value_or_the_name_of_an_act_alone_asks_nothing(words: str) -> None:
    taken = statement("alendronate", "M05BA04", 1)
    assert cards_beside(imaging(words, days=1), taken) == []


@pytest.mark.parametrize("words", ["Ca breast", "Biopsy: carcinoma", "? Ca prostate"])
def test_a_cancer_in_such_words_is_asked_about(words: str) -> None:
    (card,) = cards_beside(imaging(words, days=1))
    assert "malignancy of bone" in card["summary"]
