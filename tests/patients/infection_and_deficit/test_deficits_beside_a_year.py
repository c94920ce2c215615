"""The year of an operation beside a deficit does not date the deficit.

"Hysterectomy 2010, foot drop" on the problem list led no card: it was called a foot drop
of 2010.
"""

import pytest

from tests.patients.places import listed

OF_NOW = [
    "hysterectomy 2010, foot drop",
    "foot drop, hysterectomy 2010",
    "osteoporosis since 2015, foot drop",
    "s/p laminectomy 2015; saddle anaesthesia",
    "THR 2012, cauda equina syndrome",
    "Hüft-TEP 2012, Fußheberparese",
    "prothèse de hanche 2012, pied tombant",
    "prótesis de cadera 2012, pie caído",
    "protesi d'anca 2012, piede cadente",
    "heupprothese 2012, klapvoet",
    "2012年子宫切除术,足下垂",
    "Hysterectomy (2010), foot drop",
    "Foot drop, hysterectomy (2010)",
    "Appendektomie (1990), Fußheberparese",
    "Fußheberparese, Hysterektomie (2010)",
    "Parésie du pied, hystérectomie (2010)",
    "足下垂、子宮摘出（2010年）",
    "Foot drop, COPD (known)",
    "Fußheberschwäche, Gicht (bekannt)",
]
OF_THEN = [
    "foot drop 2010",
    "foot drop since 2010, hypertension",
    "2010: foot drop",
    "foot drop, since 2010",
    "Foot drop (2010), hysterectomy",
    "Foot drop, 2010, left",
    "Foot drop, left (known)",
    "discectomy L5/S1 2014, foot drop 2014",
    "Hypertonus, Fußheberparese 2010",
    "pied tombant depuis 2010, hypertension",
]


@pytest.mark.parametrize("words", OF_NOW)
def test_a_deficit_of_no_year_leads(words):
    assert "new neurological deficit" in listed(words).lower()


@pytest.mark.parametrize("words", OF_THEN)
def test_a_deficit_of_an_earlier_year_leads_nothing(words):
    assert "deficit" not in listed(words).lower()
