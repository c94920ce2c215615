"""What an entry does not date, does not confirm or stands in another order is open.

It is named under *Not known*, and nothing beside it is below the usual (E3, E4).
"""

import pytest

from tests.chart_builders import (
    cards_for,
    codeable,
    days_ago,
    drafted,
    kyphoplasty,
    problem,
)
from tests.codes import ICD, UCUM
from tests.patients.reassuring import card_of, reassuring_record

AGE = {"onsetAge": {"value": 76, "unit": "a"}}
PROVISIONAL = {
    "verificationStatus": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                "code": "provisional",
            }
        ]
    }
}


def detail_with(*record, drafts=()):
    cards = cards_for(reassuring_record(*record), kyphoplasty(), *drafts)
    return cards["rehabilitation"]["detail"].replace("\\", "")


def test_without_them_the_figure_is_below_the_usual():
    assert "below the usual" in detail_with()


@pytest.mark.parametrize(
    ("code", "more", "said"),
    [
        pytest.param(
            "M46.46",
            {"code": codeable(ICD, "M46.46", "Lumbar discitis, history of diabetes")},
            "spinal infection",
            id="another thing is past",
        ),
        pytest.param("G83.10", PROVISIONAL, "neurological deficit", id="leg paralysis"),
    ],
)
def test_what_is_active_and_not_dated_or_confirmed_is_named(code, more, said):
    card = detail_with(problem(code, days=4, **more))
    assert f"{said} not excluded" in card
    assert "below the usual" not in card


@pytest.mark.parametrize(
    "onset",
    [
        pytest.param({}, id="no onset"),
        pytest.param(AGE, id="the present age"),
        pytest.param({"onsetAge": {"value": 76}}, id="an age without a unit"),
        pytest.param(
            {"onsetRange": {"low": {"value": 75}, "high": {"value": 76}}}, id="a range"
        ),
        pytest.param({"onsetString": "yesterday"}, id="a word"),
        pytest.param({"onsetString": "this admission"}, id="other words"),
    ],
)
@pytest.mark.parametrize(
    ("code", "leads"),
    [
        pytest.param("M46.46", "Spinal infection (discitis", id="infection"),
        pytest.param("G83.4", "Neurological deficit", id="deficit"),
        pytest.param("A41.9", "Sepsis", id="sepsis"),
        pytest.param("S72.001A", "Hip fracture", id="hip"),
    ],
)
def test_an_onset_that_is_no_date_takes_no_warning_away(code, leads, onset):
    card = card_of(problem(code, days=4, **onset))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(leads)


@pytest.mark.parametrize(
    "onset",
    [
        pytest.param(
            {"onsetAge": {"value": 50, "unit": "a", "system": UCUM, "code": "a"}},
            id="at 50",
        ),
        pytest.param({"onsetString": "16 years ago"}, id="16 years ago"),
        pytest.param({"onsetString": "in 2009"}, id="a year"),
    ],
)
def test_an_onset_of_long_ago_is_no_recent_hip_fracture(onset):
    assert (
        "Hip fracture" not in card_of(problem("S72.001A", days=4, **onset))["summary"]
    )


@pytest.mark.parametrize("day", ["1900-01-01", "1753-01-01", "0001-01-01"])
def test_a_day_before_anyone_was_born_is_no_day(day):
    card = card_of(problem("C50.912", days=4, onsetDateTime=day))
    assert "Breast cancer" in card["summary"]
    assert "1900" not in card["detail"]
    assert "1753" not in card["detail"]


def worded(code, words, **members):
    """An active entry that was written down five days ago."""
    said = codeable(ICD, code, words) if code else {"text": words}
    return problem("x", number="w1", days=5, code=said, **members)


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        pytest.param(
            "M46.46", "History of discitis 2015", "spinal infection", id="infection"
        ),
        pytest.param(
            "G83.4",
            "Previous cauda equina syndrome",
            "new neurological deficit",
            id="deficit",
        ),
        pytest.param("A41.9", "Sepsis 2015", "sepsis", id="sepsis"),
        pytest.param(
            "", "discitis L3/4, history of diabetes", "spinal infection", id="no code"
        ),
    ],
)
def test_what_is_active_is_not_denied_by_words_of_the_past(code, words, said):
    card = detail_with(worded(code, words))
    assert f"{said} not excluded" in card
    assert "below the usual" not in card


@pytest.mark.parametrize("code", ["G83.4", ""])
def test_a_deficit_of_these_days_is_new_beside_words_of_another_past(code):
    entry = worded(code, "cauda equina syndrome, previous fusion L4/5")
    assert card_of(entry)["indicator"] == "warning"


@pytest.mark.parametrize("code", ["G83.4", ""])
def test_a_deficit_with_its_day_is_new_beside_words_of_another_past(code):
    entry = worded(
        code,
        "cauda equina syndrome, previous fusion L4/5",
        onsetDateTime=days_ago(3),
    )
    card = card_of(entry)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Cauda equina syndrome (17 Nov): examine")


def test_what_is_past_by_status_and_words_warns_of_nothing():
    entry = worded(
        "G83.4",
        "Previous cauda equina syndrome",
        clinicalStatus=codeable(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"
        ),
    )
    assert "new neurological deficit" not in detail_with(entry)


@pytest.mark.parametrize(
    ("title", "reason", "said"),
    [
        pytest.param("MRI lumbar spine", "C79.51", "malignancy of bone", id="imaging"),
        pytest.param("Blood cultures", "M46.46", "spinal infection", id="laboratory"),
    ],
)
def test_the_reason_of_another_order_of_the_signing_is_read(title, reason, said):
    other = drafted(
        "ServiceRequest",
        "m1",
        code={"text": title},
        reasonCode=[codeable(ICD, reason)],
    )
    card = detail_with(drafts=(other,))
    assert f"{said} not excluded" in card
    assert "below the usual" not in card


def test_a_plain_order_of_the_signing_leaves_nothing_open():
    other = drafted(
        "ServiceRequest",
        "m1",
        code={"text": "MRI lumbar spine"},
        reasonCode=[codeable(ICD, "M80.08XA")],
    )
    assert "below the usual" in detail_with(drafts=(other,))
