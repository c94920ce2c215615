"""A note of yesterday tells what is there now, at whatever entry it was written.

The entry may be a drug or a diagnosis of years, an old order, or what was handed over.
"""

import pytest

from tests.chart_builders import (
    DRUGS,
    days_ago,
    dispensed,
    drug,
    of_patient,
    ordered,
    problem,
)
from tests.codes import ATC, codeable
from tests.patients.infection_and_deficit.test_causes_in_whole_notes import (
    CAUSE,
    DEFICIT,
    OLD,
    SPOKEN_OF,
    TOLD,
)
from tests.patients.reassuring import REASSURING, cards_of

LOSARTAN = codeable(ATC, DRUGS["losartan"])


def note(words, days=1):
    return [{"text": words, "time": f"{days_ago(days)}T09:00:00Z"}]


def stated(written):
    taken = {"status": "active", "medicationCodeableConcept": LOSARTAN}
    since = {"effectivePeriod": {"start": days_ago(400)}}
    return of_patient("MedicationStatement", "n", note=written, **taken, **since)


def frame(written):
    told = {"status": "active", "intent": "order", "authoredOn": days_ago(100)}
    device = {"codeCodeableConcept": {"text": "Walking frame"}}
    return of_patient("DeviceRequest", "n", note=written, **told, **device)


def count(written):
    code = {"text": "Full blood count"}
    return ordered("blood", number="n", days=100, code=code, note=written)


AT = (
    lambda written: drug("losartan", number="n", days=400, note=written),
    stated,
    lambda written: dispensed(LOSARTAN, days=100, number="n", note=written),
    count,
    frame,
    lambda written: problem("hypertension", number="n", note=written),
)


def summary(entry):
    return cards_of(entry)["rehabilitation"]["summary"]


@pytest.mark.parametrize(("words", "said"), TOLD)
@pytest.mark.parametrize("at", AT)
def test_a_note_of_yesterday_leads(at, words, said):
    assert said in summary(at(note(words)))


@pytest.mark.parametrize("words", TOLD[::6])
@pytest.mark.parametrize("at", AT)
def test_a_note_of_long_ago_leads_no_card(at, words):
    card = cards_of(at(note(words[0], days=95)))["rehabilitation"]
    assert words[1] not in card["summary"]
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize("words", [*OLD.split("|"), *SPOKEN_OF.split("|")])
@pytest.mark.parametrize("at", AT)
def test_what_is_old_or_only_spoken_of_leads_no_card(at, words):
    first = summary(at(note(words)))
    assert CAUSE not in first
    assert DEFICIT not in first


@pytest.mark.parametrize(("words", "said"), TOLD)
def test_a_note_at_what_was_handed_over_these_days_leads(words, said):
    handed = dispensed(LOSARTAN, days=1, number="n", note=[{"text": words}])
    assert said in summary(handed)


def test_a_note_at_an_old_cancer_leads_with_nothing_but_its_own_words():
    said = summary(problem("C50.911", number="n", days=7000, note=note("Wound dry.")))
    assert DEFICIT not in said
    assert said == summary(problem("C50.911", number="n", days=7000))


def test_a_note_at_an_entry_made_in_error_leads_nothing():
    void = drug("losartan", number="n", status="entered-in-error")
    assert DEFICIT not in summary(void | {"note": note("New foot drop left")})
