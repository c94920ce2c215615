"""An entry that names a bone drug, of whatever status, is never "no bone drug" (E2).

Nor does the card say more when it knows less of that entry.
"""

import pytest

from tests.chart_builders import days_ago, measured, of_patient
from tests.codes import ATC, HCPCS, codeable
from tests.patients.inpatients import T, cards_by_topic, chart, given
from tests.patients.leaving import leave, leaving_chart

REFERRAL = "Refer to fracture liaison service"
IN_ERROR = "entered-in-error"
# As FHIR R4 names them, and one of a later release.
STATUSES = {
    "MedicationRequest": (
        *("active", "on-hold", "cancelled", "completed", "stopped", "draft"),
        *("unknown", "ended"),
    ),
    "MedicationAdministration": (
        *("in-progress", "not-done", "on-hold", "completed", "stopped", "unknown"),
        "recorded",
    ),
    "MedicationDispense": (
        *("preparation", "in-progress", "cancelled", "on-hold", "completed"),
        *("stopped", "declined", "unknown", "unfulfilled"),
    ),
    "MedicationStatement": (
        *("active", "completed", "intended", "stopped", "on-hold", "unknown"),
        *("not-taken", "recorded"),
    ),
    "Procedure": (
        *("preparation", "in-progress", "not-done", "on-hold", "stopped"),
        *("completed", "unknown"),
    ),
    # What else an order may be is not asked for.
    "ServiceRequest": ("active", "completed", "unknown"),
}
DAYS = {
    "MedicationRequest": "authoredOn",
    "MedicationAdministration": "effectiveDateTime",
    "MedicationDispense": "whenHandedOver",
    "MedicationStatement": "effectiveDateTime",
    "Procedure": "performedDateTime",
    "ServiceRequest": "authoredOn",
}
DENOSUMAB = codeable(ATC, "M05BX04")
BILLED = codeable(HCPCS, "J0897")
IN_WORDS = {"text": "Alendronate 70 mg"}


def entry(kind, status, named=None, *, days=30, **members):
    """An entry of such a drug, of denosumab by its code unless said."""
    is_act = kind in ("Procedure", "ServiceRequest")
    element = "code" if is_act else "medicationCodeableConcept"
    said = {"status": status, DAYS[kind]: days_ago(days)}
    said[element] = named or (BILLED if is_act else DENOSUMAB)
    if kind.endswith("Request"):
        said["intent"] = "order"
    return of_patient(kind, "e", **said | members)


def card_of(*record):
    calm = (measured(T, -1.5), measured("bmi", 27))
    return cards_by_topic(chart(*calm, *record))["rehabilitation"]


def says_none(card):
    said = card["summary"] + card["detail"]
    return "o bone drug" in said or "none in" in said


def preselected(card):
    return [one["label"] for one in card["suggestions"] if one.get("isRecommended")]


EACH = [(kind, status) for kind, listed in STATUSES.items() for status in listed]


@pytest.mark.parametrize("named", [None, IN_WORDS], ids=["coded", "in-words"])
@pytest.mark.parametrize(("kind", "status"), EACH)
def test_a_drug_of_any_status_is_named_and_not_none(kind, status, named):
    card = card_of(entry(kind, status, named))
    assert not says_none(card)
    assert "below the usual" not in card["detail"]
    drug = "alendronate" if named else "denosumab"
    assert drug in (card["summary"] + card["detail"]).lower()


@pytest.mark.parametrize(("kind", "status"), EACH)
def test_who_leaves_with_a_drug_of_any_status_has_not_none(kind, status):
    (card,) = leave(leaving_chart(entry(kind, status)))
    assert not says_none(card)


@pytest.mark.parametrize("kind", STATUSES)
def test_what_was_entered_in_error_was_never_there(kind):
    assert card_of(entry(kind, IN_ERROR))["summary"] == card_of()["summary"]


@pytest.mark.parametrize("intent", ["proposal", "option", "plan"])
def test_a_drug_that_is_only_proposed_is_named(intent):
    card = card_of(entry("MedicationRequest", "active", intent=intent))
    assert card["summary"].startswith("Denosumab o")
    assert not says_none(card)


LESS = [
    pytest.param({"status": "unknown"}, id="status"),
    pytest.param({"day": None}, id="day"),
    pytest.param({"note": [{"text": "see letter"}]}, id="words"),
    pytest.param({"statusReason": {"text": "see letter"}}, id="reason"),
    pytest.param({"statusReason": [{"text": "see letter"}]}, id="reasons"),
    pytest.param({"modifierExtension": [{"url": "http://x.org"}]}, id="modifier"),
]


@pytest.mark.parametrize("less", LESS)
@pytest.mark.parametrize(("kind", "status"), EACH)
def test_knowing_less_of_an_entry_says_no_more(kind, status, less):
    members = dict(less)
    if "day" in members:
        members[DAYS[kind]] = members.pop("day")
    card = card_of(entry(kind, status) | members)
    assert not says_none(card)
    assert "below the usual" not in card["detail"]
    assert REFERRAL not in preselected(card)


@pytest.mark.parametrize("status", ["intended", "not-taken", "on-hold", "unknown"])
def test_a_drug_that_was_only_meant_takes_no_warning_away(status):
    late = given("denosumab", "M05BX04", 260)
    meant = entry("MedicationStatement", status, codeable(ATC, "M05BA08"), days=5)
    assert card_of(late, meant)["indicator"] == "warning"


@pytest.mark.parametrize("status", ["stopped", "completed", "on-hold"])
@pytest.mark.parametrize("days", [700, 100])
def test_denosumab_that_ended_on_no_day_warns_of_rebound(status, days):
    denosumab = of_patient(
        "MedicationStatement",
        "denosumab",
        status=status,
        medicationCodeableConcept=codeable(ATC, "M05BX04"),
        effectivePeriod={"start": days_ago(days)},
    )
    summary = cards_by_topic(chart(denosumab))["rehabilitation"]["summary"]
    assert "last dose not found: ask; over 7 months means rebound risk" in summary
    assert "restart" not in summary
