"""At discharge another fracture that may be recent was perhaps not treated."""

import re
from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, ICD, OPS, SCT, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    TREATED,
    everything_arranged,
    kyphoplasty_done,
    leave,
    leaving,
    leaving_chart,
)
from tests.patients.reassuring import dated

GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
NO_DAY = {"onsetDateTime": None, "recordedDate": None}


def beside(code: str, days: int = 20, **members: Any) -> Any:
    """Another fracture, begun and recorded so many days ago."""
    return dated(codeable(ICD, code), days=days, number="other", **members)


def summaries(*entries: Any) -> list[str]:
    """The cards of somebody whose L1 was treated two days ago."""
    return [
        card["summary"]
        for card in leave(leaving_chart(*everything_arranged(), *entries))
    ]


@pytest.mark.parametrize("days", [5, 20])
@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("S22.000A", "thoracic spine"),
        ("S22.009A", "thoracic spine"),
        ("M48.54XA", "thoracic spine"),
        ("M48.58XA", "sacral spine"),
    ],
)
def test_a_fracture_of_another_region_was_perhaps_not_treated(code, place, days):
    (said,) = summaries(beside(code, days))
    assert f"recent fracture of {place} perhaps not treated. Who follows" in said


def test_one_of_the_treated_region_may_be_the_treated_one():
    assert summaries(beside("M48.56XA")) == []


def test_a_region_is_not_named_beside_a_vertebra_that_it_may_be():
    (said,) = summaries(beside("S22.000A"), coded("S22.050A", days=20))
    assert "recent fracture of T5-T6 not treated" in said


@pytest.mark.parametrize(
    "members",
    [
        *(
            pytest.param({"verificationStatus": codeable(VERIFICATION, one)}, id=one)
            for one in ("provisional", "unconfirmed", "differential")
        ),
        pytest.param(NO_DAY, id="without any day"),
        pytest.param({"onsetDateTime": "2026"}, id="of this year"),
    ],
)
def test_one_that_is_not_certain_was_perhaps_not_treated(members):
    (said,) = summaries(beside("S32.020A", **members))
    assert "recent fracture of L2 perhaps not treated. Who follows" in said


@pytest.mark.parametrize("days", [1, 2, 5, 12])
@pytest.mark.parametrize(
    ("code", "place"),
    [("S32.020D", "L2"), ("S32.020G", "L2"), ("S22.050D", "T5-T6")],
)
def test_so_was_one_of_these_days_with_the_code_of_a_later_visit(code, place, days):
    (said,) = summaries(beside(code, days))
    assert f"recent fracture of {place} perhaps not treated" in said


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(beside("S32.010D", 5), id="the treated one at a later visit"),
        pytest.param(beside("S32.020D", 5, onsetDateTime=None), id="no onset"),
        pytest.param(beside("S32.020D", 400), id="of last year"),
        pytest.param(beside("S32.020S", 5), id="a sequela"),
        pytest.param(
            beside(
                "S32.020A",
                verificationStatus=codeable(VERIFICATION, "provisional"),
                onsetDateTime="2025-01-10",
            ),
            id="suspected of long ago",
        ),
        pytest.param(
            beside("S32.020A", clinicalStatus=codeable(CLINICAL, "resolved")),
            id="called over",
        ),
        pytest.param(
            beside("S32.020A", verificationStatus=codeable(VERIFICATION, "refuted")),
            id="ruled out",
        ),
    ],
)
def test_what_is_over_or_denied_is_no_other_fracture(entry):
    assert summaries(entry) == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            beside(
                "S32.020A", verificationStatus=codeable(VERIFICATION, "provisional")
            ),
            id="suspected",
        ),
        pytest.param(beside("S32.020D", 5), id="later visit"),
    ],
)
def test_of_two_in_a_region_an_operation_without_a_level_treated_one(other):
    operation = kyphoplasty_done(None, code=codeable(CPT, "22514"))
    (card,) = leaving(coded("S32.010A"), other, operation)
    assert "fracture of L1 or L2 perhaps not treated" in card["summary"]


def test_the_region_of_the_operations_code_counts_as_the_treated_one():
    operation = kyphoplasty_done(None, code=codeable(CPT, "22514"))
    (card,) = leaving(coded("S32.010A"), beside("S22.000A"), operation)
    assert "recent fracture of thoracic spine perhaps not treated" in card["summary"]


def of_two_fractures(*operations: Any) -> list[str]:
    """The cards of somebody whose L1 and L3 broke, after these operations."""
    broken = (beside("S32.030A"), dated(codeable(ICD, "S32.010A"), days=20, number="a"))
    record = chart(*broken, *operations, *everything_arranged(), TAKES)
    return [card["summary"] for card in leave(record)]


TAKES = statement("alendronate", "M05BA04", 1)
NO_STAY = {"encounter": None}
OTHER_STAY = {"encounter": {"reference": "Encounter/other"}}


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(kyphoplasty_done(None, days=2, number="again"), id="one day"),
        pytest.param(kyphoplasty_done(None, days=1, number="again"), id="next day"),
        pytest.param(kyphoplasty_done(None, days=12, number="again"), id="one stay"),
        pytest.param(
            kyphoplasty_done(None, days=1, number="again", **NO_STAY), id="no stay"
        ),
        pytest.param(
            kyphoplasty_done(None, days=1, number="again", **OTHER_STAY),
            id="the stay of another system",
        ),
        pytest.param(
            kyphoplasty_done(None, number="again", performedDateTime=None), id="no day"
        ),
    ],
)
def test_an_operation_that_is_entered_twice_treated_one_vertebra(again: Any) -> None:
    (said,) = of_two_fractures(kyphoplasty_done(None), again)
    assert "recent fracture of L1 or L3 perhaps not treated. Who follows" in said


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            kyphoplasty_done(None, days=1, number="b", code=codeable(CPT, "22515")),
            id="the code of a further vertebra",
        ),
        pytest.param(
            kyphoplasty_done(None, days=12, number="b", **NO_STAY), id="ten days before"
        ),
    ],
)
def test_one_that_treated_a_second_vertebra_left_none(other: Any) -> None:
    assert of_two_fractures(kyphoplasty_done(None), other) == []


def of_l3(status: str, **members: Any) -> Any:
    """A procedure of L3, of the same stay, next to that of L1."""
    return kyphoplasty_done("L3", number=f"l3-{status}", status=status, **members)


def order_of(levels: str, **members: Any) -> Any:
    """The order of the operation, of these levels."""
    said = {
        "status": "completed",
        "intent": "order",
        "code": {"text": f"Kyphoplasty {levels}"},
        "authoredOn": days_ago(4),
    }
    return of_patient("ServiceRequest", "order", **said | members)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([of_l3("not-done")], id="not done"),
        pytest.param([of_l3("stopped")], id="broken off"),
        pytest.param([of_l3("entered-in-error")], id="entered in error"),
        pytest.param([of_l3("preparation")], id="in preparation"),
        pytest.param([of_l3("not-done", encounter=None)], id="not done, no stay"),
        pytest.param([of_l3("not-done", days=1)], id="not done, the next day"),
        pytest.param(
            [of_l3("stopped"), order_of("L1 and L3")], id="ordered, and broken off"
        ),
        pytest.param([order_of("L3", status="revoked")], id="an order called back"),
        pytest.param(
            [order_of("L3", status="entered-in-error")], id="an order in error"
        ),
    ],
)
def test_an_operation_that_was_not_carried_out_treats_none(others: list[Any]) -> None:
    (said,) = of_two_fractures(kyphoplasty_done(), *others)
    assert "kyphoplasty L1 (18 Nov): recent fracture of L3 not treated." in said


@pytest.mark.parametrize("status", ["unknown", "on-hold"])
def test_one_that_may_have_been_done_treated_its_vertebra_perhaps(status: str) -> None:
    (said,) = of_two_fractures(kyphoplasty_done(), of_l3(status))
    assert "recent fracture of L3 perhaps not treated" in said


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([of_l3("completed")], id="done"),
        pytest.param([of_l3("not-done", days=5), of_l3("completed")], id="at last"),
        pytest.param(
            [
                of_l3("stopped"),
                order_of(
                    "L3",
                    status="active",
                    authoredOn=days_ago(0),
                    occurrenceDateTime=days_ago(-5),
                ),
            ],
            id="planned anew",
        ),
    ],
)
def test_what_was_done_or_planned_after_all_is_settled(others: list[Any]) -> None:
    assert of_two_fractures(kyphoplasty_done(), *others) == []


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(order_of("L1 and L3"), id="of both"),
        pytest.param(order_of("L3", status="active"), id="of the other alone"),
        pytest.param(order_of("L3", authoredOn=days_ago(60)), id="of long before"),
    ],
)
def test_an_order_from_before_the_operation_treated_nothing_for_sure(order):
    (said,) = of_two_fractures(kyphoplasty_done(), order)
    assert "recent fracture of L3 perhaps not treated. Who follows it up?" in said


def test_an_order_that_is_planned_for_a_day_to_come_settles_it():
    planned = order_of("L3", status="active", occurrenceDateTime=days_ago(-5))
    assert of_two_fractures(kyphoplasty_done(), planned) == []


@pytest.mark.parametrize(
    "on", ["2024", "2025-03-01", "2026-06-01", days_ago(22), days_ago(20)]
)
def test_cement_treats_no_fracture_that_came_after_it(on):
    """L3 broke nineteen days ago."""
    broken = (beside("S32.030A", days=19), beside("S32.010A") | {"id": "l1"})
    before = kyphoplasty_done("L3", number="b", performedDateTime=on, **NO_STAY)
    record = chart(*broken, kyphoplasty_done(), before, *everything_arranged(), TAKES)
    (card,) = leave(record)
    assert "recent fracture of L3 not treated. Who follows it up?" in card["summary"]


def test_a_diagnosis_without_its_day_is_of_the_fracture_that_was_treated():
    """L3 was treated twelve days ago; a visit recorded its fracture once more."""
    again = beside("S32.030A", onsetDateTime=None, recordedDate=days_ago(3))
    before = kyphoplasty_done("L3", days=12, number="b", **NO_STAY)
    broken = dated(codeable(ICD, "S32.010A"), days=20, number="a")
    record = (broken, again, kyphoplasty_done(), before)
    assert leave(chart(*record, *everything_arranged(), TAKES)) == []


def test_an_order_whose_second_vertebra_was_billed_was_carried_out():
    """CPT 22515 is a further vertebra; such an entry seldom names which."""
    further = kyphoplasty_done(None, number="b", code=codeable(CPT, "22515"))
    operations = (kyphoplasty_done(), further, order_of("L1 and L3"))
    assert of_two_fractures(*operations) == []


@pytest.mark.parametrize("code", ["5-839.a1", "5-839.91", "5-839.a2", "5-839.92"])
def test_a_code_of_several_vertebrae_treated_both(code):
    operation = kyphoplasty_done(None, code=codeable(OPS, code))
    assert of_two_fractures(operation) == []


@pytest.mark.parametrize("code", ["5-839.a0", "5-839.90", "5-839.a"])
def test_one_of_one_vertebra_left_one(code):
    (said,) = of_two_fractures(kyphoplasty_done(None, code=codeable(OPS, code)))
    assert "recent fracture of L1 or L3 perhaps not treated" in said


def test_an_operation_of_years_ago_takes_nothing_from_the_present_one():
    """The present one names no vertebra; its order does."""
    broken = dated(codeable(ICD, "S32.010A"), days=20, number="a")
    before = kyphoplasty_done("L3", number="b", performedDateTime="2024-03", **NO_STAY)
    operations = (before, kyphoplasty_done(None), order_of("L1"))
    assert leave(chart(broken, *operations, *everything_arranged(), TAKES)) == []


def test_an_order_beside_an_operation_without_a_day_treated_nothing_for_sure():
    operations = (kyphoplasty_done(performedDateTime=None), order_of("L1 and L3"))
    (said,) = of_two_fractures(*operations)
    assert "recent fracture of L3 perhaps not treated" in said


# --- orders since the operation

SINCE: dict[str, Any] = {"status": "active", "authoredOn": days_ago(1)}
ORDERED_SINCE = [
    pytest.param([order_of("L3", **SINCE)], id="in force"),
    pytest.param(
        [
            order_of(
                "",
                code=codeable(CPT, "22514"),
                bodySite=[codeable(SCT, TREATED["L3"])],
                **SINCE,
            )
        ],
        id="by codes",
    ),
    pytest.param([order_of("L3", **SINCE | {"intent": "plan"})], id="a plan"),
    pytest.param(
        [order_of("L3", **SINCE | {"status": "completed"})], id="completed, not done"
    ),
    pytest.param(
        [order_of("", code={"text": "Kyphoplastie LWK 3"}, **SINCE)], id="German"
    ),
    pytest.param(
        [of_l3("stopped"), order_of("L3", **SINCE | {"authoredOn": days_ago(0)})],
        id="anew",
    ),
    *(
        pytest.param([order_of("L3", **SINCE, occurrenceDateTime=when)], id=when)
        for when in (days_ago(0), days_ago(1), "2026-12", "2036-01-01")
    ),
    pytest.param(
        [
            order_of(
                "L3",
                **SINCE | {"intent": "plan"},
                occurrenceDateTime=days_ago(-5),
            )
        ],
        id="a plan with a day",
    ),
]


@pytest.mark.parametrize("orders", ORDERED_SINCE)
def test_an_order_since_the_operation_was_not_carried_out_by_it(orders) -> None:
    (said,) = of_two_fractures(kyphoplasty_done(), *orders)
    assert "recent fracture of L3 perhaps not treated. Who follows it up?" in said


@pytest.mark.parametrize(
    "day",
    [
        pytest.param({"occurrenceDateTime": days_ago(-5)}, id="a day"),
        pytest.param({"occurrencePeriod": {"start": days_ago(-5)}}, id="a first day"),
    ],
)
@pytest.mark.parametrize("level", ["L1", None])
def test_one_with_a_day_to_come_was_planned(day: Any, level: str | None) -> None:
    planned = order_of("L3", **SINCE, **day)
    operation = kyphoplasty_done(level, code=codeable(CPT, "22514"))
    assert of_two_fractures(operation, planned) == []


@pytest.mark.parametrize("on", [0, 1])
def test_an_order_for_a_fracture_that_came_later_has_treated_nothing(on: int) -> None:
    broken = (beside("S32.030A", days=1), dated(codeable(ICD, "S32.010A"), days=20))
    order = order_of("L3", **SINCE | {"authoredOn": days_ago(on)})
    record = chart(*broken, kyphoplasty_done(), order, *everything_arranged(), TAKES)
    (card,) = leave(record)
    assert "recent fracture of L3 perhaps not treated" in card["summary"]


def test_an_order_of_one_vertebra_says_nothing_of_another_that_broke_later() -> None:
    (said,) = of_two_fractures(
        kyphoplasty_done(),
        coded("S22.080A", days=1),
        order_of("L3", **SINCE, occurrenceDateTime=days_ago(-5)),
    )
    assert "recent fracture of T11-T12 not treated" in said


def test_an_order_beside_an_operation_without_a_vertebra_does_not_tell_which() -> None:
    (said,) = of_two_fractures(kyphoplasty_done(None), order_of("L3", **SINCE))
    assert "recent fracture of L1 or L3 perhaps not treated" in said


def test_the_order_of_the_treated_vertebra_that_is_written_late_asks_nothing() -> None:
    broken = dated(codeable(ICD, "S32.010A"), days=20, number="a")
    record = (broken, kyphoplasty_done(), order_of("L1", **SINCE))
    assert leave(chart(*record, *everything_arranged(), TAKES)) == []


def in_words(title: str, days: int = 20) -> Any:
    """A diagnosis in words, next to the treated fracture."""
    return dated({"text": title}, days=days, number="worded")


@pytest.mark.parametrize("days", [1, 20])
@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("Suspected fracture of L3", "L3"),
        ("V.a. Fraktur LWK 3", "L3"),
        ("L3 fracture?", "L3"),
        ("Fracture of L1, suspected fracture of L3", "L3"),
        ("Fraktur LWK 1, V.a. Fraktur LWK 2", "L2"),
    ],
)
def test_a_vertebra_that_words_suspect_was_perhaps_not_treated(title, place, days):
    (said,) = summaries(in_words(title, days))
    # The treated vertebra of an entry of after the operation may have broken again.
    assert re.search(f"fracture of (L1 or )?{place} perhaps not treated. Who", said)


@pytest.mark.parametrize(
    "entry",
    [
        in_words("Multiple vertebral fractures"),
        in_words("Mehrere Wirbelkörperfrakturen"),
        dated(codeable(GM, "S22.1"), days=20, number="worded"),
        dated(codeable(GM, "S32.7"), days=20, number="worded"),
        dated(codeable(GM, "T02.1"), days=20, number="worded"),
    ],
)
def test_of_several_vertebrae_one_was_treated(entry):
    (said,) = summaries(entry)
    assert "recent fracture of an unnamed vertebra perhaps not treated" in said


@pytest.mark.parametrize(
    "title",
    [
        "Suspected fracture of L1",
        "Suspected vertebral fracture",
        "No fracture of L3",
        "Osteoporosis with fractures",
        "Multiple old vertebral fractures",
        "Multiple vertebral fractures 2019",
        "Z.n. Wirbelkörperfrakturen",
    ],
)
def test_a_suspicion_of_the_treated_vertebra_and_old_fractures_bring_no_card(title):
    assert summaries(in_words(title)) == []


@pytest.mark.parametrize("title", ["Multiple vertebral fractures"])
def test_several_vertebrae_may_all_be_treated(title):
    done = kyphoplasty_done(None, code={"text": "Kyphoplasty L1 and L2"})
    drug = statement("alendronate", "M05BA04", 1)
    assert leave(chart(in_words(title), done, *everything_arranged(), drug)) == []
