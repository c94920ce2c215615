"""What raises the risk does so in ICD-9-CM too.

The names of the codes are those of the last release (October 2011).
"""

import pytest

from tests.codes import codeable
from tests.patients.reassuring import card_of, dated

ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
REASSURING = "below the usual"

SAYING = (
    # dementia, of whatever cause
    *("290.0", "290.12", "290.20", "290.3", "290.40", "290.43", "290.9", "291.2"),
    *("292.82", "294.10", "294.11", "294.20", "294.21"),
    *("331.0", "331.11", "331.19", "331.82"),
    "780.93",
    # Parkinson's disease, and what resembles it
    *("332.0", "332.1", "333.0"),
    "V15.88",
    # dialysis, and chronic kidney disease with high blood pressure
    *("V45.1", "V45.11", "V45.12", "V56.0", "V56.8", "585.5", "585.6"),
    *("403.91", "403.01", "404.92", "404.13"),
    # effects of a steroid
    "E932.0",
)
HARMLESS = (
    *("300.4", "296.20", "307.42", "333.1", "333.94", "346.90", "V15.82"),
    *("V45.01", "V45.89", "V45.81", "401.9", "272.4", "E849.0"),
)


def coded(code, number="x", days=400):
    return dated(codeable(ICD_9, code), days=days, number=number)


@pytest.mark.parametrize("code", SAYING)
def test_a_code_that_raises_the_risk_reassures_nobody(code):
    assert REASSURING not in card_of(coded(code))["detail"]


@pytest.mark.parametrize("code", HARMLESS)
def test_a_neighbour_of_such_a_code_stays_harmless(code):
    assert REASSURING in card_of(coded(code))["detail"]


@pytest.mark.parametrize("code", ["E880.9", "E884.2", "E885.9", "E888.9"])
def test_two_falls_are_repeated_falls(code):
    falls = coded(code, "f1", 40), coded(code, "f2", 200)
    assert REASSURING in card_of(falls[0])["detail"]
    assert REASSURING not in card_of(*falls)["detail"]
