"""Fusions, decompressions and evacuations of these weeks say nothing of why they were done.

Each is done for wear, and as well for a tumour, an infection, a palsy or a fracture.
"""

import pytest

from tests.chart_builders import Resource, days_ago, drafted, of_patient
from tests.codes import CPT, OPS, PCS, codeable
from tests.patients.reassuring import card_of, cards_of, end_is_selected, first_card

BELOW = "below the usual"
OPEN = "a procedure not fully understood"
CODES = [
    pytest.param(CPT, "22612", id="fusion"),
    pytest.param(CPT, "63047", id="laminectomy"),
    pytest.param(CPT, "63030", id="disc"),
    pytest.param(CPT, "22325", id="open-treatment-of-a-fracture"),
    pytest.param(OPS, "5-032.00", id="decompression"),
    pytest.param(PCS, "0SG0071", id="fusion-of-lumbar-joint"),
]
EVACUATIONS = [
    pytest.param(CPT, "63267", id="outside-the-dura"),
    pytest.param(CPT, "63272", id="inside-the-dura"),
    pytest.param(PCS, "00CU0ZZ", id="canal"),
    pytest.param(OPS, "5-033.2", id="incision-of-the-canal"),
]


def operation(code: Resource, *, days: int | None = None, **members) -> Resource:
    said = {"status": "completed", "code": code} | members
    if days is not None:
        said["performedDateTime"] = days_ago(days)
    return of_patient("Procedure", "operation", **said)


@pytest.mark.parametrize("days", [3, 80])
@pytest.mark.parametrize(("system", "code"), CODES)
def test_an_operation_of_these_weeks_reassures_nobody(system, code, days):
    detail = card_of(operation(codeable(system, code), days=days))["detail"]
    assert BELOW not in detail
    assert OPEN in detail


@pytest.mark.parametrize("words", ["Posterior fusion T12-L2", "Laminektomie LWK 4/5"])
@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"days": 3}, id="done"),
        pytest.param({"status": "preparation"}, id="in-preparation"),
        pytest.param({"status": "preparation", "days": -5}, id="planned"),
        pytest.param({"status": "on-hold"}, id="on-hold"),
        pytest.param({"status": "in-progress"}, id="in-progress"),
    ],
)
def test_so_does_one_in_words_that_is_done_or_planned(words, members):
    detail = card_of(operation({"text": words}, **members))["detail"]
    assert BELOW not in detail
    assert OPEN in detail


@pytest.mark.parametrize("code", ["22612", "63047", "63267"])
def test_an_order_by_code_is_as_open_as_one_in_words(code):
    order = of_patient(
        "ServiceRequest",
        "planned",
        status="active",
        intent="order",
        code=codeable(CPT, code),
        authoredOn=days_ago(1),
    )
    assert "an order not fully understood" in card_of(order)["detail"]
    draft = drafted("ServiceRequest", "planned", code=codeable(CPT, code))
    assert BELOW not in first_card(drafts=[draft])["detail"]


@pytest.mark.parametrize("days", [3, 30, 300])
@pytest.mark.parametrize(("system", "code"), EVACUATIONS)
def test_an_evacuation_asks_for_abscess_and_haematoma(system, code, days):
    cards = cards_of(operation(codeable(system, code), days=days))
    detail = cards["rehabilitation"]["detail"]
    assert BELOW not in detail
    assert "spinal infection not excluded" in detail
    assert "whether it was an abscess or a haematoma" in detail
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    ("code", "days"),
    [
        pytest.param(codeable(CPT, "63047"), 100, id="laminectomy-of-months-ago"),
        pytest.param(codeable(CPT, "63047"), 3650, id="laminectomy-of-old"),
        pytest.param(codeable(CPT, "63267"), 500, id="evacuation-of-last-year"),
        pytest.param({"text": "Posterior fusion L4-S1"}, 400, id="fusion-in-words"),
        pytest.param(codeable(CPT, "27447"), 3, id="knee"),
        pytest.param(codeable(CPT, "47562"), 3, id="gall-bladder"),
        pytest.param({"text": "Laparoscopic cholecystectomy"}, 3, id="in-words"),
    ],
)
def test_old_and_other_operations_gain_no_line(code, days):
    detail = card_of(operation(code, days=days))["detail"]
    assert BELOW in detail
    assert "Not known" not in detail


@pytest.mark.parametrize("status", ["not-done", "entered-in-error"])
def test_what_was_not_done_opens_nothing(status):
    done = operation({"text": "Posterior fusion T12-L2"}, status=status, days=3)
    assert BELOW in card_of(done)["detail"]
