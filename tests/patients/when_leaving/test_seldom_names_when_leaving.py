"""A name that is not everyday when new is asked about, whatever code it stands next to."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, problem
from tests.codes import ICD, codeable
from tests.patients.leaving import DENIED, OVER, act_ordered, cards_beside


def diagnosis(words: str, code: str = "", days: int = 1, **members: Any) -> Resource:
    """A diagnosis begun and recorded so many days ago; 1 is after the operation."""
    coded = codeable(ICD, code) if code else {}
    named = coded | ({"text": words} if words else {})
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number="new", **{"code": named} | begun | members)


UNDATED = {"onsetDateTime": None}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("CHF", "I10"),
        ("Sciatica", "I10"),
        ("Bell's palsy", "E11.9"),
        ("Herzinsuffizienz", "I10"),
        ("Niereninsuffizienz", "I10"),
        ("Cellulitis of leg", "I10"),
        ("心不全", "I10"),
        ("Fazialisparese", "E11.9"),
        ("Hypertonie, Ischialgie", "I10"),
        ("Hypertension; new sciatica, heart failure", "I10"),
    ],
)
def test_a_seldom_name_next_to_an_everyday_code_is_asked_about(words, code):
    assert cards_beside(diagnosis(words, code))


@pytest.mark.parametrize(
    "entry",
    [
        diagnosis("Sciatica", "I10", days=30),
        diagnosis("Heart failure", "I10", **UNDATED),
        diagnosis("Sciatica", "I10", **OVER),
        diagnosis("Sciatica", "I10", **DENIED),
        diagnosis("Chronic heart failure", "I10"),
        diagnosis("Hypertension, no heart failure", "I10"),
        diagnosis("Chronic kidney disease", "I10"),
        diagnosis("Hypertensive heart disease without heart failure", "I11.9"),
        diagnosis("Sciatica", "I10", onsetDateTime="2019"),
    ],
)
def test_what_is_old_over_denied_or_everyday_is_not(entry):
    assert cards_beside(entry) == []


@pytest.mark.parametrize(
    "reason",
    [
        *("New heart failure", "Acute sciatica", "New-onset heart failure"),
        *("Neu aufgetretene Herzinsuffizienz", "New Bell's palsy"),
        *("Kardiale Dekompensation", "Cardiac decompensation"),
    ],
)
def test_an_order_for_what_it_calls_new_is_asked_about(reason):
    assert cards_beside(act_ordered("Cardiology consult", reason))


@pytest.mark.parametrize(
    "reason",
    [
        *("Heart failure", "Chronic heart failure", "Known sciatica"),
        *("No new heart failure", "Rule out new heart failure", "New medication"),
    ],
)
def test_one_for_what_may_be_old_is_not(reason):
    assert cards_beside(act_ordered("ECG", reason)) == []


NARROW = [
    *("Lumbar spinal stenosis", "Spinalkanalstenose", "Canal lombaire étroit"),
    *("Estenosis de canal lumbar", "Stenosi lombare", "腰椎管狭窄", "腰部脊柱管狭窄症"),
    *("척추관 협착증", "Polyneuropathy", "Polyneuropathie"),
]


@pytest.mark.parametrize("words", NARROW)
def test_a_narrow_canal_with_an_onset_since_is_asked_about(words):
    assert cards_beside(diagnosis(words))


@pytest.mark.parametrize("words", NARROW)
def test_one_without_an_onset_or_of_before_is_not(words):
    assert cards_beside(diagnosis(words, **UNDATED)) == []
    assert cards_beside(diagnosis(words, days=30)) == []
    assert cards_beside(diagnosis(words, onsetDateTime="2019")) == []


@pytest.mark.parametrize("code", ["M48.061", "M48.062", "G62.9", "M99.53", "G60.9"])
def test_so_is_its_code(code):
    assert cards_beside(diagnosis("", code))
    assert cards_beside(diagnosis("", code, **UNDATED)) == []
    assert cards_beside(diagnosis("", code, days=400)) == []


@pytest.mark.parametrize("code", ["M54.10", "M54.18", "M54.16"])
def test_a_nerve_root_without_a_place_is_asked_about(code):
    assert cards_beside(diagnosis("", code))
    assert cards_beside(diagnosis("", code, days=30)) == []


@pytest.mark.parametrize(
    "words",
    ["Lumbar spondylosis", "Aortic stenosis", "Scoliosis", "Low back pain"],
)
def test_an_everyday_name_stays_everyday(words):
    assert cards_beside(diagnosis(words)) == []


OPERATIONS = [
    *("Pacemaker", "PCI", "Koronarstent", "Hip replacement", "Hüft-TEP links"),
    *("Prothèse totale de hanche", "Marcapasos", "Protesi d'anca", "Heupprothese"),
    *("Cholecystektomia", "人工股関節置換術", "髋关节置换术", "담낭절제술"),
    "Hip replacement left 2026",
]


@pytest.mark.parametrize("words", OPERATIONS)
def test_words_of_an_operation_are_news_only_after_this_one(words):
    assert cards_beside(diagnosis(words))
    assert cards_beside(diagnosis(words) | UNDATED)
    assert not cards_beside(diagnosis(words, days=30))
    assert not cards_beside(diagnosis(words, days=3) | UNDATED)


@pytest.mark.parametrize(
    ("words", "code"),
    [("Hip replacement", "Z96.64"), ("Pacemaker", "Z95.0"), ("PCI", "Z95.5")],
)
def test_the_code_of_what_an_operation_left_needs_an_onset_to_be_news(words, code):
    assert not cards_beside(diagnosis(words, code) | UNDATED)
    assert cards_beside(diagnosis(words, code))


@pytest.mark.parametrize("code", ["", "I10", "M54.5", "M48.06"])
@pytest.mark.parametrize("words", ["Lumbar spinal stenosis", "Polyneuropathie"])
def test_a_lasting_name_with_an_onset_is_asked_about_next_to_any_code(words, code):
    assert cards_beside(diagnosis(words, code))
    assert not cards_beside(diagnosis(words, code) | UNDATED)
