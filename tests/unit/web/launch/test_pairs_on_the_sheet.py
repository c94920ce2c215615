"""Two measurements of the back muscle on record: the worksheet says if they compare."""

import pytest

from tests.builders import coded, observation
from tests.codes import MEASURES
from tests.launch_desk import said

SAME = {"method": {"text": "T2, axial"}, "device": {"display": "MRI 1"}}


def area(number, value, day, **more):
    return {
        **observation(coded("paraspinal-csa", MEASURES), value, "cm2"),
        "id": f"area-{number}",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": day,
        "bodySite": {"text": "L2"},
        **SAME,
        **more,
    }


FIRST = area(1, 42.0, "2026-03-01")


def pair(clinician, ehr, *held):
    ehr.resources += held
    page = said(clinician.client.get(clinician.launch()))
    return page.partition("Measured twice")[2]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        pytest.param({}, "−10.0 % the same vertebra, method and device", id="alike"),
        pytest.param(
            {"method": None, "device": None, "bodySite": None},
            "−10.0 % Whether both were measured the same way is not recorded.",
            id="way not recorded",
        ),
        pytest.param(
            {"device": {"display": "MRI 2"}},
            "not compared: the two were not measured the same way",
            id="another device",
        ),
        pytest.param(
            {"bodySite": {"text": "L4"}},
            "not compared: the two were not measured the same way",
            id="another vertebra",
        ),
    ],
)
def test_two_measurements_are_compared_as_an_order_does(clinician, ehr, second, words):
    later = area(2, 37.8, "2026-10-30", **second)
    later = {name: value for name, value in later.items() if value is not None}
    shown = pair(clinician, ehr, FIRST, later)
    assert "change of paraspinal muscle area" in shown
    assert words in shown


def test_both_values_are_shown_with_their_days(clinician, ehr):
    shown = pair(clinician, ehr, FIRST, area(2, 37.8, "2026-10-30"))
    assert "42.0 cm2 on 1 Mar 2026, then 37.8 cm2 on 30 Oct 2026" in shown


@pytest.mark.parametrize(
    "second", [[], [area(2, 37.8, "2026-10-30", status="preliminary")]]
)
def test_one_measurement_is_no_pair(clinician, ehr, second):
    assert pair(clinician, ehr, FIRST, *second) == ""


def test_a_broken_measurement_breaks_no_page(clinician, ehr):
    broken = area(3, 30, "2026-10-30", valueQuantity={"value": "much"})
    assert pair(clinician, ehr, FIRST, broken) == ""
