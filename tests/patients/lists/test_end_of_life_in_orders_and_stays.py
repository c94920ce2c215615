"""A hospice that is ordered, or to which a stay ends, and a stay that ends by death.

By a code an order or a stay is the end of life as a procedure is; by words it is left
open, but for a stay that ended in a hospice. A death closes everything: the Patient
says it later.
"""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    drafted,
    drug,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
    ordered,
    problem,
)
from tests.codes import ICD, SCT, codeable
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import kyphoplasty_done, leave
from tests.patients.reassuring import reassuring_record, selected

HOSPICE = codeable(SCT, "385763009")
PALLIATIVE = codeable(ICD, "Z51.5")
METASTASIS = problem("C79.51", number="met")
DISCITIS = coded("M46.46", days=4)
DISPOSITION = "http://terminology.hl7.org/CodeSystem/discharge-disposition"
OLDER_DISPOSITION = "http://hl7.org/fhir/discharge-disposition"
REASON_OF_DISCHARGE = "http://fhir.de/StructureDefinition/Entlassungsgrund"
FIRST_DIGITS = "http://fhir.de/CodeSystem/dkgev/EntlassungsgrundErsteUndZweiteStelle"


def hospice_order(code=HOSPICE, *, days=10, **members):
    return ordered("hospice", days=days, **{"code": code} | members)


def cards_beside(*entries, drafts=()):
    record = reassuring_record(*entries)
    body = order_sign(record, kyphoplasty(), brace(), *drafts)
    return by_topic(ask(body))


def is_open(cards):
    """Tell if the end of life is named as not excluded, and reassures nobody."""
    detail = cards["rehabilitation"]["detail"]
    not_known = detail.partition("**Not known:**")[2]
    is_named = "end-of-life care not excluded" in not_known
    return is_named and "below" not in detail and not selected(cards)


# --- orders


@pytest.mark.parametrize("code", [HOSPICE, PALLIATIVE], ids=["hospice", "palliative"])
def test_an_order_of_hospice_by_its_code_is_the_end_of_life(code):
    assert not cards_beside(hospice_order(code), METASTASIS)


def test_an_order_of_this_signing_is_so_too():
    draft = drafted("ServiceRequest", "hospice", code=HOSPICE)
    assert not cards_beside(METASTASIS, drafts=[draft])


def test_a_procedure_of_the_same_code_is_so_too():
    done = {"status": "completed", "performedDateTime": days_ago(10)}
    procedure = of_patient("Procedure", "hospice", code=HOSPICE, **done)
    assert not cards_beside(procedure, METASTASIS)


def test_an_infection_is_said_next_to_the_order():
    card = cards_beside(hospice_order(), DISCITIS)["rehabilitation"]
    assert card["summary"].startswith("Spinal infection")


@pytest.mark.parametrize(
    "words",
    [
        "Ambulatory referral to Hospice",
        "Inpatient consult to Palliative Care",
        "Hospice care",
        "Konsil Palliativmedizin",
        "Anmeldung Hospiz",
    ],
)
def test_an_order_in_words_leaves_the_end_of_life_open(words):
    assert is_open(cards_beside(hospice_order({"text": words})))
    draft = drafted("ServiceRequest", "hospice", code={"text": words})
    assert is_open(cards_beside(drafts=[draft]))


@pytest.mark.parametrize(
    "code", ["306205009", "306237005", "103735009"], ids=["hospice", "service", "care"]
)
def test_a_referral_or_a_palliative_care_by_code_leaves_it_open(code):
    assert is_open(cards_beside(hospice_order(codeable(SCT, code))))
    stay = inpatient() | {"type": [codeable(SCT, code)]}
    assert is_open(cards_beside(stay))


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"intent": "proposal"}, id="proposed"),
        pytest.param({"days": 300}, id="old"),
        pytest.param({"authoredOn": None}, id="undated"),
        pytest.param({"status": "completed"}, id="completed"),
    ],
)
def test_an_order_that_is_not_in_force_now_silences_no_warning(members):
    card = cards_beside(hospice_order(**members), METASTASIS)["rehabilitation"]
    assert card["indicator"] == "warning"
    assert is_open(cards_beside(hospice_order(**members)))


@pytest.mark.parametrize(
    "members",
    [{"status": "revoked"}, {"status": "entered-in-error"}, {"doNotPerform": True}],
    ids=["revoked", "in-error", "forbidden"],
)
def test_an_order_that_was_taken_back_says_nothing(members):
    detail = cards_beside(hospice_order(**members))["rehabilitation"]["detail"]
    assert "end-of-life" not in detail
    assert "below the usual" in detail


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            drug(
                "losartan", number="m2", reasonCode=[{"text": "hospice comfort care"}]
            ),
            id="reason-of-a-drug",
        ),
        pytest.param(
            problem("hypertension", number="c2", note=[{"text": "now in hospice"}]),
            id="note-of-a-diagnosis",
        ),
    ],
)
def test_what_another_entry_names_reassures_nobody(entry):
    cards = cards_beside(entry)
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not selected(cards)


def test_a_palliative_care_order_warns_at_discharge_as_without_it():
    with_order = chart(coded("M80.08XA"), kyphoplasty_done(), METASTASIS)
    words = hospice_order({"text": "Inpatient consult to Palliative Care"})
    (card,) = leave((*with_order, words))
    assert card["indicator"] == "warning"


# --- stays


def ended(system="", code="", words=""):
    """The stay that ended so."""
    end = codeable(system, code) if code else {}
    end |= {"text": words} if words else {}
    return inpatient() | {"hospitalization": {"dischargeDisposition": end}}


def german(code):
    """The stay that ended so, as the profile of MII writes it."""
    digits = {"url": "ErsteUndZweiteStelle"}
    digits["valueCoding"] = {"system": FIRST_DIGITS, "code": code}
    end = {"extension": [{"url": REASON_OF_DISCHARGE, "extension": [digits]}]}
    return inpatient() | {"hospitalization": {"dischargeDisposition": end}}


def leaving_from(stay, *entries):
    """The cards of a discharge from this stay."""
    rest = [one for one in chart() if one["resourceType"] != "Encounter"]
    begun = coded("M80.08XA"), kyphoplasty_done()
    return leave((*rest, *begun, stay, *entries))


DEATHS = (
    pytest.param(ended(DISPOSITION, "exp"), id="hl7"),
    pytest.param(ended(OLDER_DISPOSITION, "exp"), id="hl7-r3"),
    pytest.param(german("07"), id="german"),
    pytest.param(ended(words="Expired"), id="words"),
    pytest.param(ended(words="Verstorben"), id="german-words"),
)
HOSPICES = (
    pytest.param(ended(DISPOSITION, "hosp"), id="hl7"),
    pytest.param(german("11"), id="german"),
    pytest.param(inpatient() | {"type": [HOSPICE]}, id="type"),
    pytest.param(inpatient() | {"serviceType": HOSPICE}, id="service"),
    pytest.param(ended(words="Hospice - Home"), id="words"),
)
NAMED = (
    pytest.param(inpatient() | {"type": [{"text": "Hospice"}]}, id="type"),
    pytest.param(
        inpatient() | {"serviceType": {"text": "Palliativstation"}}, id="ward"
    ),
    pytest.param(
        inpatient() | {"class": {"code": "LOCAL", "display": "Hospice"}}, id="class"
    ),
)


@pytest.mark.parametrize("stay", DEATHS)
def test_who_died_in_the_stay_gets_no_card(stay):
    assert not leaving_from(stay, DISCITIS)
    assert not cards_beside(stay, DISCITIS)


@pytest.mark.parametrize("stay", HOSPICES)
def test_a_stay_in_a_hospice_or_that_ends_to_one_is_the_end_of_life(stay):
    assert not leaving_from(stay, METASTASIS)
    assert not cards_beside(stay, METASTASIS)


@pytest.mark.parametrize("stay", HOSPICES)
def test_an_infection_is_said_next_to_such_a_stay(stay):
    (card,) = leaving_from(stay, DISCITIS)
    assert "infection" in card["summary"]
    assert "infection" in cards_beside(stay, DISCITIS)["rehabilitation"]["summary"]


@pytest.mark.parametrize("stay", NAMED)
def test_a_stay_that_names_a_hospice_leaves_it_open(stay):
    assert is_open(cards_beside(stay))
    (card,) = leaving_from(stay)
    assert not selected({"discharge": card})
    assert "end-of-life care not excluded" in card["detail"]


@pytest.mark.parametrize(
    "stay",
    [ended(DISPOSITION, "home"), german("01"), ended(words="Home"), inpatient()],
    ids=["hl7", "german", "words", "going-on"],
)
def test_any_other_end_changes_nothing(stay):
    assert "below the usual" in cards_beside(stay)["rehabilitation"]["detail"]
    (card,) = leaving_from(stay)
    assert selected({"discharge": card})


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_a_stay_that_was_none_ends_nobody(status):
    assert cards_beside(ended(DISPOSITION, "exp") | {"status": status})
