"""What is dated ahead, or is no more than registered, is on record and reassures nobody."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, cards_of, imaging, selected

REASSURING = "below the usual"
METASTASIS = "Metastasis L3 with epidural mass"
DISCITIS = "Discitis L2/L3"
TOMORROW, NEXT_YEAR = days_ago(-1), "2027-11-15"
CODED = [codeable(ICD, "C79.51")]
PERIOD = {"start": days_ago(900), "end": days_ago(-60)}


def order(title, **members):
    said = {"status": "active", "intent": "order", "code": {"text": title}}
    return of_patient("ServiceRequest", "o", **said | members)


def taken(**members):
    return of_patient(
        "MedicationStatement",
        "m",
        status="unknown",
        medicationCodeableConcept={"text": "paracetamol 500 mg"},
        reasonCode=CODED,
        **members,
    )


def done(title, status="completed", **members):
    said = {"status": status, "code": {"text": title}}
    return of_patient("Procedure", "p", **said | members)


AHEAD = "dated in the future"
ENTRIES = [
    pytest.param(
        imaging(
            METASTASIS, effectiveDateTime=NEXT_YEAR, issued=f"{days_ago(1)}T10:00Z"
        ),
        "malignancy of bone",
        AHEAD,
        id="report of next year",
    ),
    pytest.param(
        imaging(METASTASIS, days=-1), "malignancy of bone", AHEAD, id="of tomorrow"
    ),
    pytest.param(imaging(DISCITIS, days=-1), "spinal infection", AHEAD, id="infection"),
    pytest.param(
        imaging(effectiveDateTime=None, issued=f"{NEXT_YEAR}T10:00:00Z")
        | {"conclusionCode": CODED},
        "malignancy of bone",
        AHEAD,
        id="issued ahead",
    ),
    pytest.param(
        order("Radiotherapy L3 metastasis", authoredOn=NEXT_YEAR),
        "malignancy of bone",
        AHEAD,
        id="order of next year",
    ),
    pytest.param(
        order("Physiotherapy", authoredOn=TOMORROW, reasonCode=CODED),
        "malignancy of bone",
        AHEAD,
        id="reason of an order of tomorrow",
    ),
    pytest.param(
        taken(effectiveDateTime=TOMORROW),
        "malignancy of bone",
        AHEAD,
        id="reason of a drug of tomorrow",
    ),
    pytest.param(
        taken(effectivePeriod=PERIOD),
        "malignancy of bone",
        "named there",
        id="reason of a drug whose period goes on",
    ),
    pytest.param(
        imaging(METASTASIS, status="registered"),
        "malignancy of bone",
        "named there",
        id="registered",
    ),
    pytest.param(
        imaging(status="registered", conclusionCode=CODED),
        "malignancy of bone",
        "named there",
        id="registered with a code",
    ),
    pytest.param(
        imaging(DISCITIS, status="registered"),
        "spinal infection",
        "named there",
        id="registered infection",
    ),
]


@pytest.mark.parametrize(("entry", "name", "why"), ENTRIES)
def test_what_it_names_is_open(entry, name, why):
    cards = cards_of(entry)
    detail = cards["rehabilitation"]["detail"]
    assert REASSURING not in detail
    not_known = detail.partition("**Not known:**")[2]
    assert name in not_known
    assert why in not_known
    assert not selected(cards)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"days": -1}, id="of tomorrow"),
        pytest.param({"status": "registered"}, id="registered"),
    ],
)
def test_words_that_were_not_understood_are_open(members):
    cards = cards_of(imaging("Unklare Raumforderung xyzzy", **members))
    assert REASSURING not in cards["rehabilitation"]["detail"]
    assert not selected(cards)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(imaging(status="registered"), id="registered, without words"),
        pytest.param(
            imaging(
                status="registered",
                presentedForm=[{"contentType": "application/pdf", "url": "Binary/1"}],
            ),
            id="registered, a file",
        ),
        pytest.param(
            imaging("No metastasis. No discitis.", status="registered"),
            id="registered, denied",
        ),
        pytest.param(imaging("No metastasis.", days=-1), id="denied tomorrow"),
        pytest.param(imaging(METASTASIS, status="cancelled"), id="cancelled"),
        pytest.param(order("Physiotherapy", authoredOn=TOMORROW), id="plain order"),
        pytest.param(
            done("Repair of the thing", "preparation", performedDateTime=NEXT_YEAR),
            id="planned procedure that nobody judged",
        ),
    ],
)
def test_what_names_nothing_stays_quiet(entry):
    assert REASSURING in card_of(entry)["detail"]
