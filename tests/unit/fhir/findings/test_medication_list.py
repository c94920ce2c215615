"""Yes/no from drugs: by code, by name as the last resort, within the months that each drug counts."""

from datetime import date

import pytest

from tests.builders import (
    coded,
    condition,
    dose,
    findings_of,
    prescription,
    statement,
)
from tests.codes import ATC, RXNORM

ALENDRONATE = coded("904419", RXNORM, text="Alendronic acid 10 MG Oral Tablet")
ZOLEDRONATE = coded("M05BA08", ATC)
DENOSUMAB = coded("M05BX04", ATC)
PREDNISONE = coded("8640", RXNORM, text="prednisone 10 MG Oral Tablet")
OTHER = coded("C08CA01", ATC, text="Amlodipine 5 mg")


def within(medication):
    contained = [{"resourceType": "Medication", "id": "m", **medication}]
    return prescription(medicationReference={"reference": "#m"}, contained=contained)


NAMED = {
    "ALENDRONATE": ALENDRONATE,
    "ZOLEDRONATE": ZOLEDRONATE,
    "DENOSUMAB": DENOSUMAB,
    "PREDNISONE": PREDNISONE,
}


@pytest.mark.parametrize(
    "drug",
    [
        ALENDRONATE,
        coded("M05BB03", system=ATC),
        coded("H05AA02", system=ATC),
        coded("46041", system=RXNORM),
        coded("999999", system=RXNORM, display="Fosamax 70 MG Oral Tablet"),
        {"text": "Alendronate 70 mg weekly"},
    ],
)
def test_a_bone_drug_is_found_by_code_class_or_name(drug):
    found = findings_of(prescription(drug)).known["bone-drug"]
    assert found.value is True
    assert found.provenance[0].printed == "on the medication list since 1 Oct 2026"


@pytest.mark.parametrize(
    ("name", "resources", "value"),
    [
        pytest.param(
            "bone-drug",
            [
                prescription(
                    None,
                    medicationReference={
                        "reference": "Medication/x",
                        "display": "Alendronate 70 mg",
                    },
                )
            ],
            True,
            id="named by a reference",
        ),
        pytest.param(
            "bone-drug", [within({"code": ALENDRONATE})], True, id="contained"
        ),
        pytest.param(
            "bone-drug",
            [
                within(
                    {
                        "ingredient": [
                            {"itemCodeableConcept": coded("46041", system=RXNORM)}
                        ]
                    }
                )
            ],
            True,
            id="an ingredient",
        ),
        pytest.param(
            "bone-drug",
            [prescription(ALENDRONATE, on="2026-10-01", status="active")],
            True,
            id="prescribed",
        ),
        pytest.param(
            "bone-drug",
            [prescription(ALENDRONATE, on="2026-10-01", status="completed")],
            True,
            id="prescribed and completed",
        ),
        pytest.param(
            "bone-drug",
            [prescription(ALENDRONATE, on="2026-10-01", status="stopped")],
            False,
            id="prescribed and stopped",
        ),
        pytest.param(
            "bone-drug",
            [prescription(ALENDRONATE, on="2026-10-01", status="on-hold")],
            False,
            id="prescribed and on hold",
        ),
        # an infusion counts on after its prescription was stopped
        pytest.param(
            "bone-drug",
            [
                dose(ZOLEDRONATE, on="2026-01-10"),
                prescription(ZOLEDRONATE, on="2026-01-10", status="stopped"),
            ],
            True,
            id="given, its prescription stopped",
        ),
        pytest.param(
            "bone-drug",
            [prescription(ALENDRONATE, status="entered-in-error")],
            False,
            id="entered in error",
        ),
        # US Core 6.1, MedicationRequest: a reported medication has the intent `plan`
        pytest.param(
            "bone-drug",
            [prescription(ALENDRONATE, intent="plan", reportedBoolean=True)],
            True,
            id="reported",
        ),
        pytest.param(
            "bone-drug",
            [statement(ALENDRONATE, effectivePeriod={"start": "2020-01-01"})],
            True,
            id="stated",
        ),
        pytest.param(
            "bone-drug",
            [
                statement(
                    ALENDRONATE,
                    effectivePeriod={"start": "2020-01-01", "end": "2021-01-01"},
                )
            ],
            False,
            id="stated until 2021",
        ),
        pytest.param("steroid-use", [prescription(PREDNISONE)], True, id="prednisone"),
        pytest.param(
            "steroid-use",
            [prescription(coded("H02AB06", system=ATC))],
            True,
            id="a steroid by its class",
        ),
        pytest.param(
            "steroid-use",
            [prescription({"text": "Methylprednisolone 8 mg tablet"})],
            True,
            id="a steroid in words",
        ),
        # steroids that act where they are applied
        pytest.param(
            "steroid-use",
            [prescription({"text": "Hydrocortisone 1 % cream"})],
            False,
            id="a cream",
        ),
        pytest.param(
            "steroid-use",
            [prescription({"text": "Dexamethasone eye drops"})],
            False,
            id="eye drops",
        ),
        pytest.param(
            "steroid-use",
            [prescription({"text": "Triamcinolone oral paste"})],
            False,
            id="a paste",
        ),
        pytest.param(
            "steroid-use",
            [prescription({"text": "Triamcinolone intra-articular"})],
            False,
            id="into a joint",
        ),
        pytest.param(
            "steroid-use",
            [prescription({"text": "Fludrocortisone 0.1 mg"})],
            False,
            id="fludrocortisone",
        ),
        pytest.param(
            "steroid-use",
            [prescription(coded("R03BA02", system=ATC, text="Budesonide inhaler"))],
            False,
            id="an inhaler",
        ),
        pytest.param(
            "steroid-use",
            [
                prescription(
                    coded("5492", system=RXNORM, text="hydrocortisone"),
                    dosageInstruction=[{"route": {"text": "Topical"}}],
                )
            ],
            False,
            id="a topical route",
        ),
        # around an operation
        pytest.param(
            "steroid-use",
            [dose(coded("H02AB02", system=ATC), on="2026-11-10")],
            False,
            id="around an operation",
        ),
        # a state of the problem list, without a drug
        pytest.param(
            "steroid-use", [condition("Z79.52")], True, id="a state of the list"
        ),
        # a standing prescription does not replace a dose; another bone drug since ends the gap
        pytest.param(
            "denosumab-overdue",
            [
                prescription(DENOSUMAB, on="2025-02-01"),
                dose(DENOSUMAB, on="2026-02-01"),
            ],
            True,
            id="overdue with a prescription",
        ),
        pytest.param(
            "denosumab-overdue",
            [dose(DENOSUMAB, on="2026-01-10"), dose(ZOLEDRONATE, on="2026-07-01")],
            False,
            id="zoledronate since",
        ),
        pytest.param(
            "denosumab-overdue",
            [
                dose(DENOSUMAB, on="2026-01-10"),
                statement(ALENDRONATE, effectivePeriod={"start": "2026-07-01"}),
            ],
            False,
            id="alendronate taken since",
        ),
        pytest.param(
            "denosumab-overdue",
            [
                dose(DENOSUMAB, on="2026-01-10"),
                prescription(ALENDRONATE, on="2026-07-01"),
            ],
            True,
            id="alendronate prescribed since",
        ),
        pytest.param(
            "denosumab-overdue",
            [dose(DENOSUMAB, on="2026-01-10"), dose(ZOLEDRONATE, on="2025-09-01")],
            True,
            id="zoledronate before",
        ),
        pytest.param("denosumab-overdue", [], False, id="never given"),
    ],
)
def test_what_a_list_says_of_a_drug(name, resources, value):
    """Yes, or no of a list that was read and is not empty."""
    assert findings_of(*resources, prescription(OTHER)).known[name].value is value


@pytest.mark.parametrize(
    "meant",
    [
        prescription(ALENDRONATE, status="cancelled"),
        prescription(ALENDRONATE, status="draft"),
        prescription(ALENDRONATE, intent="proposal"),
        prescription(ALENDRONATE, intent="option"),
        statement(ALENDRONATE, status="intended"),
        statement(ALENDRONATE, status="not-taken"),
    ],
)
def test_a_drug_that_was_only_meant_is_no_no(meant):
    found = findings_of(meant, prescription(OTHER))
    assert "whether it is taken" in found.gaps["bone-drug"].detail


@pytest.mark.parametrize("name", ["bone-drug", "steroid-use"])
@pytest.mark.parametrize(
    "unread",
    [
        statement({"text": "Vendrizol 5 mg"}, status="unknown"),
        prescription({"text": "Vendrizol 5 mg"}, on="2026-01-10", status="unknown"),
    ],
)
def test_a_drug_nobody_knows_of_an_unknown_status_may_be_taken_on(name, unread):
    if unread["resourceType"] == "MedicationStatement":
        unread = unread | {"effectivePeriod": {"start": "2026-01-10"}}
    found = findings_of(unread, prescription(OTHER))
    assert name in found.gaps


def test_a_drug_nobody_knows_of_an_unknown_status_may_be_over():
    period = {"start": "2024-01-10", "end": "2024-01-20"}
    unread = {"text": "Vendrizol 5 mg"}
    entry = statement(unread, status="unknown", effectivePeriod=period)
    found = findings_of(entry, prescription(OTHER))
    assert found.known["steroid-use"].value is False


def test_a_prohibition_does_not_say_what_is_taken():
    forbidden = prescription(ALENDRONATE, doNotPerform=True)
    found = findings_of(forbidden, prescription(OTHER))
    assert "forbidden" in found.gaps["bone-drug"].detail


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        pytest.param(
            "steroid-use",
            statement(coded("H02AB06", system=ATC), status="completed"),
            id="a steroid stated",
        ),
        pytest.param(
            "steroid-use",
            prescription(PREDNISONE, on=None, status="completed"),
            id="a steroid prescribed",
        ),
        pytest.param(
            "bone-drug",
            statement(ZOLEDRONATE, status="stopped"),
            id="a bone drug stopped",
        ),
    ],
)
def test_what_was_taken_on_a_day_that_is_not_recorded_is_no_no(name, entry):
    assert (
        "when it was taken" in findings_of(entry, prescription(OTHER)).gaps[name].detail
    )


@pytest.mark.parametrize(
    "later",
    [
        prescription(DENOSUMAB, on="2026-11-01", status="stopped"),
        prescription(DENOSUMAB, on="2026-11-01", status="on-hold"),
        statement(
            DENOSUMAB,
            status="stopped",
            effectivePeriod={"start": "2024-01-01", "end": "2026-11-17"},
        ),
        statement(DENOSUMAB, dateAsserted="2026-11-18"),
        statement(DENOSUMAB, status="completed", dateAsserted="2026-11-18"),
        prescription(ALENDRONATE, on="2018-01-01"),
    ],
)
def test_what_was_ended_or_only_asserted_or_never_taken_off_is_no_later_dose(later):
    found = findings_of(dose(DENOSUMAB, "2026-02-13"), later).known["denosumab-overdue"]
    assert (found.value, found.observed) == (True, date(2026, 2, 13))


def steroid_said(**more):
    """What a prescription of prednisone of 1 October 2026 leaves of steroid use."""
    outcome = findings_of(prescription(PREDNISONE, **more))
    known = outcome.known.get("steroid-use")
    return known.value if known else outcome.gaps["steroid-use"].detail


FIVE_DAYS = {"text": "Take 2 tablets by mouth daily for 5 days"}
OVER = (
    "on the medication list; its course is over, whether it is still taken is not"
    " recorded"
)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({"dosageInstruction": [FIVE_DAYS]}, OVER, id="five-days"),
        pytest.param(
            {"dosageInstruction": [{"text": "40 mg daily for 12 weeks"}]},
            True,
            id="twelve-weeks",
        ),
        pytest.param(
            {"dosageInstruction": [{"text": "40 mg for 5 days, then 10 mg daily"}]},
            True,
            id="goes-on",
        ),
        pytest.param(
            {"dosageInstruction": [FIVE_DAYS, {"text": "10 mg daily"}]},
            True,
            id="second-dosage-goes-on",
        ),
        pytest.param(
            {
                "dosageInstruction": [FIVE_DAYS],
                "note": [{"text": "continue at 5 mg until seen"}],
            },
            True,
            id="note-goes-on",
        ),
        pytest.param(
            {"dosageInstruction": [FIVE_DAYS | {"patientInstruction": "may repeat"}]},
            True,
            id="patient-may-repeat",
        ),
        pytest.param(
            {"dosageInstruction": [{"text": "40 mg daily for 5 days, as needed"}]},
            True,
            id="as-needed",
        ),
    ],
)
def test_a_steroid_ends_by_the_words_of_its_dosage(more, expected):
    assert steroid_said(**more) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Prednisolone - weaned off January 2026", None),
        ("Prednisolon, im Mai ausgeschlichen", None),
        ("Prednisone - weaning off slowly", True),
        ("Prednisone 50 mg PO 13h, 7h and 1h before CT contrast", False),
        ("Prednisone 5 mg once", True),
        ("Prednisone 5 mg 1x1", True),
    ],
)
def test_the_name_of_a_steroid_may_say_that_it_is_over(name, expected):
    found = findings_of(prescription({"text": name}, on="2026-11-02")).known
    value = found["steroid-use"].value if "steroid-use" in found else None
    assert value is expected


@pytest.mark.parametrize(
    ("name", "is_open"),
    [
        ("Alendronic acid - DO NOT PRESCRIBE, oesophageal stricture", True),
        ("Alendronat: nicht verordnen", True),
        ("Alendronate 70 mg weekly", False),
    ],
)
def test_a_bone_drug_that_is_not_to_be_prescribed_is_not_taken(name, is_open):
    raw = {
        "resourceType": "MedicationStatement",
        "id": "m",
        "subject": {"reference": "Patient/pat-1"},
        "status": "active",
        "medicationCodeableConcept": {"text": name},
        "effectiveDateTime": "2026-11-02",
    }
    found = findings_of(raw).known
    assert ("bone-drug" not in found) is is_open


def test_five_days_in_words_are_no_long_course():
    order = prescription(PREDNISONE, on="2026-06-01")
    assert findings_of(order).known["long-term-steroid"].value is True
    short = prescription(PREDNISONE, on="2026-06-01", dosageInstruction=[FIVE_DAYS])
    assert "long-term-steroid" not in findings_of(short).known
