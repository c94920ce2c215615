"""Several vertebrae broken at once, of which one is ordered."""

import pytest

from tests.chart_builders import (
    LEVELS,
    ask,
    by_topic,
    drafted,
    kyphoplasty,
    measured,
    order_sign,
    problem,
)
from tests.codes import SCT, codeable
from tests.patients.reassuring import cards_of, dated, first_card, quiet_record

FRESH = ("S32.010A", "S32.020A", "S32.030A")


def card_of(*codes):
    broken = [problem(code, number=f"f-{code}", days=5) for code in codes]
    known = [measured("bmd-t-score", -2.0), measured("bmi", 24)]
    return first_card(*known, *broken)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        pytest.param(2, "Two fractures at once", id="two"),
        pytest.param(3, "Three fractures at once", id="three"),
    ],
)
def test_no_lower_figure_stands_beside_several_fractures(count, said):
    card = card_of(*FRESH[:count])
    assert card["summary"].startswith(said)
    assert "**Risk:** the usual 1 in 6" in card["detail"]


def test_one_fracture_leaves_the_figure():
    assert "**Risk:** about 1 in 10" in card_of(FRESH[0])["detail"]


def card_noted(words, element="note"):
    value = [{"text": words}] if element == "note" else words
    known = [measured("bmd-t-score", -2.0), measured("bmi", 24)]
    record = quiet_record(*known)
    order = kyphoplasty(**{element: value})  # of L1
    return by_topic(ask(order_sign(record, order)))["rehabilitation"]


@pytest.mark.parametrize("element", ["note", "patientInstruction"])
@pytest.mark.parametrize(
    ("words", "count"),
    [
        pytest.param("T12 and L1", "Two", id="bare"),
        pytest.param("Kyphoplasty T12 and L1", "Two", id="operation"),
        pytest.param("Level: L1 and L2", "Two", id="level"),
        pytest.param("BWK 12 und LWK 1", "Two", id="German"),
        pytest.param("L1, T12 and L3", "Three", id="three"),
    ],
)
def test_a_note_that_says_where_it_is_done_counts(element, words, count):
    card = card_noted(words, element)
    assert card["summary"].startswith(f"{count} fractures at once")
    assert "below the usual" not in card["detail"]
    assert "L1 is used" in card["detail"]


@pytest.mark.parametrize("words", ["Level: L1", "Kyphoplasty L1"])
def test_a_note_of_the_same_vertebra_changes_nothing(words):
    assert card_noted(words)["detail"] == card_noted("")["detail"]


@pytest.mark.parametrize(
    "words", ["L1, hemangioma L3", "Prior kyphoplasty T12", "Pain radiates to L5"]
)
def test_a_note_of_another_vertebra_counts_none(words):
    assert "fractures at once" not in card_noted(words)["summary"]


@pytest.mark.parametrize("words", ["L1/L2", "T12"])
def test_words_next_to_the_code_of_its_body_site_leave_the_count_open(words):
    site = codeable(SCT, LEVELS["L1"]) | {"text": words}
    known = [measured("bmd-t-score", -2.0), measured("bmi", 24)]
    order = kyphoplasty(None, bodySite=[site])
    asked = ask(order_sign(quiet_record(*known), order))
    card = by_topic(asked)["rehabilitation"]
    assert "below the usual" not in card["detail"]
    assert "L1 is used" in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Kyphoplasty L1 with posterior fixation T12-L2",
        "Kyphoplasty L1, percutaneous instrumentation T12 and L2",
        "T11-L3 pedicle screws and kyphoplasty L1",
        "Kyphoplastie LWK 1 mit Fixateur interne BWK 12 und LWK 2",
    ],
)
def test_the_vertebrae_of_screws_are_no_fractures(words):
    known = [measured("bmd-t-score", -2.0), measured("bmi", 24)]
    order = drafted("ServiceRequest", "operation", code={"text": words})
    body = order_sign(quiet_record(*known), order)
    card = by_topic(ask(body))["rehabilitation"]
    assert "at once" not in card["summary"]
    # One that is instrumented may be unstable.
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "title",
    [
        "L1 compression fracture, L4-L5 spondylolisthesis",
        "L1 compression fracture; stenosis L3/4, L4/5",
        "L1 compression fracture, L4-5 DDD",
        "Compression fracture L1, scoliosis T10-L3",
        "LWK 1-Fraktur, BSV L4/5",
        "Tassement L1, discopathie L4-L5",
        "Frattura L1, ernia L4-L5",
        "L1 圧迫骨折、L4/5 脊柱管狭窄",
    ],
)
def test_the_vertebrae_of_another_disease_are_no_fractures(title):
    card = cards_of(dated({"text": title}, days=12))["rehabilitation"]
    assert "at once" not in card["summary"]


def test_two_fractures_of_one_title_are_two():
    broken = dated({"text": "L1 and L3 compression fracture"}, days=12)
    card = cards_of(broken)["rehabilitation"]
    assert card["summary"].startswith("Two fractures at once")
