"""A repair whose title or reason says that it is of a broken hip tells of it (F12)."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

OPEN = "hip fracture within 2 years not excluded"
REPAIRS = [
    "Hemiarthroplasty for left femoral neck fracture",
    "ORIF right hip fracture",
    "IM nailing of intertrochanteric hip fracture",
    "PFNA bei pertrochantärer Femurfraktur links",
    "Duokopfprothese bei Schenkelhalsfraktur",
    "PTH gauche pour fracture du col fémoral",
    "Clou gamma pour fracture du col du fémur",
    "Clavo gamma, fractura de cadera derecha",
    "Endoprotesi d'anca per frattura del collo del femore",
    "Heupfractuur links, kop-halsprothese",
    "Złamanie szyjki kości udowej, endoproteza",
    "右大腿骨頚部骨折 人工骨頭置換術",
    "股骨颈骨折人工股骨头置换术",
    "대퇴경부 골절, 반치환술",
]
OTHERS = [
    "Removal of nail after hip fracture",
    "s/p ORIF hip fracture",
    "Conversion to THA for failed fixation of hip fracture",
    "Total hip arthroplasty for avascular necrosis after femoral neck fracture",
    "Hip replacement, old femoral neck fracture 2012",
    "TEP bei Hüftkopfnekrose nach Schenkelhalsfraktur",
    "PTH sur séquelle de fracture du col fémoral",
    "Prótesis de cadera, secuela de fractura de cadera",
    "Physiotherapy, hip fracture",
    "X-ray hip fracture",
    "Planned hemiarthroplasty for femoral neck fracture",
    "大腿骨頚部骨折 人工骨頭置換術後",
]
REASONS: list[tuple[str, Any]] = [
    ("Hemiarthroplasty", {"text": "Femoral neck fracture"}),
    ("Hemiarthroplasty left hip", codeable(ICD, "S72.002A")),
    ("Duokopfprothese", {"text": "Schenkelhalsfraktur"}),
    ("人工骨頭置換術", {"text": "大腿骨頚部骨折"}),
]


def repair(title: str, days: int = 150, **members: Any) -> Resource:
    """Return an operation of so many days ago."""
    code = {"text": title}
    done = {"status": "completed", "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "repair", code=code, **done | members)


@pytest.mark.parametrize("title", REPAIRS)
def test_a_title_that_names_the_fracture_leads(title: str) -> None:
    card = card_of(repair(title))
    assert card["summary"].startswith("Hip fracture Jun 2026")
    assert card["indicator"] == "warning"


@pytest.mark.parametrize(("title", "reason"), REASONS)
def test_a_reason_that_names_the_fracture_leads(title: str, reason: Any) -> None:
    card = card_of(repair(title, reasonCode=[reason]))
    assert card["summary"].startswith("Hip fracture Jun 2026")


@pytest.mark.parametrize("title", OTHERS)
def test_what_follows_an_earlier_fracture_does_not_lead(title: str) -> None:
    assert "Hip fracture" not in card_of(repair(title))["summary"]


@pytest.mark.parametrize("title", REPAIRS)
def test_one_that_was_not_done_does_not_lead(title: str) -> None:
    for status in ("not-done", "preparation", "stopped"):
        card = card_of(repair(title, status=status))
        assert "Hip fracture" not in card["summary"]


@pytest.mark.parametrize("title", REPAIRS)
def test_one_of_three_years_ago_does_not_lead(title: str) -> None:
    card = card_of(repair(title, days=1100))
    assert "Hip fracture" not in card["summary"]
    assert OPEN not in card["detail"]
