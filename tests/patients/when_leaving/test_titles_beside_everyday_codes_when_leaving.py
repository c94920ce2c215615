"""A title of harm next to an everyday code is read before leaving, its own is not."""

from typing import Any

import pytest

from tests.chart_builders import days_ago
from tests.codes import codeable
from tests.patients.inpatients import coded
from tests.patients.leaving import OVER, cards_beside

CM = "http://hl7.org/fhir/sid/icd-10-cm"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
WHO = "http://hl7.org/fhir/sid/icd-10"
EVENTS = [
    ("I10", "Cement leak into canal"),
    ("I50.9", "Acute heart failure"),
    ("I50.9", "Acute on chronic heart failure"),
    ("I13.0", "Renal failure, anuric"),
    ("E11.9", "Wound complication"),
    ("Z88.0", "Anaphylaxis to cefazolin"),
    ("Z86.711", "PE confirmed on CT"),
    ("I27.82", "Pulmonary embolism bilateral"),
    ("Z87.01", "Pneumonia, IV antibiotics"),
]
ORDINARY = [
    (CM, "I50.9", "Heart failure, unspecified"),
    (CM, "I50.32", "Chronic diastolic congestive heart failure (HCC)"),
    (CM, "I11.0", "Hypertensive heart disease with heart failure"),
    (CM, "I25.2", "Old MI (myocardial infarction)"),
    (CM, "E11.8", "Type 2 diabetes mellitus with unspecified complications"),
    (CM, "I69.30", "Unspecified sequelae of cerebral infarction"),
    (CM, "Z86.73", "H/O: CVA (cerebrovascular accident)"),
    (CM, "G89.18", "Acute post-operative pain"),
    (CM, "E89.0", "Postoperative hypothyroidism"),
    (CM, "I25.2", "NSTEMI 2013"),
    (CM, "Z86.73", "Z. n. Apoplex 2012"),
    (CM, "J44.9", "COPD, home NIV"),
    (CM, "E11.9", "Diabetes, neu eingestellt"),
    (CM, "I48.91", "VHF, Z. n. Kardioversion 2017"),
    (CM, "M54.50", "Acute bilateral low back pain without sciatica"),
    (CM, "J01.90", "Acute non-recurrent sinusitis, unspecified location"),
    (CM, "Z66", "Do not resuscitate"),
    (CM, "Z95.810", "Presence of automatic (implantable) cardiac defibrillator"),
    (CM, "F10.20", "Alcohol use disorder, 3 units/day"),
    (WHO, "I50.0", "Congestive heart failure"),
    (WHO, "E11.2", "Type 2 diabetes mellitus with renal complications"),
    (GM, "E11.20", "Diabetes mellitus, Typ 2: Mit Nierenkomplikationen"),
    (GM, "I25.22", "Alter Myokardinfarkt: 1 Jahr und länger zurückliegend"),
    (GM, "I69.4", "Folgen eines Schlaganfalls, nicht als Blutung bezeichnet"),
    (GM, "D69.61", "Thrombozytopenie, als transfusionsrefraktär bezeichnet"),
    (GM, "I50.13", "Linksherzinsuffizienz: Mit Beschwerden bei Belastung"),
]


def entered(system: str, code: str, title: str, **members: Any) -> Any:
    """A diagnosis that was entered on the day of the discharge, two days after."""
    said = {"code": codeable(system, code, title), "recordedDate": days_ago(0)}
    return coded(code, days=None) | said | members


@pytest.mark.parametrize(("code", "title"), EVENTS)
def test_an_event_is_read(code: str, title: str) -> None:
    (card,) = cards_beside(entered(CM, code, title))
    assert "ead before leaving" in f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize(("system", "code", "title"), ORDINARY)
def test_an_official_title_is_not(system: str, code: str, title: str) -> None:
    assert cards_beside(entered(system, code, title)) == []


def test_its_own_title_with_an_onset_since_is_read() -> None:
    begun = {"onsetDateTime": days_ago(1)}
    (card,) = cards_beside(entered(CM, "I50.9", "Heart failure, unspecified", **begun))
    assert "ead before leaving" in f"{card['summary']} {card['detail']}"


def test_nor_is_an_event_that_an_older_entry_tells_too() -> None:
    again = entered(CM, "I10", "Cement leak into canal")
    older = entered(
        CM, "I10", "Cement leak into canal", id="older", recordedDate=days_ago(900)
    )
    assert cards_beside(again, older) == []
    assert cards_beside(older) == []


def test_nor_is_one_that_is_over_or_denied() -> None:
    assert cards_beside(entered(CM, "I10", "Pulmonary embolism", **OVER)) == []
    assert cards_beside(entered(CM, "I10", "no pulmonary embolism")) == []


def test_ten_lists_of_a_discharge_bring_no_card() -> None:
    """Twelve diagnoses of each patient, all entered on the day of the discharge."""
    for first in range(10):
        titles = [ORDINARY[(first * 2 + one) % len(ORDINARY)] for one in range(12)]
        listed = [
            entered(*title, id=f"c-{number}") for number, title in enumerate(titles)
        ]
        assert cards_beside(*listed) == []
