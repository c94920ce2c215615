"""A status that contradicts itself, or is of no known system."""

from typing import Any

import pytest

from cds_service.fhir.certainty import certainty_of
from tests.chart_builders import problem
from tests.codes import CLINICAL, GM, ICD, codeable
from tests.patients.reassuring import cards_of, dated, end_is_selected

STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
STU3 = "http://hl7.org/fhir/condition-ver-status"
FOREIGN = "urn:oid:1.2.3"
# of ICD-10-GM: G is confirmed
CERTAIN = {
    "url": "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit",
    "valueCoding": {"code": "G"},
}
BELOW = "below the usual"


def metastasis(*codes: tuple[str, str], words: str = "") -> dict[str, Any]:
    status: dict[str, Any] = {
        "coding": [{"system": system, "code": code} for system, code in codes]
    }
    if words:
        status["text"] = words
    return problem(
        "x", number="g", code=codeable(ICD, "C79.51"), verificationStatus=status
    )


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            metastasis((STATUS, "refuted"), (STATUS, "confirmed")), id="two codes"
        ),
        pytest.param(
            metastasis((STATUS, "refuted"), words="Confirmed"), id="code and words"
        ),
        pytest.param(
            metastasis((STATUS, "entered-in-error"), words="Confirmed"),
            id="an error, confirmed",
        ),
        pytest.param(
            metastasis((STATUS, "refuted"), (STATUS, "provisional")), id="a suspicion"
        ),
        pytest.param(metastasis((FOREIGN, "refuted")), id="a foreign system"),
        pytest.param(
            metastasis((STATUS, "refuted"), (FOREIGN, "confirmed")),
            id="confirmed by another system",
        ),
        pytest.param(
            metastasis((STATUS, "refuted"), words="To be discussed"), id="other words"
        ),
        pytest.param(
            metastasis((STATUS, "refuted")) | {"extension": [CERTAIN]},
            id="a certainty of ICD-10-GM",
        ),
    ],
)
def test_a_status_that_is_not_understood_rules_nothing_out(
    entry: dict[str, Any],
) -> None:
    cards = cards_of(entry)
    assert BELOW not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(metastasis((STATUS, "refuted")), id="refuted"),
        pytest.param(metastasis((STU3, "refuted")), id="refuted in STU3"),
        pytest.param(metastasis((STATUS, "refuted"), words="Refuted"), id="with words"),
        pytest.param(metastasis((STATUS, "entered-in-error")), id="in error"),
        pytest.param(
            metastasis((STATUS, "refuted"), (FOREIGN, "7")), id="with a local code"
        ),
    ],
)
def test_a_status_that_denies_rules_out(entry: dict[str, Any]) -> None:
    cards = cards_of(entry)
    assert BELOW in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


def deficit(*codes: tuple[str, str], words: str | None = None) -> dict[str, Any]:
    """Return a paraplegia of 60 days ago with this clinical status."""
    status: dict[str, Any] = {
        "coding": [{"system": system, "code": code} for system, code in codes],
        "text": words,
    }
    said = {name: value for name, value in status.items() if value}
    return dated(codeable(ICD, "G82.20"), days=60, clinicalStatus=said)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            deficit((CLINICAL, "resolved"), (CLINICAL, "active")), id="two codes"
        ),
        pytest.param(deficit((CLINICAL, "resolved"), words="Active"), id="words"),
        pytest.param(deficit((FOREIGN, "resolved")), id="a foreign system"),
        pytest.param(
            deficit((CLINICAL, "inactive"), (FOREIGN, "active")), id="foreign, active"
        ),
    ],
)
def test_what_may_go_on_is_not_over(entry: dict[str, Any]) -> None:
    card = cards_of(entry)["rehabilitation"]
    assert BELOW not in card["detail"]
    assert "deficit not excluded" in card["detail"]


def test_what_is_over_by_its_status_is_over() -> None:
    over = deficit((CLINICAL, "resolved"), (FOREIGN, "7"), words="Resolved")
    assert BELOW in cards_of(over)["rehabilitation"]["detail"]


def test_an_infection_that_is_also_called_active_leads_as_an_active_one() -> None:
    status = {
        "coding": [
            {"system": CLINICAL, "code": "resolved"},
            {"system": CLINICAL, "code": "active"},
        ]
    }
    infection = dated(codeable(ICD, "M46.46"), days=100, clinicalStatus=status)
    summary = cards_of(infection)["rehabilitation"]["summary"]
    assert summary.startswith("Spinal infection")


def excluded(letter: str, status: str) -> dict[str, Any]:
    """Return a myeloma with a German letter of certainty and a FHIR status."""
    entry = problem(
        "x",
        number="g",
        code=codeable(GM, "C90.00"),
        verificationStatus=codeable(STATUS, status),
    )
    entry["code"]["coding"][0]["extension"] = [
        {**CERTAIN, "valueCoding": {"code": letter}}
    ]
    return entry


@pytest.mark.parametrize("status", ["confirmed", "provisional", "refuted"])
def test_german_exclusion_denies_whatever_the_status(status: str) -> None:
    assert certainty_of(excluded("A", status)) == "denied"


@pytest.mark.parametrize(
    ("letter", "status", "certainty"),
    [
        ("V", "confirmed", "doubted"),
        ("G", "confirmed", "stated"),
        ("G", "refuted", "doubted"),
        ("Z", "confirmed", "past"),
    ],
)
def test_german_letter_next_to_a_status(
    letter: str, status: str, certainty: str
) -> None:
    assert certainty_of(excluded(letter, status)) == certainty


def test_german_letters_that_differ_leave_it_open() -> None:
    entry = excluded("A", "confirmed")
    entry["extension"] = [CERTAIN]
    assert certainty_of(entry) == "doubted"
