"""A category, stage, severity or site beside a fracture may say it is not the treated.

The category of a history, or a stage "old", stands beside codes of a fresh fracture.
"""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, SCT, codeable
from tests.patients.reassuring import REASSURING, cards_of

EARLIER = "earlier vertebral fracture not excluded"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"


def detail_with(code="M80.08XA", **members):
    entry = problem("I10", number="x1", days=20, code=codeable(ICD, code))
    return cards_of(entry | members)["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "category",
    [
        *({"text": "Past medical history"}, {"text": "PMH"}, {"text": "Historical"}),
        *(
            {"text": "Vordiagnose"},
            {"text": "Vorerkrankung"},
            {"text": "Dauerdiagnose"},
        ),
        *({"text": "Antécédents"}, {"text": "Antecedentes"}, {"text": "既往史"}),
        *(
            {"text": "Anamnesi remota"},
            {"text": "Voorgeschiedenis"},
            {"text": "既往歴"},
        ),
        *({"text": "Verdachtsdiagnose"}, {"text": "Rule out"}, {"text": "Prior"}),
        {"coding": [{"system": SCT, "code": "392521001"}]},
        {"coding": [{"system": CATEGORY, "code": "medical-history"}]},
        {"coding": [{"system": "http://ehr", "code": "4", "display": "Medical Hx"}]},
    ],
    ids=str,
)
@pytest.mark.parametrize("code", ["M80.08XA", "S32.010A"])
def test_a_category_of_the_past_leaves_an_earlier_fracture_open(code, category):
    detail = detail_with(code, category=[category])
    assert EARLIER in detail
    assert REASSURING not in detail


@pytest.mark.parametrize(
    "words", ["old", "alt", "ancien", "healed", "chronic", "subacute", "陈旧性"]
)
@pytest.mark.parametrize("element", ["stage", "type", "severity"])
def test_so_does_a_stage_or_severity_that_is_no_degree(element, words):
    said = {"text": words}
    members = {
        "stage": {"stage": [{"summary": said}]},
        "type": {"stage": [{"type": said}]},
        "severity": {"severity": said},
    }
    detail = detail_with(**members[element])
    assert EARLIER in detail
    assert REASSURING not in detail


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"category": [codeable(CATEGORY, "encounter-diagnosis")]},
        {"category": [codeable(CATEGORY, "problem-list-item", "Problem List Item")]},
        {"category": [{"text": "Hauptdiagnose"}]},
        {"category": [{"text": "Admission diagnosis"}]},
        {"category": [{"text": "Diagnostic principal"}]},
        {"category": [{"coding": [{"system": "http://ehr", "code": "4"}]}]},
        {"category": [{"text": "主病名"}]},
        {"severity": codeable(SCT, "24484000", "Severe")},
        {"severity": {"text": "mild"}},
    ],
    ids=str,
)
def test_ordinary_categories_and_degrees_change_nothing(members):
    assert EARLIER not in detail_with(**members)


@pytest.mark.parametrize(
    ("site", "named"),
    [
        *((one, "hip fracture") for one in ("femur neck", "hip", "left hip")),
        *((one, "hip fracture") for one in ("Schenkelhals", "Hüfte rechts")),
        *((one, "fracture of the pelvis") for one in ("pelvis", "Becken", "sacrum")),
    ],
)
@pytest.mark.parametrize("code", ["M80.00XA", "M80.08XA", "M48.56XA"])
def test_a_site_at_hip_or_pelvis_leaves_their_fracture_open(code, site, named):
    detail = detail_with(code, bodySite=[{"text": site}])
    assert named in detail
    assert "not excluded" in detail
    assert REASSURING not in detail


@pytest.mark.parametrize("site", ["lumbar spine", "L1", "lumbosacral spine", "LWS"])
def test_a_site_at_the_spine_does_not(site):
    detail = detail_with(bodySite=[{"text": site}])
    assert "hip fracture within" not in detail
    assert "fracture of the pelvis" not in detail
