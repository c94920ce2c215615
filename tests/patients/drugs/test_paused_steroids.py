"""A steroid on hold, stopped without a day, or given in a ward is not none."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ATC, HCPCS, codeable
from tests.patients.reassuring import cards_of

PREDNISOLONE = codeable(ATC, "H02AB06", "Prednisolone 5 mg")


def ordered(days, status, **members):
    said = {"intent": "order", "medicationCodeableConcept": PREDNISOLONE}
    said |= {"status": status, "authoredOn": days_ago(days)}
    return of_patient("MedicationRequest", "steroid", **said | members)


def stated(status, **members):
    said = {"status": status, "medicationCodeableConcept": PREDNISOLONE}
    return of_patient("MedicationStatement", "steroid", **said | members)


def given(days):
    return [
        of_patient(
            "MedicationAdministration",
            f"given-{day}",
            status="completed",
            medicationCodeableConcept=PREDNISOLONE,
            effectiveDateTime=days_ago(day),
        )
        for day in days
    ]


def detail_of(*entries):
    return cards_of(*entries)["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(ordered(400, "on-hold"), id="on hold"),
        pytest.param(
            stated("on-hold", effectivePeriod={"start": days_ago(900)}),
            id="paused",
        ),
        pytest.param(ordered(300, "stopped"), id="stopped on no day"),
    ],
)
def test_a_paused_steroid_is_named_and_reassures_nobody(entry):
    detail = detail_of(entry)
    assert "steroid" in detail.partition("**Not known:**")[2]
    assert "below" not in detail


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(range(3, 160, 14), id="every two weeks"),
        pytest.param(range(3, 160, 30), id="monthly"),
        pytest.param(range(20, 300, 90), id="every three months"),
        pytest.param([5, 47, 89], id="three times"),
        pytest.param([2, 3, 4, 32, 33, 34], id="two pulses of three days"),
        pytest.param([100, 130, 160, 190], id="last three months ago"),
    ],
)
def test_doses_given_again_and_again_are_named_and_reassure_nobody(days):
    detail = detail_of(*given(days))
    assert "steroid" in detail.partition("**Not known:**")[2]
    assert "below" not in detail


def billed(code, days):
    return [
        of_patient(
            "Procedure",
            f"billed-{day}",
            status="completed",
            code=codeable(HCPCS, code),
            performedDateTime=days_ago(day),
        )
        for day in days
    ]


@pytest.mark.parametrize("code", ["J2930", "J1010", "J7512", "J0801", "J1100"])
def test_billed_doses_count_as_given_ones(code):
    detail = detail_of(*billed(code, range(3, 160, 30)))
    assert "steroid" in detail.partition("**Not known:**")[2]
    assert "below" not in detail


@pytest.mark.parametrize("code", ["J2930", "J1100", "J3301"])
def test_one_billed_dose_is_no_steroid(code):
    assert "below the usual" in detail_of(*billed(code, [3]))


def test_corticotropin_is_a_steroid():
    acth = codeable(ATC, "H01AA01", "Corticotropin")
    detail = detail_of(ordered(300, "active", medicationCodeableConcept=acth))
    assert "below" not in detail


def test_a_billed_dose_of_calcitonin_is_a_bone_drug():
    card = cards_of(*billed("J0630", [20]))["rehabilitation"]
    assert "No bone drug" not in card["summary"]


def test_doses_of_months_are_a_steroid():
    cards = cards_of(*given(range(120)))
    card = cards["rehabilitation"]
    assert card["summary"].startswith("Prednisolone since Jul 2026")
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(given(range(60, 63)), id="three days"),
        pytest.param(given([3, 100, 200]), id="now and then"),
        pytest.param(given([1, 2, 30, 31]), id="at two operations"),
        pytest.param(given(range(150, 400, 30)), id="again and again, last year"),
        pytest.param(given(range(300, 330)), id="a month of last year"),
        pytest.param([ordered(900, "stopped")], id="stopped years ago"),
        pytest.param([ordered(400, "completed")], id="completed"),
        pytest.param(
            [
                stated(
                    "stopped",
                    effectivePeriod={"start": days_ago(900), "end": days_ago(800)},
                )
            ],
            id="stopped on a day",
        ),
    ],
)
def test_a_steroid_that_is_over_changes_nothing(entries):
    assert "below the usual" in detail_of(*entries)


def period_of(start=None, end=None):
    days = {"start": start, "end": end}
    known = {name: days_ago(day) for name, day in days.items() if day is not None}
    return {"effectivePeriod": known}


@pytest.mark.parametrize("status", ["active", "completed", "stopped", "on-hold"])
@pytest.mark.parametrize(
    "members",
    [
        pytest.param(period_of(end=3), id="end alone"),
        pytest.param(period_of(start=400), id="start alone"),
        pytest.param(period_of(start=150), id="start of five months ago"),
        pytest.param({"effectiveDateTime": days_ago(5)}, id="one day"),
        pytest.param({"dateAsserted": days_ago(5)}, id="told of"),
        pytest.param({}, id="no day"),
    ],
)
def test_a_steroid_of_unknown_length_is_said_or_named(status, members):
    card = cards_of(stated(status, **members))["rehabilitation"]
    assert "below" not in card["detail"]
    not_known = card["detail"].partition("**Not known:**")[2]
    assert "steroid" in not_known or "Prednisolone since" in card["summary"]


@pytest.mark.parametrize("status", ["active", "completed", "stopped"])
@pytest.mark.parametrize(
    "members",
    [
        pytest.param(period_of(end=300), id="ended last year"),
        pytest.param(period_of(start=30, end=20), id="ten days"),
    ],
)
def test_a_steroid_that_was_short_or_is_over_is_none(status, members):
    assert "below the usual" in detail_of(stated(status, **members))


@pytest.mark.parametrize("status", ["completed", "stopped"])
def test_of_a_steroid_of_years_ago_a_newer_entry_would_tell(status):
    assert "below the usual" in detail_of(stated(status, **period_of(start=900)))
