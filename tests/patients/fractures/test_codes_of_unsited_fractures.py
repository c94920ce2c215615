"""Osteoporosis with a fracture, coded without saying of which bone."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    strong_and_nourished,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated

REASSURING = "below the usual"
OPEN = "earlier vertebral fracture not excluded"
WHO = "http://hl7.org/fhir/sid/icd-10"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
AM = "http://hl7.org/fhir/sid/icd-10-am"
FR = "http://hl7.org/fhir/sid/icd-10-fr"
# Of the trunk (8), of several bones (0), of no stated one (9, or none).
UNSITED = ("M80.08", "M80.58", "M80.88", "M80.98", "M80.00", "M80.09", "M80.0", "M80.9")


def cards(*entries, drafts=()):
    record = [*strong_and_nourished(), *entries]
    return by_topic(ask(order_sign(record, kyphoplasty(), *drafts)))


def coded(code, *, days, system=GM, words="", **members):
    concept = codeable(system, code) | ({"text": words} if words else {})
    return dated(concept, days=days, number="f", **members)


def detail_of(*entries):
    return cards(*entries)["rehabilitation"]["detail"]


@pytest.mark.parametrize("days", [400, 1500])
@pytest.mark.parametrize("system", [GM, WHO, AM, FR])
@pytest.mark.parametrize("code", UNSITED)
def test_an_older_one_may_be_of_a_vertebra(code, system, days):
    card = cards(coded(code, days=days, system=system))["rehabilitation"]
    assert OPEN in card["detail"]
    assert REASSURING not in card["detail"]
    assert card["indicator"] == "info"


@pytest.mark.parametrize("code", ["M80.0", "M80.00XA", "M80.80XD", "M80.9"])
def test_an_older_one_in_american_codes_too(code):
    detail = detail_of(coded(code, days=400, system=ICD))
    assert OPEN in detail
    assert REASSURING not in detail


def test_one_without_a_day_may_be_of_long_ago():
    undated = {"onsetDateTime": None, "recordedDate": None}
    assert OPEN in detail_of(coded("M80.08", days=400, **undated))


@pytest.mark.parametrize("system", [GM, WHO])
@pytest.mark.parametrize("code", UNSITED)
def test_a_fresh_one_is_the_one_that_is_treated(code, system):
    entry = coded(code, days=20, system=system)
    assert REASSURING in detail_of(entry)
    both = cards(entry, drafts=(brace(),))
    chosen = [
        one.get("isRecommended")
        for topic, card in both.items()
        if topic.startswith("brace")
        for one in card["suggestions"]
    ]
    assert any(chosen)


@pytest.mark.parametrize("code", ["M80.01", "M80.03", "M80.86", "M81.0", "M81.9"])
def test_a_fracture_of_another_bone_or_none_opens_nothing(code):
    assert REASSURING in detail_of(coded(code, days=400))


def test_words_that_name_the_vertebra_count_more_than_its_code():
    card = cards(coded("M80.08", days=400, words="Wirbelkörperfraktur L3"))
    assert card["rehabilitation"]["indicator"] == "warning"
    assert "vertebral fracture" in card["rehabilitation"]["summary"]


@pytest.mark.parametrize("system", [GM, WHO, AM, FR])
@pytest.mark.parametrize("code", ["M80.05", "M80.55", "M80.85", "M80.95"])
def test_a_fracture_of_pelvis_or_thigh_may_be_of_the_hip(code, system):
    card = cards(coded(code, days=400, system=system))["rehabilitation"]
    assert "hip fracture within 2 years not excluded" in card["detail"]
    assert REASSURING not in card["detail"]
    assert card["indicator"] == "info"


def test_a_fracture_of_pelvis_or_thigh_of_long_ago_opens_nothing():
    assert REASSURING in detail_of(coded("M80.05", days=1500))


@pytest.mark.parametrize(
    ("system", "code", "title"),
    [
        pytest.param(
            "http://hl7.org/fhir/sid/icd-9-cm",
            "733.13",
            "Pathologic fracture of vertebrae",
            id="ICD-9-CM",
        ),
        pytest.param(
            ICD,
            "M84.48XA",
            "Pathological fracture, other site",
            id="ICD-10-CM",
        ),
    ],
)
def test_a_code_with_its_title_is_not_said_to_be_words_alone(system, code, title):
    coding = {"system": system, "code": code, "display": title}
    listed = of_patient(
        "Condition", "x", code={"coding": [coding]}, recordedDate=days_ago(5)
    )
    unknown = card_of(listed)["detail"].partition("**Not known:**")[2]
    assert "a pathological fracture is on the problem list without" in unknown
    assert "without a code" not in unknown
