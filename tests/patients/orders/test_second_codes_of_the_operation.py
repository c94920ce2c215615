"""What is ordered with the operation, as a second code of the same order."""

import pytest

from tests.chart_builders import LEVELS, Resource, drafted
from tests.codes import CPT, OPS, PCS, SCT, codeable
from tests.patients.reassuring import card_of, cards_of, selected

BELOW = "below the usual"
OPERATION = {"system": CPT, "code": "22514"}
BIOPSIES = [
    *(pytest.param(CPT, code, id=code) for code in ("20220", "20225", "20240")),
    *(pytest.param(CPT, code, id=code) for code in ("20245", "20250", "20251")),
    pytest.param(PCS, "0QB03ZX", id="vertebra"),
    pytest.param(PCS, "0Q903ZX", id="aspiration"),
    pytest.param(OPS, "1-480.4", id="bone-by-needle"),
    pytest.param(OPS, "1-503.6", id="bone-by-incision"),
]


def order(system: str, code: str, element: str = "code") -> Resource:
    second = {"system": system, "code": code}
    codes: Resource = {"code": {"coding": [OPERATION]}}
    if element == "code":
        codes["code"]["coding"].append(second)
    else:
        codes[element] = [{"coding": [second]}]
    site = [codeable(SCT, LEVELS["L1"])]
    return drafted("ServiceRequest", "operation", bodySite=site, **codes)


@pytest.mark.parametrize("element", ["code", "orderDetail"])
@pytest.mark.parametrize(("system", "code"), BIOPSIES)
def test_a_biopsy_leaves_malignancy_open(system, code, element):
    cards = cards_of(order=order(system, code, element))
    detail = cards["rehabilitation"]["detail"]
    assert BELOW not in detail
    assert "malignancy of bone" in detail.split("**Not known:**")[1]
    assert not selected(cards)


@pytest.mark.parametrize(("system", "code"), BIOPSIES)
def test_so_does_the_same_biopsy_in_an_order_of_its_own(system, code):
    own = drafted("ServiceRequest", "biopsy", code=codeable(system, code))
    detail = card_of(own | {"status": "active"})["detail"]
    assert BELOW not in detail
    assert "malignancy of bone not excluded" in detail


@pytest.mark.parametrize("code", ["22612", "22842", "63047", "63267"])
def test_another_operation_of_the_spine_is_open_as_in_words(code):
    assert BELOW not in card_of(order=order(CPT, code))["detail"]


@pytest.mark.parametrize("code", ["77003", "99152", "72100"])
def test_guidance_and_sedation_leave_nothing_open(code):
    detail = card_of(order=order(CPT, code))["detail"]
    assert BELOW in detail
    assert "Not known" not in detail
