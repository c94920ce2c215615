"""A fracture's code whose end is written otherwise is not the treated fracture.

German exports write how certain a diagnosis is, and its side, behind the code: G is
confirmed, V suspected, Z a state after, A excluded.
"""

import pytest

from cds_service.fhir.certainty import certainty_of
from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.doors import GM
from tests.patients.reassuring import cards_of

WHO = "http://hl7.org/fhir/sid/icd-10"
NOT_CLEAR = "earlier vertebral fracture not excluded"
BELOW = "below the usual"


def coded(code, system=GM, days=20):
    return problem("I10", number="x1", days=days, code=codeable(system, code))


def rehabilitation(*entries):
    return cards_of(*entries)["rehabilitation"]


@pytest.mark.parametrize(
    "end", ["G", " G", "-G", ".G", ",G", ".-", "LG", "GR", "-", "*"]
)
@pytest.mark.parametrize("code", ["S22.04", "S32.02", "M48.54"])
def test_a_confirmed_fracture_is_read_as_without_its_letter(code, end):
    plain, lettered = rehabilitation(coded(code)), rehabilitation(coded(code + end))
    assert "Two fractures at once" in plain["summary"]
    assert lettered["summary"] == plain["summary"]
    assert BELOW not in lettered["detail"]


@pytest.mark.parametrize("end", ["V", "Z", "-V", " Z", "VL"])
@pytest.mark.parametrize("code", ["S22.04", "S32.02", "M48.54"])
def test_one_that_is_suspected_or_past_leaves_an_earlier_one_open(code, end):
    card = rehabilitation(coded(code + end))
    assert NOT_CLEAR in card["detail"]
    assert BELOW not in card["detail"]


def test_an_old_one_of_an_unknown_bone_is_as_open_with_a_letter():
    assert NOT_CLEAR in rehabilitation(coded("M80.08G", days=900))["detail"]


def test_one_that_is_excluded_is_no_fracture():
    assert NOT_CLEAR not in rehabilitation(coded("S22.04A"))["detail"]


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (GM, "S22.04Q"),
        (GM, "S22.045"),
        (WHO, "S22.0X"),
        (WHO, "S22.04"),
        ("http://hl7.org/fhir/sid/icd-10-fr", "S22.04"),
        (ICD, "S22.04G"),
    ],
)
def test_an_end_that_is_not_understood_leaves_an_earlier_one_open(system, code):
    card = rehabilitation(coded(code, system))
    assert NOT_CLEAR in card["detail"]
    assert BELOW not in card["detail"]


@pytest.mark.parametrize("code", ["S22.00", "S22.01", "S22.0"])
def test_an_open_or_closed_fracture_is_read_as_before(code):
    assert "Two fractures at once" in rehabilitation(coded(code, WHO))["summary"]


@pytest.mark.parametrize(
    ("system", "code", "certainty"),
    [
        (GM, "E11.90A", "denied"),
        (GM, "E11.90V", "doubted"),
        (GM, "E11.90Z", "past"),
        (GM, "I10G", "stated"),
        (GM, "E1190 A", "denied"),
        (ICD, "F32.A", "stated"),
        (ICD, "S22.060A", "stated"),
        (WHO, "F32.A", "doubted"),
        (WHO, "S72.001A", "stated"),
    ],
)
def test_only_a_german_letter_tells_how_certain(system, code, certainty):
    assert certainty_of({"code": codeable(system, code)}) == certainty
