"""The body site of a fracture whose code names no vertebra says which one it is."""

import pytest

from tests.chart_builders import LEVELS, kyphoplasty
from tests.codes import ICD, SCT, codeable
from tests.patients.reassuring import card_of, cards_of, dated, end_is_selected

REASSURING = "below the usual"
SECOND = "Second vertebral fracture in 2 years"
WHO = "http://hl7.org/fhir/sid/icd-10"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
AM = "http://hl7.org/fhir/sid/icd-10-am"
FR = "http://hl7.org/fhir/sid/icd-10-fr"
ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
LUMBAR_SPINE = "122496007"
L1, L3 = (codeable(SCT, LEVELS[level]) for level in ("L1", "L3"))
L3_IN_WORDS = {"text": "LWK 3"}
UNSITED = [
    *((GM, code) for code in ("M80.08", "M80.58", "M80.88", "M80.00", "M80.09")),
    *((WHO, code) for code in ("M80.08", "M80.0", "M80.9", "M84.4", "M84.48")),
    *((AM, "M80.08"), (FR, "M80.88"), (GM, "M84.48"), (ICD_9, "733.10")),
    *((ICD, code) for code in ("M80.00XA", "M80.80XA", "M84.48XA", "M84.40XA")),
]


def broken(code, *sites, system=GM, days=300, words="", **members):
    """Return a fracture with these body sites."""
    return dated(codeable(system, code, words), days=days, bodySite=[*sites], **members)


@pytest.mark.parametrize(("system", "code"), UNSITED)
@pytest.mark.parametrize("site", [L3, L3_IN_WORDS], ids=["code", "words"])
def test_the_site_says_which_vertebra_broke(system, code, site):
    card = card_of(broken(code, site, system=system))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(f"{SECOND} (L3, Jan 2026)")


@pytest.mark.parametrize(
    "site",
    [
        codeable(
            SCT, LEVELS["L3"], "LWK 3", display="Structure of third lumbar vertebra"
        ),
        {"text": "Structure of third lumbar vertebra"},
        {"text": "3. Lendenwirbelkörper"},
        {"text": "3. LWK"},
        {"text": "Body of L3 vertebra"},
        codeable("http://example.org/sites", "17", "LWK 3"),
    ],
)
def test_words_and_codes_of_the_same_vertebra_say_it(site):
    assert "(L3, Jan 2026)" in card_of(broken("M80.08", site))["summary"]


@pytest.mark.parametrize(
    "site",
    [
        codeable(SCT, LUMBAR_SPINE),
        {"text": "Lendenwirbelsäule"},
        {"text": "thoracic spine"},
    ],
)
def test_a_part_of_the_spine_suffices(site):
    card = card_of(broken("M80.08", site))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(SECOND)


@pytest.mark.parametrize("site", [{"text": "LWK 3/4"}, {"text": "LWK 3 und 4"}])
def test_two_vertebrae_of_a_site_are_both_named(site):
    assert "(L3, L4, Jan 2026)" in card_of(broken("M80.08", site))["summary"]


def test_a_title_that_names_no_bone_is_read_with_its_site():
    entry = dated({"text": "Osteoporotische Fraktur"}, days=300, bodySite=[L3])
    assert card_of(entry)["summary"].startswith(f"{SECOND} (L3")


@pytest.mark.parametrize(
    "sites",
    [
        pytest.param([{"text": "Rippe"}], id="rib"),
        pytest.param([{"text": "Wirbelsäule"}], id="no-part-of-the-spine"),
        pytest.param([{"text": "HWK 5"}], id="neck"),
        pytest.param([{"text": "LWK 3?"}], id="asked"),
        pytest.param([{"text": "nicht LWK 3"}], id="denied"),
        pytest.param([{"text": "LWK 3, Metastase"}], id="more"),
        pytest.param([codeable(SCT, LEVELS["L3"], "LWK 1")], id="words-against-code"),
        pytest.param([codeable(SCT, LEVELS["L3"], "BWS")], id="region-against-code"),
        pytest.param([L3, {"text": "Rippe"}], id="two-bones"),
        pytest.param([codeable(SCT, "1186895000")], id="unusual-numbering"),
        pytest.param([codeable(SCT, "302540003")], id="unknown-code"),
        pytest.param([{}], id="empty"),
    ],
)
def test_a_site_that_is_not_clear_leaves_it_open(sites):
    card = card_of(broken("M80.08", *sites))
    assert card["indicator"] == "info"
    assert "vertebral fracture in" not in card["summary"]
    assert REASSURING not in card["detail"]


def test_a_fracture_that_is_doubted_warns_of_nothing():
    doubted = codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "provisional"
    )
    card = card_of(broken("M80.08", L3, verificationStatus=doubted))
    assert card["indicator"] == "info"
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize("system", [GM, WHO])
def test_a_fresh_one_at_the_treated_vertebra_is_the_treated_one(system):
    cards = cards_of(broken("M80.08", L1, system=system, days=4))
    assert REASSURING in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize("site", [L3, L3_IN_WORDS], ids=["code", "words"])
def test_a_fresh_one_at_another_vertebra_is_another(site):
    cards = cards_of(broken("M80.08", site, days=4))
    assert cards["rehabilitation"]["summary"].startswith("Two fractures at once")
    assert "fracture of L3" in cards["braceLimit"]["summary"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("code", ["M48.50", "M48.56", "M48.59"])
def test_the_words_of_a_site_say_the_vertebra_of_a_collapse(code):
    card = card_of(broken(code, L3_IN_WORDS, days=60))
    assert card["summary"].startswith(f"{SECOND} (L3, Sep 2026)")


@pytest.mark.parametrize("code", ["M80.08", "M48.56"])
def test_a_reason_at_another_vertebra_is_another_fracture(code):
    order = kyphoplasty(
        contained=[broken(code, L3, days=4, number="why")],
        reasonReference=[{"reference": "#why"}],
    )
    cards = cards_of(order=order)
    assert REASSURING not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)
