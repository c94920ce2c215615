"""A report since the operation that may tell of another fracture is asked about."""

import pytest

from tests.patients.leaving import cards_beside
from tests.patients.reassuring import imaging


@pytest.mark.parametrize(
    "words",
    [
        *("LWK 1 und 3 Frakturen.", "LWK 1 und 3-Frakturen.", "L1 and L3 fractures."),
        *("Marrow oedema of L3.", "Knochenmarködem LWK 3.", "STIR hyperintensity L3."),
        *("Multiple acute fractures.", "Mehrere frische Frakturen."),
        *("Recent L4 fracture.", "Acute T12 fracture.", "Œdème médullaire de L3."),
    ],
)
def test_another_vertebra_in_a_report_is_asked_about(words):
    assert cards_beside(imaging(words, days=1))


@pytest.mark.parametrize(
    "words",
    [
        *("Cement in L1. No complication.", "No acute fracture.", "No new fracture."),
        *("Pas de fracture récente.", "Keine frische Fraktur.", "L1 fracture."),
        *("Marrow oedema of L1.", "No marrow oedema.", "Recent L1 fracture."),
        *("Sin fractura reciente.", "Nessuna frattura recente.", "LWK 1 Fraktur."),
    ],
)
def test_the_treated_one_or_a_denial_is_not(words):
    assert cards_beside(imaging(words, days=1)) == []
