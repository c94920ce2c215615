"""What broke the vertebra, in ICD-9-CM, is read as in ICD-10; an old hip is no fact."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    order_sign,
    problem,
    strong_and_nourished,
)
from tests.codes import ICD, codeable

ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
GERMAN = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


def cards(system, code, *, days=3):
    told = problem(
        "cause",
        number="c-cause",
        code=codeable(system, code),
        onsetDateTime=days_ago(days),
        recordedDate=days_ago(days),
    )
    body = order_sign([*strong_and_nourished(), told], kyphoplasty(), brace())
    return by_topic(ask(body))


@pytest.mark.parametrize(
    ("system", "code", "cause"),
    [
        (ICD_9, "E881.0", "Ladder fall"),
        (ICD_9, "E881.1", "Fall from a height"),
        (ICD_9, "E882", "Fall from a height"),
        (ICD_9, "E883.9", "Fall from a height"),
        (ICD_9, "E884.1", "Fall from a height"),
        (ICD_9, "E884.9", "Fall from a height"),
        (ICD_9, "E957.1", "Fall from a height"),
        (ICD_9, "E968.1", "Fall from a height"),
        (ICD_9, "E987.0", "Fall from a height"),
        (ICD, "X80.XXXA", "Fall from a height"),
        (ICD, "Y30.XXXA", "Fall from a height"),
        (ICD_9, "E812.0", "Car crash"),
        (ICD_9, "E819.1", "Car crash"),
        (ICD_9, "E812.2", "Traffic accident"),
        (ICD_9, "E828.2", "Traffic accident"),
        (ICD_9, "E841.3", "Traffic accident"),
    ],
)
def test_a_high_energy_cause_leads_and_no_risk_is_said(system, code, cause):
    found = cards(system, code)
    card = found["rehabilitation"]
    assert card["summary"].startswith(f"{cause}: bone treatment review still applies")
    assert "below" not in card["detail"]
    ends = next(one for topic, one in found.items() if topic.startswith("brace"))
    assert not any(one.get("isRecommended") for one in ends["suggestions"])


@pytest.mark.parametrize("code", ["E885.9", "E884.2", "E888.9", "E849.0"])
def test_a_fall_on_one_level_or_a_place_is_no_such_cause(code):
    summary = cards(ICD_9, code)["rehabilitation"]["summary"]
    assert summary.startswith("No bone drug")


@pytest.mark.parametrize("code", ["M80.05", "M80.85"])
@pytest.mark.parametrize("days", [400, 1500])
def test_a_hip_that_may_be_broken_is_open_for_two_years(code, days):
    """As a hip fracture that is known: F12 asks for two years."""
    card = cards(GERMAN, code, days=days)["rehabilitation"]
    known = cards(GERMAN, "S72.0", days=days)["rehabilitation"]
    assert (known["indicator"] == "warning") == (days == 400)
    assert ("hip fracture" in card["detail"]) == (days == 400)
    assert ("below the usual" in card["detail"]) == (days == 1500)
