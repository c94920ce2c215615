"""A report that is certainly of another organ counts by what it names alone.

In a report of the spine, and in one of no organ that is known, words that nobody
understood leave a tumour, an infection and a deficit open.
"""

import tomllib
from pathlib import Path

import pytest

from tests.codes import codeable
from tests.patients.reassuring import cards_of, end_is_selected, imaging

LOINC = "http://loinc.org"
CPT = "http://www.ama-assn.org/go/cpt"
REPORTS = tomllib.loads(
    Path(__file__).with_name("reports_of_other_organs.toml").read_text("utf-8")
)
CHEST = {"text": "Chest X-ray, 2 views"}
KNEE = {"text": "MRI knee left"}


def leaves_open(conclusion: str | None, **members) -> bool:
    cards = cards_of(imaging(conclusion, **members))
    is_below = "below the usual" in cards["rehabilitation"]["detail"]
    return not (is_below and end_is_selected(cards))


@pytest.mark.parametrize(("title", "conclusion"), REPORTS["ordinary"])
def test_an_ordinary_report_of_another_organ_leaves_nothing_open(title, conclusion):
    assert not leaves_open(conclusion, code={"text": title})


@pytest.mark.parametrize(("title", "conclusion"), REPORTS["open"])
def test_a_report_of_the_spine_or_a_grave_one_of_any_organ_is_open(title, conclusion):
    assert leaves_open(conclusion, code={"text": title})


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(codeable(LOINC, "36643-5"), id="chest film"),
        pytest.param(codeable(CPT, "71046"), id="chest film by CPT"),
        pytest.param(codeable(LOINC, "24725-4"), id="CT head"),
        pytest.param(codeable(CPT, "93306"), id="echo"),
    ],
)
def test_a_code_alone_says_of_which_organ_a_report_is(code):
    words = "Hyperinflation, otherwise satisfactory."
    assert not leaves_open(words, code=code)
    assert leaves_open(words, code=code | {"text": "MRI lumbar spine"})


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"code": codeable(CPT, "72148")}, id="code of the spine"),
        pytest.param({"code": codeable(LOINC, "99999-9")}, id="unknown code"),
        pytest.param({"code": {"text": "CT chest and thoracic spine"}}, id="both"),
        pytest.param(
            {"code": CHEST, "presentedForm": [{"title": "MRI of the L-spine"}]},
            id="title of what is attached",
        ),
        pytest.param({"code": {"text": "Whole-body CT of the head"}}, id="whole body"),
    ],
)
def test_a_report_that_may_be_of_the_spine_has_to_be_understood(members):
    assert leaves_open("Hyperinflation, otherwise satisfactory.", **members)


def test_where_no_vertebra_is_seen_a_text_on_the_spine_counts_whole():
    aside = "Meniscal tear. Permeation, as on the film of the lumbar vertebrae."
    assert not leaves_open("Meniscal tear. Effusion.", code=KNEE)
    assert leaves_open(f"Unusual. {aside}", code=KNEE)


def test_what_is_plain_of_the_spine_is_plain_in_a_report_of_the_trunk():
    plain = "Clear lungs. Degenerative changes of the thoracic spine."
    assert not leaves_open(plain, code=CHEST)
    assert leaves_open(f"{plain} Unusual texture.", code=CHEST), "it goes on"
    assert not leaves_open(f"{plain} Lungs hyperinflated.", code=CHEST)


@pytest.mark.parametrize(
    "note",
    [
        pytest.param("Also an unclear area in T9.", id="the spine"),
        pytest.param("Known breast cancer.", id="a cancer"),
    ],
)
def test_what_is_written_beside_the_conclusion_counts_too(note):
    beside = {"extension": [{"url": "https://example.org/x", "valueString": note}]}
    ordinary = {
        "extension": [{"url": "https://example.org/x", "valueString": "Poor effort."}]
    }
    assert leaves_open("Clear lungs.", code=CHEST, **beside)
    assert not leaves_open("Clear lungs.", code=CHEST, **ordinary)


def test_a_language_that_is_not_read_leaves_everything_open():
    assert leaves_open("Лёгкие без изменений.", code=CHEST)


def test_prose_that_is_too_long_is_open_in_any_report():
    assert leaves_open("Clear lungs. " * 1_000, code=CHEST)


@pytest.mark.parametrize("code", ["C79.51", "M46.46", "S72.001A"])
def test_a_code_counts_in_the_report_of_any_organ(code):
    icd = codeable("http://hl7.org/fhir/sid/icd-10-cm", code)
    assert leaves_open(None, code=CHEST, conclusionCode=[icd])
