"""A Z-score, a heel or an old value that only what is around the number gives away."""

import pytest

from tests.chart_builders import days_ago, measured, of_patient
from tests.codes import LOINC, codeable
from tests.patients.reassuring import card_of, first_card

ULTRASOUND = {
    "resourceType": "Device",
    "id": "d",
    "deviceName": [{"name": "Achilles ultrasound", "type": "user-friendly-name"}],
}


def scored(value=-1.5, **members):
    """Return the card next to this T-score alone."""
    return first_card(measured("bmd-t-score", value, **members), measured("bmi", 27))


def noted(words):
    return scored(note=[{"text": words}])


def density(value, unit, **members):
    """Return a value of today under the code of a density."""
    said = {
        "status": "final",
        "code": codeable(LOINC, members.pop("code", "46278-8")),
        "effectiveDateTime": days_ago(2),
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
    }
    return of_patient("Observation", "density", **said | members)


def unknown(card):
    return card["detail"].partition("**Not known:**")[2]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"method": {"text": "Z-score"}}, id="method"),
        pytest.param({"bodySite": {"text": "Z-score L1-L4"}}, id="body site"),
        pytest.param({"interpretation": [{"text": "Z-score"}]}, id="interpretation"),
        pytest.param({"device": {"display": "DXA Z-score"}}, id="device"),
    ],
)
def test_a_z_score_by_its_method_or_site_is_no_t_score(members):
    card = scored(**members)
    assert "T −1.5" not in card["summary"]
    assert "a Z-score, compared with people of the same age" in unknown(card)
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "words", ["Z-score", "Z-score -1.5", "L1-L4 Z-score", "Z-Score −1,5", "Z值"]
)
def test_a_note_that_calls_it_a_z_score_reassures_nobody(words):
    assert "below" not in noted(words)["detail"]


@pytest.mark.parametrize(
    "words", ["Z-score -0.3", "T-score -1.5, Z-score -0.3", "Z-score 0.2"]
)
def test_a_note_that_gives_the_z_score_as_well_changes_nothing(words):
    assert "below the usual" in noted(words)["detail"]


@pytest.mark.parametrize(
    "words",
    [
        *("L3 fracture", "L1 L2 L3 fractures", "fractures", "L1-L4, L1 fractured"),
        *("critical abnormal low", "DXA of 2015", "DXA 2019"),
    ],
)
def test_a_note_of_a_fracture_or_of_another_year_reassures_nobody(words):
    card = noted(words)
    assert "T −1.5" in card["summary"]
    assert "below" not in card["detail"]


def test_a_note_of_the_value_s_own_year_changes_nothing():
    assert "below the usual" in noted(f"DXA {days_ago(10)[:4]}")["detail"]


def test_a_value_that_its_code_calls_critical_reassures_nobody():
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    card = scored(interpretation=[codeable(system, "LL")])
    assert "below" not in card["detail"]


def test_a_value_that_was_reported_years_before_its_day_is_named():
    card = scored(issued="2015-11-19T10:00:00Z")
    assert "reported before the day that it gives" in unknown(card)
    assert "below" not in card["detail"]


def test_a_value_that_was_reported_after_its_day_counts():
    assert "below the usual" in scored(issued=f"{days_ago(2)}T10:00:00Z")["detail"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(
            {"device": {"reference": "#d"}, "contained": [ULTRASOUND]}, id="device"
        ),
        pytest.param({"basedOn": [{"display": "heel ultrasound"}]}, id="order"),
        pytest.param({"partOf": [{"display": "heel ultrasound"}]}, id="procedure"),
    ],
)
def test_an_ultrasound_of_the_heel_by_its_device_or_order_is_no_dxa(members):
    card = scored(**members)
    assert "T −1.5" not in card["summary"]
    assert "by ultrasound, not DXA" in unknown(card)
    assert "below" not in card["detail"]


def test_a_scanner_inside_the_value_changes_nothing():
    scanner = {"resourceType": "Device", "id": "d", "modelNumber": "Lunar iDXA"}
    card = scored(device={"reference": "#d"}, contained=[scanner])
    assert "below the usual" in card["detail"]


@pytest.mark.parametrize(
    "value",
    [
        *(
            pytest.param(density(-3.4, "{T-score}", code=code), id=f"in {code}")
            for code in ("46278-8", "24701-5", "24890-6", "46383-6", "38269-7")
        ),
        pytest.param(density(-3.4, "{T-score}", code="80936-8"), id="in a Z-score"),
        pytest.param(density(-3.4, "1"), id="no unit"),
        pytest.param(density(0.6, "g/cm2", note=[{"text": "T-score -3.4"}]), id="note"),
        pytest.param(
            density(0.6, "g/cm2", interpretation=[{"text": "T-score -3.4"}]),
            id="interpretation",
        ),
        pytest.param(
            density(0.6, "g/cm2", interpretation=[{"text": "Osteoporosis"}]),
            id="osteoporosis",
        ),
    ],
)
def test_a_lower_t_score_under_another_code_or_in_a_note_is_named(value):
    card = card_of(value)
    assert "another T-score not used (" in unknown(card)
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(density(0.9, "g/cm2"), id="density"),
        pytest.param(density(-0.4, "{Z-score}", code="80936-8"), id="Z-score"),
        pytest.param(
            density(0.9, "g/cm2", note=[{"text": "T-score -1.2"}]), id="higher"
        ),
        pytest.param(
            density(-3.4, "{T-score}", effectiveDateTime=days_ago(900)), id="years ago"
        ),
    ],
)
def test_an_ordinary_density_changes_nothing(value):
    assert "below the usual" in card_of(value)["detail"]
