"""The state of bone drugs, and a long steroid, as signals."""

from datetime import date
from typing import get_args

import pytest

from cds_service.core.drugs.drug_states import DrugSignal
from cds_service.core.findings import BoneDrugs, Provenance
from tests.fact_builders import day, drug_use, facts, finding, signals_of

FRACTURED = date(2026, 10, 15)
SOURCE = Provenance(
    "MedicationStatement/1",
    "fhir",
    "",
    "on the medication list",
    "findings/bone-drug.toml",
)


def with_drugs(*uses, fractured=None):
    """Findings with these drugs, and the day of the fracture if it is given."""
    found = facts()
    known = dict(found.known)
    if fractured:
        known["index-fracture"] = finding(
            "prior-vertebral-fracture", True, observed=fractured
        )
    return type(found)(known, found.gaps, bone_drugs=BoneDrugs(uses=uses, entries=9))


def test_a_state_is_one_signal_with_its_evidence_and_words():
    use = drug_use("denosumab", last_dose=day(date(2026, 3, 9)), provenance=(SOURCE,))
    found = signals_of(with_drugs(use))
    assert found.keys() & set(get_args(DrugSignal)) == {"denosumab-overdue"}
    signal = found["denosumab-overdue"]
    assert signal.evidence[0].provenance == (SOURCE,)
    assert signal.words["last"] == "9 Mar 2026"
    assert (signal.words["drug"], signal.words["Drug"]) == ("denosumab", "Denosumab")
    assert (signal.words["month"], signal.words["followed"]) == (
        "Mar 2026",
        "nothing found since Mar 2026",
    )


def test_the_day_of_the_present_fracture_is_a_finding():
    found = signals_of(
        with_drugs(drug_use(started=day(date(2026, 11, 3))), fractured=FRACTURED)
    )
    assert found["drug-started-for-fracture"].words["started"] == "3 Nov"


@pytest.mark.parametrize(
    ("start", "because"),
    [
        pytest.param(date(2024, 3, 1), "prednisone since 2024", id="years"),
        pytest.param(date(2026, 3, 1), "prednisone since Mar 2026", id="months"),
        pytest.param(None, "long-term prednisone", id="a state of the problem list"),
    ],
)
def test_a_steroid_of_three_months_says_since_when(start, because):
    taken = finding("long-term-steroid", True, observed=start)
    signals = signals_of(facts({}, steroid=taken._replace(label="prednisone")))
    assert signals["steroid-three-months"].because == because
