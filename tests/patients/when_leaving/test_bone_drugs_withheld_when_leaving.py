"""Nobody is told not to miss a dose that the record withholds."""

import pytest

from tests.chart_builders import Asked, days_ago, of_patient
from tests.codes import ATC, codeable
from tests.patients.inpatients import chart, coded, given, medication, statement
from tests.patients.leaving import (
    SERVICE,
    act_ordered,
    appointment,
    discharge,
    everything_arranged,
    kyphoplasty_done,
)

ASKED = Asked()
DRUG = codeable(ATC, "M05BX04", "Denosumab")
WITHHELD = "denosumab perhaps withheld or changed (19 Nov). Does it go on?"


def leave_with(*record):
    """Return the summaries, and the drug whose next dose the page names."""
    charted = chart(
        coded("M80.08XA", days=20),
        kyphoplasty_done(),
        *everything_arranged(),
        given("denosumab", "M05BX04", 145),
        medication("denosumab", "M05BX04", 600),
        appointment("Denosumab injection", day="2026-12-28", number="dose"),
        *record,
    )
    shown = len(ASKED.log.entries)
    body = discharge(charted)
    answer = ASKED.client.post(f"/cds-services/{SERVICE}", json=body)
    summaries = [card["summary"] for card in answer.get_json()["cards"]]
    entries = ASKED.log.entries[shown:]
    return summaries, entries[-1].content["handout"].get("drug") if entries else None


def order(days=1, **members):
    said = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": DRUG,
        "authoredOn": days_ago(days),
    }
    return of_patient("MedicationRequest", f"mr-{days}", **said | members)


def diagnosis(words):
    return of_patient(
        "Condition",
        "against",
        clinicalStatus=codeable(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
        ),
        code={"text": words},
        recordedDate=days_ago(300),
        onsetDateTime=days_ago(300),
    )


def test_a_dose_that_is_booked_is_named():
    assert leave_with() == ([], "denosumab")


@pytest.mark.parametrize(
    "members",
    [
        {"doNotPerform": True},
        {"status": "stopped"},
        {"status": "on-hold"},
        {"status": "cancelled"},
    ],
)
def test_the_newest_order_of_the_drug_withholds_it(members):
    summaries, drug = leave_with(order(**members))
    assert [one.endswith(WITHHELD) for one in summaries] == [True]
    assert drug is None


@pytest.mark.parametrize(
    "words",
    [
        "Hold denosumab until calcium normal",
        "Switch denosumab to zoledronate",
        "Denosumab absetzen",
        "Arrêter le dénosumab",
        "デノスマブ中止",
        "Denosumab not before January",
        "Denosumab only after dental clearance",
    ],
)
def test_an_order_in_words_withholds_it(words):
    summaries, drug = leave_with(act_ordered(words))
    assert drug is None
    assert len(summaries) == 1
    assert "denosumab perhaps withheld or changed" in summaries[0]


@pytest.mark.parametrize("words", ["Denosumab allergy", "Denosumab-Unverträglichkeit"])
def test_a_drug_that_was_not_tolerated_is_asked_about(words):
    summaries, drug = leave_with(diagnosis(words))
    assert drug is None
    assert "denosumab perhaps not tolerated" in summaries[0]


@pytest.mark.parametrize(
    "words", ["Exposed bone in jaw", "Freiliegender Kieferknochen"]
)
def test_bone_in_the_mouth_is_a_harm_of_the_drug(words):
    assert leave_with(diagnosis(words))[1] is None


@pytest.mark.parametrize(
    "record",
    [
        pytest.param((order(500, status="stopped"),), id="renewed since"),
        pytest.param(
            (order(status="stopped"), order(0)), id="written anew on the next day"
        ),
        pytest.param((order(status="completed"),), id="carried out"),
    ],
)
def test_an_older_order_withholds_nothing(record):
    assert leave_with(*record) == ([], "denosumab")


@pytest.mark.parametrize(
    "words",
    [
        "Denosumab injection",
        "Denosumab monitoring",
        "Dental check before denosumab",
        "Continue denosumab",
        "Book next Prolia",
        "Denosumab injection due",
        "Next Prolia 28 December",
        "Denosumab due 28.12.2026",
        "Do not miss denosumab",
        "Bone densitometry, on denosumab",
    ],
)
def test_an_order_that_gives_or_checks_it_withholds_nothing(words):
    assert leave_with(act_ordered(words)) == ([], "denosumab")


@pytest.mark.parametrize("words", ["Osteoporosis on denosumab", "Penicillin allergy"])
def test_nor_does_a_diagnosis_that_names_it(words):
    assert leave_with(diagnosis(words))[1] == "denosumab"


OFF = [
    *("Hold denosumab", "Stop Prolia", "Defer denosumab", "Postpone next Prolia"),
    *("Delay Prolia until dental work", "Denosumab verschieben", "Prolia pausieren"),
    *("Reporter le dénosumab", "Aplazar Prolia", "Rinviare denosumab"),
    *("Prolia uitstellen", "Odroczyć denosumab", "デノスマブ延期", "推迟地舒单抗"),
    "프롤리아 연기",
]


def stated(words="", **members):
    said = {
        "status": "active",
        "medicationCodeableConcept": DRUG,
        "effectivePeriod": {"start": days_ago(600)},
        "note": [{"text": words}] if words else None,
    }
    return of_patient("MedicationStatement", "stated", **said | members)


@pytest.mark.parametrize("words", OFF)
@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(stated, id="statement"),
        pytest.param(lambda words: order(note=[{"text": words}]), id="prescription"),
        pytest.param(
            lambda words: appointment(words, day="2026-12-10", number="off"),
            id="visit",
        ),
        pytest.param(
            lambda words: appointment(
                "Clinic", day="2026-12-10", number="off", description=words
            ),
            id="description of a visit",
        ),
        pytest.param(
            lambda words: coded("M81.0", days=100, note=[{"text": words}]),
            id="note at a diagnosis",
        ),
    ],
)
def test_known_words_of_any_entry_withhold_it(entry, words):
    summaries, drug = leave_with(entry(words))
    assert drug is None
    assert "denosumab perhaps withheld or changed" in summaries[0]


@pytest.mark.parametrize(
    "words", ["Hold until calcium normal", "Paused for dental work", "pausiert", "保留"]
)
def test_in_its_own_entry_they_need_not_name_it(words):
    assert leave_with(stated(words))[1] is None


@pytest.mark.parametrize("status", ["stopped", "on-hold", "not-taken"])
def test_a_statement_that_it_is_not_taken_withholds_it(status):
    summaries, drug = leave_with(stated(status=status, dateAsserted=days_ago(1)))
    assert [one.endswith(WITHHELD) for one in summaries] == [True]
    assert drug is None


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(order(status="stopped", authoredOn="19.11.2026"), id="order"),
        pytest.param(stated(effectivePeriod={"start": "19.11.2026"}), id="statement"),
    ],
)
def test_so_does_an_entry_of_it_whose_day_is_no_date(entry):
    summaries, drug = leave_with(entry)
    assert drug is None
    assert "denosumab perhaps withheld or changed" in summaries[0]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(stated("Do not stop"), id="not to stop"),
        pytest.param(stated("Hold if calcium < 2.0"), id="on a condition"),
        pytest.param(stated("s.c. every 6 months, with calcium"), id="plain"),
        pytest.param(stated("Given by GP, next due December"), id="due"),
        pytest.param(
            stated(status="stopped", dateAsserted=days_ago(400)), id="taken since"
        ),
        pytest.param(
            coded("M81.0", days=700, note=[{"text": "Denosumab deferred"}]), id="old"
        ),
        pytest.param(
            coded("M81.0", days=100, note=[{"text": "Never skip denosumab"}]),
            id="never to skip",
        ),
        pytest.param(
            appointment("Hold aspirin; clinic", day="2026-12-10", number="off"),
            id="another drug",
        ),
    ],
)
def test_ordinary_words_withhold_nothing(entry):
    assert leave_with(entry) == ([], "denosumab")


def operation_noted(words):
    return of_patient(
        "Procedure",
        "noted",
        status="completed",
        code={"text": "Wound check"},
        performedDateTime=days_ago(1),
        note=[{"text": words}],
    )


@pytest.mark.parametrize(
    "words",
    [
        "denosumab discontinued in 2019",
        "Denosumab abgesetzt 2019",
        "Prolia stopped 2021",
    ],
)
def test_what_was_stopped_years_ago_withholds_nothing(words):
    summaries, _ = leave_with(operation_noted(words))
    assert not any("withheld" in one for one in summaries)


@pytest.mark.parametrize("words", ["Denosumab paused since 2025", "Prolia on hold"])
def test_what_lasts_since_withholds_it(words):
    summaries, _ = leave_with(operation_noted(words))
    assert any("withheld" in one for one in summaries)


def test_when_to_take_it_withholds_nothing():
    summaries, _ = leave_with(
        order(dosageInstruction=[{"text": "Stop before breakfast"}])
    )
    assert not any("withheld" in one for one in summaries)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Denosumab declined",
            "Patient refuses denosumab",
            "Denosumab contraindicated",
        ),
        *("Denosumab changed to teriparatide", "Denosumab: wait for dentist", "ONJ"),
        *("Kein Denosumab", "Denosumab abgelehnt", "Pas de dénosumab", "Sin denosumab"),
        *("Rifiuta denosumab", "Denosumab niet geven", "Odmowa denosumabu"),
        *("不用地舒单抗", "데노수맙 투여 금지", "Drug holiday", "Rash after Prolia"),
    ],
)
def test_what_is_declined_or_forbidden_is_not_to_be_given(words):
    entries = [
        stated(words),
        diagnosis(words) | {"recordedDate": days_ago(60)},
        appointment("Clinic", day="2026-12-04", number="clinic", comment=words),
    ]
    for entry in entries:
        summaries, drug = leave_with(entry)
        assert summaries
        assert drug is None


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Denosumab tolerated well",
            "No allergy to denosumab",
            "Risk of ONJ explained",
        ),
        *(
            "Alendronate replaced by denosumab",
            "Denosumab, zoledronate contraindicated",
        ),
        *(
            "Statin declined",
            "Prolia weiter beim Hausarzt",
            "No denosumab side effects",
        ),
    ],
)
def test_another_drug_that_is_declined_withholds_nothing(words):
    assert leave_with(stated(words)) == ([], "denosumab")


def told(words, days=1):
    """A note of these words at an old diagnosis."""
    note = {"text": words, "time": days_ago(days)}
    return diagnosis("Osteoporosis") | {"note": [note]}


@pytest.mark.parametrize(
    "words",
    [
        "Skip December dose of denosumab",
        "Denosumab: no further doses",
        "Change to zoledronate",
        "Switching to zoledronate in December",
        "Denosumab quit",
        "Previous denosumab",
        "She no longer wants Prolia",
        "Plan zoledronate instead of denosumab",
        "Off denosumab since May",
        "started alendronate last week",
        "Alendronat seit 11/2026",
    ],
)
def test_words_that_end_or_replace_a_drug_withhold_its_dose(words):
    summaries, drug = leave_with(told(words))
    assert [one.endswith(WITHHELD) for one in summaries] == [True]
    assert drug is None


@pytest.mark.parametrize(
    "words", ["skip December dose", "no further doses", "keine weiteren Gaben"]
)
def test_so_do_words_in_the_order_of_the_drug_itself(words):
    (summary,) = leave_with(order(note=[{"text": words}]))[0]
    assert summary.endswith(WITHHELD)


@pytest.mark.parametrize(
    "words",
    [
        "Denosumab since 2023",
        "Previously alendronate, now denosumab",
        "Previous zoledronate 2019",
        "Changed from alendronate to denosumab 2024",
        "Denosumab instead of alendronate since 2024",
        "Consider change to zoledronate after 5 years",
        "previous dose of denosumab July",
        "Letzte Prolia-Gabe im Juli",
        "Alendronate until 2022",
        "Denosumab dose in December",
    ],
)
def test_ordinary_words_of_the_drug_do_not(words):
    assert leave_with(told(words)) == ([], "denosumab")


def test_another_bone_drug_begun_since_the_dose_asks_which_goes_on():
    begun = statement("alendronate", "M05BA04", 10)
    summaries, drug = leave_with(begun)
    assert ["perhaps withheld or changed" in one for one in summaries] == [True]
    assert drug is None


def test_a_dose_ordered_for_a_month_is_given():
    booked = act_ordered("Denosumab injection in December")
    assert leave_with(booked) == ([], "denosumab")
