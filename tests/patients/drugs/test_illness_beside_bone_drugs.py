"""An infarct, a clot or Paget's disease on record is named next to the bone drug."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, measured, problem
from tests.codes import GM, LOINC, SCT, UCUM, WHO, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    ROMOSOZUMAB,
    TERIPARATIDE,
    ZOLEDRONATE,
    cards_by_topic,
    chart,
    coded,
    given,
    statement,
)
from tests.patients.leaving import DENIED, OVER, leave, leaving_chart

GONE: Any = OVER
REFUTED: Any = DENIED
RALOXIFENE, ABALOPARATIDE = "G03XC01", "H05AA04"
ROMO = given("romosozumab", ROMOSOZUMAB, 5)
NAMES = {
    RALOXIFENE: "raloxifene",
    TERIPARATIDE: "teriparatide",
    ABALOPARATIDE: "abaloparatide",
    ALENDRONATE: "alendronate",
}
CHECK = "check the drug first"
NOTHING = ("nothing to change", "continue", "unless", "Give it")
SUSPECTED: Any = {
    "verificationStatus": codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "provisional"
    )
}
FAMILY: Any = {"category": [{"text": "Family history"}]}


def taken(drug: str, start: int = 5) -> Any:
    return statement(NAMES[drug], drug, start)


def listed(system: str, code: str, words: str = "", **members: Any) -> Any:
    """An active problem of two months by a code of this system."""
    said = {"onsetDateTime": days_ago(60), "recordedDate": days_ago(60)}
    coding = codeable(system, code, words)
    return problem("hypertension", number="listed", code=coding, **said | members)


def filtration(value: float) -> Any:
    """An eGFR of three days ago."""
    unit = "mL/min/{1.73_m2}"
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    code = codeable(LOINC, "62238-1")
    return measured("egfr", value, days=3, code=code, valueQuantity=quantity)


def rehabilitation(*record: Any) -> Any:
    return cards_by_topic(chart(coded("M80.08XA"), *record))["rehabilitation"]


@pytest.mark.parametrize(
    ("drug", "illness", "says"),
    [
        (ROMO, coded("I21.4", days=60), "MI (21 Sep)"),
        (ROMO, coded("I63.9", days=700), "Stroke (20 Dec 2024)"),
        (ROMO, listed(SCT, "22298006"), "MI (21 Sep)"),
        (ROMO, listed(GM, "I64"), "Stroke (21 Sep)"),
        (ROMO, listed(WHO, "I21.9", onsetDateTime="2024-03"), "MI (Mar 2024)"),
        (taken(RALOXIFENE), coded("I26.99", days=60), "Pulmonary embolism (21 Sep)"),
        (taken(RALOXIFENE, 700), coded("I82.4Y9"), "Deep vein thrombosis (31 Oct)"),
        (taken(RALOXIFENE), coded("I63.9", days=60), "Stroke (21 Sep)"),
        (taken(TERIPARATIDE), coded("M88.9", days=60), "Paget's disease"),
        (taken(ABALOPARATIDE, 100), coded("Z92.3"), "Radiotherapy of unstated site"),
        (taken(TERIPARATIDE), coded("E21.0", days=60), "Hyperparathyroidism (21 Sep)"),
        (taken(TERIPARATIDE), coded("E83.52"), "High calcium (31 Oct)"),
        (given("zoledronate", ZOLEDRONATE, 5), listed(SCT, "5291005"), "Hypocalcaemia"),
    ],
)
def test_what_the_label_forbids_is_named(drug: Any, illness: Any, says: str) -> None:
    card = rehabilitation(drug, illness)
    assert card["summary"].startswith(says)
    assert CHECK in card["summary"]
    assert len(card["summary"]) <= 120
    assert not any(one in card["summary"] + card["detail"] for one in NOTHING)


@pytest.mark.parametrize(
    ("illness", "says"),
    [
        (listed(WHO, "I21.9", **SUSPECTED), "Possible MI (21 Sep)"),
        (listed(WHO, "I21.9", "suspected MI"), "Possible MI (21 Sep)"),
        (listed(WHO, "I21.9", "Father had a heart attack"), "Possible MI (21 Sep)"),
        (listed(WHO, "I63.9", "No stroke"), "Possible stroke (21 Sep)"),
        (listed(WHO, "I21.9", onsetDateTime=None), "MI (recorded 21 Sep)"),
        (listed(WHO, "I21.9", "History of MI"), "MI (on record)"),
        (listed(WHO, "I21.9", "Herzinfarkt 2011"), "MI (2011)"),
        (listed(WHO, "I25.2"), "Earlier MI (on record)"),
        (listed(WHO, "I25.2", onsetDateTime="2012-05"), "Earlier MI (May 2012)"),
        (coded("Z86.73"), "Earlier stroke or TIA (on record)"),
        (coded("I21.4", days=400, **GONE), "MI (16 Oct 2025)"),
    ],
)
def test_what_is_in_doubt_is_said_as_what_it_is(illness: Any, says: str) -> None:
    assert rehabilitation(ROMO, illness)["summary"].startswith(says)


@pytest.mark.parametrize(
    "record",
    [
        (ROMO, coded("I10", days=60)),
        (ROMO, coded("I82.4Y9", days=60)),
        (ROMO, coded("G45.9", days=60)),
        (ROMO, coded("I20.9", days=60)),
        (ROMO, listed(WHO, "I21.9", **REFUTED)),
        (ROMO, listed(WHO, "I21.9", **FAMILY)),
        (ROMO, listed(WHO, "I21.9", "Family history of MI")),
        (ROMO, coded("I21.4", days=-30, recordedDate=None)),
        (taken(ALENDRONATE), coded("I21.4", days=60)),
        (taken(ALENDRONATE), coded("M88.9", days=60)),
        (taken(TERIPARATIDE), coded("E83.52", **GONE)),
        (taken(TERIPARATIDE), coded("I26.99")),
    ],
)
def test_what_the_label_does_not_name_is_not(record: Any) -> None:
    assert "its label warns of" not in rehabilitation(*record)["detail"]


def test_zoledronate_waits_for_kidneys_that_are_too_slow() -> None:
    zoledronate = given("zoledronate", ZOLEDRONATE, 5)
    summary = rehabilitation(zoledronate, filtration(33))["summary"]
    assert summary.startswith("eGFR 33, zoledronate")
    assert CHECK in summary


@pytest.mark.parametrize("value", [35, 60])
def test_it_does_not_for_others(value: float) -> None:
    zoledronate = given("zoledronate", ZOLEDRONATE, 5)
    assert CHECK not in rehabilitation(zoledronate, filtration(value))["summary"]


def test_denosumab_does_not_wait_for_them() -> None:
    denosumab = given("denosumab", "M05BX04", 30)
    assert "eGFR" not in rehabilitation(denosumab, filtration(33))["summary"]


def test_a_metastasis_is_named_next_to_the_anabolic_drug() -> None:
    card = rehabilitation(taken(TERIPARATIDE, 100), coded("C79.51", days=60))
    assert card["indicator"] == "warning"
    assert "its label warns of bone metastasis" in card["detail"]


def test_no_dose_is_asked_for_when_leaving() -> None:
    romo = given("romosozumab", ROMOSOZUMAB, 1)
    cards = leave(leaving_chart(romo, coded("I21.4", days=60)))
    told = " ".join(one["summary"] + one["detail"] for one in cards)
    assert "MI (21 Sep)" in told
    assert "Check the drug first?" in told
    assert "Give it" not in told


BLEEDING = "gastrointestinal bleeding (14 Nov)"


@pytest.mark.parametrize(
    ("drug", "illness", "says"),
    [
        (taken(ALENDRONATE), coded("K92.2", days=6), BLEEDING),
        (taken(ALENDRONATE, 700), coded("K25.4", days=6), BLEEDING),
        (taken(ALENDRONATE), coded("O09.90", days=60), "pregnancy (21 Sep)"),
        (taken(ALENDRONATE), coded("Z33.1", days=60), "pregnancy (21 Sep)"),
        (given("denosumab", "M05BX04", 30), coded("Z33.1", days=60), "pregnancy"),
        (given("zoledronate", ZOLEDRONATE, 60), filtration(33), "eGFR 33"),
        (given("zoledronate", ZOLEDRONATE, 60), filtration(22), "eGFR 22"),
    ],
)
def test_no_drug_goes_home_past_it(drug: Any, illness: Any, says: str) -> None:
    (card,) = leave(leaving_chart(drug, illness))
    assert says in card["summary"]
    assert "Check the drug first?" in card["summary"]
    assert "Book it" not in card["summary"] + card["detail"]


@pytest.mark.parametrize(
    ("drug", "illness"),
    [
        (taken(ALENDRONATE), coded("K92.2", days=400)),
        (taken(ALENDRONATE), coded("K29.50", days=6)),
        (taken(ALENDRONATE), coded("Z33.1", days=900)),
        (taken(ALENDRONATE), filtration(33)),
        (given("denosumab", "M05BX04", 30), coded("K92.2", days=6)),
        (given("zoledronate", ZOLEDRONATE, 60), filtration(40)),
    ],
)
def test_it_does_past_what_is_old_or_not_of_it(drug: Any, illness: Any) -> None:
    for card in leave(leaving_chart(drug, illness)):
        assert "its label warns of" not in card["detail"]
