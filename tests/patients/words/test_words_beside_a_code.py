"""What stands beside the code of a problem: its site, its evidence and its notes."""

import pytest

from tests.chart_builders import (
    LEVELS,
    ask,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import ICD, SCT, codeable
from tests.patients.reassuring import card_of

REASSURING = "below the usual"


def noted(words, code="I10", **members):
    return problem(code, number="noted", note=[{"text": words}], **members)


@pytest.mark.parametrize(
    "site",
    [
        pytest.param({"text": "L3 vertebra"}, id="words"),
        pytest.param({"text": "lumbar spine"}, id="region"),
        pytest.param(codeable(SCT, LEVELS["L1"]), id="code"),
        pytest.param({"text": "LWK 3"}, id="German"),
    ],
)
def test_an_infection_of_bone_whose_site_is_a_vertebra_is_one_of_the_spine(site):
    card = card_of(problem("M86.9", days=5, bodySite=[site]))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Spinal infection (osteomyelitis, 15 Nov)")


@pytest.mark.parametrize("site", ["left tibia", "jaw"])
def test_an_infection_of_another_bone_leaves_that_of_the_spine_open(site):
    card = card_of(problem("M86.9", days=5, bodySite=[{"text": site}]))
    assert card["indicator"] == "info"
    assert "spinal infection not excluded" in card["detail"]


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        pytest.param(
            noted("spondylodiscitis L3 under treatment"), "spinal infection", id="note"
        ),
        pytest.param(noted("Z. n. Spondylodiszitis"), "spinal infection", id="German"),
        pytest.param(
            noted("bone metastasis L1?"), "malignancy of bone", id="suspected"
        ),
        pytest.param(noted("urosepsis, on antibiotics"), "sepsis", id="sepsis"),
        pytest.param(noted("new leg weakness"), "neurological deficit", id="deficit"),
        pytest.param(
            noted("podejrzenie zapalenia krążka"), "spinal infection", id="in Polish"
        ),
        pytest.param(noted("hip fracture in May"), "hip fracture", id="hip"),
        pytest.param(
            noted("discitis", code="E11.9"), "spinal infection", id="another code"
        ),
        pytest.param(
            problem("M54.5", evidence=[{"code": [{"text": "discitis on MRI"}]}]),
            "spinal infection",
            id="evidence-in-words",
        ),
        pytest.param(
            problem("M54.5", evidence=[{"code": [codeable(ICD, "M46.46")]}]),
            "spinal infection",
            id="evidence-coded",
        ),
    ],
)
def test_a_grave_thing_beside_another_code_is_not_excluded(entry, named):
    detail = card_of(entry)["detail"]
    assert f"{named}" in detail.partition("**Not known:**")[2]
    assert REASSURING not in detail


@pytest.mark.parametrize(
    "words", ["porckorong gyulladásának gyanúja", "подозрение на опухоль", "x" * 20_000]
)
def test_a_note_that_nobody_read_reassures_nobody(words):
    detail = card_of(noted(words))["detail"]
    assert "1 entry of the problem list not understood" in detail
    assert REASSURING not in detail


@pytest.mark.parametrize(
    "entry",
    [
        *(noted("well controlled"), noted("on lisinopril 10 mg"), noted("no sepsis")),
        *(noted("seit 2015, gut eingestellt"), noted("HTA bien équilibrée")),
        *(noted("no discitis"), noted("diet", code="E11.9")),
        problem("I10", number="site", bodySite=[{"text": "left arm"}]),
    ],
)
def test_a_plain_note_stays_quiet(entry):
    assert REASSURING in card_of(entry)["detail"]


@pytest.mark.parametrize(
    ("words", "is_open"),
    [
        pytest.param("podejrzenie zapalenia", True, id="Polish"),
        pytest.param("guz L1 do weryfikacji", True, id="Polish-tumour"),
        pytest.param("подозрение на метастаз", True, id="Russian"),
        pytest.param("please schedule, prone", False, id="English"),
        pytest.param("bitte in Bauchlage", False, id="German"),
    ],
)
def test_a_note_of_the_operation_that_nobody_read_reassures_nobody(words, is_open):
    known = [
        *(patient(), *quiet_lists()),
        *(measured("bmd-t-score", -1.5), measured("bmi", 27)),
    ]
    order = kyphoplasty(note=[{"text": words}])
    detail = by_topic(ask(order_sign(known, order)))["rehabilitation"]["detail"]
    assert (REASSURING not in detail) is is_open


@pytest.mark.parametrize(
    "words", ["rak piersi", "szpiczak", "posocznica", "ropien", "czeste upadki"]
)
def test_a_problem_in_polish_reassures_nobody(words):
    entry = problem("I10", number="polish", days=5, code={"text": words})
    assert REASSURING not in card_of(entry)["detail"]
