"""A title of M80 that names a vertebra is a fracture of it, whatever version of ICD-10."""

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import GM, WHO, codeable
from tests.patients.inpatients import cards_by_topic, chart, coded

ENGLISH = "Postmenopausal osteoporosis with pathological fracture"
GERMAN = "Postmenopausale Osteoporose mit pathologischer Fraktur"


def listed(system, code, title, **members):
    """A diagnosis of thirteen months ago."""
    day = days_ago(400)
    said = {"onsetDateTime": day, "recordedDate": day}
    coding = codeable(system, code, title)
    return problem("hypertension", number="old", code=coding, **said | members)


def card(*entries):
    return cards_by_topic(chart(coded("M80.08XA", days=5), *entries))["rehabilitation"]


@pytest.mark.parametrize(
    ("system", "code", "title"),
    [
        (WHO, "M80.0", f"{ENGLISH}, L3"),
        (WHO, "M80.9", "Unspecified osteoporosis with pathological fracture of L3"),
        (GM, "M80.08", f"{GERMAN}: LWK 3"),
        (GM, "M80.88", "Sonstige Osteoporose mit pathologischer Fraktur, 3. LWK"),
        (WHO, "M80.0", "Ostéoporose post-ménopausique avec fracture pathologique, L3"),
        (WHO, "M80.0", "Osteoporosis postmenopáusica con fractura patológica, L3"),
        (WHO, "M80.0", "Osteoporosi postmenopausale con frattura patologica, L3"),
        (WHO, "M80.0", "Postmenopauzale osteoporose met pathologische fractuur, L3"),
    ],
)
def test_one_within_two_years_is_the_second_fracture(system, code, title):
    shown = card(listed(system, code, title))
    assert shown["indicator"] == "warning"
    assert "Second vertebral fracture in 2 years (L3, Oct 2025)" in shown["summary"]


@pytest.mark.parametrize(
    "title",
    [
        ENGLISH,
        f"{ENGLISH} of hip; spondylosis L3",
        f"{ENGLISH}, L3 stenosis",
        f"{ENGLISH}, L3 excluded",
        f"{ENGLISH}, DXA L1-L4",
        f"{ENGLISH}, L3 and hip",
        f"{ENGLISH}, C5",
        f"{ENGLISH} L3?",
        f"{GERMAN}, V. a. LWK 3",
        f"{GERMAN} Rippen, LWK 3",
        "Osteoporosis without pathological fracture, L3",
    ],
)
def test_a_title_that_says_more_leaves_it_open(title):
    assert "Second" not in card(listed(WHO, "M80.0", title))["summary"]


def test_a_body_site_elsewhere_leaves_it_open():
    hip = listed(WHO, "M80.0", f"{ENGLISH}, L3", bodySite=[{"text": "Hip"}])
    assert "Second" not in card(hip)["summary"]
