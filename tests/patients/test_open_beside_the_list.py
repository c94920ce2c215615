"""What an entry does not date, does not confirm or stands in another order is open.

It is named under *Not known*, and nothing beside it is below the usual (E3, E4).
"""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    codeable,
    days_ago,
    drafted,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import ICD

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


def first(*record, drafts=()):
    """Read the first card, with a calm record beside these."""
    calm = (patient(), *quiet_lists(), measured("bmd-t-score", -1.5))
    cards = ask(
        order_sign([*calm, measured("bmi", 27), *record], kyphoplasty(), *drafts)
    )
    return by_topic(cards)["rehabilitation"]["detail"].replace("\\", "")


def test_without_them_the_figure_is_below_the_usual():
    assert "below the usual" in first()


@pytest.mark.parametrize(
    ("code", "more", "said"),
    [
        pytest.param("M46.46", AGE, "spinal infection", id="infection, an age"),
        pytest.param(
            "M46.46", {"onsetString": "last week"}, "spinal infection", id="in words"
        ),
        pytest.param("G83.4", AGE, "new neurological deficit", id="deficit, an age"),
        pytest.param(
            "G83.4",
            {"onsetRange": {"low": {"value": 75}, "high": {"value": 76}}},
            "new neurological deficit",
            id="deficit, a range",
        ),
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
    card = first(problem(code, days=4, **more))
    assert f"{said} not excluded" in card
    assert "below the usual" not in card


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
            "cauda equina syndrome, previous fusion L4/5",
            "new neurological deficit",
            id="another thing is past",
        ),
        pytest.param(
            "G83.4",
            "Previous cauda equina syndrome",
            "new neurological deficit",
            id="deficit",
        ),
        pytest.param("A41.9", "Sepsis 2015", "sepsis", id="sepsis"),
        pytest.param(
            "",
            "cauda equina syndrome, previous fusion L4/5",
            "neurological deficit",
            id="words alone",
        ),
        pytest.param(
            "", "discitis L3/4, history of diabetes", "spinal infection", id="no code"
        ),
    ],
)
def test_what_is_active_is_not_denied_by_words_of_the_past(code, words, said):
    card = first(worded(code, words))
    assert f"{said} not excluded" in card
    assert "below the usual" not in card


@pytest.mark.parametrize("code", ["G83.4", ""])
def test_a_deficit_with_its_day_is_new_beside_words_of_another_past(code):
    entry = worded(
        code,
        "cauda equina syndrome, previous fusion L4/5",
        onsetDateTime=days_ago(3),
    )
    calm = (patient(), *quiet_lists(), measured("bmd-t-score", -1.5))
    card = by_topic(ask(order_sign([*calm, entry], kyphoplasty())))["rehabilitation"]
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
    assert "new neurological deficit" not in first(entry)


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
    card = first(drafts=(other,))
    assert f"{said} not excluded" in card
    assert "below the usual" not in card


def test_a_plain_order_of_the_signing_leaves_nothing_open():
    other = drafted(
        "ServiceRequest",
        "m1",
        code={"text": "MRI lumbar spine"},
        reasonCode=[codeable(ICD, "M80.08XA")],
    )
    assert "below the usual" in first(drafts=(other,))
