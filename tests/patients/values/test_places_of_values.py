"""The place that a value of bone names must be one that the evidence allows."""

import pytest

from tests.chart_builders import measured
from tests.codes import codeable
from tests.patients.reassuring import first_card

SCT = "http://snomed.info/sct"
LOCAL = "urn:hospital:sites"
LOINC = "http://loinc.org"
SPINE = codeable(LOINC, "38267-1")
HOW = {"text": "unenhanced CT, axial, trabecular ROI"}
BMI = measured("bmi", 27)
WEAK, STRONG = 48, 118  # HU of weak bone, and of bone without osteoporosis
USUAL, BELOW, ABOUT = "the usual 1 in 6", "below the usual", "about 1 in"
ELSEWHERE = [
    *("psoas", "spleen", "liver", "Milz", "腰大肌", "muscle psoas"),
    *("femoral head", "calcaneus", "sacrum", "C5", "Femurkopf", "跟骨"),
    *("L2 pedicle", "L2 spinous process", "Pedikel LWK 2", "L2椎弓根"),
    *("L2, psoas", "see report", "siehe Befund"),
]


def hounsfield(value, site):
    """Return the card of HU of a place, with a T-score that is no input."""
    site = {"text": site} if isinstance(site, str) else site
    return first_card(measured("ct-attenuation", value, bodySite=site, method=HOW), BMI)


def score(value=-0.5, code=SPINE, **members):
    return first_card(measured("bmd-t-score", value, code=code, **members), BMI)


def risk(card):
    """Return what the card says of another fracture, without lasting pain."""
    return card["detail"].partition("**Risk:**")[2].partition(". Lasting pain")[0]


def unknown(card):
    return card["detail"].partition("**Not known:**")[2]


@pytest.mark.parametrize("value", [WEAK, STRONG])
@pytest.mark.parametrize(
    "site",
    [
        *ELSEWHERE,
        pytest.param(codeable(SCT, "10200004"), id="coded liver"),
        pytest.param(codeable(SCT, "78961009"), id="coded spleen"),
        pytest.param(codeable(SCT, "10200004") | {"text": "L2"}, id="liver and L2"),
        pytest.param(codeable(SCT, "14293000", "Liver"), id="L2, called liver"),
        pytest.param(codeable(LOCAL, "7"), id="unknown code"),
    ],
)
def test_hounsfield_units_of_another_place_are_named_and_not_used(site, value):
    card = hounsfield(value, site)
    assert "CT attenuation not used" in unknown(card)
    assert USUAL in risk(card)
    assert ABOUT not in card["summary"].lower()


@pytest.mark.parametrize(
    "site",
    [
        *("L2", "L2 vertebra", "vertebral body L2", "LWK 2", "2. Lendenwirbelkörper"),
        *("vertèbre L2", "cuerpo vertebral de L2", "腰2椎体", "第2腰椎", "T12"),
        *("Bone structure of L2", "mid-vertebral trabecular bone, L2"),
        *("lumbar spine", "adjacent vertebra"),
        pytest.param(codeable(SCT, "14293000"), id="coded L2"),
        pytest.param(codeable(SCT, "14293000", "Body of L2"), id="coded body of L2"),
        pytest.param(codeable(LOCAL, "7", "L2"), id="local code, called L2"),
        pytest.param(codeable(LOCAL, "7") | {"text": "L2"}, id="local code and L2"),
    ],
)
def test_hounsfield_units_of_a_vertebral_body_are_used(site):
    card = hounsfield(WEAK, site)
    assert "not used" not in card["detail"]
    assert ABOUT in risk(card)


def test_a_part_of_a_vertebra_in_the_name_is_not_its_body():
    measures = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"
    code = codeable(measures, "ct-attenuation") | {"text": "HU of the L2 pedicle"}
    value = measured("ct-attenuation", STRONG, code=code, method=HOW)
    card = first_card(value, measured("bmd-t-score", -1.5), BMI)
    assert "CT attenuation not used" in unknown(card)
    assert BELOW not in card["detail"]


@pytest.mark.parametrize(
    "code", [SPINE, codeable(LOINC, "80946-7")], ids=["spine", "hip"]
)
@pytest.mark.parametrize(
    "site",
    [
        pytest.param({"text": "total body"}, id="total body"),
        pytest.param({"text": "Whole body"}, id="whole body"),
        pytest.param({"text": "left hand"}, id="hand"),
        pytest.param({"text": "skull"}, id="skull"),
        pytest.param({"text": "Ganzkörper"}, id="German"),
        pytest.param({"text": "siehe Befund"}, id="not understood"),
        pytest.param(codeable(SCT, "38266002"), id="coded body"),
        pytest.param(codeable(SCT, "38266002", "Entire body"), id="code and words"),
    ],
)
def test_a_t_score_of_another_place_is_named_and_not_used(site, code):
    card = score(code=code, bodySite=site)
    assert "T −0.5" not in card["summary"]
    assert "T-score not used" in unknown(card)
    assert BELOW not in card["detail"]


@pytest.mark.parametrize(
    "site",
    [
        pytest.param({"text": "L1-L4"}, id="region"),
        pytest.param({"text": "AP lumbar spine"}, id="lumbar spine"),
        pytest.param({"text": "Lendenwirbelsäule"}, id="German"),
        pytest.param({"text": "spine"}, id="spine"),
        pytest.param(codeable(SCT, "122496007"), id="coded"),
    ],
)
def test_a_t_score_of_the_spine_counts(site):
    assert BELOW in score(bodySite=site)["detail"]


@pytest.mark.parametrize(
    "site", ["L1 (fractured)", "L1-L4, L1 collapsed", "LWK 1 (Fraktur)", "L1骨折"]
)
def test_a_t_score_of_a_broken_vertebra_is_named_and_not_used(site):
    card = score(bodySite={"text": site})
    assert "T −0.5" not in card["summary"]
    assert "of a fractured vertebra" in unknown(card)


def test_a_t_score_without_the_broken_vertebra_is_used_and_reassures_nobody():
    card = score(bodySite={"text": "L2-L4 (L1 excluded, fractured)"})
    assert "T −0.5" in card["summary"]
    assert BELOW not in card["detail"]


@pytest.mark.parametrize("words", ["Z-score", "Z-score -0.5", "Z-Score −0,5"])
def test_a_note_that_calls_it_a_z_score_is_named(words):
    card = score(note=[{"text": words}])
    assert "T −0.5" not in card["summary"]
    assert "a Z-score, compared with people of the same age" in unknown(card)
