"""A code that is not everyday, and began since the operation, is read before leaving."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import codeable
from tests.patients.inpatients import coded
from tests.patients.leaving import DENIED, OVER, cards_beside

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
TO_BE_READ = "Read before leaving."
SINCE = [
    "R47.01",
    "R47.1",
    "H53.461",
    "H47.011",
    "I66.01",
    "I67.6",
    "I44.2",
    "N99.0",
    "E15",
    "D62",
    "Y65.53",
    "S00.03XA",
    "S70.01XA",
    "E11.641",
    "E11.00",
    "E13.01",
    "E27.2",
    "T78.00XA",
    "T78.3XXA",
    "I81",
    "I82.0",
    "I82.3",
    "I82.621",
    "I82.A11",
    "I82.B11",
    "I82.C11",
    "N28.0",
    "D69.59",
    "K91.840",
    "T50.901A",
    "T39.1X1A",
    "T43.201A",
    "T45.511A",
    "L51.2",
    "S07.9XXA",
    "S01.01XA",
    "S30.0XXA",
    "S43.006A",
    "Y65.51",
    "Y65.52",
    "R07.9",
    "R06.02",
    "R50.9",
    "L89.159",
    "M62.82",
    "F05",
    "U07.1",
]
EVERYDAY = [
    ("I10", "Essential (primary) hypertension"),
    (
        "E11.9",
        "Type 2 diabetes mellitus without complication, without long-term current use of insulin (HCC)",
    ),
    ("I48.20", "Chronic atrial fibrillation (HCC)"),
    ("N18.31", "Chronic kidney disease, stage 3a"),
    ("K59.03", "Drug induced constipation"),
    ("G89.18", "Other acute postprocedural pain"),
    ("D64.9", "Anemia, unspecified"),
    ("E87.6", "Hypokalemia"),
    ("Z79.01", "Long term (current) use of anticoagulants"),
    ("R11.2", "Nausea with vomiting, unspecified"),
    (
        "E11.90",
        "Diabetes mellitus, Typ 2: Ohne Komplikationen: Nicht als entgleist bezeichnet",
    ),
    ("I48.9", "Vorhofflimmern und Vorhofflattern, nicht näher bezeichnet"),
    ("H35.3", "Degeneration der Makula und des hinteren Poles"),
    ("K59.09", "Sonstige und nicht näher bezeichnete Obstipation"),
    ("M81.0", "Ostéoporose post-ménopausique"),
    ("E78.5", "Dyslipidémie"),
    ("E11.9", "Diabetes mellitus tipo 2"),
    ("I10", "Ipertensione arteriosa"),
    ("I10", "高血圧症"),
    ("I10", "Nadciśnienie tętnicze"),
]


def titled(code: str, title: str) -> Any:
    """A diagnosis of yesterday, the day after the operation."""
    entry = coded(code, days=1)
    return entry | {"code": entry["code"] | {"text": title}}


def result(title: str, code: str) -> Any:
    """A report of yesterday whose result is a code alone."""
    radiology = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")
    return of_patient(
        "DiagnosticReport",
        "r",
        status="final",
        category=[radiology],
        code={"text": title},
        effectiveDateTime=days_ago(1),
        conclusionCode=[codeable(ICD, code)],
    )


@pytest.mark.parametrize("code", SINCE)
def test_what_began_since_is_read(code: str) -> None:
    (card,) = cards_beside(coded(code, days=1))
    assert card["summary"].endswith(TO_BE_READ)


@pytest.mark.parametrize("code", ["S70.01XA", "R47.01", "E15", "T50.901A"])
def test_what_began_before_is_not(code: str) -> None:
    assert cards_beside(coded(code, days=30)) == []


@pytest.mark.parametrize("status", [OVER, DENIED])
def test_nor_is_what_is_over_or_denied(status: dict[str, Any]) -> None:
    assert cards_beside(coded("S70.01XA", days=1, **status)) == []


def test_nor_is_what_an_older_entry_says_too() -> None:
    """A list of the discharge repeats the diagnoses of years."""
    again = coded("H54.0X33", days=None, recordedDate=days_ago(0))
    older = coded("H54.0X33", days=900) | {"id": "older"}
    assert len(cards_beside(again)) == 1
    assert cards_beside(again, older) == []


@pytest.mark.parametrize(("code", "title"), EVERYDAY)
def test_nor_is_what_is_long_known_or_trivial(code: str, title: str) -> None:
    assert cards_beside(titled(code, title)) == []


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("I10", "Chest pain, PE on CTPA"),
        ("E11.9", "Cement embolism"),
        ("E11.9", "Wound infection"),
        ("I10", "Cement leak into canal"),
        ("M54.50", "New leg weakness"),
    ],
)
def test_a_title_beside_an_everyday_code_is(code: str, title: str) -> None:
    assert len(cards_beside(titled(code, title))) == 1


@pytest.mark.parametrize(
    "title", ["X-ray chest", "Röntgen Thorax", "V/Q scan", "MRI brain", "CT chest"]
)
@pytest.mark.parametrize("code", ["J93.9", "I26.99", "I63.9"])
def test_a_coded_result_of_any_examination_is_read(title: str, code: str) -> None:
    (card,) = cards_beside(result(title, code))
    assert card["summary"].endswith(TO_BE_READ)


@pytest.mark.parametrize("code", ["M51.36", "M47.816", "I70.0", "N28.1"])
def test_an_ordinary_result_is_not(code: str) -> None:
    assert cards_beside(result("CT abdomen", code)) == []


@pytest.mark.parametrize("code", ["T84.226A", "E83.51", "M87.180"])
def test_what_no_older_order_answers_is_read(code: str) -> None:
    """A broken rod beside physiotherapy, low calcium beside a bone drug."""
    (card,) = cards_beside(coded(code, days=0))
    assert card["summary"].endswith(TO_BE_READ)


@pytest.mark.parametrize("code", ["M80.08XA", "S32.010A"])
def test_the_treated_fracture_may_be_coded_on_the_last_day(code: str) -> None:
    recorded = coded(code, days=None, recordedDate=days_ago(0))
    assert cards_beside(recorded) == []
